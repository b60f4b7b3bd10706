"""A quarter of nights: every digest is right and sent once, and the marts are those of one load.

As it was after thirty nights, the home forgets a case, in every byte of every file.
"""

import shutil
from collections import Counter
from contextlib import ExitStack
from email.message import EmailMessage
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest

from clean_load import CleanLoad, marts_of, records_of, start_clean_load, unlike
from complaints.flows.erase import erase
from complaints.report.write import write_report
from complaints.warehouse.backup import back_up
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.restore import restore_home
from complaints.warehouse.settings import Settings, read_settings
from conftest import query
from digest_lines import Mail, differences, read_mail
from digest_model import Model
from flaws import FLAWS, OF_NEW_RECORDS
from notice_helpers import log_rows, mail_server
from quarter import LEGAL, MANAGER, OFFICER, QUIET, SEED, WHOLE, Night, Run, nights
from soak_nights import KILLED, Killer, Runner
from traces_of_cases import naming

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("quarter")]

THIRTY = 30
# An open case, which the digests name; the longest reference, so that no other contains it.
OPEN_CASE = (
    "select case_reference from rpt_open_stages "
    "order by length(case_reference) desc, received_date desc limit 1"
)

EXIT_CODES = {
    "well": ExitCode.DONE,
    "killed": KILLED,
    "failed": ExitCode.FAILED,
    "refused": ExitCode.FAILED,
    "without files": ExitCode.FAILED,
}


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
            door_rows_share=0.2,  # the first export holds everything, the others what is recent
        )
        self.model = Model()
        self.mails: list[EmailMessage] = []
        self.sent_twice = 0
        self._runner = Runner(self.settings, postbox, SEED)
        self._postbox = postbox
        self._waiting: list[Mail] = []

    def pass_night(self, night: Night) -> None:
        """Run the job as the story has it, and compare what comes of each run."""
        self._runner.put(night.folder)
        for accepted in night.accepted:
            self._runner.accept(night.day, accepted)
            self.model.warehouse.accept(accepted)
        for number, run in enumerate(night.runs, start=1):
            where = f"{night.day}, run {number} ({run.ends})"
            self._check_end(night, run, self._runner.run(night.day, run), where)
            self._waiting += self._put(night, run)
            came = self._postbox.taken()
            self.mails += came
            expected = self._due_to_come(run) if night.has_mail_server else []
            difference = differences(expected, [read_mail(mail) for mail in came])
            assert not difference, "\n".join([where, *difference])

    def _check_end(self, night: Night, run: Run, exit_code: int, where: str) -> None:
        """A run ends as it must; its marts, or those of a night before, can be read."""
        expected = EXIT_CODES[run.ends]
        if run.ends == "well" and any(file.lines is None for file in night.folder.values()):
            expected = ExitCode.PUBLISHED_WITH_REJECTED_FILES
        said = log_rows(self.settings, "select message from ops_runs order by started_at desc")[0]
        assert exit_code == expected, f"{where} ended with {exit_code}: {said[0]}"
        ((day,),) = query(self.settings.marts_path, "select as_of_day from dq_publication")
        assert day == night.day or (day < night.day and run.ends != "well"), where

    def _put(self, night: Night, run: Run) -> list[Mail]:
        """Return what this run puts into the outbox, by the model."""
        model, folder, day = self.model, night.folder, night.day
        if run.ends == "well":
            return model.published(folder, day)
        if run.ends == "refused":
            return model.refused(day)
        if run.ends == "without files":
            return model.failed(folder, day, "record files", "Every file was rejected,")
        if run.ends == "failed" or run.has_loaded:
            model.warehouse.load(folder, day)
        if run.ends == "failed":
            return model.failed({}, day, "build deadlines", "Nothing was published, because")
        sent = model.published(folder, day) if run.sending_to else []
        model.is_interrupted = not run.sending_to  # what is sent once the run has ended waits
        return sent

    def _due_to_come(self, run: Run) -> list[Mail]:
        """Return what the mail server must have taken; the rest waits on."""
        due, self._waiting = self._waiting, []
        if run.sending_to:
            recipients = [mail.to for mail in due]
            assert run.sending_to in recipients, "the story has nothing to send tonight"
            place = recipients.index(run.sending_to)
            self._waiting = due[place:]  # what was taken, but not recorded, is sent again
            due = due[: place + run.is_taken]
            self.sent_twice += run.is_taken
        return due


class Lived(NamedTuple):
    """The quarter when it is over, the same cases loaded at once, and the home as it was before."""

    quarter: Quarter
    clean: CleanLoad
    after_thirty: Settings


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("quarter")
    clean = start_clean_load(folder / "clean")
    postbox = Killer()
    with ExitStack() as server:
        port = server.enter_context(mail_server(postbox))
        quarter = Quarter(folder, port, postbox)
        kept = {"home": folder / "after thirty", "backup_folder": folder / "disk"}
        for number, night in enumerate(nights(), start=1):
            if not night.has_mail_server:
                server.close()
            quarter.pass_night(night)
            if not night.has_mail_server:
                server.enter_context(mail_server(postbox, port))
            if number == THIRTY:
                shutil.copytree(quarter.settings.home, kept["home"])
    return Lived(quarter, clean, quarter.settings.model_copy(update=kept))


def test_every_digest_is_right_and_sent_once(lived: Lived) -> None:
    quarter = lived.quarter
    times = Counter((mail["Message-ID"], mail["To"]) for mail in quarter.mails)
    assert [n for n in times.values() if n > 1] == [2] * quarter.sent_twice, "only after a crash"
    assert log_rows(quarter.settings, "from alert_outbox") == []
    assert log_rows(quarter.settings, "select distinct status from ops_alerts") == [("sent",)]


def test_the_marts_are_those_of_one_load(lived: Lived) -> None:
    records = records_of(lived.quarter.model.warehouse.kept)
    difference = unlike(marts_of(lived.quarter.settings, records), lived.clean.marts())
    assert not difference, "\n".join(difference)


def test_a_home_of_thirty_nights_forgets_a_case(lived: Lived, tmp_path: Path) -> None:
    settings = lived.after_thirty
    *_, last = islice(nights(), THIRTY)
    Runner(settings, Killer(), SEED).put(last.folder)
    ((case,),) = query(settings.marts_path, OPEN_CASE)
    ((accepted,),) = query(
        settings.warehouse_path, "select min(case_reference) from raw.acceptances"
    )
    write_report(settings, "2018-19 Q2", "internal", is_draft=True)
    backup = back_up(settings)
    named = naming(settings.home, case)
    assert {name.partition("/")[0] for name in named} >= {
        *("warehouse.duckdb", "marts.duckdb", "published", "reports")
    }
    # Said in a digest of weeks ago: no table has it any more, but the bytes of the file do.
    assert "runs.duckdb" in naming(settings.home, accepted)

    erase(settings, [case, accepted], None, "Information Officer", "Asked for")
    for reference in (case, accepted):
        assert naming(settings.home, reference) == []
    with mail_server(Killer()) as port:
        settings = settings.model_copy(update={"smtp_port": port})
        runner = Runner(settings, Killer(), SEED)
        for night in islice(nights(), THIRTY, THIRTY + 3):
            runner.put(night.folder)
            for run in night.runs:
                assert runner.run(night.day, run) == EXIT_CODES[run.ends]
    for reference in (case, accepted):
        assert naming(settings.home, reference) == []
    restored = settings.model_copy(update={"home": tmp_path / "restored"})
    restore_home(restored, backup)
    for reference in (case, accepted):
        assert naming(restored.home, reference) == []


def test_the_quarter_has_what_befalls_a_job_in_years() -> None:
    story = list(nights(WHOLE))
    assert len(story) >= 90
    runs = [run for night in story for run in night.runs]
    assert {run.ends for run in runs} == set(EXIT_CODES)
    assert {run.how for run in runs} == {"quick", "dbt", "flow"}
    assert sum(run.ends == "killed" for run in runs) >= 15
    assert sum(bool(run.sending_to) for run in runs) >= 4
    assert sum(not night.has_mail_server for night in story) >= 3
    assert sum(any(file.lines is None for file in night.folder.values()) for night in story) >= 10
    quiet = [night for night in story if QUIET[0] <= night.day <= QUIET[1]]
    assert len(quiet) >= 7 and len({tuple(night.folder) for night in quiet}) == 1
    delivered = {name: file.lines or () for night in story for name, file in night.folder.items()}
    lines = [line for of_file in delivered.values() for line in of_file]
    codes = {code for line in lines for code in line.errors + line.warnings}
    assert codes >= FLAWS.keys() | OF_NEW_RECORDS.keys()
