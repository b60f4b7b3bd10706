"""Read-only questions to the published marts."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.settings import Settings

READING = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.RELATION,
}
MOST_ROWS = 1_000_000  # what fits into memory as Python's objects, and more than anybody reads
# Set one after the other: the last one keeps all of them from being changed by a query.
CONFINED = (
    "set temp_directory = ''",  # what does not fit into memory would be spilt beside the marts
    "set enable_external_access = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set allow_community_extensions = false",
    "set lock_configuration = true",
)
# Table functions of DuckDB 1.5 that write log and profile files or run SQL given as a text
# (tried 2026-11: neither the lock nor the ban on files stops the first two).
FORBIDDEN_FUNCTIONS = {
    *("enable_logging", "disable_logging", "truncate_duckdb_logs", "write_log"),
    *("enable_profiling", "disable_profiling"),
    *("checkpoint", "force_checkpoint"),
    *("query", "query_table", "json_execute_serialized_sql"),
}


def query_marts(
    settings: Settings, query: str, given: Mapping[str, Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of one query on `marts.duckdb`.

    The query can reach nothing but the marts, with as much memory and time as the settings allow.

    Raises:
        RunFailedError: nothing has been published yet, or it cannot be opened.
        UsageError: the query is not one that reads, DuckDB does not understand it, or it needs too
            much memory or time.
    """
    with open_marts(settings.marts_path) as marts:
        try:
            _confine(marts, settings)
            statements = marts.extract_statements(query)
            before = statements[:-1]
            if (
                not statements
                or statements[-1].type not in READING
                or not all(_is_of_pivot(each) for each in before)
                or FORBIDDEN_FUNCTIONS & _names(query)
            ):
                raise UsageError("query_not_reading")
            with _ended_after(marts, settings.query_seconds):
                for each in before:
                    marts.execute(each)
                result = marts.execute(statements[-1], given or {})
                rows = result.fetchmany(MOST_ROWS + 1)
        except duckdb.InterruptException:
            raise UsageError("query_too_long", seconds=settings.query_seconds) from None
        except duckdb.Error as problem:
            raise UsageError("query_refused", reason=_sentence(problem)) from None
        if len(rows) > MOST_ROWS:
            raise UsageError("query_too_many_rows", most=f"{MOST_ROWS:,}")
        return [column[0] for column in result.description or []], rows


def _is_of_pivot(statement: duckdb.Statement) -> bool:
    """Return whether DuckDB made a statement of a `pivot`: a type in memory, for its columns."""
    return statement.type == duckdb.StatementType.CREATE and not statement.query


def _confine(marts: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    marts.execute("set memory_limit = $limit", {"limit": settings.memory_limit})
    for setting in CONFINED:
        marts.execute(setting)


def _names(query: str) -> set[str]:
    """Return the names that a query uses, without quotes and in lower case."""
    starts = (
        start
        for start, kind in duckdb.tokenize(query)
        if kind is not duckdb.token_type.string_const
    )
    encoded = query.encode()  # places are counted in bytes
    words = (re.match(r'"[^"]*"|\w+', encoded[start:].decode(errors="ignore")) for start in starts)
    return {word.group().strip('"').lower() for word in words if word}


@contextmanager
def _ended_after(marts: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, marts.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def open_marts(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published marts to read.

    Raises:
        RunFailedError: nothing has been published yet, or it cannot be opened.
    """
    try:
        exists = path.exists()
    except PermissionError:
        raise RunFailedError("marts_not_readable", home=path.parent) from None
    if not exists:
        raise RunFailedError("no_marts", home=path.parent)
    try:
        marts = duckdb.connect(path, read_only=True)
    except duckdb.Error as problem:
        raise RunFailedError("marts_not_opened", reason=_sentence(problem)) from None
    try:
        yield marts
    finally:
        marts.close()


def _sentence(problem: duckdb.Error) -> str:
    lines = (line.strip() for line in str(problem).splitlines())
    return " ".join(line for line in lines if line and not line.startswith(("LINE", "^")))
