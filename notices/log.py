"""Open the log of runs with the tables of the notices, and run the SQL in notices/sql."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from complaints.warehouse.run_log import open_log
from complaints.warehouse.settings import Settings

SQL_FOLDER = Path(__file__).with_name("sql")

VariableValue = str | bool | int | date | list[str]


@contextmanager
def open_alerts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the log of runs with what was told and what waits, and close it again."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with open_log(settings.runs_path) as log:
        run_sql(log, "tables")
        yield log


def run_sql(log: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run notices/sql/<name>.sql."""
    log.execute((SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))


def rows_of(log: duckdb.DuckDBPyConnection, name: str) -> list[tuple[Any, ...]]:
    """Return the rows that notices/sql/<name>.sql gives."""
    run_sql(log, name)
    return log.fetchall()


def set_variables(log: duckdb.DuckDBPyConnection, variables: dict[str, VariableValue]) -> None:
    """Give values to what the SQL reads with `getvariable`."""
    for name, value in variables.items():
        log.execute(f"set variable {name} = $value", {"value": value})
