"""Run the nights of the quarter in processes of their own, and keep the mails that they send."""

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from test_two_runs import waiting_night

from command_helpers import run_there
from complaints.expectations.acceptances import Asked, accept, withdraw
from complaints.warehouse.settings import Settings, entries_of
from notice_helpers import Postbox
from quarter import Accepted, File, Run
from small_home import PROCESSES, ended, start
from soak_processes import quick, until_killed, with_dbt
from test_recovery import night_with_a_broken_model

KILLED = -9
LONGEST_SECONDS = 2.0  # of the time after which a run is killed
ROLE = "Complaints Manager"


class Killer(Postbox):
    """A mail server that kills the sending process, before or after it takes a message."""

    def __init__(self) -> None:
        super().__init__()
        self.kill_at: Run | None = None
        self.victim: int | None = None

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if self._is_time_to_kill(address, is_taken=False):
            return "451 too late"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        self._is_time_to_kill(envelope.rcpt_tos[0], is_taken=True)
        return answer

    def _is_time_to_kill(self, address: str, is_taken: bool) -> bool:
        run = self.kill_at
        if run is None or (run.sending_to, run.is_taken) != (address, is_taken):
            return False
        assert self.victim is not None
        os.kill(self.victim, signal.SIGKILL)
        self.kill_at = None
        return True


class Runner:
    """Runs the job in one home, as the story has it."""

    def __init__(self, settings: Settings, postbox: Killer, seed: int) -> None:
        self._settings = settings
        self._postbox = postbox
        self._chance = random.Random(seed)
        self._release: Callable[[], int] | None = None

    def on(self, day: date) -> Settings:
        """Return the settings as at a day."""
        return self._settings.model_copy(update={"as_of": day})

    def put(self, folder: dict[str, File]) -> None:
        """Let exactly these files lie in the folder."""
        source = self._settings.source
        for path in source.iterdir():
            if path.name not in folder:
                path.unlink()
        for name, file in folder.items():
            (source / name).write_text(file.content, encoding="utf-8")

    def accept(self, day: date, accepted: Accepted) -> None:
        """Do what `complaints accept` does."""
        asked = Asked(*accepted.key, accepted.code)
        record = withdraw if accepted.is_withdrawal else accept
        record(self.on(day), asked, ROLE, "Checked against the letters.")

    def run(self, day: date, run: Run) -> int:
        """Run the job once; return its exit code."""
        settings = self.on(day)
        if run.ends == "refused":
            return self._refused(settings)
        if run.ends == "failed":
            _answers, childs_end = PROCESSES.Pipe(duplex=False)
            return ended(start(night_with_a_broken_model, settings, childs_end))
        if run.ends == "killed":
            return self._killed(settings, run)
        if self._release:
            release, self._release = self._release, None
            return release()
        if run.how == "flow":
            return self._under_prefect(settings)
        return ended(start(with_dbt if run.how == "dbt" else quick, settings))

    def _refused(self, settings: Settings) -> int:
        has_begun, may_go_on = PROCESSES.Event(), PROCESSES.Event()
        first = start(waiting_night, settings, has_begun, may_go_on)
        assert has_begun.wait(60)

        def release() -> int:
            may_go_on.set()
            return ended(first)

        self._release = release
        return ended(start(quick, settings))

    def _killed(self, settings: Settings, run: Run) -> int:
        if run.killed_at:
            return ended(start(quick, settings, run.killed_at))
        if run.sending_to:
            self._postbox.kill_at = run
            process = start(quick, settings)
            self._postbox.victim = process.pid
            return ended(process)
        has_begun = PROCESSES.Event()
        process = start(until_killed, settings, has_begun)
        return self._killed_at_random(process, has_begun)

    def _killed_at_random(self, process: ForkServerProcess, has_begun: Any) -> int:
        assert has_begun.wait(60)
        time.sleep(self._chance.uniform(0, LONGEST_SECONDS))
        process.kill()
        return ended(process)

    def _under_prefect(self, settings: Settings) -> int:
        given = {
            f"COMPLAINTS_{name.upper()}": ",".join(entries_of(getattr(settings, name)))
            for name in ("alerts_data_quality", "alerts_deadlines", "alerts_failures")
        }
        mail = {
            "COMPLAINTS_SMTP_HOST": settings.smtp_host,
            "COMPLAINTS_SMTP_PORT": settings.smtp_port,
        }
        words = ("--source", settings.source, "--home", settings.home, "--as-of", settings.as_of)
        folder = Path(settings.home).parent
        return run_there("nightly", *words, cwd=folder, **given, **mail).exit_code
