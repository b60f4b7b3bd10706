"""The council's committee template as a Word document without content: pages, styles, properties.

It starts from the template of python-docx and sets what that leaves American: paper, language,
fonts. No person is named as the author.
"""

import re

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from complaints.warehouse import clock

LANGUAGE = "en-GB"
FONT = "Arial"
NOTE, CELL, SMALL_CELL = "Table Note", "Table Text", "Table Text Small"
MARKING, SPACER = "Marking", "Spacer"
TEXT_SIZES = {
    "Normal": 11,
    "List Bullet": 11,
    CELL: 10,
    SMALL_CELL: 9,
    NOTE: 9.5,
    MARKING: 9.5,
    SPACER: 5,
}
SIZES = {  # of what stays on one page with what follows
    "Title": 16,
    "Heading 1": 15,
    "Heading 2": 13,
    "Heading 3": 11.5,
    "Heading 4": 11,
    "Caption": 10.5,
}
SPACES = {  # before and after, in points
    "Title": (6, 10),
    "Heading 1": (20, 6),
    "Heading 2": (16, 4),
    "Heading 3": (12, 3),
    "Caption": (10, 4),
    "Normal": (0, 6),
    "List Bullet": (0, 4),
    CELL: (2, 2),
    SMALL_CELL: (2, 2),
    NOTE: (3, 3),
}
INK, QUIET = RGBColor(0x0B, 0x0C, 0x0C), RGBColor(0x47, 0x4B, 0x4E)
SHORT_SIDE, LONG_SIDE = Cm(21), Cm(29.7)
MARGIN = Cm(2)
HYPHEN_OF_YEAR = re.compile(r"(?<=\b\d{4})-(?=\d{2}\b)")


def new_document(title: str, marking: str, footer: str) -> WordDocument:
    """Return an empty A4 document in the council's styles.

    Args:
        title: the document's title, for the properties.
        marking: who may read it, at the head of every page.
        footer: at the foot of every page, beside the page number.
    """
    document = Document()
    _drop_left_overs(document)
    _set_properties(document, title)
    _set_language(document)
    _set_styles(document)
    section = document.sections[0]
    set_orientation(section, landscape=False)
    header = section.header.paragraphs[0]
    header.text = marking
    header.style = document.styles[MARKING]
    _write_foot(section, footer)
    return document


def add_section(document: WordDocument, footer: str, *, landscape: bool) -> None:
    """Begin a page of the other orientation, with a foot of its width."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    set_orientation(section, landscape=landscape)
    section.footer.is_linked_to_previous = False
    _write_foot(section, footer)


def set_orientation(section: Section, *, landscape: bool) -> None:
    """Set A4 with its margins, portrait or landscape."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width = LONG_SIDE if landscape else SHORT_SIDE
    section.page_height = SHORT_SIDE if landscape else LONG_SIDE
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = Cm(2.2)
    section.header_distance = section.footer_distance = Cm(1)


def text_width(document: WordDocument) -> int:
    """Return the width between the margins of the last section."""
    section = document.sections[-1]
    return section.page_width - section.left_margin - section.right_margin


def add_text(paragraph: Paragraph, text: str, *, bold: bool = False) -> Paragraph:
    """Add text to a paragraph; a financial year such as `2018-19` stays on one line."""
    run = paragraph.add_run()
    run.bold = bold or None
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


def _drop_left_overs(document: WordDocument) -> None:
    """Leave out what the template brings along: a picture of another page, styles of Word 2010."""
    for relations in (document.part.rels, document.part.package.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.endswith(("/stylesWithEffects", "/thumbnail", "/customXml")):
                del relations[name]


def _set_properties(document: WordDocument, title: str) -> None:
    """Name the document, and nobody."""
    properties = document.core_properties
    properties.title = properties.subject = title[:255]
    properties.language = LANGUAGE
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.keywords = ""
    properties.created = properties.modified = clock.utc_now()
    settings = document.settings.element
    compatibility = OxmlElement("w:compat")
    mode = OxmlElement("w:compatSetting")
    mode.set(qn("w:name"), "compatibilityMode")
    mode.set(qn("w:uri"), "http://schemas.microsoft.com/office/word")
    mode.set(qn("w:val"), "15")
    compatibility.append(mode)
    for old in settings.findall(qn("w:compat")):
        settings.replace(old, compatibility)


def _set_language(document: WordDocument) -> None:
    """Make British English the language of every text."""
    for element in (document.styles.element, document.settings.element):
        for tag in ("w:lang", "w:themeFontLang"):
            for language in element.iter(qn(tag)):
                for name in ("w:val", "w:eastAsia"):
                    language.set(qn(name), LANGUAGE)


def _set_styles(document: WordDocument) -> None:
    """Set one font in sizes that can be read, black on white."""
    styles = document.styles
    for name in (NOTE, CELL, SMALL_CELL, MARKING, SPACER):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    for name, size in TEXT_SIZES.items():
        _set_style(styles[name], size, SPACES.get(name, (0, 0)), bold=name == MARKING)
    for name, size in SIZES.items():
        _set_style(styles[name], size, SPACES.get(name, (10, 3)), bold=True, keeps=True)
    _set_style(styles["Footer"], 9, (0, 0))
    for name in (NOTE, "Footer"):
        styles[name].font.color.rgb = QUIET
    styles[MARKING].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    styles["Footer"].paragraph_format.tab_stops.clear_all()
    for border in styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)


def _set_style(
    style: ParagraphStyle,
    size: float,
    space: tuple[float, float],
    *,
    bold: bool = False,
    keeps: bool = False,
) -> None:
    """Set a style's font, and its space before and after in points."""
    style.font.name, style.font.size = FONT, Pt(size)
    style.font.bold, style.font.italic, style.font.color.rgb = bold, False, INK
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name in ("eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)
    before, after = space
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.keep_with_next = keeps
    style.paragraph_format.line_spacing = 1.1
