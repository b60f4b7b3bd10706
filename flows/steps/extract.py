"""Read a delivery as text into landing.text_rows."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.steps.delivery_history import last_identity
from flows.steps.export_files import ExportFile, FileRecord
from flows.steps.find_deliveries import Delivery, delivery_identity
from flows.steps.read_csv import read_csv
from flows.steps.read_workbook import read_workbook
from flows.steps.text_rows import (
    FileRejectedError,
    Target,
    counted_rows,
    create_text_rows,
    forget_rows,
)


@dataclass(frozen=True)
class Extracted:
    """What was read: a record for each file, and what the delivery is known by."""

    records: list[FileRecord]
    identity: str
    is_unchanged: bool


def extract(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, is_known_text_kept: bool = True
) -> Extracted:
    """Create or replace landing.text_rows with a delivery's rows.

    To be called outside a transaction: a file that is rejected ends a statement with an error.

    Args:
        connection: the working store.
        delivery: the files, or the table or query of a database.
        is_known_text_kept: false where rows that the warehouse holds with the same content need
            not be read again: their case reference, stage and last_updated are enough.

    Raises:
        UsageError: the source's database is wrongly described.
        RunFailedError: the source's database does not answer.
    """
    create_text_rows(connection)
    if delivery.is_database:
        return _extract_database(connection, delivery, is_known_text_kept)
    records = [
        _extract_file(
            connection,
            Target(delivery.source, file.name, order, is_known_text_kept=is_known_text_kept),
            file,
        )
        for order, file in enumerate(delivery.files)
    ]
    hashes = [file.content_hash for file in delivery.files]
    return Extracted(records, delivery_identity(delivery.source, hashes), is_unchanged=False)


def _extract_file(
    connection: duckdb.DuckDBPyConnection, target: Target, file: ExportFile
) -> FileRecord:
    problem = read_file(connection, file.path, target)
    if problem:
        forget_rows(connection, target)
        return file.record(target.source, "rejected", f"{file.name} {problem}.")
    rows, _ = counted_rows(connection, target)
    return file.record(target.source, "loaded", rows_read=rows)


def read_file(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> str | None:
    """Read a file into the landing table of its layout.

    Returns:
        Why it is rejected, in words that go on from its name; None if it was read.
    """
    read = read_workbook if path.suffix.lower() == ".xlsx" else read_csv
    try:
        read(connection, path, target)
    except FileRejectedError as error:
        return str(error)
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    return None


def _extract_database(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, is_known_text_kept: bool
) -> Extracted:
    # SQLAlchemy takes a second to import, which sources of files do not need.
    from flows.steps.read_database import read_database

    source = delivery.source
    name = source.database.name if source.database else ""
    target = Target(source, name, 0, is_known_text_kept=is_known_text_kept)
    try:
        rows = read_database(connection, target)
    except FileRejectedError as error:
        record = FileRecord(source.code, name, status="rejected", message=f"{name} {error}.")
        return Extracted([record], delivery_identity(source, []), is_unchanged=False)
    content_hash = _content_hash(connection)
    identity = delivery_identity(source, [content_hash])
    if identity == last_identity(connection, source):
        record = FileRecord(source.code, name, content_hash, status="unchanged")
        return Extracted([record], identity, is_unchanged=True)
    record = FileRecord(source.code, name, content_hash, status="loaded", rows_read=rows)
    return Extracted([record], identity, is_unchanged=False)


def _content_hash(connection: duckdb.DuckDBPyConnection) -> str:
    """Return a hash of all rows, whatever their order."""
    content = connection.execute(
        "select count(*), sum(hash(content_hash)::hugeint), bit_xor(hash(content_hash)) "
        "from landing.text_rows"
    ).fetchone()
    return hashlib.sha256(repr(content).encode()).hexdigest()
