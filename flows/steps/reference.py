"""The council's own rows over the shipped reference data, from `<home>/reference/*.csv`."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from complaints.warehouse.errors import UsageError
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.store import open_warehouse

WORDS = {"date": "a date (YYYY-MM-DD)", "integer": "a whole number", "boolean": "true or false"}
SEEDS_FILE = PROJECT_FOLDER / "dbt_project" / "seeds" / "_seeds.yml"


def prepare_reference(settings: Settings) -> None:
    """Load the council's rows.

    Raises:
        UsageError: a file of `<home>/reference/` that cannot be used, with file, row and column.
    """
    known = seed_columns()
    folder = settings.reference_folder
    files = {path.stem: path for path in sorted(folder.glob("*.csv"))} if folder.is_dir() else {}
    for name, path in files.items():
        if not path.is_file():
            raise UsageError(f"{path} is not a file: put a CSV file in its place or remove it.")
        if name not in known:
            raise UsageError(
                f"{path}: there is no reference data called {name}; a file here is named after "
                f"one of {', '.join(sorted(known))}."
            )
    with open_warehouse(settings) as warehouse:
        for name, columns in known.items():
            _load_council_rows(warehouse, name, columns, files.get(name))


def check_as_of_day(settings: Settings, run: Run) -> None:
    """See that the calendar has the as-of day, before anything is recorded under that day.

    Raises:
        UsageError: it has not; the sentence says which year to add.
    """
    with open_warehouse(settings) as warehouse:
        first, last = warehouse.execute(
            "select min(date), max(date) from intermediate.int_calendar"
        ).fetchall()[0]
    if not first <= run.as_of_day <= last:
        year = last.year + 1 if run.as_of_day > last else first.year - 1
        raise UsageError(
            f"The as-of day {run.as_of_day} is outside the calendar, which runs from {first} to "
            f"{last}: correct the day, or add the bank holidays of {year} to "
            f"{settings.reference_folder / 'bank_holidays.csv'}."
        )


def seed_columns() -> dict[str, dict[str, str]]:
    """Return, for each seed, its columns and their types as dbt declares them."""
    return {name: seed["config"]["column_types"] for name, seed in _seeds().items()}


def needed_columns(name: str) -> set[str]:
    """Return the columns of a seed that dbt's tests want filled: its keys, and what is not null."""
    seed = _seeds()[name]
    combinations = [
        column
        for test in seed.get("data_tests", [])
        for column in test["unique_combination"]["arguments"]["columns"]
    ]
    filled = [each["name"] for each in seed["columns"] if "not_null" in each.get("data_tests", [])]
    return {*combinations, *filled}


@cache
def _seeds() -> dict[str, Any]:
    declared = yaml.safe_load(SEEDS_FILE.read_text(encoding="utf-8"))
    return {seed["name"]: seed for seed in declared["seeds"]}


def _load_council_rows(
    warehouse: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], path: Path | None
) -> None:
    typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    warehouse.execute(f"create or replace table raw.council_{name} ({typed})")
    optional = _seeds()[name]["config"].get("meta", {}).get("optional_columns", [])
    header, rows = _read_rows(path, columns, optional) if path else ([], [])
    if path is None or not rows:
        return
    texts = ", ".join(f"{column} varchar" for column in header)
    marks = ", ".join("nullif(trim(?), '')" for _ in header)
    warehouse.execute(f"create or replace temporary table council_text (csv_row integer, {texts})")
    warehouse.executemany(
        f"insert into council_text values (?, {marks})",
        [[number, *row] for number, row in enumerate(rows, start=1)],
    )
    for column, kind in columns.items():
        _check_column(warehouse, path, column, kind, column in needed_columns(name))
    casts = ", ".join(f"cast({column} as {kind})" for column, kind in columns.items())
    warehouse.execute(f"insert into raw.council_{name} select {casts} from council_text")


def _read_rows(
    path: Path, columns: dict[str, str], optional: list[str]
) -> tuple[list[str], list[list[str]]]:
    """Return the header of a file and its rows; optional columns that it leaves out are blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *lines = list(csv.reader(file, strict=True)) or [[]]
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8: save it as CSV UTF-8.") from None
    except csv.Error:
        raise UsageError(f"{path} cannot be read as CSV: a quotation mark is not closed.") from None
    left_out = [each for each in optional if each not in header]
    if sorted([*header, *left_out]) != sorted(columns):
        raise UsageError(
            f"{path}: the header must be {','.join(columns)}, but it is {','.join(header)}."
        )
    rows = [line for line in lines if line]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise UsageError(
                f"{path}, row {number}: there are {len(row)} values for {len(header)} columns; "
                "put a text with a comma in quotation marks."
            )
    return [*header, *left_out], [[*row, *("" for _ in left_out)] for row in rows]


def _check_column(
    warehouse: duckdb.DuckDBPyConnection, path: Path, column: str, kind: str, is_needed: bool
) -> None:
    is_wrong = f"{column} is not null and try_cast({column} as {kind}) is null"
    bad = warehouse.execute(
        f"select csv_row, {column} is null from council_text "
        f"where {is_wrong} or ($is_needed and {column} is null) order by csv_row limit 1",
        {"is_needed": is_needed},
    ).fetchone()
    if bad:
        row_number, is_blank = bad
        problem = "must be filled in" if is_blank else f"must be {WORDS.get(kind, kind)}"
        raise UsageError(f"{path}, row {row_number}: {column} {problem}.")
