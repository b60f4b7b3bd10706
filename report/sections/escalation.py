"""Section 2.8: how many complaints went on to a later stage, in two ways of counting."""

from complaints.report.content import Count, Section, Share, Table
from complaints.report.figures import ALL_STAGES, CORPORATE, STAGES, STATUTORY, Figures, Stage
from complaints.report.periods import Period, day_in_words
from complaints.report.printing import NOTHING
from complaints.report.tables import held_note, share_or_count
from complaints.report.words import Noun, say, share_statement

LATER_STAGES = (("stage_2", "stage 2"), ("stage_3", "stage 3"), ("ombudsman", "the Ombudsman"))


def section(figures: Figures) -> Section:
    """Return the section."""
    name, day = figures.period.name, day_in_words(figures.as_of)
    noun = Noun(
        f"statutory stage 1 complaint received in {name}",
        f"statutory stage 1 complaints received in {name}",
    )
    cohort = tuple(
        share_statement(
            noun, f"taken on to {words}", _gone_on(figures, "statutory", key), f"by {day}"
        )
        for key, words in LATER_STAGES
        if figures.count("received", STATUTORY[0]).value
    )
    return Section(
        "escalation",
        "Complaints that went on to a later stage",
        paragraphs=(
            say(
                "There are two ways to count them. The first sets what was received at a later "
                f"stage in {name} against what was received at stage 1 in the same "
                f"{figures.period.kind}, although these are mostly different cases. The second "
                f"follows the cases: of the stage 1 complaints received in {name}, how many had "
                f"gone on by {day}. Recent cases may still go on."
            ),
        ),
        bullets=cohort,
        tables=(_ratios(figures), _cohorts(figures)),
    )


def _ratios(figures: Figures) -> Table:
    rows = tuple(
        (
            f"{procedure[0].procedure.capitalize()}, {period.name}",
            figures.count("received", procedure[0], period),
            *(_against_stage_1(figures, procedure, key, period) for key, _ in LATER_STAGES),
        )
        for procedure in (STATUTORY, CORPORATE)
        for period in figures.known(figures.period.last_year, figures.period)
    )
    return Table(
        f"Received at a later stage against stage 1 of the same {figures.period.kind}",
        ("Procedure", "Stage 1", "Stage 2 against it", "Stage 3 against it", "Ombudsman"),
        rows,
        (held_note(figures, ALL_STAGES, figures.known(figures.period.last_year, figures.period)),),
    )


def _against_stage_1(
    figures: Figures, procedure: tuple[Stage, ...], key: str, period: Period
) -> Share | Count | str:
    later = STAGES.get((procedure[0].procedure, key))
    if later is None:
        return NOTHING
    return share_or_count(
        Share(
            figures.count("received", later, period),
            figures.count("received", procedure[0], period),
        )
    )


def _cohorts(figures: Figures) -> Table:
    rows = []
    for procedure in (STATUTORY, CORPORATE):
        name = procedure[0].procedure
        gone_on = (
            _gone_on(figures, name, key) if (name, key) in STAGES else NOTHING
            for key, _ in LATER_STAGES
        )
        rows.append((name.capitalize(), _cohort(figures, name), *gone_on))
    return Table(
        f"Stage 1 complaints received in {figures.period.name} that had gone on by "
        f"{day_in_words(figures.as_of)}",
        ("Procedure", "Stage 1", "To stage 2", "To stage 3", "To the Ombudsman"),
        tuple(rows),
        (held_note(figures, (STATUTORY[0], CORPORATE[0])),),
    )


def _cohort(figures: Figures, procedure: str) -> Count:
    return Count(
        ("stage_1_cohort", figures.period.name, procedure),
        figures.count("received", STAGES[procedure, "stage_1"]).value,
    )


def _gone_on(figures: Figures, procedure: str, key: str) -> Share:
    stage_1 = STAGES[procedure, "stage_1"]
    measure = f"went_on_to_{key}"
    gone_on = Count(
        (measure, figures.period.name, procedure), figures.count(measure, stage_1).value
    )
    return Share(gone_on, _cohort(figures, procedure))
