"""The command line: what commands print, their exit codes, and one sentence for a mistake."""

import csv
import io
import json
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from openpyxl import load_workbook

from command_helpers import Run, assert_mistake, run_there
from complaints.expectations.rules import all_rules, delivery_rules, optional_rules
from complaints.flows.cli import nightly as run_command
from complaints.flows.cli.main import app
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings
from conftest import query

COMMANDS = tuple(typer.main.get_command(app).commands)


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_of_every_command(run: Run, command: tuple[str, ...]) -> None:
    said = run(*command, "--help")
    assert said.exit_code == ExitCode.DONE
    assert "Usage: " in said.out and " ".join(command) in said.out
    for name in COMMANDS if not command else ():
        assert name in said.out


def test_program_without_a_command_shows_its_help(run: Run) -> None:
    said = run()
    assert "Usage: " in said.out + said.err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nightly", "--nope"], "No such option: --nope"),
        (["nightlies"], "No such command 'nightlies'"),
        (["sql"], "Missing argument"),
        (["sql", "select 1", "--format", "xml"], "'xml' is not one of"),
        (["nightly", "--as-of"], "requires an argument"),
    ],
    ids=["option", "command", "argument", "format", "value"],
)
def test_wrong_words_end_with_2_and_name_the_word(run: Run, words: list[str], problem: str) -> None:
    said = run(*words)
    assert said.exit_code == ExitCode.USAGE
    assert said.out == ""
    assert problem in said.err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nightly"], "No source is configured"),
        (["nightly", "--source", "nowhere"], "nowhere does not exist"),
        (["nightly", "--source", "notes.txt"], "neither a folder of exports nor a sources file"),
        (["nightly", "--source", "sources.yml"], "source 1, key 'colour', is not a key"),
        (["nightly", "--source", "broken.yml"], "broken.yml, line 1 is not valid YAML"),
        (["nightly", "--source", "exports", "--as-of", "27/11/2018"], "27/11/2018 is not a day"),
        (["nightly", "--source", "exports", "--as-of", "2018-02-30"], "2018-02-30 is not a day"),
        (["serve", "--source", "nowhere"], "nowhere does not exist"),
        (["nightly", "--source", ""], "A path is blank"),
        (["nightly", "--source", "exports", "--home", " "], "A path is blank"),
        (["backup", "--to", ""], "A path is blank"),
        (["sources", "suggest", ""], "A path is blank"),
        (["site", "--port", "8080"], "--port 8080 says where the pages are served: add --serve"),
        (["erase", " ", "--reason", "Asked for"], "CASE must not be blank"),
        (["accept", "", "stage_1", "team_missing", "--reason", "x"], "CASE must not be blank"),
    ],
)
def test_wrong_paths_dates_and_files_end_with_2(
    run: Run, tmp_path: Path, words: list[str], problem: str
) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "notes.txt").write_text("not an export")
    (tmp_path / "sources.yml").write_text("sources:\n- {code: a, files: exports, colour: red}\n")
    (tmp_path / "broken.yml").write_text("sources: [")
    assert_mistake(run(*words), ExitCode.USAGE, problem)
    assert not (tmp_path / "complaints-home").exists()


def test_settings_are_read_from_an_env_file(run: Run, example: Settings, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"COMPLAINTS_HOME={example.home}\n")
    assert run("sql", "select as_of_day from dq_publication").exit_code == ExitCode.DONE


@pytest.mark.parametrize("words", [["sql", "select 1"], ["quarantine"]], ids=lambda words: words[0])
def test_missing_marts_say_what_to_run_first(run: Run, words: list[str]) -> None:
    assert_mistake(run(*words), ExitCode.FAILED, "complaints nightly", "--home")


def test_damaged_marts_are_met_with_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "marts.duckdb").write_text("not a database")
    assert_mistake(run("sql", "select 1", "--home", tmp_path), ExitCode.FAILED, "cannot be opened")


@pytest.mark.soak
@pytest.mark.parametrize(
    "statement",
    [
        "create table mine as select 1",
        "drop table fct_complaints",
        "delete from fct_complaints",
        "update fct_complaints set is_open = true",
        "copy fct_complaints to 'stolen.csv'",
        "export database 'stolen'",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
        "select 1; select 2",
        "set threads = 64",
        "reset lock_configuration",
        "pragma threads = 64",
        "call enable_logging(storage = 'file', storage_path = 'stolen')",
        "from enable_logging(storage = 'file', storage_path = 'stolen')",
        "select 'é', * from \"Enable_Profiling\" /* */ (save_location = 'stolen.txt')",
        "from query('from enable_' || 'profiling(save_location = ''stolen.txt'')')",
        "load encodings",
        "checkpoint",
        "use memory",
        "prepare mine as select 1",
        "create type mine as enum ('a'); select 1",
        "create type mine as enum ('a'); pivot fct_complaints on procedure using count(*)",
        "",
    ],
)
def test_only_one_reading_query_is_taken(
    run: Run, example: Settings, tmp_path: Path, statement: str
) -> None:
    said = run("sql", statement, "--home", example.home)
    assert_mistake(said, ExitCode.USAGE, "one query that reads")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.soak
@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("selec 1", "syntax error at or near"),
        ("select nothing from fct_complaints", "nothing"),
        ("from fct_complaint", "fct_complaints"),
        ("select * from read_csv('{home}/../export.csv')", "disabled by configuration"),
        ("from '{home}/runs.duckdb'", "disabled by configuration"),
        ("select * from read_text('{home}/run.lock')", "disabled by configuration"),
        ("select * from glob('{home}/*')", "disabled by configuration"),
        ("from read_duckdb('{home}/warehouse.duckdb')", "disabled by configuration"),
        ("from read_csv('https://localhost/export.csv')", "disabled by configuration"),
        ("explain analyze copy (select 1) to '{home}/stolen.csv'", "disabled by configuration"),
        ("explain analyze set threads = 64", "locked"),
        ("explain analyze delete from fct_complaints", "read-only mode"),
        ("select getenv('HOME')", "does not exist"),
        ("from sqlite_scan('{home}/prefect/prefect.db', 'flow_run')", "sqlite_s"),
    ],
    ids=lambda given: given.split("(")[0],
)
def test_query_that_cannot_run_is_one_sentence(
    run: Run, example: Settings, statement: str, problem: str
) -> None:
    said = run("sql", statement.format(home=example.home), "--home", example.home)
    assert_mistake(said, ExitCode.USAGE, "The query cannot be run", problem)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("bomb", "problem"),
    [
        ("select count(*) from range(1_000_000_000) a, range(1_000_000) b", "longer than 0.3 s"),
        ("select list(range) from range(1_000_000_000)", "more memory than it may"),
        ("from range(1_000_001)", "more than 1,000,000 rows"),
        ("select unnest(range(1_000_000_000))", "more memory than it may"),
        ("select range(300_000_000) from range(5)", "more memory than it may"),
        ("select repeat('x', 100_000_000) from range(100)", "more memory than it may"),
    ],
    ids=["time", "memory", "rows", "one value", "long values", "long texts"],
)
def test_query_that_would_take_all_time_memory_or_room_is_ended(
    run: Run, example: Settings, monkeypatch: pytest.MonkeyPatch, bomb: str, problem: str
) -> None:
    before = sorted(example.home.iterdir())
    monkeypatch.setenv("COMPLAINTS_QUERY_SECONDS", "0.3" if "count" in bomb else "60")
    monkeypatch.setenv("COMPLAINTS_MEMORY_LIMIT", "200MB")
    assert_mistake(run("sql", bomb, "--home", example.home), ExitCode.USAGE, problem)
    assert sorted(example.home.iterdir()) == before, "nothing is spilt to the disk"


FIGURES = (
    "select stage, received, in_sla, in_sla_rate, upheld_rate from rpt_quarterly_stages "
    "where financial_quarter = '2018-19 Q2' and procedure = 'statutory' order by stage_number"
)
FIRST_STAGES = [("stage_1", 40, 11, 0.275), ("stage_2", 5, 5, 1.0)]


def test_sql_prints_csv(run: Run, example: Settings) -> None:
    said = run("sql", FIGURES, "--home", example.home, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert said.exit_code == ExitCode.DONE and said.err == ""
    assert [
        (row["stage"], int(row["received"]), int(row["in_sla"]), float(row["in_sla_rate"]))
        for row in rows[:2]
    ] == FIRST_STAGES
    assert rows[-1]["in_sla_rate"] == ""


def test_sql_prints_json(run: Run, example: Settings) -> None:
    said = run("sql", FIGURES, "--home", example.home, "--format", "json")
    rows: list[dict[str, Any]] = json.loads(said.out)
    assert [tuple(row.values())[:4] for row in rows[:2]] == FIRST_STAGES
    assert rows[-1]["in_sla_rate"] is None


@pytest.mark.parametrize("words", [("--format", "json"), ("--output", "answer.json")])
def test_columns_of_one_name_are_no_json(
    run: Run, example: Settings, tmp_path: Path, words: Sequence[str]
) -> None:
    said = run("sql", "select 1 as a, 2 as b, 3 as a", "--home", example.home, *words)
    assert_mistake(said, ExitCode.USAGE, "Two columns of the answer are called a,", "`a as a_2`")
    assert list(tmp_path.iterdir()) == []


def test_sql_prints_a_plain_table_when_piped(run: Run, example: Settings) -> None:
    said = run("sql", FIGURES, "--home", example.home)
    header, first, *_ = said.out.splitlines()
    assert header.split() == ["stage", "received", "in_sla", "in_sla_rate", "upheld_rate"]
    assert first.split()[:4] == ["stage_1", "40", "11", "0.275"]
    assert said.out.isascii()


def test_sql_takes_a_pivot(run: Run, example: Settings) -> None:
    pivot = "pivot fct_complaints on procedure using count(*) group by highest_stage"
    rows = json.loads(run("sql", pivot, "--home", example.home, "--format", "json").out)
    assert set(rows[0]) == {"highest_stage", "corporate", "statutory"}


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_sql_writes_a_file(run: Run, example: Settings, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"answer.{ending}"
    said = run("sql", FIGURES, "--home", example.home, "--output", path)
    assert said.out == f"4 rows in {path}\n"
    if ending == "xlsx":
        _, *rows = load_workbook(path).active.iter_rows(values_only=True)
    elif ending == "json":
        rows = [tuple(row.values()) for row in json.loads(path.read_text(encoding="utf-8"))]
    else:
        _, *rows = csv.reader(path.read_text(encoding="utf-8-sig").splitlines())
    assert [(row[0], int(row[1]), int(row[2]), float(row[3])) for row in rows[:2]] == FIRST_STAGES


WIDE = "select 'complaints|CH-18-0034|stage_1' as stage_key, 'two words ' as {} from range(2)"


@pytest.mark.parametrize("width", [40, 80, 200])
def test_on_a_terminal_no_key_is_broken_and_a_wide_table_becomes_blocks(
    run: Run, example: Settings, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    said = run("sql", WIDE.format("a_column_with_a_rather_long_name"), "--home", example.home)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in said.out.splitlines()]
    assert all(len(line) <= width for line in lines)
    assert sum("complaints|CH-18-0034|stage_1" in line for line in lines) == 2
    assert ("1 of 2" in lines) == (width < 70)


HOSTILE = "select '\x1b[2J=1\u202e' as a, '=1+1' as b, E'\u009b31m' as c"


@pytest.mark.parametrize("format", ["table", "csv", "json"])
def test_nothing_of_the_data_steers_a_terminal_or_a_spreadsheet(
    run: Run, example: Settings, format: str
) -> None:
    said = run("sql", HOSTILE, "--home", example.home, "--format", format)
    assert not {"\x1b", "\u202e", "\u009b"} & set(said.out)
    if format == "csv":
        assert said.out == "a,b,c\n[2J=1,'=1+1,31m\n"
    if format == "json":
        (row,) = json.loads(said.out)
        assert row == {"a": "\x1b[2J=1\u202e", "b": "=1+1", "c": "\u009b31m"}


def test_sql_starts_without_what_only_the_night_needs(example: Settings, tmp_path: Path) -> None:
    said = run_there(
        "sql", "select 1", "--home", example.home, cwd=tmp_path, PYTHONPROFILEIMPORTTIME=1
    )
    assert said.exit_code == ExitCode.DONE
    imported = {line.rsplit("|")[-1].strip() for line in said.err.splitlines()}
    assert "duckdb" in imported
    assert not {"great_expectations", "dbt", "prefect", "sqlalchemy"} & imported


def test_rules_lists_every_rule_with_all_it_says(run: Run) -> None:
    rows = json.loads(run("rules", "--format", "json").out)
    assert [tuple(row.values()) for row in rows] == [
        (rule.code, rule.severity, rule.sentence, rule.source, rule.remedy)
        for rule in (*delivery_rules(), *all_rules(), *optional_rules())
    ]
    assert len(run("rules").out.splitlines()) == len(rows) + 1


def test_quarantine_names_file_row_rules_and_what_to_do(run: Run, example: Settings) -> None:
    said = run("quarantine", "--home", example.home, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    held = query(example.marts_path, "select count(*) from dq_quarantine")[0][0]
    assert len(rows) == held
    for row in rows:
        assert row["file_name"] and row["row_number"] and row["rule_codes"] and row["what_to_do"]


@pytest.mark.soak
def test_demo_ends_with_next_steps_that_work(
    run: Run, example_copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    report = SimpleNamespace(files=[], rejected=[], notes=[], exit_code=ExitCode.DONE)
    monkeypatch.setattr(
        run_command, "run_with_prefect", lambda settings: given.append(settings) or report
    )
    said = run("demo", "--home", example_copy.home)
    assert said.exit_code == ExitCode.DONE
    assert given == [example_copy]
    assert f"The marts are in {example_copy.marts_path}" in said.out.splitlines()
    for form in ("html", "docx"):
        path = example_copy.reports_folder / f"complaints-report-2018-19-q2-committee.{form}"
        assert f"The report is in {path}" in said.out.splitlines() and path.stat().st_size > 10_000
    steps = said.out.partition("Try next:")[2].strip().splitlines()
    assert len(steps) == 3
    for step in steps:
        shown = run(*shlex.split(step)[1:])
        assert shown.exit_code == ExitCode.DONE and len(shown.out.splitlines()) > 2
