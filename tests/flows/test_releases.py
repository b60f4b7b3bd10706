"""A released report stays as it was, and every figure that differs since is explained in full."""

import csv
import json
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from command_helpers import Run
from complaints.flows.night import run_night
from complaints.report.content import ALL, Cell
from complaints.report.release import finish_interrupted, release
from complaints.report.released import Release, read_releases
from complaints.report.write import write_report
from complaints.warehouse.settings import Settings
from conftest import query

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("releases")]

QUARTER = "2018-19 Q1"
EXPORT = "complaints_statutory.csv"
AS_OF_DAY, NEXT_DAY = date(2018, 11, 27), date(2018, 11, 28)


# Rows of the export whose change must be given its cause.
PLANTED = {
    "CH-18-0026": ("outcome_changed", {"outcome": "Upheld"}),
    "CH-18-0032": (
        "received_date_corrected",
        {"received_date": "05/07/2018", "acknowledged_date": "", "clock_start_date": ""},
    ),
    "CH-18-0019": ("withdrawn", {"outcome": "Withdrawn"}),
    "CH-18-0028": (
        "reclassified_between_procedures",
        {"procedure": "Corporate", "legal_basis": ""},
    ),
    # A rule on the row alone held it at the release: its clock started before it was received.
    "CH-18-0903": (
        "released_from_quarantine",
        {
            "procedure": "Corporate",
            "legal_basis": "",
            "clock_start_date": "",
            "outcome": "Withdrawn",
        },
    ),
}
PLACES = f"""
    select case_reference, source_row from fct_complaint_stages
    where source_file = '{EXPORT}' and stage = 'stage_1'
    union all
    select case_reference, row_number from dq_quarantine
    where file_name = '{EXPORT}' and stage = 'stage_1'
"""
LATE = {
    "case_reference": "CH-18-9001",
    "procedure": "Statutory",
    "received_date": "04/06/2018",
    "acknowledged_date": "",
    "clock_start_date": "",
    "responded_date": "11/06/2018",
    "outcome": "Upheld",
}


class After(NamedTuple):
    """The home after its second night, what was changed, and what had been released before."""

    settings: Settings
    cases: dict[str, str]  # the causes by their cases
    released: Release
    documents: dict[str, bytes]


def documents(released: Release) -> dict[str, bytes]:
    paths = (path for path in released.folder.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def after(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> After:
    folder = tmp_path_factory.mktemp("releases")
    shutil.copytree(example.home, folder / "home")
    shutil.copytree(example.source, folder / "exports")
    settings = example.model_copy(update={"home": folder / "home", "source": folder / "exports"})
    released = release(settings, QUARTER, "committee", "Complaints Manager")
    kept = documents(released)
    path = settings.source / EXPORT
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    cases = {LATE["case_reference"]: "arrived_late"}
    row_of = dict(query(settings.marts_path, PLACES))
    for case, (cause, change) in PLANTED.items():
        cases[case] = cause
        edit(header, lines[row_of[case] - 1], change)
    late = list(lines[row_of["CH-18-0026"] - 1])
    edit(header, late, LATE)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines, late])
    settings = settings.model_copy(update={"as_of": NEXT_DAY})
    run_night(settings)
    return After(settings, cases, released, kept)


def edit(header: list[str], line: list[str], change: dict[str, str]) -> None:
    for column, value in change.items():
        line[header.index(column)] = value


@pytest.mark.parametrize("since", ["2018-19-q1-committee-1", "2018-11-27", None])
def test_explain_names_the_six_changes_and_nothing_else(
    after: After, run: Run, since: str | None
) -> None:
    words = ("explain", QUARTER, *(("--since", since) if since else ()))
    words = (*words, "--home", after.settings.home)
    stages = json.loads(run(*words, "--format", "json").out)
    figures = json.loads(run(*words, "--figures", "--format", "json").out)
    assert {row["case_reference"]: row["cause"] for row in stages} == after.cases
    changes = Counter()
    for row in figures:
        changes[Cell(row["measure"], *(row[name] for name in KEY))] += row["change"]
    before, now = counts_of(after.released.counts), counts_now(after.settings)
    differing = {cell: now[cell] - before[cell] for cell in before if now[cell] != before[cell]}
    assert len(differing) == 10
    assert {cell: changes[cell] for cell in before if changes[cell]} == differing


KEY = ("period", "procedure", "stage", "breakdown", "value")


def counts_of(counts: dict[Cell, int]) -> dict[Cell, int]:
    """Return the counts of the quarter's stages that a mart has under the same name."""
    return {
        cell: counted
        for cell, counted in counts.items()
        if cell.period == QUARTER
        and cell.procedure != ALL
        and not cell.breakdown
        and cell.measure in MEASURES
    }


MEASURES = ("received", "in_sla", "late", "upheld", "withdrawn", "eligible", "decided")


def counts_now(settings: Settings) -> dict[Cell, int]:
    columns = ", ".join(MEASURES)
    rows = query(
        settings.marts_path,
        f"select procedure, stage, {columns} from rpt_period_stages where period = ?",
        QUARTER,
    )
    return {
        Cell(measure, QUARTER, procedure, stage): counted
        for procedure, stage, *counted_all in rows
        for measure, counted in zip(MEASURES, counted_all, strict=True)
    }


def test_a_release_opens_as_it_was(after: After, run: Run) -> None:
    assert documents(after.released) == after.documents
    ((listed,),) = [
        json.loads(run("releases", "--home", after.settings.home, "--format", "json").out)
    ]
    assert (listed["release"], listed["documents"]) == (after.released.release, "as released")
    html = after.documents["complaints-report-2018-19-q1-committee.html"].decode()
    assert "DRAFT" not in html


def test_the_next_report_says_what_was_released_and_is_a_draft(after: After) -> None:
    (path,) = write_report(after.settings, QUARTER, "committee", ["json"])
    report = json.loads(path.read_text(encoding="utf-8"))
    (note,) = report["notes"]
    assert note.startswith(
        "Released on 27 November 2018 (2018-19-q1-committee-1), figures as at 27 "
    )
    assert re.search(r": \d\d of its \d+ figures differ today\.$", note)
    assert not report["is_released"]
    (table,) = next(
        each["tables"] for each in report["sections"] if each["title"].startswith("Figures that")
    )
    assert [
        "Statutory stage 1, received",
        QUARTER,
        "18",
        "17",
        "+1 arrived late, −1 received date corrected, −1 reclassified between procedures",
    ] in table["rows"]
    assert report["marking"] == "DRAFT, not released. For general release"


def test_what_somebody_has_edited_is_never_overwritten(after: After, tmp_path: Path) -> None:
    def write() -> str:
        (path,) = write_report(after.settings, QUARTER, "committee", ["html"], tmp_path)
        return path.name

    first = "complaints-report-2018-19-q1-committee.html"
    assert (write(), write()) == (first, first)
    edited = tmp_path / first
    edited.write_text("The manager's own words.", encoding="utf-8")
    later = "complaints-report-2018-19-q1-committee-2018-11-28.html"
    assert (write(), write()) == (later, later)
    assert edited.read_text(encoding="utf-8") == "The manager's own words."


def test_a_changed_document_of_a_release_is_named(after: After, tmp_path: Path) -> None:
    shutil.copytree(after.released.folder, tmp_path / "releases" / after.released.release)
    name = "complaints-report-2018-19-q1-committee.docx"
    (tmp_path / "releases" / after.released.release / name).write_bytes(b"another")
    (listed,) = read_releases(after.settings.model_copy(update={"home": tmp_path}))
    assert listed.documents == f"changed: {name}"


def test_released_figures_are_reconciled_like_those_of_older_paper_reports(after: After) -> None:
    found = query(
        after.settings.marts_path,
        "select procedure, stage, printed, computed, agreement from rpt_published_figures "
        "where report = ? and period = ? and measure = 'received' and stage = 'stage_1'",
        after.released.release,
        QUARTER,
    )
    assert sorted(found) == [
        ("corporate", "stage_1", 22, 24, "matches_excluding_withdrawn"),
        ("statutory", "stage_1", 18, 17, "differs"),
    ]


def test_the_history_says_what_a_figure_was_when(after: After) -> None:
    assert query(
        after.settings.marts_path,
        "select as_of_day, counted from rpt_figure_history where financial_quarter = ? "
        "and procedure = 'statutory' and stage = 'stage_1' and measure = 'received' order by 1",
        QUARTER,
    ) == [(AS_OF_DAY, 18), (NEXT_DAY, 17)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("explain", QUARTER, "--since", "2018-19-q1-committee-9"), "There is no release"),
        (("explain", "2016-17 Q1"), "No report of 2016-17 Q1 has been released: give --since"),
        (("explain", QUARTER, "--since", "2017-01-01"), "No night was as at 2017-01-01"),
        (("report", QUARTER, "--as-at", "2019-01-01"), "No night was as at 2019-01-01"),
        (("sql", "select 1", "--as-at", "yesterday"), "--as-at yesterday is not a day"),
        (("release", "2018-19 Q3"), "2018-19 Q3 ends on 31 December 2018"),
        (("release", QUARTER, "--by", " "), "role"),
    ],
)
def test_a_mistake_is_met_with_one_sentence(
    after: After, run: Run, words: tuple[str, ...], sentence: str
) -> None:
    said = run(*words, "--home", after.settings.home)
    *progress, last = said.err.splitlines()
    assert (said.exit_code, said.out, len(progress) <= 1) == (2, "", True)
    assert last.startswith("Error: ") and sentence in last


def test_a_publication_says_how_many_of_its_counts_were_given_away_before(
    example_copy: Settings, run: Run
) -> None:
    def said(profile: str) -> list[str]:
        words = ("release", QUARTER, "--profile", profile, "--home", example_copy.home)
        return run(*words).out.splitlines()

    assert len(said("committee")) == 1
    assert len(said("publication")) == 2
    *_, sentence = said("publication")
    folder = example_copy.releases_folder / "2018-19-q1-publication-2"
    with (folder / "disclosure_record.csv").open(encoding="utf-8", newline="") as file:
        number = [row["is_given_away"] for row in csv.DictReader(file)].count("True")
    assert sentence == (
        f"Counts to be hidden that follow from what was released before: {number}. "
        f"{folder / 'disclosure_record.csv'} lists them (is_given_away)."
    )


def test_a_release_of_a_store_that_an_older_version_built_waits_for_a_night(
    example_copy: Settings, run: Run
) -> None:
    with duckdb.connect(example_copy.warehouse_path) as store:
        store.execute("drop table intermediate.int_rows_held_by_themselves")
    said = run("release", QUARTER, "--home", example_copy.home)
    assert (said.exit_code, said.out) == (1, "")
    assert "run `complaints nightly` once" in said.err


def test_an_interrupted_release_is_finished_or_removed(after: After, tmp_path: Path) -> None:
    settings = after.settings.model_copy(update={"home": tmp_path})
    for name in (after.released.release, "2018-19-q1-committee-2"):
        (tmp_path / "releases" / f".unfinished-{name}").mkdir(parents=True)
    with duckdb.connect(after.settings.warehouse_path, read_only=True) as store:
        finish_interrupted(settings, store)
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [after.released.release]
