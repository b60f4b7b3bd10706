"""What would be read of the files of a source, without loading it: `complaints sources check`."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from complaints.flows.readers.contents import kind_of
from complaints.flows.readers.export_files import ExportFile, list_files, record_without_files
from complaints.flows.readers.mapping import Mapping, is_date, prepare_moments
from complaints.flows.readers.read_file import read_file
from complaints.flows.readers.sources import Source, read_sources
from complaints.flows.readers.text_rows import FileRejectedError, Target, create_text_rows
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.store import make_tables

FIRST_DATES = 3


def describe_sources(path: Path) -> tuple[list[str], bool]:
    """Return what would be read of each file, line by line, and whether every file can be read.

    The rows are read into memory, and forgotten. No value is shown but dates and counts.

    Raises:
        UsageError: the sources file is wrong.
    """
    lines: list[str] = []
    can_all_be_read = True
    for source in read_sources(path):
        if source.database:
            lines += ["", f"{source.code}: {source.database.name} of a database, read every night"]
            continue
        files, rejected = list_files(source)
        if not files and not rejected:
            rejected = [record_without_files(source)]
        lines += ["", f"{source.code}, files: {len(files)}"]
        lines += [f"  {record.message}" for record in rejected]
        can_all_be_read = can_all_be_read and not rejected
        for file in files:
            try:
                lines += list(_of_file(source, file))
            except (FileRejectedError, OSError) as problem:
                reason = (
                    problem
                    if isinstance(problem, FileRejectedError)
                    else sentence_of("export_not_opened", reason=problem.strerror)
                )
                lines.append(f"  {file.name} {reason}.")
                can_all_be_read = False
    return lines[1:], can_all_be_read


def _of_file(source: Source, file: ExportFile) -> Iterator[str]:
    layout = LAYOUTS[file.dataset]
    entry = file.source if file.source and layout == COMPLAINTS else source.without_mapping()
    target = Target(entry, file.name, 0, layout)
    with duckdb.connect() as store:
        make_tables(store)
        create_text_rows(store, layout)
        note = read_file(store, file.path, target)
        (mapping,) = target.mappings
        rows, held = store.execute(
            "select count(*), count(*) filter (field_count <> header_field_count) from text_rows"
        ).fetchall()[0]
        yield f"  {file.name}: {kind_of(file.path)}, {len(mapping.headers)} columns, {rows} rows"
        if held:
            yield f"    {held} rows have more or fewer fields than the header and would be held"
        if note:
            yield f"    {note}"
        for column in mapping.columns:
            yield f"    {column}: {_read_from(mapping, column)}{_first_dates(store, entry, column)}"
    yield f"    not read: {', '.join(mapping.listing.headers_not_read) or 'nothing'}"
    missing = [name for name in layout.names if name not in mapping.columns]
    yield f"    not delivered: {', '.join(missing) or 'nothing'}"
    if entry.has_mapping:
        yield "    the select:"
        yield from (f"      {line}" for line in mapping.select.splitlines())


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
        f"{written} is {day.day} {day:%B %Y}" if day else "one that is no date in this order"
        for written, day in found
    ]
    return f" ({'; '.join(read)})" if read else " (blank)"
