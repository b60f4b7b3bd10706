"""One run at a time, each with its entry in the log of runs."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import NamedTuple

import duckdb
from filelock import FileLock, Timeout

from complaints.warehouse import clock
from complaints.warehouse.errors import OperatorError, RunFailedError, UsageError
from complaints.warehouse.published import newest_number
from complaints.warehouse.run_log import (
    FAILED,
    INTERRUPTED,
    PUBLISHED,
    RUNNING,
    Journal,
    open_log,
    read_journal,
    write_calls,
)
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.store import empty_spill_folders, hold_warehouse, open_warehouse
from complaints.warehouse.system_errors import reserved_space

# What decides a verdict or a figure: a change in any of these judges and rebuilds all.
RULEBOOK_PATTERNS = (
    "expectations/*.yml",
    "expectations/*.py",
    "warehouse/sql/*.sql",
    "dbt_project/dbt_project.yml",
    "dbt_project/seeds/*.csv",
    "dbt_project/macros/**/*.sql",
    "dbt_project/models/**/*.sql",
)

# What dbt builds marts of; messages may name rows and stay in the log.
COPIED_TABLES = {"ops_runs": "* exclude (message)", "ops_steps": "*", "ops_alerts": "*"}

HOME_LOCK, NIGHT_LOCK = "run.lock", "night.lock"
# A clock that is wrong by years would shut out all true days after it.
MOST_DAYS_BETWEEN_NIGHTS = 40
MOST_YEARS_AHEAD = 10
LOCK_SECONDS = 0.2  # for one that only looks whether a run is at work


class Interruption(NamedTuple):
    """Where a run was that never ended.

    Attributes:
        started_at: when it started, UTC.
        step: the step that began last.
        files: the files that it was reading.
    """

    started_at: datetime
    step: str | None = None
    files: tuple[str, ...] = ()


@dataclass
class Run:
    """One run of the nightly job.

    Attributes:
        run_id: names the run in the log and in `dq_deliveries`.
        run_at: when it started, UTC.
        as_of_day: the day as at which the figures are.
        rulebook: hash of the rules, reference data and models in force.
        run_number: its place among the runs of the home; a clock may be put back, this is not.
        interrupted: where the run before it was, if that one never ended.
        journal: the steps so far.
        is_published: whether it has replaced the marts.
    """

    run_id: str
    run_at: datetime
    as_of_day: date
    rulebook: str
    run_number: int = 0
    interrupted: Interruption | None = None
    journal: Journal = field(default_factory=Journal)
    is_published: bool = False


@contextmanager
def lock_home(
    settings: Settings, seconds: float = LOCK_SECONDS, name: str = HOME_LOCK
) -> Iterator[None]:
    """Keep every other run out of the home, after waiting a while for it.

    Raises:
        RunFailedError: another run is in progress in it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / name, timeout=seconds)
    try:
        lock.acquire()
    except Timeout:
        raise RunFailedError("another_run_at_work", home=settings.home) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def lock_night(settings: Settings) -> Iterator[None]:
    """Keep every other night out of the home, without waiting for one that is at work.

    Raises:
        RunFailedError: another night is at work in it.
    """
    with lock_home(settings, name=NIGHT_LOCK):
        yield


@contextmanager
def start_run(settings: Settings) -> Iterator[Run]:
    """Lock the home for one night, log it, and say at the end how it went.

    A night waits for a command that holds the home for a while, such as `complaints backup`; of two
    nights the second has nothing to do. A run that was killed leaves its entry as `running`. The
    next one of the same as-of day takes over its run id, so that the published record reads as
    if nothing had happened.

    Raises:
        RunFailedError: another run is in progress in this home.
        UsageError: the as-of day is before the newest one recorded, or is today's, not given by
            hand, and long after it.
    """
    with lock_night(settings), lock_home(settings, settings.lock_wait_seconds):
        empty_spill_folders(settings)
        with reserved_space(settings):
            run = _begin(settings)
        try:
            with hold_warehouse(settings), reserved_space(settings):
                _check_as_of_day(settings, run.as_of_day)
                copy_log(settings, run)
                yield run
        except BaseException as problem:
            try:
                _finish(settings, run, PUBLISHED if run.is_published else FAILED, _reason(problem))
            except (OperatorError, duckdb.Error, OSError) as unlogged:
                # What went wrong first is what the operator must read; the run stays in the log as
                # running, which the next one reads as interrupted.
                problem.add_note(f"The run could not be logged either: {unlogged}")
            raise
        finally:
            empty_spill_folders(settings)
        _finish(settings, run, PUBLISHED, None)


def rulebook_hash(settings: Settings) -> str:
    """Return the hash of all that decides a verdict or a figure, the council's rows included."""
    digest = hashlib.sha256(str(settings.report_threshold).encode())
    shipped = (path for pattern in RULEBOOK_PATTERNS for path in PROJECT_FOLDER.glob(pattern))
    councils = (path for path in settings.reference_folder.glob("*.csv") if path.is_file())
    for path in [*sorted(shipped), *sorted(councils)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def copy_log(settings: Settings, run: Run) -> None:
    """Replace the copies `raw.ops_*` by what the log says now, this run's steps so far included."""
    with open_log(settings.runs_path) as log, open_warehouse(settings) as store:
        write_calls(log, run.journal.calls)
        store.begin()
        for name, columns in COPIED_TABLES.items():
            rows = log.sql(f"select {columns} from {name}")
            # One connection reads the other's rows through Arrow's C interface: pyarrow, which
            # to_arrow_table() asks for, is 170 MB that nothing else here needs.
            store.register("logged", SimpleNamespace(__arrow_c_stream__=rows.__arrow_c_stream__))
            store.execute(f"create or replace table raw.{name} as from logged")
            store.unregister("logged")
        store.commit()


def _reason(problem: BaseException) -> str:
    if isinstance(problem, OperatorError):
        return str(problem)
    # Neither a signal nor Ctrl-C is an Exception.
    return type(problem).__name__ if isinstance(problem, Exception) else "The run was stopped."


def _begin(settings: Settings) -> Run:
    now = clock.utc_now()
    run = Run(
        run_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        run_at=now,
        as_of_day=settings.as_of_day,
        rulebook=rulebook_hash(settings),
    )
    with open_log(settings.runs_path) as log:
        log.begin()
        interrupted = _end_interrupted_runs(log, settings)
        # The log may be older than the states that are kept: one of a backup, or a new one.
        (run.run_number,) = log.execute(
            "select greatest(coalesce(max(run_number), 0), $kept) + 1 from ops_runs",
            {"kept": newest_number(settings.published_folder)},
        ).fetchall()[0]
        if interrupted:
            run.interrupted = interrupted.how
        if interrupted and interrupted.as_of_day == run.as_of_day:
            run.run_id, run.run_number = interrupted.run_id, interrupted.run_number
        log.execute(
            # A column that is not named keeps what the interrupted run had (DuckDB 1.5.5).
            "insert or replace into ops_runs "
            "(run_id, as_of_day, started_at, finished_at, status, failed_step, message, run_number)"
            " values ($id, $as_of, $at, null, $status, null, null, $number)",
            {
                "id": run.run_id,
                "as_of": run.as_of_day,
                "at": run.run_at,
                "status": RUNNING,
                "number": run.run_number,
            },
        )
        (last_position,) = log.execute(
            "select coalesce(max(position), 0) from ops_steps where run_id = $id",
            {"id": run.run_id},
        ).fetchall()[0]
        log.commit()
    settings.journal_path.unlink(missing_ok=True)
    run.journal = Journal(run.run_id, settings.journal_path, last_position)
    return run


class _InterruptedRun(NamedTuple):
    run_id: str
    run_number: int
    as_of_day: date
    how: Interruption


def _end_interrupted_runs(
    log: duckdb.DuckDBPyConnection, settings: Settings
) -> _InterruptedRun | None:
    """Log where the runs were that were killed; return the last of them."""
    noted = read_journal(settings.journal_path)
    write_calls(log, noted)
    interrupted = log.execute(
        "select run_id, run_number, as_of_day, started_at from ops_runs where status = $running "
        "order by run_number desc",
        {"running": RUNNING},
    ).fetchone()
    ended = {"running": RUNNING, "interrupted": INTERRUPTED}
    log.execute(
        "update ops_runs set status = $interrupted, failed_step = ("
        "select arg_max(step, position) from ops_steps where ops_steps.run_id = ops_runs.run_id"
        ") where status = $running",
        ended,
    )
    log.execute("update ops_steps set status = $interrupted where status = $running", ended)
    if interrupted is None:
        return None
    run_id, run_number, as_of_day, started_at = interrupted
    last = next((call for call in reversed(noted) if call.run_id == run_id), None)
    where = (last.step, tuple(last.files)) if last else ()
    log.execute(
        "update ops_runs set message = $message where run_id = $id",
        {"message": was_reading(last.files) if last else None, "id": run_id},
    )
    return _InterruptedRun(run_id, run_number, as_of_day, Interruption(started_at, *where))


def was_reading(files: Sequence[str]) -> str | None:
    """Say which files an interrupted run was reading; None where it was reading none."""
    return f"It was reading {', '.join(files)}." if files else None


def check_may_begin(settings: Settings) -> None:
    """Check that no other night is at work and the day is right, before anything is started.

    Raises:
        RunFailedError: another night is at work.
        UsageError: the as-of day is before the newest one recorded, or years ahead.
    """
    if not settings.warehouse_path.exists():
        return
    with lock_night(settings):
        try:
            with lock_home(settings):
                _check_as_of_day(settings, settings.as_of_day)
        except (RunFailedError, duckdb.CatalogException):
            # A report holds the home for a moment, or the home is of 0.1.0: the night itself asks.
            return


def newest_recorded_day(store: duckdb.DuckDBPyConnection) -> date | None:
    """Return the newest day that a run or a delivery was as of."""
    day: date | None = store.execute(
        "select max(as_of_day) from (select as_of_day from raw.run "
        "union all select as_of_day from raw.deliveries)"
    ).fetchall()[0][0]
    return day


def _check_as_of_day(settings: Settings, day: date) -> None:
    with open_warehouse(settings) as store:
        newest_day = newest_recorded_day(store)
    if newest_day and day < newest_day:
        raise UsageError("as_of_day_before_newest", day=day, newest=newest_day, home=settings.home)
    if day.year > clock.today().year + MOST_YEARS_AHEAD:
        raise UsageError("as_of_day_far_ahead", day=day, years=MOST_YEARS_AHEAD)
    most = timedelta(days=MOST_DAYS_BETWEEN_NIGHTS)
    if newest_day and settings.as_of is None and day - newest_day > most:
        raise UsageError(
            "as_of_day_far_after_newest",
            day=day,
            newest=newest_day,
            home=settings.home,
            days=most.days,
        )


def _finish(settings: Settings, run: Run, status: str, message: str | None) -> None:
    with open_log(settings.runs_path) as log:
        log.begin()
        log.execute(
            "update ops_runs set status = $status, message = $message, finished_at = $at, "
            "failed_step = $step where run_id = $id",
            {
                "status": status,
                "message": message,
                "at": clock.utc_now(),
                "step": run.journal.last_step if status == FAILED else None,
                "id": run.run_id,
            },
        )
        write_calls(log, run.journal.calls)
        log.commit()
    settings.journal_path.unlink(missing_ok=True)
