"""Tables that several sections are made of, and the notes below them."""

from collections.abc import Callable, Iterable

from complaints.report.content import Count, Part, Sentence, Share, Table
from complaints.report.figures import STATUTORY, Figures, Stage, noun_of
from complaints.report.periods import Period
from complaints.report.references import see
from complaints.report.words import count_change, say

STAGE_PARTS = ("No", "In SLA", "Upheld")
IN_SLA_NOTE = say(
    "In SLA: answered within the time limit, an agreed extension included. There is no time limit "
    "for the Ombudsman."
)


def volumes_table(
    figures: Figures, title: str, periods: Iterable[Period], stages: tuple[Stage, ...] = STATUTORY
) -> Table:
    """Return how many stages were received, one column for each period."""
    periods = figures.known(*periods)
    rows = tuple(
        (stage.title, *(figures.count("received", stage, each) for each in periods))
        for stage in stages
    )
    columns = ("Stage", *(each.name for each in periods))
    return Table(title, columns, rows, (held_note(figures, stages, periods),))


def comparison_table(
    figures: Figures,
    title: str,
    periods: tuple[Period, ...],
    stages: tuple[Stage, ...] = STATUTORY,
) -> Table:
    """Return No, In SLA and Upheld of each stage, side by side for the known of some periods."""
    return side_by_side(figures, title, periods, stages, STAGE_PARTS, stage_parts, IN_SLA_NOTE)


def side_by_side(
    figures: Figures,
    title: str,
    periods: tuple[Period, ...],
    stages: tuple[Stage, ...],
    heads: tuple[str, ...],
    parts_of: Callable[[Figures, Stage, Period], tuple[Part, ...]],
    note: Sentence,
) -> Table:
    """Return the same parts of each stage for the known of some periods, period by period."""
    periods = figures.known(*periods)
    columns = ("Stage", *(f"{head}, {each.name}" for each in periods for head in heads))
    rows = tuple(
        (stage.title, *(part for each in periods for part in parts_of(figures, stage, each)))
        for stage in stages
    )
    return Table(title, columns, rows, (note, held_note(figures, stages, periods)))


def stage_parts(figures: Figures, stage: Stage, period: Period) -> tuple[Part, ...]:
    """Return No, In SLA and Upheld of a stage in a period."""
    return (
        figures.count("received", stage, period),
        share_or_count(figures.share("in_sla", stage, period), stage.has_time_limit),
        share_or_count(figures.share("upheld", stage, period)),
    )


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
        noun_of(stage, with_procedure),
        "received",
        figures.count("received", stage, period),
        figures.count("received", stage, base),
        period.name,
        base.name,
    )


def share_or_count(share: Share, is_share: bool = True) -> Share | Count:
    """Return a share, or its count alone where nothing is there to have a share of."""
    return share if is_share and share.whole.value else share.part


def teams_table(figures: Figures, title: str, stage: Stage) -> Table:
    """Return what each team received, answered in time and had upheld, with a total row."""
    measures = ("received", "in_sla", "upheld") if stage.has_time_limit else ("received", "upheld")
    names = {"received": "No of complaints", "in_sla": "In SLA", "upheld": "Upheld"}
    rows = [
        (team, *(figures.part(each, stage, "service_team", team) for each in measures))
        for team in figures.by_size("service_team", "received", stage)
    ]
    total = ("Total", *(figures.count(each, stage) for each in measures))
    return Table(
        title,
        ("Service team", *(names[each] for each in measures)),
        (*rows, total),
        (held_note(figures, (stage,)),),
        has_total_row=True,
    )


def reasons_table(figures: Figures, title: str, stage: Stage) -> Table:
    """Return the complaints of each reason."""
    rows = tuple(
        (reason, figures.part("complaints", stage, "reason", reason))
        for reason in figures.by_size("reason", "complaints", stage)
    )
    notes = (
        say("A complaint can have several reasons, so the reasons add up to more than the total."),
        held_note(figures, (stage,)),
    )
    return Table(title, ("Reason", "Complaints"), rows, notes)


def held_note(
    figures: Figures, stages: Iterable[Stage], periods: Iterable[Period] | None = None
) -> Sentence:
    """Say how many rows that belong to a table are held back, and where more is said."""
    asked = tuple(periods or (figures.period,))
    parts_of_years = {each.first_year for each in asked if not each.is_year}
    kept = [each for each in asked if not (each.is_year and each.first_year in parts_of_years)]
    wanted = [(stage, each) for each in kept for stage in stages]
    counts = [(*each, figures.count("held_back", *each)) for each in wanted]
    about = tuple(count for *_, count in counts if count.value is not None)
    hidden = f"Rows that are held back for correction are not counted ({see('completeness')})."
    held = [each for each in counts if each[2].value]
    if not held:
        return say("Rows held back for correction: none.", about=about, hidden=hidden)
    parts: list[Part] = ["Held back for correction and not counted: "]
    for position, (stage, period, count) in enumerate(held):
        row = "row" if count.value == 1 else "rows"
        parts += ["; " if position else "", count, f" {row} of {stage.in_words}, {period.name}"]
    return say(*parts, f" ({see('completeness')}).", about=about, hidden=hidden)
