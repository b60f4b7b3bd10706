"""The first rows of a file as they are written, for a person to map: nothing is kept."""

import csv
from itertools import islice
from pathlib import Path

from complaints.flows.readers.contents import kind_of
from complaints.flows.readers.csv_file import DELIMITERS, sample_text
from complaints.flows.readers.records_file import sample_fields, sample_xml
from complaints.flows.readers.workbook import sample_sheets

ROWS = 400


def sample_rows(path: Path) -> dict[str, list[list[str]]]:
    """Return the first rows of each sheet of a file; of another file, under the name of its form.

    Raises:
        FileRejectedError: it cannot be read.
        OSError: it cannot be opened.
    """
    kind = kind_of(path)
    if kind == "workbook":
        return sample_sheets(path, ROWS)
    if kind == "csv":
        lines = list(islice(sample_text(path), ROWS))
        delimiter = max(DELIMITERS, key=lambda each: _cells_in_columns(lines, each))
        return {delimiter: list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))}
    if kind == "xml":
        return {"": sample_xml(path, ROWS)}
    return {"": sample_fields(path, kind, ROWS)}


def _cells_in_columns(lines: list[str], delimiter: str) -> int:
    """Return how many cells a delimiter gives in rows of the commonest width, if it parts them."""
    widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
    parted = [width for width in widths if width > 1]
    commonest = max(set(parted), key=parted.count, default=0)
    return commonest * parted.count(commonest)
