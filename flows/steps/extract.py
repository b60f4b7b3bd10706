"""Read a delivery as text, and append to the records what says something new."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from complaints.flows.readers.contents import has_last_line_end
from complaints.flows.readers.export_files import ExportFile, FileRecord
from complaints.flows.readers.read_file import read_file
from complaints.flows.readers.sources import Source
from complaints.flows.readers.text_rows import (
    FileRejectedError,
    Target,
    counted_rows,
    create_text_rows,
    forget_rows,
)
from complaints.flows.steps.file_records import write_records
from complaints.flows.steps.find_deliveries import Delivery, delivery_identity, last_identity
from complaints.warehouse.engine import EmbeddedEngine, Engine, engine_of
from complaints.warehouse.erase_from_files import FREE_TEXT, SHORT_NUMBER, WORD_ALONE, text_without
from complaints.warehouse.erasures import know_erased_cases
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS, Layout
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse

# Within one transaction: how the delivery is read and judged, the text that is new, and which
# records left or came back.
NEW_DELIVERY = """
insert into raw.deliveries by name
select
    coalesce(max(delivery_number), 0) + 1 as delivery_number,
    $source as source,
    $dataset as dataset,
    $run_id as run_id,
    $as_of_day as as_of_day,
    $identity as identity,
    $dates as dates,
    $zone as zone,
    $reference_pattern as reference_pattern,
    $sla as sla,
    $optional::varchar[] as optional_columns,
    $names_not_found::varchar[] as names_not_found,
    map($names::varchar[], $values::double[]) as door
from raw.deliveries
returning delivery_number
"""
NEW_RECORDS = """
select
    record_id,
    $source as source,
    $delivery_number as first_delivery,
    file_name as first_file_name,
    row_number as first_row_number,
    field_count,
    header_field_count,
    {columns}
from text_rows
where not is_known and (record_id, {position}) in (
    select record_id, min({position}) from text_rows where not is_known group by record_id
)
"""
LEFT_OR_BACK = """
with before as (
    select record_id, min_by(file_name, file_position) as file_name,
        min_by(row_number, file_position) as row_number
    from raw.delivered_rows
    where delivery_number = (
        select max(delivery_number) from raw.deliveries
        where source = $source and dataset = $dataset and delivery_number < $delivery_number
    )
    group by record_id
),
now as (
    select record_id, min_by(file_name, {position}) as file_name,
        min_by(row_number, {position}) as row_number
    from text_rows group by record_id
)
select $delivery_number as delivery_number, record_id, false as is_delivered, file_name, row_number
from before anti join now using (record_id)
union all
select $delivery_number, record_id, true, file_name, row_number
from now anti join before using (record_id)
where record_id in (
    select record_id from {records}
    where source = $source and first_delivery < $delivery_number
)
"""
DELIVERED_ROWS = """
select
    $delivery_number as delivery_number,
    $source as source,
    $dataset as dataset,
    file_name,
    row_number,
    {position} as file_position,
    record_id
from text_rows
"""
# An optional input may name cases of another source: those that its own has no complaint of.
REFUSE_ERASED = """
delete from text_rows
where file_order = $1 and case_reference in (
    select case_reference from
        (select distinct case_reference from text_rows) as cases,
        (select $2 as source union select source from raw.deliveries) as sources
    where
        case_key(sources.source, case_reference) in (select case_key from raw.erasures)
        and (
            sources.source = $2
            or (
                $3 <> 'complaints' and case_reference not in (
                    select case_reference from raw.records
                    where source = $2 and case_reference is not null
                )
            )
        )
)
"""
# Where a source has a new code, its erased cases would come back as those of another source.
ERASED_ELSEWHERE = """
select count(distinct case_reference) from
    (select distinct case_reference from text_rows where file_order = $1) as cases,
    (select distinct source from raw.deliveries where source <> $2) as others
where case_key(others.source, case_reference) in (select case_key from raw.erasures)
"""
# What free text of another row says of an erased case, where its reference is one word.
ERASED_WORDS = f"""
select distinct word, {WORD_ALONE} as pattern from (
    select unnest(regexp_split_to_array({{column}}, '[\\s,;:.()]+')) as word from text_rows
    where file_order = $1
)
where case_key($2, word) in (select case_key from raw.erasures)
"""
NO_LIMITS: Mapping[str, float] = {}
POSITION = "(file_order::bigint << 40) + (row_number << 5) + part"


@dataclass(frozen=True)
class Extracted:
    """What was read of a delivery: its files, and whether anything of it was taken."""

    files: list[FileRecord]
    is_taken: bool

    @property
    def rows(self) -> int | None:
        """How many rows were read."""
        counts = [file.rows_read for file in self.files if file.rows_read is not None]
        return sum(counts) if counts else None

    @property
    def must_be_read_again(self) -> bool:
        """Whether a file could not be read as it was found, so that the next night reads it."""
        return any(file.content_hash is None for file in self.files)


def extract(settings: Settings, run: Run, delivery: Delivery) -> Extracted:
    """Read a delivery into the records: all that is new of it, with its log, or nothing at all.

    Args:
        settings: where the working store is.
        run: the run at work.
        delivery: the files, or the table or query of a database.

    Raises:
        UsageError: the source's database is wrongly described.
        RunFailedError: the source's database does not answer.
    """
    with open_warehouse(settings) as store:
        engine = engine_of(settings, store)
        are_any_erased = know_erased_cases(store, settings)
        door = settings.door | delivery.source.door
        return read_delivery(store, run, delivery, door, are_any_erased, engine)


def read_delivery(
    store: duckdb.DuckDBPyConnection,
    run: Run,
    delivery: Delivery,
    door: Mapping[str, float] = NO_LIMITS,
    are_any_erased: bool = False,
    engine: Engine | None = None,
) -> Extracted:
    """Read a delivery into the records of an open store; see `extract`."""
    layout = LAYOUTS[delivery.dataset]
    # Outside a transaction: a file that is rejected ends a statement with an error.
    create_text_rows(store, layout)
    if delivery.source.database:
        files = [_read_database(store, delivery)]
    else:
        files = [
            _read_file(store, delivery, order, file, layout)
            for order, file in enumerate(delivery.files)
        ]
    is_taken = any(file.status == "loaded" for file in files)
    if are_any_erased:
        files = [_without_erased(store, layout, file, order) for order, file in enumerate(files)]
    if is_taken:
        _append(store, engine or EmbeddedEngine(store), run, delivery, files, layout, door)
    return Extracted(files, is_taken)


def _without_erased(
    store: duckdb.DuckDBPyConnection, layout: Layout, file: FileRecord, order: int
) -> FileRecord:
    """Refuse the rows of cases that were erased: they are counted, and nothing of them is kept.

    An optional input may name a case too: its remedies, and what was recommended.
    """
    if file.status != "loaded":
        return file
    for column in set(FREE_TEXT) & set(layout.names):
        words = ERASED_WORDS.format(column=column)
        for word, pattern in store.execute(words, [order, file.source]).fetchall():
            if not SHORT_NUMBER.fullmatch(word):  # else it is any number
                update = f"update text_rows set {column} = {text_without(column)}"
                store.execute(update, {"pattern": pattern})
    if "case_reference" not in layout.names:
        return file
    (rows,) = store.execute(REFUSE_ERASED, [order, file.source, layout.dataset]).fetchall()[0]
    (cases,) = store.execute(ERASED_ELSEWHERE, [order, file.source]).fetchall()[0]
    message = file.message
    if cases:
        said = f"{file.file_name}: {sentence_of('erased_elsewhere', count=cases)}."
        message = f"{message} {said}" if message else said
    return replace(file, rows_erased=rows, message=message)


def _append(
    store: duckdb.DuckDBPyConnection,
    engine: Engine,
    run: Run,
    delivery: Delivery,
    files: list[FileRecord],
    layout: Layout,
    door: Mapping[str, float],
) -> None:
    # Without what was not read as it was found: the next night finds another delivery.
    hashes = [file.content_hash for file in files if file.content_hash]
    given = {"source": delivery.source.code, "dataset": delivery.dataset}
    names = {
        "records": layout.records_table,
        "columns": ", ".join(layout.names),
        "position": POSITION,
    }
    store.begin()
    (number,) = store.execute(
        NEW_DELIVERY,
        given
        | {
            "run_id": run.run_id,
            "as_of_day": run.as_of_day,
            "identity": delivery_identity(delivery.source, hashes),
            "dates": delivery.source.dates,
            "zone": delivery.source.zone,
            "reference_pattern": delivery.source.reference_pattern,
            "sla": delivery.source.sla,
            "optional": [name for entry in delivery.source.entries for name in entry.optional],
            "names_not_found": names_not_found(delivery.source, files),
            "names": list(door),
            "values": list(door.values()),
        },
    ).fetchall()[0]
    numbered = given | {"delivery_number": number}
    engine.append(
        layout.records_table,
        number,
        NEW_RECORDS.format(**names),
        {"source": given["source"], "delivery_number": number},
    )
    engine.append("raw.record_changes", number, LEFT_OR_BACK.format(**names), numbered)
    # Those of the delivery before stay until this one has passed the door (record_fates).
    engine.append("raw.delivered_rows", number, DELIVERED_ROWS.format(**names), numbered)
    write_records(store, run, files, number)
    store.commit()


def _read_file(
    store: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    order: int,
    file: ExportFile,
    layout: Layout,
) -> FileRecord:
    """Read a file; one that is still being written says so whatever else is wrong with it."""
    # The mapping of the sources file is that of complaints.
    source = file.source if file.source and layout == COMPLAINTS else delivery.source
    target = Target(source, file.name, order, layout, file.file_series)
    record = None
    note = None
    try:
        try:
            note = read_file(store, file.path, target)
        except FileRejectedError as problem:
            record = file.record(source, "rejected", f"{file.name} {problem}.")
        if file.has_changed():
            record = file.unread(source, sentence_of("still_being_written"))
    except OSError as error:
        record = file.unread(source, sentence_of("export_not_opened", reason=error.strerror))
    if record:
        forget_rows(store, target)
        return record
    rows, _ = counted_rows(store, target)
    if rows == 0:
        message = f"{file.name} {sentence_of('where_takes_nothing')}."
        return file.record(source, "rejected", message)
    said = f"{file.name}: {note}." if note else None
    headers = target.mappings[-1].listing
    record = file.record(source, "loaded", said, rows, headers, target.skipped_after or None)
    return replace(record, has_last_line_end=has_last_line_end(file.path))


def _read_database(store: duckdb.DuckDBPyConnection, delivery: Delivery) -> FileRecord:
    # SQLAlchemy takes a second to import, which sources of files do not need.
    from complaints.flows.readers.database import read_database

    source = delivery.source
    record = FileRecord(source.code, source.database.name if source.database else "")
    target = Target(source, record.file_name, 0)
    try:
        rows = read_database(store, target)
    except FileRejectedError as problem:
        message = f"{record.file_name} {problem}."
        return replace(record, status="rejected", message=message)
    content = store.execute(
        "select count(*), sum(hash(record_id)::hugeint), bit_xor(hash(record_id)) from text_rows"
    ).fetchone()
    record = replace(record, content_hash=hashlib.sha256(repr(content).encode()).hexdigest())
    identity = delivery_identity(source, [record.content_hash or ""])
    if identity == last_identity(store, source, delivery.dataset):
        return replace(record, status="unchanged")
    return replace(record, rows_read=rows, **target.mappings[-1].listing._asdict())


def names_not_found(source: Source, files: Sequence[FileRecord]) -> list[str]:
    """Return the names of a sources file that no header of a delivery answers to.

    Of several names for one column, one is enough.
    """
    read = {column for file in files for column in file.columns_read or ()}
    return [
        f"{column}: {header}"
        for entry in source.entries
        for header, column in entry.rename.items()
        if column not in {*read, *entry.optional}
    ]
