"""Of Appendix C: the corporate procedure beside the statutory one."""

from dataclasses import replace

from complaints.report.content import Cell, Count, Part, Section, Sentence, Table
from complaints.report.figures import Figures
from complaints.report.printing import NOTHING
from complaints.report.sentences import (
    IN_LIMIT,
    UPHELD,
    listed,
    number_in_words,
    sentence,
    share_change,
)
from complaints.report.tables import (
    STAGE_PARTS,
    comparison_table,
    held_note,
    in_sla_note,
    matrix,
    received_change,
    stage_parts,
    teams_table,
    titles,
)

PROCEDURES = ("statutory", "corporate")


def section(figures: Figures) -> Section:
    """Return the section."""
    period, first = figures.period, figures.corporate[0]
    compared = figures.known(period.last_year, period)
    title = f"Corporate complaints, {listed([each.name for each in compared])}"
    tables = [
        _side_by_side(figures),
        comparison_table(figures, title, compared, figures.corporate),
    ]
    if figures.values_of("service_team", first):
        title = f"Corporate {first.short_words} complaints by service team, {period.name}"
        tables.append(teams_table(figures, title, first))
    notes = (*tables[-1].notes, *held_note(figures, figures.stages, compared))
    tables[-1] = replace(tables[-1], notes=notes)
    stages = sum(not each.is_ombudsman for each in figures.corporate)
    words = (
        "Complaints about children's services that the statutory procedure does not cover are "
        "answered under the council's corporate procedure, which has "
        f"{number_in_words(stages)} stages."
    )
    return Section(
        "corporate",
        "Corporate complaints beside the statutory",
        paragraphs=(sentence(words),),
        bullets=_bullets(figures),
        tables=tuple(tables),
    )


def missing_stages(figures: Figures) -> tuple[Sentence, ...]:
    """Say which stages of the statutory procedure the corporate one does not have."""
    missing = [
        each.short_words
        for each in figures.statutory
        if figures.stage("corporate", each.name) is None
    ]
    if not missing:
        return ()
    return (sentence(f"The corporate procedure has no {listed(missing, 'or')}."),)


def _bullets(figures: Figures) -> tuple[Sentence, ...]:
    first, base = figures.corporate[0], figures.period.last_year
    noun, names = first.noun(with_procedure=True), (figures.period.name, base.name)
    bullets = [received_change(figures, first, base, with_procedure=True)]
    if not figures.knows(base):
        return tuple(bullets)
    for measure, verb in (("in_sla", IN_LIMIT), ("upheld", UPHELD)):
        now, then = (figures.share(measure, first, each) for each in (figures.period, base))
        if now.whole.value:
            bullets.append(share_change(noun, verb, now, then, *names))
    return tuple(bullets)


def _received(figures: Figures, procedure: str, name: str) -> Count:
    """Return what a procedure received at a stage, without a value where it has no such stage."""
    stage = figures.stage(procedure, name)
    if stage is None:
        return Count(Cell("received", figures.period.name, procedure, name), None)
    return figures.count("received", stage)


def _side_by_side(figures: Figures) -> Table:
    def part(procedure: str, head: str, name: str) -> Part:
        stage = figures.stage(procedure, name)
        if stage is None:
            return _received(figures, procedure, name) if head == STAGE_PARTS[0] else NOTHING
        return stage_parts(figures, figures.period)[head](stage)

    return matrix(
        f"Statutory and corporate complaints, {figures.period.name}",
        "Stage",
        [(title, stage.name) for title, stage in titles(figures.statutory)],
        {
            f"{head}, {each}": lambda name, each=each, head=head: part(each, head, name)
            for each in PROCEDURES
            for head in STAGE_PARTS
        },
        in_sla_note(figures.stages),
        *missing_stages(figures),
    )
