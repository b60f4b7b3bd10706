"""Read-only questions to the published marts."""

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.query_process import sentence
from complaints.warehouse.settings import Settings

MOST_ROWS = 1_000_000  # what fits into memory as Python's objects, and more than anybody reads
GRACE_SECONDS = 10  # for a query that does not heed the interruption


def query_marts(
    settings: Settings, query: str, given: Mapping[str, Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of one query on `marts.duckdb`.

    A process of its own answers it. The query can reach nothing but the marts, with as much memory
    and time as the settings allow, whatever it asks for.

    Raises:
        RunFailedError: nothing has been published yet, or it cannot be opened.
        UsageError: the query is not one that reads, DuckDB does not understand it, or it needs too
            much memory or time.
    """
    with open_marts(settings.marts_path):
        pass
    asked = (
        *(str(settings.marts_path), query, dict(given or {})),
        *(settings.memory_limit, settings.query_seconds),
    )
    child = subprocess.Popen(
        # -P: nothing is imported from the working directory.
        [sys.executable, "-P", "-m", "complaints.warehouse.query_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin and child.stdout
    killer = threading.Timer(settings.query_seconds + GRACE_SECONDS, child.kill)
    killer.start()
    try:
        return _answer(settings, child, asked)
    finally:
        killer.cancel()
        child.kill()
        child.wait()
        child.stdout.close()


def _answer(
    settings: Settings, child: "subprocess.Popen[bytes]", asked: tuple[Any, ...]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    assert child.stdin and child.stdout
    pickle.dump(asked, child.stdin)
    child.stdin.close()
    answers: list[list[Any]] = []
    count = 0
    while not answers or answers[-1]:
        try:
            refusal, answer = pickle.load(child.stdout)
        except (EOFError, pickle.UnpicklingError):  # it was ended, or died of its limit
            was_late = child.wait() == -9 and not answers
            code = "query_too_long" if was_late else "query_too_large"
            raise UsageError(code, seconds=settings.query_seconds) from None
        if refusal:
            code, places = refusal
            raise UsageError(code, **places)
        if answers:
            count += len(answer)
        if count > MOST_ROWS:
            raise UsageError("query_too_many_rows", most=f"{MOST_ROWS:,}")
        answers.append(answer)
    columns, *batches = answers
    return columns, [row for batch in batches for row in batch]


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
        raise RunFailedError("marts_not_opened", reason=sentence(problem)) from None
    try:
        yield marts
    finally:
        marts.close()
