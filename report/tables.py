"""Tables that several sections are made of, and the notes below them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from complaints.report.content import Part, Sentence, Table
from complaints.report.figures import Figures, Stage
from complaints.report.periods import Period
from complaints.report.printing import NOTHING
from complaints.report.sentences import count_change, listed, sentence

Key = TypeVar("Key")
STAGE_PARTS = ("No", "In SLA", "Upheld")
OF_TEAMS = ("received", "in_sla", "upheld")  # the measures of these
STATUSES = {  # what became of a stage, by its measure
    "in_sla": "In SLA",
    "late": "Late",
    "open_in_time": "Open, in time",
    "open_overdue": "Open, overdue",
    "not_applicable": "Withdrawn, no limit, or closed without a date",
}


def matrix(
    title: str,
    corner: str,
    rows: Iterable[tuple[str, Key]],
    columns: Mapping[str, Callable[[Key], Part]],
    *notes: Sentence,
    total: Key | None = None,
) -> Table:
    """Return a table of figures: each column says how its figure is found for the key of a row.

    Args:
        title: its caption.
        corner: the heading of the first column, which names the rows.
        rows: the name of each row, and its key.
        columns: the heading of each further column, and its figure.
        notes: sentences below the table.
        total: the key of the total row, where there is one.
    """
    named = list(rows) if total is None else [*rows, ("Total", total)]
    body = tuple((name, *(figure(key) for figure in columns.values())) for name, key in named)
    return Table(title, (corner, *columns), body, notes, has_total_row=total is not None)


def counts_of(
    figures: Figures, measures: Mapping[str, str], period: Period | None = None
) -> dict[str, Callable[[Stage], Part]]:
    """Return columns of a matrix of stages: their headings, each with the measure it counts."""
    return {
        head: lambda stage, measure=measure: figures.count(measure, stage, period)
        for head, measure in measures.items()
    }


def titles(stages: Iterable[Stage]) -> list[tuple[str, Stage]]:
    """Return stages as rows of a table of one procedure."""
    return [(each.title, each) for each in stages]


def full_titles(stages: Iterable[Stage]) -> list[tuple[str, Stage]]:
    """Return stages as rows of a table of all procedures."""
    return [(each.full_title, each) for each in stages]


def comparison_table(
    figures: Figures,
    title: str,
    periods: tuple[Period, ...],
    stages: tuple[Stage, ...],
    *notes: Sentence,
) -> Table:
    """Return No, In SLA and Upheld of each stage, side by side for the known of some periods."""
    columns = {
        f"{head}, {each.name}": part
        for each in figures.known(*periods)
        for head, part in stage_parts(figures, each).items()
    }
    return matrix(title, "Stage", titles(stages), columns, *notes)


def stage_parts(
    figures: Figures, period: Period, of: str = "received"
) -> dict[str, Callable[[Stage], Part]]:
    """Return No, In SLA and Upheld of a stage in a period, as columns."""

    def in_sla(stage: Stage) -> Part:
        return figures.share("in_sla", stage, period, of) if stage.has_time_limit else NOTHING

    def upheld(stage: Stage) -> Part:
        return figures.share("upheld", stage, period, of)

    columns = (lambda stage: figures.count(of, stage, period), in_sla, upheld)
    return dict(zip(STAGE_PARTS, columns, strict=True))


def stage_over_periods(
    figures: Figures,
    title: str,
    corner: str,
    stage: Stage,
    periods: tuple[Period, ...],
    has_total: bool = False,
) -> Table:
    """Return No, In SLA and Upheld of one stage, a row for each period; the last may be a total."""
    columns = {
        head: lambda period, head=head: stage_parts(figures, period)[head](stage)
        for head in STAGE_PARTS
    }
    rows = [(each.name, each) for each in periods]
    notes = held_note(figures, (stage,), periods)
    return replace(matrix(title, corner, rows, columns, *notes), has_total_row=has_total)


def in_sla_note(stages: Iterable[Stage]) -> Sentence:
    """Say what in SLA means, and which of a table's stages have no time limit."""
    words = "In SLA: answered within the time limit, an agreed extension included."
    stages = tuple(stages)
    unlimited = {each.name for each in stages if not each.has_time_limit}
    unlimited -= {each.name for each in stages if each.has_time_limit}
    names = dict.fromkeys(
        each.with_article if each.name in unlimited else each.in_words
        for each in stages
        if not each.has_time_limit
    )
    if names:
        words += f" There is no time limit for {listed([*names])}."
    return sentence(f"{words} {NOTHING}: no limit, or nothing was received.")


def received_change(
    figures: Figures,
    stage: Stage,
    base: Period,
    now: Period | None = None,
    with_procedure: bool = False,
) -> Sentence:
    """Say how the number received at a stage changed from one period to another."""
    period = now or figures.period
    return count_change(
        stage.noun(with_procedure),
        "received",
        figures.count("received", stage, period),
        figures.count("received", stage, base),
        period.name,
        base.name,
    )


def breakdown_table(
    figures: Figures,
    title: str,
    stage: Stage,
    breakdown: str,
    measures: Mapping[str, str],
    *notes: Sentence,
    has_total: bool = False,
) -> Table:
    """Return the values of a breakdown by size, a column for each measure, with a total row.

    Args:
        figures: where the numbers come from.
        title: its caption.
        stage: the stage that is broken down.
        breakdown: by what; its name heads the first column.
        measures: each with its heading; the first decides on the order.
        notes: sentences below the table.
        has_total: whether the values exclude each other, so that the last row is their sum.
    """
    values = figures.by_size(breakdown, next(iter(measures.values())), stage)
    columns = {
        head: lambda value, measure=measure: figures.count(measure, stage, None, breakdown, value)
        for head, measure in measures.items()
    }
    rows = [(each, each) for each in values]
    corner = breakdown.replace("_", " ").capitalize()
    return matrix(title, corner, rows, columns, *notes, total="" if has_total else None)


def teams_table(figures: Figures, title: str, stage: Stage, *notes: Sentence) -> Table:
    """Return what each team received, answered in time and had upheld, with a total row."""
    measures = {"No of complaints": "received", "In SLA": "in_sla", "Upheld": "upheld"}
    if not stage.has_time_limit:
        del measures["In SLA"]
    return breakdown_table(figures, title, stage, "service_team", measures, *notes, has_total=True)


def held_note(
    figures: Figures, stages: Iterable[Stage], periods: Iterable[Period] | None = None
) -> tuple[Sentence, ...]:
    """Say how many rows that belong to a section are held back; nothing where none is."""
    asked = tuple(dict.fromkeys(periods or (figures.period,)))
    kept = [each for each in asked if each.is_quarter or set(asked).isdisjoint(each.quarters)]
    stages = tuple(stages)
    held = [
        (stage, period, count)
        for period in kept
        for stage in stages
        if (count := figures.count("held_back", stage, period)).value
    ]
    parts: list[Part] = ["Held back for correction and not counted: "]
    for position, (stage, period, count) in enumerate(held):
        row = "row" if count.value == 1 else "rows"
        parts += ["; " if position else "", count, f" {row} of {stage.in_words}, {period.name}"]
    hidden = "Some rows are held back for correction and not counted."
    return (sentence(*parts, ".", hidden=hidden),) if held else ()
