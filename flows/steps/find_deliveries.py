"""Find what a source has delivered since the last night: which files to read, in which order."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

import duckdb

from complaints.flows.readers.export_files import ExportFile, FileRecord, list_files
from complaints.flows.readers.sources import Source
from complaints.flows.steps.delivery_history import DeliveryHistory, read_history

__all__ = [
    "Delivery",
    "ExportFile",
    "FileRecord",
    "Found",
    "delivery_identity",
    "find_deliveries",
]


@dataclass(frozen=True)
class Delivery:
    """Files that are read together, or a database."""

    source: Source
    files: tuple[ExportFile, ...]
    is_database: bool = False

    def waiting_records(self) -> list[FileRecord]:
        """Return the records of files that wait, because those before could not be read yet.

        Loaded now, they would make the delivery before them one that comes too late.
        """
        problem = "waits for an older file that could not be read yet; the next night reads both"
        return [file.unread(self.source, problem) for file in self.files]


@dataclass
class Found:
    """The deliveries to read, oldest first, the files that are not read, and the report's own."""

    deliveries: list[Delivery] = field(default_factory=list)
    records: list[FileRecord] = field(default_factory=list)
    optional_inputs: list[ExportFile] = field(default_factory=list)


def find_deliveries(connection: duckdb.DuckDBPyConnection, source: Source) -> Found:
    """Return what to read of a source tonight."""
    if source.database:
        return Found([Delivery(source, (), is_database=True)])
    content = list_files(source)
    found = Found(records=content.records, optional_inputs=content.optional_inputs)
    history = read_history(connection, source)
    current = [file for file in content.files if _is_current(file, source, history, found)]
    identity = history.identity
    batches = _batches(current)
    for number, batch in enumerate(batches, start=1):
        if number < len(batches):
            found.records += [
                file.record(source, "superseded") for file in batch if file.version in history.taken
            ]
            batch = [file for file in batch if file.version not in history.taken]
        if not batch:
            continue
        batch_identity = delivery_identity(source, [file.content_hash for file in batch])
        if batch_identity == identity:
            found.records += [_unread(file, source, history) for file in batch]
        else:
            found.deliveries.append(Delivery(source, tuple(batch)))
        identity = batch_identity
    return found


def delivery_identity(source: Source, content_hashes: Iterable[str]) -> str:
    """Return what a delivery is known by: the set of its contents, and how they are read."""
    parts = [source.definition_hash, *sorted(set(content_hashes))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _is_current(file: ExportFile, source: Source, history: DeliveryHistory, found: Found) -> bool:
    """Return whether a file is as new as what was loaded of its series; note it if it is not."""
    newest = history.newest_stamps.get(file.series or "")
    if newest is None or file.stamp is None or file.stamp >= newest:
        return True
    if file.version in history.taken:
        found.records.append(file.record(source, "superseded"))
    else:
        message = history.rejection(file) or (
            f"{file.name} is dated before the newest loaded file of its name ({newest}); "
            "deliver what it holds under a newer date."
        )
        found.records.append(file.record(source, "rejected", message))
    return False


def _batches(files: list[ExportFile]) -> list[list[ExportFile]]:
    """Group files into deliveries, oldest first.

    A delivery holds, of each series, the file with the same place among the files of one date.
    Files without a stamp belong to the newest delivery.
    """
    batches: dict[tuple[str, int], list[ExportFile]] = {}
    stamped = sorted(
        (file for file in files if file.stamp),
        key=lambda file: (file.series, file.stamp, file.name),
    )
    for (_, day), same_day in groupby(stamped, lambda file: (file.series, (file.stamp or "")[:10])):
        for place, file in enumerate(same_day):
            batches.setdefault((day, place), []).append(file)
    ordered = [batches[key] for key in sorted(batches)] or [[]]
    ordered[-1] += [file for file in files if not file.stamp]
    return [sorted(batch, key=lambda file: file.name) for batch in ordered]


def _unread(file: ExportFile, source: Source, history: DeliveryHistory) -> FileRecord:
    """Return the record of a file of a delivery that did not change; what was rejected stays so."""
    message = history.rejection(file)
    return file.record(source, "rejected" if message else "unchanged", message)
