"""The last state of the quarter, loaded once into a home of its own, and how marts are compared."""

from collections import Counter
from datetime import date
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from compiled_models import WITHOUT_DBT
from complaints.expectations.acceptances import Asked, accept
from complaints.flows.night import run_night
from complaints.warehouse.settings import Settings, read_settings
from digest_model import Kept, Place, Warehouse
from quarter import HEADER, nights
from small_home import ended, exit_with, start
from soak_nights import ROLE

# What a home has of its own: its runs, what its earlier nights counted, the files it was given.
HISTORY = {
    *("ops_runs", "ops_steps", "ops_alerts", "dq_trends", "dq_deliveries"),
    "rpt_figure_history",
}
# The names of rows and runs, since when a row has been held back or accepted, and where a
# spreadsheet shows it.
OWN_COLUMNS = {"record_id", "run_id", "held_since", "accepted_on", "spreadsheet_row"}
# Where a record was delivered last; it is compared as the record that lay there.
PLACES = (("file_name", "row_number"), ("source_file", "source_row"))

LONGEST_LINE, MOST_LINES = 300, 20  # of what is said of a difference

Marts = dict[str, Counter[tuple[Any, ...]]]
Records = dict[Place, str]


class CleanLoad(NamedTuple):
    """A home that loads the last state of the quarter once.

    Attributes:
        settings: of the home.
        records: what lies where in its one export.
        process: the night, which accepts what is accepted at the end of the quarter.
    """

    settings: Settings
    records: Records
    process: ForkServerProcess

    def marts(self) -> Marts:
        """Return its marts, once it has ended."""
        assert ended(self.process) == 0, "the clean load failed"
        return marts_of(self.settings, self.records)


def start_clean_load(folder: Path) -> CleanLoad:
    """Start a night on what the newest deliveries of the quarter say."""
    warehouse, day = last_state()
    (folder / "exports").mkdir(parents=True)
    settings = read_settings(home=folder / "home", source=folder / "exports", as_of=day)
    name = "everything.csv"
    lines = [kept.line.text for kept in warehouse.kept]
    (folder / "exports" / name).write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    accepted = [
        Asked(line.row["case_reference"], line.row["stage"], code)
        for (_, code), line in warehouse.accepted.items()
        if line in [kept.line for kept in warehouse.kept]
    ]
    records = {Place(name, number): text for number, text in enumerate(lines, start=1)}
    return CleanLoad(settings, records, start(load_and_accept, settings, accepted))


def last_state() -> tuple[Warehouse, date]:
    """Return what the deliveries of the whole quarter come to, and its last day."""
    warehouse = Warehouse()
    for night in nights():
        warehouse.load(night.folder, night.day)
        for accepted in night.accepted:
            warehouse.accept(accepted)
    return warehouse, night.day


def load_and_accept(settings: Settings, accepted: list[Asked]) -> None:
    """Run the night, accept, and run it again."""
    run_night(settings)
    for asked in accepted:
        accept(settings, asked, ROLE, "Checked against the letters.")
    exit_with(partial(run_night, settings, WITHOUT_DBT))


def records_of(kept: list[Kept]) -> Records:
    """Return what lies where."""
    return {each.place: each.line.text for each in kept}


def marts_of(settings: Settings, records: Records) -> Marts:
    """Return the published rows, but for what is a home's own."""
    with duckdb.connect(settings.marts_path, read_only=True) as marts:
        tables = marts.execute("select table_name from duckdb_tables()").fetchall()
        return {
            name: _rows(marts.sql(f"from {name}"), records)
            for (name,) in tables
            if name not in HISTORY
        }


def _rows(table: duckdb.DuckDBPyRelation, records: Records) -> Counter[tuple[Any, ...]]:
    compared = [name for name in table.columns if name not in OWN_COLUMNS]
    placed = next((columns for columns in PLACES if set(columns) <= set(compared)), ())
    rows: Counter[tuple[Any, ...]] = Counter()
    for values in table.fetchall():
        row = dict(zip(table.columns, values, strict=True))
        where = [records[Place(*(row[name] for name in placed))]] if placed else []
        rows[*where, *(row[name] for name in compared if name not in placed)] += 1
    return rows


def unlike(ours: Marts, clean: Marts) -> list[str]:
    """Return, in a few lines, the rows that only one of the two has."""
    assert ours.keys() == clean.keys()
    lines = [
        f"{table}, {whose} only: {row}"[:LONGEST_LINE]
        for table in ours
        for whose, rows in (
            ("the quarter's", ours[table] - clean[table]),
            ("the clean load's", clean[table] - ours[table]),
        )
        for row in list(rows)[:3]
    ]
    return lines[:MOST_LINES]
