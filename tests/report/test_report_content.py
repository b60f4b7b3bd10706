"""What the report says: every published figure, any period, and one truth in all its parts."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from complaints.report import layout
from complaints.report.build import SOME_LEFT_OUT, build_report
from complaints.report.content import Cell, Count, Report, Section, Share
from complaints.report.disclosure import hidden_cells
from complaints.report.printing import Printer, print_report
from complaints.report.render_docx import render_docx
from complaints.report.render_html import render_html
from complaints.report.render_json import render_json
from complaints.report.sentences import sentence
from complaints.report.write import _check_comments, write_report
from complaints.warehouse.backup import SUMS
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings
from conftest import query
from report_documents import read_docx, read_html
from report_sample import FRONT
from report_sections import printed_report, sections_of

QUARTER, FIRST_QUARTER, YEAR = "2018-19 Q2", "2016-17 Q1", "2017-18"
PERIODS = (QUARTER, "2017-18 Q4", FIRST_QUARTER, YEAR, "2016-17")
STAGES = {
    "stage_1": "Stage 1",
    "stage_2": "Stage 2",
    "stage_3": "Stage 3",
    "ombudsman": "Ombudsman (LGSCO)",
}
MEASURES = {"received": "No", "in_sla": "In SLA", "upheld": "Upheld"}
CHANGES = {
    "received_change": r"complaints received increased by {}%, from",
    "in_sla_change": r"within the statutory timeframe increased by {} percentage points",
    "upheld_change": r"upheld in full or in part increased by {} percentage points",
}

UNREADABLE = re.compile(
    r"None|nan|[\ue000\ue001]|  |\.\.|,,|(?<![Ss]tage )\b1 (complaints|rows|cases)"
)


@pytest.fixture(scope="session")
def reports(example: Settings) -> dict[str, Report]:
    """The report of each period, for the whole run."""
    return {each: build_report(example.marts_path, each, example) for each in PERIODS}


def cells(section: dict[str, Any], row: str, *columns: str) -> Iterator[str]:
    """Yield what is in a row under one of some columns, in every table of a section."""
    for table in section["tables"]:
        for each in table["rows"]:
            if each[0] == row:
                named = zip(table["columns"], each, strict=True)
                yield from (text for column, text in named if column in columns)


def test_every_published_figure_that_can_be_given_is_in_its_section(
    example: Settings, reports: dict[str, Report]
) -> None:
    sections = sections_of(reports[QUARTER])
    differing = []
    for section, period, stage, measure, unit, number, agreement in query(
        example.marts_path,
        "select section, period, stage, measure, unit, printed, agreement "
        "from rpt_published_figures",
    ):
        content = sections[section]
        notes = [note for table in content["tables"] for note in table["notes"]]
        change = next((key for key in CHANGES if measure.startswith(key)), None)
        if change:
            pattern = CHANGES[change].format(number)
            found = any(re.search(pattern, each) for each in (*content["paragraphs"], *notes))
        else:
            texts = list(cells(content, STAGES[stage], f"{MEASURES[measure]}, {period}", period))
            found = any(_shows(text, unit, number) for text in texts)
            if agreement == "matches_excluding_withdrawn":
                found = any(f"({number}%) in {period}" in note for note in notes)
        if agreement == "differs":
            differing.append((measure, number, found))
        else:
            assert found, (section, period, stage, measure, unit, number)
    assert differing == [("in_sla", 26, False), ("in_sla_change_on_quarter", -24, False)]


def _shows(text: str, unit: str, number: int) -> bool:
    """Say whether a cell shows a printed number; a zero of nothing is a dash here."""
    if text == "–":
        return number == 0
    return f"({number}%)" in text if unit == "percent" else re.match(r"\d+", text)[0] == str(number)


def test_the_three_renderings_hold_the_same_tables_and_sentences(
    example: Settings, tmp_path: Path
) -> None:
    printed = printed_report(example, QUARTER, "internal")
    render_docx(printed, tmp_path / "report.docx")
    sections = json.loads(render_json(printed))["sections"]
    tables = [table for section in sections for table in section["tables"]]
    paragraphs = {text for section in sections for text in section["paragraphs"]}
    for other in (read_html(render_html(printed)), read_docx(tmp_path / "report.docx")):
        found = {each.title: (each.columns, each.rows) for each in other.tables}
        for table in tables:
            assert found[table["title"]] == (table["columns"], table["rows"]), table["title"]
        assert paragraphs <= set(other.texts)


def test_every_published_breakdown_is_in_its_section(
    example: Settings, reports: dict[str, Report]
) -> None:
    sections = sections_of(reports[QUARTER])
    for section, breakdown, value, *numbers in query(
        example.marts_path,
        "select section, breakdown, value, received, in_sla, upheld from rpt_published_breakdowns",
    ):
        columns = ("No of complaints", "Complaints"), ("In SLA",), ("Upheld",)
        for names, number in zip(columns, numbers, strict=True):
            if number is not None:
                assert str(number) in list(cells(sections[section], value, *names)), breakdown


def test_the_json_has_the_shape_that_is_promised(reports: dict[str, Report]) -> None:
    rendered = json.loads(render_json(print_report(reports[QUARTER], "internal")))
    assert (rendered["quarter"], rendered["profile"]) == (QUARTER, "internal")
    assert rendered["as_of"] == "2018-11-27"
    for section in rendered["sections"]:
        assert {"number", "title", "paragraphs", "tables"} <= section.keys()
        for table in section["tables"]:
            assert {"title", "columns", "rows"} <= table.keys()
            assert all(len(row) == len(table["columns"]) for row in table["rows"])
    numbers = [each["number"] for each in rendered["sections"]]
    assert len(set(numbers)) == len(numbers)
    assert numbers[:3] == ["1", "1.1", "1.2"]
    for wanted in ("2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "Appendix A", "Appendix B"):
        assert wanted in numbers


@pytest.mark.parametrize("period", PERIODS)
def test_a_report_of_any_period_reads_well(period: str, reports: dict[str, Report]) -> None:
    sections = sections_of(reports[period])
    for section in sections.values():
        alternatives = [chart["alternative"] for chart in section["charts"]]
        notes = [note for table in section["tables"] for note in table["notes"]]
        for text in (*section["paragraphs"], *alternatives, *notes):
            assert re.search(r"[.:]$", text), text
            assert not UNREADABLE.search(text), text
            if "percentage point" in text:
                assert not re.search(r"by \d+(\.\d)?%", text), text
            is_indicator = section["number"] == "3.2"
            if (
                "%" in text
                and not is_indicator
                and "%, from" not in text
                and "by less than" not in text
            ):
                assert len(re.findall(r"\d+ of \d+", text)) == text.count("%"), text
            for number in re.findall(r"section ([\d.]*\d)", text):
                assert number in sections, text
        for table in section["tables"]:
            assert "None" not in {each for row in table["rows"] for each in row}
        assert len(section["tables"]) or not section["charts"]


def test_the_annual_report_compares_years_and_shows_the_quarters(
    reports: dict[str, Report],
) -> None:
    sections = sections_of(reports[YEAR])
    assert {"1", "2.5", "3.2", "Appendix C", "C.10"} <= sections.keys()
    volumes = sections["2.1"]["tables"][0]
    assert volumes["columns"] == ["Stage", *(f"2017-18 Q{n}" for n in (1, 2, 3, 4)), "2017-18"]
    assert volumes["rows"][0] == ["Stage 1", "17", "26", "19", "19", "81"]
    assert any("from 79 in 2016-17 to 81 in 2017-18" in t for t in sections["2.1"]["paragraphs"])
    quarters = sections["3.1"]["tables"][0]
    assert [row[0] for row in quarters["rows"]] == [f"2017-18 Q{n}" for n in (1, 2, 3, 4)] + [YEAR]


def test_a_year_in_which_no_action_was_due_says_so(reports: dict[str, Report]) -> None:
    """All seven are due in 2018-19; what was learned stands beside the themes."""
    sections = sections_of(reports[YEAR])
    words = "No learning actions were due in 2017-18; 7 are due in other years."
    assert sections["2.2"]["paragraphs"] == [words]
    assert sections["3.2"]["paragraphs"][0] == words
    learned = "What was learned, and how services have changed"
    assert list(cells(sections["3.3"], learned, "Where it is")) == ["Appendix B"]


def test_the_first_quarter_says_that_there_is_nothing_to_compare_with(
    reports: dict[str, Report],
) -> None:
    sections = sections_of(reports[FIRST_QUARTER])
    assert sections["2.1"]["title"] == "Quarter 1 trends, 2016-17"
    assert "There are no figures for 2015-16 Q1 to compare with." in sections["2.1"]["paragraphs"]
    assert sections["3.1"]["tables"] == []


@pytest.mark.parametrize("period", PERIODS)
def test_the_table_that_a_chart_names_has_all_its_counts(
    period: str, reports: dict[str, Report]
) -> None:
    for section in reports[period].walk():
        tables = {table.title: {count.cell for count in table.counts} for table in section.tables}
        for chart in section.charts:
            drawn = (figure for series in chart.series for figure in series.figures)
            cells = {count.cell for figure in drawn for count in figure.counts}
            assert cells <= tables[chart.table], chart.title


@pytest.mark.parametrize("period", PERIODS)
def test_no_cell_has_two_values_and_every_sum_adds_up(
    period: str, reports: dict[str, Report]
) -> None:
    report = reports[period]
    values: dict[Cell, int | None] = dict(report.values)
    for section in report.walk():
        for count in section.counts:
            assert values.setdefault(count.cell, count.value) == count.value, count.cell
    for whole, parts in report.sums:
        assert report.values[whole] == sum(report.values[part] for part in parts), whole
    tied = {cell for each in report.sums for cell in each.parts}
    teams = {
        cell
        for section in report.walk()
        for c in section.counts
        if c.value and (cell := c.cell).breakdown == "service_team"
    }
    assert teams <= tied


def test_a_section_says_once_what_is_held_back_and_nothing_where_nothing_is(
    reports: dict[str, Report],
) -> None:
    notes = {
        section.number: [
            note
            for table in section.tables
            for note in Printer(frozenset(), "c").sentences(table.notes)
            if "eld back for correction" in note
        ]
        for section in reports[QUARTER].walk()
    }
    assert max(map(len, notes.values())) == 1
    assert notes["3.1"] == [
        "Held back for correction and not counted: 1 row of statutory stage 1, 2018-19 Q1."
    ]
    assert notes["2.3"] == notes["2.4"] == []
    assert "none" not in " ".join(note for each in notes.values() for note in each)


def test_a_row_held_back_in_the_period_is_said_once_beside_the_years_before(
    example: Settings,
) -> None:
    sections = sections_of(build_report(example.marts_path, "2018-19 Q1", example))
    notes = [note for table in sections["2.1"]["tables"] for note in table["notes"]]
    assert [note for note in notes if "held back" in note.lower()] == [
        "Held back for correction and not counted: 1 row of statutory stage 1, 2018-19 Q1."
    ]


def test_the_committee_sees_every_count_and_no_case_in_the_order_of_the_seed_report(
    example: Settings,
) -> None:
    short = example.model_copy(update={"report_further_tables": False})
    committee = printed_report(short, QUARTER, "committee")
    assert [layout.heading(each).split()[0] for each in layout.body_sections(committee)] == [
        "1",
        "2",
        "3",
    ]
    numbers = [each.number for top in committee.sections for _, each in layout.walk(top)]
    wanted = ["2.1", "2.2", "2.3", "2.4", "2.5", "3", "3.1", "3.2", "Appendix A", "Appendix B"]
    assert numbers == ["1", "1.1", "1.2", "2", *wanted]
    texts = read_html(render_html(committee)).everything
    assert len(texts.split()) < 2_000
    assert "Appendix C" not in texts and not re.search(r"\bC[HO]-18-\d{4}\b", texts)
    assert layout.marking(committee) == "DRAFT, not released. For general release"
    internal = printed_report(short, QUARTER, "internal")
    assert re.search(r"\bCH-18-\d{4}\b", read_html(render_html(internal)).everything)


def test_one_sentence_gives_both_cohorts_where_they_differ(example_copy: Settings) -> None:
    first = "rpt_period_closed where procedure = 'statutory' and stage = 'stage_1'"
    sections = sections_of(build_report(example_copy.marts_path, QUARTER, example_copy))
    (words,) = (each for each in sections["1.1"]["paragraphs"] if " closed in it" in each)
    assert words == (
        "40 stage 1 complaints were received in 2018-19 Q2, and 30 were closed in it, whenever "
        "received: 9 of 30 (30%) responded to within the statutory timeframe and 3 of 30 (10%) "
        "upheld in full or in part, after 15.2 working days on average (median 15)."
    )
    assert "30" in list(cells(sections["C.5"], "Statutory stage 1", "Closed"))
    ((closed, facts),) = query(
        example_copy.marts_path,
        f"select (select sum(closed) from {first} and period_length = 'quarter'), count(*) "
        "from fct_complaint_stages where procedure = 'statutory' and stage = 'stage_1' "
        "and responded_date is not null",
    )
    assert closed == facts
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute(
            "update rpt_period_closed set closed = 40, in_sla = 11, upheld = 4 "
            "where procedure = 'statutory' and stage = 'stage_1'"
        )
    sections = sections_of(build_report(example_copy.marts_path, QUARTER, example_copy))
    assert not any(" closed in it" in each for each in sections["1.1"]["paragraphs"])


def test_a_mean_or_an_amount_of_one_case_is_not_published(example_copy: Settings) -> None:
    """Six of seven closed were withdrawn; one of six remedies has an amount."""
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute(
            "update rpt_period_closed set closed = 7, withdrawn = 6, in_sla = 1, upheld = 0, "
            "working_days_total = 1, median_working_days = 1 "
            f"where period = '{QUARTER}' and procedure = 'statutory' and stage = 'stage_1'"
        )
        marts.execute(f"delete from rpt_period_remedies where period = '{QUARTER}'")
        marts.execute(
            "insert into rpt_period_remedies by name select "
            f"'{QUARTER}' as period, 'quarter' as period_length, 'Payment' as remedy_type, "
            "6 as remedies, 6 as paid, 1 as with_amount, 1 as with_amount_paid, "
            "250 as amount, 250 as amount_paid"
        )
    report = build_report(example_copy.marts_path, QUARTER, example_copy)
    printer = Printer(hidden_cells(report, 5), "c")
    days, amounts = (
        next(
            printer.table(table)
            for section in report.walk()
            for table in section.tables
            if table.title.startswith(title)
        )
        for title in ("Received and closed", "Remedies agreed")
    )
    assert days.rows[0] == ("Statutory stage 1", "40", "7", "c", "0 of 7 (0%)", "c", "c")
    assert amounts.rows == tuple((row, "6", "6", "c", "c") for row in ("Payment", "Total"))
    bullets = report.sections[0].sections[0].bullets
    (words,) = (each for each in bullets if " closed in it" in "".join(map(str, each.parts)))
    assert printer.sentence(words) is None
    said = Printer(frozenset(), "c").sentence(words)
    assert said and said.endswith(", after 1 working day on average (median 1).")


def test_recommendations_are_not_listed_where_they_could_be_counted(
    example_copy: Settings,
) -> None:
    """Six of eight are done and two overdue: the list would say how many, as the table does not."""
    with duckdb.connect(example_copy.marts_path) as marts:
        for name in ("fct_recommendations", "rpt_period_recommendations"):
            marts.execute(f"delete from {name}")
        marts.execute(
            "insert into fct_recommendations by name select 'complaints' as source, "
            "'R' || n as case_reference, 'ombudsman' as stage, 'Apologise' as text, "
            "date '2018-08-01' as due_date, if(n < 6, 'done', 'overdue') as status, "
            "if(n < 6, date '2018-07-31', null) as done_date, 'a.csv' as source_file, "
            "n as source_row from range(8) as numbers (n)"
        )
        marts.execute(
            "insert into rpt_period_recommendations by name select "
            f"'{QUARTER}' as period, 'quarter' as period_length, 'ombudsman' as stage, "
            "8 as recommendations, 8 as due, 6 as done, 6 as done_in_time, 2 as overdue, "
            "0 as dropped"
        )
    report = build_report(example_copy.marts_path, QUARTER, example_copy)
    (section,) = (each for each in report.walk() if each.key == "recommendations")
    printer = Printer(hidden_cells(report, 5), "c")
    assert printer.table(section.tables[0]).rows[0][1:4] == ("8", "c", "c")
    assert printer.sentences(section.bullets) == (SOME_LEFT_OUT,)
    assert len(Printer(frozenset(), "c").sentences(section.bullets)) == 8


def test_what_was_due_on_friday_is_overdue_on_saturday(example_copy: Settings) -> None:
    """No working day lies between them, so none is left, and yet the due date has passed."""
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute(
            "update rpt_open_stages set working_days_left = 0 where sla_status = 'open_overdue'"
        )
        counted = marts.execute(
            "select count(*), count(*) filter (sla_status = 'open_in_time'), "
            "count(*) filter (sla_status = 'open_overdue'), "
            "count(*) filter (sla_status = 'not_applicable') from rpt_open_stages"
        ).fetchall()
    section = sections_of(build_report(example_copy.marts_path, QUARTER, example_copy))["C.3"]
    columns = ("Open", "Within the time limit", "Overdue", "No time limit")
    assert [tuple(map(int, cells(section, "Total", *columns)))] == counted
    assert all(number > 0 for number in counted[0])


def test_what_was_closed_without_a_date_is_not_called_withdrawn(example_copy: Settings) -> None:
    """It has a limit and was not withdrawn; the five statuses put it beside those (C21)."""
    case = "CH-18-0034"
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute(
            "update fct_complaint_stages set sla_status = 'not_applicable', responded_date = null, "
            f"is_closed_date_unknown = true where case_reference = '{case}' and stage = 'stage_1'"
        )
        ((quarter,),) = marts.execute(
            f"select financial_quarter from fct_complaints where case_reference = '{case}'"
        ).fetchall()
    sections = sections_of(build_report(example_copy.marts_path, quarter, example_copy)).values()
    status = "Withdrawn, no limit, or closed without a date"
    assert status in {text for each in sections for text in cells(each, case, "In SLA?")}
    assert any(status in table["columns"] for each in sections for table in each["tables"])


def test_a_half_year_adds_up_its_quarters_and_a_running_quarter_is_a_draft(
    example: Settings,
) -> None:
    half = printed_report(example, "April to September 2018", "committee")
    assert half.period == "2018-19 H1"
    volumes = half.sections[1].sections[0].tables[0]
    assert volumes.columns[-1] == "2018-19 H1" and volumes.rows[0][-1] == "58"
    with pytest.raises(UsageError, match="or for a draft"):
        printed_report(example, "2018-19 Q3", "committee")
    draft = printed_report(example, "2018-19 Q3", "committee", is_draft=True)
    assert layout.marking(draft) == "DRAFT: 2018-19 Q3 has not ended. For general release"
    assert render_html(draft).count("DRAFT: 2018-19 Q3 has not ended") >= 2


@pytest.mark.soak
def test_the_councils_own_words_stand_in_their_section_and_give_no_hidden_number_away(
    example_copy: Settings,
) -> None:
    printed = printed_report(example_copy, QUARTER, "committee")
    (words,) = printed.sections[1].sections[0].comments
    assert words.startswith("Complaints Manager: Part of this increase")
    assert words in read_html(render_html(printed)).texts
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute(
            "update rpt_commentary set section = '2.2', text = 'Four of them were upheld.'"
        )
    assert printed_report(example_copy, QUARTER, "committee")
    with pytest.raises(UsageError, match=r"section 2\.2 says 4, a number that the publication"):
        printed_report(example_copy, QUARTER, "publication")


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("Eleven of them were answered in time.", "11"),
        ("A dozen were late, twenty-nine not.", "29"),
        ("In the quarter 11 were in time.", "11"),
        ("We answered 11 in 2018-19 in time.", "11"),
        ("28 per cent were in time.", "28%"),
        ("In time: 28 % of all.", "28%"),
        ("27.5% were in time.", "27.5%"),
        ("Twenty-eight percent were in time.", "28%"),
        ("In quarter 2 stage 1 took 11 working days, and 27 of 100 had help from 11 May 2018.", ""),
    ],
)
def test_a_hidden_number_is_known_however_it_is_written(words: str, number: str) -> None:
    cell = Cell("in_sla", "2018-19 Q2", "statutory", "stage_1")
    count, late = Count(cell, 11), Count(cell.of("late"), 29)
    share = Share(count, Count(cell.of("received"), 40))
    section = Section("volumes", "Volumes", (sentence(share, late),), comments=(words,))
    report = Report("2018-19 Q2", "2018-11-27", FRONT, (section,))
    if not number:
        return _check_comments(report, {cell, late.cell})
    with pytest.raises(UsageError, match=f"says {number}, a number that the publication"):
        _check_comments(report, {cell, late.cell})


def test_the_report_is_written_by_format_and_profile(example: Settings, tmp_path: Path) -> None:
    written = write_report(example, QUARTER, "internal", ("json",), tmp_path / "out")
    assert [each.name for each in written] == [
        "complaints-report-2018-19-q2-internal.json",
    ]
    beside = tmp_path / "out" / SUMS  # by which a file that somebody has edited is known
    assert sorted((tmp_path / "out").iterdir()) == sorted([beside, *written])
    with pytest.raises(UsageError, match="cannot be used"):
        write_report(example, QUARTER, "internal", ("json",), written[0])
    for wrong in ({"formats": ("odt",)}, {"formats": ()}, {"profile": "secret"}):
        with pytest.raises(UsageError, match="choose from"):
            write_report(example, QUARTER, out=tmp_path, **wrong)
