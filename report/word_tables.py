"""Tables and pictures of the Word document, as a screen reader needs them.

Header rows repeat on every page and are marked as such, rows stay whole, and pictures carry the
alternative text.
"""

import io

from docx.document import Document as WordDocument
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Emu
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from complaints.report.chart_drawing import PNG_SCALE, chart_png
from complaints.report.layout import (
    CHART_GAP_NOTE,
    DENSE_TABLE_COLUMNS,
    EMPTY_TABLE,
    WHOLE_TABLE_ROWS,
    TemplateLine,
    has_gap,
    numeric_columns,
)
from complaints.report.printing import PrintedChart, PrintedTable
from complaints.report.word_document import CELL, NOTE, SMALL_CELL, add_text, text_width
from complaints.report.word_widths import CELL_MARGINS, column_widths, set_widths

TINT = "EEF2F6"
RULE = "767B80"
LABEL_SHARE = 0.32  # of the width, for the labels of the committee template
TALLEST_PICTURE = Cm(19)
PICTURE_SHARE = 0.96
POINTS_OF_PIXEL = 0.72  # a chart's letters, 13 pixels high, are printed at 9.4 points


def add_lines(document: WordDocument, lines: tuple[TemplateLine, ...], title: str) -> None:
    """Add lines of the committee template as a table of labels and texts."""
    table = _new_table(document, len(lines), 2, title, CELL, has_header=False)
    width, style_id = text_width(document), document.styles[CELL].style_id
    set_widths(table, [int(width * LABEL_SHARE), int(width * (1 - LABEL_SHARE))])
    for row, line in zip(table.rows, lines, strict=True):
        _write(row.cells[0], line.label, style_id, bold=True)
        _write(row.cells[1], line.texts[0], style_id)
        for text in line.texts[1:]:
            row.cells[1].add_paragraph(text, style=CELL)
        _keep_whole(row)
        for paragraph in (paragraph for cell in row.cells for paragraph in cell.paragraphs):
            paragraph.paragraph_format.keep_with_next = line is not lines[-1]


def add_table(document: WordDocument, printed: PrintedTable) -> None:
    """Add a table with its caption above it and its notes below."""
    add_text(document.add_paragraph(style="Caption"), printed.title)
    rows = printed.rows or ((EMPTY_TABLE, *("" for _ in printed.columns[1:])),)
    columns = len(printed.columns)
    style = SMALL_CELL if columns >= DENSE_TABLE_COLUMNS else CELL
    style_id = document.styles[style].style_id
    table = _new_table(document, len(rows) + 1, columns, printed.title, style, has_header=True)
    set_widths(table, column_widths(printed, text_width(document), document.styles[style]))
    numeric = numeric_columns(printed)
    cells = table._cells  # read once: python-docx counts all cells again for each row
    for number, row in enumerate((printed.columns, *rows)):
        is_total = printed.has_total_row and number == len(rows)
        is_kept = number == 0 or _is_kept(number, len(rows), bool(printed.notes))
        for place, text in enumerate(row):
            cell = cells[number * columns + place]
            paragraph = _write(cell, text, style_id, bold=is_total or number == 0)
            paragraph.paragraph_format.keep_with_next = is_kept
            if place in numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if number == 0:
                _shade(cell)
                cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
    for row in table.rows:
        _keep_whole(row)
    _add_property(table.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for number, note in enumerate(printed.notes, start=1):
        paragraph = add_text(document.add_paragraph(style=NOTE), note)
        paragraph.paragraph_format.keep_with_next = number < len(printed.notes)


def _is_kept(number: int, rows: int, has_notes: bool) -> bool:
    """Return whether a row stays on one page with the next one, or with the notes below it."""
    if number == rows:
        return has_notes
    return rows <= WHOLE_TABLE_ROWS or number >= rows - 2


def add_chart(document: WordDocument, chart: PrintedChart) -> None:
    """Add a chart as a picture with its caption and its alternative text."""
    add_text(document.add_paragraph(style="Caption"), chart.title)
    picture = document.add_paragraph().add_run().add_picture(io.BytesIO(chart_png(chart)))
    natural = picture.width / PNG_SCALE * POINTS_OF_PIXEL
    room = min(text_width(document) * PICTURE_SHARE, natural)
    scale = min(room / picture.width, TALLEST_PICTURE / picture.height)
    picture.width = Emu(int(picture.width * scale))
    picture.height = Emu(int(picture.height * scale))
    properties = picture._inline.docPr
    properties.set("title", chart.title)
    properties.set("descr", chart.alternative or chart.title)
    if has_gap(chart):
        document.add_paragraph(CHART_GAP_NOTE, style=NOTE)


def _new_table(
    document: WordDocument, rows: int, columns: int, title: str, style: str, *, has_header: bool
) -> Table:
    """Return an empty ruled table that says what it is."""
    table = document.add_table(rows, columns)
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    properties = table._tbl.tblPr
    for each in properties.findall(qn("w:tblLook")):
        properties.remove(each)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        _add_property(margins, f"w:{side}", w=str(Emu(CELL_MARGINS[style]).twips), type="dxa")
    # Word refuses a table whose properties stand in another order than this.
    properties.insert_element_before(_borders(), "w:shd", "w:tblLayout")
    properties.append(margins)
    look = _add_property(properties, "w:tblLook", val="04A0" if has_header else "0480")
    for name, value in (("firstRow", has_header), ("lastRow", False), ("firstColumn", True)):
        look.set(qn(f"w:{name}"), "1" if value else "0")
    _add_property(properties, "w:tblCaption", val=title)
    return table


def _borders() -> BaseOxmlElement:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _add_property(borders, f"w:{side}", val="single", sz="4", space="0", color=RULE)
    return borders


def _add_property(parent: BaseOxmlElement, tag: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element


def _write(cell: _Cell, text: str, style_id: str, *, bold: bool = False) -> Paragraph:
    """Write a text into an empty cell."""
    paragraph = cell.paragraphs[0]
    paragraph._p.style = style_id  # by its id: to look a style up by name takes milliseconds
    return add_text(paragraph, text, bold=bold)


def _shade(cell: _Cell) -> None:
    _add_property(cell._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=TINT)


def _keep_whole(row: _Row) -> None:
    """Never break a row over two pages."""
    _add_property(row._tr.get_or_add_trPr(), "w:cantSplit")
