import pytest

from benchmarks.contenders import hand_written_sql, night, pandas_script
from benchmarks.make_delivery import AS_OF_DAY, make_deliveries
from benchmarks.run import differing_cells
from conftest import query

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("yardsticks")]

YARDSTICKS = (pandas_script, hand_written_sql)
# Every fault that a delivery of the benchmark can contain and that holds rows back.
HELD_BACK = {
    "row_unreadable",
    "case_reference_missing",
    "procedure_unknown",
    "stage_unknown",
    "received_date_missing",
    "received_date_invalid",
    "received_date_in_future",
    "responded_before_received",
    "stage_row_conflict",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A home after one night on some hundred rows, beside the tables of each yardstick."""
    folder = tmp_path_factory.mktemp("yardsticks")
    make_deliveries(500, folder / "first", folder / "changed", rows_per_fault=10)
    night(folder / "first", folder / "home", AS_OF_DAY)
    for yardstick in YARDSTICKS:
        (folder / yardstick.__name__).mkdir()
        yardstick(folder / "first", folder / yardstick.__name__, AS_OF_DAY)
    return folder


def test_the_delivery_contains_every_fault(folder):
    failing = query(
        folder / "home" / "marts.duckdb",
        "select rule_code from dq_rules where severity = 'error' and rows_failing > 0",
    )
    assert {code for (code,) in failing} == HELD_BACK
    [(duplicate, superseded)] = query(
        folder / "home" / "marts.duckdb",
        "select rows_duplicate, rows_superseded from dq_deliveries",
    )
    assert duplicate > 0 and superseded > 0


@pytest.mark.parametrize("yardstick", YARDSTICKS)
def test_a_yardstick_counts_as_the_marts_do_cell_by_cell(folder, yardstick):
    assert differing_cells(folder / "home" / "marts.duckdb", folder / yardstick.__name__) == {}


def test_a_cell_that_differs_is_found(folder, tmp_path):
    for table in (folder / pandas_script.__name__).iterdir():
        lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = lines[:-1] if table.stem == "teams" else lines
        (tmp_path / table.name).write_text("".join(kept), encoding="utf-8")
    differing = differing_cells(folder / "home" / "marts.duckdb", tmp_path)
    assert {table: len(cells) for table, cells in differing.items()} == {"teams": 1}
