"""Send what waits in the outbox: e-mail by SMTP, everything else through Apprise."""

import logging
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from html import escape

from filelock import FileLock, Timeout

from complaints.notices.collect import open_notices
from complaints.notices.outbox import Waiting, give_up_old, record_attempt, waiting
from complaints.notices.recipients import Recipient, recipients_of
from complaints.warehouse import clock
from complaints.warehouse.errors import CataloguedError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.settings import Settings

PAUSES_SECONDS = (0, 2, 8)  # before each time it is tried
TIMEOUT_SECONDS = 20
LOCK_SECONDS = 60
# Folded at 78, a subject of 75 characters would begin with the fold (Python 3.11).
LONG_HEADERS = SMTP.clone(max_line_length=200)
WORKBOOK = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Where a refusal concerns one recipient or message; after any other the server is left alone.
REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)


class NotSentError(CataloguedError):
    """A message that could not be sent; the sentence says why, without addresses or secrets."""


class NoServerError(NotSentError):
    """The mail server cannot be used at all, so nothing else need be tried."""


def send_waiting(settings: Settings) -> list[str]:
    """Send what waits to those who are in the settings; try again a few times.

    Each message is marked as sent right after it was, so only a crash between the two can send a
    second copy, which has the same Message-ID.

    Returns:
        What could not be sent, one sentence each.
    """
    if not settings.runs_path.exists():
        return []
    recipients = {each.known_as: each for each in recipients_of(settings)}
    try:
        with FileLock(settings.home / "notices.lock", timeout=LOCK_SECONDS):
            notes: list[str] = []
            for pause in PAUSES_SECONDS:
                with open_notices(settings) as log:
                    given_up = give_up_old(log)
                    messages = [each for each in waiting(log) if each.recipient in recipients]
                if given_up:
                    counted = f"{given_up} message{'s' if given_up > 1 else ''}"
                    notes.append(sentence_of("messages_given_up", messages=counted))
                if not messages:
                    return notes
                time.sleep(pause)
                problems = _send_all(settings, messages, recipients)
            return notes + problems
    except Timeout:
        return [sentence_of("another_process_sends")]


def try_recipients(settings: Settings) -> list[tuple[str, bool]]:
    """Send every recipient a short message at once; return what to say of each, and if it went."""
    text = f"A test from the complaints warehouse at {settings.home}: messages reach you."
    results = []
    for recipient in recipients_of(settings):
        message_id = make_msgid(domain=settings.alerts_from.rpartition("@")[2])
        message = Waiting(
            *(message_id, clock.utc_now(), "Complaints: a test", text, f"<p>{escape(text)}</p>"),
            recipient.known_as,
        )
        try:
            _send(settings, message, recipient)
            results.append((sentence_of("test_sent", recipient=recipient.place), True))
        except NotSentError as problem:
            said = sentence_of("test_not_sent", recipient=recipient.place, reason=problem)
            results.append((said, False))
    return results


def _send_all(
    settings: Settings, messages: list[Waiting], recipients: dict[str, Recipient]
) -> list[str]:
    problems: list[str] = []
    no_server: NoServerError | None = None
    for message in messages:
        recipient = recipients[message.recipient]
        is_sent = False
        try:
            if recipient.is_address and no_server:
                raise no_server
            _send(settings, message, recipient)
            is_sent = True
        except NotSentError as problem:
            no_server = problem if isinstance(problem, NoServerError) else no_server
            problems.append(
                sentence_of("message_not_sent", recipient=recipient.place, reason=problem)
            )
        with open_notices(settings) as log:
            record_attempt(log, message, is_sent)
    return problems


def _send(settings: Settings, message: Waiting, recipient: Recipient) -> None:
    """Send one message to one recipient.

    Raises:
        NotSentError: it could not be sent.
    """
    if not recipient.is_address:
        _send_by_apprise(message, recipient)
        return
    try:
        with _mail_server(settings) as server:
            server.send_message(_as_mail(settings, message, recipient))
    except REFUSED as refusal:
        answers = getattr(refusal, "recipients", {})  # of those who were refused, each its own
        code = getattr(refusal, "smtp_code", None) or next(iter(answers.values()))[0]
        raise NotSentError("message_refused", code=code) from None
    except (OSError, smtplib.SMTPException) as problem:
        raise NoServerError(
            "mail_server_unusable",
            server=f"{settings.smtp_host}:{settings.smtp_port}",
            error=type(problem).__name__,
        ) from None


def _as_mail(settings: Settings, message: Waiting, recipient: Recipient) -> EmailMessage:
    """Return the e-mail, the same in every try, whoever else gets it."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = message.subject
    mail["From"] = settings.alerts_from
    mail["To"] = recipient.entry
    mail["Date"] = format_datetime(message.created_at.replace(tzinfo=UTC))
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"  # no out-of-office reply, please
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.attachment:
        mail.add_attachment(
            message.attachment.content,
            maintype="application",
            subtype=WORKBOOK,
            filename=message.attachment.name,
        )
    mail.policy = LONG_HEADERS
    return mail


@contextmanager
def _mail_server(settings: Settings) -> Iterator[smtplib.SMTP]:
    place = (settings.smtp_host, settings.smtp_port)
    encrypted = None if settings.smtp_security == "none" else ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=TIMEOUT_SECONDS, context=encrypted)
    else:
        server = smtplib.SMTP(*place, timeout=TIMEOUT_SECONDS)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=encrypted)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        yield server
    finally:
        server.close()


def _send_by_apprise(message: Waiting, recipient: Recipient) -> None:
    # Its own log lines would reach the terminal, with parts of the URL.
    logging.getLogger("apprise").addHandler(logging.NullHandler())
    from apprise import Apprise

    service = Apprise.instantiate(recipient.entry)
    if service is None:
        raise NotSentError("recipient_url_unknown")
    if not service.notify(title=message.subject, body=message.text):
        raise NotSentError("service_refuses")
