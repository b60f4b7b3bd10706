"""Put what was published into the joint store, in the place of what the authority had there.

It is one transaction: a reader sees one night of the authority or the other, and a night that is
killed or repeated changes nothing else.
"""

from pathlib import Path

import duckdb

from complaints.warehouse.access import share
from complaints.warehouse.joint_store import (
    NATIONAL_VIEW,
    create_national_view,
    write_joint_store,
)
from complaints.warehouse.layout import LAYOUTS
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, sql_text

KEPT_DAYS = 7  # how long the store can still be read as it was
ORPHANED_DAYS = 1  # no transaction takes as long
# What other authorities published: theirs is the column of that name.
OF_OTHERS = ("rpt_benchmarks", "raw.benchmarks_records")
RECORDS = (
    *(layout.records_table for layout in LAYOUTS.values() if layout.records_table not in OF_OTHERS),
    *("raw.deliveries", "raw.delivered_rows", "raw.record_changes", "raw.record_states"),
)


def publish_to_joint_store(settings: Settings, keeps_older: bool = True) -> int:
    """Put what an authority has published in the place of what it had in the joint store.

    Args:
        settings: the home, and where the joint store is.
        keeps_older: whether the store can still be read as it was; not after an erasure.

    Returns:
        How many rows are there now of the authority.

    Raises:
        UsageError: the store's address is wrong, or what reads it is not installed.
        RunFailedError: the store does not answer, or others write all the time.
    """
    with open_warehouse(settings) as store, write_joint_store(settings, store):
        store.execute(f"attach {sql_text(settings.marts_path)} as published (read_only)")
        store.begin()
        try:
            tables = _tables(store, with_records=settings.store_records)
            _prepare(store, tables)
            rows = _replace(store, tables)
        except BaseException:
            store.rollback()
            store.execute("detach published")
            raise
        store.commit()
        store.execute("detach published")
        _forget_older(store, KEPT_DAYS if keeps_older else 0)
        _share_files(settings)
    return rows


def _tables(store: duckdb.DuckDBPyConnection, *, with_records: bool) -> dict[str, str]:
    """Return what is put into the store, each relation there with what it is read from here."""
    marts = store.execute(
        "select table_name from duckdb_tables() where database_name = 'published' "
        "and not list_contains(?, table_name) order by 1",
        [OF_OTHERS],
    ).fetchall()
    records = store.execute(
        "select 'raw.' || table_name from duckdb_tables() "
        "where database_name = 'joint' and schema_name = 'raw'"
    ).fetchall()
    whose = "(select code from raw.authority) as authority"
    # Where they are no longer wanted, those that are there go.
    wanted, rows = (RECORDS, "") if with_records else ([name for (name,) in records], "limit 0")
    return {
        **{f"joint.main.{name}": f"select * from published.main.{name}" for (name,) in marts},
        **{f"joint.{name}": f"select *, {whose} from {name} {rows}" for name in wanted},
    }


def _prepare(store: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> None:
    """Make the tables and columns that are not there, and the view of all authorities."""
    store.execute("create schema if not exists joint.raw")
    known: dict[str, set[str]] = {}
    for schema, table, column in store.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = 'joint'"
    ).fetchall():
        known.setdefault(f"joint.{schema}.{table}", set()).add(column)
    for table, query in tables.items():
        if table not in known:
            store.execute(f"create table {table} as {query} limit 0")
            store.execute(f"alter table {table} set partitioned by (authority)")
            continue
        for column, kind, *_ in store.execute(f"describe {query}").fetchall():
            if column not in known[table]:
                store.execute(f"alter table {table} add column {column} {kind}")
    if f"joint.main.{NATIONAL_VIEW}" not in known:
        create_national_view(store)


def _replace(store: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> int:
    ((code,),) = store.execute("select code from raw.authority").fetchall()
    rows = 0
    for table, query in tables.items():
        store.execute(f"delete from {table} where authority = ?", [code])
        ((inserted,),) = store.execute(f"insert into {table} by name {query}").fetchall()
        rows += inserted
    return rows


def _forget_older(store: duckdb.DuckDBPyConnection, days: int) -> None:
    """Remove what was there before, with its files, and the files that a killed night left."""
    store.execute(
        f"call ducklake_expire_snapshots('joint', older_than => now() - interval {days} day)"
    )
    store.execute("call ducklake_cleanup_old_files('joint', cleanup_all => true)")
    store.execute(
        "call ducklake_delete_orphaned_files('joint', "
        f"older_than => now() - interval {ORPHANED_DAYS} day)"
    )


def _share_files(settings: Settings) -> None:
    """Let the readers' group read the files, where they are in a folder of this machine."""
    folder = Path(settings.store_files)
    if settings.store_files and folder.is_dir():
        for path in (folder, *folder.rglob("*")):
            share(settings, path)
