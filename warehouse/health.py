"""Whether the job is well: its last runs, the age of what is published, the rows that wait."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

import duckdb

from complaints.warehouse import clock
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.query import open_marts
from complaints.warehouse.run_log import FAILED, INTERRUPTED, RUNNING, open_log, read_journal
from complaints.warehouse.runs import lock_night, was_reading
from complaints.warehouse.settings import Settings

LAST_RUNS = 14  # two weeks of nights fit on a terminal
STATUS_COLUMNS = (
    "as_of_day",
    "started_at_utc",
    "how_long",
    "status",
    "failed_step",
    "message",
)

# Of the runs that the published file knows, the newest is the one that published it.
PUBLISHED_AT = "select arg_max(started_at, run_number) from ops_runs where status = 'published'"
STOPPED = """
select distinct message from dq_deliveries where is_stopped_now order by message
"""
ROWS_WAITING = """
with waiting as (
    select held_since, count(*) as rows_held from dq_quarantine group by held_since
)
select coalesce(sum(rows_held), 0)::bigint, min(held_since) from waiting
where $most < (
    select count(*) from dim_date
    where
        is_working_day
        and date > held_since
        and date <= (select as_of_day from dq_publication)
)
"""


@dataclass(frozen=True)
class LoggedRun:
    """One run of the log, as a person reads it; `started_at` is UTC."""

    as_of_day: date
    started_at: datetime
    duration: timedelta | None
    status: str
    failed_step: str | None
    message: str | None

    @property
    def as_row(self) -> tuple[object, ...]:
        """The values under STATUS_COLUMNS."""
        seconds = round(self.duration.total_seconds()) if self.duration else None
        return (
            self.as_of_day,
            self.started_at.isoformat(" ", "seconds"),
            None if seconds is None else str(timedelta(seconds=seconds)),
            self.status,
            self.failed_step,
            self.message,
        )


class Published(NamedTuple):
    """What the published marts say of themselves.

    Attributes:
        at: when the run began that published them, UTC.
        rows_waiting: how many rows are held back for longer than the setting allows.
        waiting_since: the as-of day from which the oldest of them is held back.
        stopped: what is said of the deliveries that are stopped at the door.
    """

    at: datetime
    rows_waiting: int
    waiting_since: date | None
    stopped: list[str]


def last_runs(settings: Settings) -> list[LoggedRun]:
    """Return the last runs, the newest first.

    Raises:
        RunFailedError: there is no log yet, or it cannot be opened.
    """
    if not settings.runs_path.exists():
        raise RunFailedError("no_log_of_runs", home=settings.home)
    with open_log(settings.runs_path) as log:
        rows = log.execute(
            "select as_of_day, started_at, finished_at - started_at, status, failed_step, message "
            "from ops_runs order by run_number desc limit $most",
            {"most": LAST_RUNS},
        ).fetchall()
    return [_as_it_is(settings, LoggedRun(*row)) for row in rows]


def _as_it_is(settings: Settings, run: LoggedRun) -> LoggedRun:
    """Return what became of a run; one that was killed is in the log as running until the next."""
    if run.status != RUNNING:
        return run
    noted = read_journal(settings.journal_path)
    if _is_run_at_work(settings):
        return run
    if not noted:
        return replace(run, status=INTERRUPTED)
    last = noted[-1]
    message = was_reading(last.files)
    return replace(run, status=INTERRUPTED, failed_step=last.step, message=message)


def _is_run_at_work(settings: Settings) -> bool:
    try:
        with lock_night(settings):
            return False
    except RunFailedError:
        return True


def read_published(settings: Settings) -> Published:
    """Return what the published marts say of themselves.

    Raises:
        RunFailedError: there are none, or an older version made them.
    """
    with open_marts(settings.marts_path) as marts:
        try:
            (at,) = marts.execute(PUBLISHED_AT).fetchone() or (None,)
            rows_waiting, since = marts.execute(
                ROWS_WAITING, {"most": settings.check_waiting_days}
            ).fetchone() or (0, None)
            stopped = marts.execute(STOPPED).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            raise RunFailedError("marts_without_time", path=settings.marts_path) from None
    return Published(at, rows_waiting, since, [message for (message,) in stopped])


def find_problems(settings: Settings, max_age: timedelta) -> list[str]:
    """Return a sentence for each thing that somebody must look after; none when all is well.

    Args:
        settings: where the home is, and how long a row may be held back.
        max_age: how old the published marts may be.
    """
    looks: list[Callable[[], list[str]]] = [
        lambda: _problems_of_runs(last_runs(settings)),
        lambda: _problems_of_marts(read_published(settings), settings, max_age),
    ]
    sentences: list[str] = []
    for look in looks:
        try:
            sentences += look()
        except RunFailedError as missing:
            sentences.append(str(missing))
    return sentences


def _problems_of_marts(published: Published, settings: Settings, max_age: timedelta) -> list[str]:
    sentences = list(published.stopped)
    age = clock.utc_now() - published.at
    if age > max_age:
        sentences.append(
            sentence_of(
                "marts_too_old", at=_time(published.at), age=_hours(age), allowed=_hours(max_age)
            )
        )
    if published.rows_waiting:
        sentences.append(
            sentence_of(
                "rows_waiting",
                rows=published.rows_waiting,
                days=settings.check_waiting_days,
                since=published.waiting_since,
            )
        )
    return sentences


def _problems_of_runs(runs: list[LoggedRun]) -> list[str]:
    """Return what is wrong with the last run; one still at work is neither well nor ill."""
    last = next((run for run in runs if run.status != RUNNING), None)
    if last is None or last.status not in (FAILED, INTERRUPTED):
        return []
    step = f" at the step {last.failed_step}" if last.failed_step else ""
    at = _time(last.started_at)
    if last.status == FAILED:
        return [sentence_of("last_run_failed", at=at, step=step, message=last.message)]
    reading = f" {last.message}" if last.message else ""
    return [sentence_of("last_run_interrupted", at=at, step=step, reading=reading)]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _hours(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 2 else f"{hours * 60:.0f} min"
