"""What a report says, before anybody decides how much of it may be shown.

A figure is not text here: it knows the cell of the marts it was read from. So a table, a sentence
and a chart that show the same cell cannot disagree, and the publication profile can hide a cell
everywhere at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

ALL = "all"  # in place of a procedure or a stage
AUTHORITY = "authority"
LEVELS = ("directorate", "team")  # of the structure of a day


class Cell(NamedTuple):
    """What a number of the report counts: a measure of a group, or of one row of its breakdown."""

    measure: str
    period: str  # `2018-19 Q2`, `2018-19`, or for what is open `on 2018-11-27`
    procedure: str = ALL
    stage: str = ALL
    breakdown: str = ""  # `service_team`, `reason`, `outcome` …
    value: str = ""

    def of(self, measure: str) -> "Cell":
        """Return another measure of the same group or row."""
        return self._replace(measure=measure)

    @property
    def total(self) -> "Cell":
        """The same measure of all rows of the breakdown."""
        return self._replace(breakdown="", value="")


def is_of_team(breakdown: str) -> bool:
    """Say whether a breakdown is one by teams or directorates, of any day's structure."""
    return breakdown.startswith(("service_team", *LEVELS))


def names_nobody(breakdown: str) -> bool:
    """Say whether the values of a breakdown are known to everybody: teams, and authorities."""
    return is_of_team(breakdown) or breakdown == AUTHORITY


class Count(NamedTuple):
    """A number of complaints, stages or actions; value is None where the marts have none."""

    cell: Cell
    value: int | None

    @property
    def counts(self) -> tuple["Count", ...]:
        """The counts that the figure is made of."""
        return (self,)


class Share(NamedTuple):
    """A part of a whole, printed with its n of N."""

    part: Count
    whole: Count

    @property
    def counts(self) -> tuple[Count, ...]:
        """The counts that the figure is made of."""
        return (self.part, self.whole)


class RelativeChange(NamedTuple):
    """The change of a count against its base, in percent of the base."""

    now: Count
    base: Count

    @property
    def counts(self) -> tuple[Count, ...]:
        """The counts that the figure is made of."""
        return (self.now, self.base)


class WorkedOut(NamedTuple):
    """Words for what is made of some cases, a mean or a lesson: shown only with their numbers."""

    words: str
    counts: tuple[Count, ...]


Figure = Count | Share | RelativeChange | WorkedOut
Part = str | Figure


@dataclass(frozen=True)
class Sentence:
    """Words and figures in their order.

    `when_hidden` takes its place where one of its figures may not be shown, for words such as
    "increased" tell something about a number too; with None the sentence is left out.
    """

    parts: tuple[Part, ...]
    when_hidden: str | None = None
    about: tuple[Count, ...] = ()  # counts that the words speak of without printing them: "none"

    @property
    def counts(self) -> tuple[Count, ...]:
        """Every count that the sentence names or speaks of."""
        named = (c for part in self.parts if not isinstance(part, str) for c in part.counts)
        return (*named, *self.about)


@dataclass(frozen=True)
class Table:
    """A table: its first column names the rows. Notes stand below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]
    notes: tuple[Sentence, ...] = ()
    has_total_row: bool = False

    @property
    def counts(self) -> tuple[Count, ...]:
        """Every count in the table and its notes."""
        cells = (cell for row in self.rows for cell in row if not isinstance(cell, str))
        return tuple(c for figure in [*cells, *self.notes] for c in figure.counts)


@dataclass(frozen=True)
class Series:
    """One line of a chart, a figure for each of the chart's categories."""

    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Chart:
    """Lines over periods, of figures that a table of the same section shows too.

    A share is drawn in percent.
    """

    key: str
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    axis_title: str
    alternative: tuple[Sentence, ...]
    table: str  # its title

    @property
    def counts(self) -> tuple[Count, ...]:
        """Every count that the chart draws or its alternative text names."""
        figures = (figure for series in self.series for figure in series.figures)
        return tuple(c for figure in [*figures, *self.alternative] for c in figure.counts)


@dataclass(frozen=True)
class Section:
    """A numbered part of the report; the number is given when the report is put together.

    `comments` are the council's own words, which stand last.
    """

    key: str
    title: str
    paragraphs: tuple[Sentence, ...] = ()
    bullets: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    comments: tuple[str, ...] = ()
    sections: tuple["Section", ...] = ()
    number: str = ""
    is_internal_only: bool = False  # shown by the internal profile alone
    is_unpublished: bool = False  # not shown by the publication profile
    is_appendix: bool = False

    def with_note(self, notes: tuple[Sentence, ...]) -> "Section":
        """Return the section with notes below its last table."""
        *others, last = self.tables or (None,)
        if last is None:
            return self
        return replace(self, tables=(*others, replace(last, notes=(*last.notes, *notes))))

    def is_in(self, profile: str) -> bool:
        """Say whether a profile shows the section."""
        if self.is_internal_only:
            return profile == "internal"
        return not (self.is_unpublished and profile == "publication")

    def walk(self) -> Iterator["Section"]:
        """Yield this section and all within it, in the order of reading."""
        yield self
        for section in self.sections:
            yield from section.walk()

    @property
    def counts(self) -> tuple[Count, ...]:
        """Every count that is shown in this section itself."""
        shown = (*self.paragraphs, *self.bullets, *self.tables, *self.charts)
        return tuple(c for each in shown for c in each.counts)


class Sum(NamedTuple):
    """A whole that a reader can work out from its parts: whole = the sum of the parts."""

    whole: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True)
class FrontMatter:
    """The lines of a council's committee template, by role: no person is made up."""

    marking: str
    committee: str
    meeting_date: str
    subject: str
    lead_officer: str
    cabinet_member: str
    person_leading: str
    origin: str
    brief: str
    contact_officer: str
    background_documents: str


@dataclass(frozen=True)
class Report:
    """A report of a quarter (or a financial year), complete, for any profile.

    Attributes:
        period: `2018-19 Q2`, `2018-19 H1` or `2018-19`.
        as_of: the day as at which the figures are, ISO.
        front: the committee template's lines.
        sections: numbered sections, appendices last.
        sums: the sums by which a hidden count could be worked out, over all cells of the report.
        values: the value of every cell that a sum names, shown or not.
        is_draft: whether the period has not ended.
        value_of: the count of any other cell; None where the marts do not reach back to it.
    """

    period: str
    as_of: str
    front: FrontMatter
    sections: tuple[Section, ...]
    sums: tuple[Sum, ...] = ()
    values: dict[Cell, int] = field(default_factory=dict)
    is_draft: bool = False
    value_of: Callable[[Cell], int | None] = field(default=lambda cell: None, compare=False)

    def walk(self) -> Iterator[Section]:
        """Yield every section in the order of reading."""
        for section in self.sections:
            yield from section.walk()
