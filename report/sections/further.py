"""Appendix C: further tables, each with as many words as it needs.

The annual report needs them: regulation 13(3) and Getting the Best from Complaints (2006) ask for
outcomes, timescales with the extended ones, who complained, and characteristics.
"""

from collections.abc import Iterator
from functools import partial
from itertools import groupby

from complaints.report.chart_content import chart_over_time
from complaints.report.content import LEVELS, Cell, Count, Part, Section, Sentence, Share, Table
from complaints.report.figures import Figures, Stage, in_order
from complaints.report.periods import Period
from complaints.report.printing import NOTHING, signed
from complaints.report.read_marts import QUARTERS_OF_A_LINE
from complaints.report.sections import beside
from complaints.report.sections.closed import closed_table
from complaints.report.sections.open_stages import open_section
from complaints.report.sentences import (
    listed,
    not_at_hand,
    number_in_words,
    sentence,
    sentence_when_hidden,
)
from complaints.report.tables import (
    OF_TEAMS,
    STAGE_PARTS,
    STATUSES,
    comparison_table,
    counts_of,
    full_titles,
    held_note,
    in_sla_note,
    matrix,
    stage_parts,
    teams_table,
    titles,
)
from complaints.warehouse.clock import day_in_words

REQUEST = "_from_request"
PANELS = {
    "Met in time": "panel_in_time",
    "Met late": "panel_late",
    "Not met yet, in time": "panel_open_in_time",
    "Not met yet, overdue": "panel_open_overdue",
}
PEOPLE = "population"  # in place of a procedure; the characteristic is in place of a stage
SEVERITIES = {"error": "Row held back", "warning": "Row counted, and reported"}
# Who complained, then what is recorded of the child or young person, in the order of the layout.
CHARACTERISTICS = {
    "complainant_type": "Complainant",
    "age_band": "Age band",
    "gender": "Gender",
    "ethnicity": "Ethnicity",
    "disability": "Disability",
    "sexual_orientation": "Sexual orientation",
}


def section(figures: Figures) -> Section:
    """Return the appendix."""
    stages, limited = figures.stages, figures.limited
    both = figures.known(figures.period.last_year, figures.period)
    parts = (
        (_over_time(figures), figures.statutory, ()),
        (_procedures(figures), stages, both),
        (open_section(figures), (), ()),
        (_escalation(figures), stages, ()),
        (_timeliness(figures), limited, ()),
        (_wrong_procedure(figures), stages, both),
        (_structure(figures), (), ()),
        (completeness(figures), (), ()),
        (_outcomes(figures), figures.statutory, ()),
        (_people(figures), (figures.first,), ()),
        *(((_restated(figures), (), ()),) if figures.restated else ()),
        *((each, (), ()) for each in beside.sections(figures)),
    )
    sections = (each.with_note(held_note(figures, of, when)) for each, of, when in parts)
    return Section("further", "Further tables", sections=tuple(sections), is_appendix=True)


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


def _over_time(figures: Figures) -> Section:
    period, stages, first = figures.period, figures.statutory, figures.first
    last = Period(period.first_year, period.last, period.last)
    quarters = figures.known(*map(last.moved, range(1 - QUARTERS_OF_A_LINE, 1)))
    over_time = "Statutory complaints received in each quarter"
    counts = {
        stage.title: lambda each, stage=stage: figures.count("received", stage, each)
        for stage in stages
    }
    in_sla = {f"{first.title} in SLA": lambda each: figures.share("in_sla", first, each)}
    not_withdrawn = {
        f"{head}, {each.name}": part
        for each in figures.known(period.last_year, period)
        for head, part in stage_parts(figures, each, of="eligible").items()
    }
    title = f"Share of {first.short_words} complaints answered in time"
    received, share = partial(figures.count, "received"), partial(figures.share, "in_sla")
    return Section(
        "over_time",
        "Volumes over time, and without the complaints withdrawn",
        tables=(
            matrix(over_time, "Quarter", [(e.name, e) for e in quarters], counts | in_sla),
            matrix(
                "Statutory complaints that were not withdrawn",
                "Stage",
                titles(stages),
                not_withdrawn,
            ),
        ),
        charts=(
            chart_over_time(
                "volumes", over_time, quarters, stages, received, "Complaints received", over_time
            ),
            chart_over_time(
                "in_time", title, quarters, (first,), share, "% of received", over_time
            ),
        ),
    )


def _procedures(figures: Figures) -> Section:
    period, stages, first = figures.period, figures.corporate, figures.corporate[0]
    compared = figures.known(period.last_year, period)

    def part(procedure: str, head: str, name: str) -> Part:
        stage = figures.stage(procedure, name)
        return NOTHING if stage is None else stage_parts(figures, period)[head](stage)

    tables = [
        matrix(
            f"Statutory and corporate complaints, {period.name}",
            "Stage",
            [(title, stage.name) for title, stage in titles(figures.statutory)],
            {
                f"{head}, {each}": lambda name, each=each, head=head: part(each, head, name)
                for each in figures.procedures
                for head in STAGE_PARTS
            },
            in_sla_note(figures.stages),
            *_missing_stages(figures),
        ),
        comparison_table(
            figures,
            f"Corporate complaints, {listed([each.name for each in compared])}",
            compared,
            stages,
        ),
    ]
    if figures.values_of("service_team", first):
        title = f"Corporate {first.short_words} complaints by service team, {period.name}"
        tables.append(teams_table(figures, title, first))
    number = number_in_words(sum(not each.is_ombudsman for each in stages))
    words = (
        "Complaints about children's services that the statutory procedure does not cover are "
        f"answered under the council's corporate procedure, which has {number} stages."
    )
    return Section(
        "corporate",
        "Corporate complaints beside the statutory",
        paragraphs=(sentence(words),),
        tables=tuple(tables),
    )


def _missing_stages(figures: Figures) -> tuple[Sentence, ...]:
    """Say which stages of the statutory procedure the corporate one does not have."""
    missing = [
        each.short_words
        for each in figures.statutory
        if figures.stage("corporate", each.name) is None
    ]
    words = f"The corporate procedure has no {listed(missing, 'or')}."
    return (sentence(words),) if missing else ()


def _escalation(figures: Figures) -> Section:
    name, day, first = figures.period.name, day_in_words(figures.as_of), figures.first
    firsts = [figures.stages_of(each)[0] for each in figures.procedures]
    later = figures.statutory[1:]

    def part(of: Stage, name: str, is_cohort: bool) -> Part:
        stage = figures.stage(of.procedure, name)
        if stage is None:
            return NOTHING
        if is_cohort:
            return figures.share(f"went_on_to_{name}", of)
        return Share(figures.count("received", stage), figures.count("received", of))

    def table(title: str, heads: dict[str, str], is_cohort: bool) -> Table:
        columns = {
            head: lambda of, name=name: part(of, name, is_cohort) for head, name in heads.items()
        }
        rows = [(each.procedure.capitalize(), each) for each in firsts]
        received = {first.title: lambda of: figures.count("received", of)}
        return matrix(title, "Procedure", rows, received | columns)

    words = (
        "There are two ways to count them. The first sets what was received at a later stage "
        f"against what was received at {first.short_words} in the same {figures.period.kind}, "
        "although these are mostly different cases. The second follows the cases; recent ones may "
        "still be escalated."
    )
    against = {
        each.title if each.is_ombudsman else f"{each.title} against it": each.name for each in later
    }
    return Section(
        "escalation",
        "Complaints escalated to a later stage",
        paragraphs=(sentence(words),),
        tables=(
            table(
                f"Received at a later stage against {first.short_words} of the same "
                f"{figures.period.kind}",
                against,
                is_cohort=False,
            ),
            table(
                f"{first.title} complaints received in {name} that had been escalated by {day}",
                {f"To {each.with_article}": each.name for each in later},
                is_cohort=True,
            ),
        ),
    )


def _timeliness(figures: Figures) -> Section:
    period, limited = figures.period, figures.limited
    stage_2, stage_3 = (figures.stage("statutory", name) for name in ("stage_2", "stage_3"))
    rows = full_titles(limited)
    wholes = {
        "Of all received": "received",
        "Of those not withdrawn": "eligible",
        "Of those answered or overdue": "due",
    }
    in_sla = {
        "In SLA": "in_sla",
        "Of these, within the limit without extension": "in_sla_basic",
        "Of these, within the extended limit": "in_sla_extended",
        "Extensions agreed": "extension_agreed",
    }

    def advocates(stage: Stage) -> Part:
        if not records_advocates(figures, (stage,)):
            return NOTHING
        return figures.count("with_advocate", stage)

    statuses = {"Received": "received"} | {head: measure for measure, head in STATUSES.items()}
    tables = [
        matrix(
            f"Answered in SLA without and with an extension, {period.name}",
            "Stage",
            rows,
            {"Limit in working days": partial(_limit, figures)}
            | counts_of(figures, in_sla)
            | ({"With an advocate": advocates} if records_advocates(figures, limited) else {}),
        ),
        matrix(
            f"Complaints of {period.name} by time-limit status",
            "Stage",
            rows,
            counts_of(figures, statuses),
        ),
        matrix(
            f"The share in SLA, counted against three totals, {period.name}",
            "Stage",
            rows,
            {
                head: lambda stage, whole=whole: figures.share("in_sla", stage, of=whole)
                for head, whole in wholes.items()
            },
        ),
    ]
    tables.append(closed_table(figures))
    if stage_2:
        tables.append(_clocks(figures, stage_2))
    if stage_3 and figures.count("received", stage_3).value:
        title = f"Review panels of {stage_3.short_words}, {period.name}"
        panels = [(f"{stage_3.title} panels", stage_3)]
        tables.append(matrix(title, "Panels", panels, counts_of(figures, PANELS)))
    words = (
        "A complaint is answered in SLA within the time limit, or within the extended one where an "
        "extension was agreed. Stage 2 is read in two ways: from the day the statement of "
        "complaint was agreed, as everywhere else here, and from the request, as the Ombudsman "
        f"reads it. The limit is that of the day of receipt. {NOTHING}: nothing was received, or "
        "nothing recorded."
    )
    return Section(
        "timeliness",
        "Answers in time, extensions, advocates and both clocks of stage 2",
        paragraphs=(sentence(words),),
        tables=tuple(tables),
    )


def records_advocates(figures: Figures, stages: tuple[Stage, ...]) -> bool:
    """Whether it was recorded of any complaint of some stages if an advocate acted."""
    return bool({*figures.values_of("advocate", *stages)} - {"Not recorded"})


def _limit(figures: Figures, stage: Stage) -> str:
    """Return the limits of a stage in working days, without and with an extension."""
    limits = [each for each in figures.time_limits if each[:2] == stage[:2]]
    basic = listed([f"{each}" for each in sorted({each.basic for each in limits})], "or")
    extended = sorted({each.extended for each in limits if each.extended > each.basic})
    more = listed([f"{each}" for each in extended], "or")
    return (f"{basic}, or {more} with an extension" if more else basic) or NOTHING


def _clocks(figures: Figures, stage: Stage) -> Table:
    return matrix(
        f"{stage.full_title} on both clocks, {figures.period.name}",
        "Clock",
        [("From the agreed statement of complaint", ""), ("From the request", REQUEST)],
        {
            STATUSES[measure]: lambda clock, measure=measure: figures.count(
                f"{measure}{clock}", stage
            )
            for measure in ("in_sla", "late", "open_in_time", "open_overdue")
        },
    )


def _wrong_procedure(figures: Figures) -> Section:
    words = (
        "The checks compare the subject of each complaint with the procedure it was logged under. "
        "Which procedure applies is the complaints manager's decision; the table shows what the "
        "numbers would be if the subject decided."
    )
    table = matrix(
        f"Statutory complaints as logged and by subject, {figures.period.name}",
        "Stage",
        [
            (f"{pair[0].title}, {period.name}", (*pair, period))
            for pair in pairs(figures)
            for period in figures.known(figures.period.last_year, figures.period)
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
        *_missing_stages(figures),
    )
    return Section(
        "misclassification",
        "Complaints that may be logged under the wrong procedure",
        paragraphs=(sentence(words),),
        tables=(table,),
    )


def _restated(figures: Figures) -> Section:
    """Figures of released reports that are others today, and what has changed them."""
    measures = {"received": "received", "in_sla": "in SLA", "upheld": "upheld"}
    rows = []
    for key, causes in groupby(
        figures.restated, lambda each: (each.period, each.procedure, each.stage, each.measure)
    ):
        period, procedure, name, measure = key
        found = list(causes)
        stage = figures.stage(procedure, name)
        words = (f"{signed(each.change)} {each.cause.replace('_', ' ')}" for each in found)
        rows.append(
            (
                f"{stage.full_title if stage else name}, {measures[measure]}",
                period,
                str(found[0].counted_before),
                str(found[0].counted_after),
                ", ".join(words),
            )
        )
    return Section(
        "restated",
        "Figures that differ from those released",
        (sentence("For each figure, the causes add up to the difference."),),
        tables=(
            Table(
                "Figures that differ from those last released",
                ("Figure", "Period", "Released", "Today", "What has changed"),
                tuple(rows),
            ),
        ),
        is_unpublished=True,
    )


def _structure(figures: Figures) -> Section:
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
    tables = (*([table] if table.rows else []), *_by_structure(figures))
    if len(tables) > bool(table.rows):
        words += (
            " The tables by structure count both periods as if today's structure had applied "
            "throughout."
        )
    return Section(
        "structure",
        "Changes of team structure",
        (sentence(words),),
        tables=tables,
    )


def _by_structure(figures: Figures) -> Iterator[Table]:
    """Yield both periods by directorate and team, as structured at the end of each of them."""
    period, stage = figures.period, figures.first
    both = figures.known(period.last_year, period)
    firsts = sorted({each.structure_from for each in figures.structures})
    ends = {
        max(day for day in firsts if day <= each.last_day): each.last_day for each in both if firsts
    }
    for level in LEVELS:
        for first_day, end in sorted(ends.items(), reverse=True):
            breakdown = f"{level} from {first_day}"
            values = {
                value for each in both for value in figures.values_of(breakdown, stage, period=each)
            }
            if values <= {"Not recorded"} or (level == "team" and len(ends) == 1):
                continue
            yield matrix(
                f"{stage.full_title} complaints by {level}, as structured on {day_in_words(end)}",
                level.capitalize(),
                [(value, value) for value in sorted(values, key=in_order)],
                {
                    f"{head}, {each.name}": partial(
                        _part_of_value, figures, stage, each, measure, breakdown
                    )
                    for each in both
                    for head, measure in zip(STAGE_PARTS, OF_TEAMS, strict=True)
                },
                total="",
            )


def _part_of_value(
    figures: Figures, stage: Stage, period: Period, measure: str, breakdown: str, value: str
) -> Part:
    count = figures.count(measure, stage, period, breakdown, value)
    if measure == "received":
        return count
    return Share(count, figures.count("received", stage, period, breakdown, value))


def completeness(figures: Figures) -> Section:
    """Return what the figures leave out, and what is missing in those counted."""
    period = figures.period
    held = (
        counts_of(figures, {f"Rows held back, {each.name}": "held_back"}, each)
        for each in figures.known(period.previous, period)
    )
    answered = {
        f"Complaints answered, {period.name}": "decided",
        "Of these without an outcome": "without_outcome",
        "Outcome not recognised": "outcome_unknown",
    }
    table = matrix(
        f"Rows held back and outcomes missing, {period.name}",
        "Stage",
        full_titles(figures.stages),
        {head: figure for columns in held for head, figure in columns.items()}
        | counts_of(figures, answered),
    )
    words = (
        "Every delivered row is checked. A row with an error, such as a date that cannot be right, "
        "is held back and not counted until it is corrected. The table shows what is held back, "
        "and what is missing in the complaints that are counted."
    )
    rules = matrix(
        "What the checks found in all rows delivered",
        "Problem",
        [(each.description, each) for each in figures.rules],
        {
            "Effect": lambda rule: SEVERITIES[rule.severity],
            "Rows": lambda rule: str(rule.rows_failing),
        },
    )
    found = Section(
        "rules",
        "What the checks found",
        paragraphs=() if rules.rows else (sentence("No rows failed a check."),),
        tables=(rules,) if rules.rows else (),
        is_internal_only=True,
    )
    return Section(
        "completeness",
        "Completeness of the figures",
        paragraphs=(sentence(words), _accepted(figures)),
        tables=(table,),
        sections=(found,),
    )


def _accepted(figures: Figures) -> Sentence:
    """Say how many findings a person has checked and found right."""
    when = figures.period.name
    cell = Cell("accepted_exceptions", when)
    count = Count(cell, figures.cells[cell])
    hidden = sentence_when_hidden(f"the number of exceptions accepted in the records of {when}")
    if not count.value:
        words = f"No exceptions were accepted in the records of {when}."
        return sentence(words, about=(count,), hidden=hidden)
    is_one = count.value == 1
    words = (
        f" exception{' was' if is_one else 's were'} accepted in the records of {when}: "
        f"{'it fails' if is_one else 'they fail'} a check, but {'was' if is_one else 'were'} "
        "found to be right."
    )
    return sentence(count, words, hidden=hidden)


def _outcomes(figures: Figures) -> Section:
    stages, name = figures.statutory, figures.period.name
    found = figures.values_of("outcome", *stages)

    def count(outcome: str, stage: Stage) -> Count:
        return figures.count("received", stage, None, "outcome", outcome)

    table = matrix(
        f"Outcomes of statutory complaints received in {name}",
        "Outcome",
        [(each.title, each.name) for each in figures.outcomes if each.name in found],
        {each.title: partial(count, stage=each) for each in stages},
        total="",
    )
    upheld = listed([f"“{each.title}”" for each in figures.outcomes if each.is_upheld], "or")
    words = f"A complaint counts as upheld where its outcome is {upheld}."
    return Section("outcomes", "Outcomes", (sentence(words),), tables=(table,))


def _people(figures: Figures) -> Section:
    first = figures.first
    whole = figures.count("received", first)
    title = "Who complained, and the children and young people concerned"

    def table(characteristic: str, head: str) -> Table:
        def count(value: str) -> Count:
            if not value:
                return whole
            return figures.count("complaints", first, None, characteristic, value)

        has_people = any((c.procedure, c.stage) == (PEOPLE, characteristic) for c in figures.cells)
        return matrix(
            f"{head}, {figures.period.name}",
            head,
            [(each[:1].upper() + each[1:], each) for each in values[characteristic]],
            {"Complaints": count, "Of all": lambda value: Share(count(value), whole)}
            | ({"Of the population": partial(in_population, characteristic)} if has_people else {}),
            total="",
        )

    def in_population(characteristic: str, value: str) -> Part:
        group = (PEOPLE, characteristic)
        count = figures.beside("population", None, group, "value", value)
        numbers = [number for cell, number in figures.cells.items() if cell[:5] == count.cell[:5]]
        people = Count(count.cell.total, sum(numbers))
        if value and count.cell not in figures.cells:
            return NOTHING
        return Share(count if value else people, people)

    if figures.learnings is None:
        return Section("people", title, paragraphs=(sentence(not_at_hand("Who complained")),))
    values = {
        each: sorted(
            {
                *figures.values_of(each, first),
                *(c.value for c in figures.cells if (c.procedure, c.stage) == (PEOPLE, each)),
            },
            key=in_order,
        )
        for each in CHARACTERISTICS
    }
    tables = tuple(table(each, head) for each, head in CHARACTERISTICS.items() if values[each])
    missing = listed([head.lower() for each, head in CHARACTERISTICS.items() if not values[each]])
    words = (
        f"The tables count the {first.short_words} complaints by who complained, and by what was "
        "recorded of the child or young person. “Not recorded” is shown wherever nothing was."
    )
    return Section(
        "people",
        title,
        paragraphs=(
            *([sentence(words)] if tables else []),
            *([sentence(f"Nothing was recorded for: {missing}.")] if missing else []),
        ),
        tables=tables,
    )
