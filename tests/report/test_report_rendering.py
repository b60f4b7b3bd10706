"""The HTML report: well-formed, self-contained, with everything that a screen reader needs."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from complaints.report import layout
from complaints.report.chart_drawing import chart_png, chart_svg
from complaints.report.content import Table
from complaints.report.layout import Block, blocks, numeric_columns
from complaints.report.printing import PrintedChart, PrintedSection, PrintedTable, Printer, cleaned
from complaints.report.render_html import render_html, render_pdf
from complaints.warehouse.plain_text import LONGEST_NAME, LONGEST_TEXT, cut, in_one_line
from html_page import read_page, text_of
from report_sample import LINES, NASTY, NASTY_CLEAN, OVER_TIME, SAMPLE, STAGES_TABLE, TEAM_TABLE

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff\ufffe\uffff]"
)


@pytest.fixture(scope="module")
def html() -> str:
    return render_html(SAMPLE)


@pytest.fixture(scope="module")
def page(html: str) -> Element:
    return read_page(html)


def sections() -> list[PrintedSection]:
    return [each for part in cleaned(SAMPLE).sections for _, each in layout.walk(part)]


def test_the_page_is_british_english_and_named(page: Element) -> None:
    assert page.find("html").get("lang") == "en-GB"
    assert text_of(page.find(".//head/title")) == SAMPLE.front.subject
    assert [each.tag for each in page.find("html/body")] == ["a", "header", "nav", "main", "footer"]


def test_no_id_is_used_twice_and_every_reference_finds_one(page: Element) -> None:
    ids = [name for each in page.iter() if (name := each.get("id"))]
    assert len(ids) == len(set(ids))
    for each in page.iter():
        for attribute in ("aria-labelledby", "aria-describedby"):
            assert each.get(attribute, ids[0]) in ids
        target = each.get("href", "")
        assert not target or (target[0] == "#" and target[1:] in ids)
        for reference in re.findall(r"url\(#([^)]*)\)", " ".join(each.attrib.values())):
            assert reference in ids


def test_the_page_asks_nothing_of_anybody(html: str, page: Element) -> None:
    assert "http:" not in html and "https:" not in html and "@import" not in html
    assert not re.findall(r"url\((?!#)", html)
    for each in page.iter():
        assert each.tag not in {"script", "link", "img", "iframe", "object", "form", "image"}
        assert not [name for name in each.attrib if name == "src" or name.startswith("on")]
    policy = page.find(".//meta[@http-equiv='Content-Security-Policy']").get("content")
    assert "default-src 'none'" in policy and "script-src" not in policy


def test_headings_are_numbered_and_none_is_left_out(page: Element) -> None:
    found = [(int(e.tag[1]), text_of(e)) for e in page.iter() if re.fullmatch(r"h[1-6]", e.tag)]
    levels = [level for level, _ in found]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    numbered = [(level + 1, text) for level, text in layout.headings(cleaned(SAMPLE))]
    assert found == [(1, SAMPLE.front.subject), (2, "Contents"), *numbered]
    assert (3, "2.2 Stage 1 by service team") in found


def test_front_and_back_matter_are_the_committee_template(page: Element) -> None:
    labels = [text_of(each) for each in page.iter("dt")]
    assert labels == [
        "REPORT TO:",
        "SUBJECT:",
        "LEAD OFFICER:",
        "CABINET MEMBER:",
        "PERSON LEADING AT SCRUTINY COMMITTEE MEETING:",
        "ORIGIN OF ITEM:",
        "BRIEF FOR THE COMMITTEE:",
        "CONTACT OFFICER:",
        "BACKGROUND DOCUMENTS:",
        "APPENDICES:",
    ]
    texts = [text_of(each) for each in page.iter("dd")]
    assert texts[:2] == ["Children and Young People Scrutiny Sub-Committee", "27 November 2018"]
    assert texts[-2:] == ["Appendix A: Benchmarking", "Appendix B: The cases in detail"]


def test_an_empty_setting_leaves_its_line_out() -> None:
    front = replace(SAMPLE.front, cabinet_member="", meeting_date="")
    lines = layout.heading_lines(front)
    assert "CABINET MEMBER:" not in [line.label for line in lines]
    assert lines[0].texts == (SAMPLE.front.committee,)


def test_the_internal_profile_is_never_marked_for_release() -> None:
    internal = replace(SAMPLE, profile="internal", sections=())
    assert layout.marking(replace(SAMPLE, is_released=True)) == "For general release"
    assert layout.marking(SAMPLE) == "DRAFT, not released. For general release"
    assert layout.marking(internal) == "Internal: not for release"
    assert "For general release" not in render_html(internal)


def test_every_table_is_complete_and_can_be_navigated(page: Element) -> None:
    tables = {text_of(each.find("caption")): each for each in page.iter("table")}
    for section in sections():
        for printed in (block.table for block in blocks(section)):
            table = tables[printed.title]
            head = table.findall("thead/tr/th")
            groups = layout.header_groups(printed)
            names = [name for name, _ in groups if name]
            heads = [name for _, columns in groups for name in columns]
            assert [text_of(each) for each in head] == [printed.columns[0], *names, *heads]
            scopes = ["col", *("colgroup" for _ in names), *("col" for _ in heads)]
            assert [each.get("scope") for each in head] == scopes
            assert len(table.findall("thead/tr")) == (2 if names else 1)
            rows = table.findall("tbody/tr")
            if not printed.rows:
                assert [text_of(row) for row in rows] == ["Nothing to show."]
                continue
            assert [[text_of(cell) for cell in row] for row in rows] == [
                [" ".join(cell.split()) for cell in row] for row in printed.rows
            ]
            for row in rows:
                assert [cell.tag for cell in row] == ["th"] + ["td"] * (len(printed.columns) - 1)
                assert row[0].get("scope") == "row"
            assert ("total" in rows[-1].get("class", "")) == printed.has_total_row


def test_every_chart_has_a_title_a_description_and_its_table_beside_it(page: Element) -> None:
    pairs = [each for each in page.iter("div") if "pair" in each.get("class", "").split()]
    drawn = [(pair, figure) for pair in pairs for figure in pair.findall("figure")]
    charts = {each.title: each for section in sections() for each in section.charts}
    assert len(drawn) == len(charts) == 2
    for pair, figure in drawn:
        chart = charts[text_of(figure.find("figcaption"))]
        svg = figure.find("div/svg")
        assert svg.get("role") == "img"
        assert text_of(svg.find("title")) == " ".join(chart.title.split())
        assert text_of(svg.find("desc")) == " ".join(chart.alternative.split())
        cells = " ".join(text_of(each) for each in pair.iter("td"))
        printed = {float(number) for number in re.findall(r"\d+", cells)}
        assert {v for _, values in chart.series for v in values if v is not None} <= printed


def test_text_from_the_data_stays_text(html: str, page: Element) -> None:
    expected = " ".join(NASTY_CLEAN.split())
    shown = [each.tag for each in page.iter() if text_of(each) == expected]
    assert {"li", "p", "th"} <= set(shown)
    assert "<script" not in html and not FORBIDDEN.search(html)


def test_a_marking_cannot_leave_the_style_sheet() -> None:
    front = replace(SAMPLE.front, marking='"; } </style><script>alert(1)</script>')
    html = render_html(replace(SAMPLE, front=front, sections=(), is_released=True))
    assert "<script" not in html and html.count("</style>") == 1
    assert read_page(html).find(".//p[@class='marking']").text == front.marking


@given(st.text(st.characters(codec=None)))
def test_any_text_is_fit_for_xml_and_stays_so(text: str) -> None:
    clean = in_one_line(text)
    element = etree.Element("t")
    element.text = clean
    assert etree.fromstring(etree.tostring(element)).text in (clean, None)
    assert in_one_line(clean) == clean and not FORBIDDEN.search(clean)


def test_a_chart_shows_each_figure_and_leaves_gaps(html: str) -> None:
    labels = re.findall(r"<text[^>]*>([^<]*)</text>", chart_svg(LINES))
    assert labels.count("40") >= 1 and labels.count("30") == 1
    gapless = replace(
        LINES, series=(LINES.series[0], ("Ombudsman", (0, 1, 0, 0, 2, 4, 0, 0, 0, 0)))
    )
    figures = [
        len(re.findall(r"<text[^>]*>\d+</text>", chart_svg(each))) for each in (LINES, gapless)
    ]
    assert figures[0] == figures[1] - 1
    for nothing in ("undefined", "null", "NaN", "None"):
        assert f"{nothing}</text>" not in html


def test_each_series_has_a_panel_and_no_colour_says_anything() -> None:
    svg = chart_svg(LINES)
    assert [svg.count(f">{name}</text>") for name, _ in LINES.series] == [1, 1]
    assert set(re.findall(r'stroke="(#[0-9a-f]{6})"', svg)) <= {"#0b0c0c", "#d3d6d8", "#888888"}


def test_a_name_of_100_kb_is_cut_in_charts_and_tables() -> None:
    """It took 32 GB."""
    name = "Team " * 20_000
    lines = (((f"{name}a"), (1, 2)), ((f"{name}b"), (3, 4)))
    svg = chart_svg(PrintedChart("long", "T", ("Q1", name), lines, "No", "As drawn"))
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert max(map(len, shown)) == LONGEST_NAME == len(cut(name, LONGEST_NAME))
    assert shown.count(cut(name, LONGEST_NAME)) == 2  # a panel for each, though they read the same
    printed = Printer(frozenset(), "c").table(Table("T", ("", name), ((name, name),)))
    assert {len(text) for text in (printed.columns[1], *printed.rows[0])} == {LONGEST_TEXT}


def test_a_chart_without_any_figure_is_drawn() -> None:
    chart = PrintedChart(
        "none", "None", ("2018-19 Q1", "2018-19 Q2"), (("X", (None, None)),), "No", ""
    )
    assert "<svg" in chart_svg(chart) and chart_png(chart).startswith(b"\x89PNG")


def test_a_chart_is_beside_the_table_that_it_names() -> None:
    section = PrintedSection("t", "1", "T", (), (), (TEAM_TABLE, OVER_TIME), (LINES,))
    assert blocks(section) == (Block(TEAM_TABLE), Block(OVER_TIME, (LINES,)))


def test_columns_of_two_periods_stand_under_them() -> None:
    assert layout.header_groups(STAGES_TABLE) == (
        ("2017-18 Q2", ("No", "In SLA")),
        ("2018-19 Q2", ("No", "In SLA")),
    )
    assert layout.header_groups(TEAM_TABLE) == (("", ("No", "In SLA", "Upheld")),)


def test_every_page_of_a_draft_says_so() -> None:
    draft = replace(SAMPLE, is_draft=True)
    assert layout.marking(draft) == "DRAFT: 2018-19 Q2 has not ended. For general release"
    html = render_html(draft)
    assert "@top-left" in html and html.count("DRAFT") == 3  # head, foot and every printed page


def test_the_pdf_is_made_without_a_browser(tmp_path: Path) -> None:
    render_pdf(SAMPLE, tmp_path / "report.pdf")
    pdf = (tmp_path / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000


def test_columns_of_numbers_are_known() -> None:
    rows = (("A", "3", "11 of 40 (28%)", "Late", "+2.5%"), ("B", "c", "–", "3 Jul 2018", "−1"))
    table = PrintedTable("T", ("", "1", "2", "3", "4"), rows, (), False)
    assert numeric_columns(table) == {1, 2, 4}


def test_nasty_text_is_nasty() -> None:
    assert FORBIDDEN.search(NASTY) and not FORBIDDEN.search(NASTY_CLEAN)
    assert in_one_line(NASTY) == NASTY_CLEAN
