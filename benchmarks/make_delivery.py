"""Makes a made-up delivery of any size, and the next day's with 0.1% of it changed."""

from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.contenders import FILE_NAME

AS_OF_DAY = date(2026, 3, 31)
NEXT_DAY = AS_OF_DAY + timedelta(days=1)

# Of one row in a thousand: an open stage is answered, a closed one gets another finding.
CHANGE_ROWS = """
update export_rows
set
    outcome = 'Not upheld',
    responded_date = coalesce(responded_date, written(getvariable('as_of_day'))),
    last_updated = written(getvariable('as_of_day') + 1) || ' 01:30'
where position in (
    select position from export_rows order by hash(position), position
    limit greatest(1, getvariable('wanted_rows') // 1000)
)
"""


def make_deliveries(
    rows: int, first: Path, changed: Path | None = None, rows_per_fault: int = 160
) -> None:
    """Write a delivery into one folder, and the next day's into another, where one is given.

    Args:
        rows: how many records each delivery has; one in a thousand of them, and at least one,
            is a line with a field too many.
        first: the folder of the first delivery.
        changed: the folder of the next day's.
        rows_per_fault: one row in so many has a fault; with the copies and the unreadable lines
            about 1% of the rows are bad.
    """
    unreadable = max(1, rows // 1000)
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        for name, value in {
            "wanted_rows": rows - unreadable,
            "rows_per_fault": rows_per_fault,
            "as_of_day": AS_OF_DAY,
        }.items():
            connection.execute(f"set variable {name} = $value", {"value": value})
        connection.execute(Path(__file__).with_name("delivery.sql").read_text(encoding="utf-8"))
        _write(connection, first, unreadable)
        if changed:
            connection.execute(CHANGE_ROWS)
            _write(connection, changed, unreadable)


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, unreadable: int) -> None:
    folder.mkdir(parents=True)
    export = folder / FILE_NAME
    rows = connection.sql("select * exclude (position) from export_rows order by position")
    rows.write_csv(str(export))
    with export.open("a", encoding="utf-8") as file:
        file.writelines(f"{n}{',left over' * len(rows.columns)}\n" for n in range(unreadable))
