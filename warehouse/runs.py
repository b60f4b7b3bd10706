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
        last_judged: per source, the as-of day and rulebook of its last committed load.
        newly_accepted: the sources on whose rows a person has accepted a finding, or taken that
            back, since they were last judged.
        interrupted: where the run before it stood, where that one never ended.
        is_last_night_published: whether the last committed load, seen from this same day, is in
            the published marts.
        log: the steps so far.
    """

    run_id: str
    run_at: datetime
    as_of_day: date
    rulebook: str
    last_judged: dict[str, tuple[date, str]] = field(default_factory=dict)
    newly_accepted: frozenset[str] = frozenset()
    interrupted: Interruption | None = None
    is_last_night_published: bool = False
    log: StepLog = field(default_factory=lambda: StepLog(""))

    @property
    def step_seconds(self) -> dict[str, float]:
        """How long each step took so far, all its calls together."""
        seconds: dict[str, float] = {}
        for called in self.log.steps:
            seconds[called.step] = seconds.get(called.step, 0.0) + (called.seconds or 0.0)
        return seconds

    def has_as_of_day_moved(self, source: str) -> bool:
        """Whether this source was last judged as seen from another day."""
        return source in self.last_judged and self.last_judged[source][0] != self.as_of_day

    def has_rulebook_changed(self, source: str) -> bool:
        """Whether this source was last judged by other rules, reference data or models."""
        return source in self.last_judged and self.last_judged[source][1] != self.rulebook

    def must_judge_again(self, source: str) -> bool:
        """Whether verdicts can differ tonight though nothing was delivered."""
        return (
            self.has_as_of_day_moved(source)
            or self.has_rulebook_changed(source)
            or source in self.newly_accepted
        )


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
                yield _with_history(settings, night)
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


def _with_history(settings: Settings, night: Night) -> Night:
    with open_warehouse(settings) as warehouse:
        last_judged = {
            source: (as_of_day, rulebook)
            for source, as_of_day, rulebook in warehouse.execute(
                "select source, max(as_of_day), arg_max(rulebook, run_at) "
                "from raw.nights group by source"
            ).fetchall()
        }
        newly_accepted = warehouse.execute(
            "select source from raw.acceptances left join ("
            "select source, max(acceptance_number) as newest from raw.nights group by source"
            ") as judged using (source) "
            "group by source having max(acceptance_number) > coalesce(max(newest), 0)"
        ).fetchall()
        last_night = warehouse.execute(
            "select arg_max(run_id, run_at) in (select run_id from raw.publications), "
            "max(as_of_day) from raw.nights"
        ).fetchone()
    is_published, newest_day = last_night or (False, None)
    if newest_day and night.as_of_day < newest_day:
        raise UsageError(
            f"The as-of day {night.as_of_day} is before {newest_day}, the newest one recorded in "
            f"{settings.home}: give that day or a later one."
        )
    return replace(
        night,
        last_judged=last_judged,
        newly_accepted=frozenset(source for (source,) in newly_accepted),
        is_last_night_published=bool(is_published)
        and newest_day == night.as_of_day
        and settings.marts_path.exists(),
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
