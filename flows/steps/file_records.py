"""What a run says of each file, in raw.delivery_files."""

from collections.abc import Sequence
from dataclasses import astuple, fields

import duckdb

from complaints.flows.readers.export_files import FileRecord
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse

NAMES = ", ".join(field.name for field in fields(FileRecord))


def record_files(settings: Settings, run: Run, records: Sequence[FileRecord]) -> list[FileRecord]:
    """Record the files of which nothing was taken tonight: unchanged, superseded or rejected.

    A file that this same run took before it was interrupted keeps its record; other content under
    its name has a record of its own.

    Returns:
        Every record of this run, the counts of the rows with it.
    """
    with open_warehouse(settings) as store:
        return record_untaken(store, run, records)


def record_untaken(
    store: duckdb.DuckDBPyConnection, run: Run, records: Sequence[FileRecord]
) -> list[FileRecord]:
    """Record files of which nothing was taken in an open store; see `record_files`."""
    store.begin()
    taken = {(each.source, each.file_name, each.content_hash) for each in _recorded(store, run)}
    new = [r for r in records if (r.source, r.file_name, r.content_hash) not in taken]
    write_records(store, run, new)
    store.commit()
    return _recorded(store, run)


def write_records(
    store: duckdb.DuckDBPyConnection,
    run: Run,
    records: Sequence[FileRecord],
    delivery_number: int | None = None,
) -> None:
    """Write the records of this run's files, within the transaction that takes their rows."""
    marks = ", ".join("?" for _ in fields(FileRecord))
    for record in records:
        store.execute(
            "delete from raw.delivery_files where run_id = ? and source = ? and file_name = ? "
            "and (status <> 'loaded' or content_hash is not distinct from ?)",
            [run.run_id, record.source, record.file_name, record.content_hash],
        )
        store.execute(
            f"insert into raw.delivery_files (run_id, delivery_number, {NAMES}) "
            f"values (?, ?, {marks})",
            [
                run.run_id,
                delivery_number if record.status == "loaded" else None,
                *astuple(record),
            ],
        )


def _recorded(store: duckdb.DuckDBPyConnection, run: Run) -> list[FileRecord]:
    rows = store.execute(
        f"select {NAMES} from raw.delivery_files where run_id = ? order by source, file_name",
        [run.run_id],
    ).fetchall()
    return [FileRecord(*row) for row in rows]
