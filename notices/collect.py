"""Collect notices: SQL over the published marts, compared with what was sent before."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import duckdb

from complaints.notices.digest import MOST_LINES, Digest, Line
from complaints.notices.recipients import Scope
from complaints.warehouse.run_log import GIVEN_UP_AFTER_DAYS, open_log
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import sql_text

FOLDER = Path(__file__).parent

# By the type of a notice, the lines of it.
Failures = dict[str, list[str]]


class RejectedFile(Protocol):
    """A file that was rejected whole."""

    @property
    def source(self) -> str:
        """The code of its source."""

    @property
    def file_name(self) -> str:
        """Its name in the delivery."""

    @property
    def content_hash(self) -> str | None:
        """What it held; None where it could not be read."""

    @property
    def message(self) -> str | None:
        """Why it was rejected."""

    @property
    def status(self) -> str:
        """Whether it was rejected or stopped at the door."""


@contextmanager
def open_notices(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the log of runs with what was sent and what waits, and close it again."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with open_log(settings.runs_path) as log:
        run_sql(log, "tables")
        if log.execute("from duckdb_tables() where table_name = 'alert_items'").fetchall():
            log.begin()
            run_sql(log, "older_tables")
            log.commit()
        yield log


def collect(
    log: duckdb.DuckDBPyConnection,
    settings: Settings,
    scopes: Sequence[Scope],
    failures: Failures,
    run_id: str | None = None,
    sources: Sequence[str] | None = None,
    rejected: Sequence[RejectedFile] = (),
) -> Digest:
    """Return what there is to say to these recipients; `changes` holds the same as a table.

    Args:
        log: the log of runs.
        settings: where the marts are.
        scopes: of what the recipients are notified.
        failures: what to say beside the marts.
        run_id: the run; that of the newest files in the marts when not given.
        sources: the codes of the sources that are to deliver; none of a run that failed, of which
            the marts say nothing.
        rejected: the files that a failed run rejected; the marts have those of another.
    """
    variables = {
        "notice_types": str(FOLDER / "notice_types.csv"),
        "as_of_day": settings.as_of_day,
        "audiences": sorted({each for scope in scopes for each in scope.audiences}),
        "teams": sorted({each for scope in scopes for each in scope.teams}),
        "sources": list(sources or ()),
        "run_id": run_id,
        "due_within_days": settings.alerts_due_within_days,
        "not_started_days": settings.alerts_not_started_days,
        "reminder_days": settings.alerts_reminder_days,
        "silent_days": settings.alerts_silent_days,
        "given_up_after_days": GIVEN_UP_AFTER_DAYS,
        "is_everything_known": sources is not None,
        "most_lines": MOST_LINES,
    }
    for name, value in variables.items():
        log.execute(f"set variable {name} = $value", {"value": value})
    run_sql(log, "prepare")
    if sources is not None:
        log.execute(f"attach {sql_text(settings.marts_path)} as published (read_only)")
        run_sql(log, "notices")
        log.execute("detach published")
    for file in rejected:
        log.execute(
            "insert into rejected_files values ($1, $2, $3, $4, $5)",
            [file.source, file.file_name, file.content_hash, file.message, file.status],
        )
    for notice_type, lines in failures.items():
        log.execute(
            "insert into notices by name select 'failures' as audience, $type as notice_type, "
            "$type as key, $text as text",
            {"type": notice_type, "text": "\n".join(lines)},
        )
    run_sql(log, "changes")
    lines = [Line(*row) for row in run_sql(log, "digest").fetchall()]
    totals = log.execute("from totals").fetchall()
    ((due_by,),) = log.execute("select getvariable('due_by')").fetchall()
    return Digest(lines, totals, due_by, is_everything_known=sources is not None)


def run_sql(log: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyConnection:
    """Run notices/sql/<name>.sql."""
    return log.execute((FOLDER / "sql" / f"{name}.sql").read_text(encoding="utf-8"))
