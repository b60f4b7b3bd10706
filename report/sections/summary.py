"""Section 1: what the report is about, its main figures, and where to find what."""

from complaints.report.content import Count, Section, Sentence
from complaints.report.figures import OMBUDSMAN, STAGE_1, STAGE_2, STAGE_3, Figures, noun_of
from complaints.report.periods import day_in_words
from complaints.report.references import see
from complaints.report.sections.open_stages import open_sentences
from complaints.report.tables import received_change
from complaints.report.words import IN_TIME, UPHELD, received, say, share_statement


def section(figures: Figures, small_numbers: Sentence) -> Section:
    """Return the section."""
    return Section(
        "summary",
        "Executive summary",
        sections=(
            _purpose(figures, small_numbers),
            _main_figures(figures),
            _contents(figures),
            _structure(figures),
        ),
    )


def small_numbers_note(counts: tuple[Count, ...], threshold: int, symbol: str) -> Sentence:
    """Return a sentence that stands only where numbers are hidden, and says how."""
    words = (
        f"So that nobody can be recognised, numbers from 1 to {threshold} are shown as "
        f"“{symbol}”, and so are further numbers from which they could be worked out."
    )
    return Sentence(("",), words, counts)


def _purpose(figures: Figures, small_numbers: Sentence) -> Section:
    period = figures.period
    return Section(
        "purpose",
        "Purpose",
        paragraphs=(
            say(
                "This report gives the complaints about children's services that were received in "
                f"{period.name} ({period.months}), under the statutory procedure of the Children "
                "Act 1989 and, beside it, under the council's corporate procedure. Its figures "
                f"are seen from {day_in_words(figures.as_of)}."
            ),
            small_numbers,
        ),
    )


def _main_figures(figures: Figures) -> Section:
    period, noun = figures.period, noun_of(STAGE_1)
    change = received_change(figures, STAGE_1, period.last_year)
    in_time = figures.share("in_sla", STAGE_1)
    upheld = figures.share("upheld", STAGE_1)
    shares: tuple[Sentence, ...] = ()
    if in_time.whole.value:
        shares = (
            share_statement(noun, IN_TIME, in_time, f"in {period.name}"),
            share_statement(noun, UPHELD, upheld, f"in {period.name}"),
        )
    later = tuple(
        received(figures.count("received", stage), noun_of(stage), period.name)
        for stage in (STAGE_2, STAGE_3, OMBUDSMAN)
    )
    words = f"Statutory complaints (the details are in {see('period')}):"
    return Section(
        "main_figures",
        "Main figures",
        paragraphs=(say(words),),
        bullets=(change, *shares, *later, *open_sentences(figures, "statutory")),
    )


def _contents(figures: Figures) -> Section:
    period = figures.period
    comparison = f"{period.name} is compared with {period.previous.name} in {see('comparison')}."
    if period.is_year:
        comparison = f"The quarters of {period.name} stand side by side in {see('comparison')}."
    elif not figures.knows(period.previous):
        comparison = f"{period.previous.name} is not known to compare with ({see('comparison')})."
    benchmarks = (
        f"Figures of other authorities are in {see('benchmarking')}."
        if figures.benchmarks
        else f"No figures of other authorities have been recorded ({see('benchmarking')})."
    )
    return Section(
        "contents",
        "Where to find more",
        bullets=(
            say(comparison),
            say(f"Statutory and corporate complaints stand side by side in {see('corporate')}."),
            say(f"Who complained, and how complaints ended, is in {see('people')}."),
            say(benchmarks),
            say(f"A detailed overview, with themes and what was learned, is in {see('cases')}."),
        ),
    )


def _structure(figures: Figures) -> Section:
    words = (
        "The structure of the services has changed, and the changes are being entered in the "
        "complaints system. Teams may therefore not be directly comparable over time; "
        f"{see('structure')} lists the changes."
        if figures.team_changes
        else f"No change of the structure of teams has been recorded ({see('structure')})."
    )
    return Section("new_model", "Changes of structure", paragraphs=(say(words),))
