"""Section 2.7: what was open and overdue on the as-of day, whenever it was received."""

from collections.abc import Iterator

from complaints.report.content import Count, Part, Section, Sentence, Share, Table
from complaints.report.figures import ALL_STAGES, Figures, OpenStage, Stage
from complaints.report.periods import day_in_words
from complaints.report.words import Noun, say, share_statement

KINDS = ("open", "open_in_time", "open_overdue", "open_without_limit")


def section(figures: Figures) -> Section:
    """Return the section."""
    day = day_in_words(figures.as_of)
    return Section(
        "open_stages",
        f"Open and overdue on {day}",
        paragraphs=(
            say(
                "A complaint is open at a stage while it has neither been answered nor withdrawn. "
                f"The table counts all that were open on {day}, whenever they were received."
            ),
        ),
        bullets=(*open_sentences(figures, "statutory"), *open_sentences(figures, "corporate")),
        tables=(_table(figures),),
    )


def open_sentences(figures: Figures, procedure: str) -> tuple[Sentence, ...]:
    """Say how many of a procedure were open on the as-of day, and how many of them overdue."""
    noun = Noun(f"open {procedure} complaint", f"open {procedure} complaints")
    total, overdue = (open_count(figures, each, procedure) for each in ("open", "open_overdue"))
    day = day_in_words(figures.as_of)
    if not total.value:
        words = f"No {procedure} complaint was open on {day}."
        return (say(words, about=(total,), hidden="Some complaints were open."),)
    return (share_statement(noun, "overdue", Share(overdue, total), f"on {day}"),)


def open_count(
    figures: Figures, kind: str, procedure: str | None = None, stage: str | None = None
) -> Count:
    """Return how many stages were open in a way, of a procedure and stage or of all."""
    cell = (kind, f"on {figures.as_of}", procedure or "all", stage or "all")
    wanted = (
        each
        for each in figures.open_stages
        if procedure in (None, each.procedure) and stage in (None, each.stage)
    )
    return Count(cell, sum(kind in ("open", _kind(each)) for each in wanted))


def open_sums(figures: Figures) -> Iterator[tuple[Count, list[Count]]]:
    """Yield what open stages add up to: over their kinds, over stages, and with those shown apart.

    What was received in the period and is open is a part of all that is open; the rest has a cell
    of its own.
    """
    for stage in (None, *ALL_STAGES):
        key = (stage.procedure, stage.name) if stage else (None, None)
        yield (
            open_count(figures, "open", *key),
            [open_count(figures, kind, *key) for kind in KINDS[1:]],
        )
    for kind in KINDS:
        stages = [open_count(figures, kind, each.procedure, each.name) for each in ALL_STAGES]
        yield open_count(figures, kind), stages
        for procedure in ("statutory", "corporate"):
            of_it = [each for each in stages if each.cell[2] == procedure]
            yield open_count(figures, kind, procedure), of_it
    for kind in ("open_in_time", "open_overdue"):
        for stage in ALL_STAGES:
            everywhere = open_count(figures, kind, stage.procedure, stage.name)
            here = figures.count(kind, stage)
            rest = (everywhere.value or 0) - (here.value or 0)
            yield everywhere, [here, Count((f"{kind}_elsewhere", *everywhere.cell[1:]), rest)]


def _kind(stage: OpenStage) -> str:
    if stage.working_days_left is None:
        return "open_without_limit"
    return "open_in_time" if stage.working_days_left >= 0 else "open_overdue"


def _table(figures: Figures) -> Table:
    def row(title: str, stage: Stage | None) -> tuple[Part, ...]:
        key = (stage.procedure, stage.name) if stage else (None, None)
        return (title, *(open_count(figures, kind, *key) for kind in KINDS))

    rows = [row(each.full_title, each) for each in ALL_STAGES]
    columns = ("Stage", "Open", "Within the time limit", "Overdue", "No time limit")
    title = f"Open complaints on {day_in_words(figures.as_of)}"
    return Table(title, columns, (*rows, row("Total", None)), has_total_row=True)
