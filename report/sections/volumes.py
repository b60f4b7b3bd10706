"""Section 2.1: the volumes over three years, and how stage 1 compares with last year."""

from complaints.report.content import Section, Sentence
from complaints.report.figures import Figures
from complaints.report.periods import Period
from complaints.report.sentences import (
    IN_TIME,
    UPHELD,
    Noun,
    listed,
    received,
    sentence,
    share_change,
    share_statement,
)
from complaints.report.tables import (
    comparison_table,
    held_note,
    in_sla_note,
    matrix,
    received_change,
    titles,
)


def section(figures: Figures) -> Section:
    """Return the section."""
    period, stages = figures.period, figures.statutory
    periods = (period.years_ago(2), period.last_year, period)
    periods = figures.known(*((*period.quarters, period) if period.is_year else periods))
    compared = figures.known(period.last_year, period)
    names = listed([each.name for each in compared])
    notes = (
        in_sla_note(stages),
        *without_withdrawn(figures, period.last_year),
        *held_note(figures, stages, (*periods, *compared)),
    )
    return Section(
        "volumes",
        _title(figures, periods),
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
            ),
            comparison_table(figures, f"Statutory complaints, {names}", compared, stages, *notes),
        ),
    )


def _title(figures: Figures, periods: tuple[Period, ...]) -> str:
    period = figures.period
    if period.is_year:
        before = ", and the year before" if figures.knows(period.last_year) else ""
        return f"The quarters of {period.name}{before}"
    part = f"Quarter {period.first}" if period.is_quarter else period.part_name
    years = " to ".join(dict.fromkeys(each.year_name for each in (periods[0], periods[-1])))
    return f"{part} trends, {years}"


def change_bullets(figures: Figures, base: Period) -> tuple[Sentence, ...]:
    """Say how the first stage compares with another period: its number, then two shares."""
    first, names = figures.first, (figures.period.name, base.name)
    if not figures.knows(base):
        return (
            sentence(f"There are no figures for {base.name} to compare with."),
            *_alone(figures),
        )

    def change(measure: str, verb: str) -> Sentence:
        now, then = (figures.share(measure, first, each) for each in (None, base))
        return share_change(first.noun(), verb, now, then, *names)

    shares = (change("in_sla", IN_TIME), change("upheld", UPHELD))
    return (received_change(figures, first, base), *shares)


def without_withdrawn(figures: Figures, base: Period) -> tuple[Sentence, ...]:
    """Say how the share in time changed of the complaints that were not withdrawn, if any were."""
    first, names = figures.first, (figures.period.name, base.name)
    withdrawn = [figures.count("withdrawn", first, each).value for each in (None, base)]
    if not any(withdrawn) or None in withdrawn:
        return ()
    noun = first.noun()
    noun = Noun(f"{noun.one} not withdrawn", f"{noun.many} not withdrawn")
    now, then = (figures.share("in_sla", first, each, "eligible") for each in (None, base))
    return (share_change(noun, IN_TIME, now, then, *names),)


def _alone(figures: Figures) -> tuple[Sentence, ...]:
    """Say how the first stage stands where there is nothing to compare it with."""
    first, name = figures.first, figures.period.name
    count = figures.count("received", first)
    shares = (
        share_statement(first.noun(), verb, figures.share(measure, first), f"in {name}")
        for measure, verb in (("in_sla", IN_TIME), ("upheld", UPHELD))
    )
    return (received(count, first.noun(), name), *(shares if count.value else ()))
