"""Sections 2.2 to 2.5: each stage of the statutory procedure by service team."""

from complaints.report.content import Section, Sentence, Share, Table
from complaints.report.figures import OMBUDSMAN, STAGE_1, STAGE_2, STAGE_3, Figures, Stage, noun_of
from complaints.report.pictures import parts_chart
from complaints.report.references import see
from complaints.report.sections.actions import input_note
from complaints.report.tables import reasons_table, received_change, teams_table
from complaints.report.words import hidden_words, listed, received, say

MOST_NAMED = 3  # where more teams or reasons than these tie, none stands out


def sections(figures: Figures) -> tuple[Section, ...]:
    """Return the sections."""
    return (
        _stage_1(figures),
        _later_stage(figures, "stage_two", "Stage two complaints", STAGE_2),
        _later_stage(figures, "stage_three", "Stage three complaints", STAGE_3),
        _later_stage(figures, "ombudsman", "Local Government and Social Care Ombudsman", OMBUDSMAN),
    )


def _stage_1(figures: Figures) -> Section:
    name = figures.period.name
    has_any = bool(figures.values_of("service_team", STAGE_1))
    charts = (
        parts_chart(
            figures,
            "stage_1_teams",
            f"Stage 1 complaints by service team, {name}",
            STAGE_1,
            "service_team",
            "received",
        ),
        parts_chart(
            figures,
            "stage_1_reasons",
            f"Reasons for stage 1 complaints, {name}",
            STAGE_1,
            "reason",
            "complaints",
        ),
    )
    tables = (
        teams_table(figures, f"Stage 1 complaints by service team, {name}", STAGE_1),
        reasons_table(figures, f"Top causes of stage 1 complaints, {name}", STAGE_1),
    )
    return Section(
        "stage_one",
        "Stage one complaints by service team",
        paragraphs=(_received(figures, STAGE_1),),
        bullets=(*_most_frequent(figures, "service_team"), *_most_frequent(figures, "reason")),
        tables=tables if has_any else (),
        charts=charts if has_any else (),
        sections=(_action_plan(figures),),
    )


def _later_stage(figures: Figures, key: str, title: str, stage: Stage) -> Section:
    name = figures.period.name
    counted = "Complaints to the Ombudsman" if stage == OMBUDSMAN else title
    tables: tuple[Table, ...] = ()
    if figures.values_of("service_team", stage):
        tables = (teams_table(figures, f"{counted} by service team, {name}", stage),)
    change = received_change(figures, stage, figures.period.last_year)
    return Section(key, title, paragraphs=(change,), tables=tables)


def _received(figures: Figures, stage: Stage) -> Sentence:
    return received(figures.count("received", stage), noun_of(stage), figures.period.name)


def _most_frequent(figures: Figures, breakdown: str) -> tuple[Sentence, ...]:
    """Say which team received most, or which reason was given most often; none where all tie."""
    measure = "received" if breakdown == "service_team" else "complaints"
    values = figures.values_of(breakdown, STAGE_1)
    counts = [figures.part(measure, STAGE_1, breakdown, each) for each in values]
    if not counts:
        return ()
    most = max(count.value or 0 for count in counts)
    first = [value for value, count in zip(values, counts, strict=True) if count.value == most]
    count = next(count for count in counts if count.value == most)
    if most < 2 or len(first) > MOST_NAMED:
        return ()
    whole = figures.count("received", STAGE_1)
    each = ", each" if len(first) > 1 else ""
    if breakdown == "service_team":
        lead = f"{listed(first)} received most stage 1 complaints{each}: "
        hidden = hidden_words("which team received most stage 1 complaints")
    else:
        verb = "was" if len(first) == 1 else "were"
        noun = "reason" if len(first) == 1 else "reasons"
        lead = f"The most frequent {noun} for a stage 1 complaint {verb} {listed(first)}{each}: "
        hidden = hidden_words("which reason was most frequent")
    about = (*counts, whole)
    return (say(lead, Share(count, whole), ".", about=about, hidden=hidden),)


def _action_plan(figures: Figures) -> Section:
    key, title = "action_plan", "Learnings and action plan"
    if not figures.actions:
        words = "No learning actions have been recorded, so there is no action plan to show."
        return Section(key, title, paragraphs=(say(words),))
    rows = tuple(
        (
            each.theme,
            each.action,
            each.owner_role or "Not recorded",
            each.due_quarter or "Not recorded",
        )
        for each in figures.actions
    )
    columns = ("Theme", "Action", "Owner", "Due")
    words = (
        "This is the plan as it was recorded when these figures were made; how far its actions "
        f"have come is in {see('actions')}, and what was learned from each theme in "
        f"{see('themes')}."
    )
    tables = (Table(title, columns, rows, input_note(figures, "learning_actions")),)
    return Section(key, title, paragraphs=(say(words),), tables=tables)
