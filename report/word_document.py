"""The Word document of a report: pages, fields and contents over a template of named styles.

Paper, fonts, styles and language come from templates/template.docx, which is edited in Word: A4,
British English, no person named as the author. A council's own template takes its place; it needs
the styles that are named here. The page numbers of the contents are fields: LibreOffice works them
out by itself, Word when it is asked to on opening.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.text.paragraph import Paragraph

from complaints.warehouse import clock
from complaints.warehouse.errors import UsageError

TEMPLATE = Path(__file__).with_name("templates") / "template.docx"
STYLES = (
    *("Title", "Heading 1", "Heading 2", "Heading 3", "Heading 4", "Normal", "List Bullet"),
    *(
        "Caption",
        "Table Text",
        "Table Text Small",
        "Table Heading",
        "Table Note",
        "Report Table",
        "Commentary",
    ),
    *("Spacer", "Contents Title", "toc 1", "toc 2"),
)
HYPHEN_OF_YEAR = re.compile(r"(?<=\b\d{4})-(?=\d{2}\b)")


def new_document(title: str, marking: str, footer: str, template: Path = TEMPLATE) -> WordDocument:
    """Return a document in a template's styles.

    Args:
        title: the document's title, for the properties.
        marking: who may read it, at the head of every page.
        footer: at the foot of every page, beside the page number.
        template: the council's own, or the one that comes with the report.

    Raises:
        UsageError: the template lacks a style.
    """
    document = Document(str(template))
    names = {style.name for style in document.styles}
    for style in STYLES:
        if style not in names:
            raise UsageError("template_lacks_style", path=template, style=style)
    properties = document.core_properties
    properties.title = properties.subject = title[:255]
    properties.created = properties.modified = clock.utc_now()
    update = OxmlElement("w:updateFields")  # the page numbers of the contents
    update.set(qn("w:val"), "true")
    document.settings.element.append(update)
    section = document.sections[0]
    section.header.paragraphs[0].add_run(marking)
    _write_foot(section, footer)
    return document


def text_width(document: WordDocument) -> int:
    """Return the width between the margins of the last section."""
    section = document.sections[-1]
    return section.page_width - section.left_margin - section.right_margin


def add_text(paragraph: Paragraph, text: str) -> Paragraph:
    """Add text to a paragraph; a financial year such as `2018-19` stays on one line."""
    run = paragraph.add_run()
    for place, piece in enumerate(HYPHEN_OF_YEAR.split(text)):
        if place:
            run._r.append(OxmlElement("w:noBreakHyphen"))
        run.add_text(piece)
    return paragraph


def add_field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """Add a field that Word works out, such as the page number."""
    field_mark(paragraph, "begin")
    field_mark(paragraph, None, instruction)
    field_mark(paragraph, "separate")
    paragraph.add_run(shown)
    field_mark(paragraph, "end")


def field_mark(paragraph: Paragraph, kind: str | None, instruction: str = "") -> None:
    """Add the begin, separate or end of a field, or (without a kind) its instruction."""
    mark = OxmlElement("w:fldChar" if kind else "w:instrText")
    if kind:
        mark.set(qn("w:fldCharType"), kind)
    else:
        mark.set(qn("xml:space"), "preserve")
        mark.text = f" {instruction} "
    paragraph.add_run()._r.append(mark)


def _write_foot(section: Section, words: str) -> None:
    """Write the foot of a page: words at the left, the page number at the right margin."""
    foot = section.footer.paragraphs[0]
    width = section.page_width - section.left_margin - section.right_margin
    foot.paragraph_format.tab_stops.add_tab_stop(width, WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{words}\t")
    for before, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        foot.add_run(before)
        add_field(foot, field, "1")


def add_contents(document: WordDocument, headings: Sequence[tuple[int, str]]) -> None:
    """Add the list of the headings of levels 1 and 2, as links with their pages."""
    document.add_paragraph("Contents", style="Contents Title")
    for place, (level, text) in enumerate(headings):
        if level <= 2:
            paragraph = document.add_paragraph(style=f"toc {level}")
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), _bookmark(place))
            link.set(qn("w:history"), "1")
            add_text(paragraph, text)
            link.append(paragraph.runs[-1]._r)
            paragraph._p.append(link)
            paragraph.add_run("\t")
            add_field(paragraph, f"PAGEREF {_bookmark(place)} \\h", "")


def mark_heading(paragraph: Paragraph, place: int) -> None:
    """Make a heading the target of its entry in the contents."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(place))
    start.set(qn("w:name"), _bookmark(place))
    paragraph._p.insert_element_before(start, "w:r")
    paragraph._p.append(end)


def _bookmark(place: int) -> str:
    return f"_Toc{place + 1:08}"
