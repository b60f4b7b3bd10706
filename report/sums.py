"""The sums by which a reader could work out a number that is not shown, and all their values."""

from collections.abc import Iterator

from complaints.report.content import Cell, Count, Section, Sum
from complaints.report.figures import ALL_STAGES, Figures, Stage
from complaints.report.measures import SUMS_OF_A_STAGE
from complaints.report.periods import Period, read_period
from complaints.report.sections.misclassification import reclassification_sums
from complaints.report.sections.open_stages import open_sums
from complaints.report.sections.people import CHARACTERISTICS, outcome_count

Values = dict[Cell, int]

OF_TEAMS = ("received", "in_sla", "upheld")
YEARLY = ("received", "eligible", "withdrawn", "in_sla", "upheld")


def sums_of(figures: Figures, sections: tuple[Section, ...]) -> tuple[tuple[Sum, ...], Values]:
    """Return the sums that tie the cells of a report together, and the values of those cells."""
    shown = {count.cell for top in sections for each in top.walk() for count in each.counts}
    sums: list[Sum] = []
    values: Values = {}
    for whole, parts in _all_sums(figures, shown):
        known = (whole, *parts)
        if all(count.value is not None for count in known):
            sums.append(Sum(whole.cell, tuple(part.cell for part in parts)))
            values.update({count.cell: count.value or 0 for count in known})
    return tuple(sums), values


def _all_sums(figures: Figures, shown: set[Cell]) -> Iterator[tuple[Count, list[Count]]]:
    groups = {cell[1:4] for cell in shown if len(cell) >= 4}
    breakdowns = {(*cell[1:5],) for cell in shown if len(cell) == 6}
    for period in {read_period(name) for name, *_ in figures.stages}:
        for stage in ALL_STAGES:
            group = figures.group(stage, period)
            if group in groups:
                yield from _of_measures(figures, stage, period)
                yield from _of_outcomes(figures, stage, period)
            for breakdown in ("service_team", "complainant_type", "advocate", *CHARACTERISTICS):
                if (*group, breakdown) in breakdowns:
                    yield from _of_breakdown(figures, stage, period, breakdown)
            if period.is_year:
                yield from _of_year(figures, stage, period)
    yield from reclassification_sums(figures)
    yield from open_sums(figures)


def _of_measures(
    figures: Figures, stage: Stage, period: Period
) -> Iterator[tuple[Count, list[Count]]]:
    for whole, parts in SUMS_OF_A_STAGE:
        yield (
            figures.count(whole, stage, period),
            [figures.count(part, stage, period) for part in parts],
        )


def _of_outcomes(
    figures: Figures, stage: Stage, period: Period
) -> Iterator[tuple[Count, list[Count]]]:
    outcomes = figures.values_of("outcome", stage, period=period)
    if outcomes:
        parts = [outcome_count(figures, stage, each, period) for each in outcomes]
        yield figures.count("received", stage, period), parts


def _of_breakdown(
    figures: Figures, stage: Stage, period: Period, breakdown: str
) -> Iterator[tuple[Count, list[Count]]]:
    values = figures.values_of(breakdown, stage, period=period)
    measures = OF_TEAMS if breakdown == "service_team" else ("complaints",)
    for measure in measures if values else ():
        whole = "received" if measure == "complaints" else measure
        parts = [figures.part(measure, stage, breakdown, each, period) for each in values]
        yield figures.count(whole, stage, period), parts


def _of_year(figures: Figures, stage: Stage, year: Period) -> Iterator[tuple[Count, list[Count]]]:
    for measure in YEARLY:
        parts = [figures.count(measure, stage, each) for each in year.quarters]
        yield figures.count(measure, stage, year), parts
