"""A second reading of the example exports, which shares no code with the warehouse.

It knows the layout, the spellings and the rules as the documentation states them, takes working
days from numpy, and looks at nothing but the files.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from openpyxl import load_workbook

AS_OF_DAY = date(2018, 11, 27)
# fmt: off
HOLIDAYS = [
    "2016-05-02", "2016-05-30", "2016-08-29", "2016-12-26", "2016-12-27", "2017-01-02",
    "2017-04-14", "2017-04-17", "2017-05-01", "2017-05-29", "2017-08-28", "2017-12-25",
    "2017-12-26", "2018-01-01", "2018-03-30", "2018-04-02", "2018-05-07", "2018-05-28",
    "2018-08-27", "2018-12-25", "2018-12-26", "2019-01-01",
]
STATUTORY_BASES = {
    "s17", "s20", "s22", "s23", "s24", "s31", "s33", "s34", "s35", "s43", "s44",
    "adoption_support", "special_guardianship",
}
CORPORATE_BASES = {"s7_report", "s37_report", "foster_carer_assessment", "send", "data_protection"}
OTHER_BASES = {
    "s47", "child_protection_conference", "adopter_assessment", "staff_conduct", "other",
}
OUTCOMES = {
    "upheld", "partially_upheld", "not_upheld", "withdrawn", "no_finding", "referred_back",
    "closed_after_initial_enquiries", "advice_given", "incomplete_or_invalid",
}
# fmt: on
LIMITS = {
    ("statutory", "stage_1"): (10, 20),
    ("statutory", "stage_2"): (25, 65),
    ("statutory", "stage_3"): (50, 50),
    ("corporate", "stage_1"): (20, 20),
    ("corporate", "stage_2"): (20, 20),
}
PROCEDURES = {"stat": "statutory", "children_s_statutory": "statutory"}
STAGES = ("stage_1", "stage_2", "stage_3", "ombudsman")
STAGE_SPELLINGS = {"lgsco": "ombudsman", "lgo": "ombudsman"} | {
    spelling: f"stage_{number}"
    for number, word in enumerate(("one", "two", "three"), start=1)
    for spelling in (str(number), f"s{number}", f"child_stage_{word}")
}
PARTLY = {"partly_upheld", "part_upheld", "upheld_in_part"}
YES, NO = {"yes", "y", "true", "1"}, {"no", "n", "false", "0", ""}
# fmt: off
DATE_PATTERNS = (
    "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d-%b-%y",
)
DATE_FIELDS = (
    "received_date", "responded_date", "clock_start_date", "acknowledged_date", "panel_date",
    "target_date",
)
MILESTONES = (
    "extension_agreed_date", "panel_findings_date", "investigator_appointed_date",
    "independent_person_appointed_date", "statement_agreed_date", "investigation_report_date",
    "adjudication_date",
)
# fmt: on
EXCEL_DAY_0 = date(1899, 12, 30)


@dataclass(eq=False)
class Row:
    """A row of an export as it was read, and what becomes of it."""

    file_name: str
    row_number: int
    cells: dict[str, object] | None
    errors: set[str] = field(default_factory=set)
    warnings: set[str] = field(default_factory=set)
    fate: str = ""
    invalid: set[str] = field(default_factory=set)
    received_date: date | None = None
    responded_date: date | None = None
    clock_start_date: date | None = None
    acknowledged_date: date | None = None
    panel_date: date | None = None
    target_date: date | None = None
    milestones: dict[str, date] = field(default_factory=dict)
    saved: datetime | None = None

    def text(self, name: str) -> str:
        """Return a cell as trimmed text."""
        value = (self.cells or {}).get(name)
        return "" if value is None else str(value).strip(" \u00a0")

    def word(self, name: str) -> str:
        """Return a cell in small letters, everything else but digits an underscore."""
        return re.sub(r"[^a-z0-9]+", "_", self.text(name).lower()).strip("_")

    def exchanged(self, name: str) -> list[date]:
        """Return the day with day and month exchanged, where a date was written in figures."""
        day = getattr(self, name)
        is_figures = re.fullmatch(r"[\d/.:-]+( [\d:]+)?", self.text(name)) and day.day <= 12
        return [day.replace(day=day.month, month=day.day)] if is_figures else []

    @property
    def reference(self) -> str | None:
        """The case reference, if there is one."""
        return self.text("case_reference") or None

    @property
    def procedure(self) -> str | None:
        """The procedure, if it is known."""
        word = PROCEDURES.get(self.word("procedure"), self.word("procedure"))
        return word if word in ("statutory", "corporate") else None

    @property
    def stage(self) -> str | None:
        """The stage, if it is known."""
        word = STAGE_SPELLINGS.get(self.word("stage"), self.word("stage"))
        return word if word in STAGES else None

    @property
    def outcome(self) -> str:
        """The outcome as one of the known ones, or as it stands."""
        return "partially_upheld" if self.word("outcome") in PARTLY else self.word("outcome")

    @property
    def is_upheld(self) -> bool:
        """Whether the stage was upheld, in part at least."""
        return self.outcome in ("upheld", "partially_upheld")

    @property
    def due_date(self) -> date | None:
        """The day the stage is due, where a limit holds; after a panel by the day of it."""
        if (self.procedure, self.stage) not in LIMITS:
            return None
        if self.stage == "stage_3" and self.panel_date:
            findings = self.milestones.get("panel_findings_date") or due_after(self.panel_date, 5)
            return due_after(findings, 15)
        limit = LIMITS[self.procedure, self.stage][self.word("extension_agreed") in YES]
        clock = self.clock_start_date
        if clock and clock > (self.responded_date or AS_OF_DAY):
            clock = None
        return due_after(clock or self.received_date, limit)

    @property
    def is_in_time(self) -> bool:
        """Whether the stage was answered on or before its due date."""
        is_counted = self.due_date and self.responded_date and self.outcome != "withdrawn"
        return bool(is_counted) and self.responded_date <= self.due_date

    @property
    def quarter(self) -> str:
        """The financial quarter in which the stage was received."""
        day = self.received_date
        year = day.year - (day.month < 4)
        return f"{year}-{(year + 1) % 100} Q{(day.month - 4) % 12 // 3 + 1}"


def due_after(day: date, working_days: int) -> date:
    """Return the N-th working day after a day, by numpy."""
    due = np.busday_offset(day, working_days, roll="backward", holidays=HOLIDAYS)
    return due.astype(object)


def working_days_after(first: date, last: date) -> int:
    """Count the working days after one day, up to and including another, by numpy."""
    one = timedelta(days=1)
    return int(np.busday_count(first + one, last + one, holidays=HOLIDAYS))


def read_exports(folder: Path) -> list[Row]:
    """Read every export of a folder; the optional inputs of the report hold no complaints."""
    formats = {
        "complaints_statutory.csv": ("utf-8", ","),
        "complaints_corporate.csv": ("cp1252", ";"),
    }
    rows = []
    for path in sorted(folder.glob("complaints_*")):
        if path.suffix == ".xlsx":
            lines = [list(line) for line in load_workbook(path).worksheets[0].values]
        else:
            encoding, delimiter = formats[path.name]
            with path.open(encoding=encoding, newline="") as file:
                lines = [line for line in csv.reader(file, delimiter=delimiter) if line]
        header = [name.lower().replace(" ", "_") for name in lines[0]]
        for number, line in enumerate(lines[1:], start=1):
            is_whole = len(line) == len(header)
            cells = dict(zip(header, line, strict=True)) if is_whole else None
            rows.append(_parsed(Row(path.name, number, cells)))
    return rows


def _parsed(row: Row) -> Row:
    for name in DATE_FIELDS:
        setattr(row, name, _date(row, name))
    days = {name: _date(row, name) for name in MILESTONES}
    row.milestones = {name: day for name, day in days.items() if day}
    saved = row.text("last_updated")
    for pattern in DATE_PATTERNS:
        for with_time in (f"{pattern} %H:%M", f"{pattern} %H:%M:%S"):
            try:
                row.saved = row.saved or datetime.strptime(saved, with_time)
            except ValueError:
                continue
    if saved and not row.saved:
        row.invalid.add("last_updated")
    return row


def _date(row: Row, name: str) -> date | None:
    """Return a date; what is filled but is none is noted as invalid."""
    value, text = (row.cells or {}).get(name), row.text(name)
    day = None
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, int):
        day = EXCEL_DAY_0 + timedelta(days=value)
    for pattern in DATE_PATTERNS if day is None else ():
        try:
            day = day or datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    if text and (day is None or day < date(2000, 1, 1)):
        row.invalid.add(name)
        return None
    return day


def by_case(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Return the rows of each case, in the order of their stages."""
    cases = defaultdict(list)
    for row in rows:
        cases[row.reference].append(row)
    for case in cases.values():
        yield sorted(case, key=lambda row: STAGES.index(row.stage))
