"""What is new since people were last told: computed in SQL, read into the parts of a digest."""

from collections.abc import Sequence
from itertools import groupby

import duckdb

from complaints.flows.readers.sources import read_sources
from complaints.flows.steps.find_deliveries import FileRecord
from complaints.notices.digest import Group, Part, Section, sections_of
from complaints.notices.log import rows_of, run_sql, set_variables
from complaints.notices.recipients import AUDIENCES, DEADLINES
from complaints.warehouse.settings import Settings

MOST_LINES = 25  # of a group in a message; all are told of, the rest by their number

ITEMS = """
create or replace temporary table items (
    audience varchar, kind varchar, key varchar, position bigint, title varchar, remedy varchar,
    sort varchar, line varchar
)
"""
REJECTED = """
create or replace temporary table rejected_files (
    source varchar, file_name varchar, content_hash varchar, message varchar
)
"""
REJECTED_LAST = """
insert into rejected_files
select source, file_name, content_hash, message from published.dq_deliveries
where
    status = 'rejected'
    and run_id = (select max(newest.run_id) from published.dq_deliveries as newest)
"""


def published_parts(
    log: duckdb.DuckDBPyConnection, settings: Settings, audiences: Sequence[str]
) -> list[Part]:
    """Return what is to be told of the published marts; `changes` holds the same as a table."""
    path = str(settings.marts_path).replace("'", "''")
    log.execute(f"attach '{path}' as published (read_only)")
    _prepare(log, settings, audiences, is_everything_known=True)
    log.execute(REJECTED_LAST)
    run_sql(log, "rejected_files")
    run_sql(log, "items")
    run_sql(log, "changes")
    standing = rows_of(log, "standing")
    oldest = tuple(line for (line,) in rows_of(log, "oldest_open"))
    parts = _parts(log, audiences)
    log.execute("detach published")
    return [
        Part(
            part.audience,
            part.sections + (_oldest_open(oldest) if part.audience == DEADLINES else ()),
            tuple(
                (fact, number) for audience, fact, number in standing if audience == part.audience
            ),
        )
        for part in parts
    ]


def rejected_parts(
    log: duckdb.DuckDBPyConnection,
    settings: Settings,
    audiences: Sequence[str],
    rejected: Sequence[FileRecord],
) -> list[Part]:
    """Return what is to be told of the files that a failed night rejected, and of nothing else."""
    _prepare(log, settings, audiences, is_everything_known=False)
    for file in rejected:
        log.execute(
            "insert into rejected_files values ($1, $2, $3, $4)",
            [file.source, file.file_name, file.content_hash, file.message],
        )
    run_sql(log, "rejected_files")
    run_sql(log, "changes")
    return _parts(log, audiences)


def _prepare(
    log: duckdb.DuckDBPyConnection,
    settings: Settings,
    audiences: Sequence[str],
    is_everything_known: bool,
) -> None:
    run_sql(log, "macros")
    set_variables(
        log,
        {
            "as_of_day": settings.as_of_day,
            "audiences": list(audiences),
            "sources": _source_codes(settings) if is_everything_known else [],
            "due_within_days": settings.alerts_due_within_days,
            "reminder_days": settings.alerts_reminder_days,
            "silent_days": settings.alerts_silent_days,
            "is_everything_known": is_everything_known,
            "most_lines": MOST_LINES,
        },
    )
    log.execute(ITEMS)
    log.execute(REJECTED)


def _source_codes(settings: Settings) -> list[str]:
    """Return the sources that are to deliver; none where a preview does not know them."""
    return [source.code for source in read_sources(settings.source)] if settings.source else []


def _parts(log: duckdb.DuckDBPyConnection, audiences: Sequence[str]) -> list[Part]:
    lines = {
        audience: sections_of(of_audience)
        for audience, of_audience in groupby(rows_of(log, "lines"), key=lambda row: row[0])
    }
    return [Part(each, lines.get(each, ())) for each in AUDIENCES if each in audiences]


def _oldest_open(lines: tuple[str, ...]) -> tuple[Section, ...]:
    if not lines:
        return ()
    return (Section("Oldest open", "beside", (Group(None, None, lines, len(lines)),)),)
