"""A quarter of nights: every digest is right and sent once, and the marts are those of one load."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import time
import pytest
from alert_helpers import log_rows, mail_server

from digest_model import Model
from digest_words import Mail, differences, read_mail
from flows.errors import ExitCode
from flows.settings import Settings, read_settings
from quarter import LEGAL, MANAGER, OFFICER, SEED, Night, Run, nights
from soak_nights import EXIT_CODES, Killer, Runner


class Quarter:
    """The nights one after the other, each compared with what the model says of it."""

    def __init__(self, folder: Path, port: int, postbox: Killer) -> None:
        (folder / "exports").mkdir()
        self.settings = read_settings(
            home=folder / "home",
            source=folder / "exports",
            smtp_host="127.0.0.1",
            smtp_port=port,
            alerts_data_quality=MANAGER,
            alerts_deadlines=f"{MANAGER},{LEGAL}",
            alerts_failures=OFFICER,
        )
        self.model = Model()
        self.runner = Runner(self.settings, postbox, SEED)
        self.postbox = postbox
        self.waiting: list[Mail] = []
        self.mails: list[EmailMessage] = []
        self.twice = 0

    def pass_night(self, night: Night) -> None:
        """Run the job as the story has it, and compare the mails of each run."""
        self.runner.put(night.folder)
        for accepted in night.accepted:
            self.runner.accept(night.day, accepted)
            self.model.warehouse.accept(accepted)
        for number, run in enumerate(night.runs, start=1):
            exit_code = self.runner.run(night.day, run)
            where = f"{night.day}, run {number} ({run.ends})"
            assert exit_code in EXIT_CODES[run.ends], f"{where} ended with {exit_code}"
            self.waiting += self._told(night, run)
            came = self.postbox.taken()
            self.mails += came
            expected = self._due_to_come(run) if night.has_mail_server else []
            difference = differences(expected, [read_mail(mail) for mail in came])
            assert not difference, "\n".join([where, *difference])

    def _told(self, night: Night, run: Run) -> list[Mail]:
        """Return what this run puts into the outbox, by the model."""
        if run.ends == "refused":
            return self.model.refused(night.day)
        if run.ends == "without files":
            why = "Every file was rejected,"
            return self.model.failed(night.folder, night.day, "record files", why)
        if run.ends == "failed":
            self.model.warehouse.load(night.folder, night.day)
            why = "Nothing was published, because"
            return self.model.failed({}, night.day, "build intermediate", why)
        if run.ends == "well":
            return self.model.published(night.folder, night.day)
        if run.has_loaded:
            self.model.warehouse.load(night.folder, night.day)
        told = self.model.published(night.folder, night.day) if run.sending_to else []
        self.model.is_interrupted = True
        return told

    def _due_to_come(self, run: Run) -> list[Mail]:
        """Return what the mail server must have taken; the rest waits on."""
        due, self.waiting = self.waiting, []
        if run.sending_to:
            recipients = [mail.to for mail in due]
            assert run.sending_to in recipients, "the story has nothing to send tonight"
            place = recipients.index(run.sending_to)
            self.waiting = due[place:]  # what was taken, but not recorded, is sent again
            due = due[: place + run.is_taken]
            self.twice += run.is_taken
        return due


@pytest.fixture
def quarter(tmp_path: Path) -> Iterator[tuple[Quarter, ExitStack]]:
    """The quarter before its first night, and its mail server, which can be stopped."""
    postbox = Killer()
    with ExitStack() as server:
        port = server.enter_context(mail_server(postbox))
        yield Quarter(tmp_path, port, postbox), server


def test_every_digest_of_a_quarter_is_right_and_sent_once(
    quarter: tuple[Quarter, ExitStack],
) -> None:
    soak, server = quarter
    for night in nights():
        if not night.has_mail_server:
            server.close()
        t = time.time()
        soak.pass_night(night)
        print(night.day, round(time.time() - t, 1), flush=True)
        if not night.has_mail_server:
            server.enter_context(mail_server(soak.postbox, soak.settings.smtp_port))
