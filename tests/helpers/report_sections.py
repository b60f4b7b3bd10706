"""The sections of a report as its JSON shows them, by their numbers."""

import json
from typing import Any

from complaints.report.content import Report
from complaints.report.printing import print_report
from complaints.report.render_json import render_json


def sections_of(report: Report) -> dict[str, dict[str, Any]]:
    """Return the sections of the internal profile."""
    rendered = json.loads(render_json(print_report(report, "internal")))
    return {each["number"]: each for each in rendered["sections"]}
