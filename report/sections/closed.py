"""The other cohort: what was closed in the period, whenever it was received."""

from complaints.report.content import Part, Sentence, Share, Table, WorkedOut
from complaints.report.figures import Figures, Stage
from complaints.report.printing import NOTHING
from complaints.report.sentences import (
    IN_TIME,
    UPHELD,
    n_of_n,
    sentence,
    sentence_when_hidden,
)
from complaints.report.tables import full_titles, matrix

PARTS = {"in SLA": "closed_in_sla", "upheld": "closed_upheld"}


def both_cohorts(figures: Figures) -> tuple[Sentence, ...]:
    """Say what was received beside what was closed; nothing where the two do not differ."""
    first, name = figures.first, figures.period.name
    received, closed, answered = (
        figures.count(each, first) for each in ("received", "closed", "closed_answered")
    )
    in_time, upheld = (_share(figures, each, first) for each in PARTS.values())
    answers = [figures.count(each, first).value for each in ("received", "in_sla", "upheld")]
    if not closed.value or answers == [closed.value, in_time.part.value, upheld.part.value]:
        return ()
    noun = first.noun()
    verbs = ["was" if each.value == 1 else "were" for each in (received, closed)]
    days = figures.days_of_closed(first)
    words = "working day" if days and days[0] == "1" else "working days"
    taken = f", after {days[0]} {words} on average (median {days[1]})" if days else ""
    subject = f"the number of {noun.many} closed in {name}"
    return (
        sentence(
            received if received.value else "No",
            f" {noun.for_(received.value)} {verbs[0]} received in {name}, and ",
            closed,
            f" {verbs[1]} closed in it, whenever received: ",
            *n_of_n(in_time),
            f" {IN_TIME} and ",
            *n_of_n(upheld),
            f" {UPHELD}{taken}.",
            about=(received, closed, answered, *in_time.counts, *upheld.counts),
            hidden=sentence_when_hidden(subject),
        ),
    )


def closed_table(figures: Figures) -> Table:
    """Return received and closed side by side, with how long the closed took."""

    def days(stage: Stage, place: int) -> Part:
        found = figures.days_of_closed(stage)
        counts = tuple(figures.count(each, stage) for each in ("closed", "closed_answered"))
        return WorkedOut(found[place], counts) if found else NOTHING

    def part(stage: Stage, measure: str) -> Part:
        if measure == "closed_in_sla" and not stage.has_time_limit:
            return NOTHING
        return _share(figures, measure, stage)

    return matrix(
        f"Received and closed in {figures.period.name}",
        "Stage",
        full_titles(figures.stages),
        {
            "Received": lambda stage: figures.count("received", stage),
            "Closed": lambda stage: figures.count("closed", stage),
            **{
                f"Closed: {head}": (lambda stage, measure=measure: part(stage, measure))
                for head, measure in PARTS.items()
            },
            "Working days on average": lambda stage: days(stage, 0),
            "Median": lambda stage: days(stage, 1),
        },
        sentence(
            "Closed: answered in the period, whenever received. The working days are those of the "
            "complaints that were not withdrawn."
        ),
    )


def _share(figures: Figures, measure: str, stage: Stage) -> Share:
    return Share(figures.count(measure, stage), figures.count("closed", stage))
