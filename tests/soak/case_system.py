"""A complaints system at work for a quarter: cases come, are answered, spoilt and corrected."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from deadline_oracle import working_days_between
from flaws import COLUMNS, FLAWS, OF_NEW_RECORDS, Flaw, Line, Row, is_open, lines_of

BLANK = dict.fromkeys(COLUMNS, "")
TEAMS = ("Assessments", "Fostering", "Transport", "Youth Offending", "Early Help")
SUBJECTS = {"statutory": ("s17", "s20", "s24", "other"), "corporate": ("send", "other", "")}
LIMITS = {"statutory": 10, "corporate": 20}
LATER = {
    ("statutory", "stage_1"): "stage_2",
    ("statutory", "stage_2"): "stage_3",
    ("statutory", "stage_3"): "ombudsman",
    ("corporate", "stage_1"): "stage_2",
    ("corporate", "stage_2"): "ombudsman",
}
EXPORTED_DAYS = 21  # what is closed and has not changed for longer is exported no more

Key = tuple[str, str]


@dataclass(frozen=True)
class Record:
    """A stage of a case as it ought to be, and the flaw that it has."""

    row: Row
    changed_on: date
    flaw: str | None = None
    flawed_on: date = date.min
    corrected_on: date = date.max

    @property
    def lines(self) -> list[Line]:
        """The record as it is exported."""
        row = self.row | {"last_updated": f"{self.changed_on} 17:00"}
        return lines_of(row, self.flaw, self.flawed_on)


class CaseSystem:
    """The records, and the chances of what happens to them on a working day."""

    def __init__(self, first_day: date, seed: int) -> None:
        self.records: dict[Key, Record] = {}
        self._chance = random.Random(seed)
        self._cases = 0
        self._spoilt: Counter[str] = Counter()
        self._first_day = first_day
        day = first_day - timedelta(days=100)
        while day < first_day:
            self.work(day, is_flawless=day < first_day - timedelta(days=20))
            day += timedelta(days=1)

    def work(self, day: date, is_flawless: bool = False) -> None:
        """Let a day pass; nobody works at weekends."""
        if day.weekday() > 4:
            return
        for key in list(self.records):
            self._go_on(key, day)
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            self._receive(day, is_flawless)
        if not is_flawless:
            self._correct(day)

    def export(self, day: date) -> list[Line]:
        """Return the lines of a day's export, the first of which holds everything."""
        since = date.min if day == self._first_day else day - timedelta(days=EXPORTED_DAYS)
        return [
            line
            for _, record in sorted(self.records.items())
            if record.flaw or is_open(record.row) or record.changed_on >= since
            for line in record.lines
        ]

    def enter(self, day: date, reference: str, flaw: str | None = None, **changed: str) -> Record:
        """Enter a statutory stage 1 by hand, which chance leaves alone while it has a flaw."""
        row = {
            "case_reference": reference,
            "procedure": "statutory",
            "stage": "stage_1",
            "received_date": day.isoformat(),
            "service_team": "Assessments",
            "legal_basis": "s20",
        }
        record = Record(BLANK | row | changed, day, flaw, day)
        self.records[reference, record.row["stage"]] = record
        return record

    def change(self, day: date, key: Key, **changed: str) -> None:
        """Change a record, flawed or not."""
        record = self.records[key]
        self.records[key] = replace(record, row=record.row | changed, changed_on=day)

    def _receive(self, day: date, is_flawless: bool) -> None:
        self._cases += 1
        procedure = self._chance.choice(("statutory", "statutory", "corporate"))
        record = self.enter(
            day,
            f"CH-{self._cases:04d}",
            procedure=procedure,
            received_date=(day - timedelta(days=self._chance.choice((0, 0, 1, 3)))).isoformat(),
            service_team=self._chance.choice(TEAMS),
            reasons=self._chance.choice(("Delay", "Staff", "Delay;Communication", "")),
            legal_basis=self._chance.choice(SUBJECTS[procedure]),
            extension_agreed=self._chance.choice(("", "no", "no", "yes")),
        )
        if not is_flawless and self._chance.random() < 0.3:
            self._spoil(record, day, FLAWS | OF_NEW_RECORDS)

    def _spoil(self, record: Record, day: date, flaws: dict[str, Flaw]) -> None:
        """Give a record the flaw that was seen least."""
        possible = [code for code, flaw in flaws.items() if flaw.is_possible(record.row)]
        code = min(possible, key=lambda code: (self._spoilt[code], self._chance.random()))
        self._spoilt[code] += 1
        corrected_on = self._chance.choice((1, 2, 4, 6, 9, 13, 20, 200))
        self.records[record.row["case_reference"], record.row["stage"]] = replace(
            record,
            changed_on=day,
            flaw=code,
            flawed_on=day,
            corrected_on=day + timedelta(days=corrected_on),
        )

    def _go_on(self, key: Key, day: date) -> None:
        record = self.records[key]
        if record.flaw:
            if day >= record.corrected_on:
                self.records[key] = replace(record, flaw=None, changed_on=day)
        elif is_open(record.row):
            self._answer(key, day)
        else:
            self._escalate(record, day)

    def _answer(self, key: Key, day: date) -> None:
        row = self.records[key].row
        age = working_days_between(date.fromisoformat(row["received_date"]), day)
        limit = {"stage_2": 25, "stage_3": 50, "ombudsman": 30}.get(
            row["stage"], LIMITS[row["procedure"]]
        )
        if row["stage"] == "stage_3" and not row["panel_date"] and age > 27:
            if self._chance.random() < 0.2:
                self.change(day, key, panel_date=day.isoformat())
        elif self._chance.random() < (0.02 if age < limit - 3 else 0.3):
            outcome = self._chance.choice(("upheld", "not_upheld", "partially_upheld", "withdrawn"))
            responded = "" if outcome == "withdrawn" else day.isoformat()
            self.change(day, key, outcome=outcome, responded_date=responded)

    def _escalate(self, record: Record, day: date) -> None:
        """Request the next stage within ten days of the response."""
        row = record.row
        stage = LATER.get((row["procedure"], row["stage"]))
        is_recent = (day - timedelta(days=10)).isoformat() < row["responded_date"] < day.isoformat()
        if not stage or not is_recent or self._chance.random() > 0.06:
            return
        self.enter(
            day,
            row["case_reference"],
            stage=stage,
            **{name: row[name] for name in ("procedure", "service_team", "legal_basis")},
        )

    def _correct(self, day: date) -> None:
        """Change a record, or spoil one of which its case has no later stage."""
        good = [record for record in self.records.values() if not record.flaw]
        record = self._chance.choice(good)
        row = record.row
        if self._chance.random() < 0.5:
            changed = {"service_team": self._chance.choice(TEAMS)}
            if is_open(row):
                changed["extension_agreed"] = "yes"
            self.change(day, (row["case_reference"], row["stage"]), **changed)
        later = LATER.get((row["procedure"], row["stage"]), "")
        if self._chance.random() < 0.3 and (row["case_reference"], later) not in self.records:
            self._spoil(self.records[row["case_reference"], row["stage"]], day, FLAWS)
