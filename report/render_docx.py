"""Render a report as a Word document in the form of a council's committee report."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from docx.document import Document as WordDocument
from docx.shared import Pt

from complaints.report import layout
from complaints.report.printing import PrintedReport, PrintedSection, cleaned
from complaints.report.word_document import (
    TEMPLATE,
    add_contents,
    add_text,
    mark_heading,
    new_document,
)
from complaints.report.word_tables import add_chart, add_lines, add_table

DEEPEST_HEADING = 4


def render_docx(printed: PrintedReport, path: Path, template: Path = TEMPLATE) -> None:
    """Write the report to a .docx file, in the styles of a template, where there is one."""
    printed = cleaned(printed)
    title, footer = printed.front.subject, layout.as_of_line(printed)
    document = new_document(
        title, layout.marking(printed), footer, template if template.exists() else TEMPLATE
    )
    add_text(document.add_paragraph(style="Title"), title)
    add_lines(document, layout.heading_lines(printed.front), "Heading of the report")
    document.add_paragraph(style="Spacer")  # without it Word makes one table of the two
    add_lines(document, layout.brief_lines(printed.front), "What the item is about")
    for note in printed.notes:
        add_text(document.add_paragraph(style="Table Note"), note)
    headings = layout.headings(printed)
    add_contents(document, headings)
    numbers = count()
    for part in layout.body_sections(printed):
        _add_part(document, part, numbers)
    document.add_paragraph(style="Spacer")
    add_lines(document, layout.back_lines(printed), "Contact, background and appendices")
    for part in layout.appendices(printed):
        _add_part(document, part, numbers)
    document.save(str(path))


def _add_part(document: WordDocument, part: PrintedSection, numbers: Iterator[int]) -> None:
    """Add a section with all within it; its headings are numbered for the contents."""
    for level, section in layout.walk(part):
        heading = document.add_heading(level=min(level, DEEPEST_HEADING))
        add_text(heading, layout.heading(section))
        mark_heading(heading, next(numbers))
        _add_content(document, section)


def _add_content(document: WordDocument, section: PrintedSection) -> None:
    """Add what a section says itself, in the same order as the HTML report."""
    tables = layout.blocks(section)
    for number, text in enumerate(section.paragraphs, start=1):
        paragraph = add_text(document.add_paragraph(), text)
        is_last = number == len(section.paragraphs)
        paragraph.paragraph_format.keep_with_next = is_last and bool(tables)
    for block in tables:
        for chart in block.charts:
            add_chart(document, chart)
        add_table(document, block.table)
    for place, text in enumerate(section.bullets):
        paragraph = add_text(document.add_paragraph(style="List Bullet"), text)
        if place == 0:
            paragraph.paragraph_format.space_before = Pt(8)
    for text in section.comments:
        add_text(document.add_paragraph(style="Commentary"), text)
