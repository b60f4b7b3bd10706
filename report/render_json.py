"""The report as JSON, for other programs: the same text as in the other renderings."""

import json
from dataclasses import asdict
from typing import Any

from complaints.report.layout import marking, walk
from complaints.report.printing import PrintedReport, PrintedSection


def render_json(printed: PrintedReport) -> str:
    """Return a report as JSON, its sections in the order of reading."""
    content = {
        "quarter": printed.period,
        "profile": printed.profile,
        "marking": marking(printed),
        "is_draft": printed.is_draft,
        "is_released": printed.is_released,
        "notes": printed.notes,
        "as_of": printed.as_of,
        "sections": [_section(each) for top in printed.sections for _, each in walk(top)],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _section(section: PrintedSection) -> dict[str, Any]:
    tables, charts = (
        [asdict(each) for each in found] for found in (section.tables, section.charts)
    )
    for table in tables:
        del table["has_total_row"]
    for chart in charts:
        del chart["key"]
        chart["series"] = [{"name": name, "values": values} for name, values in chart["series"]]
    return {
        "number": section.number,
        "title": section.title,
        "paragraphs": [*section.paragraphs, *section.bullets, *section.comments],
        "tables": tables,
        "charts": charts,
    }
