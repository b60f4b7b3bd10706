"""`complaints worklist`: what is to be done, team by team, as rows and as a workbook."""

import csv
import io
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook, load_workbook

from command_helpers import Run, assert_mistake
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings
from complaints.warehouse.workbook import Sheet, sheet_names, write_workbook
from complaints.warehouse.worklist import Worklist, write_worklist
from conftest import query

DAY = date(2018, 11, 27)


def states_of(settings: Settings) -> Counter[tuple[str, str]]:
    """Return how much each team has to do, counted from the facts and not from the worklist."""
    return Counter(
        query(
            settings.marts_path,
            """
            with clocks as (
                select service_team, unnest([
                    {'status': sla_status, 'days_left': working_days_left},
                    {'status': panel_sla_status, 'days_left': panel_working_days_left},
                    {'status': findings_status, 'days_left': null},
                    {'status': acknowledgement_status, 'days_left': null}
                ]) as clock
                from fct_complaint_stages where is_open
            )
            select service_team, case
                when clock.status = 'open_overdue' then 'Overdue'
                when clock.days_left <= 3 then 'Due soon'
                else 'Open' end
            from clocks where clock.status like 'open%'
            union all
            select service_team, 'Open' from fct_complaint_stages
            where is_open and sla_status = 'not_applicable'
            union all select service_team, 'To correct' from dq_quarantine
            union all
            select service_team, 'To check' from (
                select distinct record_id, service_team from dq_warnings
            )
            """,
        )
    )


def test_the_worklist_has_every_task_of_every_team(run: Run, example: Settings) -> None:
    said = run("worklist", "--home", example.home, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert Counter((row["Team"], row["Status"]) for row in rows) == states_of(example)
    assert {row["Status"] for row in rows} == {
        *("Overdue", "Due soon", "Open", "To correct", "To check")
    }
    assert all(row["What to do"] for row in rows)
    teams = [row["Team"] for row in rows]
    assert teams == sorted(teams, key=str.casefold), "by team"


def test_the_workbook_is_one_that_a_person_would_make(
    run: Run, example_copy: Settings, tmp_path: Path
) -> None:
    said = run("worklist", "--home", example_copy.home, "--format", "xlsx")
    assert said.exit_code == ExitCode.DONE
    path = example_copy.reports_folder / "worklist-2018-11-27.xlsx"
    assert said.out == f"{path}\n"
    book = load_workbook(path)
    assert book.sheetnames == ["Teams", "Worklist"]
    sheet = book["Worklist"]
    assert sheet["A1"].value == "Worklist, as at 27 November 2018. Internal: names cases."
    assert sheet.freeze_panes == "A4" and sheet.auto_filter.ref.startswith("A3:L")
    header = [cell.value for cell in sheet[3]]
    assert header[:2] == ["Status", "Team"] and header[-1] == "Rules"
    states: Counter[tuple[str, str]] = Counter()
    for row in sheet.iter_rows(min_row=4):
        values = dict(zip(header, row, strict=True))
        states[values["Team"].value, values["Status"].value] += 1
        for column in ("Received", "Due"):
            cell = values[column]
            assert cell.value is None or (
                isinstance(cell.value, datetime) and cell.number_format == "dd/mm/yyyy"
            )
    assert states == states_of(example_copy)
    counted = {
        (team, state): number
        for team, *numbers in book["Teams"].iter_rows(min_row=4, values_only=True)
        for state, number in zip([c.value for c in book["Teams"][3]][1:], numbers, strict=True)
        if team != "All teams" and number
    }
    assert counted == states
    assert all(sheet.column_dimensions[letter].width >= 9 for letter in "ABCDEFGHIJKL")


def test_a_sheet_for_each_team_and_one_team_alone(
    run: Run, example_copy: Settings, tmp_path: Path
) -> None:
    given = ("worklist", "--home", example_copy.home, "--format", "xlsx", "--by-team")
    out = tmp_path / "lists" / "mine.xlsx"
    assert run(*given, "--out", out).out == f"{out}\n"
    teams = sorted({team for team, _ in states_of(example_copy)}, key=str.casefold)
    book = load_workbook(out)
    assert book.sheetnames == ["Teams", *teams]
    for team in teams:
        assert {row[1] for row in book[team].iter_rows(min_row=4, values_only=True)} == {team}
    run(*given, "--team", "LEAVING CARE", "--out", out)
    assert load_workbook(out).sheetnames == ["Teams", "Leaving Care"]


def test_a_team_that_is_spelt_in_two_cases_is_one_team(tmp_path: Path) -> None:
    rows = [("Open", team) for team in ["fostering", "Fostering", "Fostering", "Adoption"]]
    path = tmp_path / "lists.xlsx"
    write_worklist(Worklist(DAY, ["Status", "Team"], rows), path, by_team=True)
    book = load_workbook(path)
    assert book.sheetnames == ["Teams", "Adoption", "Fostering"]
    assert [row[:4] for row in book["Teams"].iter_rows(min_row=4, values_only=True)] == [
        ("Adoption", 0, 0, 1),
        ("Fostering", 0, 0, 3),
        ("All teams", 0, 0, 4),
    ]
    assert len([*book["Fostering"].iter_rows(min_row=4)]) == 3


def test_the_row_is_the_one_that_a_spreadsheet_shows(run: Run, example: Settings) -> None:
    said = run("worklist", "--home", example.home, "--format", "csv")
    checked = 0
    for row in csv.DictReader(io.StringIO(said.out)):
        if row["File"].endswith(".xlsx") and row["Case"]:
            sheet = load_workbook(example.source / row["File"], read_only=True).active
            (cells,) = sheet.iter_rows(
                min_row=int(row["Row in Excel"]), max_row=int(row["Row in Excel"]), values_only=True
            )
            assert row["Case"] in cells
            checked += 1
    assert checked > 5


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--by-team"], ExitCode.USAGE, "add --format xlsx"),
        (["--out", "a.xlsx"], ExitCode.USAGE, "add --format xlsx"),
        (["--team", "Nobody"], ExitCode.USAGE, "no team Nobody in the marts: the teams are "),
        (["--format", "xlsx", "--out", "notes.txt/a.xlsx"], ExitCode.USAGE, "cannot be used"),
    ],
)
def test_a_mistake_is_one_sentence(
    run: Run, example: Settings, tmp_path: Path, words: list[str], code: ExitCode, problem: str
) -> None:
    (tmp_path / "notes.txt").write_text("a file")
    assert_mistake(run("worklist", "--home", example.home, *words), code, problem)


def test_marts_of_an_older_version_are_named(run: Run, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "marts.duckdb") as marts:
        marts.execute("create table dq_publication (as_of_day date)")
    said = run("worklist", "--home", tmp_path)
    assert_mistake(said, ExitCode.FAILED, "older than this version", "complaints nightly")


def test_a_workbook_holds_no_formula_and_nothing_unseen(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    texts = ["=1+1", "@SUM(A1)", "https://council.example", "a\x1b[2Jb\u202ec", "x" * 40_000]
    write_workbook(path, [Sheet("A", ("text", "number"), [(text, 10**18) for text in texts])])
    sheet = load_workbook(path)["A"]
    values = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in values[:4]] == [*texts[:3], "a[2Jbc"]
    assert len(values[4].value) == 32_767
    assert {cell.data_type for cell in values} == {"s"}
    assert not any(cell.hyperlink for cell in values)
    assert sheet["B2"].value == str(10**18), "more digits than Excel keeps"


def test_sheets_have_names_that_excel_takes() -> None:
    long = "Child Protection & Proceedings, North and West"
    names = sheet_names([long, long, "a/b:[c]*?", "'", "HISTORY", "history"])
    assert names == [long[:31], f"{long[:29]} 2", "a b  c", "Sheet", "HISTORY 2", "history 3"]
    assert isinstance(Workbook().create_sheet(names[2]).title, str)
