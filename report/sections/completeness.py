"""Of Appendix C: what the figures leave out, and what is missing in those counted."""

from complaints.report.content import Cell, Count, Section, Sentence, Share
from complaints.report.figures import Figures
from complaints.report.sentences import Noun, sentence, sentence_when_hidden, share_statement
from complaints.report.tables import counts_of, full_titles, matrix

SEVERITIES = {"error": "Row held back", "warning": "Row counted, and reported"}


def section(figures: Figures) -> Section:
    """Return the section."""
    period = figures.period
    held = (
        counts_of(figures, {f"Rows held back, {each.name}": "held_back"}, each)
        for each in figures.known(period.previous, period)
    )
    answered = {
        f"Complaints answered, {period.name}": "decided",
        "Of these without an outcome": "without_outcome",
        "Outcome not recognised": "outcome_unknown",
    }
    table = matrix(
        f"Rows held back and outcomes missing, {period.name}",
        "Stage",
        full_titles(figures.stages),
        {head: figure for columns in held for head, figure in columns.items()}
        | counts_of(figures, answered),
    )
    words = (
        "Every delivered row is checked. A row with an error, such as a date that cannot be right, "
        "is held back and not counted until it is corrected. The table shows what is held back, "
        "and what is missing in the complaints that are counted."
    )
    return Section(
        "completeness",
        "Completeness of the figures",
        paragraphs=(sentence(words), _accepted(figures)),
        bullets=_without_outcome(figures),
        tables=(table,),
        sections=(_rules(figures),),
    )


def _accepted(figures: Figures) -> Sentence:
    """Say how many findings a person has checked and found right."""
    when = figures.period.name
    cell = Cell("accepted_exceptions", when)
    count = Count(cell, figures.cells[cell])
    hidden = sentence_when_hidden(f"the number of exceptions accepted in the records of {when}")
    if not count.value:
        words = f"No exceptions were accepted in the records of {when}."
        return sentence(words, about=(count,), hidden=hidden)
    is_one = count.value == 1
    words = (
        f" exception{' was' if is_one else 's were'} accepted in the records of {when}: "
        f"{'it fails' if is_one else 'they fail'} a check, and a person has found "
        f"{'it' if is_one else 'them'} right."
    )
    return sentence(count, words, hidden=hidden)


def _without_outcome(figures: Figures) -> tuple[Sentence, ...]:
    answered = figures.count("decided", figures.first)
    if not answered.value:
        return ()
    noun = figures.first.noun(with_procedure=True)
    share = Share(figures.count("without_outcome", figures.first), answered)
    noun = Noun(f"answered {noun.one}", f"answered {noun.many}")
    return (share_statement(noun, "recorded without an outcome", share),)


def _rules(figures: Figures) -> Section:
    """Return what each check found in all rows delivered so far: for the council's own use."""
    table = matrix(
        "What the checks found in all rows delivered",
        "Problem",
        [(each.description, each) for each in figures.rules],
        {
            "Effect": lambda rule: SEVERITIES[rule.severity],
            "Rows": lambda rule: str(rule.rows_failing),
        },
    )
    return Section(
        "rules",
        "What the checks found",
        paragraphs=() if table.rows else (sentence("No row fails a check."),),
        tables=(table,) if table.rows else (),
        is_internal_only=True,
    )
