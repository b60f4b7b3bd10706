"""Open the working store, and run the SQL that stands in warehouse/sql."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from complaints.warehouse.settings import Settings

SQL_FOLDER = Path(__file__).parent / "sql"

VariableValue = str | bool | date | datetime | list[str]


@contextmanager
def hold_warehouse(settings: Settings) -> Iterator[None]:
    """Keep the working store open in this process, so that every step and dbt open it at once.

    To open and close it takes longer than most of dbt's tests, and dbt does so for every node.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(settings.warehouse_path):
        yield


@contextmanager
def open_warehouse(
    settings: Settings, variables: Mapping[str, VariableValue] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working store with its tables and macros in place, and close it again.

    Args:
        settings: where the store is and how much memory it may use.
        variables: values that the SQL reads with `getvariable`.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(settings.warehouse_path)
    try:
        # dbt's settings (profiles.yml) stay for as long as somebody holds the store open.
        connection.execute("reset preserve_insertion_order")
        connection.execute(f"set memory_limit = '{settings.memory_limit}'")
        run_sql(connection, "schema")
        run_sql(connection, "macros")
        for name, value in (variables or {}).items():
            connection.execute(f"set variable {name} = $value", {"value": value})
        yield connection
    finally:
        connection.close()


def run_sql(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run warehouse/sql/<name>.sql."""
    connection.execute((SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
