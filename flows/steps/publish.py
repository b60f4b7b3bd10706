"""Replace the published marts in one rename, and keep the last states."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from complaints.flows.steps.private_columns import check_nothing_private
from complaints.warehouse import clock
from complaints.warehouse.access import share
from complaints.warehouse.published import kept_state_files, replace_marts
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql, sql_text

# The last column of every mart; dq_publication has it itself, in rpt_benchmarks it is another's.
WHOSE = "The authority's code, part of every key where marts of several authorities lie together."


def publish(
    settings: Settings,
    run: Run,
    tables: Sequence[str] | None = None,
    candidate: Path | None = None,
) -> list[str]:
    """Put the marts where analysts look, and keep a copy of them.

    Readers that hold the file open keep what they opened; new readers see the new state; nobody
    sees half of it.

    Args:
        settings: where the home is and how many states are kept.
        run: the run.
        tables: the marts that changed; all when not given.
        candidate: the file to which they were copied; copied here when not given.

    Returns:
        What the operator should know.

    Raises:
        RunFailedError: a mart has a column that the data dictionary marks as private.
    """
    with open_warehouse(settings) as warehouse:
        if candidate is None or not candidate.exists():  # tried again
            candidate = copy_marts(settings, run, warehouse, tables)
        notes = replace_marts(settings, candidate)
        run.is_published = not notes
        if not notes:  # what waits is published by the next night, with news or without
            warehouse.execute(
                "insert into raw.publications select coalesce(max(publication_number), 0) + 1, "
                "$run, $at, $hash from raw.publications",
                {
                    "run": run.run_id,
                    "at": clock.utc_now(),
                    "hash": inputs_hash(warehouse, run),
                },
            )
            run_sql(warehouse, "figure_history")
    if not notes:
        _keep_state(settings, run)
    return notes


def inputs_hash(store: duckdb.DuckDBPyConnection, run: Run) -> str:
    """Return a hash of all that the marts follow from: records, reference data, decisions, day."""
    counted = store.execute(
        "select (select max(delivery_number) from raw.deliveries), "
        "(select max(acceptance_number) from raw.acceptances), "
        "(select max(release_number) from raw.releases), "
        "(select max(erasure_number) from raw.erasures), "
        "(select (code, name) from raw.authority)"
    ).fetchone()
    return hashlib.sha256(repr((run.rulebook, run.as_of_day, counted)).encode()).hexdigest()


def is_published(settings: Settings, run: Run) -> bool:
    """Return whether the published marts follow from just what a run would build them from."""
    if not settings.marts_path.exists():
        return False
    with open_warehouse(settings) as store:
        last = store.execute(
            "select arg_max(inputs_hash, publication_number) from raw.publications"
        ).fetchone()
        return last == (inputs_hash(store, run),)


def copy_marts(
    settings: Settings,
    run: Run,
    warehouse: duckdb.DuckDBPyConnection,
    tables: Sequence[str] | None = None,
) -> Path:
    """Copy the marts out of the working store, into a file that is to replace the published one.

    Args:
        settings: where the home is.
        run: the run.
        warehouse: the working store.
        tables: the marts that changed since they were last published; all when not given.

    Returns:
        The file.

    Raises:
        RunFailedError: a mart has a column that the data dictionary marks as private.
    """
    remove_candidates(settings)
    candidate = settings.home / f".marts-{run.run_id}.duckdb"
    # Not marts.duckdb, into which somebody may have written.
    last_state = _last_kept_state(warehouse, settings) if tables else None
    if last_state is None:
        tables = None
    else:
        shutil.copyfile(last_state, candidate)
    _copy_tables(settings, warehouse, candidate, tables)
    return candidate


def remove_candidates(settings: Settings) -> None:
    """Remove what was to be published and was not."""
    for leftover in settings.home.glob(".marts-*"):
        leftover.unlink()


def _last_kept_state(warehouse: duckdb.DuckDBPyConnection, settings: Settings) -> Path | None:
    """Return the kept copy of what was published last; a killed run may have left none."""
    last = warehouse.execute("select arg_max(run_id, publication_number) from raw.publications")
    (run_id,) = last.fetchone() or (None,)
    kept = [path for path in kept_state_files(settings) if path.stem.endswith(f"-{run_id}")]
    return kept[-1] if kept else None


def _copy_tables(
    settings: Settings,
    warehouse: duckdb.DuckDBPyConnection,
    candidate: Path,
    tables: Sequence[str] | None,
) -> None:
    warehouse.execute(f"attach {sql_text(candidate)} as published")
    names = tables or [
        name
        for (name,) in warehouse.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = current_database() and table_schema = 'marts' order by 1"
        ).fetchall()
    ]
    of_others = _marts_with_authority(warehouse)
    for name in names:
        # Reports come in the order of their columns, quarter by quarter; sorting a million facts
        # would cost more than it gives.
        order = "" if name.startswith("fct_") else "order by all"
        whose = "*" if name in of_others else "*, (select code from raw.authority) as authority"
        warehouse.execute(
            f"create or replace table published.main.{name} as "
            f"select {whose} from marts.{name} {order}"
        )
    warehouse.begin()  # one, for each comment by itself would be written to the disk by itself
    for comment in _comments(warehouse, names):
        warehouse.execute(comment)
    for name in set(names) - of_others:
        warehouse.execute(f"comment on column published.main.{name}.authority is {sql_text(WHOSE)}")
    warehouse.commit()
    check_nothing_private(settings, warehouse, "published")
    warehouse.execute("detach published")


def _marts_with_authority(warehouse: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the marts whose own column says of which authority a row is."""
    found = warehouse.execute(
        "select table_name from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'marts' and column_name = 'authority'"
    ).fetchall()
    return {name for (name,) in found}


def _comments(warehouse: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> list[str]:
    """Return the statements that give published tables the descriptions that dbt wrote."""
    commented = warehouse.execute(
        "select 'table', table_name, comment from duckdb_tables() "
        "where database_name = current_database() and schema_name = 'marts' union all "
        "select 'table', view_name, comment from duckdb_views() "
        "where database_name = current_database() and schema_name = 'marts' union all "
        "select 'column', table_name || '.' || column_name, comment from duckdb_columns() "
        "where database_name = current_database() and schema_name = 'marts'"
    ).fetchall()
    return [
        f"comment on {kind} published.main.{name} is {sql_text(text)}"
        for kind, name, text in commented
        if text is not None and name.split(".")[0] in tables
    ]


def _keep_state(settings: Settings, run: Run) -> None:
    folder = settings.published_folder
    folder.mkdir(exist_ok=True)
    share(settings, folder)
    for leftover in folder.glob("*.copying"):
        leftover.unlink()
    kept = folder / f"marts-{run.run_number:06}-{run.as_of_day}-{run.run_id}.duckdb"
    unfinished = kept.with_suffix(".copying")
    shutil.copyfile(settings.marts_path, unfinished)
    share(settings, unfinished)
    os.replace(unfinished, kept)
    for old in kept_state_files(settings)[: -settings.kept_states]:
        old.unlink()
