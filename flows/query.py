"""Read-only questions to the published marts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from flows.errors import RunFailedError, UsageError
from flows.settings import Settings

READING = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.RELATION,
}


def query_marts(settings: Settings, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of one query on `marts.duckdb`.

    Raises:
        RunFailedError: nothing has been published yet, or it cannot be opened.
        UsageError: the query is not one that reads, or DuckDB does not understand it.
    """
    with open_marts(settings.marts_path) as marts:
        try:
            marts.execute("set enable_external_access = false")
            statements = marts.extract_statements(query)
            if len(statements) != 1 or statements[0].type not in READING:
                raise UsageError("complaints sql takes one query that reads, such as a select.")
            result = marts.execute(statements[0])
            return [column[0] for column in result.description or []], result.fetchall()
        except duckdb.Error as problem:
            raise UsageError(f"The query cannot be run: {_sentence(problem)}") from None


@contextmanager
def open_marts(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published marts to read.

    Raises:
        RunFailedError: nothing has been published yet, or it cannot be opened.
    """
    if not path.exists():
        raise RunFailedError(
            f"There are no marts in {path.parent} yet: run `complaints nightly` or "
            "`complaints demo` first, or name another --home."
        )
    try:
        marts = duckdb.connect(path, read_only=True)
    except duckdb.Error as problem:
        raise RunFailedError(f"The marts cannot be opened: {_sentence(problem)}") from None
    try:
        yield marts
    finally:
        marts.close()


def _sentence(problem: duckdb.Error) -> str:
    lines = (line.strip() for line in str(problem).splitlines())
    return " ".join(line for line in lines if line and not line.startswith(("LINE", "^")))
