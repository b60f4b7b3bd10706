"""Section 3.1: the quarter against the one before; for a year, its quarters side by side."""

from complaints.report.content import Section, Table
from complaints.report.figures import OMBUDSMAN, STAGE_1, STAGE_2, STAGE_3, Figures
from complaints.report.sections.volumes import change_bullets
from complaints.report.tables import (
    IN_SLA_NOTE,
    STAGE_PARTS,
    comparison_table,
    held_note,
    received_change,
    stage_parts,
)
from complaints.report.words import say


def section(figures: Figures) -> Section:
    """Return the section."""
    return _of_year(figures) if figures.period.is_year else _of_quarter(figures)


def _of_quarter(figures: Figures) -> Section:
    period, base = figures.period, figures.period.previous
    if not figures.knows(base):
        words = f"There are no figures for {base.name} to compare {period.name} with."
        return Section("comparison", f"{period.name} and the quarter before", (say(words),))
    later = tuple(received_change(figures, stage, base) for stage in (STAGE_2, STAGE_3, OMBUDSMAN))
    return Section(
        "comparison",
        f"{period.name} compared with {base.name}",
        paragraphs=(
            say(
                "The table compares the volumes, the answers in SLA and the complaints upheld of "
                "the two quarters."
            ),
        ),
        bullets=(*change_bullets(figures, base), *later),
        tables=(
            comparison_table(
                figures, f"Statutory complaints, {base.name} and {period.name}", (base, period)
            ),
        ),
    )


def _of_year(figures: Figures) -> Section:
    quarters = figures.period.quarters
    rows = tuple((each.name, *stage_parts(figures, STAGE_1, each)) for each in quarters)
    total = (figures.period.name, *stage_parts(figures, STAGE_1, figures.period))
    return Section(
        "comparison",
        f"Stage one in the quarters of {figures.period.name}",
        bullets=(received_change(figures, STAGE_1, base=quarters[0], now=quarters[-1]),),
        tables=(
            Table(
                f"Statutory stage 1 complaints by quarter, {figures.period.name}",
                ("Quarter", *STAGE_PARTS),
                (*rows, total),
                (IN_SLA_NOTE, held_note(figures, (STAGE_1,), quarters)),
                has_total_row=True,
            ),
        ),
    )
