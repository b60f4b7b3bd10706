"""The marts as they would have stood on an earlier day, in a store of their own.

The warehouse is a function of what was delivered and decided by a day, so that day can be built
again: with today's rules and reference data. What is published is not touched.
"""

import hashlib
import os
import shutil
from datetime import date
from pathlib import Path

import duckdb

from complaints.flows.steps import build
from complaints.flows.steps.publish import copy_marts
from complaints.flows.steps.record_fates import record_fates
from complaints.flows.steps.reference import check_as_of_day, prepare_reference
from complaints.flows.steps.validate import begin_judging, validate_deadlines, validate_records
from complaints.warehouse import clock
from complaints.warehouse.access import keep_private
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.layout import LAYOUTS
from complaints.warehouse.runs import Run, lock_home, rulebook_hash
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, open_warehouse, run_sql, sql_text

KEPT_DAYS = 3  # each is as large as the home's own marts and working store
BUILT_FROM = "built_from"
# The rows of a delivery are kept until the next one has passed the door. Of an older one they are
# the records that were new with it or before and had not left; each stands where it was first
# written, or where it was when it came back.
DELIVERED_THEN = """
insert into raw.delivered_rows by name
with newest as (
    select source, dataset, max(delivery_number) as delivery_number
    from raw.deliveries where dataset = $dataset group by all
),
changes as (
    select
        record_id,
        max_by(is_delivered, delivery_number) as is_delivered,
        max_by(file_name, delivery_number) as file_name,
        max_by(row_number, delivery_number) as row_number
    from raw.record_changes group by record_id
),
still_known as (
    from home.raw.delivered_rows
    where delivery_number in (select delivery_number from newest)
),
found_again as (
    select
        newest.delivery_number,
        records.source,
        newest.dataset,
        coalesce(changes.file_name, records.first_file_name) as file_name,
        coalesce(changes.row_number, records.first_row_number) as row_number,
        records.record_id
    from {records} as records
    inner join newest on records.source = newest.source
    left join changes on records.record_id = changes.record_id
    where
        coalesce(changes.is_delivered, true)
        and newest.delivery_number not in (select delivery_number from still_known)
)
from still_known
union all by name
select *, row_number() over (order by file_name, row_number) as file_position from found_again
"""


def marts_as_at(settings: Settings, day: date | None) -> Settings:
    """Build the marts of an earlier day, or find them built, and return the settings of their home.

    Args:
        settings: the home whose records are meant.
        day: the day, of the nights' as-of days; the newest one when not given.

    Returns:
        The same settings with a home inside `<home>/as-at/`, which has a working store and marts.

    Raises:
        UsageError: the day is before the first delivery or after the newest night.
        RunFailedError: nothing was delivered yet, another run is in progress, or a test failed.
    """
    if not settings.warehouse_path.exists():
        raise RunFailedError("no_rows", home=settings.home)
    with keep_private(settings), lock_home(settings, settings.lock_wait_seconds):
        with hold_warehouse(settings), open_warehouse(settings) as store:
            day = _known_day(store, day)
            built_from = _built_from(settings, store, day)
        home = settings.home / "as-at" / f"{day}"
        # DuckDB's store with either engine: it attaches the home's tables, or its views of a lake.
        then = settings.model_copy(update={"home": home, "as_of": day, "engine": "duckdb"})
        if _is_built(then, built_from):
            return then
        shutil.rmtree(then.home, ignore_errors=True)
        then.home.mkdir(parents=True)
        if settings.reference_folder.is_dir():
            shutil.copytree(settings.reference_folder, then.reference_folder)
        _copy_records(settings, then, day)
    _build(then)
    (then.home / BUILT_FROM).write_text(built_from, encoding="utf-8")
    _forget_oldest(then.home.parent)
    return then


def _known_day(store: duckdb.DuckDBPyConnection, asked: date | None) -> date:
    first, newest = store.execute(
        "select min(as_of_day), greatest(max(as_of_day), (select max(as_of_day) from raw.run)) "
        "from raw.deliveries"
    ).fetchall()[0]
    if first is None:
        raise RunFailedError("nothing_delivered")
    day: date = asked or newest
    if not first <= day <= newest:
        raise UsageError("as_at_outside_nights", day=day, first=first, newest=newest)
    return day


def _built_from(settings: Settings, store: duckdb.DuckDBPyConnection, day: date) -> str:
    """Return a hash of all that the marts of the day follow from."""
    known = store.execute(
        "select (select max(delivery_number) from raw.deliveries where as_of_day <= $day), "
        "(select count(*) from raw.acceptances where recorded_on <= $day)",
        {"day": day},
    ).fetchone()
    return hashlib.sha256(repr((rulebook_hash(settings), day, known)).encode()).hexdigest()


def _is_built(then: Settings, built_from: str) -> bool:
    written = then.home / BUILT_FROM
    return written.exists() and written.read_text(encoding="utf-8") == built_from


def _copy_records(settings: Settings, then: Settings, day: date) -> None:
    with hold_warehouse(then), open_warehouse(then) as store:
        store.execute(f"attach {sql_text(settings.warehouse_path)} as home (read_only)")
        store.execute("create temporary table as_at as select $day as day", {"day": day})
        run_sql(store, "as_at")
        for dataset, layout in LAYOUTS.items():
            records = layout.records_table
            store.execute(
                f"insert into {records} by name from home.{records} "
                "where first_delivery in (select delivery_number from raw.deliveries)"
            )
            store.execute(DELIVERED_THEN.format(records=records), {"dataset": dataset})
        store.execute("detach home")


def _build(then: Settings) -> None:
    """Take the steps of a night that read nothing new and publish nothing."""
    run = Run(f"as-at-{then.as_of_day}", clock.utc_now(), then.as_of_day, rulebook_hash(then))
    with hold_warehouse(then):
        prepare_reference(then)
        build.build_reference(then)
        check_as_of_day(then, run)
        begin_judging(then, run)
        build.build_records(then)
        validate_records(then)
        record_fates(then)
        build.build_deadlines(then)
        validate_deadlines(then, run)
        build.build_marts(then)
        with open_warehouse(then) as store:
            os.replace(copy_marts(then, run, store), then.marts_path)


def _forget_oldest(folder: Path) -> None:
    days = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in days[:-KEPT_DAYS]:
        shutil.rmtree(old)
