"""Tell people: the step `alert` at the end of a night, the failure of one, and the preview."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC

import duckdb

from complaints.notices import outbox
from complaints.notices.digest import Group, Message, Part, Section, written
from complaints.notices.failure import Trail, backup_failure_section, failure_section
from complaints.notices.items import published_parts, rejected_parts
from complaints.notices.log import open_alerts, run_sql
from complaints.notices.recipients import AUDIENCES, FAILURES, Recipient, recipients_of
from complaints.notices.send import send_waiting
from complaints.warehouse.errors import OperatorError, RunFailedError
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.system_errors import refusals_in_words


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
        with refusals_in_words():
            with open_alerts(settings) as log:
                parts = published_parts(log, settings, _audiences(recipients))
                parts = _with_failures(parts, _interruption(night))
                _put(log, settings, night.run_id, parts, recipients, settings.alerts_quiet_nights)
            return send_waiting(settings)
    except RunFailedError as problem:  # a full disk, a file in use: no reason to fail a night
        return [f"People could not be told tonight; the next night does it. {problem}"]


@contextmanager
def failures_told(settings: Settings) -> Iterator[Trail]:
    """Tell the recipients of failures when what is done within fails, and let it fail."""
    trail = Trail()
    try:
        yield trail
    except Exception as problem:
        failure = failure_section(settings, trail, problem)
        _tell(settings, trail, failure, _interruption(trail.night))
        raise


@contextmanager
def backup_failure_told(settings: Settings) -> Iterator[None]:
    """Tell the recipients of failures when the backup within fails, and let it fail."""
    try:
        yield
    except Exception as problem:
        _tell(settings, Trail(), backup_failure_section(settings, problem))
        raise


def _tell(settings: Settings, trail: Trail, *failures: Section | None) -> None:
    """Tell what failed, and which files were rejected before; print what could not be told."""
    recipients = recipients_of(settings)
    if not recipients:
        return
    try:
        with open_alerts(settings) as log:
            parts = rejected_parts(log, settings, _audiences(recipients), trail.rejected)
            run_id = trail.night.run_id if trail.night else None
            parts = _with_failures(parts, *failures)
            _put(log, settings, run_id, parts, recipients, is_quiet_told=False)
        untold = send_waiting(settings)
    except (OperatorError, duckdb.Error, OSError) as trouble:
        # What failed first is what the operator must read.
        untold = [f"The failure could not be told by message ({type(trouble).__name__})."]
    for sentence in untold:
        print(sentence, file=sys.stderr)


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
        with refusals_in_words(), open_alerts(settings) as log:
            parts = published_parts(log, settings, AUDIENCES)
    except (duckdb.CatalogException, duckdb.BinderException):
        raise RunFailedError(
            f"The marts in {settings.home} are older than this version of complaints: run "
            "`complaints nightly` once, then ask again."
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
