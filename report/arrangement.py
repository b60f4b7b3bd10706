"""The order and wording of what is the same in the HTML and the Word document.

Both renderings ask here which headings and which lines of the committee template go where, so that
they cannot drift apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from complaints.report.content import FrontMatter
from complaints.report.periods import day_in_words
from complaints.report.printing import PrintedReport, PrintedSection

WIDE_TABLE_COLUMNS = 8  # a table with as many columns is read on a page turned on its side


@dataclass(frozen=True)
class Line:
    """A line of the committee template: a label in capitals and what stands beside it."""

    label: str
    texts: tuple[str, ...]


def long_date(text: str) -> str:
    """Return an ISO date as a reader writes it; any other text as it is.

    >>> long_date("2018-11-27"), long_date("to be confirmed")
    ('27 November 2018', 'to be confirmed')
    """
    try:
        return day_in_words(date.fromisoformat(text))
    except ValueError:
        return text


def marking(printed: PrintedReport) -> str:
    """Return who may read the document: the internal profile is never for release."""
    if printed.profile == "internal":
        return "Internal: not for release"
    return printed.front.marking


def as_of_line(printed: PrintedReport) -> str:
    """Return the day the figures are seen from, in words."""
    return f"Figures as recorded on {long_date(printed.as_of)}"


def heading(section: PrintedSection) -> str:
    """Return a section's heading with its number."""
    return f"{section.number} {section.title}".strip()


def anchor(section: PrintedSection) -> str:
    """Return the name by which links reach a section."""
    return "section-" + re.sub(r"[^a-z0-9]+", "-", (section.number or section.key).casefold())


def is_appendix(section: PrintedSection) -> bool:
    """Return whether a section is an appendix."""
    return heading(section).startswith("Appendix")


def body_sections(printed: PrintedReport) -> tuple[PrintedSection, ...]:
    """Return the numbered sections of the report itself."""
    return tuple(each for each in printed.sections if not is_appendix(each))


def appendices(printed: PrintedReport) -> tuple[PrintedSection, ...]:
    """Return what is attached to the report."""
    return tuple(each for each in printed.sections if is_appendix(each))


def heading_lines(front: FrontMatter) -> tuple[Line, ...]:
    """Return the rows of the heading table."""
    return _given(
        Line("REPORT TO:", (front.committee, long_date(front.meeting_date))),
        Line("SUBJECT:", (front.subject,)),
        Line("LEAD OFFICER:", (front.lead_officer,)),
        Line("CABINET MEMBER:", (front.cabinet_member,)),
        Line("PERSON LEADING AT SCRUTINY COMMITTEE MEETING:", (front.person_leading,)),
    )


def brief_lines(front: FrontMatter) -> tuple[Line, ...]:
    """Return the lines between the heading table and the first section."""
    return _given(
        Line("ORIGIN OF ITEM:", (front.origin,)),
        Line("BRIEF FOR THE COMMITTEE:", (front.brief,)),
    )


def back_lines(printed: PrintedReport) -> tuple[Line, ...]:
    """Return the lines that close the report, before what is attached to it."""
    attached = tuple(heading(each) for each in appendices(printed)) or ("None",)
    return _given(
        Line("CONTACT OFFICER:", (printed.front.contact_officer,)),
        Line("BACKGROUND DOCUMENTS:", (printed.front.background_documents,)),
        Line("APPENDICES:", attached),
    )


def _given(*lines: Line) -> tuple[Line, ...]:
    """Leave out the texts and lines that the settings leave empty."""
    kept = (Line(line.label, tuple(text for text in line.texts if text)) for line in lines)
    return tuple(line for line in kept if line.texts)


def walk(section: PrintedSection, level: int = 1) -> Iterator[tuple[int, PrintedSection]]:
    """Yield a section and all within it with their levels, in the order of reading."""
    yield level, section
    for each in section.sections:
        yield from walk(each, level + 1)


def headings(printed: PrintedReport) -> tuple[tuple[int, str], ...]:
    """Return every heading with its level, in the order of reading."""
    parts = (*body_sections(printed), *appendices(printed))
    return tuple((level, heading(each)) for part in parts for level, each in walk(part))


def is_wide(section: PrintedSection) -> bool:
    """Return whether a section has a table that needs a page turned on its side."""
    return any(
        len(table.columns) >= WIDE_TABLE_COLUMNS
        for _, each in walk(section)
        for table in each.tables
    )
