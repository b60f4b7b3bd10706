"""What would be read of a source, without loading it: `complaints sources check`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from complaints.flows.readers.contents import kind_of
from complaints.flows.readers.export_files import (
    ExportFile,
    inputs_not_read,
    list_files,
    record_without_files,
)
from complaints.flows.readers.looks import LISTED, why_unfit
from complaints.flows.readers.mapping import Mapping, is_date, prepare_moments
from complaints.flows.readers.read_file import read_file
from complaints.flows.readers.sources import Source, read_authority, read_sources
from complaints.flows.readers.text_rows import FileRejectedError, Target, create_text_rows
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS, Layout
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.store import make_tables

FIRST_DATES = 3
MOST_TEXTS = 10_000  # of a column, as it is judged


def describe_sources(path: Path) -> tuple[list[str], bool]:
    """Return what would be read, file by file and line by line, and whether all can be read.

    The rows are read into memory, and forgotten. No value is shown but dates and counts.

    Raises:
        UsageError: the sources file is wrong, or does not fit a database.
        RunFailedError: a database does not answer.
    """
    lines: list[str] = []
    can_all_be_read = True
    sources = read_sources(path)
    read_authority(path)
    for place, source in enumerate(sources):
        if source.database:
            lines += ["", f"{source.code}, a database, read every night"]
            described = {source.database.name: _of_database(source)}
        else:
            files, rejected = list_files(source, sources[:place])
            if not files and not rejected:
                rejected = [record_without_files(source)]
            lines += ["", f"{source.code}, files: {len(files)}"]
            lines += [f"  {record.message}" for record in rejected]
            can_all_be_read = can_all_be_read and not rejected
            described = {file.name: _of_file(source, file) for file in files}
        for name, description in described.items():
            try:
                lines += list(description)
            except (FileRejectedError, OSError) as problem:
                reason = (
                    problem
                    if isinstance(problem, FileRejectedError)
                    else sentence_of("export_not_opened", reason=problem.strerror)
                )
                lines.append(f"  {name} {reason}.")
                can_all_be_read = False
    if names := inputs_not_read(sources):
        lines += ["", sentence_of("inputs_not_read", files=", ".join(names))]
    return lines[1:], can_all_be_read


def _of_file(source: Source, file: ExportFile) -> Iterator[str]:
    layout = LAYOUTS[file.dataset]
    entry = file.source if file.source and layout == COMPLAINTS else source.without_mapping()
    target = Target(entry, file.name, 0, layout)
    with _store(layout) as store:
        note = read_file(store, file.path, target)
        yield from _of_rows(store, target, kind_of(file.path), note)


def _of_database(source: Source) -> Iterator[str]:
    # SQLAlchemy takes a second to import, which sources of files do not need.
    from complaints.flows.readers.database import read_database

    assert source.database
    target = Target(source, source.database.name, 0)
    with _store(COMPLAINTS) as store:
        read_database(store, target)
        yield from _of_rows(store, target, "table" if source.database.table else "select")


@contextmanager
def _store(layout: Layout) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as store:
        make_tables(store)
        create_text_rows(store, layout)
        yield store


def _of_rows(
    store: duckdb.DuckDBPyConnection, target: Target, kind: str, note: str | None = None
) -> Iterator[str]:
    source, layout = target.source, target.layout
    (mapping,) = target.mappings
    rows, held = store.execute(
        "select count(*), count(*) filter (field_count <> header_field_count) from text_rows"
    ).fetchall()[0]
    if rows == 0:
        raise FileRejectedError("where_takes_nothing")
    yield f"  {target.file_name}: {kind}, {len(mapping.headers)} columns, {rows} rows"
    if held:
        yield f"    {held} rows have more or fewer fields than the header and would be held"
    if note:
        yield f"    {note}"
    for column in mapping.columns:
        yield f"    {column}: {_read_from(mapping, column)}{_first_dates(store, source, column)}"
        yield from _caution(store, mapping, source, column)
    yield f"    not read: {', '.join(mapping.listing.headers_not_read) or 'nothing'}"
    missing = [name for name in layout.names if name not in mapping.columns]
    yield f"    not delivered: {', '.join(missing) or 'nothing'}"
    if source.has_mapping:
        yield "    the select:"
        yield from (f"      {line}" for line in mapping.select.splitlines())


def _caution(
    store: duckdb.DuckDBPyConnection, mapping: Mapping, source: Source, column: str
) -> Iterator[str]:
    """Yield a caution where what is read as a code of a list does not look like one."""
    if column not in LISTED or not mapping.read_for.get(column):
        return
    found = store.execute(
        f"select {column} from text_rows where {column} is not null limit {MOST_TEXTS}"
    ).fetchall()
    if unfit := why_unfit(column, [text for (text,) in found]):
        yield (
            f"    Caution: {_read_from(mapping, column)} of {source.code} {unfit}; unless it is a "
            f"list, write {column}: {{sql: 'null'}} under 'columns', so that it is not read."
        )


def _read_from(mapping: Mapping, column: str) -> str:
    headers = [mapping.headers[at].strip() for at in mapping.read_for.get(column, ())]
    return ", ".join(f"'{header}'" for header in headers) or "given by the sources file"


def _first_dates(store: duckdb.DuckDBPyConnection, source: Source, column: str) -> str:
    """Return the first dates of a column as they are written and as they are read."""
    if not is_date(column):
        return ""
    first = (
        f"(select {column} as text, row_number from text_rows where {column} is not null "
        f"order by row_number limit {FIRST_DATES})"
    )
    prepare_moments(store, first, source)
    found = store.execute(
        f"select text, moment_of(text)::date from {first} order by row_number"
    ).fetchall()
    read = [
        f"{written} is {day_in_words(day)}" if day else "one that is no date in this order"
        for written, day in found
    ]
    return f" ({'; '.join(read)})" if read else " (blank)"
