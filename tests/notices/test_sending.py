"""The outbox: a message reaches each of its recipients once, whatever happens in between."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from command_helpers import Run
from complaints.notices import outbox, send
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings, read_settings
from notice_helpers import (
    FIRST,
    HELD,
    MANAGER,
    OFFICER,
    WARNED,
    Postbox,
    change,
    day,
    log_rows,
    mail_server,
    notify,
    text_of,
)
from small_home import die, ended, start

# They fork from a server that is costly to start.
forks = pytest.mark.soak

KILLED = -9
WAITS = "it waits for the next night or `complaints alert --send`."
STATE = "select status, attempts, sent_at is not null from ops_alerts order by created_at"


def sent_to(settings: Settings, recipients: str, **given: Any) -> Settings:
    """Return the settings with these recipients of data quality."""
    return read_settings(**settings.model_dump() | {"alerts_data_quality": recipients} | given)


@pytest.fixture
def closed_port() -> int:
    with mail_server(Postbox()) as port:
        pass
    return port


def test_what_cannot_be_sent_waits_and_goes_by_command(
    run: Run,
    notified: Settings,
    postbox: Postbox,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change(notified, HELD.format("20181126", 6))
    (note,) = notify(notified.model_copy(update={"smtp_port": closed_port}), FIRST)
    assert note == (
        "A message to entry 1 of COMPLAINTS_ALERTS_DEADLINES could not be sent: the mail "
        f"server 127.0.0.1:{closed_port} cannot be used (ConnectionRefusedError); {WAITS}"
    )
    assert log_rows(notified, STATE) == [("waiting", 2, False)], "it was tried again"
    ((message_id,),) = log_rows(notified, "select message_id from alert_outbox")

    monkeypatch.setenv("COMPLAINTS_ALERTS_DATA_QUALITY", MANAGER)
    monkeypatch.setenv("COMPLAINTS_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("COMPLAINTS_SMTP_PORT", str(closed_port))
    failed = run("alert", "--send", "--home", notified.home)
    assert failed.exit_code == ExitCode.FAILED and WAITS in failed.out
    monkeypatch.setenv("COMPLAINTS_SMTP_PORT", str(notified.smtp_port))
    assert run("alert", "--send", "--home", notified.home).exit_code == ExitCode.DONE
    (mail,) = postbox.taken()
    assert mail["Message-ID"] == message_id
    assert log_rows(notified, STATE) == [("sent", 5, True)]
    assert (
        log_rows(notified, "from alert_outbox") == log_rows(notified, "from alert_recipients") == []
    )
    assert run("alert", "--send", "--home", notified.home).out == "Nothing waits to be sent.\n"
    assert postbox.taken() == []


def test_the_next_night_sends_what_waits_first(
    notified: Settings, postbox: Postbox, closed_port: int
) -> None:
    change(notified, HELD.format("20181126", 6))
    notify(notified.model_copy(update={"smtp_port": closed_port}), day(0))
    assert notify(notified, day(1)) == [], "it is marked as sent, and no new message has it"
    assert [mail["Subject"] for mail in postbox.taken()] == [
        "Complaints, 26 November 2018: 1 record to correct"
    ]

    change(notified, WARNED)
    notify(notified.model_copy(update={"smtp_port": closed_port}), day(2))
    change(notified, "delete from dq_quarantine")
    notify(notified, day(3))
    assert [mail["Subject"] for mail in postbox.taken()] == [
        "Complaints, 28 November 2018: 1 record to correct, 1 to check",
        "Complaints, 29 November 2018: 1 to check",
    ]


def killed_after_sending(settings: Settings) -> None:
    """Die when the mail server has the message and the log does not know it."""
    send.record_attempt = lambda *given: die()
    notify(settings, FIRST)


def killed_while_writing(settings: Settings) -> None:
    """Die when the message is written and its items are not yet marked."""
    write = outbox.put
    outbox.put = lambda *given: (write(*given), die())
    notify(settings, FIRST)


@forks
def test_a_crash_after_sending_gives_one_more_copy_under_the_same_id(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, HELD.format("20181126", 6))
    assert ended(start(killed_after_sending, notified)) == KILLED
    (first,) = postbox.taken()
    for number in (0, 1):
        assert notify(notified, day(number)) == []
    (second,) = postbox.taken()
    assert second["Message-ID"] == first["Message-ID"]
    assert second["Date"] == first["Date"] and text_of(second) == text_of(first)


@forks
def test_a_crash_while_writing_leaves_neither_message_nor_mark(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, HELD.format("20181126", 6))
    assert ended(start(killed_while_writing, notified)) == KILLED
    assert log_rows(notified, "from alert_outbox") == log_rows(notified, "from sent_notices") == []
    notify(notified, FIRST)
    assert len(postbox.taken()) == 1


def test_only_the_recipient_who_was_refused_is_sent_it_again(
    notified: Settings, postbox: Postbox
) -> None:
    settings = sent_to(notified, f"{MANAGER}, {OFFICER}", alerts_deadlines="")
    change(settings, HELD.format("20181126", 6))
    postbox.refused = {OFFICER}
    (note,) = notify(settings, day(0))
    assert "entry 2 of COMPLAINTS_ALERTS_DATA_QUALITY" in note
    assert "the mail server refuses it (550)" in note
    assert "council.example" not in note, "addresses are personal"
    (first,) = postbox.taken()
    assert first["To"] == MANAGER
    postbox.refused = set()
    assert notify(settings, day(1)) == []
    (second,) = postbox.taken()
    assert second["To"] == OFFICER and second["Message-ID"] == first["Message-ID"]
    assert log_rows(settings, "select recipients, status from ops_alerts") == [(2, "sent")]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_message_waits_where_the_server_cannot_encrypt_as_asked(
    notified: Settings, postbox: Postbox, security: str
) -> None:
    change(notified, HELD.format("20181126", 6))
    (note,) = notify(notified.model_copy(update={"smtp_security": security}), FIRST)
    assert "cannot be used" in note
    assert postbox.taken() == []


def test_a_message_that_is_no_news_any_more_is_given_up(
    notified: Settings, postbox: Postbox, closed_port: int
) -> None:
    change(notified, HELD.format("20181126", 6))
    notify(notified.model_copy(update={"smtp_port": closed_port}), FIRST)
    log_rows(notified, f"update alert_outbox set created_at = created_at - interval '{31} days'")
    assert notify(notified, day(1)) == ["1 message waited too long and will not be sent."]
    assert postbox.taken() == [] and log_rows(notified, "from alert_recipients") == []
    assert log_rows(notified, STATE)[0] == ("given_up", 2, False)
    assert outbox.GIVEN_UP_AFTER_DAYS == 30


@contextmanager
def chat_service(status: int, heard: list[dict[str, str]]) -> Iterator[str]:
    """Serve a chat service on loopback; give the Apprise URL that reaches it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *given: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"json://user:tok3n@127.0.0.1:{server.server_port}/room"
    finally:
        server.shutdown()
        server.server_close()


def test_a_chat_service_is_notified_through_apprise(notified: Settings) -> None:
    heard: list[dict[str, str]] = []
    change(notified, HELD.format("20181126", 6))
    with chat_service(500, heard) as url:
        (note,) = notify(sent_to(notified, url, alerts_deadlines=""), FIRST)
    assert "does not accept it" in note and "tok3n" not in note
    with chat_service(200, heard := []) as other:
        settings = sent_to(notified, other, alerts_deadlines="")
        change(settings, WARNED)
        assert notify(settings, FIRST) == []
    (message,) = heard
    assert message["title"] == "Complaints, 26 November 2018: 1 record to correct, 1 to check"
    assert "- C1, stage 1, Fostering: a.csv, row 1" in message["message"]
    assert log_rows(notified, STATE) == [("waiting", 2, False), ("sent", 1, True)]
    for value in log_rows(notified, "select recipient from alert_recipients")[0]:
        assert "tok3n" not in value
