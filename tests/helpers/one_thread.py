"""Let DuckDB work with one thread in the tests.

A dozen rows need no second one, and each of the two workers has a core to itself.
"""

from typing import Any

import duckdb


def use_one_thread() -> None:
    """Let every store that this process opens have one thread."""
    connect = duckdb.connect

    def connect_with_one_thread(*given: Any, **named: Any) -> duckdb.DuckDBPyConnection:
        connection = connect(*given, **named)
        connection.execute("set threads = 1")
        return connection

    duckdb.connect = connect_with_one_thread
