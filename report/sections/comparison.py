"""Section 3.1: the period against the one before; for a year, its quarters side by side."""

from complaints.report.content import Section
from complaints.report.figures import Figures
from complaints.report.sections.volumes import change_bullets
from complaints.report.sentences import sentence
from complaints.report.tables import (
    comparison_table,
    held_note,
    received_change,
    stage_over_periods,
)


def section(figures: Figures) -> Section:
    """Return the section."""
    period, base, first = figures.period, figures.period.previous, figures.first
    if period.is_year:
        quarters, title = period.quarters, f"Statutory {first.short_words} complaints by quarter"
        return Section(
            "comparison",
            f"{first.title} in the quarters of {period.name}",
            bullets=(received_change(figures, first, base=quarters[0], now=quarters[-1]),),
            tables=(
                stage_over_periods(
                    figures, f"{title}, {period.name}", "Quarter", first, (*quarters, period), True
                ),
            ),
        )
    if not figures.knows(base):
        words = f"There are no figures for {base.name} to compare {period.name} with."
        return Section(
            "comparison", f"{period.name} and the {period.kind} before", (sentence(words),)
        )
    title, stages = f"Statutory complaints, {base.name} and {period.name}", figures.statutory
    note = held_note(figures, stages, (base, period))
    return Section(
        "comparison",
        f"{period.name} compared with {base.name}",
        bullets=(
            *change_bullets(figures, base),
            *(received_change(figures, stage, base) for stage in stages[1:]),
        ),
        tables=(comparison_table(figures, title, (base, period), stages, *note),),
    )
