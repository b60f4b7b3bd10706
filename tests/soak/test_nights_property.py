"""Whatever comes on whichever night, the warehouse ends where the last state at once ends."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples

from compiled_models import Model, compiled_models, fill
from complaints.flows.night import PLAIN, run_night
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.store import open_warehouse
from conftest import query
from delivery_model import (
    HEADER,
    WAITING,
    Counts,
    Held,
    Night,
    Place,
    as_csv,
    delivered,
    files_of,
    nights,
)

pytestmark = pytest.mark.soak

FIRST_DAY = date(2026, 4, 20)
BLANK = dict.fromkeys(HEADER, "")
# Both clocks hang on a day that is still to come on the first night, and neither case is delivered
# again: the one waits for its acknowledgement, the other for a start that was agreed.
DAYS_TO_COME = [
    Night(
        0,
        [
            [
                BLANK | WAITING | {"case_reference": "C1", "acknowledged_date": "2026-04-22"},
                BLANK | WAITING | {"case_reference": "C2", "clock_start_date": "2026-04-21"},
            ]
        ],
    ),
    Night(2, [[BLANK | WAITING | {"case_reference": "C3"}]]),
]


class Bare(NamedTuple):
    """A working store in which dbt built everything and nothing was delivered."""

    warehouse: Path
    records: list[Model]
    deadlines: list[Model]


@pytest.fixture(scope="module")
def bare(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    path = tmp_path_factory.mktemp("bare") / "warehouse.duckdb"
    shutil.copyfile(example.warehouse_path, path)
    with duckdb.connect(path) as warehouse:
        warehouse.execute("drop schema marts cascade")
        for schema, table in warehouse.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where schema_name in ('raw', 'validation')"
        ).fetchall():
            warehouse.execute(f"delete from {schema}.{table}")
    return Bare(path, *(compiled_models(example.home, part) for part in ("records", "deadlines")))


class Home:
    """A home whose nights are real up to gate 2; dbt's models run from their compiled SQL."""

    def __init__(self, folder: Path, bare: Bare) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.exports = folder / "exports"
        settings = read_settings(home=folder / "home", source=self.exports)
        # Deliveries that have little in common are what is tried here: the door is open.
        self.settings = settings.model_copy(update={"door_rows_from": 1_000_000})
        self.settings.home.mkdir(parents=True)
        shutil.copyfile(bare.warehouse, self.settings.warehouse_path)

        def nothing(*_given: Any) -> list[str]:
            return []

        def build_records(settings: Settings) -> None:
            with open_warehouse(settings) as warehouse:
                fill(warehouse, bare.records)

        def build_deadlines(settings: Settings) -> None:
            with open_warehouse(settings) as warehouse:
                fill(warehouse, bare.deadlines)

        self.steps = (
            PLAIN
            | {"build_records": build_records, "build_deadlines": build_deadlines}
            | dict.fromkeys(("build_reference", "build_marts", "check_marts", "publish"), nothing)
        )

    def deliver(self, files: dict[str, str], as_of: date) -> None:
        """Run a night on these files in place of the ones before."""
        shutil.rmtree(self.exports, ignore_errors=True)
        self.exports.mkdir()
        for name, content in files.items():
            (self.exports / name).write_text(content, encoding="utf-8")
        run_night(self.settings.model_copy(update={"as_of": as_of}), self.steps)

    def raw(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the working store, sorted."""
        return sorted(query(self.settings.warehouse_path, sql), key=repr)

    def current(self, place_of: Callable[[Place], Place] = lambda place: place) -> Any:
        """Return the current rows and what was found on them, by where they were delivered.

        What the versions before them say is left out: there is none where all came at once.
        """
        rows = {
            place_of(Place(*found[:2])): found[2:]
            for found in self.raw(
                "select file_name, row_number, * exclude (file_name, row_number, record_id, "
                "received_date_before, was_answered_before, last_updated_before) "
                "from intermediate.int_complaint_rows"
            )
        }
        findings = [
            (place_of(Place(*found[:2])), *found[2:])
            for found in self.raw(
                "select file_name, row_number, rule_code, gate "
                "from validation.findings join intermediate.int_complaint_rows using (record_id) "
                "where rule_code not in ('last_updated_went_back', 'received_date_moved')"
            )
        ]
        return rows, sorted(findings)

    def file_counts(self) -> dict[str, tuple[int, ...]]:
        """Return, for each file of the last run: rows read, and their fates."""
        return {
            name: counts
            for name, *counts in self.raw(
                "select file_name, rows_read, rows_duplicate, rows_superseded, rows_loaded, "
                "rows_unchanged, rows_quarantined from raw.delivery_files "
                "where run_id = (select run_id from raw.run) and status = 'loaded'"
            )
        }


@examples(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@example(delivered_nights=DAYS_TO_COME)
@given(delivered_nights=nights())
def test_nights_one_by_one_end_like_the_last_state_at_once(
    bare: Bare, tmp_path_factory: pytest.TempPathFactory, delivered_nights: list[Night]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "nights"
    nightly, at_once = Home(folder / "nightly", bare), Home(folder / "at_once", bare)
    held, as_of, last_contents = Held(), FIRST_DAY, set()
    for number, night in enumerate(delivered_nights):
        as_of += timedelta(days=night.days_later)
        rows = files_of(night, number)
        files = {name: as_csv(rows[name]) for name in rows}
        nightly.deliver(files, as_of)
        # The contents of the delivery before are not read again, whatever the files are called.
        if set(files.values()) != last_contents:
            assert_every_row_has_one_fate(nightly, held.take(delivered(rows)))
            last_contents = set(files.values())
        assert_states_say_what_is_current(nightly)
    before = everything_in(nightly)
    nightly.deliver(files, as_of)
    assert everything_in(nightly) == before, "the same delivery again changed something"

    origins = {
        Place("last_state.csv", number): record.place
        for number, record in enumerate(held.records, start=1)
    }
    at_once.deliver({"last_state.csv": as_csv([r.row for r in held.records])}, as_of)
    assert nightly.current() == at_once.current(origins.__getitem__)


def assert_every_row_has_one_fate(home: Home, counts: dict[str, Counts]) -> None:
    found = home.file_counts()
    assert {name: Counts(*fates[:3]) for name, fates in found.items()} == counts
    assert all(fates[0] == sum(fates[1:]) for fates in found.values()), found


def assert_states_say_what_is_current(home: Home) -> None:
    """The newest state of every version is where it is now: loaded, held, or gone."""
    current = "select record_id, state from intermediate.int_record_states where state <> 'left'"
    assert home.raw(current) == home.raw(
        "select record_id, arg_max(state, state_number) as now from raw.record_states "
        "group by record_id having now <> 'left'"
    )


def everything_in(home: Home) -> Any:
    """Return what a night could change, the log of runs and files apart."""
    tables = ("records", "record_changes", "record_states", "delivered_rows", "deliveries")
    findings = home.raw("from validation.findings")
    return findings, {table: home.raw(f"from raw.{table}") for table in tables}
