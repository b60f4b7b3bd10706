"""Open a workbook in a process of its own: `python -m complaints.flows.readers.workbook_process`.

It is asked twice, by pickles on its standard input: for the headers of a sheet, and for columns of
it as text. It answers each time with a refusal (an error, or None) and what was asked for.
"""

import io
import itertools
import pickle
import re
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from complaints.flows.readers.contents import (
    ALWAYS_ALLOWED_BYTES,
    FIRST_LINES,
    LONGEST_FIELD,
    MOST_GROWTH,
    OLD_OFFICE_MARK,
    WARY_OF_XML,
    all_bytes,
)
from complaints.flows.readers.headers import nearest_header
from complaints.flows.readers.text_rows import SPACE, FileRejectedError
from complaints.warehouse.layout import matched_header

MOST_BYTES = 4 << 30
MOST_COLUMNS = 500  # as of a CSV row
# A cell is stray where more than this many rows, and ten times as many as are filled, lie before.
EMPTY_ROWS = 50_000
DAYS_FROM_1900_TO_1904 = 1462

_DAMAGED = (
    *(ValueError, LookupError, OSError, zipfile.BadZipFile, zlib.error, NotImplementedError),
    etree.XMLSyntaxError,
)

# In the XML of a sheet.
_FAR_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*? r="([A-Z]{3}\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*? r="(\d{1,7})"')
_CELL_NAME = re.compile(r"([A-Z]{1,3})\d{1,7}")


class Scan(NamedTuple):
    """What the XML of a sheet tells that its values do not.

    odd_cells are those whose stored result is an error, or missing, by their places.
    """

    odd_cells: dict[tuple[int, int], str]
    starts_in_1904: bool


def main() -> None:
    """Answer the two questions about a workbook."""
    _limit(int(sys.argv[1]))
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        path, sheet_name, header_line, sheets_named = pickle.load(questions)
        book = _opened(Path(path))
        if header_line is not None and header_line < 0:  # a look at every sheet
            _answer(answers, None, _sample(book, -header_line))
            return
        index = _index_of(book, sheet_name)
        sheet, scan = _sheet(book, index)
        first, headers, filled = _shape(sheet, header_line)
        others = _like(book, index, headers, {name.strip() for name in sheets_named})
        _answer(answers, None, (headers, len(filled), _skipped_after(first, filled), others))
        _answer(answers, None, _columns(sheet, scan, filled, *pickle.load(questions)))
    except FileRejectedError as refusal:
        _answer(answers, refusal, None)
    except EOFError:  # the parent wants no more
        pass


def _answer(answers: Any, refusal: FileRejectedError | None, answer: Any) -> None:
    pickle.dump((refusal, answer), answers)
    answers.flush()


def _limit(seconds: int) -> None:
    """Let this process have no more than its share, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


class Book(NamedTuple):
    """An open workbook, and its bytes; is_old is one of before 2007, which has no XML."""

    workbook: CalamineWorkbook
    content: io.BytesIO
    is_old: bool


@contextmanager
def _refusals(is_old: bool) -> Iterator[None]:
    """Turn what is wrong with a workbook into its refusal."""
    try:
        yield
    except PasswordError:
        raise FileRejectedError("workbook_protected") from None
    except (CalamineError, WorksheetNotFound, *_DAMAGED):
        if is_old:
            raise FileRejectedError("workbook_protected") from None
        raise FileRejectedError("workbook_not_opened") from None


def _opened(path: Path) -> Book:
    content = all_bytes(path)
    is_old = content.getvalue()[: len(OLD_OFFICE_MARK)] == OLD_OFFICE_MARK
    with _refusals(is_old):
        book = Book(CalamineWorkbook.from_filelike(content), content, is_old)
    if not book.workbook.sheet_names:
        raise FileRejectedError("workbook_without_sheet")
    return book


def _sheet(book: Book, index: int) -> tuple[CalamineSheet, Scan]:
    """Return a sheet, and what its XML tells."""
    with _refusals(book.is_old):
        scan = Scan({}, False) if book.is_old else _scan(book.content, index)
        return book.workbook.get_sheet_by_index(index), scan


def _index_of(book: Book, sheet_name: str | None) -> int:
    """Return where a sheet is in a workbook: the first that is seen, where none is named."""
    names = book.workbook.sheet_names
    if sheet_name is None:
        return names.index(next(iter(_visible(book.workbook)), names[0]))
    # A name may begin or end with a space, which nobody sees.
    called = [name for name in names if name == sheet_name] or [
        name for name in names if name.strip() == sheet_name.strip()
    ]
    if not called:
        nearest = nearest_header(sheet_name, names)
        hint = f"; the nearest name found is '{nearest}'" if nearest else ""
        raise FileRejectedError("sheet_missing", sheet=sheet_name, hint=hint)
    return names.index(called[0])


def _sample(book: Book, rows: int) -> dict[str, tuple[bool, list[list[str]]]]:
    """Return of every sheet whether it is seen, and its first rows, from the first column on."""
    sample = {}
    visible = _visible(book.workbook)
    for index, name in enumerate(book.workbook.sheet_names):
        sheet, _ = _sheet(book, index)
        left = [""] * (sheet.start[1] if sheet.start else 0)
        first = [
            left + [_text(value) for value in values]
            for values in itertools.islice(sheet.iter_rows(), rows)
        ]
        sample[name] = (name in visible, first)
    return sample


def _like(book: Book, index: int, headers: list[str], named: set[str]) -> int:
    """Return how many sheets that nobody named have a line with most of the headers."""
    wanted = {matched_header(header) for header in headers} - {""}
    visible = _visible(book.workbook)
    count = 0
    for other, name in enumerate(book.workbook.sheet_names):
        if other == index or name not in visible or name.strip() in named:
            continue
        try:
            sheet, _ = _sheet(book, other)
        except FileRejectedError:  # it is not read
            continue
        first = itertools.islice(sheet.iter_rows(), FIRST_LINES)
        lines = ({matched_header(_text(value)) for value in values} for values in first)
        count += any(2 * len(line & wanted) > len(wanted) for line in lines)
    return count


def _visible(workbook: CalamineWorkbook) -> list[str]:
    """Return the names of the sheets with cells that a spreadsheet program shows."""
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _scan(content: Any, index: int) -> Scan:
    """Look into the XML of an XLSX before it is read: at its size, extent and odd cells."""
    with zipfile.ZipFile(content) as archive:
        members = {member.filename: member for member in archive.infolist()}
        packed = sum(member.compress_size for member in members.values())
        unpacked = sum(member.file_size for member in members.values())
        if unpacked > max(ALWAYS_ALLOWED_BYTES, MOST_GROWTH * packed):
            raise FileRejectedError("unpacks_too_far", growth=MOST_GROWTH)
        if "xl/workbook.xml" not in members:
            return Scan({}, False)
        book = _parsed(archive, "xl/workbook.xml")
        xml = archive.read(_sheet_member(archive, book, index))
    if far := _FAR_CELL.search(xml):
        raise FileRejectedError("cell_far_right", cell=far[1].decode())
    rows = Counter(map(int, _ROW.findall(xml)))
    if rows and max(rows) - len(rows) > max(EMPTY_ROWS, 10 * len(rows)):
        raise FileRejectedError("cell_far_below", row=max(rows))
    has_odd_cells = b't="e"' in xml or re.search(rb"<(?:\w+:)?f\b", xml)
    properties = book.find("{*}workbookPr")
    starts_in_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return Scan(_odd_cells(xml) if has_odd_cells else {}, starts_in_1904)


def _parsed(archive: zipfile.ZipFile, member: str) -> Any:
    return etree.fromstring(archive.read(member), etree.XMLParser(**WARY_OF_XML))


def _sheet_member(archive: zipfile.ZipFile, book: Any, index: int) -> str:
    """Return the name of the member of a workbook that holds its sheet of this place."""
    sheet = book.findall("{*}sheets/{*}sheet")[index]
    (relation_id,) = (
        value for name, value in sheet.attrib.items() if name.endswith("/relationships}id")
    )
    for relation in _parsed(archive, "xl/_rels/workbook.xml.rels").findall("{*}Relationship"):
        if relation.get("Id") == relation_id:
            target = str(relation.get("Target"))
            return target.lstrip("/") if target[0] == "/" else f"xl/{target}"
    raise KeyError(relation_id)


def _odd_cells(xml: bytes) -> dict[tuple[int, int], str]:
    """Return the errors, and the formulas without a result, by their places.

    A row or a cell that does not say its place stands after the one before it.
    """
    odd_cells = {}
    row = column = -1
    tags = ("{*}row", "{*}c")
    for event, element in etree.iterparse(
        io.BytesIO(xml), ("start", "end"), tag=tags, **WARY_OF_XML
    ):
        is_cell = etree.QName(element).localname == "c"
        if event == "end":
            if is_cell:
                value, formula = element.findtext("{*}v"), element.find("{*}f")
                if element.get("t") == "e":
                    odd_cells[row, column] = value or ""
                # An empty text is a result.
                elif formula is not None and (
                    value is None or (value == "" and element.get("t") != "str")
                ):
                    odd_cells[row, column] = f"={formula.text or ''}"
            element.clear()
        elif is_cell:
            name = _CELL_NAME.match(element.get("r", ""))
            column = _column_number(name[1]) if name else column + 1
        else:
            row = int(element.get("r", row + 2)) - 1
            column = -1
    return odd_cells


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _shape(sheet: CalamineSheet, header_line: int | None) -> tuple[int, list[str], list[int]]:
    """Return the header's row and texts, and the rows after it that are not blank."""
    if sheet.end and sheet.end[1] >= MOST_COLUMNS:
        raise FileRejectedError("sheet_too_wide", columns=sheet.end[1] + 1)
    # Its rows are given from the sheet's first, its columns from the first that is filled.
    left = sheet.start[1] if sheet.start else 0
    headers: list[str] | None = None
    first = 0
    filled = []
    for row, values in enumerate(sheet.iter_rows()):
        if header_line and row < header_line - 1:
            continue
        if headers is None:
            texts = [_text(value) for value in values]
            if any(text.strip(SPACE) for text in texts) or header_line:
                headers, first = [""] * left + texts, row
        elif any(value != "" and _text(value).strip(SPACE) for value in values):
            filled.append(row)
    if headers is None:
        raise FileRejectedError("first_sheet_empty")
    return first, headers, filled


def _skipped_after(first: int, filled: list[int]) -> list[int]:
    """Return, for each row that is no record, after how many records it stands."""
    skipped = [0] * (first + 1)
    for records, (before, row) in enumerate(zip([first, *filled], filled, strict=False)):
        skipped += [records] * (row - before - 1)
    return skipped


def _columns(
    sheet: CalamineSheet,
    scan: Scan,
    filled: list[int],
    positions: list[int],
    date_positions: list[int],
) -> dict[str, list[str]]:
    """Return the text of the columns at the positions, in the rows that are filled."""
    left = sheet.start[1] if sheet.start else 0
    columns: dict[str, list[str]] = {f"c{position}": [] for position in positions}
    wanted = set(filled)
    is_1904_date = set(date_positions) if scan.starts_in_1904 else set()
    merged = {
        (row, column): (start[0], column)
        for start, end in sheet.merged_cell_ranges or ()
        for column in positions
        if start[1] <= column <= end[1]
        for row in range(start[0] + 1, end[0] + 1)
    }
    above: dict[tuple[int, int], str] = {}
    for row, values in enumerate(sheet.iter_rows()):
        if row not in wanted:
            continue
        for position in positions:
            at = position - left
            value = values[at] if 0 <= at < len(values) else ""
            if value == "":
                value = scan.odd_cells.get((row, position), "")
            elif position in is_1904_date and isinstance(value, float | int):
                value += DAYS_FROM_1900_TO_1904
            text = _text(value)
            if place := merged.get((row, position)):
                text = text or above.get(place, "")
            above[(row, position)] = text
            columns[f"c{position}"].append(text)
    return columns


def _text(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, days with midnight, as ever."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value} 00:00:00"
    text = str(value)
    if len(text) > LONGEST_FIELD:
        raise FileRejectedError("cell_too_long", most=f"{LONGEST_FIELD:,}")
    return text


if __name__ == "__main__":
    main()
