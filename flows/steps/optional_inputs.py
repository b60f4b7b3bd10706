"""The optional inputs of the quarterly report: found, read, judged and loaded as complaints are.

Each is small and delivered whole, so the newest file replaces what was loaded of its input. A file
that is missing or rejected leaves what was there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from complaints.expectations.optional_rules import EVERY_INPUT, OptionalRule, optional_rules
from complaints.expectations.rules import columns_of
from complaints.flows.readers.export_files import ExportFile, FileRecord
from complaints.flows.readers.sources import Source
from complaints.flows.readers.text_rows import Target, counted_rows, create_text_rows
from complaints.flows.steps.extract import read_file
from complaints.flows.steps.land import variables_of
from complaints.flows.steps.load import write_records
from complaints.warehouse.layout import OPTIONAL_INPUTS, Layout
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql

EMPTY_FINDINGS = """
create or replace table landing.input_findings (
    row_number bigint not null, rule_code varchar not null, is_error boolean not null
)
"""

Version = tuple[str | None, str | None, str]


@dataclass(frozen=True)
class OptionalLoad:
    """What became of the files, and whether the published marts lack what the warehouse holds."""

    records: list[FileRecord]
    is_news: bool


@dataclass(frozen=True)
class InputHistory:
    """The file that an input holds, the newest date loaded, and every version ever taken."""

    current: tuple[str, str, str] | None
    newest_stamp: str | None
    taken: frozenset[Version]


def load_optional_inputs(
    settings: Settings, night: Night, source_code: str, files: Sequence[ExportFile]
) -> OptionalLoad:
    """Load what a source delivered of the report's optional inputs, each file in a transaction.

    Args:
        settings: where the working store is.
        night: the run.
        source_code: the source's code.
        files: the files with the names of optional inputs.

    Raises:
        RuleCrashedError: an expectation could not be evaluated.
    """
    records: list[FileRecord] = []
    # The sources file's names and constants are those of complaints.
    source = Source(code=source_code, files=".")
    with open_warehouse(settings, variables_of(night, source_code)) as warehouse:
        _load_rules(warehouse)
        for contents, layout in OPTIONAL_INPUTS.items():
            delivered = [file for file in files if file.contents == contents]
            records += _load_input(warehouse, night, source, layout, delivered)
        unpublished = warehouse.execute(
            "select count(*) from raw.optional_inputs "
            "where run_id not in (select run_id from raw.publications)"
        ).fetchone()
    return OptionalLoad(records, is_news=unpublished != (0,))


def _load_rules(warehouse: duckdb.DuckDBPyConnection) -> None:
    rules = [
        (position, r.code, r.severity, r.contents, r.sentence, r.source, r.remedy)
        for position, r in enumerate(optional_rules(), start=1)
    ]
    warehouse.begin()
    warehouse.execute("delete from raw.optional_rules")
    warehouse.executemany("insert into raw.optional_rules values (?, ?, ?, ?, ?, ?, ?)", rules)
    warehouse.commit()


def _load_input(
    warehouse: duckdb.DuckDBPyConnection,
    night: Night,
    source: Source,
    layout: Layout,
    files: Sequence[ExportFile],
) -> list[FileRecord]:
    """Load the files of one input, oldest first; one without a date is the newest."""
    in_order = sorted(files, key=lambda file: (file.stamp is None, file.stamp or "", file.name))
    records = []
    for file in in_order:
        history = _history(warehouse, source, layout)
        is_newest = file is in_order[-1]
        if record := _record_unread(night, source, file, history, is_newest):
            records.append(record)
        else:
            records.append(_load_file(warehouse, night, source, layout, file))
    return records


def _history(warehouse: duckdb.DuckDBPyConnection, source: Source, layout: Layout) -> InputHistory:
    given = [source.code, layout.contents]
    current = warehouse.execute(
        "select file_name, content_hash, rulebook from raw.optional_inputs "
        "where source = ? and contents = ?",
        given,
    ).fetchone()
    taken = warehouse.execute(
        "select distinct series, stamp, content_hash from raw.delivery_files "
        "where source = ? and contents = ? and status in ('loaded', 'unchanged')",
        given,
    ).fetchall()
    return InputHistory(
        current, max((stamp for _, stamp, _ in taken if stamp), default=None), frozenset(taken)
    )


def _record_unread(
    night: Night, source: Source, file: ExportFile, history: InputHistory, is_newest: bool
) -> FileRecord | None:
    """Return the record of a file that need not be read; None where it must be."""
    if history.current == (file.name, file.content_hash, night.rulebook):
        return file.record(source, "unchanged")
    is_late = bool(file.stamp and history.newest_stamp and file.stamp < history.newest_stamp)
    if file.version in history.taken and (is_late or not is_newest):
        return file.record(source, "superseded")
    if is_late:
        message = (
            f"{file.name} is dated before the newest loaded file of its name "
            f"({history.newest_stamp}); deliver what it holds under a newer date."
        )
        return file.record(source, "rejected", message)
    return None


def _load_file(
    warehouse: duckdb.DuckDBPyConnection,
    night: Night,
    source: Source,
    layout: Layout,
    file: ExportFile,
) -> FileRecord:
    """Read, judge and load one file, with its record, or nothing of it at all."""
    target = Target(source, file.name, 0, layout)
    create_text_rows(warehouse, layout)
    if rejected := read_file(warehouse, file, target):
        return rejected
    rows_read, _ = counted_rows(warehouse, target)
    _type_rows(warehouse, layout)
    _judge_rows(warehouse, layout)
    warehouse.begin()
    fates = _replace_rows(warehouse, source, layout)
    counted = {f"rows_{fate}": rows for fate, rows in fates.items()}
    record = replace(file.record(source, "loaded", rows_read=rows_read), **counted)
    warehouse.execute(
        "delete from raw.optional_inputs where source = ? and contents = ?",
        [source.code, layout.contents],
    )
    warehouse.execute(
        "insert into raw.optional_inputs values (?, ?, ?, ?, ?, ?, ?)",
        [
            source.code,
            layout.contents,
            file.name,
            file.content_hash,
            file.stamp,
            night.rulebook,
            night.run_id,
        ],
    )
    warehouse.execute("update raw.as_of_day set run_id = ?", [night.run_id])
    # A run that goes on under the id of one that was killed once published has news to publish.
    warehouse.execute("delete from raw.publications where run_id = ?", [night.run_id])
    write_records(warehouse, night, [record])
    warehouse.commit()
    return record


def _type_rows(warehouse: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Fill landing.typed_input with the rows that do not repeat another of the file."""
    warehouse.execute(f"""
        create or replace table landing.input_rows as
        select * exclude (content_hash) from {layout.landing_table}
        qualify
            content_hash is null
            or row_number() over (partition by content_hash order by row_number) = 1
    """)
    run_sql(warehouse, f"type_{layout.contents}")


def _judge_rows(warehouse: duckdb.DuckDBPyConnection, layout: Layout) -> None:
    """Fill landing.input_findings; a row that failed as a line is judged no further."""
    warehouse.execute(EMPTY_FINDINGS)
    rules = [r for r in optional_rules() if r.contents in (EVERY_INPUT, layout.contents)]
    for gate in ("line", "row"):
        _judge_by(warehouse, [rule for rule in rules if rule.judges == gate])


def _judge_by(warehouse: duckdb.DuckDBPyConnection, rules: Sequence[OptionalRule]) -> None:
    frame = warehouse.execute(
        f"select row_number as row_id, {', '.join(columns_of(rules))} from landing.typed_input "
        "where row_number not in (select row_number from landing.input_findings)"
    ).df()
    if frame.empty:
        return
    # Great Expectations takes 4 s to import, which a night without news does not need.
    from complaints.expectations.judge import judge

    found = judge(frame, rules, {})
    errors = [rule.code for rule in rules if rule.severity == "error"]
    warehouse.register("found", found)
    warehouse.execute(
        "insert into landing.input_findings "
        "select row_id, rule_code, list_contains($errors, rule_code) from found",
        {"errors": errors},
    )
    warehouse.unregister("found")


def _replace_rows(
    warehouse: duckdb.DuckDBPyConnection, source: Source, layout: Layout
) -> dict[str, int]:
    """Put the rows that passed in the place of those loaded before.

    Returns:
        How many rows met each fate.
    """
    table = f"raw.{layout.contents}"
    names = [row[0] for row in warehouse.execute(f"describe {table}").fetchall()]
    content = ", ".join(name for name in names if name not in ("file_name", "row_number"))
    passed = (
        "from landing.typed_input where row_number not in "
        "(select row_number from landing.input_findings where is_error)"
    )
    read, distinct, kept, unchanged = warehouse.execute(
        f"""
        select
            (select count(*) from {layout.landing_table}),
            (select count(*) from landing.typed_input),
            (select count(*) {passed}),
            (
                select count(*) from (
                    select {content} {passed} intersect all select {content} from {table}
                )
            )
        """
    ).fetchone() or (0, 0, 0, 0)
    given = [source.code, layout.contents]
    warehouse.execute(f"delete from {table} where source = ?", given[:1])
    warehouse.execute(f"insert into {table} by name select {', '.join(names)} {passed}")
    warehouse.execute("delete from raw.optional_findings where source = ? and contents = ?", given)
    warehouse.execute(
        "insert into raw.optional_findings by name "
        "select source, $contents as contents, file_name, row_number, rule_code "
        "from landing.input_findings inner join landing.typed_input using (row_number)",
        {"contents": layout.contents},
    )
    return {
        "loaded": kept - unchanged,
        "unchanged": unchanged,
        "duplicate": read - distinct,
        "superseded": 0,
        "quarantined": distinct - kept,
    }
