"""Print a report for a profile: every figure becomes text here and nowhere else.

Numbers are rounded half away from zero, from the stored integers.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import TypeVar

from complaints.report.content import (
    Cell,
    Chart,
    Count,
    FrontMatter,
    Part,
    RelativeChange,
    Report,
    Section,
    Sentence,
    Share,
    Table,
    WorkedOut,
    names_nobody,
)
from complaints.report.row_order import hides, row_order
from complaints.warehouse.plain_text import cut, in_one_line

Content = TypeVar("Content")

OTHER = "Other values"
NOTHING = "–"  # no figure: nothing was received, or there is no limit to keep


@dataclass(frozen=True)
class PrintedTable:
    """A table as text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    has_total_row: bool


@dataclass(frozen=True)
class PrintedChart:
    """A chart as numbers; None where there is no figure."""

    key: str
    title: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    axis_title: str
    alternative: str
    table: str = ""  # the title of the table that has its figures


@dataclass(frozen=True)
class PrintedSection:
    """A section as text."""

    key: str
    number: str
    title: str
    paragraphs: tuple[str, ...]
    bullets: tuple[str, ...]
    tables: tuple[PrintedTable, ...]
    charts: tuple[PrintedChart, ...]
    comments: tuple[str, ...] = ()
    sections: tuple["PrintedSection", ...] = field(default=())


@dataclass(frozen=True)
class PrintedReport:
    """What every rendering is made of.

    Attributes:
        is_draft: whether the period has not ended.
        is_released: whether the report is issued as it is; every other one is a draft.
        notes: how it stands to what was there before it.
    """

    period: str
    profile: str
    as_of: str
    front: FrontMatter
    sections: tuple[PrintedSection, ...]
    is_draft: bool = False
    is_released: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Printer:
    """Prints figures, with the hidden cells as a symbol."""

    hidden: Set[Cell]
    symbol: str
    names_rare_values: bool = False

    def hides(self, part: Part) -> bool:
        """Say whether a figure is made of a count that may not be shown."""
        return hides(part, self.hidden)

    def part(self, part: Part) -> str:
        """Return a figure or words as text."""
        if isinstance(part, str):
            return cut(part)
        if isinstance(part, Share) and part.part.cell not in self.hidden and self.hides(part):
            return self.part(part.part)  # zero of a hidden number stays zero
        if self.hides(part):
            return self.symbol
        if isinstance(part, WorkedOut):
            return part.words
        if isinstance(part, Count):
            return NOTHING if part.value is None else str(part.value)
        if isinstance(part, Share):
            return share_text(part)
        return relative_change_text(part)

    def sentence(self, sentence: Sentence) -> str | None:
        """Return a sentence, or what takes its place where a figure of it is hidden."""
        if any(count.cell in self.hidden for count in sentence.counts):
            return sentence.when_hidden
        return "".join(self.part(part) for part in sentence.parts)

    def sentences(self, sentences: tuple[Sentence, ...]) -> tuple[str, ...]:
        """Return the sentences that can be said."""
        return tuple(text for each in sentences if (text := self.sentence(each)))

    def table(self, table: Table) -> PrintedTable:
        """Return a table as text."""
        last = max(len(table.rows) - table.has_total_row, 0)
        order = [*row_order(table.rows[:last], self.hidden), *range(last, len(table.rows))]
        rows = tuple(self.rows([table.rows[place] for place in order]))
        notes = self.sentences(table.notes)
        columns = tuple(cut(column) for column in table.columns)
        return PrintedTable(table.title, columns, rows, notes, table.has_total_row)

    def rows(self, rows: Sequence[Sequence[Part]]) -> Iterator[tuple[str, ...]]:
        """Yield the rows of a table as text; those that would name a rare value are one row."""
        seen = set()
        for row in rows:
            text = tuple(self.part(part) for part in row)
            if self.names_rare_values or not self.tells_only_a_name(row):
                yield text
                continue
            place = next(n for n, part in enumerate(row) if not isinstance(part, str)) - 1
            merged = (*text[:place], OTHER, *text[place + 1 :])
            if merged[: place + 1] not in seen:
                yield tuple(
                    self.symbol if isinstance(part, Count | Share) else each
                    for part, each in zip(row, merged, strict=True)
                )
            seen.add(merged[: place + 1])

    def tells_only_a_name(self, row: Sequence[Part]) -> bool:
        """Say whether a row tells nothing but that there is somebody of this value.

        A team is no such value: it is named in the council's own structure. Nor is an authority.
        """
        figures = [part for part in row if isinstance(part, Count | Share)]
        cells = {count.cell for figure in figures for count in figure.counts}
        is_of_value = any(each.breakdown and not names_nobody(each.breakdown) for each in cells)
        return is_of_value and all(self.hides(figure) for figure in figures)

    def chart(self, chart: Chart) -> PrintedChart:
        """Return a chart as numbers."""
        figures = (each.figures for each in chart.series)
        order = row_order(list(zip(chart.categories, *figures, strict=True)), self.hidden)
        series = tuple(
            (each.name, tuple(self.number(each.figures[place]) for place in order))
            for each in chart.series
        )
        return PrintedChart(
            chart.key,
            chart.title,
            tuple(chart.categories[place] for place in order),
            series,
            chart.axis_title,
            " ".join(self.sentences(chart.alternative)),
            chart.table,
        )

    def hides_part_of(self, chart: Chart) -> bool:
        """Say whether a part of a chart may not be shown: what is left would tell another story."""
        return any(self.hides(figure) for series in chart.series for figure in series.figures)

    def number(self, figure: Part) -> float | None:
        """Return what a chart draws: a count, or a share in percent."""
        if isinstance(figure, str) or self.hides(figure):
            return None
        if isinstance(figure, Count):
            return figure.value
        if isinstance(figure, Share):
            exact = share_of(figure)
            return None if exact is None else rounded(exact * 100)
        raise TypeError("a chart draws counts and shares, no changes")

    def section(self, section: Section, profile: str) -> PrintedSection:
        """Return a section and those within it as text."""
        return PrintedSection(
            section.key,
            section.number,
            section.title,
            self.sentences(section.paragraphs),
            self.sentences(section.bullets),
            tuple(self.table(table) for table in section.tables),
            tuple(self.chart(chart) for chart in section.charts if not self.hides_part_of(chart)),
            section.comments,
            tuple(self.section(each, profile) for each in section.sections if each.is_in(profile)),
        )


def print_report(
    report: Report,
    profile: str,
    hidden: Set[Cell] = frozenset(),
    symbol: str = "c",
    *,
    names_rare_values: bool = False,
) -> PrintedReport:
    """Return the report as text for a profile.

    Args:
        report: what it says.
        profile: `committee`, `internal` or `publication`.
        hidden: the cells that may not be shown.
        symbol: what takes their place.
        names_rare_values: whether a row is printed that only says that there is somebody of its
            value; such rows are one row otherwise.
    """
    printer = Printer(hidden, symbol, names_rare_values)
    sections = tuple(
        printer.section(each, profile) for each in report.sections if each.is_in(profile)
    )
    return PrintedReport(
        report.period, profile, report.as_of, report.front, sections, report.is_draft
    )


def cleaned(content: Content) -> Content:
    """Return printed content with every text of it in one line, however deep."""
    if isinstance(content, str):
        return in_one_line(content)
    if isinstance(content, tuple):
        return tuple(cleaned(each) for each in content)
    if is_dataclass(content):
        return type(content)(*(cleaned(getattr(content, each.name)) for each in fields(content)))
    return content


def rounded(exact: Fraction, decimals: int = 0) -> int | float:
    """Round half away from zero.

    >>> rounded(Fraction(55, 2)), rounded(Fraction(-45, 2)), rounded(Fraction(1, 8), 2)
    (28, -23, 0.13)
    """
    scale = 10**decimals
    scaled = abs(exact) * scale
    whole = int(scaled + Fraction(1, 2))
    signed = whole if exact >= 0 else -whole
    return signed if decimals == 0 else signed / scale


def share_of(share: Share) -> Fraction | None:
    """Return a share exactly, or None where there is no whole."""
    if share.part.value is None or not share.whole.value:
        return None
    return Fraction(share.part.value, share.whole.value)


def share_text(share: Share) -> str:
    """Return a share with its n of N: `11 of 40 (28%)`."""
    exact = share_of(share)
    if exact is None:
        return NOTHING
    return f"{share.part.value} of {share.whole.value} ({rounded(exact * 100)}%)"


def relative_change_of(change: RelativeChange) -> Fraction | None:
    """Return a relative change exactly, or None where there is no base."""
    if change.now.value is None or not change.base.value:
        return None
    return Fraction(change.now.value - change.base.value, change.base.value)


def relative_change_text(change: RelativeChange) -> str:
    """Return a relative change with its sign: `+54%`."""
    exact = relative_change_of(change)
    return NOTHING if exact is None else f"{signed(rounded(exact * 100))}%"


def signed(number: int | float) -> str:
    """Return a number with its sign, a proper minus for those below zero."""
    if number == 0:
        return "0"
    return f"+{number}" if number > 0 else f"−{abs(number)}"
