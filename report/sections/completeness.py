"""Section 2.12: what the figures leave out, and what is missing in those counted."""

from complaints.report.content import Section, Sentence, Share, Table
from complaints.report.figures import ALL_STAGES, STAGE_1, Figures
from complaints.report.words import Noun, hidden_words, say, share_statement

SEVERITIES = {"error": "Row held back", "warning": "Row counted, and reported"}


def section(figures: Figures) -> Section:
    """Return the section."""
    return Section(
        "completeness",
        "Completeness of the figures",
        paragraphs=(
            say(
                "Every delivered row is checked. A row with an error, such as a date that cannot "
                "be right, is held back and counted nowhere until it is corrected; the note under "
                "each table says how many belong to it. The table shows what is held back, and "
                "what is missing in the complaints that are counted."
            ),
            _accepted(figures),
        ),
        bullets=_without_outcome(figures),
        tables=(_table(figures),),
        sections=(_rules(figures),),
    )


def _table(figures: Figures) -> Table:
    period = figures.period
    periods = figures.known(period.previous, period)
    rows = tuple(
        (
            stage.full_title,
            *(figures.count("held_back", stage, each) for each in periods),
            figures.count("decided", stage),
            figures.count("without_outcome", stage),
            figures.count("outcome_unknown", stage),
        )
        for stage in ALL_STAGES
    )
    columns = (
        "Stage",
        *(f"Rows held back, {each.name}" for each in periods),
        f"Complaints answered, {period.name}",
        "Of these without an outcome",
        "With an outcome not understood",
    )
    return Table(f"Rows held back and outcomes missing, {period.name}", columns, rows)


def _accepted(figures: Figures) -> Sentence:
    """Say how many findings a person has checked and found right."""
    count, when = figures.accepted_exceptions(), figures.period.name
    hidden = hidden_words(f"the number of exceptions accepted in the records of {when}")
    if not count.value:
        words = f"No exception was accepted in the records of {when}."
        return say(words, about=(count,), hidden=hidden)
    if count.value == 1:
        words = f" exception was accepted in the records of {when}: it fails a check, and a person "
        return say(count, f"{words}has found it right.", hidden=hidden)
    words = f" exceptions were accepted in the records of {when}: they fail a check, and a person "
    return say(count, f"{words}has found them right.", hidden=hidden)


def _without_outcome(figures: Figures) -> tuple[Sentence, ...]:
    answered = figures.count("decided", STAGE_1)
    if not answered.value:
        return ()
    noun = Noun("answered statutory stage 1 complaint", "answered statutory stage 1 complaints")
    share = Share(figures.count("without_outcome", STAGE_1), answered)
    return (share_statement(noun, "recorded without an outcome", share),)


def _rules(figures: Figures) -> Section:
    """Return what each check found in all rows delivered so far: for the council's own use."""
    rows = tuple(
        (each.description, SEVERITIES[each.severity], str(each.rows_failing))
        for each in figures.rules
    )
    title = "What the checks found in all rows delivered"
    table = Table(title, ("What is wrong", "What follows", "Rows"), rows)
    return Section(
        "rules",
        "What the checks found",
        paragraphs=() if rows else (say("No row fails a check."),),
        tables=(table,) if rows else (),
        is_internal_only=True,
    )
