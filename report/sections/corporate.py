"""Section 2.6: the corporate procedure beside the statutory one."""

from complaints.report.content import Count, Part, Section, Sentence, Table
from complaints.report.figures import CORPORATE, STAGES, STATUTORY, Figures, noun_of
from complaints.report.pictures import Series, chart
from complaints.report.printing import NOTHING
from complaints.report.tables import (
    IN_SLA_NOTE,
    STAGE_PARTS,
    comparison_table,
    held_note,
    received_change,
    stage_parts,
    teams_table,
)
from complaints.report.words import IN_TIME, UPHELD, listed, say, share_change

STAGE_1 = CORPORATE[0]


def section(figures: Figures) -> Section:
    """Return the section."""
    period, base = figures.period, figures.period.last_year
    compared = figures.known(base, period)
    title = f"Corporate complaints, {listed([each.name for each in compared])}"
    tables = [
        _side_by_side(figures),
        comparison_table(figures, title, compared, CORPORATE),
    ]
    if figures.values_of("service_team", STAGE_1):
        title = f"Corporate stage 1 complaints by service team, {period.name}"
        tables.append(teams_table(figures, title, STAGE_1))
    return Section(
        "corporate",
        "Corporate complaints beside the statutory",
        paragraphs=(
            say(
                "Complaints about children's services that the statutory procedure does not cover "
                "are answered under the council's corporate procedure, which has two stages."
            ),
        ),
        bullets=_bullets(figures),
        tables=tuple(tables),
        charts=(
            chart(
                "procedures",
                f"Complaints received under each procedure, {period.name}",
                "bar",
                tuple(each.title for each in STATUTORY),
                (
                    Series("Statutory", tuple(figures.count("received", s) for s in STATUTORY)),
                    Series("Corporate", tuple(_corporate(figures, s.name) for s in STATUTORY)),
                ),
                "Complaints received",
            ),
        ),
    )


def _bullets(figures: Figures) -> tuple[Sentence, ...]:
    noun, base = noun_of(STAGE_1, with_procedure=True), figures.period.last_year
    names = (figures.period.name, base.name)
    bullets = [received_change(figures, STAGE_1, base, with_procedure=True)]
    if not figures.knows(base):
        return tuple(bullets)
    for measure, verb in (("in_sla", IN_TIME), ("upheld", UPHELD)):
        now, then = (figures.share(measure, STAGE_1, each) for each in (figures.period, base))
        if now.whole.value:
            bullets.append(share_change(noun, verb, now, then, *names))
    return tuple(bullets)


def _corporate(figures: Figures, stage_name: str) -> Count:
    """Return what the corporate procedure received at a stage; it has no stage 3."""
    stage = STAGES.get(("corporate", stage_name))
    if stage is None:
        return Count(("received", figures.period.name, "corporate", stage_name), None)
    return figures.count("received", stage)


def _side_by_side(figures: Figures) -> Table:
    rows: list[tuple[Part, ...]] = []
    for statutory in STATUTORY:
        corporate = STAGES.get(("corporate", statutory.name))
        beside: tuple[Part, ...] = (_corporate(figures, statutory.name), NOTHING, NOTHING)
        if corporate:
            beside = stage_parts(figures, corporate, figures.period)
        rows.append((statutory.title, *stage_parts(figures, statutory, figures.period), *beside))
    columns = (
        "Stage",
        *(f"{name}, {kind}" for kind in ("statutory", "corporate") for name in STAGE_PARTS),
    )
    notes = (
        IN_SLA_NOTE,
        say("The corporate procedure has no stage 3."),
        held_note(figures, (*STATUTORY, *CORPORATE)),
    )
    return Table(
        f"Statutory and corporate complaints, {figures.period.name}", columns, tuple(rows), notes
    )
