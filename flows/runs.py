"""One run at a time, and a log of every run, failed ones included (`<home>/runs.duckdb`)."""

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from flows.errors import OperatorError, RunFailedError, UsageError
from flows.settings import PROJECT_FOLDER, Settings
from flows.warehouse import open_warehouse

# What decides a verdict or a figure: a change in any of these judges and builds all anew.
RULEBOOK_PATTERNS = (
    "expectations/*.yml",
    "expectations/*.py",
    "flows/sql/*.sql",
    "dbt_project/dbt_project.yml",
    "dbt_project/seeds/*.csv",
    "dbt_project/macros/**/*.sql",
    "dbt_project/models/**/*.sql",
)

LOG_SECONDS = 10  # each use of the log takes a fraction of one

OPS_TABLES = """
create table if not exists ops_runs (
    run_id varchar primary key,
    as_of_day date not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    message varchar
);
create table if not exists ops_steps (run_id varchar, step varchar, seconds double);
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
comment on table ops_steps is 'How long each step of a finished run took, in seconds.';
comment on table ops_alerts is 'Every message to people: waiting or sent.';
"""


@dataclass(frozen=True)
class Night:
    """One run of the nightly job.

    Attributes:
        run_id: names the run in the log and in `dq_deliveries`.
        run_at: when it started, UTC.
        as_of_day: the day the figures are seen from.
        rulebook: hash of the rules, reference data and models in force.
        last_judged: per source, the as-of day and rulebook of its last committed load.
        interrupted_at: when the run before it started, UTC, where that one never ended.
        is_last_night_published: whether the last committed load, seen from this same day, is in
            the published marts.
        step_seconds: how long each step took so far.
    """

    run_id: str
    run_at: datetime
    as_of_day: date
    rulebook: str
    last_judged: dict[str, tuple[date, str]] = field(default_factory=dict)
    interrupted_at: datetime | None = None
    is_last_night_published: bool = False
    step_seconds: dict[str, float] = field(default_factory=dict)

    def has_as_of_day_moved(self, source: str) -> bool:
        """Whether this source was last judged as seen from another day."""
        return source in self.last_judged and self.last_judged[source][0] != self.as_of_day

    def has_rulebook_changed(self, source: str) -> bool:
        """Whether this source was last judged by other rules, reference data or models."""
        return source in self.last_judged and self.last_judged[source][1] != self.rulebook

    def must_judge_again(self, source: str) -> bool:
        """Whether verdicts can differ tonight though nothing was delivered."""
        return self.has_as_of_day_moved(source) or self.has_rulebook_changed(source)


@contextmanager
def hold_home(settings: Settings) -> Iterator[None]:
    """Keep every other run out of the home.

    Raises:
        RunFailedError: another run is at work in it.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.home / "run.lock", timeout=0)
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
        night = _begin(settings)
        try:
            yield _with_history(settings, night)
        except BaseException as problem:
            message = str(problem) if isinstance(problem, OperatorError) else type(problem).__name__
            _finish(settings, night, "failed", message)
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
        run_id=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        run_at=datetime.now(UTC).replace(tzinfo=None),
        as_of_day=settings.as_of_day,
        rulebook=rulebook_hash(settings),
    )
    with open_log(settings.runs_path) as log:
        interrupted = log.execute(
            "select run_id, as_of_day, started_at from ops_runs where status = 'running' "
            "order by started_at desc"
        ).fetchone()
        log.execute("update ops_runs set status = 'interrupted' where status = 'running'")
        if interrupted:
            night = replace(night, interrupted_at=interrupted[2])
        if interrupted and interrupted[1] == night.as_of_day:
            night = replace(night, run_id=interrupted[0])
        log.execute(
            "insert or replace into ops_runs values ($id, $as_of, $at, null, 'running', null)",
            {"id": night.run_id, "as_of": night.as_of_day, "at": night.run_at},
        )
    return night


def _with_history(settings: Settings, night: Night) -> Night:
    with open_warehouse(settings) as warehouse:
        last_judged = {
            source: (as_of_day, rulebook)
            for source, as_of_day, rulebook in warehouse.execute(
                "select source, max(as_of_day), arg_max(rulebook, run_at) "
                "from raw.nights group by source"
            ).fetchall()
        }
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
        is_last_night_published=bool(is_published)
        and newest_day == night.as_of_day
        and settings.marts_path.exists(),
    )


def _finish(settings: Settings, night: Night, status: str, message: str | None) -> None:
    with open_log(settings.runs_path) as log:
        log.execute(
            "update ops_runs set status = $status, message = $message, finished_at = $at "
            "where run_id = $id",
            {
                "status": status,
                "message": message,
                "at": datetime.now(UTC).replace(tzinfo=None),
                "id": night.run_id,
            },
        )
        log.execute("delete from ops_steps where run_id = $id", {"id": night.run_id})
        for step, seconds in night.step_seconds.items():
            log.execute("insert into ops_steps values ($1, $2, $3)", [night.run_id, step, seconds])


@contextmanager
def open_log(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the log of runs with its tables in place, and close it again."""
    log = _connect(path)
    try:
        log.execute(OPS_TABLES)
        yield log
    finally:
        log.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open the log, waiting for a command that reads it or sends what waits."""
    give_up_at = time.monotonic() + LOG_SECONDS
    while True:
        try:
            return duckdb.connect(path)
        except duckdb.IOException as problem:
            if "lock" not in str(problem) or time.monotonic() > give_up_at:
                raise
        time.sleep(0.1)
