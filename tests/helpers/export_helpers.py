"""What the tests of the extract side share: a working store, and exports written to a folder."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from complaints.flows.readers.sources import Source
from complaints.flows.steps.extract import Extracted, read_delivery
from complaints.flows.steps.file_records import record_untaken
from complaints.flows.steps.find_deliveries import unread_deliveries
from complaints.warehouse.runs import Run
from complaints.warehouse.store import make_tables

HEADER = "case_reference,procedure,stage,received_date"
ROW = "C1,statutory,stage_1,2018-07-02"


def open_store(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(folder / "store.duckdb")
    make_tables(connection)
    return connection


def run_called(run_id: str) -> Run:
    """Return a run, as far as reading needs to know it."""
    return Run(run_id, datetime(2018, 11, 27), date(2018, 11, 27), rulebook="")


def write_csv(folder: Path, name: str, *lines: str, encoding: str = "utf-8") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def write_workbook(folder: Path, name: str, *rows: Sequence[Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    workbook.save(folder / name)
    return folder / name


def folder_source(folder: Path, **settings: Any) -> Source:
    folder.mkdir(parents=True, exist_ok=True)
    return Source(code="complaints", files=".", base_folder=folder, **settings)


def read_folder(store: duckdb.DuckDBPyConnection, source: Source) -> Extracted:
    """Read the one delivery of a folder."""
    (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
    return read_delivery(store, run_called("read"), delivery)


def landed(store: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple[Any, ...]]:
    names = ", ".join(columns or ("row_number", "case_reference", "stage", "received_date"))
    return store.execute(
        f"select {names} from text_rows order by file_order, row_number"
    ).fetchall()


def night(
    store: duckdb.DuckDBPyConnection, source: Source, run_id: str
) -> dict[str, tuple[str, str | None]]:
    """Do what a night does about files, the judging of rows left out; return their states."""
    run = run_called(run_id)
    found = unread_deliveries(store, source)
    records = list(found.records)
    for delivery in found.deliveries.get("complaints", []):
        files = read_delivery(store, run, delivery).files
        records += [file for file in files if file.status != "loaded"]
    recorded = record_untaken(store, run, records)
    return {record.file_name: (record.status, record.message) for record in recorded}


def read_one(store, exports, content, name="complaints.csv", **settings):
    """Write one file, extract it, and return its record."""
    exports.mkdir(exist_ok=True)
    (exports / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (record,) = read_folder(store, folder_source(exports, **settings)).files
    return record
