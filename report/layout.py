"""What is the same in the HTML and the Word document: template lines, headings, tables with charts.

Both renderings ask here, so that they cannot drift apart. No chart is shown alone: it is put beside
the table of its section that it names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from complaints.report.content import FrontMatter
from complaints.report.printing import (
    NOTHING,
    PrintedChart,
    PrintedReport,
    PrintedSection,
    PrintedTable,
)
from complaints.warehouse.clock import day_in_words

SHORT_TEXT = 12  # letters: a date, a case reference
DENSE_TABLE_COLUMNS = 8  # a table of as many columns is printed in smaller type
WHOLE_TABLE_ROWS = 6  # a table of no more rows is not broken over two pages
EMPTY_TABLE = "Nothing to show."
CHART_GAP_NOTE = "Where nothing is drawn there is no figure."

PERIOD = re.compile(r"\b\d{4}-\d{2}\b( [QH][1-4](-Q3)?)?")
_NUMERIC = re.compile(
    r"[+−-]?\d[\d,]*(\.\d+)?( ?%| of \d+( \(\d+%\))?| percentage points?)?|–|\w", re.ASCII
)


@dataclass(frozen=True)
class TemplateLine:
    """A line of the committee template: a label in capitals, and the texts beside it."""

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
    words = "Internal: not for release" if printed.profile == "internal" else printed.front.marking
    if printed.is_draft:
        return f"DRAFT: {printed.period} has not ended. {words}"
    is_for_release = not printed.is_released and printed.profile != "internal"
    return f"DRAFT, not released. {words}" if is_for_release else words


def as_of_line(printed: PrintedReport) -> str:
    """Return the as-of day of the figures, in words."""
    return f"Figures as at {long_date(printed.as_of)}"


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


def heading_lines(front: FrontMatter) -> tuple[TemplateLine, ...]:
    """Return the rows of the heading table."""
    return _given(
        TemplateLine("REPORT TO:", (front.committee, long_date(front.meeting_date))),
        TemplateLine("SUBJECT:", (front.subject,)),
        TemplateLine("LEAD OFFICER:", (front.lead_officer,)),
        TemplateLine("CABINET MEMBER:", (front.cabinet_member,)),
        TemplateLine("PERSON LEADING AT SCRUTINY COMMITTEE MEETING:", (front.person_leading,)),
    )


def brief_lines(front: FrontMatter) -> tuple[TemplateLine, ...]:
    """Return the lines between the heading table and the first section."""
    return _given(
        TemplateLine("ORIGIN OF ITEM:", (front.origin,)),
        TemplateLine("BRIEF FOR THE COMMITTEE:", (front.brief,)),
    )


def back_lines(printed: PrintedReport) -> tuple[TemplateLine, ...]:
    """Return the lines that close the report, before what is attached to it."""
    attached = tuple(heading(each) for each in appendices(printed)) or ("None",)
    return _given(
        TemplateLine("CONTACT OFFICER:", (printed.front.contact_officer,)),
        TemplateLine("BACKGROUND DOCUMENTS:", (printed.front.background_documents,)),
        TemplateLine("APPENDICES:", attached),
    )


def _given(*lines: TemplateLine) -> tuple[TemplateLine, ...]:
    """Leave out the texts and lines that the settings leave empty."""
    kept = (TemplateLine(line.label, tuple(text for text in line.texts if text)) for line in lines)
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


def header_groups(table: PrintedTable) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the columns behind the first by what they have in common, for a header of two rows.

    Columns such as `No, 2018-19 Q2` stand under `2018-19 Q2`; where nothing is common there is one
    group without a name.
    """
    parts = [column.rpartition(", ")[::2] for column in table.columns[1:]]
    groups = tuple(
        (name, tuple(head for head, _ in columns))
        for name, columns in groupby(parts, key=lambda part: part[1])
    )
    is_grouped = all(head for head, _ in parts) and all(len(heads) > 1 for _, heads in groups)
    return groups if groups and is_grouped else (("", table.columns[1:]),)


@dataclass(frozen=True)
class Block:
    """A table and the charts that draw its figures."""

    table: PrintedTable
    charts: tuple[PrintedChart, ...] = ()


def blocks(section: PrintedSection) -> tuple[Block, ...]:
    """Return the tables, each with the charts that draw its figures."""
    return tuple(
        Block(table, tuple(each for each in section.charts if each.table == table.title))
        for table in section.tables
    )


def has_gap(chart: PrintedChart) -> bool:
    """Return whether a chart leaves a figure out."""
    return any(value is None for _, values in chart.series for value in values)


def is_percent(chart: PrintedChart) -> bool:
    """Return whether a chart draws shares in percent, which its axis says."""
    return any(word in chart.axis_title.casefold() for word in ("%", "per cent", "percent"))


def value_text(value: float | None, sign: str = "") -> str:
    """Return a charted number as text.

    >>> value_text(4), value_text(27.5, "%"), value_text(None)
    ('4', '27.5%', '–')
    """
    return NOTHING if value is None else f"{value:g}{sign}"


def numeric_columns(table: PrintedTable) -> frozenset[int]:
    """Return the places of the columns that hold numbers, which are set to the right."""
    return frozenset(
        place
        for place in range(1, len(table.columns))
        if table.rows and all(_NUMERIC.fullmatch(row[place]) for row in table.rows)
    )


def short_columns(table: PrintedTable) -> frozenset[int]:
    """Return the places of the columns whose texts are short enough to stay on one line."""
    return frozenset(
        place
        for place in range(len(table.columns))
        if all(len(row[place]) <= SHORT_TEXT for row in table.rows)
    )
