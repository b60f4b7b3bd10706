"""The figures of a report: read once from the published marts, asked for by name."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from complaints.report.content import Cell, Count, Share
from complaints.report.learnings import Learnings
from complaints.report.periods import Period
from complaints.report.words import Noun, complaints_at

Group = tuple[str, str, str]  # period, procedure, stage
Measures = Mapping[str, int]


class Stage(NamedTuple):
    """A stage of a procedure, and what the report calls it."""

    procedure: str
    name: str
    title: str
    has_time_limit: bool = True

    @property
    def in_words(self) -> str:
        """The stage with its procedure inside a sentence: `statutory stage 1`."""
        return f"{self.procedure} {self.short_words}"

    @property
    def short_words(self) -> str:
        """The stage inside a sentence: `stage 1`, `Ombudsman`."""
        return "Ombudsman" if self.name == "ombudsman" else self.name.replace("_", " ")

    @property
    def full_title(self) -> str:
        """The stage with its procedure in a table: `Statutory stage 1`."""
        joined = ", " if self.name == "ombudsman" else " "
        title = self.title if self.name == "ombudsman" else self.short_words
        return f"{self.procedure.capitalize()}{joined}{title}"


STATUTORY = (
    Stage("statutory", "stage_1", "Stage 1"),
    Stage("statutory", "stage_2", "Stage 2"),
    Stage("statutory", "stage_3", "Stage 3"),
    Stage("statutory", "ombudsman", "Ombudsman (LGSCO)", has_time_limit=False),
)
CORPORATE = (
    Stage("corporate", "stage_1", "Stage 1"),
    Stage("corporate", "stage_2", "Stage 2"),
    Stage("corporate", "ombudsman", "Ombudsman (LGSCO)", has_time_limit=False),
)
ALL_STAGES = (*STATUTORY, *CORPORATE)
STAGES = {(each.procedure, each.name): each for each in ALL_STAGES}
STAGE_1, STAGE_2, STAGE_3, OMBUDSMAN = STATUTORY


def noun_of(stage: Stage, with_procedure: bool = False) -> Noun:
    """Return what a sentence calls the complaints of a stage."""
    procedure = f"{stage.procedure} " if with_procedure else ""
    if stage.name == "ombudsman":
        return Noun(
            f"{procedure}complaint to the Ombudsman", f"{procedure}complaints to the Ombudsman"
        )
    return complaints_at(f"{procedure}{stage.short_words}")


class OpenStage(NamedTuple):
    """A stage without a response on the as-of day."""

    case_reference: str
    procedure: str
    stage: str
    service_team: str
    received_date: date
    due_date: date | None
    working_days_left: int | None


class TimeLimit(NamedTuple):
    """Working days to answer a stage received in a period, without and with an extension."""

    procedure: str
    stage: str
    basic: int
    extended: int


class CaseStage(NamedTuple):
    """A stage received in the period, as Appendix B lists it."""

    case_reference: str
    procedure: str
    stage: str
    service_team: str
    received_date: date
    due_date: date | None
    responded_date: date | None
    sla_status: str
    outcome: str | None
    reasons: str | None


class Theme(NamedTuple):
    """A reason for complaints."""

    procedure: str
    stage: str
    reason: str
    complaints: int


class LearningAction(NamedTuple):
    """Something the service said it would do."""

    theme: str
    action: str
    owner_role: str | None
    due_quarter: str | None
    status: str | None
    evidence: str | None
    is_overdue: bool


class Benchmark(NamedTuple):
    """Another authority's figure."""

    authority: str
    financial_year: str
    measure: str
    value: float | None
    note: str | None


class Indicator(NamedTuple):
    """A figure of the service's own performance reports."""

    name: str
    period: str
    value: str


class TeamChange(NamedTuple):
    """A team that became another."""

    old_team: str
    new_team: str
    change_date: date


class RuleCount(NamedTuple):
    """A validation rule and how many rows fail it."""

    description: str
    severity: str
    rows_failing: int


@dataclass(frozen=True)
class Figures:
    """All that the marts know about a period and those it is compared with."""

    period: Period
    as_of: date
    stages: Mapping[Group, Measures]
    groups: Mapping[tuple[str, Group], Mapping[str, Measures]]  # by breakdown
    open_stages: tuple[OpenStage, ...] = ()
    time_limits: tuple[TimeLimit, ...] = ()
    case_stages: tuple[CaseStage, ...] = ()
    themes: tuple[Theme, ...] = ()
    actions: tuple[LearningAction, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    team_changes: tuple[TeamChange, ...] = ()
    rules: tuple[RuleCount, ...] = ()
    inputs_held_back: Mapping[str, int] = field(default_factory=dict)
    accepted: int = 0  # findings on the period's rows that a person has accepted
    learnings: Learnings | None = field(default_factory=dict)  # None: they could not be read

    def count(self, measure: str, stage: Stage, period: Period | None = None) -> Count:
        """Return a measure of a stage; without a value where the marts do not reach back."""
        group = self.group(stage, period)
        measures = self.stages.get(group)
        return Count((measure, *group), None if measures is None else measures[measure])

    def accepted_exceptions(self) -> Count:
        """Return how many findings on rows of the period a person has found right."""
        return Count(("accepted_exceptions", self.period.name), self.accepted)

    def share(
        self, part: str, stage: Stage, period: Period | None = None, of: str = "received"
    ) -> Share:
        """Return a measure of a stage as a part of another."""
        return Share(self.count(part, stage, period), self.count(of, stage, period))

    def part(
        self,
        measure: str,
        stage: Stage,
        breakdown: str,
        value: str,
        period: Period | None = None,
    ) -> Count:
        """Return a measure of one value of a breakdown, zero where it does not occur."""
        group = self.group(stage, period)
        cell: Cell = (measure, *group, breakdown, value)
        if group not in self.stages:
            return Count(cell, None)
        return Count(cell, self.groups.get((breakdown, group), {}).get(value, {}).get(measure, 0))

    def values_of(self, breakdown: str, *stages: Stage, period: Period | None = None) -> list[str]:
        """Return the values of a breakdown that occur, in the order of the alphabet."""
        groups = (self.groups.get((breakdown, self.group(each, period)), {}) for each in stages)
        return sorted({value for group in groups for value in group}, key=_in_order)

    def by_size(self, breakdown: str, measure: str, stage: Stage) -> tuple[str, ...]:
        """Return the values of a breakdown, the most frequent first."""

        def size(value: str) -> int:
            return self.part(measure, stage, breakdown, value).value or 0

        return tuple(sorted(self.values_of(breakdown, stage), key=size, reverse=True))

    def group(self, stage: Stage, period: Period | None = None) -> Group:
        """Return the key under which a stage's figures are kept."""
        return ((period or self.period).name, stage.procedure, stage.name)

    def known(self, *periods: Period) -> tuple[Period, ...]:
        """Return those of some periods that the marts reach back to."""
        return tuple(each for each in periods if self.knows(each))

    def knows(self, period: Period) -> bool:
        """Whether the marts reach back to a period."""
        return (period.name, "statutory", "stage_1") in self.stages


def _in_order(value: str) -> tuple[bool, list[tuple[int, str]]]:
    """Order values by the alphabet, numbers by size (5-9 before 10-15), `Not recorded` last."""
    pieces = re.findall(r"\d+|\D+", value.casefold())
    key = [(int(each), "") if each.isdecimal() else (-1, each) for each in pieces]
    return (value == "Not recorded", key)


def nested(rows: list[tuple[Group, str, Measures]]) -> dict[Group, dict[str, Measures]]:
    """Return the measures of each value, by group."""
    found: dict[Group, dict[str, Measures]] = defaultdict(dict)
    for group, value, measures in rows:
        found[group][value] = measures
    return dict(found)
