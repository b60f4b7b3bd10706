"""The first rows of a file as they are written, for a person to map: nothing is kept."""

import csv
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from complaints.flows.readers.contents import LONGEST_FIELD, kind_of
from complaints.flows.readers.csv_file import DELIMITERS, sample_text
from complaints.flows.readers.records_file import sample_fields, sample_xml
from complaints.flows.readers.text_rows import FileRejectedError
from complaints.flows.readers.workbook import sample_sheets

ROWS = 400


class Sample(NamedTuple):
    """The first rows of a file or a sheet, the headers among them, and where they were found."""

    rows: list[list[str]]
    delimiter: str | None = None
    sheet: str | None = None
    records: str | None = None
    is_hidden: bool = False  # a sheet that a spreadsheet program does not show
    has_fields: bool = False  # the first row holds the names of fields: it is no guess


def sample_rows(path: Path) -> list[Sample]:
    """Return the first rows of a file, or of each of its sheets.

    Raises:
        FileRejectedError: it cannot be read.
        OSError: it cannot be opened.
    """
    kind = kind_of(path)
    if kind == "workbook":
        sheets = sample_sheets(path, ROWS)
        return [
            Sample(rows, sheet=name, is_hidden=not is_seen)
            for name, (is_seen, rows) in sheets.items()
        ]
    if kind == "csv":
        csv.field_size_limit(LONGEST_FIELD)
        lines = list(islice(sample_text(path), ROWS))
        try:
            delimiter = max(DELIMITERS, key=lambda each: _cells_in_columns(lines, each))
            rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
            return [Sample(rows, delimiter)]
        except csv.Error:
            raise FileRejectedError("csv_unreadable", place="") from None
    found = sample_xml(path, ROWS) if kind == "xml" else sample_fields(path, kind, ROWS)
    return [Sample(rows, records=key or None, has_fields=True) for key, rows in found.items()]


def _cells_in_columns(lines: list[str], delimiter: str) -> int:
    """Return how many cells a delimiter gives in rows of the commonest width, if it parts them."""
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
    parted = [width for width in widths if width > 1]
    commonest = max(set(parted), key=parted.count, default=0)
    return commonest * parted.count(commonest)
