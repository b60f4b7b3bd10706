"""`complaints ask`: saved questions, shipped and the council's own, and the pages of analysts."""

import json
import re
from pathlib import Path

import duckdb
import pytest

from command_helpers import Run, assert_mistake
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.exports import export_marts
from complaints.warehouse.query_process import Asked, answer_to
from complaints.warehouse.questions import SHIPPED, read_question
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from conftest import query

QUESTIONS = sorted(SHIPPED.glob("*.sql"))
ANALYSTS = (PROJECT_FOLDER / "docs" / "analysts.md").read_text(encoding="utf-8")
BY_HAND = ANALYSTS.partition("## Questions and their SQL")[0]
GIVEN = {
    "year": "2017-18",
    "quarter": "2017-18 Q2",
    "team": "Assessments",
    "day": "2018-09-30",
    "days": "2",
    "procedure": "corporate",
    "stage": "stage_2",
    "sla_status": "late",
}


def answers(run: Run, settings: Settings, *words: str) -> list[dict[str, object]]:
    """Return what `complaints ask` answers."""
    said = run("ask", *words, "--home", settings.home, "--format", "json")
    assert said.exit_code == ExitCode.DONE, said
    return json.loads(said.out)


def answer(
    settings: Settings, sql: str, given: dict[str, str | None]
) -> tuple[list[str], list[tuple[object, ...]]]:
    """Return columns and rows of a query, asked in this process."""
    asked = Asked(str(settings.marts_path), sql, given, settings.memory_limit, 60)
    columns, *batches = answer_to(asked)
    return columns, [row for batch in batches for row in batch]


def test_there_are_twenty_questions_beside_those_of_foi_requests() -> None:
    of_foi = [path for path in QUESTIONS if path.stem.startswith("foi_")]
    assert len(of_foi) == 7 and len(QUESTIONS) - len(of_foi) >= 20


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_every_question_has_an_answer_with_and_without_its_parameters(
    example: Settings, path: Path
) -> None:
    question = read_question(path)
    assert question.title.endswith("?") and set(question.parameters) <= set(GIVEN)
    columns, rows = answer(example, question.sql, dict.fromkeys(question.parameters))
    assert rows and len(columns) == len(set(columns))
    for name in question.parameters:
        given = dict.fromkeys(question.parameters) | {name: GIVEN[name]}
        _, of_one = answer(example, question.sql, given)
        assert of_one != rows, f"{name} makes a difference"


def test_answers_are_those_of_the_marts(run: Run, example: Settings) -> None:
    (first, *_) = answers(run, example, "answered_in_time", "--set", "quarter=2018-19 Q2")
    assert first == {
        "procedure": "statutory",
        "stage": "stage_1",
        "received": 40,
        "in_sla": 11,
        "percent_in_sla": 28.0,
        "points_on_a_year_ago": 12.0,
    }
    behind = answers(
        run,
        example,
        "behind_a_figure",
        "--set",
        "quarter=2018-19 Q2",
        "--set",
        "sla_status=in_time",
    )
    assert len(behind) == 11
    counted = query(
        example.marts_path,
        "select count(*) from fct_complaint_stages where sla_status = 'open_overdue'",
    )
    overdue = [row for row in answers(run, example, "overdue_now") if row["task"] == "answer"]
    assert [(len(overdue),)] == counted


def of_tables(
    folder: Path, name: str, given: dict[str, str | None], **tables: str
) -> list[tuple[object, ...]]:
    """Return what a question answers from marts of a few rows, each a query."""
    path = folder / "marts.duckdb"
    with duckdb.connect(path) as marts:
        for table, rows in tables.items():
            marts.execute(f"create or replace table {table} as {rows}")
    question = read_question(SHIPPED / f"{name}.sql")
    _, *batches = answer_to(Asked(str(path), question.sql, given, "500MB", 60))
    return [row for batch in batches for row in batch]


def test_a_share_of_exactly_half_a_percent_is_rounded_as_in_the_report(tmp_path: Path) -> None:
    """23 of 40 is 57.5%, which in binary is a little less."""
    found = of_tables(
        tmp_path,
        "answered_in_time",
        {"quarter": "2018-19 Q2"},
        rpt_quarterly_stages="select 'statutory' as procedure, 'stage_1' as stage, 1 as "
        "stage_number, 40 as received, 23 as in_sla, 23 / 40 as in_sla_rate, 23 / 40 - 0 as "
        "in_sla_rate_change_on_year, '2018-19 Q2' as financial_quarter, true as is_complete",
    )
    assert found == [("statutory", "stage_1", 40, 23, 58.0, 58.0)]


def test_records_are_those_of_all_sources(tmp_path: Path) -> None:
    found = of_tables(
        tmp_path,
        "data_quality",
        {},
        dq_trends="select date '2018-11-27' as as_of_day, * from (values "
        "('one', 'a', 'error', 3, 100), ('two', 'a', 'error', 4, 100), "
        "('one', 'b', 'error', 5, 50)) as t(rule_code, source, severity, rows_failing, "
        "rows_current)",
    )
    assert [row[1:] for row in found] == [("error", 12, 150)]


STAGES_OF_A_DAY = """
    select 'statutory' as procedure, 'stage_1' as stage, date '2018-09-03' as received_date, *
    from (values
        (true, false, false, null),
        (false, false, false, date '2018-10-01'),
        (false, true, false, date '2018-10-01'),
        (false, true, false, null),
        (false, false, true, null),
        (false, false, false, date '2018-09-10')
    ) as t(is_open, is_withdrawn, is_closed_date_unknown, responded_date)
"""


@pytest.mark.parametrize(("day", "number"), [("2018-09-30", 3), ("2018-10-01", 1), (None, 1)])
def test_a_stage_withdrawn_later_was_open_on_a_day_before(
    tmp_path: Path, day: str | None, number: int
) -> None:
    found = of_tables(
        tmp_path,
        "open_on_a_day",
        {"day": day},
        fct_complaint_stages=STAGES_OF_A_DAY,
        dq_publication="select date '2018-11-27' as as_of_day",
    )
    assert found == [("statutory", "stage_1", number)]


def test_what_was_withdrawn_was_not_answered_within_the_limit(tmp_path: Path) -> None:
    found = of_tables(
        tmp_path,
        "foi_within_limits",
        {},
        fct_complaint_stages="select '2018-19' as financial_year, 'statutory' as procedure, "
        "'stage_2' as stage, 25 as working_days_limit, 65 as extended_working_days_limit, * "
        "from (values (20, false, false), (10, true, false), (30, false, false), "
        "(70, false, false), (null, false, true)) "
        "as t(working_days_taken_from_request, is_withdrawn, is_open)",
    )
    assert found == [("2018-19", 1, 1, 1)]


@pytest.mark.parametrize(
    ("waiting", "answer"),
    [
        ("(true, true, date '2018-07-02', 20), (true, false, null, 30)", (2, 1, 30)),
        ("(true, true, null, 20), (true, null, null, 30)", (2, None, 30)),
        ("(false, null, null, 20)", (0, 0, None)),
    ],
)
def test_nobody_says_who_waits_without_an_investigator_where_a_source_records_none(
    tmp_path: Path, waiting: str, answer: tuple[int | None, ...]
) -> None:
    stages = (
        f"select * from (values {waiting}) "
        "as t(is_open, is_started, investigator_appointed_date, working_days_waited)"
    )
    assert of_tables(tmp_path, "foi_waiting", {}, rpt_stage_2_milestones=stages) == [answer]


def test_the_escalated_are_those_of_the_report(example: Settings) -> None:
    """By the year and procedure of stage 1: a case may have another procedure by now."""
    _, rows = answer(example, read_question(SHIPPED / "escalated.sql").sql, {})
    cohorts = query(
        example.marts_path,
        "select period, procedure, stage_1_cohort, went_on_to_stage_2, went_on_to_stage_3, "
        "went_on_to_ombudsman from rpt_escalation where period_length = 'year' "
        "order by period, procedure desc",
    )
    assert rows == cohorts


def test_a_blank_value_is_not_given_and_an_answer_without_rows_says_so(
    run: Run, example: Settings
) -> None:
    plain = run("ask", "upheld_by_team", "--home", example.home)
    assert run("ask", "upheld_by_team", "--set", "year=", "--home", example.home) == plain
    assert plain.err == ""
    nothing = run("ask", "upheld_by_team", "--set", "year=2018", "--home", example.home)
    assert nothing.exit_code == ExitCode.DONE
    assert "`complaints ask upheld_by_team --show` says how" in nothing.err


def test_what_is_overdue_is_not_due_next(example_copy: Settings) -> None:
    """On the Saturday after its due date a stage has no working day left."""
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute("update rpt_worklist set working_days_left = 0 where is_overdue")
        due = marts.execute(
            "select count(*) from rpt_worklist where not is_overdue and working_days_left <= 10"
        ).fetchall()
    question = read_question(SHIPPED / "due_next.sql")
    _, rows = answer(example_copy, question.sql, {"days": None})
    assert [(len(rows),)] == due


def test_questions_are_listed_and_shown(run: Run, example: Settings) -> None:
    listed = {row["question"]: row for row in answers(run, example)}
    assert set(listed) == {path.stem for path in QUESTIONS}
    assert listed["due_next"]["parameters"] == "days"
    shown = run("ask", "due_next", "--show", "--home", example.home).out
    assert shown.startswith("-- What is due next?\n-- $days: Within how many working days")
    assert "from rpt_worklist" in shown


def test_the_council_adds_and_replaces_questions(run: Run, example_copy: Settings) -> None:
    example_copy.questions_folder.mkdir()
    own = example_copy.questions_folder
    (own / "reasons.sql").write_text("-- Ours\nselect 1 as one\n")
    (own / "of_a_case.sql").write_text(
        "-- What became of a case?\n-- $case: Its reference.\n"
        "select stage from fct_complaint_stages where case_reference = $case\n"
    )
    assert answers(run, example_copy, "reasons") == [{"one": 1}]
    assert answers(run, example_copy, "of_a_case", "--set", "case=CH-18-0034") == [
        {"stage": "stage_1"}
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["late"], "There is no question late: `complaints ask` lists those there are. Is late_by"),
        (["--set", "year=2018-19"], "--set and --show need the name of a question"),
        (["reasons", "--set", "yr=1"], "yr=1 is not a parameter of reasons"),
        (["reasons", "--set", "year"], "its parameters are: year"),
        (["due_next", "--set", "days=soon"], "The query cannot be run"),
        (["escalated", "--output", "a.pdf"], "a.pdf cannot be written: its name must end in .csv"),
        (["escalated", "--output", "no/a.csv"], "no/a.csv cannot be written"),
    ],
)
def test_a_mistake_is_one_sentence(
    run: Run, example: Settings, words: list[str], problem: str
) -> None:
    assert_mistake(run("ask", *words, "--home", example.home), ExitCode.USAGE, problem)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("Bad Name.sql", b"-- A\nselect 1", "name the file of a question in lower-case"),
        ("a.sql", b"select 1", "a.sql needs a title in its first line"),
        ("a.sql", b"-- only a title", "a.sql needs a title in its first line"),
        ("a.sql", b"-- \xff\nselect 1", "a.sql cannot be read: save it as UTF-8"),
    ],
)
def test_a_wrong_file_of_the_council_is_named(
    run: Run, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / name).write_bytes(content)
    assert_mistake(run("ask", "--home", tmp_path), ExitCode.USAGE, problem)


def test_a_saved_question_can_do_no_more_than_sql(run: Run, example_copy: Settings) -> None:
    example_copy.questions_folder.mkdir()
    (example_copy.questions_folder / "a.sql").write_text("-- A\ndrop table fct_complaints\n")
    assert_mistake(run("ask", "a", "--home", example_copy.home), ExitCode.USAGE, "one query")


def test_the_python_that_analysts_are_told_works(
    example_copy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example_copy.home.rename("complaints-home")
    export_marts(Settings(home=Path("complaints-home")), ["parquet"])
    blocks = re.findall(r"```python\n(.*?)```", BY_HAND, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        if "sqlalchemy" not in block:  # whose driver this project does not install
            names: dict[str, object] = {}
            exec(block, names)
            assert len(names["stages"]) > 10


def test_the_commands_that_analysts_are_told_work(run: Run, example: Settings) -> None:
    commands = re.findall(r"`complaints (ask|sql) (.+?)`(?:[.,; ]|$)", BY_HAND, re.DOTALL)
    assert len(commands) >= 3
    for command, words in commands:
        given = re.findall(r'"[^"]*"|\S+', words.replace("\n", " "))
        if "…" not in words:
            said = run(command, *(each.strip('"') for each in given), "--home", example.home)
            assert said.exit_code == ExitCode.DONE, (words, said)
