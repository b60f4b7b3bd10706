"""Section 3.1: the quarter against the one before; for a year, its quarters side by side."""

from report.content import Section, Table
from report.figures import OMBUDSMAN, STAGE_1, STAGE_2, STAGE_3, Figures, noun_of
from report.sections.volumes import change_bullets
from report.tables import IN_SLA_NOTE, comparison_table, held_note, stage_parts
from report.words import count_change, say


def section(figures: Figures) -> Section:
    """Return the section."""
    return _of_year(figures) if figures.period.is_year else _of_quarter(figures)


def _of_quarter(figures: Figures) -> Section:
    period, base = figures.period, figures.period.previous
    if not figures.knows(base):
        words = f"There are no figures for {base.name} to compare {period.name} with."
        return Section("comparison", f"{period.name} and the quarter before", (say(words),))
    later = tuple(
        count_change(
            noun_of(stage),
            "received",
            figures.count("received", stage),
            figures.count("received", stage, base),
            period.name,
            base.name,
        )
        for stage in (STAGE_2, STAGE_3, OMBUDSMAN)
    )
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
    noun, first, last = noun_of(STAGE_1), quarters[0], quarters[-1]
    return Section(
        "comparison",
        f"Stage one in the quarters of {figures.period.name}",
        bullets=(
            count_change(
                noun,
                "received",
                figures.count("received", STAGE_1, last),
                figures.count("received", STAGE_1, first),
                last.name,
                first.name,
            ),
        ),
        tables=(
            Table(
                f"Statutory stage 1 complaints by quarter, {figures.period.name}",
                ("Quarter", "No", "In SLA", "Upheld"),
                (*rows, total),
                (IN_SLA_NOTE, held_note(figures, (STAGE_1,), quarters)),
                has_total_row=True,
            ),
        ),
    )
