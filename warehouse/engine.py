"""The engine that carries the rows: DuckDB in the working store, or Spark over a lake of Parquet.

The working store is DuckDB with either. With Spark it is the log: what is small and must be whole.
Records are then Parquet files, which the store lists and shows as views of the same names.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import duckdb

from complaints.warehouse.settings import Settings


class Engine(Protocol):
    """What a step asks of an engine, beside an open working store."""

    def sync(self) -> None:
        """Let the engine see what the log says now."""

    def run(self, name: str, query: str) -> None:
        """Run a query and keep its result on the engine, under a name, for this step."""

    def read(self, name: str, query: str) -> None:
        """Run a query whose result is small, and read it into a temporary table of the store."""

    def give(self, name: str) -> None:
        """Let the engine see a small temporary table of the store."""

    def append(
        self, table: str, delivery_number: int | None, query: str, given: Any = None
    ) -> None:
        """Append to a table of records what a query of the store gives, within its transaction."""

    def forget(self, table: str, column: str, condition: str) -> None:
        """Take whole deliveries out of a table of records, within the store's transaction."""

    def publish(
        self, relations: Sequence[str], descriptions: Mapping[str, Any], is_all: bool = False
    ) -> None:
        """Show relations that the engine built in the store, to be copied out or read there.

        is_all says that nothing is read any more of what was shown before.
        """


class EmbeddedEngine:
    """DuckDB: the engine and the store are one."""

    def __init__(self, store: duckdb.DuckDBPyConnection) -> None:
        self.store = store

    def sync(self) -> None:
        """See what is there anyway."""

    def run(self, name: str, query: str) -> None:
        """Keep the result of a query as a temporary table."""
        self.store.execute(f"create or replace temporary table {name} as {query}")

    read = run

    def give(self, name: str) -> None:
        """See what is there anyway."""

    def append(
        self, table: str, delivery_number: int | None, query: str, given: Any = None
    ) -> None:
        """Insert what a query gives."""
        self.store.execute(f"insert into {table} by name {query}", given)

    def forget(self, table: str, column: str, condition: str) -> None:
        """Delete the rows of those deliveries."""
        self.store.execute(f"delete from {table} where {column} {condition}")

    def publish(
        self, relations: Sequence[str], descriptions: Mapping[str, Any], is_all: bool = False
    ) -> None:
        """Show what is there anyway."""


def engine_of(settings: Settings, store: duckdb.DuckDBPyConnection) -> Engine:
    """Return the engine that the settings name, beside an open working store."""
    if settings.engine == "duckdb":
        return EmbeddedEngine(store)
    # Spark is no part of the usual install, and takes seconds to import.
    from complaints.warehouse.spark import SparkEngine

    return SparkEngine(settings, store)
