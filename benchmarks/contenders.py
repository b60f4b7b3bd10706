"""One contender in a process of its own: `python -m benchmarks.contenders NAME SOURCE OUT DAY`."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

FILE_NAME = "complaints.csv"


def night(source: Path, out: Path, as_of: date) -> None:
    """Run the nightly job, without Prefect, in the home `out`."""
    from complaints.flows.night import run_night
    from complaints.warehouse.settings import read_settings

    run_night(read_settings(home=out, source=source, as_of=as_of))


def night_on_spark(source: Path, out: Path, as_of: date) -> None:
    """Run the same on Spark."""
    from complaints.flows.night import run_night
    from complaints.warehouse.settings import read_settings

    run_night(read_settings(home=out, source=source, as_of=as_of, engine="spark"))


def pandas_script(source: Path, out: Path, as_of: date) -> None:
    """Run the analyst's pandas script."""
    from benchmarks.analyst_pandas import write_tables

    write_tables(source / FILE_NAME, out, as_of)


def hand_written_sql(source: Path, out: Path, as_of: date) -> None:
    """Run the analyst's SQL on a DuckDB in memory."""
    import duckdb

    folder = Path(__file__).resolve().parent
    with duckdb.connect() as connection:
        for name, value in {
            "export": str(source / FILE_NAME),
            "seeds": str(folder.parent / "dbt_project" / "seeds"),
            "as_of": as_of,
        }.items():
            connection.execute(f"set variable {name} = $value", {"value": value})
        connection.execute((folder / "analyst.sql").read_text(encoding="utf-8"))
        for table in ("stages", "teams", "reasons"):
            connection.table(table).write_csv(str(out / f"{table}.csv"))


CONTENDERS: dict[str, Callable[[Path, Path, date], None]] = {
    each.__name__: each for each in (night, night_on_spark, pandas_script, hand_written_sql)
}

if __name__ == "__main__":
    name, source, out, day = sys.argv[1:]
    CONTENDERS[name](Path(source), Path(out), date.fromisoformat(day))
