"""Of Appendix C: what was open and overdue on the as-of day, whenever it was received."""

from complaints.report.content import ALL, Cell, Count, Section, Sentence, Share
from complaints.report.figures import Figures
from complaints.report.sentences import Noun, sentence, share_statement
from complaints.report.tables import full_titles, matrix
from complaints.warehouse.clock import day_in_words

KINDS = {
    "open": "Open",
    "open_in_time": "Within the time limit",
    "open_overdue": "Overdue",
    "open_without_limit": "No time limit",
}
# Not the working days left: on the Saturday after its due date a stage has none, and is overdue.
KIND_OF_STATUS = {
    "open_in_time": "open_in_time",
    "open_overdue": "open_overdue",
    "not_applicable": "open_without_limit",
}


def open_section(figures: Figures) -> Section:
    """Return the section."""
    day = day_in_words(figures.as_of)
    words = (
        "A complaint is open at a stage while it has neither been answered nor withdrawn. "
        f"The table counts all that were open on {day}, whenever they were received."
    )
    table = matrix(
        f"Open complaints on {day}",
        "Stage",
        [(title, stage[:2]) for title, stage in full_titles(figures.stages)],
        {
            head: lambda key, kind=kind: open_count(figures, kind, *key)
            for kind, head in KINDS.items()
        },
        total=(ALL, ALL),
    )
    return Section(
        "open_stages",
        f"Open and overdue on {day}",
        paragraphs=(sentence(words),),
        tables=(table,),
    )


def open_sentences(figures: Figures, procedure: str) -> tuple[Sentence, ...]:
    """Say how many of a procedure were open on the as-of day, and how many of them overdue."""
    noun = Noun(f"open {procedure} complaint", f"open {procedure} complaints")
    total, overdue = (open_count(figures, each, procedure) for each in ("open", "open_overdue"))
    day = day_in_words(figures.as_of)
    if not total.value:
        words = f"No {procedure} complaints were open on {day}."
        return (sentence(words, about=(total,), hidden="Some complaints were open."),)
    return (share_statement(noun, "overdue", Share(overdue, total), f"on {day}"),)


def open_count(figures: Figures, kind: str, procedure: str = ALL, stage: str = ALL) -> Count:
    """Return how many stages were open in a way, of a procedure and stage or of all."""
    count = sum(
        kind in ("open", KIND_OF_STATUS[each.sla_status])
        for each in figures.open_stages
        if procedure in (ALL, each.procedure) and stage in (ALL, each.stage)
    )
    return Count(Cell(kind, f"on {figures.as_of}", procedure, stage), count)
