"""Answer one query in a process of its own: `python -m complaints.warehouse.query_process`.

It reads a pickle of what is asked from its standard input and answers with pickles on its
standard output: first the columns or a refusal, then rows in small batches, then an empty batch.
Whatever the query asks for, this process has its limits, and the one that started it can end it.
"""

import pickle
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import duckdb

READING = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.RELATION,
}
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
BATCH_ROWS = 1000
# DuckDB keeps its limit for what it sorts and joins, and not for a value that it makes
# (`range(1000000000)`, 2026-11): this much is there for the program itself and for such values.
BESIDE_DUCKDB_BYTES = 1 << 30
UNITS = {"K": 1, "M": 2, "G": 3, "T": 4}


class Asked(NamedTuple):
    """What is asked.

    Attributes:
        path: of the marts.
        query: one statement that reads.
        given: the values of its parameters.
        memory_limit: as DuckDB takes it.
        seconds: after which it is interrupted.
    """

    path: str
    query: str
    given: dict[str, Any]
    memory_limit: str
    seconds: float


class RefusedError(Exception):
    """A query that is refused: the code of a message, and what fills its places."""

    def __init__(self, code: str, **places: object) -> None:
        super().__init__(code)
        self.code, self.places = code, places


def main() -> None:
    """Answer the query on standard input."""
    answers = sys.stdout.buffer
    asked: Asked = Asked(*pickle.load(sys.stdin.buffer))
    _limit_memory(asked.memory_limit)
    try:
        for answer in answer_to(asked):
            pickle.dump((None, answer), answers)
            answers.flush()
    except RefusedError as refusal:
        pickle.dump(((refusal.code, refusal.places), None), answers)


def answer_to(asked: Asked) -> Iterator[list[Any]]:
    """Give the columns of the answer, then its rows in batches, then an empty batch.

    Raises:
        RefusedError: the query is not one that reads, DuckDB does not understand it, or it needs
            too much memory or time.
    """
    try:
        with duckdb.connect(asked.path, read_only=True) as marts:
            marts.execute("set memory_limit = $limit", {"limit": asked.memory_limit})
            for setting in CONFINED:
                marts.execute(setting)
            statements = marts.extract_statements(asked.query)
            if not statements:
                raise RefusedError("query_not_reading")
            *before, statement = statements
            if (
                statement.type not in READING
                or not all(_is_of_pivot(each) for each in before)
                or FORBIDDEN_FUNCTIONS & _names(asked.query)
            ):
                raise RefusedError("query_not_reading")
            with _ended_after(marts, asked.seconds):
                for each in before:
                    marts.execute(each)
                result = marts.execute(statement, asked.given)
                yield [column[0] for column in result.description or []]
                while rows := result.fetchmany(BATCH_ROWS):
                    yield rows
            yield []
    except duckdb.InterruptException:
        raise RefusedError("query_too_long", seconds=asked.seconds) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise RefusedError("query_too_large") from None
    except duckdb.Error as problem:
        raise RefusedError("query_refused", reason=sentence(problem)) from None


def sentence(problem: duckdb.Error) -> str:
    """Return what DuckDB says on one line, without the place in the query."""
    lines = (line.strip() for line in str(problem).splitlines())
    return " ".join(line for line in lines if line and not line.startswith(("LINE", "^")))


def bytes_of(memory_limit: str) -> int:
    """Return how many bytes a limit such as `500MB` or `1.5GiB` is.

    >>> bytes_of("1.5 GiB")
    1610612736
    """
    number, unit, is_binary = re.fullmatch(r"([\d.]+) ?([KMGT])(i?)B", memory_limit).groups()  # type: ignore[union-attr]
    return int(float(number) * (1024 if is_binary else 1000) ** UNITS[unit])


def _limit_memory(memory_limit: str) -> None:
    """Let this process have no more than its share, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    most = bytes_of(memory_limit) + BESIDE_DUCKDB_BYTES
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _is_of_pivot(statement: duckdb.Statement) -> bool:
    """Return whether DuckDB made a statement of a `pivot`: a type in memory, for its columns."""
    return statement.type == duckdb.StatementType.CREATE and not statement.query


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


if __name__ == "__main__":
    main()
