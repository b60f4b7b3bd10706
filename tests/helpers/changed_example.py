"""The example with two complaints changed: one more night on a copy of its home and exports.

The first moves to another team and is answered a day later; the second, still open, only moves.
"""

import csv
import shutil
from pathlib import Path
from typing import NamedTuple

from compiled_models import TESTED_WITHOUT_DBT
from complaints.flows.night import NightReport, run_night
from complaints.warehouse.settings import Settings

FILE_NAME = "complaints_statutory.csv"
ANSWERED = ("CH-18-0020", "stage_1")  # answered on its last day in time, 9 May 2018
STILL_OPEN = ("CH-18-0031", "stage_1")
EDITS = {
    ANSWERED: {"service_team": "Youth Offending", "responded_date": "2018-05-10"},
    STILL_OPEN: {"service_team": "Early Help"},
}


class Nights(NamedTuple):
    """The home before and after the change, and what the second night reported."""

    before: Settings
    after: Settings
    report: NightReport


def night_on_changes(example: Settings, folder: Path) -> Nights:
    """Run the night with the two changes in a folder."""
    shutil.copytree(example.home, folder / "home")
    shutil.copytree(example.source, folder / "exports")
    edit_export(folder / "exports" / FILE_NAME)
    after = example.model_copy(update={"home": folder / "home", "source": folder / "exports"})
    return Nights(example, after, run_night(after, TESTED_WITHOUT_DBT))


def edit_export(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    edited = 0
    for line in lines:
        edit = EDITS.get((line[header.index("case_reference")], line[header.index("stage")]), {})
        for column, value in edit.items():
            line[header.index(column)] = value
        edited += bool(edit)
    assert edited == len(EDITS)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
