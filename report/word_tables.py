"""Tables and pictures of the Word document, as a screen reader needs them.

Header rows repeat on every page and are marked as such, rows stay whole, and pictures carry the
alternative text. How a table looks is the style `Report Table` of the template.
"""

import io

from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Emu
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from complaints.report.chart_drawing import PNG_SCALE, chart_png
from complaints.report.layout import (
    CHART_GAP_NOTE,
    DENSE_TABLE_COLUMNS,
    EMPTY_TABLE,
    SHORT_TEXT,
    WHOLE_TABLE_ROWS,
    TemplateLine,
    has_gap,
    header_groups,
    numeric_columns,
)
from complaints.report.printing import PrintedChart, PrintedTable
from complaints.report.word_document import add_text, text_width

LABEL_SHARE = 0.32  # of the width, for the labels of the committee template
PICTURE_SHARE = 0.96
POINTS_OF_PIXEL = 0.72  # a chart's letters, 13 pixels high, are printed at 9.4 points
LONGEST_LINE, LETTERS_OF_LINE = 60, 100  # of a cell that is given one line, and of the page


def add_lines(document: WordDocument, lines: tuple[TemplateLine, ...], title: str) -> None:
    """Add lines of the committee template as a table of labels and texts."""
    table = _new_table(document, len(lines), [LABEL_SHARE, 1 - LABEL_SHARE], title)
    heading, body = _style_ids(document, "Table Heading", "Table Text")
    for row, line in zip(table.rows, lines, strict=True):
        _write(row.cells[0], line.label, heading)
        _write(row.cells[1], line.texts[0], body)
        for text in line.texts[1:]:
            row.cells[1].add_paragraph(text, style="Table Text")
        _keep(row, with_next=line is not lines[-1])


def add_table(document: WordDocument, printed: PrintedTable) -> None:
    """Add a table with its caption above it and its notes below."""
    add_text(document.add_paragraph(style="Caption"), printed.title)
    rows = printed.rows or ((EMPTY_TABLE, *("" for _ in printed.columns[1:])),)
    groups, numeric = header_groups(printed), numeric_columns(printed)
    heads = 2 if groups[0][0] else 1
    table = _new_table(document, len(rows) + heads, _shares(printed), printed.title, heads)
    names = [printed.columns[0], *(name for _, columns in groups for name in columns)]
    text_style = "Table Text Small" if len(names) >= DENSE_TABLE_COLUMNS else "Table Text"
    heading, body = _style_ids(document, "Table Heading", text_style)
    if heads == 2:
        first, start = table.cell(0, 0).merge(table.cell(1, 0)), 1
        _write(first, printed.columns[0], heading)
        for name, columns in groups:
            last = start + len(columns) - 1
            group = table.cell(0, start).merge(table.cell(0, last))
            _write(group, name, heading).alignment = WD_ALIGN_PARAGRAPH.CENTER
            start = last + 1
    cells = table._cells  # read once: python-docx counts all cells again for each row
    for number, row in enumerate((names, *rows), start=heads - 1):
        is_head = number < heads
        is_bold = is_head or (printed.has_total_row and number == heads + len(rows) - 1)
        for place, text in enumerate(row):
            if is_head and heads == 2 and place == 0:
                continue
            cell = cells[number * len(names) + place]
            paragraph = _write(cell, text, heading if is_bold else body)
            if place in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for number, each in enumerate(table.rows):
        left = len(table.rows) - 1 - number
        is_kept = number < heads or len(rows) <= WHOLE_TABLE_ROWS or left <= 2
        _keep(each, with_next=is_kept and (left > 0 or bool(printed.notes)))
        if number < heads:
            _add_property(each._tr.get_or_add_trPr(), "w:tblHeader")
    for number, note in enumerate(printed.notes, start=1):
        paragraph = add_text(document.add_paragraph(style="Table Note"), note)
        paragraph.paragraph_format.keep_with_next = number < len(printed.notes)


def add_chart(document: WordDocument, chart: PrintedChart) -> None:
    """Add a chart as a picture with its caption and its alternative text."""
    add_text(document.add_paragraph(style="Caption"), chart.title)
    picture = document.add_paragraph().add_run().add_picture(io.BytesIO(chart_png(chart)))
    natural = picture.width / PNG_SCALE * POINTS_OF_PIXEL
    scale = min(text_width(document) * PICTURE_SHARE, natural) / picture.width
    picture.width = Emu(int(picture.width * scale))
    picture.height = Emu(int(picture.height * scale))
    properties = picture._inline.docPr
    properties.set("title", chart.title)
    properties.set("descr", chart.alternative or chart.title)
    if has_gap(chart):
        document.add_paragraph(CHART_GAP_NOTE, style="Table Note")


def _shares(table: PrintedTable) -> list[float]:
    """Return the part of the width that each column gets: no word is broken, texts get the rest."""
    least, more = [], []
    heads = [table.columns[0], *(name for _, group in header_groups(table) for name in group)]
    for place, head in enumerate(heads):
        texts = ["", *(row[place] for row in table.rows)]
        longest = max(map(len, texts))
        word = max(len(word) for text in (head, *texts) for word in (text.split() or [""]))
        least.append(max(word, longest if longest <= SHORT_TEXT else 0) + 3)
        more.append(max(min(longest, LONGEST_LINE) - least[-1], 0) + 1)
    spare = max(LETTERS_OF_LINE - sum(least), 0) / sum(more)
    widths = [need + spare * extra for need, extra in zip(least, more, strict=True)]
    return [width / sum(widths) for width in widths]


def _new_table(
    document: WordDocument, rows: int, shares: list[float], title: str, heads: int = 0
) -> Table:
    """Return an empty table in the template's style that says what it is."""
    table = document.add_table(rows, len(shares), style="Report Table")
    table.autofit = False
    width = text_width(document)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Emu(int(width * share))
    for place, cell in enumerate(table._cells):  # LibreOffice reads the cells, Word the columns
        cell.width = Emu(int(width * shares[place % len(shares)]))
    properties = table._tbl.tblPr
    for each in properties.findall(qn("w:tblLook")):
        properties.remove(each)
    look = _add_property(properties, "w:tblLook", val="04A0" if heads else "0480")
    for name, value in (("firstRow", heads), ("lastRow", False), ("firstColumn", True)):
        look.set(qn(f"w:{name}"), "1" if value else "0")
    _add_property(properties, "w:tblCaption", val=title)
    return table


def _add_property(parent: BaseOxmlElement, tag: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element


def _style_ids(document: WordDocument, *names: str) -> tuple[str, ...]:
    """Return the ids of styles; a council's own template may have others than ours."""
    return tuple(document.styles[name].style_id for name in names)


def _write(cell: _Cell, text: str, style_id: str) -> Paragraph:
    """Write a text into an empty cell, and return its paragraph."""
    paragraph = cell.paragraphs[0]
    paragraph._p.style = style_id  # to look a style up by name takes milliseconds
    return add_text(paragraph, text)


def _keep(row: _Row, *, with_next: bool) -> None:
    """Never break a row over two pages, nor (where asked) part it from the next."""
    _add_property(row._tr.get_or_add_trPr(), "w:cantSplit")
    for cell in row._tr.tc_lst:
        for paragraph in cell.p_lst:
            if with_next:
                paragraph.get_or_add_pPr().get_or_add_keepNext()
