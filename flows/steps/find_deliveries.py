"""Which deliveries of a source the warehouse has not read yet."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import duckdb

from complaints.flows.readers.export_files import (
    ExportFile,
    FileRecord,
    list_files,
    record_without_files,
)
from complaints.flows.readers.sources import Source
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse


@dataclass(frozen=True)
class Delivery:
    """Files of one dataset that are read together, or a database."""

    source: Source
    files: tuple[ExportFile, ...] = ()
    dataset: str = COMPLAINTS.dataset

    def waiting_records(self) -> list[FileRecord]:
        """Return the records of files that wait, because those before could not be read yet.

        Loaded now, they would make the delivery before them one that comes too late.
        """
        problem = "waits for an older file that could not be read yet; the next night reads both"
        return [file.unread(self.source, problem) for file in self.files]


@dataclass
class Found:
    """The deliveries of each dataset to read, oldest first, and the files that are not read."""

    deliveries: dict[str, list[Delivery]] = field(default_factory=dict)
    records: list[FileRecord] = field(default_factory=list)


@dataclass(frozen=True)
class DeliveryHistory:
    """What earlier nights made of the files of a source and dataset.

    Attributes:
        taken: the versions that were read.
        newest_dates: the newest date that was read of each series.
        identity: what the delivery read last is known by.
        rejections: messages of files that came with that delivery, by name and content.
        names: all files that came with it.
        stopped: the versions that were stopped at the door.
    """

    taken: frozenset[tuple[str | None, str | None, str]]
    newest_dates: dict[str, str]
    identity: str | None
    rejections: dict[tuple[str, str | None], str]
    names: frozenset[str]
    stopped: frozenset[tuple[str | None, str | None, str]] = frozenset()

    def rejection(self, file: ExportFile) -> str | None:
        """Return the message with which the last delivery's run rejected this content."""
        message = self.rejections.get((file.name, file.content_hash))
        if message is None and file.name not in self.names:  # the file was renamed
            by_hash = {content: text for (_, content), text in self.rejections.items()}
            message = by_hash.get(file.content_hash)
        return message


def find_deliveries(settings: Settings, source: Source, earlier: Sequence[Source] = ()) -> Found:
    """Return what to read of a source tonight; see `list_files`."""
    with open_warehouse(settings) as store:
        return unread_deliveries(store, source, settings.as_of_day, earlier)


def sources_without_files(sources: Sequence[Source], found: Sequence[Found]) -> list[FileRecord]:
    """Return a record for each source that has no file where others have some."""
    if not any(each.deliveries or each.records for each in found):
        return []
    return [
        record_without_files(source)
        for source, each in zip(sources, found, strict=True)
        if not each.deliveries and not each.records
    ]


def unread_deliveries(
    store: duckdb.DuckDBPyConnection,
    source: Source,
    as_of_day: date = date.max,
    earlier: Sequence[Source] = (),
) -> Found:
    """Return the deliveries of a source that the store does not hold yet."""
    if source.database:
        return Found({COMPLAINTS.dataset: [Delivery(source)]})
    files, rejected = list_files(source, earlier)
    found = Found(records=rejected)
    for dataset in LAYOUTS:
        if of_dataset := [file for file in files if file.dataset == dataset]:
            # The sources file's names and constants are those of complaints.
            reads = source if dataset == COMPLAINTS.dataset else source.without_mapping()
            of_dataset = _without_later_days(of_dataset, reads, as_of_day, found)
            history = _history(store, reads, dataset, as_of_day)
            found.deliveries[dataset] = _unread_deliveries(reads, of_dataset, history, found)
    return found


def _without_later_days(
    files: list[ExportFile], source: Source, as_of_day: date, found: Found
) -> list[ExportFile]:
    """Refuse files stamped after the as-of day: one mistyped day would shut out all later files."""
    later = [file for file in files if (file.file_date or "")[:10] > as_of_day.isoformat()]
    for file in later:
        problem = sentence_of(
            "dated_after_as_of_day", day=(file.file_date or "")[:10], as_of_day=as_of_day
        )
        found.records.append(file.record(source, "rejected", f"{file.name} {problem}."))
    return [file for file in files if file not in later]


def delivery_identity(source: Source, content_hashes: Iterable[str]) -> str:
    """Return what a delivery is known by: the set of its contents, and how they are read."""
    parts = [source.definition_hash, *sorted(set(content_hashes))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def last_identity(store: duckdb.DuckDBPyConnection, source: Source, dataset: str) -> str | None:
    """Return the identity of the delivery that was read last of a source and dataset."""
    return _last_delivery(store, source, dataset)[1]


def _unread_deliveries(
    source: Source, files: list[ExportFile], history: DeliveryHistory, found: Found
) -> list[Delivery]:
    current = [file for file in files if _is_current(file, source, history, found)]
    identity = history.identity
    batches = _batches(current)
    deliveries = []
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
            deliveries.append(Delivery(source, tuple(batch), batch[0].dataset))
        identity = batch_identity
    return deliveries


def _is_current(file: ExportFile, source: Source, history: DeliveryHistory, found: Found) -> bool:
    """Return whether a file is as new as what was loaded of its series; note it if it is not."""
    newest = history.newest_dates.get(file.file_series or "")
    if newest is None or file.file_date is None or file.file_date >= newest:
        return True
    if file.version in history.taken | history.stopped:
        found.records.append(file.record(source, "superseded"))
    else:
        problem = sentence_of("dated_before_newest", newest=newest)
        message = history.rejection(file) or f"{file.name} {problem}."
        found.records.append(file.record(source, "rejected", message))
    return False


def _batches(files: list[ExportFile]) -> list[list[ExportFile]]:
    """Group files into deliveries, oldest first.

    A delivery holds, of each series, the file with the same place among the files of one date.
    Files without a date belong to the newest delivery. Of an optional input every file is a
    delivery of its own, one without a date the newest.
    """
    if files and files[0].dataset != COMPLAINTS.dataset:
        oldest_first = sorted(files, key=lambda f: (f.file_date is None, f.file_date or "", f.name))
        return [[file] for file in oldest_first]
    batches: dict[tuple[str, int], list[ExportFile]] = {}
    dated = sorted(
        (file for file in files if file.file_date),
        key=lambda file: (file.file_series, file.file_date, file.name),
    )
    for (_, day), same_day in groupby(dated, lambda f: (f.file_series, (f.file_date or "")[:10])):
        for place, file in enumerate(same_day):
            batches.setdefault((day, place), []).append(file)
    ordered = [batches[key] for key in sorted(batches)] or [[]]
    ordered[-1] += [file for file in files if not file.file_date]
    return [sorted(batch, key=lambda file: file.name) for batch in ordered]


def _unread(file: ExportFile, source: Source, history: DeliveryHistory) -> FileRecord:
    """Return the record of a file of a delivery that did not change; what was rejected stays so."""
    message = history.rejection(file)
    return file.record(source, "rejected" if message else "unchanged", message)


def _history(
    store: duckdb.DuckDBPyConnection, source: Source, dataset: str, as_of_day: date
) -> DeliveryHistory:
    given = [source.code, dataset]
    run_id, identity = _last_delivery(store, source, dataset)
    taken = store.execute(
        "select distinct file_series, file_date, content_hash from raw.delivery_files "
        "where source = ? and dataset = ? and status in ('loaded', 'unchanged')",
        given,
    ).fetchall()
    stopped = store.execute(
        "select distinct file_series, file_date, content_hash from raw.delivery_files "
        "where source = ? and dataset = ? and status = 'stopped'",
        given,
    ).fetchall()
    newest_dates: dict[str, str] = {}
    for series, day, _ in taken:
        if day and day[:10] <= as_of_day.isoformat():  # a mistyped one of an earlier version
            newest_dates[series] = max(day, newest_dates.get(series, ""))
    last_files = store.execute(
        "select file_name, content_hash, status, message from raw.delivery_files "
        "where source = ? and dataset = ? and run_id = ?",
        [*given, run_id],
    ).fetchall()
    return DeliveryHistory(
        taken=frozenset(taken),
        newest_dates=newest_dates,
        identity=identity,
        rejections={(name, hash_): text for name, hash_, s, text in last_files if s == "rejected"},
        names=frozenset(name for name, *_ in last_files),
        stopped=frozenset(stopped),
    )


def _last_delivery(
    store: duckdb.DuckDBPyConnection, source: Source, dataset: str
) -> tuple[str | None, str | None]:
    """Return run and identity of the delivery that was read last of a source and dataset."""
    row = store.execute(
        "select run_id, identity from raw.deliveries where source = ? and dataset = ? "
        "order by delivery_number desc limit 1",
        [source.code, dataset],
    ).fetchone()
    return row or (None, None)
