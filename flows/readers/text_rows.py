"""The rows of a delivery as text in the landing schema: the layout's columns, nothing else."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import duckdb

from complaints.flows.readers.sources import Source
from complaints.warehouse.layout import COMPLAINTS, Layout

# What is trimmed from every value: ordinary and no-break space, tab and line ends.
SPACE = " \t\r\n\u00a0"
_SPACE_SQL = "(chr(32) || chr(9) || chr(13) || chr(10) || chr(160))"

# What the difference with the warehouse is worked out from, beside the content hash.
COMPARED_COLUMNS = ("case_reference", "stage", "last_updated")


class FileRejectedError(Exception):
    """A file cannot be taken at all; the text goes on from the file's name, and holds no value."""


@dataclass(frozen=True)
class Target:
    """Where the rows of one file go: the source, the file's name and its place in the delivery.

    Attributes:
        is_known_text_kept: whether the text of rows that the warehouse holds with this very
            content lands too. To land it again costs more than all else that is done with them.
    """

    source: Source
    file_name: str
    file_order: int
    layout: Layout = COMPLAINTS
    is_known_text_kept: bool = True


def create_text_rows(connection: duckdb.DuckDBPyConnection, layout: Layout = COMPLAINTS) -> None:
    """Create the layout's landing table, empty, in place of the last delivery's.

    Equal rows have equal content hashes, of all columns of the layout.
    """
    columns = ",\n    ".join(f"{name} varchar" for name in layout.names)
    connection.execute(f"""
        create or replace table {layout.landing_table} (
            source varchar not null,
            file_name varchar not null,
            file_order integer not null,
            row_number bigint not null,
            field_count integer not null,
            header_field_count integer not null,
            content_hash uhugeint,
            {columns}
        )
    """)


def insert_text_rows(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    rows: str,
    header_field_count: int,
    columns: Collection[str],
    parameters: dict[str, Any] | None = None,
) -> None:
    """Insert the rows of a query with row_number, field_count and trimmed layout columns.

    The query trims, beside its row_number(): trimmed within the case expressions here, a million
    rows took three seconds longer (DuckDB 1.5.5, 2026-11-23).

    A row with more or fewer fields than the header keeps none of them: its fields may stand in
    the wrong columns, and a name or an address in one that is kept. What its line means is not
    known, so it has no content hash and equals no other.
    """
    names = target.layout.names
    values = []
    for name in names:
        if name in columns:
            value = f"nullif({name}, '')"
        elif name in target.source.constants:
            value = sql_text(target.source.constants[name])
        else:
            value = "null"
        values.append(f"case when field_count = {header_field_count} then {value} end as {name}")
    connection.execute(
        f"""
        insert into {target.layout.landing_table}
        with
        field_rows as (select row_number, field_count, {", ".join(values)} from ({rows})),
        hashed_rows as (
            select
                *,
                case when field_count = {header_field_count} then {_content_hash(names)} end
                    as content_hash
            from field_rows
        )
        select
            $source, $file_name, $file_order, row_number, field_count, {header_field_count},
            content_hash, {", ".join(_landed(name) for name in names)}
        from (select *, {_is_known(target)} as is_known from hashed_rows)
        """,
        {
            "source": target.source.code,
            "file_name": target.file_name,
            "file_order": target.file_order,
            **(parameters or {}),
        },
    )


def _content_hash(names: Collection[str]) -> str:
    return f"md5_number(to_json(list_value({', '.join(names)}))::varchar)"


def _is_known(target: Target) -> str:
    if target.is_known_text_kept:
        return "false"
    known = "select content_hash from raw.stage_rows where source = $source"
    return f"coalesce(content_hash in ({known} and content_hash is not null), false)"


def _landed(name: str) -> str:
    return name if name in COMPARED_COLUMNS else f"case when not is_known then {name} end"


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


def counted_rows(connection: duckdb.DuckDBPyConnection, target: Target) -> tuple[int, int]:
    """Return how many rows, and how many fields, landed from a file."""
    rows, fields = connection.execute(
        f"select count(*), coalesce(sum(field_count), 0) from {target.layout.landing_table} "
        "where file_order = ?",
        [target.file_order],
    ).fetchone() or (0, 0)
    return int(rows), int(fields)


def forget_rows(connection: duckdb.DuckDBPyConnection, target: Target) -> None:
    """Remove what landed from a file that is rejected after all."""
    connection.execute(
        f"delete from {target.layout.landing_table} where file_order = ?", [target.file_order]
    )


def sql_text(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
