"""Sections 2.10 and 2.11: what may be logged under the wrong procedure; how teams have changed."""

from collections.abc import Iterator

from complaints.report.content import Count, Section, Sentence, Table
from complaints.report.figures import CORPORATE, STATUTORY, Figures, Stage
from complaints.report.periods import Period, day_in_words
from complaints.report.tables import held_note
from complaints.report.words import Noun, complaints_at, count_change, hidden_words, say

PAIRS = tuple((each, other) for each in STATUTORY for other in CORPORATE if each[1] == other[1])
BY_SUBJECT = Noun(
    "stage 1 complaint with a subject of the statutory procedure",
    "stage 1 complaints with a subject of the statutory procedure",
)


def section(figures: Figures) -> Section:
    """Return the section on suspected misclassification."""
    return Section(
        "misclassification",
        "Complaints that may be logged under the wrong procedure",
        paragraphs=(
            say(
                "The checks compare the subject of each complaint with the procedure it was logged "
                "under. Which procedure applies is the complaints manager's decision; the table "
                "shows what the numbers would be if the subject decided."
            ),
        ),
        bullets=_effect(figures),
        tables=(_table(figures),),
    )


def structure(figures: Figures) -> Section:
    """Return the section on changes of team structure."""
    key, title = "structure", "Changes of team structure"
    if not figures.team_changes:
        words = "No change of the structure of teams has been recorded."
        return Section(key, title, paragraphs=(say(words),))
    rows = tuple(
        (each.old_team, each.new_team, day_in_words(each.change_date))
        for each in figures.team_changes
    )
    words = (
        "Each complaint is counted under the team that it was recorded with. Where a team has "
        "changed, its figures before and after the change are not directly comparable."
    )
    table = Table("Changes of teams", ("Until then", "From then on", "Day of the change"), rows)
    return Section(key, title, paragraphs=(say(words),), tables=(table,))


def reclassified(
    figures: Figures, statutory: Stage, corporate: Stage, period: Period | None = None
) -> Count:
    """Return what the statutory stage would have received if the subject decided."""
    received, leaving, joining = (
        figures.count("received", statutory, period).value,
        figures.count("suspected", statutory, period).value,
        figures.count("suspected", corporate, period).value,
    )
    cell = ("received_by_subject", *figures.group(statutory, period))
    if received is None or leaving is None or joining is None:
        return Count(cell, None)
    return Count(cell, received - leaving + joining)


def reclassification_sums(figures: Figures) -> Iterator[tuple[Count, list[Count]]]:
    """Yield how the numbers by subject are made, with a cell of its own for those that stay."""
    for period in (figures.period.last_year, figures.period):
        for statutory, corporate in PAIRS if figures.knows(period) else ():
            received = figures.count("received", statutory, period)
            leaving = figures.count("suspected", statutory, period)
            joining = figures.count("suspected", corporate, period)
            cell = ("stays_statutory", *figures.group(statutory, period))
            stay = Count(cell, (received.value or 0) - (leaving.value or 0))
            yield received, [stay, leaving]
            yield reclassified(figures, statutory, corporate, period), [stay, joining]


def _effect(figures: Figures) -> tuple[Sentence, ...]:
    statutory, corporate = PAIRS[0]
    period, base = figures.period, figures.period.last_year
    suspected = figures.count("suspected", corporate)
    hidden = hidden_words(f"the number of {BY_SUBJECT.many} logged as corporate in {period.name}")
    if suspected.value:
        verb = "was" if suspected.value == 1 else "were"
        words = f" {BY_SUBJECT.for_(suspected.value)} {verb} logged as corporate in {period.name}."
        logged = say(suspected, words, hidden=hidden)
    else:
        words = f"No {BY_SUBJECT.many} were logged as corporate in {period.name}."
        logged = say(words, about=(suspected,), hidden=hidden)
    if not figures.knows(base):
        return (logged,)
    names = (period.name, base.name)
    changes = (
        count_change(
            complaints_at("statutory stage 1"),
            "received, as logged,",
            figures.count("received", statutory),
            figures.count("received", statutory, base),
            *names,
        ),
        count_change(
            complaints_at("statutory stage 1"),
            "received, if the subject decided,",
            reclassified(figures, statutory, corporate),
            reclassified(figures, statutory, corporate, base),
            *names,
        ),
    )
    return (logged, *changes)


def _table(figures: Figures) -> Table:
    periods = figures.known(figures.period.last_year, figures.period)
    rows = tuple(
        (
            f"{statutory.title}, {period.name}",
            figures.count("received", statutory, period),
            figures.count("suspected", statutory, period),
            figures.count("suspected", corporate, period),
            reclassified(figures, statutory, corporate, period),
        )
        for statutory, corporate in PAIRS
        for period in periods
    )
    columns = (
        "Stage",
        "Logged as statutory",
        "Of these with a corporate subject",
        "Logged as corporate with a statutory subject",
        "Statutory if the subject decided",
    )
    title = f"Statutory complaints as logged and by subject, {figures.period.name}"
    notes = (
        say("The corporate procedure has no stage 3, so that stage is left out."),
        held_note(figures, tuple(each for pair in PAIRS for each in pair), periods),
    )
    return Table(title, columns, rows, notes)
