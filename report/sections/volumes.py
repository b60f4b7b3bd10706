"""Section 2.1: the volumes over three years, and how stage 1 compares with last year."""

from functools import partial

from complaints.report.content import Part, Section, Sentence, Table
from complaints.report.figures import STAGE_1, STATUTORY, Figures, Stage
from complaints.report.periods import Period
from complaints.report.pictures import chart_over_time
from complaints.report.reading import QUARTERS_OF_A_LINE
from complaints.report.references import see
from complaints.report.tables import (
    STAGE_PARTS,
    comparison_table,
    held_note,
    share_or_count,
    side_by_side,
    volumes_table,
)
from complaints.report.words import (
    IN_TIME,
    UPHELD,
    Noun,
    complaints_at,
    count_change,
    listed,
    received,
    say,
    share_change,
    share_statement,
)

NOT_WITHDRAWN = Noun("stage 1 complaint not withdrawn", "stage 1 complaints not withdrawn")


def section(figures: Figures) -> Section:
    """Return the section."""
    period = figures.period
    periods = compared_periods(figures)
    over_time = quarters_shown(figures)
    compared = figures.known(period.last_year, period)
    return Section(
        "volumes",
        _title(figures, periods),
        paragraphs=(
            say(
                "The tables count the complaints received in each period under the "
                "statutory procedure, at each of its stages, and those that the Local Government "
                "and Social Care Ombudsman (LGSCO) received."
            ),
            say(
                "A rise or fall can come from complaints logged under the other procedure than "
                f"before; {see('misclassification')} shows how many may be."
            ),
        ),
        bullets=change_bullets(figures, period.last_year),
        tables=(
            volumes_table(figures, "Statutory complaints received", periods),
            comparison_table(
                figures,
                f"Statutory complaints, {names_of(compared)}",
                compared,
            ),
            _without_withdrawn(figures),
            _over_time(figures, over_time),
        ),
        charts=(
            chart_over_time(
                "volumes_over_time",
                "Statutory complaints received in each quarter",
                over_time,
                STATUTORY,
                partial(figures.count, "received"),
                "Complaints received",
            ),
            chart_over_time(
                "in_time_over_time",
                "Share of stage 1 complaints answered in time",
                over_time,
                (STAGE_1,),
                partial(figures.share, "in_sla"),
                "Answered in time, % of received",
            ),
        ),
    )


def compared_periods(figures: Figures) -> tuple[Period, ...]:
    """Return the same quarter of up to three years; for a year its quarters and the year."""
    period = figures.period
    if period.is_year:
        return figures.known(*period.quarters, period)
    return figures.known(period.years_ago(2), period.last_year, period)


def names_of(periods: tuple[Period, ...]) -> str:
    """Return the names of periods as a title lists them: `2017-18 Q2 and 2018-19 Q2`."""
    return listed([each.name for each in periods])


def _title(figures: Figures, periods: tuple[Period, ...]) -> str:
    period, years = figures.period, [each.year_name for each in periods]
    if period.is_year:
        before = ", and the year before" if figures.knows(period.last_year) else ""
        return f"The quarters of {period.name}{before}"
    if len(years) == 1:
        return f"Quarter {period.quarter} of {years[0]}"
    number = "three" if len(years) > 2 else "two"
    return f"Quarter {period.quarter} over {number} years, {years[0]} to {years[-1]}"


def quarters_shown(figures: Figures) -> tuple[Period, ...]:
    """Return the quarters of the charts over time that the marts know."""
    last = Period(figures.period.first_year, figures.period.quarter or 4)
    back = (last.moved(-number) for number in reversed(range(QUARTERS_OF_A_LINE)))
    return figures.known(*back)


def change_bullets(figures: Figures, base: Period) -> tuple[Sentence, ...]:
    """Say how stage 1 compares with another period: numbers, then shares."""
    if not figures.knows(base):
        return (say(f"There are no figures for {base.name} to compare with."), *_alone(figures))
    noun = complaints_at("stage 1")
    names = (figures.period.name, base.name)

    def counts(measure: str, verb: str) -> Sentence:
        now, then = figures.count(measure, STAGE_1), figures.count(measure, STAGE_1, base)
        return count_change(noun, verb, now, then, *names)

    def shares(measure: str, verb: str, of: str = "received") -> Sentence:
        now = figures.share(measure, STAGE_1, of=of)
        then = figures.share(measure, STAGE_1, base, of=of)
        kind = noun if of == "received" else NOT_WITHDRAWN
        return share_change(kind, verb, now, then, *names)

    withdrawn = (figures.count("withdrawn", STAGE_1, each).value for each in (None, base))
    return (
        counts("received", "received"),
        counts("in_sla", IN_TIME),
        shares("in_sla", IN_TIME),
        *([shares("in_sla", IN_TIME, of="eligible")] if any(withdrawn) else []),
        counts("upheld", UPHELD),
        shares("upheld", UPHELD),
    )


def _alone(figures: Figures) -> tuple[Sentence, ...]:
    """Say how stage 1 stands where there is nothing to compare it with."""
    noun, name = complaints_at("stage 1"), figures.period.name
    count = figures.count("received", STAGE_1)
    shares = (
        share_statement(noun, IN_TIME, figures.share("in_sla", STAGE_1), f"in {name}"),
        share_statement(noun, UPHELD, figures.share("upheld", STAGE_1), f"in {name}"),
    )
    return (received(count, noun, name), *(shares if count.value else ()))


def _without_withdrawn(figures: Figures) -> Table:
    return side_by_side(
        figures,
        "The same shares, leaving out the complaints that were withdrawn",
        (figures.period.last_year, figures.period),
        STATUTORY,
        ("Withdrawn", *STAGE_PARTS[1:]),
        _parts_not_withdrawn,
        say("Here N is the number of complaints received less those withdrawn."),
    )


def _parts_not_withdrawn(figures: Figures, stage: Stage, period: Period) -> tuple[Part, ...]:
    in_sla = figures.share("in_sla", stage, period, of="eligible")
    return (
        figures.count("withdrawn", stage, period),
        share_or_count(in_sla, stage.has_time_limit),
        share_or_count(figures.share("upheld", stage, period, of="eligible")),
    )


def _over_time(figures: Figures, periods: tuple[Period, ...]) -> Table:
    rows = tuple(
        (
            each.name,
            *(figures.count("received", stage, each) for stage in STATUTORY),
            share_or_count(figures.share("in_sla", STAGE_1, each)),
        )
        for each in periods
    )
    columns = ("Quarter", *(stage.title for stage in STATUTORY), "Stage 1 in SLA")
    notes = (held_note(figures, STATUTORY, periods),)
    return Table("Statutory complaints received in each quarter", columns, rows, notes)
