"""The same nights on DuckDB and on Spark: every mart equal cell by cell, and every finding.

Three nights: the example; a part of it, which the door stops; its statutory cases with faults at
random. Then the unit and data tests of dbt, on Spark as on DuckDB elsewhere.
"""

import csv
import random
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from complaints.flows.night import run_night
from complaints.flows.steps import build
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.settings import PROJECT_FOLDER, Settings, read_settings
from conftest import query

pytestmark = pytest.mark.spark

EXPORTS = PROJECT_FOLDER / "examples" / "exports"
NIGHTS = (date(2018, 11, 27), date(2018, 11, 28), date(2018, 11, 29))
FAULTS: dict[str, tuple[str, ...]] = {
    "case_reference": ("", "1.01003E+11", "it's\\none"),
    "procedure": ("", "Children's statutory", "neither"),
    "stage": ("", "S 1", "stage 3", "LGO", "first answer"),
    "received_date": (
        "",
        "soon",
        "31/02/2018",
        "2019-06-01",
        "07/13/2018",
        "2 July 2018",
        "43283.5",
    ),
    "clock_start_date": ("2010-01-04", "2018-03-25T01:30:00Z"),
    "responded_date": ("never", "2019-06-01", "2000-01-03", "2nd July 2018 23:59", "12/03/2018"),
    "outcome": ("", "Partly upheld", "withdrawn", "shrugged"),
    "reasons": (" Delay ;Staff;\u00a0Delay;;", "", "Children\u2019s rights"),
    "legal_basis": ("s 17", "no law"),
    "last_updated": ("2018-11-20 10:05", "2018-11-20T10:05:06.5Z"),
}
OF_THE_RUN = {"run_id", "run_at"}


def with_faults(path: Path, seed: int) -> None:
    """Write a file again, one cell in every twelfth row or so being another."""
    draw = random.Random(seed)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    names = {name.lower().replace(" ", "_"): place for place, name in enumerate(header)}
    known = [column for column in FAULTS if column in names]
    for row in rows:
        if len(row) == len(header) and draw.random() < 0.12:
            column = draw.choice(known)
            row[names[column]] = draw.choice(FAULTS[column])
    rows += draw.sample(rows, 3)  # duplicates
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def three_nights(folder: Path, engine: str) -> Settings:
    exports = folder / "exports"
    settings = read_settings(home=folder / "home", source=exports, engine=engine)
    shutil.copytree(EXPORTS, exports)
    run_night(settings.model_copy(update={"as_of": NIGHTS[0]}))
    statutory, corporate = (
        exports / f"complaints_{each}.csv" for each in ("statutory", "corporate")
    )
    lines = statutory.read_text(encoding="utf-8").splitlines(keepends=True)
    statutory.write_text("".join(lines[: len(lines) // 4]), encoding="utf-8")
    corporate.unlink()
    with pytest.raises(RunFailedError, match="Every file was refused"):
        run_night(settings.model_copy(update={"as_of": NIGHTS[1]}))
    shutil.copytree(EXPORTS, exports, dirs_exist_ok=True)
    with_faults(statutory, seed=2018)
    run_night(settings.model_copy(update={"as_of": NIGHTS[2]}))
    return settings


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Settings]]:
    pytest.importorskip("pyspark")
    from complaints.warehouse.spark import stop_sessions

    embedded = three_nights(tmp_path_factory.mktemp("duckdb"), "duckdb")
    yield embedded, three_nights(tmp_path_factory.mktemp("spark"), "spark")
    stop_sessions()


def cells(path: Path, schema: str, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table, sorted, without what names the run; floats to 1e-12."""
    columns = query(
        path,
        "select column_name, data_type from information_schema.columns "
        "where table_schema = $1 and table_name = $2 order by column_name",
        schema,
        table,
    )
    selected = ", ".join(
        f"round({name}, 12)" if kind == "DOUBLE" else name
        for name, kind in columns
        if name not in OF_THE_RUN
    )
    return query(path, f"select {selected} from {schema}.{table} order by all")


def test_every_mart_is_equal_cell_by_cell(homes: tuple[Settings, Settings]) -> None:
    embedded, spark = homes
    names = (
        "select table_name from information_schema.tables where table_schema = 'main' order by 1"
    )
    tables = query(embedded.marts_path, names)
    assert query(spark.marts_path, names) == tables
    for (table,) in tables:
        if not table.startswith("ops_"):  # when the nights were, and how long
            ours = cells(spark.marts_path, "main", table)
            assert ours == cells(embedded.marts_path, "main", table), table


def test_every_column_says_what_it_means(homes: tuple[Settings, Settings]) -> None:
    said = (
        "select table_name, column_name, data_type, comment from duckdb_columns() "
        "where schema_name = 'main' order by all"
    )
    assert query(homes[1].marts_path, said) == query(homes[0].marts_path, said)


@pytest.mark.parametrize(
    "table", ["findings", "delivered_rows", "record_changes", "record_states", "records"]
)
def test_findings_and_records_are_equal(homes: tuple[Settings, Settings], table: str) -> None:
    schema = "validation" if table == "findings" else "raw"
    if table == "record_states":  # numbered in no particular order within a night
        asked = "select record_id, state, as_of_day from raw.record_states order by all"
        assert query(homes[1].warehouse_path, asked) == query(homes[0].warehouse_path, asked)
    else:
        ours = cells(homes[1].warehouse_path, schema, table)
        assert ours == cells(homes[0].warehouse_path, schema, table)


def test_the_second_delivery_was_stopped_for_the_same_reasons(
    homes: tuple[Settings, Settings],
) -> None:
    asked = "select source, rule_code, subject, evidence from raw.delivery_stops order by all"
    stops = query(homes[1].warehouse_path, asked)
    assert stops
    assert stops == query(homes[0].warehouse_path, asked)


def test_the_tests_of_dbt_pass_on_spark(homes: tuple[Settings, Settings]) -> None:
    build._invoke(homes[1], ["test"])
