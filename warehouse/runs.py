"""One run at a time, and a log of every run, failed ones included (`<home>/runs.duckdb`)."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

import duckdb
from filelock import FileLock, Timeout

from complaints.warehouse import clock
from complaints.warehouse.errors import OperatorError, RunFailedError, UsageError
from complaints.warehouse.run_log import open_log
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.step_log import INTERRUPTED, RUNNING, StepLog, read_notes, write_steps
from complaints.warehouse.store import hold_warehouse, open_warehouse
from complaints.warehouse.system_errors import reserved_space

# What decides a verdict or a figure: a change in any of these judges and builds all anew.
RULEBOOK_PATTERNS = (
    "expectations/*.yml",
    "expectations/*.py",
    "warehouse/sql/*.sql",
    "dbt_project/dbt_project.yml",
    "dbt_project/seeds/*.csv",
    "dbt_project/macros/**/*.sql",
    "dbt_project/models/**/*.sql",
)

LOCK_SECONDS = 0.2  # for one that only looks whether a run is at work


class Interruption(NamedTuple):
    """Where a run stood that never ended.

    Attributes:
        started_at: when it started, UTC.
        step: the step that began last.
        files: the files that it was reading.
    """

    started_at: datetime
    step: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Night:
    """One run of the nightly job.

    Attributes:
        run_id: names the run in the log and in `dq_deliveries`.
        run_at: when it started, UTC.
        as_of_day: the day the figures are seen from.
        rulebook: hash of the rules, reference data and models in force.
        interrupted: where the run before it stood, where that one never ended.
        log: the steps so far.
    """

    run_id: str
    run_at: datetime
    as_of_day: date
    rulebook: str
    interrupted: Interruption | None = None
    log: StepLog = field(default_factory=lambda: StepLog(""))

    @property
    def step_seconds(self) -> dict[str, float]:
        """How long each step took so far, all its calls together."""
        seconds: dict[str, float] = {}
        for called in self.log.steps:
            seconds[called.step] = seconds.get(called.step, 0.0) + (called.seconds or 0.0)
        return seconds


@contextmanager
def hold_home(settings: Settings) -> Iterator[None]:
    """Keep every other run out of the home.

    Raises:
        RunFailedError: another run is at work in it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / "run.lock", timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise RunFailedError(
            f"Another run is at work in {settings.home}: wait until it has ended."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def start_night(settings: Settings) -> Iterator[Night]:
    """Hold the home for one run, log it, and say at the end how it went.

    A run that was killed leaves its entry as `running`. The next one, seen from the same day,
    takes over its run id, so that the published record reads as if nothing had happened.

    Raises:
        RunFailedError: another run is at work in this home.
        UsageError: the as-of day is before the newest one recorded.
    """
    with hold_home(settings):
        with reserved_space(settings):
            night = _begin(settings)
        try:
            with hold_warehouse(settings), reserved_space(settings):
                _check_as_of_day(settings, night)
                yield night
        except BaseException as problem:
            message = str(problem) if isinstance(problem, OperatorError) else type(problem).__name__
            try:
                _finish(settings, night, "failed", message)
            except (OperatorError, duckdb.Error, OSError) as unlogged:
                # What went wrong first is what the operator must read; the run stays in the log as
                # running, which the next one reads as interrupted.
                problem.add_note(f"The run could not be logged either: {unlogged}")
            raise
        _finish(settings, night, "published", None)


def rulebook_hash(settings: Settings) -> str:
    """Return the hash of all that decides a verdict or a figure, the council's rows included."""
    digest = hashlib.sha256()
    shipped = (path for pattern in RULEBOOK_PATTERNS for path in PROJECT_FOLDER.glob(pattern))
    councils = (path for path in settings.reference_folder.glob("*.csv") if path.is_file())
    for path in [*sorted(shipped), *sorted(councils)]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _begin(settings: Settings) -> Night:
    night = Night(
        run_id=f"{clock.utc_now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        run_at=clock.utc_now(),
        as_of_day=settings.as_of_day,
        rulebook=rulebook_hash(settings),
    )
    with open_log(settings.runs_path) as log:
        log.begin()
        interrupted = _end_interrupted_runs(log, settings)
        if interrupted:
            night = replace(night, interrupted=interrupted[2])
        if interrupted and interrupted[1] == night.as_of_day:
            night = replace(night, run_id=interrupted[0])
        log.execute(
            # A column that is not named keeps what the interrupted run had (DuckDB 1.5.5).
            "insert or replace into ops_runs "
            "(run_id, as_of_day, started_at, finished_at, status, failed_step, message) "
            "values ($id, $as_of, $at, null, $status, null, null)",
            {
                "id": night.run_id,
                "as_of": night.as_of_day,
                "at": night.run_at,
                "status": RUNNING,
            },
        )
        (last_position,) = log.execute(
            "select coalesce(max(position), 0) from ops_steps where run_id = $id",
            {"id": night.run_id},
        ).fetchone() or (0,)
        log.commit()
    settings.step_notes_path.unlink(missing_ok=True)
    return replace(night, log=StepLog(night.run_id, settings.step_notes_path, last_position))


def _end_interrupted_runs(
    log: duckdb.DuckDBPyConnection, settings: Settings
) -> tuple[str, date, Interruption] | None:
    """Say where the runs that were killed stood; return id and as-of day of the last, and where."""
    noted = read_notes(settings.step_notes_path)
    write_steps(log, noted)
    interrupted = log.execute(
        "select run_id, as_of_day, started_at from ops_runs where status = $running "
        "order by started_at desc",
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
    run_id, as_of_day, started_at = interrupted
    last = next((step for step in reversed(noted) if step.run_id == run_id), None)
    where = (last.step, tuple(last.files)) if last else ()
    return run_id, as_of_day, Interruption(started_at, *where)


def _check_as_of_day(settings: Settings, night: Night) -> None:
    with open_warehouse(settings) as store:
        (newest_day,) = store.execute(
            "select max(as_of_day) from (select as_of_day from raw.run "
            "union all select as_of_day from raw.deliveries)"
        ).fetchall()[0]
    if newest_day and night.as_of_day < newest_day:
        raise UsageError(
            f"The as-of day {night.as_of_day} is before {newest_day}, the newest one recorded in "
            f"{settings.home}: give that day or a later one."
        )


def _finish(settings: Settings, night: Night, status: str, message: str | None) -> None:
    with open_log(settings.runs_path) as log:
        log.begin()
        log.execute(
            "update ops_runs set status = $status, message = $message, finished_at = $at, "
            "failed_step = $step where run_id = $id",
            {
                "status": status,
                "message": message,
                "at": clock.utc_now(),
                "step": night.log.last_step if status == "failed" else None,
                "id": night.run_id,
            },
        )
        write_steps(log, night.log.steps)
        log.commit()
    settings.step_notes_path.unlink(missing_ok=True)
