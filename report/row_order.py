"""The order of a table's rows where some of its counts are hidden.

Rows in the order of their size (of their first count) tell of a hidden count between which others
it lies. So the rows whose count is hidden go behind those whose count is shown, by name.
"""

from collections.abc import Sequence, Set
from fractions import Fraction
from itertools import groupby

from complaints.report.content import Cell, Count, Part, Share

Row = Sequence[Part]

LAST = ("Not recorded", "Not known", "Other", "All other")  # rows that often stand last


def row_order(rows: Sequence[Row], hidden: Set[Cell]) -> list[int]:
    """Return the places of the rows of a table (or a chart's groups) as they may be shown.

    Args:
        rows: each with its name first; a total row is left out.
        hidden: the cells that may not be shown.
    """
    runs = groupby(range(len(rows)), key=lambda place: _breakdown(rows[place]))
    return [place for _, run in runs for place in _ordered(rows, list(run), hidden)]


def _breakdown(row: Row) -> tuple[Cell, ...]:
    """Return what the counts of a row have in common with the other values of its breakdown."""
    return tuple(
        count.cell[:5] for part in row if isinstance(part, Count | Share) for count in part.counts
    )


def _ordered(rows: Sequence[Row], places: list[int], hidden: Set[Cell]) -> list[int]:
    """Return the places of rows of one breakdown in another order if theirs discloses something."""
    ranked = [place for place in places if not _is_last(rows[place])]
    first = {place: _first_figure(rows[place]) for place in places}
    is_telling = any(_is_ranking([first[place] for place in each]) for each in (places, ranked))
    late = [place for place in places if is_telling and hides(first[place], hidden)]
    names = [_name(rows[place]) for place in places]
    if not late or names == sorted(names):
        return places
    early = [place for place in places if place not in late]
    late.sort(key=lambda place: _name(rows[place]))
    if ranked == places[: len(ranked)]:  # what is not recorded stands last, as it did
        return sorted([*early, *late], key=lambda place: _is_last(rows[place]))
    return [*early, *late]


def _name(row: Row) -> tuple[bool, str]:
    """Return by what rows are put in order where their size may not tell."""
    words = " ".join(part for part in row if isinstance(part, str))
    return (_is_last(row), words.casefold())


def _is_last(row: Row) -> bool:
    return str(row[0]).startswith(LAST)


def _first_figure(row: Row) -> Part:
    """Return the figure by which rows are ranked, if they are."""
    return next((part for part in row if not isinstance(part, str)), "")


def _is_ranking(column: Sequence[Part]) -> bool:
    """Return whether the counts of a column fall or rise from row to row."""
    values = [_size(each) for each in column]
    known = [value for value in values if value is not None]
    is_sorted = known in (sorted(known), sorted(known, reverse=True))
    return len(known) == len(values) > 1 and is_sorted


def _size(part: Part) -> Fraction | None:
    """Return by what a figure would be put in order."""
    if isinstance(part, Count) and part.value is not None:
        return Fraction(part.value)
    if isinstance(part, Share) and part.part.value is not None and part.whole.value is not None:
        return Fraction(part.part.value, part.whole.value) if part.whole.value else Fraction(0)
    return None


def hides(part: Part, hidden: Set[Cell]) -> bool:
    """Return whether a figure is made of a count that may not be shown."""
    return not isinstance(part, str) and any(count.cell in hidden for count in part.counts)
