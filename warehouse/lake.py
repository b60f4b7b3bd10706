"""Records as Parquet files, one for each table and delivery, which the working store lists.

The list is committed in the transaction of the store that takes the delivery, so a delivery is
there as a whole or not at all. After it, manifest.json is written and renamed, for whoever else
reads the lake; what no list names was left by a run that was killed, and is removed.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Any

import duckdb

from complaints.warehouse.layout import LAYOUTS
from complaints.warehouse.store import sql_text

# Each table with its column of the delivery, of which a file holds one.
DELIVERIES = {
    **{layout.records_table: "first_delivery" for layout in LAYOUTS.values()},
    "raw.delivered_rows": "delivery_number",
    "raw.record_changes": "delivery_number",
    "raw.record_states": "null",
}
RECORDS = tuple(DELIVERIES)
FILES = """
create table if not exists raw.lake_files (
    table_name varchar not null,
    file_name varchar not null,
    delivery_number bigint
)
"""


def close_views(store: duckdb.DuckDBPyConnection) -> None:
    """Make room for the tables that the views of the lake stand for."""
    for view in relations(store, "view", "schema_name = 'raw' and not internal"):
        store.execute(f"drop view {view}")


def open_lake(store: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Show the lake's files as views; what a home of DuckDB holds is moved into files first."""
    store.execute(FILES)
    for table in RECORDS:
        folder = _folder(lake, table)
        folder.mkdir(parents=True, exist_ok=True)
        of = DELIVERIES[table]
        for (number,) in store.execute(f"select distinct {of} from {table}").fetchall():
            rows = f"select * from {table} where {of} is not distinct from $number"
            append_file(store, lake, table, number, rows, {"number": number})
        # The columns, for a table that has no file yet or gains a column.
        store.execute(f"copy (from {table} limit 0) to {sql_text(folder / '0.parquet')}")
        store.execute(f"drop table {table}")
        show(store, lake, table)


def close_lake(store: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Take the lake's records back into the tables of a home that DuckDB works in again.

    What the last night on Spark showed of its results goes with the lake; the next night makes it.
    """
    if kind(store, "raw.lake_files") is None:
        return
    for table in RECORDS:
        if files := _files(store, lake, table):
            store.execute(f"insert into {table} by name from {_reading(files)}")
    store.execute("drop table raw.lake_files")
    for view in relations(store, "view", "not internal and sql like '%read_parquet%'"):
        store.execute(f"drop view {view}")


def append_file(
    store: duckdb.DuckDBPyConnection,
    lake: Path,
    table: str,
    delivery_number: int | None,
    query: str,
    given: Any = None,
) -> None:
    """Write what a query gives into a new file of a table, and list it."""
    name = f"{secrets.token_hex(8)}.parquet"
    target = sql_text(_folder(lake, table) / name)
    # As the table has its columns: Spark does not widen a number that was written narrower.
    typed = f"(from {table} limit 0) union all by name ({query})"
    store.execute(f"copy ({typed}) to {target} (format parquet)", given)
    store.execute("insert into raw.lake_files values (?, ?, ?)", [table, name, delivery_number])


def show(store: duckdb.DuckDBPyConnection, lake: Path, table: str) -> None:
    """Let the store see the files of a table that are listed now."""
    files = [_folder(lake, table) / "0.parquet", *_files(store, lake, table)]
    store.execute(f"create or replace view {table} as from {_reading(files)}")


def write_manifest(store: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Say for other readers which files count, in one rename, and remove those that do not."""
    listed = {table: sorted(path.name for path in _files(store, lake, table)) for table in RECORDS}
    manifest = lake / "manifest.json"
    text = json.dumps(listed, indent=1)
    if not manifest.exists() or manifest.read_text(encoding="utf-8") != text:
        unfinished = manifest.with_suffix(".new")
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, manifest)
    for table, names in listed.items():
        for path in _folder(lake, table).glob("*.parquet"):
            if path.name not in {"0.parquet", *names}:
                path.unlink()


def _files(store: duckdb.DuckDBPyConnection, lake: Path, table: str) -> list[Path]:
    names = store.execute(
        "select file_name from raw.lake_files where table_name = ? order by rowid", [table]
    ).fetchall()
    return [_folder(lake, table) / name for (name,) in names]


def _folder(lake: Path, table: str) -> Path:
    return lake / table.replace(".", "/")


def _reading(files: list[Path]) -> str:
    listed = ", ".join(sql_text(path) for path in files)
    return f"read_parquet([{listed}], union_by_name = true)"


def relations(store: duckdb.DuckDBPyConnection, of: str, condition: str) -> list[str]:
    """Return the tables or the views of the store for which a condition holds, in their order."""
    found = store.execute(
        f"select schema_name || '.' || {of}_name from duckdb_{of}s() "
        f"where {condition} and database_name = current_database() order by all"
    ).fetchall()
    return [name for (name,) in found]


def kind(store: duckdb.DuckDBPyConnection, table: str) -> str | None:
    """Return whether a relation of the store is a BASE TABLE or a VIEW, None without one."""
    schema, name = table.split(".")
    row = store.execute(
        "select table_type from information_schema.tables where table_schema = ? "
        "and table_name = ? and table_catalog = current_database()",
        [schema, name],
    ).fetchone()
    return row[0] if row else None
