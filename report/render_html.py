"""Render a report as one HTML file that needs nothing else: no script, no request, no font file."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from complaints.report import layout
from complaints.report.chart_drawing import chart_svg
from complaints.report.printing import PrintedChart, PrintedReport, PrintedTable, cleaned
from complaints.warehouse.errors import UsageError

TEMPLATES = Path(__file__).with_name("templates")


def render_html(printed: PrintedReport) -> str:
    """Return the report as a page for the browser, for print and for screen readers."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["layout"] = layout
    environment.filters |= {
        "svg": _inline_svg,
        "classes": _column_classes,
        "periods": _unbroken_periods,
        "css_text": _css_text,
    }
    template = environment.get_template("report.html.j2")
    return template.render(report=cleaned(printed))


def render_pdf(printed: PrintedReport, path: Path) -> None:
    """Write the same page as a PDF, by a library that needs no browser.

    Raises:
        UsageError: the library is not installed.
    """
    try:
        import plutoprint
    except ImportError:
        raise UsageError("pdf_library_missing") from None
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.load_html(render_html(printed), base_url="file:///report.html")
    book.set_metadata(plutoprint.PDF_METADATA_TITLE, printed.front.subject)
    book.write_to_pdf(str(path))


def _inline_svg(chart: PrintedChart) -> Markup:
    """Return a chart as a part of the page, where SVG needs no namespace."""
    return Markup(re.sub(r' xmlns(:xlink)?="[^"]*"', "", chart_svg(chart)))


def _column_classes(table: PrintedTable) -> list[Markup]:
    """Return the class attribute of each column: numbers stand right, short texts on one line."""
    numeric, short = layout.numeric_columns(table), layout.short_columns(table)
    names = (
        " ".join(name for name, places in (("number", numeric), ("short", short)) if i in places)
        for i in range(len(table.columns))
    )
    return [Markup(f' class="{each}"') if each else Markup() for each in names]


def _css_text(text: str) -> Markup:
    """Return text for a string of a style sheet, with all but plain letters written as numbers."""
    is_plain = re.compile("[A-Za-z0-9 ]").match
    return Markup("".join(each if is_plain(each) else f"\\{ord(each):x} " for each in text))


def _unbroken_periods(text: str) -> Markup:
    """Return the heading of a column, in which `2018-19 Q2` stays on one line."""
    return Markup(layout.PERIOD.sub(r'<span class="period">\g<0></span>', str(escape(text))))
