"""Whether the job is well: its last runs, the age of what is published, the rows that wait."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

import duckdb

from complaints.warehouse import clock
from complaints.warehouse.backup import all_backups
from complaints.warehouse.env_files import PREFIX
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.query import open_marts
from complaints.warehouse.run_log import (
    AUDIENCES,
    FAILED,
    GIVEN_UP_AFTER_DAYS,
    INTERRUPTED,
    OF_TEAMS,
    RUNNING,
    open_log,
    read_journal,
)
from complaints.warehouse.runs import lock_night, was_reading
from complaints.warehouse.settings import Check, Origins, Settings, entries_of, teams_of
from complaints.warehouse.system_errors import MEGABYTE

NO_ORIGINS = Origins({}, [])
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
RUNS = """
select as_of_day, started_at, finished_at - started_at, status, failed_step, {message}
from ops_runs order by run_number desc limit $most
"""
STOPPED = """
select distinct message from dq_deliveries where is_stopped_now order by message
"""
# A file of a new name or content is a delivery, as for the digest (notices/sql/notices.sql).
SILENT = """
with delivered as (
    select source, min(coalesce(as_of_day, strptime(left(run_id, 8), '%Y%m%d'))::date) as first_seen
    from dq_deliveries left join ops_runs using (run_id)
    where dataset = 'complaints' and dq_deliveries.status not in ('rejected', 'stopped')
    group by source, file_name, content_hash
)
select source, max(first_seen) as last_seen from delivered
group by source
having date_diff('day', last_seen, (select as_of_day from dq_publication)) > $days
order by source
"""
GIVEN_UP_SAID_DAYS = 60
MAIL = """
select
    count(*) filter (where status = 'waiting'),
    min(created_at) filter (where status = 'waiting'),
    count(*) filter (where status = 'given_up' and created_at > $given_up_since)
from ops_alerts
"""
# The longest limit is 65 working days, so a deadline of today lies within some three months.
NOT_ANNOUNCED = """
select calendar_year from dim_date
where
    date = (select as_of_day + interval 3 month from dq_publication)
    and not has_announced_holidays
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
        silent: the sources without a new delivery for long, each with the day of its last.
        unannounced_year: the year that deadlines reach, where its bank holidays follow the rule.
    """

    at: datetime
    rows_waiting: int
    waiting_since: date | None
    stopped: list[str]
    silent: list[tuple[str, date]]
    unannounced_year: int | None


def last_runs(settings: Settings) -> list[LoggedRun]:
    """Return the last runs, the newest first.

    Raises:
        RunFailedError: there is no log yet, or it cannot be opened.
    """
    if settings.marts_path.exists() and not os.access(settings.runs_path, os.R_OK):
        # A member of the readers' group; messages may quote a record, and are not published.
        with open_marts(settings.marts_path) as marts:
            rows = marts.execute(RUNS.format(message="null"), {"most": LAST_RUNS}).fetchall()
        return [LoggedRun(*row) for row in rows]
    if not settings.runs_path.exists():
        raise RunFailedError("no_log_of_runs", home=settings.home)
    with open_log(settings.runs_path) as log:
        rows = log.execute(RUNS.format(message="message"), {"most": LAST_RUNS}).fetchall()
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
            silent = marts.execute(SILENT, {"days": settings.alerts_silent_days}).fetchall()
            (year,) = marts.execute(NOT_ANNOUNCED).fetchone() or (None,)
        except (duckdb.CatalogException, duckdb.BinderException):
            raise RunFailedError("marts_without_time", path=settings.marts_path) from None
    return Published(at, rows_waiting, since, [message for (message,) in stopped], silent, year)


def find_problems(
    settings: Settings,
    max_age: timedelta,
    origins: Origins = NO_ORIGINS,
    sources: Sequence[str] | None = None,
) -> list[str]:
    """Return a sentence for each thing that somebody must look after; none when all is well.

    Args:
        settings: where the home is, how long a row may be held back, and what is not asked.
        max_age: how old the published marts may be.
        origins: where the settings come from.
        sources: the codes of the sources that are to deliver; all that ever did when not given.
    """
    looks: list[Callable[[], list[str]]] = [
        lambda: _problems_of_runs(last_runs(settings)),
        lambda: _problems_of_marts(read_published(settings), settings, max_age, sources),
    ]
    more: dict[Check, Callable[[], list[str]]] = {
        "mail": lambda: _problems_of_mail(settings),
        "backup": lambda: _problems_of_backup(settings),
        "disk": lambda: _problems_of_disk(settings),
        "settings": lambda: unknown_settings(origins),
    }
    # A member of the readers' group sees the marts alone.
    is_owner = os.access(settings.runs_path, os.R_OK)
    looks += [
        look for name, look in more.items() if is_owner and name not in settings.check_leaves_out
    ]
    sentences: list[str] = []
    for look in looks:
        try:
            sentences += look()
        except RunFailedError as missing:
            sentences.append(str(missing))
    return sentences


def _problems_of_marts(
    published: Published,
    settings: Settings,
    max_age: timedelta,
    sources: Sequence[str] | None,
) -> list[str]:
    sentences = list(published.stopped)
    if "sources" not in settings.check_leaves_out:
        sentences += [
            sentence_of("source_silent", source=source, day=day)
            for source, day in published.silent
            if sources is None or source in sources
        ]
    if published.unannounced_year:
        sentences.append(
            sentence_of(
                "holidays_not_announced",
                year=published.unannounced_year,
                path=settings.reference_folder / "bank_holidays.csv",
            )
        )
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


def _problems_of_mail(settings: Settings) -> list[str]:
    """Return what is wrong with the messages: those that do not go out, and who gets none."""
    sentences = []
    with open_log(settings.runs_path) as log:
        given_up_since = clock.utc_now() - timedelta(days=GIVEN_UP_SAID_DAYS)
        found = log.execute(MAIL, {"given_up_since": given_up_since})
        waiting, since, given_up = found.fetchall()[0]
    if waiting:
        sentences.append(sentence_of("messages_wait", messages=waiting, since=_time(since)))
    if given_up:
        sentences.append(
            sentence_of(
                "messages_were_given_up",
                messages=given_up,
                last=GIVEN_UP_SAID_DAYS,
                days=GIVEN_UP_AFTER_DAYS,
            )
        )
    by_teams = OF_TEAMS if teams_of(settings.alerts_teams) else ()
    nobody = [
        f"{each.replace('_', ' ')} ({PREFIX}ALERTS_{each.upper()})"
        for each in sorted(AUDIENCES)
        if not entries_of(getattr(settings, f"alerts_{each}")) and each not in by_teams
    ]
    if nobody:
        sentences.append(sentence_of("nobody_notified", of=" or ".join(nobody)))
    return sentences


def _problems_of_backup(settings: Settings) -> list[str]:
    """Return what is wrong with the backups; a home younger than one need have none."""
    oldest = clock.utc_now() - timedelta(days=settings.check_backup_days)
    folder = settings.backups_path
    if backups := all_backups(settings):
        newest, _ = backups[-1]
        days = (clock.utc_now() - newest).days
        return (
            [sentence_of("backup_too_old", at=_time(newest), days=days, folder=folder)]
            if newest < oldest
            else []
        )
    with open_log(settings.runs_path) as log:
        ((first,),) = log.execute("select min(started_at) from ops_runs").fetchall()
    is_young = first is None or first > oldest
    return [] if is_young else [sentence_of("no_backup", folder=folder)]


def _problems_of_disk(settings: Settings) -> list[str]:
    """Return whether the disk has room for twice the home."""
    size = sum(path.stat().st_size for path in settings.home.rglob("*") if path.is_file())
    free = shutil.disk_usage(settings.home).free
    if free >= 2 * size:
        return []
    return [
        sentence_of("disk_small", home=settings.home, free=free // MEGABYTE, size=size // MEGABYTE)
    ]


def unknown_settings(origins: Origins) -> list[str]:
    """Return a sentence for each name that is no setting."""
    return [
        sentence_of(
            "setting_unknown",
            name=f"{PREFIX}{name.upper()}",
            place="" if place == "environment" else f" (in {place})",
            nearest=f"; {PREFIX}{near.upper()} may be meant" if near else "",
        )
        for name, place, near in origins.unknown
    ]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _hours(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:.0f} h" if hours >= 2 else f"{hours * 60:.0f} min"
