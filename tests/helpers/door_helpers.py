"""What the tests of the door share: an export that grows, and nights on it without dbt."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from compiled_models import WITHOUT_DBT
from complaints.flows.night import NightReport, judge, logged_steps, run_night
from complaints.flows.readers.export_files import FileRecord
from complaints.flows.readers.sources import read_sources
from complaints.flows.steps.extract import extract
from complaints.flows.steps.file_records import record_files
from complaints.flows.steps.find_deliveries import find_deliveries
from complaints.warehouse.runs import start_run
from complaints.warehouse.settings import Settings, read_settings
from conftest import Row, query, write_export
from small_home import borrow_store

FIRST_NIGHT = date(2018, 11, 27)
OUTCOMES = ("upheld", "not_upheld", "partially_upheld")
STOPPED = "select rule_code, subject, evidence from raw.delivery_stops order by all"


def export(rows: int = 40, seed: int = 1) -> list[dict[str, str]]:
    """Return an export in which every column is filled in many rows, dates as figures."""
    draw = random.Random(seed)
    return [_row(number, draw) for number in range(1, rows + 1)]


def _row(number: int, draw: random.Random) -> dict[str, str]:
    received = date(2018, 1, 1) + timedelta(days=(number * 7) % 300)
    return {
        "case_reference": f"CH-{number:05}",
        "procedure": "statutory",
        "stage": "Stage 1",
        "received_date": f"{received:%d/%m/%Y}",
        "responded_date": f"{received + timedelta(days=draw.randint(5, 20)):%d/%m/%Y}",
        "outcome": draw.choice(OUTCOMES),
        "service_team": draw.choice(("Assessments", "Fostering")),
        "last_updated": f"{received + timedelta(days=21):%d/%m/%Y %H:%M}",
    }


def without(rows: Iterable[Row], column: str) -> list[Row]:
    """Return rows without a column."""
    return [{name: value for name, value in row.items() if name != column} for row in rows]


def renamed(rows: Iterable[Row], column: str, header: str) -> list[Row]:
    """Return rows with another header over a column."""
    return [
        {header if name == column else name: value for name, value in row.items()} for row in rows
    ]


def emptied(rows: Iterable[Row], column: str) -> list[Row]:
    """Return rows with nothing in a column."""
    return [{**row, column: ""} for row in rows]


class Door:
    """A home to which exports are delivered, night after night."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.exports = settings.source
        self.day = FIRST_NIGHT

    @classmethod
    def of(cls, folder: Path) -> "Door":
        """Return the door of the home in a folder."""
        home, exports = folder / "home", folder / "exports"
        return cls(read_settings(home=home, source=exports, as_of=FIRST_NIGHT))

    @classmethod
    def of_empty_home(cls, folder: Path, example: Settings) -> "Door":
        """Make an empty home in a folder, in a store that dbt built for the example."""
        door = cls.of(folder)
        borrow_store(door.settings, example)
        return door

    def night(self, rows: Iterable[Row] | None = None, name: str = "complaints") -> NightReport:
        """Deliver rows as a file in place of the one before, and run the next night."""
        if rows is not None:
            write_export(self.exports / f"{name}.csv", rows)
        settings = self.settings.model_copy(update={"as_of": self.day})
        self.day += timedelta(days=1)
        return run_night(settings, WITHOUT_DBT)

    def deliver(self, rows: Iterable[Row], name: str = "complaints") -> list[FileRecord]:
        """Deliver rows like `night`, but only to the door; return what is said of the files."""
        write_export(self.exports / f"{name}.csv", rows)
        return self.deliver_as_it_is()

    def deliver_as_it_is(self) -> list[FileRecord]:
        """Deliver what lies in the folder."""
        settings = self.settings.model_copy(update={"as_of": self.day})
        self.day += timedelta(days=1)
        with start_run(settings) as run:
            records = []
            for source in read_sources(settings.source):
                found = find_deliveries(settings, source)
                records += found.records
                for delivery in found.deliveries.get("complaints", []):
                    extracted = extract(settings, run, delivery)
                    records += [file for file in extracted.files if file.status != "loaded"]
                    if extracted.is_taken:
                        judge(settings, run, logged_steps(run, WITHOUT_DBT))
            return record_files(settings, run, records)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the working store."""
        return query(self.settings.warehouse_path, sql)

    def stops(self) -> list[tuple[Any, ...]]:
        """Return why deliveries were stopped so far."""
        return self.ask(STOPPED)
