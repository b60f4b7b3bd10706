"""Read a table or a query of a database through SQLAlchemy, the layout's columns only.

The database itself turns every value into text, and no other column is asked for. No message
shows the URL: it may hold a password.
"""

import os
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from complaints.flows.readers.mapping import Mapping, compile_mapping
from complaints.flows.readers.sources import DatabaseInput, Source
from complaints.flows.readers.text_rows import (
    FileRejectedError,
    Target,
    counted_rows,
    insert_text_rows,
)
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.layout import COMPLAINTS

CHUNK_ROWS = 50_000
TIME_ZONE = "Europe/London"


def read_database(connection: duckdb.DuckDBPyConnection, target: Target) -> int:
    """Put the rows of a source's table or query into text_rows and return their number.

    Raises:
        UsageError: the sources file or the environment variable is wrong.
        RunFailedError: the database does not answer.
        FileRejectedError: there are no rows.
    """
    source = target.source
    if source.database is None:
        raise ValueError(f"The source {source.code} has no database.")
    engine = _engine(source, source.database)
    try:
        with _connected(engine, source, source.database) as database:
            statement, mapping = _statement(database, source, source.database)
            _copy(connection, database, statement, mapping, target, source.database)
    finally:
        engine.dispose()
    rows, _ = counted_rows(connection, target)
    if rows == 0:
        raise FileRejectedError("no_data_rows")
    return rows


def _engine(source: Source, given: DatabaseInput) -> sa.Engine:
    url_text = os.environ.get(given.url_env, "").strip()
    if not url_text:
        raise UsageError("url_not_set", variable=given.url_env, source=source.code)
    try:
        url = sa.make_url(url_text)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise UsageError("sqlite_file_missing", variable=given.url_env, source=source.code)
        return sa.create_engine(url, hide_parameters=True)
    except (NoSuchModuleError, ImportError):
        raise UsageError("driver_missing", variable=given.url_env, source=source.code) from None
    except ArgumentError:
        raise UsageError("url_unusable", variable=given.url_env, source=source.code) from None


def _connected(engine: sa.Engine, source: Source, given: DatabaseInput) -> sa.Connection:
    """Return a connection that reads rows as they come and gives times as they are in England."""
    try:
        database = engine.connect()
        if engine.dialect.name == "postgresql":
            database.execute(sa.text(f"set time zone '{TIME_ZONE}'"))
    except SQLAlchemyError as error:
        raise RunFailedError(
            "database_unreachable", source=source.code, variable=given.url_env, error=_kind(error)
        ) from None
    return database.execution_options(stream_results=True)


def _statement(
    database: sa.Connection, source: Source, given: DatabaseInput
) -> tuple[sa.Select[Any], Mapping]:
    """Return the query for the columns that are read, each as text, and their mapping."""
    read = _table if given.table else _query
    selectable, columns = read(database, source, given)
    try:
        mapping = compile_mapping([column.name for column in columns], source)
    except FileRejectedError as error:
        raise UsageError(
            "database_columns_unusable", source=source.code, name=given.name, problem=error
        ) from None
    texts = {position: _as_text(columns[position]) for position in mapping.read}
    order = [
        texts[position]
        for name in COMPLAINTS.needed_names
        for position in mapping.read_for.get(name, ())
    ]
    return (
        sa.select(*(text.label(f"c{position}") for position, text in texts.items()))
        .select_from(selectable)
        .order_by(*order),
        mapping,
    )


def _as_text(column: sa.ColumnClause[Any]) -> sa.Cast[Any]:
    """Cast a column to text; a time with an offset first becomes the local time."""
    if isinstance(column.type, sa.DateTime) and column.type.timezone:
        return sa.cast(sa.cast(column, sa.DateTime(timezone=False)), sa.Text)
    return sa.cast(column, sa.Text)


def _table(
    database: sa.Connection, source: Source, given: DatabaseInput
) -> tuple[sa.FromClause, list[sa.ColumnClause[Any]]]:
    """Return a table or view with its columns, as the database describes them."""
    schema, _, name = (given.table or "").rpartition(".")
    inspector = sa.inspect(database)
    if not inspector.has_table(name, schema=schema or None):
        raise UsageError("table_missing", source=source.code, table=given.table)
    described = inspector.get_columns(name, schema=schema or None)
    columns = [sa.column(column["name"], column["type"]) for column in described]
    return sa.table(name, *columns, schema=schema or None), columns


def _query(
    database: sa.Connection, source: Source, given: DatabaseInput
) -> tuple[sa.TextClause, list[sa.ColumnClause[Any]]]:
    """Return a query as a derived table, with the columns that it gives."""
    query = (given.query or "").strip().rstrip(";")
    # A colon would be taken for the start of a parameter.
    derived = sa.text("(" + query.replace(":", "\\:") + "\n) as source_rows")
    try:
        names = database.execute(sa.select(sa.text("*")).select_from(derived).limit(0)).keys()
    except DBAPIError as error:
        raise UsageError(
            "query_refused_by_database", source=source.code, error=_kind(error)
        ) from None
    return derived, [sa.column(name) for name in names]


def _copy(
    connection: duckdb.DuckDBPyConnection,
    database: sa.Connection,
    statement: sa.Select[Any],
    mapping: Mapping,
    target: Target,
    given: DatabaseInput,
) -> None:
    """Copy the rows in chunks, and from there into text_rows."""
    names = [column.name for column in statement.selected_columns]
    columns = "".join(f", {name} varchar" for name in names)
    connection.execute(
        "create or replace temporary table database_rows "
        f"(row_number bigint, field_count integer{columns})"
    )
    copied = 0
    try:
        for frame in pd.read_sql(statement, database, chunksize=CHUNK_ROWS):
            connection.register("database_chunk", frame.astype("str"))
            connection.execute(
                f"insert into database_rows select row_number() over () + {copied}, "
                f"{len(names)}, * from database_chunk"
            )
            connection.unregister("database_chunk")
            copied += len(frame)
    except (SQLAlchemyError, pd.errors.DatabaseError, UnicodeDecodeError) as error:
        if _is_of_a_value(error):
            raise FileRejectedError(
                "database_value_unreadable", rows=copied, error=_kind(error)
            ) from None
        raise RunFailedError(
            "database_stopped",
            source=target.source.code,
            variable=given.url_env,
            rows=copied,
            name=given.name,
            error=_kind(error),
        ) from None
    insert_text_rows(connection, target, "database_rows", mapping, len(names))
    connection.execute("drop table database_rows")


def _is_of_a_value(error: BaseException) -> bool:
    """Return whether a value is at fault, which spoils its table and not the night."""
    causes = [error, error.__cause__, getattr(error, "orig", None)]
    return any(
        isinstance(cause, DataError | UnicodeDecodeError) or "decode to UTF-8" in str(cause)
        for cause in causes
    )


def _kind(error: BaseException) -> str:
    """Return the kind of a database's error; its text may hold the URL or a value."""
    if isinstance(error, pd.errors.DatabaseError) and error.__cause__:
        error = error.__cause__
    if isinstance(error, DBAPIError) and error.orig:
        error = error.orig
    return type(error).__name__
