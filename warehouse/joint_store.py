"""The joint store: the marts of several authorities in one DuckLake, each under its code.

Its catalogue is a database, PostgreSQL where several authorities write; its files are Parquet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path

import duckdb
import psycopg

from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import SQL_FOLDER, sql_text

EXTENSIONS = ("ducklake", "postgres_scanner")
NATIONAL_VIEW = "rpt_authorities"
ON_POSTGRESQL = "ducklake:postgres:"
TURN = 2006_1738  # the number of the lock that whoever writes holds
LONGEST_WAIT_MINUTES = 20


@contextmanager
def open_joint_store(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the joint store to read it.

    Raises:
        UsageError: none is configured, its address is wrong, or what reads it is not installed.
        RunFailedError: it does not answer, or nothing was put there yet.
    """
    if not settings.store.get_secret_value():
        raise UsageError("joint_store_not_configured")
    with duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{settings.memory_limit}'")
        _attach(settings, connection, "read_only")
        connection.execute("use joint")
        yield connection


@contextmanager
def write_joint_store(settings: Settings, store: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Attach the joint store to the working store as `joint`, while no other authority writes.

    DuckLake lets two that write the same table at once fail, one of them; so they take turns.
    PostgreSQL gives the turn to the next if the process that has it is killed.

    Raises:
        UsageError: the address is wrong, or what reads it is not installed.
        RunFailedError: it does not answer, or the turn does not come.
    """
    address = settings.store.get_secret_value()
    with _turn(address):
        # No rows in the catalogue itself: what is erased is to leave with its file.
        _attach(settings, store, "data_inlining_row_limit 0")
        try:
            yield
        finally:
            store.execute("detach joint")


def create_national_view(store: duckdb.DuckDBPyConnection) -> None:
    """Create the view of all authorities, for readers under whatever name they attach the store."""
    ((current,),) = store.execute("select current_database()").fetchall()
    query = (SQL_FOLDER / f"{NATIONAL_VIEW}.sql").read_text(encoding="utf-8")
    store.execute("use joint")
    try:
        store.execute(f"create view {NATIONAL_VIEW} as {query}")
    finally:
        store.execute(f'use "{current}"')


@contextmanager
def _turn(address: str) -> Iterator[None]:
    if not address.startswith(ON_POSTGRESQL):  # a file, which DuckDB lets one process write
        yield
        return
    try:
        gate = psycopg.connect(address.removeprefix(ON_POSTGRESQL), autocommit=True)
    except psycopg.Error as problem:
        raise _not_opened(problem, address) from None
    with gate:
        try:
            gate.execute(f"set lock_timeout = '{LONGEST_WAIT_MINUTES}min'")
            gate.execute("select pg_advisory_lock(%s)", [TURN])
        except psycopg.errors.LockNotAvailable:
            raise RunFailedError("joint_store_busy", minutes=LONGEST_WAIT_MINUTES) from None
        yield


def _attach(settings: Settings, connection: duckdb.DuckDBPyConnection, options: str) -> None:
    address = settings.store.get_secret_value()
    if settings.store_files:
        options += f", data_path {sql_text(settings.store_files)}"
    for extension in EXTENSIONS:
        connection.execute(f"load {sql_text(_extension(extension))}")
    try:
        connection.execute(f"attach {sql_text(address)} as joint ({options})")
    except duckdb.Error as problem:
        raise _not_opened(problem, address) from None


def _extension(name: str) -> Path:
    """Return the file of an extension, which is a package: nothing is downloaded by a night."""
    package = util.find_spec(f"duckdb_extension_{name}")
    if package is None or not package.submodule_search_locations:
        raise UsageError("ducklake_not_installed")
    folder = Path(package.submodule_search_locations[0]) / "extensions"
    return folder / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"


def _not_opened(problem: Exception, address: str) -> RunFailedError:
    """Say why, without the address, which may hold a password."""
    reason = str(problem)
    for part in (address, address.removeprefix("ducklake:"), address.removeprefix(ON_POSTGRESQL)):
        reason = reason.replace(part, "…")
    reason = " ".join(reason.splitlines()[0].split())
    return RunFailedError("joint_store_not_opened", reason=reason)
