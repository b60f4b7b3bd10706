"""The rows of a delivery as text, in a temporary table: the layout's columns, nothing else."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from complaints.flows.readers.looks import is_like_a_date
from complaints.flows.readers.sources import Source
from complaints.warehouse.errors import CataloguedError
from complaints.warehouse.layout import COMPLAINTS, Layout
from complaints.warehouse.store import sql_text

if TYPE_CHECKING:
    from complaints.flows.readers.mapping import Mapping

# What is trimmed from every value: ordinary and no-break space, tab, line ends, and the byte order
# mark, which stands within a file that was put together of two.
SPACE = " \t\r\n\u00a0\ufeff"
_SPACE_SQL = "(chr(32) || chr(9) || chr(13) || chr(10) || chr(160) || chr(65279))"


class FileRejectedError(CataloguedError):
    """A file cannot be taken at all; the text goes on from the file's name, and holds no value."""


@dataclass(frozen=True)
class Target:
    """Where the rows of one file go: the source, the file's name and its place in the delivery."""

    source: Source
    file_name: str
    file_order: int
    layout: Layout = COMPLAINTS
    file_series: str | None = None  # the file's name without its date
    mappings: list["Mapping"] = field(default_factory=list)  # by which its rows were read
    skipped_after: list[int] = field(default_factory=list)  # see raw.delivery_files


def create_text_rows(connection: duckdb.DuckDBPyConnection, layout: Layout = COMPLAINTS) -> None:
    """Create the temporary table text_rows, empty, in place of the last delivery's.

    Equal rows of a source have equal record ids; is_known marks those whose text is kept already,
    and which land without it: to land it again costs more than all else that is done with them.
    part tells apart the rows that one row of a file became: one for each stage.
    """
    columns = ",\n    ".join(f"{name} varchar" for name in layout.names)
    connection.execute(f"""
        create or replace temporary table text_rows (
            file_name varchar not null,
            file_order integer not null,
            row_number bigint not null,
            part integer not null,
            field_count integer not null,
            header_field_count integer not null,
            record_id varchar not null,
            is_known boolean not null,
            {columns}
        )
    """)


def insert_text_rows(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    table: str,
    mapping: "Mapping",
    header_field_count: int,
    last_row: int | None = None,
) -> None:
    """Insert the rows of a table, read by the mapping.

    The table has row_number (the header is 0), field_count and the columns that are read, called
    c and their place in the file.

    A row with more or fewer fields than the header keeps none of them: its fields may be in
    the wrong columns, and a name or an address in one that is kept. What its line means is not
    known, so it is known by its place and equals no other.
    """
    target.mappings.append(mapping)
    names = target.layout.names
    rows = f"row_number between 1 and {last_row}" if last_row is not None else "row_number > 0"
    readable = f"{rows} and field_count = {header_field_count}"
    part = "part" if mapping.has_parts else "0"
    export = mapping.export(table, readable)
    dates = target.layout.dates
    of_source = {
        name: in_iso_form(name, target.source) if name in dates else name
        for name in mapping.columns
    }
    given = ", ".join(f"{of_source.get(name, 'null')} as {name}" for name in names)
    nothing = ", ".join(f"null as {name}" for name in names)
    new_text = ", ".join(f"case when not is_known then {name} end" for name in names)
    if last_row is not None and target.source.read.footer:
        below = f"row_number > {last_row} and field_count = {header_field_count}"
        _refuse_records_below(connection, target, mapping, mapping.export(table, below))
    with _sql_of_sources_file(connection, target, export):
        mapping.prepare(connection, export)
        connection.execute(
            f"""
            insert into text_rows
            with
            export as ({export}),
            mapped as ({mapping.select}),
            field_rows as (
                select row_number, {part} as part, {header_field_count} as field_count, {given}
                from mapped
                union all
                select row_number, 0 as part, field_count, {nothing}
                from {table} where {rows} and field_count <> {header_field_count}
            ),
            named_rows as (
                select *, {_record_id(names, header_field_count, target.source)} as record_id
                from field_rows
            )
            select
                $file_name, $file_order, row_number, part, field_count, {header_field_count},
                record_id, is_known, {new_text}
            from (
                select
                    *,
                    record_id in (
                        select record_id from {target.layout.records_table} where source = $source
                    ) as is_known
                from named_rows
            )
            """,
            {
                "source": target.source.code,
                "file_name": target.file_name,
                "file_order": target.file_order,
                "place": target.file_series or target.file_name,
            },
        )


def _refuse_records_below(
    connection: duckdb.DuckDBPyConnection, target: Target, mapping: "Mapping", below: str
) -> None:
    """Refuse a file of which a last row, that `footer` leaves out, is a record.

    Only complaints have a footer: how an optional input is read no sources file says.

    Raises:
        FileRejectedError: a total that was there has gone, say.
    """
    needed = [name for name in target.layout.needed_names if name in mapping.columns]
    dates = [name for name in needed if name in target.layout.dates]
    with _sql_of_sources_file(connection, target, below):
        rows = connection.execute(
            f"with export as ({below}) select {', '.join(dates)} "
            f"from ({mapping.uncombined or mapping.select}) "
            f"where {' and '.join(f'{name} is not null' for name in needed)}"
        ).fetchall()
    if any(all(map(is_like_a_date, row)) for row in rows):
        raise FileRejectedError("footer_is_a_record", footer=target.source.read.footer)


def in_iso_form(text: str, source: Source) -> str:
    """Return the expression for a date: in ISO form, where the source has a pattern that reads it.

    What is not of the pattern stays as it is written, to be judged.
    """
    pattern = source.dates
    if "%" not in pattern:
        return text
    moment, iso_form = f"try_strptime({text}, {sql_text(pattern)})", "%Y-%m-%d %H:%M:%S"
    if re.search("%z", pattern.replace("%%", ""), re.IGNORECASE):  # a moment, whatever zone is here
        moment, iso_form = f"timezone('UTC', {moment})", f"{iso_form}Z"
    return f"coalesce(strftime({moment}, '{iso_form}'), {text})"


def _record_id(names: Collection[str], header_field_count: int, source: Source) -> str:
    """Return the expression for what a row is known by: a hash of its source and content.

    The same text is another content where it is read otherwise. Blank columns are left out, so that
    a column added to the layout changes no id.
    """
    reading = [f"{key}={value}" for key, value in source.unusual_reading.items()]
    filled = ", ".join(
        [*(sql_text(each) for each in reading), *(f"'{name}=' || {name}" for name in names)]
    )
    content = f"concat_ws(chr(31), $source, {filled})"
    place = f"concat_ws(chr(31), $source, $place, row_number, field_count, {header_field_count})"
    return f"md5(case when field_count = {header_field_count} then {content} else {place} end)"


@contextmanager
def _sql_of_sources_file(
    connection: duckdb.DuckDBPyConnection, target: Target, export: str
) -> Iterator[None]:
    """Refuse a file with a value that an expression of the sources file cannot take.

    DuckDB's own message repeats the value, which may be a name.
    """
    try:
        yield
    except (duckdb.DataError, duckdb.ProgrammingError):
        if not target.source.has_mapping:
            raise
        place = _failing_place(connection, target.mappings[-1], export)
        raise FileRejectedError("sources_sql_failed", place=place) from None


def _failing_place(connection: duckdb.DuckDBPyConnection, mapping: "Mapping", export: str) -> str:
    """Return which expression of the sources file fails; DuckDB works out only what is asked."""
    asked = {"'where' or 'sql'": "count(*)"} | {
        f"'{name}'": f"max({name})" for name in mapping.columns
    }
    rows = f"from ({mapping.uncombined or mapping.select})"
    for place, expression in asked.items():
        try:
            connection.execute(f"with export as ({export}) select {expression} {rows}")
        except duckdb.Error:
            return place
    return "'one_row_per'"


def trimmed(column: str) -> str:
    """Return the expression for a text column without the space around its values.

    trim() with a set of characters takes four times as long as reading the file, so only values
    that begin or end with such a character are handed to it (DuckDB 1.5.5, 2026-11-23).
    """
    return (
        f"case when {column} = '' then '' "
        f"when contains({_SPACE_SQL}, {column}[1]) or contains({_SPACE_SQL}, {column}[-1]) "
        f"then trim({column}, {_SPACE_SQL}) else {column} end"
    )


def trimmed_result(expression: str) -> str:
    """Return an expression of the sources file as text, trimmed as the columns are; blank is null.

    The expression stands once, for it may be long to work out.
    """
    return f"nullif(trim(({expression})::varchar, {_SPACE_SQL}), '')"


def counted_rows(connection: duckdb.DuckDBPyConnection, target: Target) -> tuple[int, int]:
    """Return how many rows, and how many fields, landed from a file."""
    rows, fields = connection.execute(
        "select count(*), coalesce(sum(field_count), 0) from text_rows where file_order = ?",
        [target.file_order],
    ).fetchone() or (0, 0)
    return int(rows), int(fields)


def forget_rows(connection: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Remove what landed from a file that is rejected after all."""
    connection.execute("delete from text_rows where file_order = ?", [target.file_order])
