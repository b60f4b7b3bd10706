"""Section 2.1: the volumes over three years, and how stage 1 compares with last year."""

from collections.abc import Callable
from functools import partial

from complaints.report.chart_content import chart_over_time
from complaints.report.content import Part, Section, Sentence
from complaints.report.figures import Figures, Stage
from complaints.report.periods import Period
from complaints.report.read_marts import QUARTERS_OF_A_LINE
from complaints.report.sentences import (
    IN_TIME,
    UPHELD,
    Noun,
    count_change,
    listed,
    number_in_words,
    received,
    see,
    sentence,
    share_change,
    share_statement,
)
from complaints.report.tables import (
    STAGE_PARTS,
    comparison_table,
    held_note,
    matrix,
    share_or_count,
    side_by_side,
    titles,
)


def section(figures: Figures) -> Section:
    """Return the section."""
    period, stages, first = figures.period, figures.statutory, figures.first
    periods = (*period.quarters, period) if period.is_year else same_quarters(period)
    periods = figures.known(*periods)
    last = Period(period.first_year, period.quarter or 4)
    quarters = figures.known(*map(last.moved, range(1 - QUARTERS_OF_A_LINE, 1)))
    compared = figures.known(period.last_year, period)
    names = listed([each.name for each in compared])
    over_time = "Statutory complaints received in each quarter"
    paragraphs = (
        "The tables count the complaints received in each period under the statutory procedure, at "
        "each of its stages, and those that the Local Government and Social Care Ombudsman (LGSCO) "
        "received.",
        "A rise or fall can come from complaints logged under the other procedure than before; "
        f"{see('misclassification')} shows how many may be.",
    )
    return Section(
        "volumes",
        _title(figures, periods),
        paragraphs=tuple(map(sentence, paragraphs)),
        bullets=change_bullets(figures, period.last_year),
        tables=(
            matrix(
                "Statutory complaints received",
                "Stage",
                titles(stages),
                {
                    each.name: lambda stage, each=each: figures.count("received", stage, each)
                    for each in periods
                },
                held_note(figures, stages, periods),
            ),
            comparison_table(figures, f"Statutory complaints, {names}", compared, stages),
            side_by_side(
                figures,
                "The same shares, leaving out the complaints that were withdrawn",
                compared,
                stages,
                _not_withdrawn,
                sentence("Here N is the number of complaints received less those withdrawn."),
            ),
            matrix(
                over_time,
                "Quarter",
                [(each.name, each) for each in quarters],
                {
                    stage.title: lambda each, stage=stage: figures.count("received", stage, each)
                    for stage in stages
                }
                | {
                    f"{first.title} in SLA": (
                        lambda each: share_or_count(figures.share("in_sla", first, each))
                    )
                },
                held_note(figures, stages, quarters),
            ),
        ),
        charts=(
            chart_over_time(
                "volumes_over_time",
                over_time,
                quarters,
                stages,
                partial(figures.count, "received"),
                "Complaints received",
            ),
            chart_over_time(
                "in_time_over_time",
                f"Share of {first.short_words} complaints answered in time",
                quarters,
                (first,),
                partial(figures.share, "in_sla"),
                "Answered in time, % of received",
                table=over_time,
            ),
        ),
    )


def same_quarters(period: Period) -> tuple[Period, ...]:
    """Return the same quarter of three years."""
    return period.years_ago(2), period.last_year, period


def _title(figures: Figures, periods: tuple[Period, ...]) -> str:
    period, years = figures.period, [each.year_name for each in periods]
    if period.is_year:
        before = ", and the year before" if figures.knows(period.last_year) else ""
        return f"The quarters of {period.name}{before}"
    if len(years) == 1:
        return f"Quarter {period.quarter} of {years[0]}"
    number = number_in_words(len(years))
    return f"Quarter {period.quarter} over {number} years, {years[0]} to {years[-1]}"


def change_bullets(figures: Figures, base: Period) -> tuple[Sentence, ...]:
    """Say how the first stage compares with another period: numbers, then shares."""
    first, names = figures.first, (figures.period.name, base.name)
    noun = first.noun()
    if not figures.knows(base):
        return (
            sentence(f"There are no figures for {base.name} to compare with."),
            *_alone(figures),
        )
    not_withdrawn = Noun(f"{noun.one} not withdrawn", f"{noun.many} not withdrawn")

    def counts(measure: str, verb: str) -> Sentence:
        now, then = (figures.count(measure, first, each) for each in (None, base))
        return count_change(noun, verb, now, then, *names)

    def shares(measure: str, verb: str, of: str = "received") -> Sentence:
        now, then = (figures.share(measure, first, each, of=of) for each in (None, base))
        return share_change(noun if of == "received" else not_withdrawn, verb, now, then, *names)

    withdrawn = (figures.count("withdrawn", first, each).value for each in (None, base))
    return (
        counts("received", "received"),
        counts("in_sla", IN_TIME),
        shares("in_sla", IN_TIME),
        *([shares("in_sla", IN_TIME, of="eligible")] if any(withdrawn) else []),
        counts("upheld", UPHELD),
        shares("upheld", UPHELD),
    )


def _alone(figures: Figures) -> tuple[Sentence, ...]:
    """Say how the first stage stands where there is nothing to compare it with."""
    first, name = figures.first, figures.period.name
    count = figures.count("received", first)
    shares = (
        share_statement(first.noun(), verb, figures.share(measure, first), f"in {name}")
        for measure, verb in (("in_sla", IN_TIME), ("upheld", UPHELD))
    )
    return (received(count, first.noun(), name), *(shares if count.value else ()))


def _not_withdrawn(figures: Figures, period: Period) -> dict[str, Callable[[Stage], Part]]:
    def share(measure: str, stage: Stage, is_share: bool = True) -> Part:
        return share_or_count(figures.share(measure, stage, period, of="eligible"), is_share)

    _, in_sla, upheld = STAGE_PARTS
    return {
        "Withdrawn": lambda stage: figures.count("withdrawn", stage, period),
        in_sla: lambda stage: share("in_sla", stage, stage.has_time_limit),
        upheld: lambda stage: share("upheld", stage),
    }
