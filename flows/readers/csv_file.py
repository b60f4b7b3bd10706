"""Read a CSV file as text with DuckDB's own reader, the layout's columns only.

Python's csv module goes over the file as well, keeping nothing: it settles the encoding, the
delimiter and the number of fields, and finds a quotation mark that is not closed. DuckDB would
take everything after such a mark for one short row and say nothing. It reads meanwhile, by what
the header shows, and once more where the survey finds that the rows are written otherwise.
"""

import codecs
import csv
import math
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TextIO

import duckdb

from complaints.flows.readers.contents import LONGEST_FIELD, marked_encoding, open_bytes
from complaints.flows.readers.decoded_file import open_as_utf_8, open_text
from complaints.flows.readers.headers import count_recognised
from complaints.flows.readers.mapping import Mapping, compile_mapping
from complaints.flows.readers.text_rows import (
    SPACE,
    FileRejectedError,
    Target,
    insert_text_rows,
    trimmed,
)
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.store import sql_text

DELIMITERS = (",", ";", "\t", "|")
CHUNK_BYTES = 1 << 20
BUFFER_BYTES = 32_000_000
SPARE_COLUMNS = 4  # for rows with more fields than headers, which a file most often has a few of
WIDEST_ROW = 500  # a row with more fields is no row: most likely another kind of file
# No field of a file is this, so that no field is read as NULL but one that is not there.
NO_FIELD = "\x01\x02 no field \x02\x01"

# A quotation mark after a byte order mark is read as a letter.
_QUOTED_AFTER_MARK = '\ufeff"'
_SEPARATOR_LINE = re.compile(r'"?sep=(\\t|.)"?', re.IGNORECASE)


class CsvForm(NamedTuple):
    """How a file is written; its widest row may have more fields than there are headers.

    skipped_rows stand before the header.
    """

    encoding: str
    errors: str
    delimiter: str
    skipped_rows: int
    headers: list[str]
    widest: int

    def fits(self, other: "CsvForm") -> bool:
        """Return whether a file of this form is read well as one of the other, maybe wider."""
        return self[:-1] == other[:-1] and self.widest <= other.widest


class Survey(NamedTuple):
    """What one pass over a file finds out: its form, and how much is in its rows."""

    form: CsvForm
    records: int
    fields: int
    note: str | None
    skipped_after: list[int]


class Encodings(NamedTuple):
    """The encodings to try, with what is done about bytes that they do not have."""

    to_try: tuple[str, ...]
    errors: str = "strict"
    stray_bytes: int = 0


def read_csv(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> str | None:
    """Put the rows of a CSV file into text_rows; return what is to be said of the file.

    Raises:
        FileRejectedError: the file is no readable CSV file with the needed columns.
    """
    encodings = _encodings_to_try(path, target.source.read.encoding)
    with ThreadPoolExecutor(max_workers=1) as beside:
        surveying = beside.submit(_survey, path, target, encodings)
        read_form = _read_by_the_header(connection, path, target, encodings)
        survey = surveying.result()
    form = survey.form
    target.skipped_after.extend(survey.skipped_after)
    mapping = compile_mapping(form.headers, target.source, target.layout)
    last_row = survey.records - target.source.read.footer
    if last_row <= 0:
        raise FileRejectedError("no_data_rows")
    try:
        if read_form is None or not form.fits(read_form):
            _read_lines(connection, path, form, mapping, target)
    except duckdb.InvalidInputException as error:
        # DuckDB's own message repeats the line, which may name a person.
        line = re.search(r"CSV Error on Line: (\d+)", str(error))
        place = f" at line {line[1]}" if line else ""
        raise FileRejectedError("csv_unreadable", place=place) from None
    counted = connection.execute(
        "select count(*), coalesce(sum(fields_found), 0)::bigint from csv_lines "
        "where row_number > 0"
    ).fetchone()
    if counted != (survey.records, survey.fields):
        raise FileRejectedError("csv_in_doubt")
    insert_text_rows(connection, target, "csv_lines", mapping, len(form.headers), last_row)
    connection.execute("drop table csv_lines")
    return survey.note


def sample_text(path: Path) -> Iterator[str]:
    """Yield the lines of a file, in an encoding that has all its characters, or nearly."""
    encodings = _encodings_to_try(path, None)
    with open_text(path, encodings.to_try[-1], "replace") as file:
        yield from file


def _encodings_to_try(path: Path, given: str | None) -> Encodings:
    """Refuse binary content; return the encodings that are left, the likeliest first.

    A file of which most of what is not ASCII is UTF-8 is that, whatever stray bytes it holds.
    """
    valid = stray = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with open_bytes(path) as file:
        chunk = file.read(CHUNK_BYTES)
        marked = marked_encoding(chunk)
        if given and not (marked == "utf-8-sig" and codecs.lookup(given).name == "utf-8"):
            return Encodings((given,))
        if marked == "utf-16":
            return Encodings((marked,))
        while chunk:
            if b"\0" in chunk:
                raise FileRejectedError("csv_with_zero_bytes")
            if not chunk.isascii():
                text = decoder.decode(chunk)
                replaced = text.count("\ufffd")
                stray += replaced
                valid += len(text) - len(text.encode("ascii", "ignore")) - replaced
            chunk = file.read(CHUNK_BYTES)
    if stray and (marked or valid > stray):
        return Encodings((marked or "utf-8",), "replace", stray)
    return Encodings((marked,) if marked else ("utf-8", "cp1252"))


def _read_by_the_header(
    connection: duckdb.DuckDBPyConnection, path: Path, target: Target, encodings: Encodings
) -> CsvForm | None:
    """Read the file as its header lets expect; return the form it was read in.

    None where that cannot be: what is wrong then, the survey says.
    """
    encoding, errors = encodings.to_try[0], encodings.errors
    try:
        with open_text(path, encoding, errors) as file:
            opened = _opened(file, target)
        widest = len(opened.headers) + SPARE_COLUMNS
        form = CsvForm(
            encoding, errors, opened.delimiter, opened.skipped_rows, opened.headers, widest
        )
        mapping = compile_mapping(opened.headers, target.source, target.layout)
        _read_lines(connection, path, form, mapping, target)
    except (FileRejectedError, UnicodeError, duckdb.Error):
        return None
    return form


def _survey(path: Path, target: Target, encodings: Encodings) -> Survey:
    """Go over the whole file in the first encoding that fits all its bytes."""
    for encoding in encodings.to_try:
        try:
            with open_text(path, encoding, encodings.errors) as file:
                return _survey_as(encoding, file, target, encodings)
        except UnicodeError:
            continue
    raise FileRejectedError("csv_encoding_unknown")


def _survey_as(encoding: str, file: TextIO, target: Target, encodings: Encodings) -> Survey:
    delimiter, skipped, headers, records, rows_above = _opened(file, target)
    rows = fields = 0
    widest = len(headers)
    skipped_after = [0] * (rows_above + 1)
    for record in records:
        if not record:
            skipped_after.append(rows)
            continue
        rows += 1
        fields += len(record)
        if len(record) > widest:
            widest = len(record)
            _refuse_width(widest, target)
    form = CsvForm(encoding, encodings.errors, delimiter, skipped, headers, widest)
    note = None
    if encodings.stray_bytes:
        note = sentence_of("stray_bytes_replaced", count=encodings.stray_bytes)
    return Survey(form, rows, fields, note, [after for after in skipped_after if after < rows])


def _refuse_width(fields: int, target: Target) -> None:
    if fields > WIDEST_ROW:
        raise FileRejectedError(
            "csv_line_too_long", fields=fields, dataset=target.layout.dataset.replace("_", " ")
        )


class _Opened(NamedTuple):
    """A file up to its header line.

    Before it stand skipped_rows that DuckDB leaves out, and rows_above that a spreadsheet shows:
    blank ones too, but not the one that names the delimiter.
    """

    delimiter: str
    skipped_rows: int
    headers: list[str]
    records: Iterator[list[str]]  # those after it, a blank one without fields
    rows_above: int


def _opened(file: TextIO, target: Target) -> _Opened:
    skipped, delimiter = _beginning(file, target)
    rows_above = skipped if target.source.read.header else 0
    delimiter = delimiter or _delimiter(file, skipped, target)
    file.seek(0)
    above = [file.readline().strip("\ufeff") for _ in range(skipped)]
    # DuckDB's own skip takes a line too few where lines end in \r\n (1.5.5, 2026-11-26).
    skipped_rows = sum(bool(line.strip(f'{SPACE}{delimiter}"')) for line in above)
    records = _records(file, delimiter, skipped)
    for headers in records:
        if headers:
            break
        rows_above += 1
    else:
        raise FileRejectedError("csv_empty")
    _refuse_width(len(headers), target)
    return _Opened(delimiter, skipped_rows, headers, records, rows_above)


def _beginning(file: TextIO, target: Target) -> tuple[int, str | None]:
    """Return how many lines stand before the header, and the delimiter where it is said."""
    read = target.source.read
    if read.header:
        return read.header - 1, read.delimiter
    separator = _SEPARATOR_LINE.fullmatch(file.readline(20).strip("\ufeff \r\n"))
    if separator:
        return 1, read.delimiter or separator[1].replace("\\t", "\t")
    return 0, read.delimiter


def _delimiter(file: TextIO, skipped: int, target: Target) -> str:
    """Return the delimiter by which most of the header's names are recognised."""
    scores = {}
    for delimiter in DELIMITERS:
        try:
            headers = next(filter(None, _records(file, delimiter, skipped)), [])
        except FileRejectedError:
            continue
        recognised = count_recognised(headers, target.source, target.layout)
        scores[delimiter] = (recognised, len(headers))
    return max(scores, key=scores.__getitem__, default=DELIMITERS[0])


def _records(file: TextIO, delimiter: str, skipped: int) -> Iterator[list[str]]:
    """Yield the records from the line after those that are skipped, a blank one without fields."""
    file.seek(0)
    for _ in range(skipped):
        file.readline()
    csv.field_size_limit(LONGEST_FIELD)  # of every column, also of those that are not read
    reader = csv.reader(file, delimiter=delimiter, strict=True, skipinitialspace=True)
    last_line = 0
    try:
        for record in reader:
            if record and record[0].startswith(_QUOTED_AFTER_MARK):
                raise FileRejectedError("csv_of_two_files", line=skipped + last_line + 1)
            is_filled = "".join(record[:1]).strip(SPACE) or "".join(record).strip(SPACE)
            yield record if is_filled else []
            last_line = reader.line_num
    except csv.Error as error:
        line = skipped + last_line + 1
        if "field limit" in str(error):
            raise FileRejectedError(
                "csv_field_too_long", most=f"{LONGEST_FIELD:,}", line=line
            ) from None
        raise FileRejectedError("csv_quotation_open", line=line) from None


def _read_lines(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    form: CsvForm,
    mapping: Mapping,
    target: Target,
) -> None:
    """Create the temporary table csv_lines: a file's rows, numbered, with the mapped columns.

    Every column up to the widest row's is declared. A field that is not there is NULL and a blank
    one is '', so that the number of fields is that of the columns that are not NULL. The header
    is the first row that is not blank, number 0. Of a row with too few or too many fields only
    their number is kept, so that a slipped narrative reaches no file.

    Reading and numbering keep to one core; what is done with the table afterwards does not.
    """
    columns = [f"c{number}" for number in range(form.widest)]
    declared = ", ".join(f"'{column}': 'varchar'" for column in columns)
    fields_found = " + ".join(f"({column} is not null)::integer" for column in columns)
    not_blank = " or ".join(f"{trimmed(column)} <> ''" for column in columns)
    width = len(form.headers)
    field_count = "fields_found"
    if target.source.read.short_rows == "fill":
        field_count = f"case when fields_found < {width} then {width} else {field_count} end"
    if target.source.read.trailing_delimiter == "drop" and form.widest > width:
        is_trailing = f"fields_found = {width + 1} and trim(c{width}) = ''"
        field_count = f"case when {is_trailing} then {width} else {field_count} end"
    kept = "".join(f", c{at}" for at in mapping.read)
    if_readable = "".join(
        f", case when field_count = {width} then c{at} end as c{at}" for at in mapping.read
    )
    with open_as_utf_8(connection, path, form.encoding, form.errors) as (name, text_bytes):
        buffer_bytes = _buffer_bytes(text_bytes)
        connection.execute(
            f"""
            create or replace temporary table csv_lines as
            select row_number, fields_found, field_count{if_readable}
            from (
                select *, {field_count} as field_count
                from (
                    select
                        row_number() over () - {form.skipped_rows + 1} as row_number,
                        {fields_found} as fields_found
                        {kept}{f", c{width}" * (form.widest > width)}
                    from read_csv(
                        $name, header = false, auto_detect = false, columns = {{{declared}}},
                        delim = {sql_text(form.delimiter)}, quote = '"', escape = '"',
                        new_line = '\\n', strict_mode = false, null_padding = true,
                        nullstr = '{NO_FIELD}', parallel = false, compression = 'none',
                       
                        buffer_size = {buffer_bytes}, max_line_size = {buffer_bytes}
                    )
                    where {not_blank}
                )
            )
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
