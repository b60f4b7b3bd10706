"""What the tests of the extract side share: a working store, and exports written to a folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from complaints.flows.readers.export_files import FileRecord
from complaints.flows.readers.sources import Source
from complaints.flows.steps.extract import Extracted, extract
from complaints.flows.steps.find_deliveries import find_deliveries
from complaints.warehouse.store import SQL_FOLDER

HEADER = "case_reference,procedure,stage,received_date"
ROW = "C1,statutory,stage_1,2018-07-02"


def open_store(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(folder / "store.duckdb")
    connection.execute((SQL_FOLDER / "schema.sql").read_text(encoding="utf-8"))
    return connection


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


def read_folder(connection: duckdb.DuckDBPyConnection, source: Source) -> Extracted:
    """Extract the one delivery of a folder."""
    (delivery,) = find_deliveries(connection, source).deliveries
    return extract(connection, delivery)


def landed(connection: duckdb.DuckDBPyConnection, *columns: str) -> list[tuple[Any, ...]]:
    names = ", ".join(columns or ("row_number", "case_reference", "stage", "received_date"))
    return connection.execute(
        f"select {names} from landing.text_rows order by file_order, row_number"
    ).fetchall()


def night(
    connection: duckdb.DuckDBPyConnection, source: Source, run_id: str
) -> dict[str, tuple[str, str | None]]:
    """Do what a night does about files, the loading of rows left out; return their states."""
    found = find_deliveries(connection, source)
    records: list[FileRecord] = list(found.records)
    for delivery in found.deliveries:
        extracted = extract(connection, delivery)
        records += extracted.records
        if extracted.is_unchanged or all(r.status == "rejected" for r in extracted.records):
            continue
        connection.execute(
            "insert into raw.deliveries "
            "select coalesce(max(delivery_number), 0) + 1, ?, ?, ? from raw.deliveries",
            [source.code, run_id, extracted.identity],
        )
    for record in records:
        connection.execute(
            "insert into raw.delivery_files by name select ? as run_id, ? as source, "
            "? as file_name, ? as content_hash, ? as series, ? as stamp, ? as rows_read, "
            "? as status, ? as message",
            [
                run_id,
                record.source,
                record.file_name,
                record.content_hash,
                record.series,
                record.stamp,
                record.rows_read,
                record.status,
                record.message,
            ],
        )
    return {record.file_name: (record.status, record.message) for record in records}


def read_one(store, exports, content, name="complaints.csv", **settings):
    """Write one file, extract it, and return its record."""
    exports.mkdir(exist_ok=True)
    (exports / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (record,) = read_folder(store, folder_source(exports, **settings)).records
    return record
