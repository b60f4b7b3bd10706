"""Put a judged delivery into the warehouse, in one transaction."""

from dataclasses import astuple, fields, replace

import duckdb

from complaints.flows.steps.extract import Extracted
from complaints.flows.steps.find_deliveries import FileRecord
from complaints.flows.steps.land import variables_of
from complaints.flows.steps.validate import rules_table
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql

FATES = ("loaded", "unchanged", "duplicate", "superseded", "quarantined")


def load_delivery(
    settings: Settings, night: Night, source: str, extracted: Extracted | None = None
) -> list[FileRecord]:
    """Load what was landed and judged, with the records of the night, or nothing at all.

    Args:
        settings: where the working store is.
        night: the run.
        source: the source's code.
        extracted: the delivery as it was read; none where only held rows were judged again.

    Returns:
        The delivery's files with the fates of their rows.
    """
    with open_warehouse(settings, variables_of(night, source)) as warehouse:
        warehouse.begin()
        run_sql(warehouse, "load")
        records = _with_fates(warehouse, extracted.records) if extracted else []
        _record_night(warehouse, night, source)
        write_records(warehouse, night, records)
        if extracted:
            warehouse.execute(
                "insert into raw.deliveries "
                "select coalesce(max(delivery_number), 0) + 1, $source, $run, $identity "
                "from raw.deliveries",
                {"source": source, "run": night.run_id, "identity": extracted.identity},
            )
        warehouse.commit()
    return records


def record_files(
    settings: Settings, night: Night, source: str, records: list[FileRecord]
) -> list[FileRecord]:
    """Record the files that were not loaded tonight: unchanged, superseded or rejected.

    A file that this same run loaded before it was interrupted keeps its record; other content
    under its name has a record of its own.

    Returns:
        Every record of this run and source.
    """
    names = ", ".join(field.name for field in fields(FileRecord))
    recorded = f"select {names} from raw.delivery_files where run_id = $1 and source = $2"
    with open_warehouse(settings) as warehouse:
        warehouse.begin()
        rows = warehouse.execute(recorded, [night.run_id, source]).fetchall()
        known = {(each.file_name, each.content_hash) for each in (FileRecord(*row) for row in rows)}
        new = [each for each in records if (each.file_name, each.content_hash) not in known]
        write_records(warehouse, night, new)
        rows = warehouse.execute(f"{recorded} order by file_name", [night.run_id, source])
        everything = [FileRecord(*row) for row in rows.fetchall()]
        warehouse.commit()
    return everything


def _with_fates(
    warehouse: duckdb.DuckDBPyConnection, records: list[FileRecord]
) -> list[FileRecord]:
    counts: dict[str, dict[str, int]] = {}
    for file_name, fate, rows in warehouse.execute(
        "select file_name, fate, count(*) from landing.fates group by all"
    ).fetchall():
        counts.setdefault(file_name, {})[fate] = rows
    return [
        replace(
            record,
            **{f"rows_{fate}": counts.get(record.file_name, {}).get(fate, 0) for fate in FATES},
        )
        if record.status == "loaded"
        else record
        for record in records
    ]


def _record_night(warehouse: duckdb.DuckDBPyConnection, night: Night, source: str) -> None:
    # A run that goes on under the id of one that was killed once published has news to publish.
    warehouse.execute("delete from raw.publications where run_id = $run", {"run": night.run_id})
    warehouse.execute(
        "delete from raw.nights where run_id = $run and source = $source",
        {"run": night.run_id, "source": source},
    )
    warehouse.execute(
        "insert into raw.nights by name "
        "select $run as run_id, $source as source, $at as run_at, $day as as_of_day, "
        "$rulebook as rulebook, coalesce(max(acceptance_number), 0) as acceptance_number "
        "from raw.acceptances",
        {
            "run": night.run_id,
            "source": source,
            "at": night.run_at,
            "day": night.as_of_day,
            "rulebook": night.rulebook,
        },
    )
    warehouse.execute("delete from raw.as_of_day")
    warehouse.execute("insert into raw.as_of_day values ($1, $2)", [night.as_of_day, night.run_id])
    warehouse.execute("delete from raw.rules")
    warehouse.executemany("insert into raw.rules values (?, ?, ?, ?, ?, ?, ?)", rules_table())


def write_records(
    warehouse: duckdb.DuckDBPyConnection, night: Night, records: list[FileRecord]
) -> None:
    """Write the records of this run's files, within the transaction that loads their rows."""
    names = ", ".join(field.name for field in fields(FileRecord))
    marks = ", ".join("?" for _ in fields(FileRecord))
    for record in records:
        warehouse.execute(
            "delete from raw.delivery_files where run_id = ? and source = ? and file_name = ? "
            "and (status <> 'loaded' or content_hash is not distinct from ?)",
            [night.run_id, record.source, record.file_name, record.content_hash],
        )
        warehouse.execute(
            f"insert into raw.delivery_files (run_id, {names}) values (?, {marks})",
            [night.run_id, *astuple(record)],
        )
