"""Notify people: of what a night published, of a night or a backup that failed; and preview."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb

from complaints.notices import outbox
from complaints.notices.collect import Failures, RejectedFile, collect, open_notices, run_sql
from complaints.notices.digest import Digest, Message
from complaints.notices.recipients import Recipient, Scope, recipients_of
from complaints.notices.send import send_waiting
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.errors import OperatorError, RunFailedError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.query import open_marts
from complaints.warehouse.run_log import AUDIENCES, OF_TEAMS
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings
from complaints.warehouse.system_errors import system_errors_explained
from complaints.warehouse.worklist import file_name_of, read_worklist, write_worklist

NOTHING_ATTACHED: Mapping[Scope, outbox.Attachment] = MappingProxyType({})
# Whatever becomes of a notice, it is no reason to fail; anything else is a mistake in the code.
EXPECTED_PROBLEMS = (OperatorError, duckdb.Error, OSError)


def notify_of_night(settings: Settings, run: Run, sources: Sequence[str]) -> list[str]:
    """Notify of what is new in the marts that a run has just published, about its sources.

    The messages are written and their notices marked as sent in one transaction; then they are
    sent. With no recipients configured, nothing is done or stored.

    Returns:
        What could not be done, one sentence each.
    """
    recipients = recipients_of(settings)
    if not recipients:
        return []
    try:
        with system_errors_explained():
            with open_notices(settings) as log:
                beside = _interruption(run)
                digest = collect(log, settings, _scopes(recipients), beside, run.run_id, sources)
                attached = _worklists(settings, recipients)
                quiet_too = settings.alerts_quiet_nights
                _put(log, settings, run.run_id, digest, recipients, quiet_too, attached)
            return send_waiting(settings)
    except EXPECTED_PROBLEMS as problem:  # a full disk, a file in use
        return [sentence_of("notices_not_sent", reason=_reason(problem))]


def notify_of_failure(
    settings: Settings,
    problem: BaseException,
    run: Run | None = None,
    rejected: Sequence[RejectedFile] = (),
    is_published: bool = False,
) -> None:
    """Notify that a night failed or was stopped: at which step of which file, and why.

    Where it had begun, its run is given, with the files that it has rejected, and whether it had
    replaced the marts.
    """
    source = f' --source "{settings.source}"' if settings.source else ""
    lines = [
        *_where(
            "Step", run.journal.last_step if run else None, "File", run.journal.files if run else ()
        ),
        f"What happened: {_reason(problem)}",
        "The marts were published before it failed."
        if is_published
        else "Nothing was published; the marts of the night before stay.",
        f'Try next: complaints nightly{source} --home "{settings.home}" --dry-run, which changes '
        "nothing; then the same without --dry-run.",
    ]
    _notify_of(settings, {"night_failed": lines} | _interruption(run), run, rejected)


def notify_of_backup_failure(settings: Settings, problem: BaseException) -> None:
    """Notify that a backup failed, and why."""
    lines = [
        f"What happened: {_reason(problem)}",
        "The backups made before stay.",
        f'Try next: complaints backup --home "{settings.home}"',
    ]
    _notify_of(settings, {"backup_failed": lines})


def preview(settings: Settings, sources: Sequence[str]) -> list[tuple[Scope, Message]]:
    """Return the next digest of each scope, as at the marts' day, without marking or sending it.

    Raises:
        RunFailedError: there are no marts, or they are older than the code.
    """
    if not settings.marts_path.exists():
        raise RunFailedError("no_marts", home=settings.home)
    scopes = _scopes(recipients_of(settings)) or [Scope(AUDIENCES)]
    try:
        with system_errors_explained(), open_notices(settings) as log:
            digest = collect(log, settings, scopes, {}, sources=sources)
            with open_marts(settings.marts_path) as marts:
                ((day,),) = marts.execute("select as_of_day from dq_publication").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        raise RunFailedError("marts_older_than_code", home=settings.home) from None
    return [
        (scope, digest.written(scope, day))
        for scope in scopes
        if settings.alerts_quiet_nights or digest.has_news(scope)
    ]


def _notify_of(
    settings: Settings,
    failures: Failures,
    run: Run | None = None,
    rejected: Sequence[RejectedFile] = (),
) -> None:
    """Notify of failures and of the files rejected before; print what could not be sent."""
    recipients = recipients_of(settings)
    if not recipients:
        return
    try:
        with open_notices(settings) as log:
            run_id = run.run_id if run else None
            digest = collect(
                log, settings, _scopes(recipients), failures, run_id, rejected=rejected
            )
            _put(log, settings, run_id, digest, recipients, quiet_too=False)
        problems = send_waiting(settings)
    except EXPECTED_PROBLEMS as problem:
        # What failed first is what the operator must read.
        problems = [sentence_of("notice_of_failure_not_sent", error=type(problem).__name__)]
    if problems:
        print(*problems, sep="\n", file=sys.stderr)


def _put(
    log: duckdb.DuckDBPyConnection,
    settings: Settings,
    run_id: str | None,
    digest: Digest,
    recipients: Sequence[Recipient],
    quiet_too: bool,
    attached: Mapping[Scope, outbox.Attachment] = NOTHING_ATTACHED,
) -> None:
    """Write the messages and mark their notices as sent, all of it or nothing."""
    log.begin()
    for scope in _scopes(recipients):
        if quiet_too or digest.has_news(scope):
            alike = [each for each in recipients if each.scope == scope]
            message = digest.written(scope, settings.as_of_day)
            outbox.put(log, settings, message, alike, run_id, attached.get(scope))
    run_sql(log, "mark")
    log.commit()


def _scopes(recipients: Sequence[Recipient]) -> list[Scope]:
    return list(dict.fromkeys(each.scope for each in recipients))


def _worklists(
    settings: Settings, recipients: Sequence[Recipient]
) -> dict[Scope, outbox.Attachment]:
    """Return the worklists that go with the messages, to each the part that concerns it."""
    scopes = [each.scope for each in recipients if each.is_address and each.scope.parts]
    if not settings.alerts_attach_worklist:
        return {}
    worklist = read_worklist(settings)
    found: dict[Scope, outbox.Attachment] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file_name_of(worklist)
        for scope in scopes:
            if set(OF_TEAMS) & set(scope.audiences):
                write_worklist(worklist, path)
            elif scope.teams:
                write_worklist(worklist.of_teams(scope.teams), path)
            else:
                continue
            found[scope] = outbox.Attachment(path.name, path.read_bytes())
    return found


def _interruption(run: Run | None) -> Failures:
    """Return what to say of the run before, where it never ended."""
    if run is None or run.interrupted is None:
        return {}
    started_at, step, files = run.interrupted
    return {
        "run_interrupted": [
            f"The run that started on {day_in_words(started_at)} at {started_at:%H:%M} UTC never "
            "ended: it was killed, or the machine stopped. The next run continues from there.",
            *_where("Its last step", step, "The file it was reading", files),
        ]
    }


def _where(step_is: str, step: str | None, file_is: str, files: Sequence[str]) -> list[str]:
    at_step = f"{step_is}: {(step or 'start, before the first step').replace('_', ' ')}"
    return [at_step, *([f"{file_is}: {', '.join(files)}"] if files else [])]


def _reason(problem: BaseException) -> str:
    """Give the sentence of a mistake; of what nobody thought of only its type, for it may quote."""
    if isinstance(problem, OperatorError):
        return str(problem)
    if isinstance(problem, Exception):
        return sentence_of("unexpected", error=type(problem).__name__)
    return sentence_of("stopped", error=type(problem).__name__)
