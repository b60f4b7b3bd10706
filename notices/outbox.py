"""The outbox: messages that wait in the log of runs until every recipient has them."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import duckdb

from complaints.notices.digest import Message
from complaints.notices.recipients import Recipient
from complaints.warehouse import clock
from complaints.warehouse.run_log import GIVEN_UP_AFTER_DAYS
from complaints.warehouse.settings import Settings


class Attachment(NamedTuple):
    """A workbook that goes with a message."""

    name: str
    content: bytes


class Waiting(NamedTuple):
    """A message that one recipient has not got yet."""

    message_id: str
    created_at: datetime
    subject: str
    text: str
    html: str
    recipient: str
    attachment: Attachment | None = None


def put(
    log: duckdb.DuckDBPyConnection,
    settings: Settings,
    message: Message,
    recipients: Sequence[Recipient],
    run_id: str | None,
    attachment: Attachment | None = None,
) -> None:
    """Put a message into the outbox, within the transaction that marks its notices as sent."""
    message_id = f"<{uuid.uuid4()}@{settings.alerts_from.rpartition('@')[2]}>"
    created_at = clock.utc_now()
    log.execute(
        "insert into alert_outbox values ($1, $2, $3, $4, $5, $6, $7)",
        [
            *(message_id, created_at, message.subject, message.text, message.html),
            *(attachment or (None, None)),
        ],
    )
    log.execute(
        "insert into alert_recipients select $1, unnest($2::varchar[]), null",
        [message_id, [each.known_as for each in recipients]],
    )
    scope = recipients[0].scope
    audience = "+".join([*scope.audiences, *(["teams"] if scope.teams else [])])
    counts = (len(recipients), message.items)
    log.execute(
        "insert into ops_alerts (message_id, run_id, as_of_day, audience, recipients, items, "
        "created_at, attempts, status) values ($1, $2, $3, $4, $5, $6, $7, 0, 'waiting')",
        [message_id, run_id, settings.as_of_day, audience, *counts, created_at],
    )


def waiting(log: duckdb.DuckDBPyConnection) -> list[Waiting]:
    """Return what waits, the oldest first."""
    rows = log.execute(
        "select message_id, created_at, subject, text_body, html_body, recipient, "
        "attachment_name, attachment "
        "from alert_recipients inner join alert_outbox using (message_id) "
        "where sent_at is null order by created_at, message_id, recipient"
    ).fetchall()
    return [
        Waiting(*row, attachment=Attachment(name, content) if name else None)
        for *row, name, content in rows
    ]


def record_attempt(log: duckdb.DuckDBPyConnection, message: Waiting, is_sent: bool) -> None:
    """Record that a message was sent to a recipient, or that it could not be."""
    given = {"id": message.message_id}
    log.begin()
    log.execute("update ops_alerts set attempts = attempts + 1 where message_id = $id", given)
    if is_sent:
        now = given | {"at": clock.utc_now()}
        log.execute(
            "update alert_recipients set sent_at = $at where message_id = $id and recipient = $who",
            now | {"who": message.recipient},
        )
        if message.message_id not in [each.message_id for each in waiting(log)]:
            _forget(log, message.message_id)
            log.execute(
                "update ops_alerts set status = 'sent', sent_at = $at where message_id = $id", now
            )
    log.commit()


def give_up_old(log: duckdb.DuckDBPyConnection) -> int:
    """Throw away what waited too long to be news; return how many messages that were."""
    old = log.execute(
        "select message_id from alert_outbox where created_at < $1",
        [clock.utc_now() - timedelta(days=GIVEN_UP_AFTER_DAYS)],
    ).fetchall()
    log.begin()
    for (message_id,) in old:
        _forget(log, message_id)
        log.execute("update ops_alerts set status = 'given_up' where message_id = $1", [message_id])
    log.commit()
    return len(old)


def _forget(log: duckdb.DuckDBPyConnection, message_id: str) -> None:
    for table in ("alert_recipients", "alert_outbox"):
        log.execute(f"delete from {table} where message_id = $1", [message_id])
