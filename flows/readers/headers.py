"""Find a layout's columns among the headers of a file or a database."""

import difflib
from collections.abc import Collection, Sequence
from typing import NamedTuple

from complaints.flows.readers.sources import Source
from complaints.flows.readers.text_rows import FileRejectedError
from complaints.warehouse.layout import COMPLAINTS, Layout, matched_header
from complaints.warehouse.plain_text import in_one_line

# Of a header line as a refusal repeats it.
MOST_HEADERS = 30
MOST_CHARACTERS = 40


class Headers(NamedTuple):
    """What the header line of a file says: all names, and which were read and which not."""

    headers: list[str]
    columns_read: list[str]
    headers_not_read: list[str]


def match_headers(
    headers: Sequence[str],
    source: Source,
    layout: Layout = COMPLAINTS,
    given: Collection[str] = (),
    named: Collection[str] = (),
) -> dict[str, int]:
    """Return the position of each layout column that the headers hold, in the layout's order.

    Args:
        headers: the headers of the file.
        source: the source, whose renames go before the layout's own names.
        layout: the layout.
        given: columns that the mapping supplies otherwise.
        named: headers, as they are compared, that the mapping gives to other columns.

    Raises:
        FileRejectedError: two headers mean the same column, or a needed column is missing.
    """
    positions: dict[str, int] = {}
    for position, column in _recognised(headers, source, layout):
        if column in given or matched_header(headers[position]) in named:
            continue
        if column in positions:
            first, second = headers[positions[column]].strip(), headers[position].strip()
            raise FileRejectedError("column_twice", column=column, first=first, second=second)
        positions[column] = position
    supplied = {*positions, *source.constants, *given}
    missing = [name for name in layout.needed_names if name not in supplied]
    if missing:
        used = set(positions.values())
        similar = _similar(missing, headers, used)
        are_headers = _are_headers(headers, used, similar)
        nearest = ", ".join(f"'{header}' (for {name})" for header, name in similar)
        raise FileRejectedError(
            "columns_missing_of_complaints" if layout == COMPLAINTS else "columns_missing",
            columns=("the column " if len(missing) == 1 else "the columns ") + ", ".join(missing),
            found=f"the nearest names found are {nearest}"
            if nearest and are_headers
            else "no name found is similar",
            headers=f"its headers are {listed(headers)}"
            if are_headers
            else "its first line is not shown, for it may be data or a title",
        )
    return {name: positions[name] for name in layout.names if name in positions}


def count_recognised(headers: Sequence[str], source: Source, layout: Layout = COMPLAINTS) -> int:
    """Return how many of the headers name a column of the layout, or are named by the mapping."""
    named = {matched_header(name) for name in source.headers_named}
    return len(_recognised(headers, source, layout)) + sum(
        matched_header(header) in named for header in headers
    )


def listed(headers: Sequence[str]) -> str:
    """Return headers for a sentence, many of them cut."""
    names = [shown(header) for header in headers if header.strip()]
    more = f" and {len(names) - MOST_HEADERS} more" if len(names) > MOST_HEADERS else ""
    return ", ".join(names[:MOST_HEADERS]) + more


def shown(header: str) -> str:
    """Return a header for a sentence: on one line, and not too long."""
    return in_one_line(header).strip()[:MOST_CHARACTERS]


def nearest_header(name: str, headers: Sequence[str]) -> str | None:
    """Return the header that is nearest to a name."""
    by_matched = {matched_header(header): header.strip() for header in headers}
    close = difflib.get_close_matches(matched_header(name), [key for key in by_matched if key], n=1)
    return by_matched[close[0]] if close else None


def _recognised(headers: Sequence[str], source: Source, layout: Layout) -> list[tuple[int, str]]:
    """Return position and layout column of every header that names one; a rename goes first."""
    columns = {
        matched_header(header): column.name
        for column in layout.columns
        for header in (column.other_header, column.name)
        if header
    }
    columns |= {matched_header(header): name for header, name in source.rename.items()}
    matched = enumerate(matched_header(header) for header in headers)
    return [(position, columns[header]) for position, header in matched if header in columns]


def _are_headers(
    headers: Sequence[str], used: set[int], similar: Sequence[tuple[str, str]]
) -> bool:
    """Return whether a first line may be repeated: it holds headers, not data or a title.

    One name alone may stand in a row of data too, beside names of people; and one in which nothing
    is recognised and something holds a digit is more likely data.
    """
    has_digits = any(character.isdigit() for name in headers for character in name)
    known = len(used) + len({header for header, _ in similar})
    return known > 1 and (bool(used) or not has_digits)


def _similar(missing: list[str], headers: Sequence[str], used: set[int]) -> list[tuple[str, str]]:
    """Return the unused headers that are similar to missing columns, each with its column."""
    spare = {matched_header(h): h.strip() for i, h in enumerate(headers) if i not in used}
    return [
        (spare[key], name)
        for name in missing
        for key in difflib.get_close_matches(matched_header(name), [key for key in spare if key], 2)
    ]
