"""The list of contents of the Word document: a real one, that Word can rebuild.

It has links and no page numbers: those only Word can work out, and a document that asks for it when
it is opened greets its reader with a question.
"""

from collections.abc import Sequence

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from complaints.report.word_document import add_text, field_mark

INSTRUCTION = 'TOC \\o "1-2" \\n \\h \\z \\u'  # headings of two levels, as links, without pages
TITLE = "Contents Title"


def add_contents(document: WordDocument, headings: Sequence[tuple[int, str]]) -> None:
    """Add the list of the headings, each with its level, of levels 1 and 2."""
    _add_styles(document)
    document.add_paragraph("Contents", style=TITLE)
    entries = [(level, text, place) for place, (level, text) in enumerate(headings) if level <= 2]
    for number, (level, text, place) in enumerate(entries):
        paragraph = document.add_paragraph(style=f"toc {level}")
        if number == 0:
            field_mark(paragraph, "begin")
            field_mark(paragraph, None, INSTRUCTION)
            field_mark(paragraph, "separate")
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _name(place))
        link.set(qn("w:history"), "1")
        add_text(paragraph, text)
        link.append(paragraph.runs[-1]._r)
        paragraph._p.append(link)
        if number == len(entries) - 1:
            field_mark(paragraph, "end")


def mark_heading(paragraph: Paragraph, place: int) -> None:
    """Make a heading the target of its entry in the contents."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(place))
    start.set(qn("w:name"), _name(place))
    paragraph._p.insert_element_before(start, "w:r")
    paragraph._p.append(end)


def _name(place: int) -> str:
    return f"_Toc{place + 1:08}"


def _add_styles(document: WordDocument) -> None:
    """Add the styles by which Word knows the entries of a list of contents."""
    for level in (1, 2):
        style = document.styles.add_style(f"toc {level}", WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.paragraph_format.left_indent = Cm(0.75 * (level - 1))
        style.font.size = Pt(10)
        style.paragraph_format.space_after = Pt(1)
        style.paragraph_format.line_spacing = 1.0
    title = document.styles.add_style(TITLE, WD_STYLE_TYPE.PARAGRAPH)
    title.base_style = document.styles["Normal"]
    title.font.bold, title.font.size = True, Pt(13)
    title.paragraph_format.space_before = Pt(14)
    title.paragraph_format.keep_with_next = True
