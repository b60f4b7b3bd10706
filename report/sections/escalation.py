"""Of Appendix C: how many complaints were escalated to a later stage, in two ways of counting."""

from complaints.report.content import Part, Section, Share, Table
from complaints.report.figures import Figures, Stage
from complaints.report.periods import Period, day_in_words
from complaints.report.printing import NOTHING
from complaints.report.sections.corporate import PROCEDURES
from complaints.report.sentences import Noun, sentence, share_statement
from complaints.report.tables import held_note, matrix


def section(figures: Figures) -> Section:
    """Return the section."""
    name, day, first = figures.period.name, day_in_words(figures.as_of), figures.first
    noun = first.noun(with_procedure=True)
    noun = Noun(f"{noun.one} received in {name}", f"{noun.many} received in {name}")
    escalated = tuple(
        share_statement(
            noun, f"escalated to {stage.with_article}", _escalated(figures, stage), f"by {day}"
        )
        for stage in figures.statutory[1:]
        if figures.count("received", first).value
    )
    words = (
        "There are two ways to count them. The first sets what was received at a later stage in "
        f"{name} against what was received at {first.short_words} in the same "
        f"{figures.period.kind}, although these are mostly different cases. The second follows the "
        f"cases: of the {first.short_words} complaints received in {name}, how many had been "
        f"escalated by {day}. Recent cases may still be escalated."
    )
    return Section(
        "escalation",
        "Complaints escalated to a later stage",
        paragraphs=(sentence(words),),
        bullets=escalated,
        tables=(_ratios(figures), _cohorts(figures)),
    )


def _ratios(figures: Figures) -> Table:
    periods = figures.known(figures.period.last_year, figures.period)

    def against_first(key: tuple[Stage, Period], name: str) -> Part:
        first, period = key
        stage = figures.stage(first.procedure, name)
        if stage is None:
            return NOTHING
        received = (figures.count("received", each, period) for each in (stage, first))
        return Share(*received)

    later = figures.statutory[1:]
    return matrix(
        f"Received at a later stage against {figures.first.short_words} of the same "
        f"{figures.period.kind}",
        "Procedure",
        [
            (f"{each.capitalize()}, {period.name}", (figures.stages_of(each)[0], period))
            for each in PROCEDURES
            for period in periods
        ],
        {figures.first.title: lambda key: figures.count("received", *key)}
        | {
            stage.title if stage.is_ombudsman else f"{stage.title} against it": (
                lambda key, name=stage.name: against_first(key, name)
            )
            for stage in later
        },
    )


def _cohorts(figures: Figures) -> Table:
    firsts = [figures.stages_of(each)[0] for each in PROCEDURES]

    def escalated(first: Stage, name: str) -> Part:
        stage = figures.stage(first.procedure, name)
        return NOTHING if stage is None else _escalated(figures, stage)

    return matrix(
        f"{figures.first.title} complaints received in {figures.period.name} that had been "
        f"escalated by {day_in_words(figures.as_of)}",
        "Procedure",
        [(each.procedure.capitalize(), each) for each in firsts],
        {figures.first.title: lambda first: figures.count("received", first)}
        | {
            f"To {stage.with_article}": lambda first, name=stage.name: escalated(first, name)
            for stage in figures.statutory[1:]
        },
        *held_note(figures, figures.stages),
    )


def _escalated(figures: Figures, stage: Stage) -> Share:
    """Return how many of the period's complaints at the first stage have reached another since."""
    first = figures.stages_of(stage.procedure)[0]
    return figures.share(f"went_on_to_{stage.name}", first)
