"""Sections 2.2 to 2.5: each stage of the statutory procedure by service team."""

from complaints.report.content import Section
from complaints.report.figures import Figures, Stage
from complaints.report.sections.actions import without_actions
from complaints.report.sentences import received, see, sentence
from complaints.report.tables import breakdown_table, held_note, received_change, teams_table


def sections(figures: Figures) -> tuple[Section, ...]:
    """Return the sections."""
    first, *later = figures.statutory
    return (_first_stage(figures, first), *(_later_stage(figures, each) for each in later))


def _first_stage(figures: Figures, stage: Stage) -> Section:
    name, title = figures.period.name, f"{stage.title} complaints by service team"
    has_any = bool(figures.values_of("service_team", stage))
    overlap = (
        "A complaint can have several reasons or none, so they do not add up to the complaints."
    )
    tables = (
        teams_table(figures, f"{title}, {name}", stage),
        breakdown_table(
            figures,
            f"Top causes of {stage.short_words} complaints, {name}",
            stage,
            "reason",
            {"Complaints": "complaints"},
            sentence(overlap),
            *held_note(figures, (stage,)),
        ),
    )
    count = figures.count("received", stage)
    words = (
        f"What is being done about them is in {see('actions')}."
        if figures.actions
        else without_actions(figures)
    )
    return Section(
        stage.name,
        title,
        paragraphs=(sentence(words) if count.value else received(count, stage.noun(), name),),
        tables=tables if has_any else (),
    )


def _later_stage(figures: Figures, stage: Stage) -> Section:
    words = "Complaints to the Ombudsman" if stage.is_ombudsman else f"{stage.title} complaints"
    title = f"{words} by service team, {figures.period.name}"
    change = received_change(figures, stage, figures.period.last_year)
    has_any = figures.values_of("service_team", stage)
    table = teams_table(figures, title, stage, *held_note(figures, (stage,)))
    return Section(stage.name, words, paragraphs=(change,), tables=(table,) if has_any else ())
