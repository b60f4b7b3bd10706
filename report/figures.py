"""The figures of a report: read once from the published marts, asked for by name."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from complaints.report.content import ALL, Cell, Count, Share
from complaints.report.periods import Period
from complaints.report.printing import rounded
from complaints.report.sentences import Noun, complaints_at
from complaints.warehouse.errors import RunFailedError

OMBUDSMAN = "ombudsman"  # the one stage that is no council's, which sentences name in another way
Rows = tuple[Any, ...]  # rows of a mart, each a named tuple of the columns asked for


class Stage(NamedTuple):
    """A stage of a procedure, as dim_stages has it."""

    procedure: str
    name: str
    title: str
    has_time_limit: bool

    @property
    def is_ombudsman(self) -> bool:
        """Whether the stage is the Ombudsman's."""
        return self.name == OMBUDSMAN

    @property
    def short_words(self) -> str:
        """The stage inside a sentence: `stage 1`, `Ombudsman`."""
        return "Ombudsman" if self.is_ombudsman else self.title[:1].lower() + self.title[1:]

    @property
    def with_article(self) -> str:
        """The stage where a sentence goes to it: `stage 2`, `the Ombudsman`."""
        return "the Ombudsman" if self.is_ombudsman else self.short_words

    @property
    def in_words(self) -> str:
        """The stage with its procedure inside a sentence: `statutory stage 1`."""
        return f"{self.procedure} {self.short_words}"

    @property
    def full_title(self) -> str:
        """The stage with its procedure in a table: `Statutory stage 1`."""
        words = f", {self.title}" if self.is_ombudsman else f" {self.short_words}"
        return f"{self.procedure.capitalize()}{words}"

    def noun(self, with_procedure: bool = False) -> Noun:
        """Return what a sentence calls the complaints of the stage."""
        procedure = f"{self.procedure} " if with_procedure else ""
        if self.is_ombudsman:
            words = (f"{procedure}{noun} to the Ombudsman" for noun in ("complaint", "complaints"))
            return Noun(*words)
        return complaints_at(f"{procedure}{self.short_words}")


class Outcome(NamedTuple):
    """What a stage can end with, as dim_outcomes has it."""

    name: str
    title: str
    is_upheld: bool


@dataclass(frozen=True)
class Figures:
    """All that the marts know about a period and those it is compared with."""

    period: Period
    as_of: date
    stages: tuple[Stage, ...]  # statutory first, in their order
    outcomes: tuple[Outcome, ...]
    cells: Mapping[Cell, int]
    authority: str = ""  # its name
    run_id: str = ""  # the run that published them
    closed_days: Rows = ()  # by procedure and stage, how many working days the closed took
    open_stages: Rows = ()
    time_limits: Rows = ()
    case_stages: Rows = ()
    themes: Rows = ()
    actions: Rows = ()  # of a year, those that concern it
    actions_on_file: int = 0  # of any year
    benchmarks: Rows = ()
    indicators: Rows = ()
    commentary: Rows = ()
    restated: Rows = ()  # what differs from the figures last released, a row for each cause
    structures: Rows = ()  # which team has the work of each recorded one, in each structure
    contact_types: Rows = ()
    remedies: Rows = ()
    recommendations: Rows = ()
    team_changes: Rows = ()
    rules: Rows = ()
    inputs_held_back: Mapping[str, int] = field(default_factory=dict)
    # What was learned, by procedure, stage and reason; None: the working store could not be read.
    learnings: Mapping[tuple[str, str, str], list[str]] | None = field(default_factory=dict)

    def stages_of(self, procedure: str) -> tuple[Stage, ...]:
        """Return the stages of a procedure in their order."""
        return tuple(each for each in self.stages if each.procedure == procedure)

    @property
    def procedures(self) -> tuple[str, ...]:
        """The procedures in their order."""
        return tuple(dict.fromkeys(each.procedure for each in self.stages))

    @property
    def statutory(self) -> tuple[Stage, ...]:
        """The stages of the statutory procedure."""
        return self.stages_of("statutory")

    @property
    def corporate(self) -> tuple[Stage, ...]:
        """The stages of the corporate procedure."""
        return self.stages_of("corporate")

    @property
    def first(self) -> Stage:
        """The first stage of the statutory procedure, of which the headlines speak."""
        return self.statutory[0]

    @property
    def limited(self) -> tuple[Stage, ...]:
        """The stages that have a time limit."""
        return tuple(each for each in self.stages if each.has_time_limit)

    def stage(self, procedure: str, name: str) -> Stage | None:
        """Return a stage, or None where the procedure has none of that name."""
        return next((each for each in self.stages if each[:2] == (procedure, name)), None)

    def outcome_title(self, outcome: str | None) -> str:
        """Return what a reader calls an outcome."""
        return next(each.title for each in self.outcomes if each.name == (outcome or "none"))

    def count(
        self,
        measure: str,
        stage: Stage,
        period: Period | None = None,
        breakdown: str = "",
        value: str = "",
    ) -> Count:
        """Return a measure of a stage, or of one value of a breakdown of it.

        It is without a value where the marts do not reach back; a value of a breakdown that does
        not occur counts zero.
        """
        group = ((period or self.period).name, *stage[:2])
        cell = Cell(measure, *group, breakdown if value else "", value)
        found = self.cells.get(cell)
        if found is None and group in self._values:
            if not value:
                raise RunFailedError("measure_missing", measure=measure)
            found = 0
        return Count(cell, found)

    def value_of(self, cell: Cell) -> int | None:
        """Return the count of a cell; None where the marts do not reach back, or do not count it.

        A value of a breakdown that does not occur counts zero.
        """
        nothing = 0 if cell.breakdown and cell[1:4] in self._values else None
        return self.cells.get(cell, nothing)

    def beside(
        self,
        measure: str,
        period: Period | None = None,
        group: tuple[str, str] = (ALL, ALL),
        breakdown: str = "",
        value: str = "",
    ) -> Count:
        """Return a count of something beside complaints; without a value where none is known.

        Where the input counts anything of the period, what it does not name counts zero.
        """
        cell = Cell(measure, (period or self.period).name, *group, breakdown, value)
        nothing = 0 if cell[:2] in self._counted else None
        return Count(cell, self.cells.get(cell, nothing))

    def share(
        self, part: str, stage: Stage, period: Period | None = None, of: str = "received"
    ) -> Share:
        """Return a measure of a stage as a part of another."""
        return Share(self.count(part, stage, period), self.count(of, stage, period))

    def days_of_closed(self, stage: Stage) -> tuple[str, str] | None:
        """Return the mean and the median of the working days, with a decimal where it has one."""
        found = next((each for each in self.closed_days if each[:2] == stage[:2]), None)
        if found is None:
            return None
        mean = rounded(Fraction(found.working_days_total, found.answered), 1)
        return f"{mean:.1f}".removesuffix(".0"), f"{found.median_working_days:g}"

    def values_of(self, breakdown: str, *stages: Stage, period: Period | None = None) -> list[str]:
        """Return the values of a breakdown that occur, in the order of the alphabet."""
        name = (period or self.period).name
        groups = (self._values.get((name, *each[:2]), {}).get(breakdown, set()) for each in stages)
        return sorted(set().union(*groups), key=in_order)

    def by_size(self, breakdown: str, measure: str, stage: Stage) -> list[str]:
        """Return the values of a breakdown, the most frequent first."""

        def size(value: str) -> int:
            return self.count(measure, stage, None, breakdown, value).value or 0

        return sorted(self.values_of(breakdown, stage), key=size, reverse=True)

    def known(self, *periods: Period) -> tuple[Period, ...]:
        """Return those of some periods that the marts reach back to."""
        return tuple(each for each in periods if self.knows(each))

    def knows(self, period: Period) -> bool:
        """Whether the marts reach back to a period."""
        return (period.name, *self.first[:2]) in self._values

    @cached_property
    def periods(self) -> list[str]:
        """The names of all periods that the marts were asked for and know."""
        return sorted({period for period, *_ in self._values})

    @cached_property
    def _counted(self) -> set[tuple[str, ...]]:
        """The measures that are known, each with its period."""
        return {cell[:2] for cell in self.cells}

    @cached_property
    def _values(self) -> Mapping[tuple[str, str, str], Mapping[str, set[str]]]:
        """The values that occur, by period, procedure and stage, then by breakdown."""
        found: dict[tuple[str, str, str], dict[str, set[str]]] = {}
        for cell in self.cells:
            group = found.setdefault(cell[1:4], defaultdict(set))
            if cell.breakdown:
                group[cell.breakdown].add(cell.value)
        return found


def in_order(value: str) -> tuple[bool, list[tuple[int, str]]]:
    """Order values by the alphabet, numbers by size (5-9 before 10-15), `Not recorded` last."""
    pieces = re.findall(r"\d+|\D+", value.casefold())
    key = [(int(each), "") if each.isdecimal() else (-1, each) for each in pieces]
    return (value == "Not recorded", key)
