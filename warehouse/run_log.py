"""The log of runs, `<home>/runs.duckdb`: its tables, and how it is opened."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from complaints.warehouse.errors import RunFailedError

OPS_TABLES = """
create table if not exists ops_runs (
    run_id varchar primary key,
    as_of_day date not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    failed_step varchar,
    message varchar
);
create table if not exists ops_steps (
    run_id varchar,
    position integer,
    step varchar,
    started_at timestamp,
    seconds double,
    rows bigint,
    peak_memory_bytes bigint,
    status varchar,
    primary key (run_id, position)
);
create table if not exists ops_alerts (
    message_id varchar primary key,
    run_id varchar,
    as_of_day date,
    audience varchar,
    recipients integer,
    items integer,
    created_at timestamp,
    sent_at timestamp,
    attempts integer,
    status varchar
);
comment on table ops_runs is 'Every run: running, published, failed or interrupted.';
comment on table ops_steps is 'Every step of a run: running, done, failed or interrupted.';
comment on table ops_alerts is 'Every message about a night: waiting or sent.';
"""
# What tells a log that has these tables from an older one.
NEWEST_COLUMNS = {
    ("ops_runs", "failed_step"),
    ("ops_steps", "position"),
    ("ops_alerts", "message_id"),
}
WAIT_SECONDS = 10  # for another program that holds the log open for a moment


@contextmanager
def open_log(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the log of runs with its tables in place, and close it again.

    Raises:
        RunFailedError: it cannot be opened, or another program keeps it open.
    """
    log = _connect(path)
    try:
        columns = log.execute("select table_name, column_name from duckdb_columns()").fetchall()
        if not set(columns) >= NEWEST_COLUMNS:
            log.begin()
            _take_over_older_tables(log, set(columns))
            log.commit()
        yield log
    finally:
        log.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return duckdb.connect(path)
        except duckdb.Error as problem:
            sentence = " ".join(str(problem).split())
            is_held = "lock" in sentence or "used by another process" in sentence
            if not is_held or time.monotonic() > deadline:
                raise RunFailedError(
                    f"The log of runs {path} cannot be opened: {sentence.rstrip('.')}. Close the "
                    "program that holds it open, or let the account that runs the job read and "
                    "write it."
                ) from None
            time.sleep(0.05)


def _take_over_older_tables(log: duckdb.DuckDBPyConnection, columns: set[tuple[str, str]]) -> None:
    """Make the tables, with what a log holds from before they had these names and columns."""
    tables = {table for table, _ in columns}
    if "ops_steps" in tables and ("ops_steps", "position") not in columns:
        log.execute("alter table ops_steps rename to steps")
        tables.add("steps")
    log.execute(OPS_TABLES)
    log.execute("alter table ops_runs add column if not exists failed_step varchar")
    if "runs" in tables:
        log.execute("insert into ops_runs by name from runs")
        log.execute("drop table runs")
    if "steps" in tables:
        log.execute(
            "insert into ops_steps by name select run_id, step, seconds, 'done' as status, "
            "row_number() over (partition by run_id order by rowid) as position from steps"
        )
        log.execute("drop table steps")
