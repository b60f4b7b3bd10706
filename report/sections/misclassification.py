"""Of Appendix C: what may be logged under the wrong procedure; how teams have changed."""

from complaints.report.content import Cell, Count, Section, Sentence, Table
from complaints.report.figures import Figures, Stage
from complaints.report.periods import Period, day_in_words
from complaints.report.sections.corporate import missing_stages
from complaints.report.sentences import (
    Noun,
    complaints_at,
    count_change,
    sentence,
    sentence_when_hidden,
)
from complaints.report.tables import held_note, matrix


def section(figures: Figures) -> Section:
    """Return the section on suspected misclassification."""
    words = (
        "The checks compare the subject of each complaint with the procedure it was logged under. "
        "Which procedure applies is the complaints manager's decision; the table shows what the "
        "numbers would be if the subject decided."
    )
    return Section(
        "misclassification",
        "Complaints that may be logged under the wrong procedure",
        paragraphs=(sentence(words),),
        bullets=_effect(figures),
        tables=(_table(figures),),
    )


def structure(figures: Figures) -> Section:
    """Return the section on changes of team structure."""
    table = matrix(
        "Changes of teams",
        "Until then",
        [(each.old_team, each) for each in figures.team_changes],
        {
            "From then on": lambda each: each.new_team,
            "Day of the change": lambda each: day_in_words(each.change_date),
        },
    )
    words = (
        "Each complaint is counted under the team that it was recorded with. Where a team has "
        "changed, its figures before and after the change are not directly comparable."
        if table.rows
        else "No changes to team structure have been recorded."
    )
    tables = (table,) if table.rows else ()
    return Section("structure", "Changes of team structure", (sentence(words),), tables=tables)


def pairs(figures: Figures) -> list[tuple[Stage, Stage]]:
    """Return the stages that both procedures have."""
    found = [(each, figures.stage("corporate", each.name)) for each in figures.statutory]
    return [(statutory, corporate) for statutory, corporate in found if corporate]


def received_by_subject(
    figures: Figures, statutory: Stage, corporate: Stage, period: Period | None = None
) -> Count:
    """Return what the statutory stage would have received if the subject decided."""
    received = figures.count("received", statutory, period)
    leaving, joining = (
        figures.count("suspected", each, period).value for each in (statutory, corporate)
    )
    cell: Cell = received.cell.of("received_by_subject")
    if received.value is None or leaving is None or joining is None:
        return Count(cell, None)
    return Count(cell, received.value - leaving + joining)


def _effect(figures: Figures) -> tuple[Sentence, ...]:
    statutory, corporate = pairs(figures)[0]
    period, base = figures.period, figures.period.last_year
    words = f"{statutory.short_words} {{}} with a subject of the statutory procedure"
    subject = Noun(words.format("complaint"), words.format("complaints"))
    suspected = figures.count("suspected", corporate)
    logged_as = f"logged as corporate in {period.name}"
    hidden = sentence_when_hidden(f"the number of {subject.many} {logged_as}")
    if suspected.value:
        verb = "was" if suspected.value == 1 else "were"
        words = f" {subject.for_(suspected.value)} {verb} {logged_as}."
        logged = sentence(suspected, words, hidden=hidden)
    else:
        words = f"No {subject.many} were {logged_as}."
        logged = sentence(words, about=(suspected,), hidden=hidden)
    if not figures.knows(base):
        return (logged,)

    def change(verb: str, now: Count, then: Count) -> Sentence:
        noun = complaints_at(statutory.in_words)
        return count_change(noun, f"received, {verb},", now, then, period.name, base.name)

    as_logged = (figures.count("received", statutory, each) for each in (period, base))
    by_subject = (
        received_by_subject(figures, statutory, corporate, each) for each in (period, base)
    )
    return (logged, change("as logged", *as_logged), change("if the subject decided", *by_subject))


def _table(figures: Figures) -> Table:
    periods = figures.known(figures.period.last_year, figures.period)
    both = pairs(figures)
    return matrix(
        f"Statutory complaints as logged and by subject, {figures.period.name}",
        "Stage",
        [
            (f"{pair[0].title}, {period.name}", (*pair, period))
            for pair in both
            for period in periods
        ],
        {
            "Logged as statutory": lambda key: figures.count("received", key[0], key[2]),
            "Of these with a corporate subject": (
                lambda key: figures.count("suspected", key[0], key[2])
            ),
            "Logged as corporate with a statutory subject": (
                lambda key: figures.count("suspected", key[1], key[2])
            ),
            "Statutory if the subject decided": lambda key: received_by_subject(figures, *key),
        },
        *missing_stages(figures),
        *held_note(figures, tuple(each for pair in both for each in pair), periods),
    )
