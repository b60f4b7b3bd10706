"""Tell people: the step `alert` at the end of a night, the failure of one, and the preview."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC

import duckdb

from alerts import outbox
from alerts.digest import Group, Message, Part, Section, written
from alerts.failure import Trail, failure_section
from alerts.items import published_parts, rejected_parts
from alerts.log import open_alerts, run_sql
from alerts.recipients import AUDIENCES, FAILURES, Recipient, recipients_of
from alerts.send import send_waiting
from flows.errors import RunFailedError
from flows.runs import Night
from flows.settings import Settings

# Another program holds a file, or the disk is full: that must not fail a published night.
CANNOT_WRITE = (OSError, duckdb.IOException)


def alert(settings: Settings, night: Night) -> list[str]:
    """Tell what is new in the marts that were just published.

    The messages are written and their items marked as told in one transaction; then they are sent.
    With no recipients configured, nothing is done or stored.

    Returns:
        What could not be done, one sentence each; never a reason to fail.
    """
    recipients = recipients_of(settings)
    if not recipients:
        return []
    try:
        with open_alerts(settings) as log:
            parts = published_parts(log, settings, _audiences(recipients))
            parts = _with_failures(parts, _interruption(night))
            _put(log, settings, night.run_id, parts, recipients, settings.alerts_quiet_nights)
        return send_waiting(settings)
    except CANNOT_WRITE as problem:
        return [
            f"Nobody was told tonight ({type(problem).__name__}: a file in {settings.home} "
            "cannot be used): the next night tells it."
        ]


@contextmanager
def failures_told(settings: Settings) -> Iterator[Trail]:
    """Tell the recipients of failures when what is done within fails, and let it fail."""
    trail = Trail()
    try:
        yield trail
    except Exception as problem:
        for sentence in tell_failure(settings, trail, problem):
            print(sentence, file=sys.stderr)
        raise


def tell_failure(settings: Settings, trail: Trail, problem: Exception) -> list[str]:
    """Tell that a night failed, where, why and what to try, and which files were rejected.

    Returns:
        What could not be done, one sentence each.
    """
    recipients = recipients_of(settings)
    if not recipients:
        return []
    try:
        with open_alerts(settings) as log:
            parts = rejected_parts(log, settings, _audiences(recipients), trail.rejected)
            parts = _with_failures(
                parts, failure_section(settings, trail, problem), _interruption(trail.night)
            )
            run_id = trail.night.run_id if trail.night else None
            _put(log, settings, run_id, parts, recipients, is_quiet_told=False)
        return send_waiting(settings)
    except CANNOT_WRITE as trouble:
        return [f"The failure could not be told by message ({type(trouble).__name__})."]


def previewed(settings: Settings) -> list[tuple[Sequence[str], Message]]:
    """Return what would be told now, and to which audiences, without marking or sending it.

    Raises:
        RunFailedError: there are no marts, or they are older than the code.
    """
    if not settings.marts_path.exists():
        raise RunFailedError(
            f"There are no marts in {settings.home} yet: run `complaints nightly` first, or name "
            "another --home."
        )
    together = {each.audiences: each for each in recipients_of(settings)} or {AUDIENCES: None}
    try:
        with open_alerts(settings) as log:
            parts = published_parts(log, settings, AUDIENCES)
    except (duckdb.CatalogException, duckdb.BinderException):
        raise RunFailedError(
            f"The marts in {settings.home} are older than this version of complaints: run "
            "`complaints nightly` once, then ask again."
        ) from None
    except CANNOT_WRITE:
        raise RunFailedError(
            f"A file in {settings.home} is in use by another program: try again in a moment."
        ) from None
    return [
        (audiences, written(_parts_for(parts, audiences), settings.as_of_day))
        for audiences in together
        if settings.alerts_quiet_nights or _have_news(_parts_for(parts, audiences))
    ]


def _audiences(recipients: Sequence[Recipient]) -> list[str]:
    return [each for each in AUDIENCES if any(each in one.audiences for one in recipients)]


def _with_failures(parts: Sequence[Part], *sections: Section | None) -> list[Part]:
    """Return the parts with these sections first among the failures."""
    given = tuple(section for section in sections if section)
    return [
        replace(part, sections=given + part.sections) if part.audience == FAILURES else part
        for part in parts
    ]


def _interruption(night: Night | None) -> Section | None:
    if night is None or night.interrupted_at is None:
        return None
    started = night.interrupted_at.replace(tzinfo=UTC)
    line = (
        f"The run that started on {started.day} {started:%B %Y at %H:%M} UTC never ended: it was "
        "killed, or the machine stopped. The next run goes on where it stood."
    )
    return Section("An earlier run was interrupted", "new", (Group(None, None, (line,), 1),))


def _put(
    log: duckdb.DuckDBPyConnection,
    settings: Settings,
    run_id: str | None,
    parts: Sequence[Part],
    recipients: Sequence[Recipient],
    is_quiet_told: bool,
) -> None:
    """Write the messages and mark their items as told, all of it or nothing."""
    log.begin()
    for audiences in dict.fromkeys(each.audiences for each in recipients):
        of_it = _parts_for(parts, audiences)
        if is_quiet_told or _have_news(of_it):
            alike = [each for each in recipients if each.audiences == audiences]
            message = written(of_it, settings.as_of_day)
            outbox.put(log, settings, message, alike, run_id, settings.as_of_day)
    run_sql(log, "mark")
    log.commit()


def _parts_for(parts: Sequence[Part], audiences: Sequence[str]) -> list[Part]:
    """Return the parts for these audiences, those without news only where all are without."""
    theirs = [part for part in parts if part.audience in audiences]
    return [part for part in theirs if part.has_news] or theirs


def _have_news(parts: Sequence[Part]) -> bool:
    return any(part.has_news for part in parts)
