"""What a person has checked and found right holds no row back, until the row changes."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from accept_helpers import DAY, HELD, QUICK, REASON, ROWS, WARNED, Home
from command_helpers import Run, assert_mistake
from compiled_models import TESTED_WITHOUT_DBT, WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.report.content import Cell
from complaints.report.disclosure import hidden_cells
from complaints.report.printing import print_report
from complaints.report.read_marts import read_figures
from complaints.report.sections.further import completeness
from complaints.warehouse.errors import ExitCode, RunFailedError
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings, read_settings
from conftest import query, write_export
from load_helpers import row
from report_models import report_of
from report_sentences import unread_numbers
from small_home import borrow_store

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("accept")]

NEXT_DAY = date(2018, 11, 28)

ACCEPTED = Cell("accepted_exceptions", "2018-19 Q2")


@pytest.fixture(scope="module")
def delivered(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home after one night on the rows, in a store that dbt built for the example."""
    folder = tmp_path_factory.mktemp("accept")
    settings = read_settings(home=folder / "home", source=folder / "exports", as_of=DAY)
    borrow_store(settings, example)
    write_export(settings.source / "complaints.csv", ROWS)
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


def fail(*_given: Any) -> None:
    raise RunFailedError("dbt_not_run", reason="the power went")


def test_accepted_rows_are_released_by_the_next_night_that_ends_though_nothing_is_delivered(
    home: Home,
) -> None:
    assert (home.held(), home.stages("TARGET")) == (HELD, 1)
    assert home.warned() == WARNED
    for case in ("ANSWERED", "CLOCK", "BOTH"):
        home.accepts(case, "stage_1", HELD[case])
    home.accepts("ORDER", "stage_2", HELD["ORDER"], "--by", "Auditor")
    home.accepts("TWICE", "stage_1", HELD["TWICE"], "--row", "complaints.csv:6")
    home.accepts("TARGET", "stage_1", "target_date_disagrees")
    assert {state for (state,) in home.listed(["state"])} == {"in force from the next night on"}

    for step in ("record_fates", "publish"):
        with pytest.raises(RunFailedError, match="the power went"):
            home.night(steps=QUICK | {step: fail})
    held = "select count(*) from dq_quarantine where case_reference = 'ANSWERED'"
    assert query(home.settings.marts_path, held) == [(1,)]
    home.night(steps=TESTED_WITHOUT_DBT)
    assert query(home.settings.marts_path, held) == [(0,)]
    assert home.held() == {case: HELD[case] for case in ("TWICE", "THIRD", "SOON")}
    # What nobody accepted stands.
    assert home.warned() == [
        ("AGAIN", "target_date_disagrees"),
        ("BOTH", "team_missing"),
        ("ORDER", "stage_received_before_previous_response"),
    ]
    assert [home.stages(case) for case in ("ANSWERED", "CLOCK", "ORDER", "TWICE")] == [1, 1, 2, 1]
    reasons = "select reason from fct_complaint_reasons where case_reference = 'TWICE'"
    assert home.marts(reasons) == [("Staff",)]
    assert home.marts(
        "select source, case_reference, stage, rule_code, severity, accepted_by, accepted_on, "
        "financial_quarter from dq_accepted where severity = 'warning' or stage = 'stage_2' "
        "order by all"
    ) == [
        ("complaints", "ORDER", "stage_2", HELD["ORDER"], "error", "Auditor", DAY,
         "2018-19 Q2"),
        ("complaints", "TARGET", "stage_1", "target_date_disagrees", "warning",
         "Complaints Manager", DAY, "2018-19 Q2"),
    ]  # fmt: skip
    assert home.marts("select count(*) from dq_accepted") == [(6,)]
    assert set(home.listed(["state", "reason"])) == {("in force", REASON)}
    figures = read_figures(home.settings.marts_path, "2018-19 Q2")
    assert figures.cells[ACCEPTED] == 6
    published = home.settings.marts_path.read_bytes()
    assert b"Auditor" in published and REASON.encode() not in published
    assert REASON.encode() in home.settings.warehouse_path.read_bytes()


@pytest.mark.parametrize(
    ("accepted", "internal", "public"),
    [
        (0, "No exceptions were accepted", "No exceptions were accepted"),
        (1, "1 exception was accepted", "The number of exceptions accepted"),
        (5, "5 exceptions were accepted", "The number of exceptions accepted"),
        (6, "6 exceptions were accepted", "6 exceptions were accepted"),
    ],
)
def test_the_report_says_how_many_exceptions_were_accepted_but_no_small_number_to_the_public(
    example: Settings, accepted: int, internal: str, public: str
) -> None:
    figures = read_figures(example.marts_path, "2018-19 Q2")
    figures = replace(figures, cells={**figures.cells, ACCEPTED: accepted})
    report = report_of(sections=[completeness(figures)])
    for profile, hidden, words in (
        ("internal", set(), internal),
        ("publication", hidden_cells(report, 5), public),
    ):
        (top,) = print_report(report, profile, hidden, "c").sections
        said = top.sections[0].paragraphs[1]
        assert said.startswith(words) and "2018-19 Q2" in said
        assert unread_numbers(said, "2018-19 Q2") == []


def test_a_change_of_the_row_or_a_withdrawal_ends_the_acceptance_even_if_it_is_changed_back(
    home: Home,
) -> None:
    for case in ("ANSWERED", "CLOCK", "BOTH"):
        home.accepts(case, "stage_1", HELD[case])
    for case in ("TARGET", "AGAIN"):
        home.accepts(case, "stage_1", "target_date_disagrees")
    home.night()
    assert not home.held().keys() & {"ANSWERED", "CLOCK", "BOTH"}
    assert home.warned() == [("BOTH", "team_missing")]

    for case, code in (("BOTH", HELD["BOTH"]), ("AGAIN", "target_date_disagrees")):
        said = home.accept(case, "stage_1", code, "--withdraw", "--by", "Auditor", reason=None)
        assert said.exit_code == ExitCode.DONE, said
    home.deliver(
        [
            row("ANSWERED", responded_date="2018-06-29", reasons="Delay"),
            row("TARGET", target_date="2018-07-17", reasons="Delay"),
            row("CLOCK", clock_start_date="2018-06-25"),
        ]
    )
    home.night(NEXT_DAY)
    assert home.held() == {case: code for case, code in HELD.items() if case != "CLOCK"}
    assert home.warned() == WARNED
    assert home.listed(["case_reference", "state", "ended_because", "withdrawn_by"]) == [
        ("AGAIN", "ended", "it was withdrawn", "Auditor"),
        ("TARGET", "ended", "the row has changed", ""),
        ("BOTH", "ended", "it was withdrawn", "Auditor"),
        ("CLOCK", "in force", "", ""),  # it was delivered as it was
        ("ANSWERED", "ended", "the row has changed", ""),
    ]

    home.deliver(ROWS)
    home.accepts("BOTH", "stage_1", HELD["BOTH"])
    assert home.listed(["state"])[0] == ("in force from the next night on",)
    home.night(NEXT_DAY)
    assert home.held()["ANSWERED"] == HELD["ANSWERED"]
    assert home.marts("select case_reference from dq_accepted order by 1") == [
        ("BOTH",),
        ("CLOCK",),
    ]


class Refused(NamedTuple):
    """Words of a command that cannot be done, and words of the sentence that says why."""

    words: tuple[str, ...]
    said: tuple[str, ...]
    reason: str | None = REASON


BEFORE = HELD["ANSWERED"]
REFUSED = {
    "no reason": Refused(("ANSWERED", "stage_1", BEFORE), ("--reason",), None),
    "a blank reason": Refused(("ANSWERED", "stage_1", BEFORE), ("--reason",), " \n"),
    "a blank role": Refused(("ANSWERED", "stage_1", BEFORE, "--by", " "), ("--by", "role")),
    "no such rule": Refused(("ANSWERED", "stage_1", "late"), ("no rule late", "complaints rules")),
    "a structural error": Refused(
        ("SOON", "stage_1", "received_date_invalid"),
        ("cannot be accepted", "cannot be counted", "correct the received date"),
    ),
    "a stage that no figure has": Refused(
        ("THIRD", "stage_3", "stage_not_in_procedure"), ("no figure has a place", "correct the")
    ),
    "no such case": Refused(("NOBODY", "stage_1", BEFORE), ("no case NOBODY",)),
    "no such source": Refused(
        ("ANSWERED", "stage_1", BEFORE, "--source", "x"), ("no case ANSWERED in the source x",)
    ),
    "no such stage": Refused(
        ("ORDER", "stage_3", BEFORE), ("no case ORDER stage_3", "stage_1, stage_2")
    ),
    "a rule that does not fail": Refused(
        ("ANSWERED", "stage_1", "team_missing"), ("does not fail", BEFORE)
    ),
    "several rows": Refused(
        ("TWICE", "stage_1", "stage_row_conflict"),
        ("--row", "complaints.csv:5 or complaints.csv:6"),
    ),
    "nothing to withdraw": Refused(
        ("ANSWERED", "stage_1", BEFORE, "--withdraw"), ("not accepted now", "complaints accepted")
    ),
}


def test_what_cannot_be_accepted_is_refused_in_one_sentence(home: Home) -> None:
    for words, said, reason in REFUSED.values():
        assert_mistake(home.accept(*words, reason=reason), ExitCode.USAGE, *said)
    assert home.listed(["case_reference"]) == []


def test_what_is_accepted_is_not_accepted_twice(home: Home) -> None:
    words = ("TWICE", "stage_1", "stage_row_conflict", "--row")
    home.accepts(*words, "complaints.csv:5")
    for place in ("complaints.csv:5", "complaints.csv:6"):
        said = home.accept(*words, place)
        assert_mistake(said, ExitCode.USAGE, "accepted already", "complaints.csv:5", "--withdraw")


def test_a_case_of_several_sources_needs_its_source(home: Home) -> None:
    with duckdb.connect(home.settings.warehouse_path) as warehouse:
        for table, values in (
            ("intermediate.int_complaint_rows", "'x' || record_id as record_id, 'other' as source"),
            ("validation.findings", "'x' || record_id as record_id"),
        ):
            warehouse.execute(f"insert into {table} select * replace ({values}) from {table}")
    words = ("ANSWERED", "stage_1", BEFORE)
    assert_mistake(
        home.accept(*words), ExitCode.USAGE, "the sources complaints and other", "--source"
    )
    home.accepts(*words, "--source", "other")
    assert home.listed(["source"]) == [("other",)]


def test_commands_beside_a_run_at_work_or_without_a_home_end_with_1(home: Home, run: Run) -> None:
    with lock_home(home.settings):
        said = home.accept("ANSWERED", "stage_1", BEFORE)
        assert_mistake(said, ExitCode.FAILED, "Another run is in progress")
        said = run("accepted", "--home", home.settings.home)
        assert_mistake(said, ExitCode.FAILED, "Another run is in progress")
    said = run("accepted", "--home", "elsewhere")
    assert_mistake(said, ExitCode.FAILED, "complaints nightly")
    assert not Path("elsewhere").exists()
