"""Section 1: what the report is about, its main figures, and where to find what."""

from complaints.report.content import Count, Section, Sentence
from complaints.report.figures import Figures
from complaints.report.periods import day_in_words
from complaints.report.sections.open_stages import open_sentences
from complaints.report.sentences import IN_TIME, UPHELD, received, see, sentence, share_statement
from complaints.report.tables import received_change


def section(figures: Figures, small_numbers: Sentence) -> Section:
    """Return the section."""
    period = figures.period
    purpose = (
        "This report gives the complaints about children's services that were received in "
        f"{period.name} ({period.months}), under the statutory procedure of the Children Act 1989 "
        "and, beside it, under the council's corporate procedure. Figures are as at "
        f"{day_in_words(figures.as_of)}."
    )
    structure = (
        "The structure of the services has changed, and the changes are being entered in the "
        "complaints system. Teams may therefore not be directly comparable over time; "
        f"{see('structure')} lists the changes."
        if figures.team_changes
        else f"No changes to team structure have been recorded ({see('structure')})."
    )
    return Section(
        "summary",
        "Executive summary",
        sections=(
            Section("purpose", "Purpose", paragraphs=(sentence(purpose), small_numbers)),
            _main_figures(figures),
            _contents(figures),
            Section("new_model", "Changes of structure", paragraphs=(sentence(structure),)),
        ),
    )


def small_numbers_note(counts: tuple[Count, ...], threshold: int, symbol: str) -> Sentence:
    """Return a sentence that stands only where numbers are hidden, and says how."""
    words = (
        f"So that nobody can be recognised, numbers from 1 to {threshold} are shown as "
        f"“{symbol}”, and so are further numbers from which they could be worked out."
    )
    return Sentence(("",), words, counts)


def _main_figures(figures: Figures) -> Section:
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
        "main_figures",
        "Main figures",
        paragraphs=(sentence(f"Statutory complaints (the details are in {see('period')}):"),),
        bullets=(change, *shares, *later, *open_sentences(figures, "statutory")),
    )


def _contents(figures: Figures) -> Section:
    period = figures.period
    comparison = f"{period.name} is compared with {period.previous.name} in {see('comparison')}."
    if period.is_year:
        comparison = f"The quarters of {period.name} are side by side in {see('comparison')}."
    elif not figures.knows(period.previous):
        comparison = f"{period.previous.name} is not known to compare with ({see('comparison')})."
    benchmarks = (
        f"Figures of other authorities are in {see('benchmarking')}."
        if figures.benchmarks
        else f"No figures of other authorities have been recorded ({see('benchmarking')})."
    )
    bullets = (
        comparison,
        f"Statutory and corporate complaints are side by side in {see('corporate')}.",
        f"Who complained, and how complaints ended, is in {see('people')}.",
        benchmarks,
        f"A detailed overview, with themes and what was learned, is in {see('cases')}.",
    )
    return Section("contents", "Where to find more", bullets=tuple(map(sentence, bullets)))
