"""The report as JSON, for other programs: the same text as in the other renderings."""

import json
from typing import Any

from complaints.report.layout import walk
from complaints.report.printing import PrintedChart, PrintedReport, PrintedSection, PrintedTable


def render_json(printed: PrintedReport) -> str:
    """Return a report as JSON, its sections in the order of reading."""
    content = {
        "quarter": printed.period,
        "profile": printed.profile,
        "as_of": printed.as_of,
        "sections": [_section(each) for top in printed.sections for _, each in walk(top)],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _section(section: PrintedSection) -> dict[str, Any]:
    return {
        "number": section.number,
        "title": section.title,
        "paragraphs": [*section.paragraphs, *section.bullets],
        "tables": [_table(each) for each in section.tables],
        "charts": [_chart(each) for each in section.charts],
    }


def _table(table: PrintedTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "notes": list(table.notes),
    }


def _chart(chart: PrintedChart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "kind": chart.kind,
        "categories": list(chart.categories),
        "series": [{"name": name, "values": list(values)} for name, values in chart.series],
        "axis_title": chart.axis_title,
        "alternative": chart.alternative,
    }
