"""Read a delivery as text into landing.text_rows."""

import hashlib
from dataclasses import dataclass

import duckdb

from complaints.flows.readers.csv_file import read_csv
from complaints.flows.readers.export_files import ExportFile, FileRecord
from complaints.flows.readers.text_rows import (
    FileRejectedError,
    Target,
    counted_rows,
    create_text_rows,
    forget_rows,
)
from complaints.flows.readers.workbook import read_workbook
from complaints.flows.steps.delivery_history import last_identity
from complaints.flows.steps.find_deliveries import Delivery, delivery_identity

STILL_WRITTEN = (
    "was still being written while it was read, so it was not loaded; the next night reads it"
)


@dataclass(frozen=True)
class Extracted:
    """What was read: a record for each file, and what the delivery is known by."""

    records: list[FileRecord]
    identity: str
    is_unchanged: bool

    @property
    def must_be_read_again(self) -> bool:
        """Whether a file could not be read as it was found, so that the next night reads it."""
        return any(record.content_hash is None for record in self.records)


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
    # Without what was not read as it was found: the next night finds another delivery.
    hashes = [record.content_hash for record in records if record.content_hash]
    return Extracted(records, delivery_identity(delivery.source, hashes), is_unchanged=False)


def _extract_file(
    connection: duckdb.DuckDBPyConnection, target: Target, file: ExportFile
) -> FileRecord:
    rejected = read_file(connection, file, target)
    if rejected:
        forget_rows(connection, target)
        return rejected
    rows, _ = counted_rows(connection, target)
    return file.record(target.source, "loaded", rows_read=rows)


def read_file(
    connection: duckdb.DuckDBPyConnection, file: ExportFile, target: Target
) -> FileRecord | None:
    """Read a file into the landing table of its layout.

    Returns:
        Its record if it is rejected, None if it was read. A file that is still being written says
        so whatever else is wrong with it.
    """
    read = read_workbook if file.path.suffix.lower() == ".xlsx" else read_csv
    problem = None
    try:
        try:
            read(connection, file.path, target)
        except FileRejectedError as error:
            problem = str(error)
        if file.has_changed():
            return file.unread(target.source, STILL_WRITTEN)
    except OSError as error:
        return file.unread(target.source, f"cannot be opened ({error.strerror})")
    return file.record(target.source, "rejected", f"{file.name} {problem}.") if problem else None


def _extract_database(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery, is_known_text_kept: bool
) -> Extracted:
    # SQLAlchemy takes a second to import, which sources of files do not need.
    from complaints.flows.readers.database import read_database

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
