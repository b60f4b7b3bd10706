"""An erased case is in no file of the home, is refused from then on, and figures go without it."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from accept_helpers import DAY, ROWS, Home
from command_helpers import Run, assert_mistake
from compiled_models import TESTED_WITHOUT_DBT, WITHOUT_DBT
from complaints.flows import erase as erase_module
from complaints.flows.erase import erase
from complaints.flows.night import run_night
from complaints.warehouse.errors import ExitCode, UsageError
from complaints.warehouse.settings import Settings, read_settings
from conftest import query, write_export
from load_helpers import row
from rule_examples import STAGE_2
from small_home import borrow_store

pytestmark = pytest.mark.xdist_group("erase")

CASE = "ZQ/2018-4711"
LEARNING = f"As in {CASE}, letters come late."
DELIVERED = (
    *ROWS,
    row(CASE, reasons="Delay", gender="Female", learning="Write sooner.", target_date="2018-07-17"),
    row(CASE, STAGE_2),
    row("OTHER", learning=LEARNING),
)
NEXT_DAY = date(2018, 11, 28)


@pytest.fixture(scope="module")
def delivered(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home after two nights on the rows, in a store that dbt built for the example."""
    folder = tmp_path_factory.mktemp("erase")
    settings = read_settings(home=folder / "home", source=folder / "exports", as_of=DAY)
    borrow_store(settings, example)
    write_export(settings.source / "complaints.csv", DELIVERED)
    run_night(settings, WITHOUT_DBT)
    return settings


@pytest.fixture
def home(delivered: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of that home for one test, in which it is the day of the delivery."""
    monkeypatch.setenv("COMPLAINTS_AS_OF", DAY.isoformat())
    shutil.copytree(delivered.home, tmp_path / "home")
    shutil.copytree(delivered.source, tmp_path / "exports")
    given = {"home": tmp_path / "home", "source": tmp_path / "exports"}
    return Home(delivered.model_copy(update=given), run)


def naming(home: Path, reference: str) -> list[str]:
    """Return the files of a home that have the reference somewhere, packed or not."""
    return sorted(
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and reference.encode() in path.read_bytes()
    )


def erased(home: Home, *references: str, source: str | None = None) -> list[str]:
    return erase(
        home.settings, references, source, "Information Officer", "Asked for on 26 November",
        functions=TESTED_WITHOUT_DBT,
    )  # fmt: skip


def test_an_erased_case_is_in_no_file_and_refused_from_then_on(home: Home) -> None:
    settings = home.settings
    assert len(naming(settings.home, CASE)) == 3
    stages = "select count(*) from fct_complaint_stages"
    (before,) = query(settings.marts_path, stages)[0]
    said = erased(home, CASE)
    assert said[0].startswith("Erased: 1 case.")
    assert naming(settings.home, CASE) == []
    assert query(settings.marts_path, stages) == [(before - 2,)]
    assert query(settings.marts_path, "select sum(received) from rpt_quarterly_stages") == [
        (before - 2,)
    ]
    assert query(settings.marts_path, "from dq_erasures") == [
        (DAY, "forget", "request", "Information Officer", 1)
    ]
    (learning,) = query(
        settings.warehouse_path, "select learning from raw.records where case_reference = 'OTHER'"
    )[0]
    assert learning == "As in [erased], letters come late."

    for day in (DAY, NEXT_DAY):
        home.deliver((*DELIVERED, row(f"NEW {day}")))
        run_night(settings.model_copy(update={"as_of": day}), TESTED_WITHOUT_DBT)
        assert naming(settings.home, CASE) == []
    assert query(
        settings.marts_path,
        "select rows_read, rows_erased from dq_deliveries order by run_id desc limit 1",
    ) == [(len(DELIVERED) + 1, 2)]
    with pytest.raises(UsageError, match="was erased on 2018-11-27"):
        erased(home, CASE)
