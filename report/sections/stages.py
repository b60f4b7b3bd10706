"""Sections 2.2 to 2.5: each stage of the statutory procedure by service team."""

from complaints.report.chart_content import parts_chart
from complaints.report.content import Section, Sentence, Share
from complaints.report.figures import Figures, Stage
from complaints.report.sections.actions import action_plan
from complaints.report.sentences import listed, received, see, sentence, sentence_when_hidden
from complaints.report.tables import breakdown_table, received_change, teams_table

MOST_NAMED = 3  # where more teams or reasons than these tie, none stands out


def sections(figures: Figures) -> tuple[Section, ...]:
    """Return the sections."""
    first, *later = figures.statutory
    return (_first_stage(figures, first), *(_later_stage(figures, each) for each in later))


def _first_stage(figures: Figures, stage: Stage) -> Section:
    name, words = figures.period.name, f"{stage.title} complaints"
    has_any = bool(figures.values_of("service_team", stage))
    by_team = f"{words} by service team, {name}"
    causes = f"Top causes of {stage.short_words} complaints, {name}"
    reasons = f"Reasons for {stage.short_words} complaints, {name}"
    charts = (
        parts_chart(figures, by_team, stage, "service_team", "received"),
        parts_chart(figures, reasons, stage, "reason", "complaints", table=causes),
    )
    overlap = "A complaint can have several reasons, so the reasons add up to more than the total."
    tables = (
        teams_table(figures, by_team, stage),
        breakdown_table(
            figures,
            causes,
            stage,
            "reason",
            {"Complaints": "complaints"},
            sentence(overlap),
        ),
    )
    return Section(
        stage.name,
        f"{words} by service team",
        paragraphs=(received(figures.count("received", stage), stage.noun(), name),),
        bullets=(
            *_most_frequent(figures, stage, "service_team"),
            *_most_frequent(figures, stage, "reason"),
        ),
        tables=tables if has_any else (),
        charts=charts if has_any else (),
        sections=(_action_plan(figures),),
    )


def _later_stage(figures: Figures, stage: Stage) -> Section:
    words = "Complaints to the Ombudsman" if stage.is_ombudsman else f"{stage.title} complaints"
    title = f"{words} by service team, {figures.period.name}"
    change = received_change(figures, stage, figures.period.last_year)
    has_any = figures.values_of("service_team", stage)
    tables = (teams_table(figures, title, stage),) if has_any else ()
    return Section(stage.name, words, paragraphs=(change,), tables=tables)


def _most_frequent(figures: Figures, stage: Stage, breakdown: str) -> tuple[Sentence, ...]:
    """Say which team received most, or which reason was given most often; none where all tie."""
    measure = "received" if breakdown == "service_team" else "complaints"
    values = figures.values_of(breakdown, stage)
    counts = [figures.count(measure, stage, None, breakdown, each) for each in values]
    most = max((count.value or 0 for count in counts), default=0)
    first = [value for value, count in zip(values, counts, strict=True) if count.value == most]
    if most < 2 or len(first) > MOST_NAMED:
        return ()
    count = next(count for count in counts if count.value == most)
    whole, words = figures.count("received", stage), stage.short_words
    each = ", each" if len(first) > 1 else ""
    if breakdown == "service_team":
        lead = f"{listed(first)} received most {words} complaints{each}: "
        hidden = sentence_when_hidden(f"which team received most {words} complaints")
    else:
        noun = "reasons" if each else "reason"
        lead = (
            f"The most frequent {noun} for a {words} complaint {'were' if each else 'was'} "
            f"{listed(first)}{each}: "
        )
        hidden = sentence_when_hidden("which reason was most frequent")
    return (sentence(lead, Share(count, whole), ".", about=(*counts, whole), hidden=hidden),)


def _action_plan(figures: Figures) -> Section:
    key, title = "action_plan", "Learnings and action plan"
    if not figures.actions:
        words = "No learning actions have been recorded, so there is no action plan to show."
        return Section(key, title, paragraphs=(sentence(words),))
    words = (
        "This is the plan as it was recorded when these figures were made; how far its actions "
        f"have come is in {see('actions')}, and what was learned from each theme in "
        f"{see('themes')}."
    )
    return Section(key, title, paragraphs=(sentence(words),), tables=(action_plan(figures, title),))
