"""Workbooks for people: frozen and filtered header, dates as dates, widths that fit; no formula."""

import os
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from complaints.warehouse.plain_text import without_unseen

MOST_ROWS = 1_048_575  # of a sheet, below the header
MOST_TEXT = 32_767  # of a cell
NAME_LENGTH = 31
MOST_DIGITS = 10**15  # beyond, Excel rounds
WIDEST, WIDEST_WRAPPED, NARROWEST = 60, 42, 9  # in characters
WIDTH_FROM = 500  # rows
LINE_HEIGHT = 15
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


class Sheet(NamedTuple):
    """One sheet.

    Attributes:
        name: as wished; see `sheet_names`.
        columns: the headings.
        rows: the values.
        title: what stands above the header; nothing when blank.
        wrapped: headings of columns whose texts go on in further lines.
        urgent: of a row, whether it is to be seen first.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    wrapped: Sequence[str] = ()
    urgent: Sequence[bool] = ()


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a workbook beside its place, then put it there: nobody opens half of one.

    Raises:
        OSError: it cannot be written.
    """
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        _write_sheets(unfinished, sheets)
    except FileCreateError as problem:  # which has the system's own error within
        raise problem.args[0] from None
    os.replace(unfinished, path)


def _write_sheets(path: Path, sheets: Sequence[Sheet]) -> None:
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "default_date_format": "dd/mm/yyyy",
    }
    with xlsxwriter.Workbook(path, options) as book:
        formats = _Formats(book)
        for name, sheet in zip(sheet_names([each.name for each in sheets]), sheets, strict=True):
            _write_sheet(book.add_worksheet(name), formats, sheet)


def sheet_names(wished: Iterable[str]) -> list[str]:
    """Return the names as Excel allows them: short, without some characters, each once."""
    names: list[str] = []
    for each in wished:
        name = _NOT_IN_NAMES.sub(" ", without_unseen(each)).strip("' ")[:NAME_LENGTH] or "Sheet"
        taken = {other.casefold() for other in (*names, "history")}
        number = 1
        base = name
        while name.casefold() in taken:
            number += 1
            name = f"{base[: NAME_LENGTH - len(str(number)) - 1]} {number}"
        names.append(name)
    return names


class _Formats:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        top = {"valign": "top"}
        self.title = book.add_format({"bold": True, "font_size": 12})
        self.header = book.add_format(
            {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF", "text_wrap": True} | top
        )
        self.plain = book.add_format(top)
        self.number = book.add_format(top | {"align": "center"})
        self.wrapped = book.add_format(top | {"text_wrap": True})
        self.date = book.add_format(top | {"num_format": "dd/mm/yyyy", "align": "left"})
        self.time = book.add_format(top | {"num_format": "dd/mm/yyyy hh:mm:ss", "align": "left"})
        self.urgent = book.add_format(top | {"bold": True, "font_color": "#9C0006"})

    def of(self, value: Any, is_wrapped: bool) -> Format:
        if isinstance(value, datetime):
            return self.time
        if isinstance(value, date):
            return self.date
        if isinstance(value, int | float | Decimal):
            return self.number
        return self.wrapped if is_wrapped else self.plain


def _write_sheet(sheet: Worksheet, formats: _Formats, given: Sheet) -> None:
    head = 2 if given.title else 0
    if given.title:
        sheet.write_string(0, 0, without_unseen(given.title), formats.title)
    wrapped = [heading in given.wrapped for heading in given.columns]
    widths = [
        _width(heading, given.rows, column, WIDEST_WRAPPED if is_wrapped else WIDEST)
        for column, (heading, is_wrapped) in enumerate(zip(given.columns, wrapped, strict=True))
    ]
    for column, heading in enumerate(given.columns):
        sheet.write_string(head, column, heading, formats.header)
        sheet.set_column(column, column, widths[column])
    header_lines = (
        len(heading.split()) if len(heading) + 4 > width else 1
        for heading, width in zip(given.columns, widths, strict=True)
    )
    sheet.set_row(head, LINE_HEIGHT * max(header_lines))
    for number, row in enumerate(given.rows):
        is_urgent = bool(given.urgent) and given.urgent[number]
        for column, value in enumerate(row):
            cell_format = formats.of(value, wrapped[column])
            if is_urgent and column == 0:
                cell_format = formats.urgent
            _write_cell(sheet, head + 1 + number, column, value, cell_format)
        # Not every program finds the height of wrapped text by itself.
        lines = max(
            (-(-len(str(row[n] or "")) // (widths[n] - 4)) for n in range(len(row)) if wrapped[n]),
            default=1,
        )
        if lines > 1:
            sheet.set_row(head + 1 + number, LINE_HEIGHT * lines)
    last = head + max(len(given.rows), 1)
    sheet.autofilter(head, 0, last, len(given.columns) - 1)
    sheet.freeze_panes(head + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.set_footer("&L&A&RPage &P of &N")


def _write_cell(sheet: Worksheet, row: int, column: int, value: Any, cell_format: Format) -> None:
    if value is None:
        sheet.write_blank(row, column, None, cell_format)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, cell_format)
    elif isinstance(value, int | float | Decimal) and abs(float(value)) < MOST_DIGITS:
        sheet.write_number(row, column, value, cell_format)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, cell_format)
    else:
        sheet.write_string(row, column, without_unseen(str(value))[:MOST_TEXT], cell_format)


def _width(heading: str, rows: Sequence[Sequence[Any]], column: int, widest: int) -> int:
    """Return a width that fits the values of the first rows, and the longest word of the heading.

    Beside the heading there is the button of the filter.
    """
    values = (row[column] for row in rows[:WIDTH_FROM])
    longest = max((len(_shown(value)) for value in values), default=0)
    needed = max(longest + 2, max(map(len, heading.split())) + 4, NARROWEST)
    return min(needed, widest)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return "dd/mm/yyyy hh:mm:ss"
    return "dd/mm/yyyy" if isinstance(value, date) else "" if value is None else str(value)
