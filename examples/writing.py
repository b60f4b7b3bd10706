"""Writes the exports: two CSV files and a workbook, the same bytes at every run."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from xml.etree.ElementTree import canonicalize

from openpyxl import Workbook

from complaints.examples.records import CORPORATE_FILE, LATEST_FILE, STATUTORY_FILE, Record, Value
from complaints.examples.spelling import spelled
from complaints.warehouse.layout import LAYOUT_NAMES

FIELDS_OF_A_CUT_LINE = 5
SAVED_AT = datetime(2018, 11, 27, 6, 0)
EXCEL_DAY_0 = date(1899, 12, 30)
# Cells of the workbook, by row, whose date is a bare serial number: the format was lost.
ROWS_WITH_SERIAL_NUMBERS = (7, 31)
NOTE = "Synthetic example: made-up complaints, no real person, case or council."


STATUTORY_MILESTONES = {
    *("panel_date", "panel_findings_date", "investigator_appointed_date"),
    *("independent_person_appointed_date", "statement_agreed_date"),
    *("investigation_report_date", "adjudication_date"),
}


class CsvFile(NamedTuple):
    """How a CSV export is written."""

    encoding: str
    delimiter: str
    line_end: str
    headers: dict[str, str]
    blank_line_after_row: int | None = None


def _header(name: str) -> str:
    return name.replace("_", " ").title()


CSV_FILES: dict[str, CsvFile] = {
    STATUTORY_FILE: CsvFile("utf-8", ",", "\n", {name: name for name in LAYOUT_NAMES}),
    CORPORATE_FILE: CsvFile(
        "cp1252",
        ";",
        "\r\n",
        {name: _header(name) for name in LAYOUT_NAMES if name not in STATUTORY_MILESTONES},
        blank_line_after_row=100,
    ),
}


def written(file_name: str, records: Sequence[Record]) -> bytes:
    """Return the content of one export."""
    if file_name == LATEST_FILE:
        return _workbook(records)
    return _csv(CSV_FILES[file_name], records)


def _csv(layout: CsvFile, records: Sequence[Record]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=layout.delimiter, lineterminator=layout.line_end)
    writer.writerow(layout.headers.values())
    for number, record in enumerate(records, start=1):
        row = spelled(record)
        fields = [str(row[name] or "") for name in layout.headers]
        writer.writerow(_damaged(fields, row, record))
        if number == layout.blank_line_after_row:
            text.write(layout.line_end)
    return text.getvalue().encode(layout.encoding)


def _damaged(fields: list[str], row: dict[str, Value], record: Record) -> list[str]:
    """Return the fields of a line, broken where the record asks for it."""
    if record.damage == "cut":
        return fields[:FIELDS_OF_A_CUT_LINE]
    if record.damage == "split":
        place = LAYOUT_NAMES.index("learning")
        return fields[:place] + str(row["learning"]).split(",") + fields[place + 1 :]
    return fields


def _workbook(records: Sequence[Record]) -> bytes:
    """Return a workbook with one column more than the layout and a sheet that is not read."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Export"
    sheet.append([_header(name) for name in LAYOUT_NAMES] + ["Workflow Step"])
    for number, record in enumerate(records, start=1):
        row = spelled(record)
        step = "Closed" if record.values["responded_date"] else "With the service"
        has_serials = number in ROWS_WITH_SERIAL_NUMBERS
        sheet.append([*(_cell(name, row[name], has_serials) for name in LAYOUT_NAMES), step])
    for cell in (cell for row in sheet.iter_rows() for cell in row if cell.is_date):
        has_time = isinstance(cell.value, datetime)
        cell.number_format = "DD/MM/YYYY HH:MM" if has_time else "DD/MM/YYYY"
    book.create_sheet("About").append([NOTE])
    book.properties.creator = "examples/make_exports.py"
    book.properties.created = SAVED_AT
    buffer = io.BytesIO()
    book.save(buffer)
    return _repeatable(buffer.getvalue())


def _cell(name: str, value: Value, has_serials: bool) -> Value | int | bool:
    """Return a value as Excel would hold it: numbers, truth values and dates of its own."""
    if name == "stage" and isinstance(value, str) and value.isdigit():
        return int(value)
    if name == "extension_agreed" and value in ("true", "false"):
        return value == "true"
    if has_serials and isinstance(value, date) and not isinstance(value, datetime):
        return (value - EXCEL_DAY_0).days
    return value or None


def _repeatable(workbook: bytes) -> bytes:
    """Return a workbook whose bytes depend on its content alone.

    Parts are written in one spelling of XML (openpyxl uses lxml where it finds it), uncompressed
    (libraries compress differently), and without the time of the run.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target,
    ):
        for name in sorted(source.namelist()):
            part = canonicalize(source.read(name).decode("utf-8"))
            if name == "docProps/core.xml":
                part = _with_fixed_time(part)
            info = zipfile.ZipInfo(name, SAVED_AT.timetuple()[:6])
            info.create_system = 0
            target.writestr(info, '<?xml version="1.0" encoding="UTF-8"?>\n' + part)
    return buffer.getvalue()


def _with_fixed_time(properties: str) -> str:
    """Return the document's properties with the time saved that openpyxl sets itself."""
    before, tag, rest = properties.partition("<dcterms:modified")
    attributes, _, after = rest.partition(">")
    _, end_tag, after = after.partition("</dcterms:modified>")
    return f"{before}{tag}{attributes}>{SAVED_AT:%Y-%m-%dT%H:%M:%SZ}{end_tag}{after}"
