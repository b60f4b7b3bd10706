"""A report as it is printed, and its sections as its JSON shows them, by their numbers."""

import json
from typing import Any

from complaints.report.content import Report
from complaints.report.printing import PrintedReport, print_report
from complaints.report.render_json import render_json
from complaints.report.write import decide
from complaints.warehouse.settings import Settings


def printed_report(
    settings: Settings, period: str, profile: str, *, is_draft: bool = False
) -> PrintedReport:
    """Return a report as text, with the numbers hidden that a profile does not show."""
    return decide(settings, period, profile, is_draft=is_draft).printed


def sections_of(report: Report) -> dict[str, dict[str, Any]]:
    """Return the sections of the internal profile."""
    rendered = json.loads(render_json(print_report(report, "internal")))
    return {each["number"]: each for each in rendered["sections"]}
