"""The Word document: real headings, tables, lists and pictures in the council's template."""

import re
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.table import Table

from complaints.report import layout
from complaints.report.layout import CHART_GAP_NOTE, blocks, has_gap
from complaints.report.printing import PrintedTable, cleaned
from complaints.report.render_docx import render_docx
from complaints.report.render_html import render_html
from complaints.report.word_document import TEMPLATE
from complaints.warehouse.errors import UsageError
from html_page import read_page, text_of
from report_sample import NASTY_CLEAN, SAMPLE

CLEAN = cleaned(SAMPLE)
SECTIONS = [
    each
    for part in (*layout.body_sections(CLEAN), *layout.appendices(CLEAN))
    for _, each in layout.walk(part)
]
TABLES = [block.table for each in SECTIONS for block in blocks(each)]
CHARTS = [chart for each in SECTIONS for block in blocks(each) for chart in block.charts]

PROPERTY_ORDERS = {  # ECMA-376 part 1, as far as the report uses them
    "tblPr": [
        "tblStyle",
        "tblW",
        "tblLayout",
        "tblLook",
        "tblCaption",
    ],
    "tcPr": ["tcW", "gridSpan", "vMerge"],
    "pPr": ["pStyle", "keepNext", "pageBreakBefore", "tabs", "spacing", "jc", "sectPr"],
    "trPr": ["cantSplit", "tblHeader"],
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("word") / "report.docx"
    render_docx(SAMPLE, path)
    return path


@pytest.fixture(scope="module")
def document(path: Path) -> WordDocument:
    return Document(str(path))


def data_tables(document: WordDocument) -> list[Table]:
    """Return the tables of figures, without those of the committee template."""
    return [
        each
        for each in document.tables
        if each.rows[0]._tr.find(".//" + qn("w:tblHeader")) is not None
    ]


def with_style(document: WordDocument, name: str) -> list[str]:
    return [each.text for each in document.paragraphs if each.style.name == name]


def test_headings_are_real_and_numbered(document: WordDocument) -> None:
    found = [
        (int(each.style.name[-1]), each.text)
        for each in document.paragraphs
        if each.style.name.startswith("Heading")
    ]
    assert found == list(layout.headings(CLEAN))
    assert with_style(document, "Title") == [SAMPLE.front.subject]


def test_the_contents_lead_to_the_headings(document: WordDocument) -> None:
    marks = {
        each.find(qn("w:bookmarkStart")).get(qn("w:name")): heading.text
        for heading in document.paragraphs
        if heading.style.name.startswith("Heading")
        for each in [heading._p]
    }
    pages = [
        each.text.split()[1]
        for each in document.element.body.iter(qn("w:instrText"))
        if "PAGEREF" in each.text
    ]
    links = document.element.body.findall(".//" + qn("w:hyperlink"))
    expected = [text for level, text in layout.headings(CLEAN) if level <= 2]
    assert [marks[each.get(qn("w:anchor"))] for each in links] == expected
    assert pages == [each.get(qn("w:anchor")) for each in links]
    assert with_style(document, "toc 1") + with_style(document, "toc 2")


def test_the_heading_table_is_the_committee_template(document: WordDocument) -> None:
    figures = [each._tbl for each in data_tables(document)]
    heading, brief, back = (each for each in document.tables if each._tbl not in figures)
    assert heading.rows[0].cells[0].text == "REPORT TO:"
    assert heading.rows[0].cells[1].text == (
        "Children and Young People Scrutiny Sub-Committee\n27 November 2018"
    )
    assert brief.rows[1].cells[0].text == "BRIEF FOR THE COMMITTEE:"
    assert (
        back.rows[-1].cells[1].text == "Appendix A: Benchmarking\nAppendix B: The cases in detail"
    )


def test_tables_repeat_their_header_and_keep_their_rows(document: WordDocument) -> None:
    found = data_tables(document)
    assert len(found) == len(TABLES)
    for table, printed in zip(found, TABLES, strict=True):
        groups = layout.header_groups(printed)
        heads = 2 if groups[0][0] else 1
        names = [name for _, columns in groups for name in columns]
        assert [cell.text for cell in table.rows[heads - 1].cells] == [printed.columns[0], *names]
        if heads == 2:
            over = [name for name, columns in groups for _ in columns]
            assert [cell.text for cell in table.rows[0].cells] == [printed.columns[0], *over]
        rows = [[cell.text for cell in row.cells] for row in table.rows][heads:]
        assert rows == [list(row) for row in printed.rows or empty_row(printed)]
        headers = [row for row in table.rows if row._tr.find(".//" + qn("w:tblHeader")) is not None]
        assert len(headers) == heads
        assert all(row._tr.find(".//" + qn("w:cantSplit")) is not None for row in table.rows)
        styles = {cell.paragraphs[0].style.name for cell in table.rows[-1].cells}
        text = "Table Text Small" if len(printed.columns) >= 8 else "Table Text"
        assert styles == {"Table Heading" if printed.has_total_row else text}
        assert table.style.name == "Report Table"
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == printed.title


def empty_row(printed: PrintedTable) -> list[tuple[str, ...]]:
    return [("Nothing to show.", *("" for _ in printed.columns[1:]))]


def test_tables_fit_between_the_margins(document: WordDocument) -> None:
    for table in data_tables(document):
        assert sum(column.width for column in table.columns) <= Cm(17.01)
        assert all(column.width > Cm(0.8) for column in table.columns)


def test_properties_stand_in_the_order_that_word_demands(document: WordDocument) -> None:
    for parent, order in PROPERTY_ORDERS.items():
        for properties in document.element.body.iter(qn(f"w:{parent}")):
            places = [order.index(each.tag.split("}")[1]) for each in properties]
            assert places == sorted(places)


def test_captions_and_notes_stand_with_their_tables(document: WordDocument) -> None:
    captions = with_style(document, "Caption")
    assert sorted(captions) == sorted([each.title for each in (*TABLES, *CHARTS)])
    gaps = [CHART_GAP_NOTE for each in CHARTS if has_gap(each)]
    notes = [note for each in TABLES for note in each.notes]
    assert len(gaps) == 1
    assert sorted(with_style(document, "Table Note")) == sorted(gaps + notes)


def test_charts_are_pictures_with_alternative_text(document: WordDocument) -> None:
    pictures = document.inline_shapes
    assert len(pictures) == len(CHARTS) == 2
    for picture, chart in zip(pictures, CHARTS, strict=True):
        assert picture._inline.docPr.get("descr") == chart.alternative
        assert picture._inline.docPr.get("title") == chart.title
        assert Cm(5) < picture.width <= Cm(17) and picture.height <= Cm(20)


def test_bullets_are_a_list(document: WordDocument) -> None:
    bullets = [bullet for each in SECTIONS for bullet in each.bullets]
    assert with_style(document, "List Bullet") == bullets
    assert NASTY_CLEAN in bullets


def test_the_councils_own_words_have_a_style(document: WordDocument) -> None:
    assert with_style(document, "Commentary") == [NASTY_CLEAN]


def test_a_council_lays_its_own_template_over(tmp_path: Path) -> None:
    own = Document(str(TEMPLATE))
    own.styles["Heading 1"].font.name = "Georgia"
    own.save(str(tmp_path / "template.docx"))
    render_docx(SAMPLE, tmp_path / "own.docx", tmp_path / "template.docx")
    assert Document(str(tmp_path / "own.docx")).styles["Heading 1"].font.name == "Georgia"
    # Word gives styles ids of its own where the template was made in another language.
    own.styles["Table Text"].element.styleId = "Tabellentext"
    own.save(str(tmp_path / "template.docx"))
    render_docx(SAMPLE, tmp_path / "own.docx", tmp_path / "template.docx")
    cell = Document(str(tmp_path / "own.docx")).tables[0].rows[0].cells[1]
    assert cell.paragraphs[0].style.name == "Table Text"
    own.styles["Caption"].delete()
    own.save(str(tmp_path / "template.docx"))
    with pytest.raises(UsageError, match="lacks the style Caption"):
        render_docx(SAMPLE, tmp_path / "own.docx", tmp_path / "template.docx")


def test_pages_are_a4(document: WordDocument) -> None:
    sizes = [(each.page_width.cm, each.page_height.cm) for each in document.sections]
    assert [(round(width, 1), round(height, 1)) for width, height in sizes] == [(21.0, 29.7)]
    for section in document.sections:
        assert section.header.paragraphs[0].text == "DRAFT, not released. For general release"
        foot = section.footer.paragraphs[0]
        assert foot.text == "Figures as at 27 November 2018\tPage 1 of 1"
        fields = [each.text for each in foot._p.iter(qn("w:instrText"))]
        assert [each.strip() for each in fields] == ["PAGE", "NUMPAGES"]


def test_the_document_is_named_and_its_author_is_not(document: WordDocument) -> None:
    properties = document.core_properties
    assert properties.title == SAMPLE.front.subject
    assert properties.language == "en-GB"
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created.year >= 2024


def test_every_part_is_british_and_fit_for_xml(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        texts = {
            name: parts.read(name).decode()
            for name in parts.namelist()
            if name.endswith((".xml", ".rels"))
        }
    for name, text in texts.items():
        assert "python-docx" not in text and "en-US" not in text, name
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", text), name
    assert "w:hyperlink r:" not in texts["word/document.xml"]
    assert 'TargetMode="External"' not in texts["word/_rels/document.xml.rels"]
    assert 'w:lang w:val="en-GB"' in texts["word/styles.xml"]


def test_both_documents_say_the_same(document: WordDocument) -> None:
    page = read_page(render_html(SAMPLE))
    shown = {text_of(each) for each in page.iter()}
    words = [each.text for each in document.paragraphs]
    words += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for text in (line for each in words for line in each.split("\n") if line):
        assert " ".join(text.split()) in shown
