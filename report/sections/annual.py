"""Of the annual report: what it must say, and where it says so.

Regulation 13(3) of the Children Act 1989 Representations Procedure (England) Regulations 2006 asks
for an annual report on the procedure; Getting the Best from Complaints (2006), under annual
reports, for what it covers.
"""

from collections.abc import Iterator

from complaints.report.content import Section, Table
from complaints.report.figures import Figures, Stage
from complaints.report.sections.further import CHARACTERISTICS, records_advocates
from complaints.report.sentences import listed, see, sentence

NOTHING_RECORDED = "Nothing has been recorded."
SECTION = "3.3"  # by which the council's own words name it
EFFECTIVENESS = "How well the procedure works"


def section(figures: Figures) -> Section:
    """Return the headings of the guidance, each with the place of its figures."""
    words = (
        "Regulation 13(3) and the guidance Getting the Best from Complaints ask an annual report "
        "for what is listed here."
    )
    return Section(
        "annual",
        "What the annual report covers",
        (sentence(words),),
        tables=(
            Table(
                "What the annual report covers, and where",
                ("What is asked for", "Where it is"),
                tuple(_headings(figures)),
            ),
        ),
    )


def _headings(figures: Figures) -> Iterator[tuple[str, str]]:
    complainant, *of_the_child = CHARACTERISTICS
    whole, first = figures.statutory, (figures.first,)  # as the sections count them

    def is_known(stages: tuple[Stage, ...], *breakdowns: str) -> bool:
        values = {value for each in breakdowns for value in figures.values_of(each, *stages)}
        return bool(values - {"Not recorded", "none", "unknown"})

    is_unread = figures.learnings is None  # which the sections say that would show it
    advocates = records_advocates(figures, figures.limited)
    opinion = any(each.section == SECTION for each in figures.commentary)
    yield "Representations made to the authority", see("volumes")
    yield "Complaints at each stage, and those considered by the Ombudsman", see("volumes")
    yield "Who complained", _place(is_unread or is_known(first, complainant), "people")
    yield "What the complaints were about", _place(is_known(whole, "reason"), "cases")
    yield "Their outcomes", _place(is_known(whole, "outcome"), "outcomes")
    yield "Advocacy", see("people") if is_unread else _place(advocates, "timeliness")
    yield "Time limits, and extended ones as agreed", see("timeliness")
    yield (
        "What was learned, and how services have changed",
        _learned(figures, is_unread and is_known(whole, "reason")),
    )
    yield (
        "Age, gender, disability, sexual orientation and ethnicity",
        _place(is_unread or is_known(first, *of_the_child), "people"),
    )
    yield EFFECTIVENESS, "The words below." if opinion else NOTHING_RECORDED


def _learned(figures: Figures, is_unread: bool) -> str:
    found = {"actions": figures.actions, "cases": figures.learnings or is_unread}
    places = [see(key) for key, rows in found.items() if rows]
    return listed(places) or _place(bool(figures.actions_on_file), "actions")


def _place(is_recorded: bool, key: str) -> str:
    return see(key) if is_recorded else NOTHING_RECORDED
