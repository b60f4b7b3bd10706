"""Render a report as a Word document in the form of a council's committee report."""

from dataclasses import dataclass
from pathlib import Path

from docx.document import Document as WordDocument
from docx.shared import Pt

from complaints.report import arrangement
from complaints.report.blocks import blocks
from complaints.report.clean_text import cleaned
from complaints.report.printing import PrintedReport, PrintedSection
from complaints.report.word_contents import add_contents, mark_heading
from complaints.report.word_document import SPACER, add_section, add_text, new_document
from complaints.report.word_tables import add_chart, add_lines, add_table

DEEPEST_HEADING = 4


def render_docx(printed: PrintedReport, path: Path) -> None:
    """Write the report to a .docx file."""
    printed = cleaned(printed)
    title, footer = printed.front.subject, arrangement.as_of_line(printed)
    document = new_document(title, arrangement.marking(printed), footer)
    add_text(document.add_paragraph(style="Title"), title)
    add_lines(document, arrangement.heading_lines(printed.front), "Heading of the report")
    document.add_paragraph(style=SPACER)  # without it Word makes one table of the two
    add_lines(document, arrangement.brief_lines(printed.front), "What the item is about")
    headings = arrangement.headings(printed)
    add_contents(document, headings)
    body = _Body(document, footer)
    for section in arrangement.body_sections(printed):
        body.add_part(section)
    body.turn(to_its_side=False)
    document.add_paragraph(style=SPACER)
    add_lines(document, arrangement.back_lines(printed), "Contact, background and appendices")
    for section in arrangement.appendices(printed):
        body.add_part(section, on_new_page=True)
    document.save(str(path))


@dataclass
class _Body:
    """The numbered parts and the appendices, and how the page lies on which they go on."""

    document: WordDocument
    footer: str
    is_on_its_side: bool = False
    headings: int = 0

    def add_part(self, part: PrintedSection, *, on_new_page: bool = False) -> None:
        """Add a section with all within it, on pages that are wide enough for its tables."""
        has_new_page = self.turn(to_its_side=arrangement.is_wide(part))
        for level, section in arrangement.walk(part):
            heading = self.document.add_heading(level=min(level, DEEPEST_HEADING))
            add_text(heading, arrangement.heading(section))
            mark_heading(heading, self.headings)
            self.headings += 1
            if level == 1 and on_new_page and not has_new_page:
                heading.paragraph_format.page_break_before = True
                heading.paragraph_format.space_before = Pt(0)
            self.add_content(section)

    def turn(self, *, to_its_side: bool) -> bool:
        """Begin a page of the other orientation where one is wanted; return whether it was."""
        if to_its_side == self.is_on_its_side:
            return False
        add_section(self.document, self.footer, on_its_side=to_its_side)
        self.is_on_its_side = to_its_side
        return True

    def add_content(self, section: PrintedSection) -> None:
        """Add what a section says itself, in the same order as the HTML report."""
        tables = blocks(section)
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
