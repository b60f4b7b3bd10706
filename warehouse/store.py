"""Open the working store, in which a night's work happens."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from complaints.warehouse.layout import LAYOUTS
from complaints.warehouse.settings import Settings

SQL_FOLDER = Path(__file__).parent / "sql"


@contextmanager
def hold_warehouse(settings: Settings) -> Iterator[None]:
    """Keep the working store open in this process, so that every step and dbt open it at once.

    To open and close it takes longer than most of dbt's tests, and dbt does so for every node.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    from complaints.warehouse import lake  # which writes its SQL with what is below

    path = settings.warehouse_path
    _held[path] = duckdb.connect(path)
    try:
        with open_warehouse(settings) as store:
            lake.close_views(store)
            make_tables(store)
            store.begin()
            if settings.engine == "spark":
                lake.open_lake(store, settings.lake_folder)
            else:
                lake.close_lake(store, settings.lake_folder)
            store.commit()
        if settings.engine == "duckdb" and settings.lake_folder.exists():
            shutil.rmtree(settings.lake_folder)
        yield
    finally:
        _held.pop(path).close()


_held: dict[Path, duckdb.DuckDBPyConnection] = {}


def rewrite_warehouse(settings: Settings) -> None:
    """Rewrite the working store, also while this process holds it."""
    path = settings.warehouse_path
    is_held = path in _held
    if is_held:
        _held[path].close()
    rewrite_database(path, settings.memory_limit)
    if is_held:
        _held[path] = duckdb.connect(path)


def rewrite_database(path: Path, memory_limit: str) -> None:
    """Copy a database into a new file, and put that in its place, in one rename.

    What was deleted leaves the file only so: its bytes stay after a delete, a checkpoint and a
    vacuum (DuckDB 1.5.5, 2026-11-26).
    """
    new = path.with_name(f"{path.name}.rewriting")
    new.unlink(missing_ok=True)
    with duckdb.connect() as both:
        both.execute(f"set memory_limit = '{memory_limit}'")
        both.execute(f"set temp_directory = {sql_text(f'{new}.duckdb.tmp')}")
        # Views name the catalogue that they are in, which is called as the file.
        both.execute(f'attach {sql_text(path)} as "{path.stem}"')
        both.execute(f"attach {sql_text(new)} as rewritten")
        both.execute(f'copy from database "{path.stem}" to rewritten')
    os.replace(new, path)


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the working store, and close it again."""
    settings.home.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(settings.warehouse_path)
    try:
        # dbt's settings (profiles.yml) stay for as long as somebody holds the store open.
        connection.execute("reset preserve_insertion_order")
        connection.execute(f"set memory_limit = '{settings.memory_limit}'")
        yield connection
    finally:
        connection.close()


def empty_spill_folders(settings: Settings) -> None:
    """Remove what DuckDB wrote beside its files for want of memory; a killed run leaves it."""
    for folder in settings.home.glob("*.duckdb.tmp"):
        shutil.rmtree(folder)


def make_tables(store: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that are not there; a home of version 0.1.0 is taken over."""
    store.begin()
    is_older = _has_table(store, "row_versions")
    if is_older:
        run_sql(store, "set_aside_0_1_0")
    run_sql(store, "schema")
    for layout in LAYOUTS.values():
        columns = ", ".join(f"{name} varchar" for name in layout.names)
        store.execute(
            f"create table if not exists {layout.records_table} (record_id varchar not null, "
            "source varchar not null, first_delivery bigint not null, "
            "first_file_name varchar not null, first_row_number bigint not null, "
            f"field_count integer not null, header_field_count integer not null, {columns})"
        )
        for name in layout.names:  # a home from before the column
            store.execute(
                f"alter table {layout.records_table} add column if not exists {name} varchar"
            )
    if is_older:
        run_sql(store, "take_over_0_1_0")
    store.commit()


def _has_table(store: duckdb.DuckDBPyConnection, name: str) -> bool:
    return store.execute(
        "select count(*) > 0 from duckdb_tables() where schema_name = 'raw' and table_name = ?",
        [name],
    ).fetchone() == (True,)


def run_sql(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Run warehouse/sql/<name>.sql."""
    connection.execute((SQL_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))


def sql_name(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(text: str | Path) -> str:
    """Return a text as an SQL literal, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"
