"""Render a report as a Word document in the form of a council's committee report."""

from dataclasses import dataclass
from pathlib import Path

from docx.document import Document as WordDocument
from docx.shared import Pt

from complaints.report import layout
from complaints.report.clean_text import cleaned
from complaints.report.printing import PrintedReport, PrintedSection
from complaints.report.word_document import (
    TEMPLATE,
    add_contents,
    add_section,
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
    headings = layout.headings(printed)
    add_contents(document, headings)
    body = _Body(document, footer)
    for section in layout.body_sections(printed):
        body.add_part(section)
    body.set_orientation(landscape=False)
    document.add_paragraph(style="Spacer")
    add_lines(document, layout.back_lines(printed), "Contact, background and appendices")
    for section in layout.appendices(printed):
        body.add_part(section)
    document.save(str(path))


@dataclass
class _Body:
    """The numbered parts and the appendices, and the orientation of the page they go on."""

    document: WordDocument
    footer: str
    is_landscape: bool = False
    headings: int = 0

    def add_part(self, part: PrintedSection) -> None:
        """Add a section with all within it, on pages that are wide enough for its tables."""
        self.set_orientation(landscape=layout.is_wide(part))
        for level, section in layout.walk(part):
            heading = self.document.add_heading(level=min(level, DEEPEST_HEADING))
            add_text(heading, layout.heading(section))
            mark_heading(heading, self.headings)
            self.headings += 1
            self.add_content(section)

    def set_orientation(self, *, landscape: bool) -> None:
        """Begin a page of the other orientation where one is wanted."""
        if landscape != self.is_landscape:
            add_section(self.document, self.footer, landscape=landscape)
            self.is_landscape = landscape

    def add_content(self, section: PrintedSection) -> None:
        """Add what a section says itself, in the same order as the HTML report."""
        tables = layout.blocks(section)
        for number, text in enumerate(section.paragraphs, start=1):
            paragraph = add_text(self.document.add_paragraph(), text)
            is_last = number == len(section.paragraphs)
            paragraph.paragraph_format.keep_with_next = is_last and bool(tables)
        for block in tables:
            for chart in block.charts:
                add_chart(self.document, chart)
            add_table(self.document, block.table)
        for place, text in enumerate(section.bullets):
            paragraph = add_text(self.document.add_paragraph(style="List Bullet"), text)
            if place == 0:
                paragraph.paragraph_format.space_before = Pt(8)
        for text in section.comments:
            add_text(self.document.add_paragraph(style="Commentary"), text)
