"""Tables with the charts that draw them, and how a table's columns are set.

No chart stands alone: it is put beside the table of its section that has its figures, or, where
none has them all, beside a table made from the chart.
"""

import re
from dataclasses import dataclass

from complaints.report.printing import NOTHING, PrintedChart, PrintedSection, PrintedTable

SHORT_TEXT = 12  # letters: a date, a case reference
DENSE_TABLE_COLUMNS = 7  # a table of as many columns is printed in smaller type
WHOLE_TABLE_ROWS = 12  # a table of no more rows is not broken over two pages
EMPTY_TABLE = "Nothing to show."
GAP_NOTE = f"{NOTHING}: no figure, or none that may be shown."
CHART_GAP_NOTE = "Where nothing is drawn there is no figure, or none that may be shown."

PERIOD = re.compile(r"(Q[1-4] )?\b\d{4}-\d{2}\b( Q[1-4])?")
_NUMERIC = re.compile(
    r"[+−-]?\d[\d,]*(\.\d+)?( ?%| of \d+( \(\d+%\))?| percentage points?)?|–|\w", re.ASCII
)


@dataclass(frozen=True)
class Block:
    """A table and the charts that draw its figures."""

    table: PrintedTable
    charts: tuple[PrintedChart, ...] = ()


def blocks(section: PrintedSection) -> tuple[Block, ...]:
    """Return the tables, each with the charts that draw it, then the charts with their own."""
    drawn: dict[int, list[PrintedChart]] = {}
    alone: list[Block] = []
    for chart in section.charts:
        place = next((i for i, each in enumerate(section.tables) if _shows(each, chart)), None)
        if place is None:
            alone.append(Block(table_of_chart(chart), (chart,)))
        else:
            drawn.setdefault(place, []).append(chart)
    tables = (Block(each, tuple(drawn.get(i, ()))) for i, each in enumerate(section.tables))
    return (*tables, *alone)


def _shows(table: PrintedTable, chart: PrintedChart) -> bool:
    """Return whether a table has every figure of a chart, by rows or by columns."""
    rows = {row[0]: row[1:] for row in table.rows}
    names = tuple(name for name, _ in chart.series)
    by_rows = all(category in rows for category in chart.categories) and all(
        _has_number(rows[category], value)
        for _, values in chart.series
        for category, value in zip(chart.categories, values, strict=True)
    )
    if by_rows:
        return True
    if not set(names) <= set(rows) or not set(chart.categories) <= set(table.columns[1:]):
        return False
    places = [table.columns.index(category) - 1 for category in chart.categories]
    return all(
        _has_number((rows[name][place],), value)
        for name, values in chart.series
        for place, value in zip(places, values, strict=True)
    )


def _has_number(cells: tuple[str, ...], value: float | None) -> bool:
    """Return whether one of the cells prints a number; a gap needs no number."""
    if value is None:
        return True
    return any(float(n) == value for cell in cells for n in re.findall(r"\d+(?:\.\d+)?", cell))


def has_gap(chart: PrintedChart) -> bool:
    """Return whether a chart leaves a figure out."""
    return any(value is None for _, values in chart.series for value in values)


def table_of_chart(chart: PrintedChart) -> PrintedTable:
    """Return the figures of a chart as a table, for a chart that no other table shows."""
    sign = "%" if is_percent(chart) else ""
    rows = tuple(
        (category, *(value_text(values[place], sign) for _, values in chart.series))
        for place, category in enumerate(chart.categories)
    )
    notes = (GAP_NOTE,) if has_gap(chart) else ()
    columns = ("Period" if is_time(chart) else "Group", *(name for name, _ in chart.series))
    return PrintedTable(f"Figures: {chart.title}", columns, rows, notes, False)


def is_time(chart: PrintedChart) -> bool:
    """Return whether the categories of a chart are periods."""
    return all(PERIOD.fullmatch(each) for each in chart.categories)


def is_percent(chart: PrintedChart) -> bool:
    """Return whether a chart draws shares in percent, which its axis says."""
    return any(word in chart.axis_title.casefold() for word in ("%", "per cent", "percent"))


def value_text(value: float | None, sign: str = "") -> str:
    """Return a charted number as text.

    >>> value_text(4), value_text(27.5, "%"), value_text(None)
    ('4', '27.5%', '–')
    """
    return NOTHING if value is None else f"{value:g}{sign}"


def numeric_columns(table: PrintedTable) -> frozenset[int]:
    """Return the places of the columns that hold numbers, which are set to the right."""
    return frozenset(
        place
        for place in range(1, len(table.columns))
        if table.rows and all(_NUMERIC.fullmatch(row[place]) for row in table.rows)
    )


def short_columns(table: PrintedTable) -> frozenset[int]:
    """Return the places of the columns whose texts are short enough to stay on one line."""
    return frozenset(
        place
        for place in range(len(table.columns))
        if all(len(row[place]) <= SHORT_TEXT for row in table.rows)
    )
