"""Read a CSV file as text with DuckDB's own reader, the layout's columns only.

Python's csv module goes over the file as well, keeping nothing: it settles the encoding, the
delimiter and the number of fields, and finds a quotation mark that is not closed. DuckDB would
take everything after such a mark for one short row and say nothing. It reads meanwhile, by what
the header shows, and once more where the survey finds that the rows are written otherwise.
"""

import csv
import math
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TextIO

import duckdb

from complaints.flows.readers.decoded_file import open_as_utf_8
from complaints.flows.readers.headers import count_recognised, match_headers
from complaints.flows.readers.text_rows import (
    SPACE,
    FileRejectedError,
    Target,
    counted_rows,
    insert_text_rows,
    sql_text,
    trimmed,
)

DELIMITERS = (",", ";", "\t")
CHUNK_BYTES = 1 << 20
BUFFER_BYTES = 32_000_000
SPARE_COLUMNS = 4  # for rows with more fields than headers, which a file most often has a few of
WIDEST_ROW = 500  # a row with more fields is no row: most likely another kind of file
# No field of a file is this, so that no field is read as NULL but one that is not there.
NO_FIELD = "\x01\x02 no field \x02\x01"

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class CsvForm(NamedTuple):
    """How a file is written; its widest row may have more fields than there are headers."""

    encoding: str
    delimiter: str
    headers: list[str]
    widest: int

    def fits(self, other: "CsvForm") -> bool:
        """Return whether a file of this form is read well as one of the other, maybe wider."""
        return self[:3] == other[:3] and self.widest <= other.widest


class Survey(NamedTuple):
    """What one pass over a file finds out: its form, and how much is in its rows."""

    form: CsvForm
    records: int
    fields: int


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> list[str]:
    """Put the rows of a CSV file into text_rows; return its headers.

    Raises:
        FileRejectedError: the file is no readable CSV file with the needed columns.
    """
    encodings = _encodings_to_try(path)
    with ThreadPoolExecutor(max_workers=1) as beside:
        surveying = beside.submit(_survey, path, target, encodings)
        read_form = _read_by_the_header(connection, path, target, encodings[0])
        survey = surveying.result()
    form = survey.form
    positions = match_headers(form.headers, target.source, target.layout)
    if survey.records == 0:
        raise FileRejectedError("no_data_rows")
    kept = ", ".join(f"{trimmed(name)} as {name}" for name in positions)
    rows = f"select row_number, field_count, {kept} from csv_lines where row_number > 0"
    try:
        if read_form is None or not form.fits(read_form):
            _read_lines(connection, path, form, positions)
        insert_text_rows(connection, target, rows, len(form.headers), positions)
    except duckdb.InvalidInputException as error:
        # DuckDB's own message repeats the line, which may name a person.
        line = re.search(r"CSV Error on Line: (\d+)", str(error))
        place = f" at line {line[1]}" if line else ""
        raise FileRejectedError("csv_unreadable", place=place) from None
    if counted_rows(connection, target) != (survey.records, survey.fields):
        raise FileRejectedError("csv_in_doubt")
    connection.execute("drop table csv_lines")
    return form.headers


def _encodings_to_try(path: Path) -> tuple[str, ...]:
    """Refuse UTF-16 and binary content; return the encodings that are left, the likeliest first."""
    with path.open("rb") as file:
        chunk = file.read(CHUNK_BYTES)
        starts_with_mark = chunk.startswith(_UTF_8_MARK)
        if chunk.startswith(_UTF_16_MARKS):
            raise FileRejectedError("csv_in_utf_16")
        while chunk:
            if b"\0" in chunk:
                raise FileRejectedError("csv_with_zero_bytes")
            chunk = file.read(CHUNK_BYTES)
    return ("utf-8-sig",) if starts_with_mark else ("utf-8", "cp1252")


def _read_by_the_header(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Target, encoding: str
) -> CsvForm | None:
    """Read the file as its header lets expect; return the form it was read in.

    None where that cannot be: what is wrong then, the survey says.
    """
    try:
        with path.open(encoding=encoding, newline="") as file:
            delimiter, headers, _ = _opened(file, target)
        form = CsvForm(encoding, delimiter, headers, len(headers) + SPARE_COLUMNS)
        positions = match_headers(headers, target.source, target.layout)
        _read_lines(connection, path, form, positions)
    except (FileRejectedError, UnicodeDecodeError, duckdb.Error):
        return None
    return form


def _survey(path: Path, target: Target, encodings: tuple[str, ...]) -> Survey:
    """Go over the whole file in the first encoding that fits all its bytes."""
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as file:
                return _survey_as(encoding, file, target)
        except UnicodeDecodeError:
            continue
    raise FileRejectedError("csv_encoding_unknown")


def _survey_as(encoding: str, file: TextIO, target: Target) -> Survey:
    delimiter, headers, records = _opened(file, target)
    rows = fields = 0
    widest = len(headers)
    for record in records:
        rows += 1
        fields += len(record)
        if len(record) > widest:
            widest = len(record)
    if widest > WIDEST_ROW:
        raise FileRejectedError(
            "csv_line_too_long", fields=widest, dataset=target.layout.dataset.replace("_", " ")
        )
    return Survey(CsvForm(encoding, delimiter, headers, widest), rows, fields)


def _opened(file: TextIO, target: Target) -> tuple[str, list[str], Iterator[list[str]]]:
    """Return the delimiter, the headers and the records that follow them."""
    delimiter = _delimiter(file, target)
    file.seek(0)
    records = _records(file, delimiter)
    headers = next(records, None)
    if headers is None:
        raise FileRejectedError("csv_empty")
    return delimiter, headers, records


def _delimiter(file: TextIO, target: Target) -> str:
    """Return the delimiter by which most of the header's names are recognised."""
    scores = {}
    for delimiter in DELIMITERS:
        file.seek(0)
        try:
            headers = next(_records(file, delimiter), [])
        except FileRejectedError:
            continue
        recognised = count_recognised(headers, target.source, target.layout)
        scores[delimiter] = (recognised, len(headers))
    return max(scores, key=scores.__getitem__, default=DELIMITERS[0])


def _records(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    """Yield the records that are not blank."""
    reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=True)
    last_line = 0
    try:
        for record in reader:
            if "".join(record[:1]).strip(SPACE) or "".join(record).strip(SPACE):
                yield record
            last_line = reader.line_num
    except csv.Error:
        raise FileRejectedError("csv_quotation_open", line=last_line + 1) from None


def _read_lines(
    connection: duckdb.DuckDBPyConnection, path: Path, form: CsvForm, positions: dict[str, int]
) -> None:
    """Create the temporary table csv_lines: a file's rows, numbered, with the layout's columns.

    Every column up to the widest row's is declared. A field that is not there is NULL and a blank
    one is '', so that the number of fields is that of the columns that are not NULL. The header
    is the first row that is not blank, number 0.

    Reading and numbering keep to one core; what is done with the table afterwards does not.
    """
    columns = [f"c{number}" for number in range(form.widest)]
    declared = ", ".join(f"'{column}': 'varchar'" for column in columns)
    field_count = " + ".join(f"({column} is not null)::integer" for column in columns)
    not_blank = " or ".join(f"{trimmed(column)} <> ''" for column in columns)
    kept = "".join(f", c{at} as {name}" for name, at in positions.items())
    with open_as_utf_8(connection, path, form.encoding) as (name, text_bytes):
        buffer_bytes = _buffer_bytes(text_bytes)
        connection.execute(
            f"""
            create or replace temporary table csv_lines as
            select row_number() over () - 1 as row_number, {field_count} as field_count{kept}
            from read_csv(
                $name, header = false, auto_detect = false, columns = {{{declared}}},
                delim = {sql_text(form.delimiter)}, quote = '"', escape = '"', new_line = '\\n',
                strict_mode = false, null_padding = true, nullstr = '{NO_FIELD}',
                parallel = false, buffer_size = {buffer_bytes}, max_line_size = {buffer_bytes}
            )
            where {not_blank}
            """,
            {"name": name},
        )


def _buffer_bytes(text_bytes: int) -> int:
    """Return a size for the reader's buffers that leaves no short one at the end.

    DuckDB 1.5.5 loses a last line without a line end when only that line, or a part of it, is in
    the last buffer (seen on 2026-11-23 with generated files), so all buffers are made alike.
    """
    buffers = math.ceil(text_bytes / BUFFER_BYTES) or 1  # emptied since its header was read
    return text_bytes // buffers + 64
