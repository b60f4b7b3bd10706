"""What a person has checked and found right holds no row back, until the row changes."""

import csv
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from command_helpers import Run, Said, assert_mistake
from compiled_models import TESTED_WITHOUT_DBT, WITHOUT_DBT, compiled_models, fill
from conftest import Row, query, write_export
from flows.errors import ExitCode, RunFailedError
from flows.night import Steps, run_night
from flows.runs import hold_home
from flows.settings import Settings, read_settings
from flows.warehouse import open_warehouse
from load_helpers import row
from report.disclosure import hidden_cells
from report.periods import Period
from report.printing import print_report
from report.reading import read_figures
from report.sections import completeness
from report_models import report_of
from report_sentences import unread_numbers
from rule_examples import STAGE_2

pytestmark = pytest.mark.xdist_group("accept")

DAY, NEXT_DAY = date(2018, 11, 27), date(2018, 11, 28)
REASON = "The date on the letter is wrong, the post book is right."
ROWS = (
    row("ANSWERED", responded_date="2018-06-29"),
    row("CLOCK", clock_start_date="2018-06-25"),
    row("ORDER", received_date="2018-08-02", responded_date="2018-08-03"),
    row("ORDER", STAGE_2),
    row("TWICE", reasons="Delay"),
    row("TWICE", reasons="Staff"),
    row("TARGET", target_date="2018-07-17"),
    row("BOTH", responded_date="2018-06-29", service_team=""),
    row("THIRD", procedure="corporate", stage="stage_3"),
    row("SOON", received_date="soon"),
)
HELD = {
    "ANSWERED": "responded_before_received",
    "CLOCK": "clock_start_before_received",
    "ORDER": "stage_received_before_previous_stage",
    "TWICE": "stage_row_conflict",
    "BOTH": "responded_before_received",
    "THIRD": "stage_not_in_procedure",
    "SOON": "received_date_invalid",
}


def build_some_marts(settings: Settings) -> None:
    """Stand in for the step `build_marts`: facts and data quality, no reports."""
    models = compiled_models(settings.home, "marts")
    with open_warehouse(settings) as warehouse:
        fill(warehouse, [each for each in models if each.relation.startswith(SOME_MARTS)])


SOME_MARTS = ("marts.dq_", "marts.fct_")
QUICK = replace(WITHOUT_DBT, build_marts=build_some_marts, publish=lambda *_given: [])


class Home:
    """A home in which the rows were delivered once; what is done in it goes through commands."""

    def __init__(self, settings: Settings, run: Run) -> None:
        self.settings, self.run = settings, run

    def accept(self, *words: str, reason: str | None = REASON) -> Said:
        """Run `complaints accept`."""
        reasons = () if reason is None else ("--reason", reason)
        return self.run("accept", *words, *reasons, "--home", self.settings.home)

    def accepts(self, *words: str) -> None:
        """Run `complaints accept`, which does what it is asked."""
        said = self.accept(*words)
        assert said.exit_code == ExitCode.DONE, said

    def listed(self, columns: Iterable[str]) -> list[tuple[str, ...]]:
        """Return columns of what `complaints accepted` lists, the newest first."""
        said = self.run("accepted", "--format", "csv", "--home", self.settings.home)
        lines = csv.DictReader(said.out.splitlines())
        return [tuple(line[column] for column in columns) for line in lines]

    def deliver(self, rows: Iterable[Row]) -> None:
        """Put rows into the source's folder in place of those before."""
        write_export(self.settings.source / "complaints.csv", rows)

    def night(self, day: date = DAY, steps: Steps = QUICK) -> None:
        """Run a night up to the marts that say what is held, warned of and accepted."""
        run_night(self.settings.model_copy(update={"as_of": day}), steps)

    def marts(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the marts, which the last night may not have published."""
        return query(self.settings.warehouse_path, f"use marts; {sql}")

    def held(self) -> dict[str, str]:
        """Return, for each case held back, the errors that hold it."""
        return dict(self.marts("select case_reference, rule_codes from dq_quarantine"))

    def warned(self) -> list[tuple[Any, ...]]:
        """Return the warnings."""
        return self.marts("select case_reference, rule_code from dq_warnings order by all")

    def stages(self, case: str) -> int:
        """Return how many stages of a case the facts have."""
        return self.marts(
            f"select count(*) from fct_complaint_stages where case_reference = '{case}'"
        )[0][0]


@pytest.fixture(scope="module")
def delivered(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home after one night on the rows, in a store that dbt built for the example."""
    folder = tmp_path_factory.mktemp("accept")
    settings = read_settings(home=folder / "home", source=folder / "exports", as_of=DAY)
    settings.home.mkdir()
    shutil.copytree(example.home / "dbt", settings.home / "dbt")
    shutil.copyfile(example.warehouse_path, settings.warehouse_path)
    with duckdb.connect(settings.warehouse_path) as warehouse:
        for (table,) in warehouse.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall():
            warehouse.execute(f"delete from raw.{table}")
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


def test_accepted_rows_are_released_by_a_night_on_which_nothing_is_delivered(home: Home) -> None:
    assert (home.held(), home.stages("TARGET")) == (HELD, 1)
    assert home.warned() == [("TARGET", "target_date_disagrees")]
    for case in ("ANSWERED", "CLOCK", "BOTH"):
        home.accepts(case, "stage_1", HELD[case])
    home.accepts("ORDER", "stage_2", HELD["ORDER"], "--by", "Auditor")
    home.accepts("TWICE", "stage_1", HELD["TWICE"], "--row", "complaints.csv:6")
    home.accepts("TARGET", "stage_1", "target_date_disagrees")
    assert {state for (state,) in home.listed(["state"])} == {"in force from the next night on"}

    home.night(steps=TESTED_WITHOUT_DBT)
    assert home.held() == {case: HELD[case] for case in ("TWICE", "THIRD", "SOON")}
    # What nobody accepted stands.
    assert home.warned() == [
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
    figures = read_figures(home.settings.marts_path, Period(2018, 2))
    assert figures.accepted == 6
    published = home.settings.marts_path.read_bytes()
    assert b"Auditor" in published and REASON.encode() not in published
    assert REASON.encode() in home.settings.warehouse_path.read_bytes()


@pytest.mark.parametrize(
    ("accepted", "internal", "public"),
    [
        (0, "No exception was accepted", "No exception was accepted"),
        (1, "1 exception was accepted", "The number of exceptions accepted"),
        (5, "5 exceptions were accepted", "The number of exceptions accepted"),
        (6, "6 exceptions were accepted", "6 exceptions were accepted"),
    ],
)
def test_the_report_says_how_many_exceptions_were_accepted_but_no_small_number_to_the_public(
    example: Settings, accepted: int, internal: str, public: str
) -> None:
    figures = replace(read_figures(example.marts_path, Period(2018, 2)), accepted=accepted)
    report = report_of(sections=[completeness.section(figures)])
    for profile, hidden, words in (
        ("internal", set(), internal),
        ("publication", hidden_cells(report, 5), public),
    ):
        (top,) = print_report(report, profile, hidden, "c").sections
        said = top.sections[0].paragraphs[1]
        assert said.startswith(words) and "2018-19 Q2" in said
        assert unread_numbers(said, "2018-19 Q2") == []


def test_a_change_of_the_row_ends_the_acceptance_even_if_it_is_changed_back(home: Home) -> None:
    home.accepts("ANSWERED", "stage_1", HELD["ANSWERED"])
    home.accepts("TARGET", "stage_1", "target_date_disagrees")
    home.accepts("CLOCK", "stage_1", HELD["CLOCK"])
    home.night()
    home.deliver(
        [
            row("ANSWERED", responded_date="2018-06-29", reasons="Delay"),
            row("TARGET", target_date="2018-07-17", reasons="Delay"),
            row("CLOCK", clock_start_date="2018-06-25"),
        ]
    )
    home.night(NEXT_DAY)
    assert home.held()["ANSWERED"] == HELD["ANSWERED"]
    assert "CLOCK" not in home.held(), "it was delivered as it was"
    assert home.warned() == [("TARGET", "target_date_disagrees")]
    assert home.listed(["case_reference", "state", "ended_because"]) == [
        ("CLOCK", "in force", ""),
        ("TARGET", "ended", "the row has changed"),
        ("ANSWERED", "ended", "the row has changed"),
    ]
    home.deliver(ROWS)
    home.night(NEXT_DAY)
    assert home.held()["ANSWERED"] == HELD["ANSWERED"]
    assert home.marts("select case_reference from dq_accepted") == [("CLOCK",)]


def test_what_was_withdrawn_is_held_back_and_warned_of_again(home: Home) -> None:
    home.accepts("ANSWERED", "stage_1", HELD["ANSWERED"])
    home.accepts("TARGET", "stage_1", "target_date_disagrees")
    home.night()
    for case, code in (("ANSWERED", HELD["ANSWERED"]), ("TARGET", "target_date_disagrees")):
        said = home.accept(case, "stage_1", code, "--withdraw", "--by", "Auditor", reason=None)
        assert said.exit_code == ExitCode.DONE, said
    home.night()
    assert home.held() == HELD
    assert home.warned() == [("TARGET", "target_date_disagrees")]
    assert set(home.listed(["state", "ended_because", "withdrawn_by"])) == {
        ("ended", "it was withdrawn", "Auditor")
    }
    home.accepts("ANSWERED", "stage_1", HELD["ANSWERED"])
    assert home.listed(["state"])[0] == ("in force from the next night on",)


def test_an_acceptance_is_applied_whatever_ended_the_nights_before(home: Home) -> None:
    home.accepts("ANSWERED", "stage_1", HELD["ANSWERED"])
    home.accepts("TARGET", "stage_1", "target_date_disagrees")

    def fail(*_given: Any) -> None:
        raise RunFailedError("the power went")

    for step in ("find_deliveries", "load", "build_intermediate", "publish"):
        with pytest.raises(RunFailedError, match="the power went"):
            home.night(steps=replace(QUICK, **{step: fail}))
    held = "select count(*) from dq_quarantine where case_reference = 'ANSWERED'"
    assert query(home.settings.marts_path, held) == [(1,)]
    home.night(steps=WITHOUT_DBT)
    assert query(home.settings.marts_path, held) == [(0,)]
    assert query(home.settings.marts_path, "from dq_warnings") == []


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
            ("stage_rows", "-row_id as row_id, 'other' as source"),
            ("findings", "-row_id as row_id"),
        ):
            warehouse.execute(
                f"insert into raw.{table} select * replace ({values}) from raw.{table}"
            )
    words = ("ANSWERED", "stage_1", BEFORE)
    assert_mistake(
        home.accept(*words), ExitCode.USAGE, "the sources complaints and other", "--source"
    )
    home.accepts(*words, "--source", "other")
    assert home.listed(["source"]) == [("other",)]


def test_commands_beside_a_run_at_work_or_without_a_home_end_with_1(home: Home, run: Run) -> None:
    with hold_home(home.settings):
        said = home.accept("ANSWERED", "stage_1", BEFORE)
        assert_mistake(said, ExitCode.FAILED, "Another run is at work")
        said = run("accepted", "--home", home.settings.home)
        assert_mistake(said, ExitCode.FAILED, "Another run is at work")
    said = run("accepted", "--home", "elsewhere")
    assert_mistake(said, ExitCode.FAILED, "complaints nightly")
    assert not Path("elsewhere").exists()
