"""Section 1: the main message first, then what the report is about and where to find what."""

from complaints.report.content import Count, Section, Sentence
from complaints.report.figures import Figures
from complaints.report.sections.closed import both_cohorts
from complaints.report.sections.open_stages import open_sentences
from complaints.report.sentences import IN_TIME, UPHELD, received, see, sentence, share_statement
from complaints.report.tables import received_change
from complaints.warehouse.clock import day_in_words


def section(figures: Figures, small_numbers: Sentence, has_further_tables: bool) -> Section:
    """Return the section."""
    period, first, when = figures.period, figures.first, f"in {figures.period.name}"
    shares = tuple(
        share_statement(first.noun(), verb, figures.share(measure, first), when)
        for measure, verb in (("in_sla", IN_TIME), ("upheld", UPHELD))
        if figures.count("received", first).value
    )
    later = tuple(
        received(figures.count("received", stage), stage.noun(), period.name)
        for stage in figures.statutory[1:]
    )
    change = received_change(figures, first, period.last_year)
    return Section(
        "summary",
        "Executive summary",
        sections=(
            Section(
                "main_message",
                "Main message",
                bullets=(
                    change,
                    *shares,
                    *both_cohorts(figures),
                    *open_sentences(figures, "statutory"),
                    *later,
                ),
            ),
            Section(
                "about",
                "About this report",
                paragraphs=(*_about(figures, has_further_tables), small_numbers),
            ),
        ),
    )


def small_numbers_note(counts: tuple[Count, ...], threshold: int, symbol: str) -> Sentence:
    """Return a sentence that stands only where numbers are hidden, and says how."""
    words = (
        f"So that nobody can be recognised, numbers from 1 to {threshold} are shown as "
        f"“{symbol}”, and so are further numbers from which they could be worked out."
    )
    return Sentence(("",), words, counts)


def _about(figures: Figures, has_further_tables: bool) -> tuple[Sentence, ...]:
    period = figures.period
    words = [
        "This report gives the complaints about children's services that were received in "
        f"{period.name} ({period.months}) under the statutory procedure of the Children Act 1989. "
        f"Figures are as at {day_in_words(figures.as_of)}."
    ]
    if period.is_year:
        words.append(f"The quarters of {period.name} are side by side in {see('comparison')}.")
    elif figures.knows(period.previous):
        words.append(
            f"{period.name} is compared with {period.previous.name} in {see('comparison')}."
        )
    if figures.benchmarks:
        words.append(f"Figures of other authorities are in {see('benchmarking')}.")
    words.append(f"Themes and what was learned from them are in {see('cases')}.")
    if has_further_tables:
        words.append(
            f"{see('further')} has further tables: corporate complaints beside the statutory, what "
            "is open and overdue, escalation, outcomes, and who complained."
        )
    if figures.team_changes:
        words.append(
            "The structure of the services has changed, and the changes are being entered in the "
            "complaints system. Teams may therefore not be directly comparable over time."
        )
    return (sentence(" ".join(words)),)
