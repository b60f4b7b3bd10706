"""The same night on DuckDB and on Spark: every mart equal cell by cell, and every finding.

It goes on from a night of DuckDB's, with a part of the example and every optional input, after
which a report was released and a failing row accepted. The delivery has more cases, with faults at
random. On Spark a night is killed before, when the delivery is in the lake and nothing is judged.
"""

import csv
import multiprocessing
import random
import shutil
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from complaints.expectations.acceptances import Asked, accept
from complaints.flows.as_at import marts_as_at
from complaints.flows.night import run_night
from complaints.flows.steps.build import dbt_environment, dbt_flags
from complaints.flows.steps.write_site import write_site
from complaints.report.release import release
from complaints.report.write import write_report
from complaints.warehouse.engine import engine_of
from complaints.warehouse.settings import PROJECT_FOLDER, Settings, read_settings
from complaints.warehouse.store import hold_warehouse, open_warehouse
from conftest import query
from small_home import die

pytestmark = pytest.mark.spark

EXPORTS = PROJECT_FOLDER / "examples" / "exports"
PROCESSES = multiprocessing.get_context("spawn")  # in one that is forked dbt hangs on Spark
NIGHTS = (date(2018, 11, 27), date(2018, 11, 28))
CASES = 90  # of each procedure: what costs time on Spark are statements, not rows
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
# The first night warns of this row.
RIGHT = Asked("CO-18-0904", "stage_1", "outcome_without_response", None, None)


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


def part_of_example(exports: Path) -> None:
    """Copy every input of the example, of the complaints the header and the last cases."""
    exports.mkdir(parents=True)
    for path in EXPORTS.glob("*.csv"):
        lines = path.read_bytes().splitlines(keepends=True)
        (exports / path.name).write_bytes(b"".join([lines[0], *lines[1:][-CASES:]]))


def first_night(folder: Path) -> None:
    """Fill a home, release a report from it, and find a row right that was warned of."""
    part_of_example(folder / "exports")
    settings = settings_in(folder, "duckdb", NIGHTS[0])
    run_night(settings)
    release(settings, "2018-19 Q2", "internal", "Head of Complaints")
    accept(settings, RIGHT, "Head of Complaints", "Checked against the letter.")


def second_night(first: Path, folder: Path, engine: str) -> Settings:
    """Let an engine go on in a copy of that home, with newer deliveries."""
    shutil.copytree(first, folder)
    exports = folder / "exports"
    for path in exports.glob("complaints_*.csv"):
        shutil.copyfile(EXPORTS / path.name, path)
    with_faults(exports / "complaints_statutory.csv", seed=2018)
    population = exports / "population.csv"
    characteristic, rest = population.read_text().splitlines()[1].split(",", 1)
    with population.open("a") as file:  # a mistake, and a row that is there, written otherwise
        file.write(f"gender,girl,many\n{characteristic.upper()},{rest}\n")
    settings = settings_in(folder, engine, NIGHTS[1])
    if engine == "spark":
        assert ended_night(settings) == -signal.SIGKILL
    run_night(settings)
    return settings


def ended_night(settings: Settings) -> int | None:
    """Run a night that is killed."""
    process = PROCESSES.Process(target=killed_night, args=(settings,))
    process.start()
    process.join()
    return process.exitcode


def killed_night(settings: Settings) -> None:
    run_night(settings, on_step=lambda step: die() if step == "build_records" else None)


def settings_in(folder: Path, engine: str, day: date) -> Settings:
    return read_settings(home=folder / "home", source=folder / "exports", engine=engine, as_of=day)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Settings]]:
    from complaints.warehouse.spark import stop_sessions

    folder = tmp_path_factory.mktemp("parity")
    first_night(folder / "first")
    # Java plans on one core, so DuckDB's night has the other.
    beside = PROCESSES.Process(
        target=second_night, args=(folder / "first", folder / "duckdb", "duckdb")
    )
    beside.start()
    spark = second_night(folder / "first", folder / "spark", "spark")
    beside.join()
    assert beside.exitcode == 0
    yield settings_in(folder / "duckdb", "duckdb", NIGHTS[1]), spark
    stop_sessions()


def cells(path: Path, schema: str, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table, sorted, without runs and moments; floats to 1e-12."""
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
        if not name.endswith(("run_id", "_at"))
    )
    return query(path, f"select {selected} from {schema}.{table} order by all")


def assert_equal_marts(ours: Path, theirs: Path) -> None:
    names = (
        "select table_name from information_schema.tables where table_schema = 'main' order by 1"
    )
    tables = query(theirs, names)
    assert query(ours, names) == tables
    for (table,) in tables:
        if not table.startswith("ops_"):  # when the nights were, and how long
            assert cells(ours, "main", table) == cells(theirs, "main", table), table


def test_every_mart_is_equal_cell_by_cell(homes: tuple[Settings, Settings]) -> None:
    embedded, spark = homes
    assert_equal_marts(spark.marts_path, embedded.marts_path)


@pytest.mark.parametrize(
    "mart",
    [
        "dq_accepted",
        "dq_optional_inputs",
        "dq_quarantine",
        "rpt_restated_figures",
        "rpt_restatements",
        "rpt_figure_history",
        "rpt_worklist",
        "rpt_population",
    ],
)
def test_what_is_compared_has_rows(homes: tuple[Settings, Settings], mart: str) -> None:
    assert query(homes[1].marts_path, f"select count(*) > 0 from {mart}") == [(True,)]


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


def test_dbts_unit_tests_pass_on_spark(homes: tuple[Settings, Settings]) -> None:
    """The data tests of the marts have passed in the night."""
    from dbt.cli.main import dbtRunner

    settings = homes[1]
    with hold_warehouse(settings), dbt_environment(settings):
        with open_warehouse(settings) as store:
            engine_of(settings, store).sync()
        words = ["test", "--select", "test_type:unit"]
        results: Any = dbtRunner().invoke([*words, *dbt_flags(settings)]).result
    assert [each.node.name for each in results if each.status != "pass"] == []
    assert len(results) >= 45


def test_the_same_report_and_pages_are_written(homes: tuple[Settings, Settings]) -> None:
    embedded, spark = (
        {path.name: path.read_text("utf-8") for path in written(each)} for each in homes
    )
    assert len(embedded) > 10
    assert spark == embedded


def written(settings: Settings) -> list[Path]:
    pages = write_site(settings).parent
    reports = write_report(settings, "2018-19 Q2", "publication", ["html"])
    return [*reports, *pages.glob("quarter-*.html")]


def test_an_earlier_day_is_built_from_the_lake(homes: tuple[Settings, Settings]) -> None:
    theirs, ours = (marts_as_at(settings, NIGHTS[0]).marts_path for settings in homes)
    assert_equal_marts(ours, theirs)
