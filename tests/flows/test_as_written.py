"""`complaints quarantine` and `complaints spellings` show their owner what is written."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from command_helpers import Run
from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_and_notify
from complaints.warehouse.as_written import list_findings
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings, read_settings
from conftest import EXAMPLE_EXPORTS, query, write_export
from door_helpers import FIRST_NIGHT, Door, export
from notice_helpers import MANAGER, Postbox, mail_server, text_of
from small_home import borrow_store


@pytest.fixture
def door(example: Settings, tmp_path: Path) -> Door:
    """An empty home, in a store that dbt built for the example."""
    settings = read_settings(home=tmp_path / "home", source=tmp_path / "exports", as_of=FIRST_NIGHT)
    borrow_store(settings, example)
    return Door(settings)


def listed(run: Run, settings: Settings, *words: str) -> list[dict[str, Any]]:
    """Return the rows that a command lists."""
    said = run(*words, "--home", settings.home, "--format", "json")
    assert (said.exit_code, said.err) == (0, "")
    return list(json.loads(said.out))


@pytest.mark.parametrize("options", [(), ("--warnings",)])
def test_a_listed_row_is_in_that_row_of_the_spreadsheet(
    run: Run, example: Settings, options: tuple[str, ...]
) -> None:
    rows = listed(run, example, "quarantine", *options)
    sheets = {name: sheet_of(EXAMPLE_EXPORTS / name) for name in {r["file_name"] for r in rows}}
    assert len(rows) > 15
    for row in rows:
        cells = [str(cell).strip() for cell in sheets[row["file_name"]][row["spreadsheet_row"] - 1]]
        assert (row["case_reference"] or "") in cells
        for written in (row["what_is_written"] or "").split("; "):
            column, _, text = written.partition(": ")
            assert not text or text in cells or column == "due_date", row


def test_for_a_person_the_rows_stand_under_what_to_do(run: Run, example: Settings) -> None:
    rows = listed(run, example, "quarantine")
    lines = run("quarantine", "--home", example.home).out.splitlines()
    heads = [line for line in lines if not line.startswith(" ")]
    assert heads == sorted({row["rule_codes"].replace(",", ", ") for row in rows})
    for row in rows:
        place = f"  - {row['file_name']}, row {row['spreadsheet_row']}"
        (line,) = (each for each in lines if re.match(rf"{re.escape(place)}(:|$)", each))
        above = lines[: lines.index(line)]
        remedy = next(each for each in reversed(above) if not each.startswith("  - "))
        assert remedy == f"  {row['what_to_do']}"
        assert (row["what_is_written"] or "") in line


def sheet_of(path: Path) -> list[list[Any]]:
    """Return the rows of a file as a spreadsheet shows them."""
    if path.suffix == ".xlsx":
        return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].values]
    text = path.read_bytes().decode("cp1252", "replace")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def test_what_is_written_is_of_the_rules_columns(run: Run, example: Settings) -> None:
    held = {row["rule_codes"]: row["what_is_written"] for row in listed(run, example, "quarantine")}
    assert held["stage_unknown"] == "stage: Informal"
    assert held["responded_date_invalid"] == "responded_date: awaited"
    assert held["row_unreadable"] is held["case_reference_missing"] is None
    warned = {
        row["rule_codes"]: row["what_is_written"]
        for row in listed(run, example, "quarantine", "--warnings")
    }
    assert warned["target_date_disagrees"] == "due_date: 2017-12-27; target_date: 2017-12-25"
    assert warned["outcome_unknown"] == "outcome: See the letter"
    assert warned["team_missing"] is None


HELD = "H1,statutory,stage 9,2018-07-02\n"
GOOD = "G1,statutory,1,2018-07-02\n"
HEADER = "case_reference,procedure,stage,received_date\n"


@pytest.mark.parametrize(
    ("content", "read", "row"),
    [
        (HEADER + GOOD + HELD, "", 3),
        (f"\n{HEADER}\n\n{GOOD},,,\n\n{HELD}\n\n", "", 8),
        ("sep=,\n" + HEADER + GOOD + HELD, "", 3),
        (f'Complaints\n\n{HEADER}"G\n1",statutory,1,2018-07-02\n{HELD}', "{header: 3}", 5),
    ],
)
def test_titles_and_blank_rows_are_counted_as_a_spreadsheet_does(
    run: Run, door: Door, tmp_path: Path, content: str, read: str, row: int
) -> None:
    door.settings.source.mkdir()
    (door.settings.source / "complaints.csv").write_text(content, encoding="utf-8", newline="")
    (tmp_path / "sources.yml").write_text(
        "sources: [{code: complaints, files: exports" + (f", read: {read}" if read else "") + "}]"
    )
    door.settings = door.settings.model_copy(update={"source": tmp_path / "sources.yml"})
    door.night()
    (held,) = listed(run, door.settings, "quarantine")
    assert (held["row_number"], held["spreadsheet_row"]) == (2, row)
    assert held["what_is_written"] == "stage: stage 9"


def test_a_workbook_with_titles_says_its_own_rows(run: Run, door: Door, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for place, line in ((2, "Complaints"), (4, HEADER), (5, GOOD), (8, HELD)):
        for column, text in enumerate(line.strip().split(","), start=1):
            book.active.cell(place, column, text)
    door.settings.source.mkdir()
    book.save(door.settings.source / "complaints.xlsx")
    (tmp_path / "sources.yml").write_text(
        "sources: [{code: complaints, files: exports, read: {header: 4}}]"
    )
    door.settings = door.settings.model_copy(update={"source": tmp_path / "sources.yml"})
    door.night()
    (held,) = listed(run, door.settings, "quarantine")
    assert (held["row_number"], held["spreadsheet_row"]) == (2, 8)


def test_a_row_that_came_no_more_is_in_the_file_that_held_it(run: Run, door: Door) -> None:
    dated = HELD.replace("stage 9", "1").replace("2018-07-02", "soon")
    door.settings.source.mkdir()
    for night, content in enumerate((f"\n{HEADER}{GOOD}{dated}", HEADER + GOOD), start=1):
        path = door.settings.source / f"complaints_2018112{night}.csv"
        path.write_text(content, encoding="utf-8")
        door.night()
    (held,) = listed(run, door.settings, "quarantine")
    assert (held["file_name"], held["spreadsheet_row"]) == ("complaints_20181121.csv", 4)


def test_while_a_run_is_at_work_the_list_says_that_it_shows_no_texts(
    run: Run, example_copy: Settings
) -> None:
    with lock_home(example_copy):
        said = run("quarantine", "--home", example_copy.home, "--format", "csv")
        assert run("spellings", "--home", example_copy.home).exit_code == 1
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert said.exit_code == 0 and "while no run is in progress" in said.err
    assert len(rows) > 15 and not any(row["what_is_written"] for row in rows)


def test_a_list_waits_for_another_persons(example_copy: Settings) -> None:
    with ThreadPoolExecutor(1) as person:
        with lock_home(example_copy):
            listing = person.submit(list_findings, example_copy)
            time.sleep(1)
            assert not listing.done()
        assert listing.result().has_texts


MARKS = {
    "procedure": "Xprocq",
    "stage": "Xstagq",
    "outcome": "Xoutcq",
    "extension_agreed": "Xextnq",
    "legal_basis": "Xlegaq",
    "received_date": "Xrecvq",
    "responded_date": "Xrespq",
    "panel_date": "Xpaneq",
    "target_date": "Xtargq",
    "last_updated": "Xlastq",
}


@pytest.mark.parametrize("is_stopped", [False, True])
def test_no_mart_digest_log_or_published_file_carries_what_is_written(
    run: Run, door: Door, is_stopped: bool
) -> None:
    """Nor what is printed; only the working store and the two commands have it."""
    row = {"case_reference": "A", "procedure": "statutory", "stage": "1"}
    rows = [
        {**row, "received_date": "2018-07-02", "case_reference": f"{name}-1", name: mark}
        for name, mark in MARKS.items()
    ]
    if is_stopped:
        door.night(export(40))
        rows = [r | {"case_reference": f"{r['case_reference']}{n}"} for n in range(9) for r in rows]
    postbox = Postbox()
    write_export(door.exports / "complaints.csv", rows)
    write_export(door.exports / "other.csv", export(3)) if not is_stopped else None
    with mail_server(postbox) as port:
        settings = read_settings(
            **door.settings.model_dump(exclude={"as_of"})
            | {"as_of": door.day, "smtp_host": "127.0.0.1", "smtp_port": port}
            | {"alerts_data_quality": MANAGER, "alerts_failures": MANAGER}
        )
        try:
            report = run_and_notify(settings, WITHOUT_DBT)
            said = repr(report)
        except Exception as problem:
            said = str(problem)
            assert is_stopped, said
    mails = [text_of(mail) for mail in postbox.taken()]
    assert mails
    for text in (said, *mails, *texts_outside(settings)):
        assert not [mark for mark in MARKS.values() if mark in text]
    spelt = {row["written"] for row in listed(run, settings, "spellings")}
    coded = ("procedure", "stage", "outcome", "extension_agreed", "legal_basis")
    assert spelt == {MARKS[name] for name in coded}
    if not is_stopped:
        shown = "".join(
            str(row["what_is_written"])
            for options in ((), ("--warnings",))
            for row in listed(run, settings, "quarantine", *options)
        )
        assert not [mark for mark in MARKS.values() if mark not in shown]


def texts_outside(settings: Settings) -> Iterator[str]:
    """Yield all that a home holds outside its working store, tables row by row."""
    for path in settings.home.rglob("*"):
        if not path.is_file() or path == settings.warehouse_path or "dbt" in path.parts:
            continue
        if path.suffix == ".duckdb":
            with duckdb.connect(path, read_only=True) as file:
                for (table,) in file.execute("select table_name from duckdb_tables()").fetchall():
                    yield repr(file.execute(f"from {table}").fetchall())
        yield path.read_bytes().decode("latin-1")


NEAREST = {
    "Not upheld - no evidence": "not_upheld",
    "Upheld, apology sent": "upheld",
    "Complaint was partially upheld by the panel": "partially_upheld",
    "Uphelt": "upheld",
    "Never upheld": None,
    "Closed": None,
}


def test_an_outcome_with_an_addition_is_offered_and_known_once_its_row_is_pasted(
    run: Run, door: Door
) -> None:
    rows = [row | {"outcome": written} for row, written in zip(export(6), NEAREST, strict=True)]
    outcomes = "select outcome from fct_complaint_stages order by case_reference"
    door.night(rows)
    assert query(door.settings.marts_path, outcomes) == [("unknown",)] * 6
    spelt = listed(run, door.settings, "spellings")
    assert {row["written"]: row["nearest"] for row in spelt} == NEAREST
    known = [row for row in spelt if row["nearest"]]
    for row in known:
        pair = f"{json.dumps(row['written'])}: {row['nearest']}"
        assert row["or_in_the_sources_file"] == f"values: {{outcome: {{{pair}}}}}"
    lines = ["field,written,value", *(row["row_of_synonyms_csv"] for row in known)]
    (door.settings.reference_folder / "synonyms.csv").write_text("\n".join(lines))
    door.night([*rows, export(7)[-1] | {"outcome": "upheld"}])
    read = [nearest or "unknown" for nearest in NEAREST.values()]
    assert query(door.settings.marts_path, outcomes) == [(each,) for each in (*read, "upheld")]
    left = {row["written"] for row in listed(run, door.settings, "spellings")}
    assert left == {written for written, nearest in NEAREST.items() if nearest is None}


def test_what_a_synonym_knows_is_listed_when_asked_for(run: Run, door: Door) -> None:
    door.night(row | {"stage": "S1"} for row in export(2))
    assert listed(run, door.settings, "spellings") == []
    known = {
        row["written"]: row["understood_as"]
        for row in listed(run, door.settings, "spellings", "--understood")
    }
    assert known == {"S1": "stage_1"}


def test_the_words_of_a_stopped_delivery_are_listed_until_one_is_taken(
    run: Run, door: Door
) -> None:
    door.deliver([row | {"stage": "Informal"} for row in export(30)])
    assert door.stops()
    (spelt,) = listed(run, door.settings, "spellings")
    assert (spelt["field"], spelt["written"], spelt["rows"]) == ("stage", "Informal", 30)
    door.deliver(export(30))
    assert listed(run, door.settings, "spellings") == []
