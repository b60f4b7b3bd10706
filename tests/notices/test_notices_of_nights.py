"""Notices of nights: the digest of a published one, and the failure of another."""

import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from command_helpers import Run, assert_mistake
from compiled_models import WITHOUT_DBT
from complaints.flows import night as night_module
from complaints.flows.cli.nightly import run_dry
from complaints.flows.night import NightReport, run_and_notify
from complaints.warehouse.errors import ExitCode, RunFailedError
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.system_errors import RESERVE_NAME, RESERVED_BYTES
from conftest import query, write_export
from notice_helpers import MANAGER, OFFICER, Postbox, log_rows, mail_server, text_of
from small_home import Moment, SmallHome, ended, exit_with, export, quick_night, start

pytestmark = pytest.mark.xdist_group("night_shift")

NAME = "Jane Smith of 4 Mill Lane"


@pytest.fixture
def port(postbox: Postbox) -> Any:
    with mail_server(postbox) as port:
        yield port


def with_recipients(settings: Settings, port: int, **given: Any) -> Settings:
    """Return the settings with the manager notified of data quality, the officer of failures."""
    recipients = {"alerts_data_quality": MANAGER, "alerts_failures": OFFICER, "smtp_port": port}
    return read_settings(**settings.model_dump() | {"smtp_host": "127.0.0.1"} | recipients | given)


def night_that_fails_to_load(settings: Settings) -> None:
    """Run a night whose third step on a delivery meets what nobody thought of."""

    def load(*given: Any) -> None:
        raise ValueError(f"cannot convert '{NAME}'")

    exit_with(lambda: run_and_notify(settings, WITHOUT_DBT | {"extract": load}))


def test_nights_notify_of_what_was_killed_what_they_published_and_what_became_of_it(
    home_of_first_night: SmallHome, postbox: Postbox, port: int
) -> None:
    settings = with_recipients(home_of_first_night.put_back(), port, alerts_deadlines=MANAGER)
    assert ended(start(quick_night, settings, Moment("find_deliveries"))) == -9
    assert postbox.taken() == []
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    mails = {mail["To"]: mail for mail in postbox.taken()}
    assert mails.keys() == {MANAGER, OFFICER}
    assert "never ended" in text_of(mails[OFFICER])
    mail = mails[MANAGER]
    held = query(
        settings.marts_path, "select case_reference, row_number, service_team from dq_quarantine"
    )
    text = text_of(mail)
    assert f"Records to correct: {len(held)}\n" in text and len(held) > 2
    for case_reference, row_number, team in held:
        named = f"- {case_reference or 'no case reference'}, stage 1, {team}: complaints_20181126"
        assert f"{named}.csv, row {row_number} · " in text
    assert "C2, stage 1, statutory, Assessments: the response was due on 15 August 2018" in text
    assert "The service team is blank" in text
    assert "Delay" not in text, "no text of the export but the keys and the team"

    settings = with_recipients(home_of_first_night.settings, port, alerts_deadlines=MANAGER)
    export(settings, "20181127", "C7,statutory,stage_1,2018-09-03,,2018-09-10,upheld,Fostering,,\n")
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    (mail,) = postbox.taken()
    assert mail["Subject"].startswith("Complaints, 27 November 2018: 2 overdue, ")
    resolved = text_of(mail).partition("Resolved or accepted since")[2]
    assert resolved.count("- C7, stage 1, Assessments: ") == 2
    assert "- no case reference, stage 1, Assessments: " in resolved, (
        "it came no more, and had no key"
    )


def test_an_unexpected_failure_names_step_and_file_but_not_what_was_in_it(
    home_of_first_night: SmallHome, postbox: Postbox, port: int
) -> None:
    settings = with_recipients(home_of_first_night.put_back(), port)
    export(settings, "20181127", "C9,statutory,stage_1,2018-11-03,,,,Fostering,,\n")
    assert ended(start(night_that_fails_to_load, settings)) == ExitCode.FAILED
    (mail,) = postbox.taken()
    assert mail["To"] == OFFICER
    assert mail["Subject"] == "Complaints, 27 November 2018: the night failed"
    lines = text_of(mail).splitlines()
    assert "- Step: extract" in lines
    assert "- File: complaints_20181127.csv" in lines
    assert "- What happened: an unexpected ValueError" in lines
    assert "- Nothing was published; the marts of the night before stay." in lines
    assert f'- Try next: complaints nightly --source "{settings.source}"' in text_of(mail)
    assert NAME not in mail.as_string()
    ((status,),) = log_rows(
        settings, "select status from ops_runs order by started_at desc limit 1"
    )
    assert status == "failed", "the notice came after the log"


def night_that_is_stopped(settings: Settings, by: str) -> None:
    """Run a night that is interrupted while it reads, as by Ctrl+C, or terminated."""

    def load(*given: Any) -> None:
        if by == "KeyboardInterrupt":
            raise KeyboardInterrupt
        signal.signal(signal.SIGTERM, lambda *given: sys.exit(1))
        os.kill(os.getpid(), signal.SIGTERM)

    exit_with(lambda: run_and_notify(settings, WITHOUT_DBT | {"extract": load}))


@pytest.mark.parametrize("by", ["KeyboardInterrupt", "SystemExit"])
def test_a_night_that_is_stopped_is_reported_with_its_file(
    home_of_first_night: SmallHome, postbox: Postbox, port: int, by: str
) -> None:
    settings = with_recipients(home_of_first_night.put_back(), port)
    export(settings, "20181127", "C9,statutory,stage_1,2018-11-03,,,,Fostering,,\n")
    assert ended(start(night_that_is_stopped, settings, by)) == ExitCode.FAILED
    (mail,) = postbox.taken()
    lines = text_of(mail).splitlines()
    assert mail["To"] == OFFICER and mail["Subject"].endswith(": the night failed")
    assert "- Step: extract" in lines and "- File: complaints_20181127.csv" in lines
    assert f"- What happened: it was stopped before it ended ({by})" in lines


def test_a_killed_night_is_reported_by_the_next_with_the_file_it_was_reading(
    home_of_first_night: SmallHome, postbox: Postbox, port: int
) -> None:
    settings = with_recipients(home_of_first_night.put_back(), port)
    export(settings, "20181127", "C9,statutory,stage_1,2018-11-03,,,,Fostering,,\n")
    assert ended(start(quick_night, settings, Moment("extract"))) == -9
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    lines = text_of(next(mail for mail in postbox.taken() if mail["To"] == OFFICER)).splitlines()
    assert "- Its last step: extract" in lines
    assert "- The file it was reading: complaints_20181127.csv" in lines


def test_a_failed_night_gives_up_the_room_that_the_next_one_reserves_again(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    reserve = settings.home / RESERVE_NAME
    assert reserve.stat().st_size == RESERVED_BYTES, "kept while nothing runs"
    export(settings, "20181127", "C9,statutory,stage_1,2018-11-03,,,,Fostering,,\n")
    assert ended(start(night_that_fails_to_load, settings)) == ExitCode.FAILED
    assert not reserve.exists()
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert reserve.stat().st_size == RESERVED_BYTES


def test_a_night_of_rejected_files_is_reported_each_night_but_the_file_once(
    settings: Settings, postbox: Postbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(settings.source / "letters.csv", [{"Letter": "1"}])
    settings = with_recipients(settings, port)
    steps = WITHOUT_DBT | {"build_reference": lambda settings: None}
    steps |= {"check_as_of_day": lambda settings, run: None}
    for number, notified in enumerate(([MANAGER, OFFICER], [OFFICER])):
        later = settings.model_copy(update={"as_of": date(2018, 11, 27 + number)})
        with pytest.raises(night_module.RunFailedError):
            run_and_notify(later, steps)
        mails = {mail["To"]: text_of(mail) for mail in postbox.taken()}
        assert sorted(mails) == notified
        assert "- Step: record files\n" in mails[OFFICER]
        assert "- What happened: Every file was rejected" in mails[OFFICER]
    assert "letters.csv" in mails[OFFICER]


def test_a_night_that_cannot_begin_is_reported_too(
    run: Run, tmp_path: Path, postbox: Postbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_ALERTS_FAILURES", OFFICER)
    monkeypatch.setenv("COMPLAINTS_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("COMPLAINTS_SMTP_PORT", str(port))
    said = run("nightly", "--source", "share", "--home", "home")
    assert_mistake(said, ExitCode.USAGE, "share does not exist")
    (mail,) = postbox.taken()
    assert "- Step: start, before the first step\n" in text_of(mail)
    assert "- What happened: share does not exist" in text_of(mail)


def test_a_backup_that_fails_is_reported_too(
    run: Run, tmp_path: Path, postbox: Postbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_ALERTS_FAILURES", OFFICER)
    monkeypatch.setenv("COMPLAINTS_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("COMPLAINTS_SMTP_PORT", str(port))
    said = run("backup", "--home", "home")
    assert_mistake(said, ExitCode.FAILED, "home")
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": the backup failed") and mail["To"] == OFFICER
    assert "- Try next: complaints backup --home" in text_of(mail)


def test_a_failure_that_cannot_be_logged_still_surfaces(
    settings: Settings, postbox: Postbox, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.runs_path.mkdir(parents=True)
    with pytest.raises(RunFailedError, match="log of runs"):
        run_and_notify(with_recipients(settings, port))
    assert capsys.readouterr().err == "No notice of the failure could be sent (RunFailedError).\n"


def test_a_dry_run_notifies_nobody(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def notify(*given: Any) -> None:
        raise AssertionError(given)

    for name in ("notify_of_night", "notify_of_failure"):
        monkeypatch.setattr(night_module, name, notify)
    monkeypatch.setattr(night_module, "run_night", lambda *given, **other: NightReport())
    assert "dry run" in run_dry(with_recipients(settings, 25)).notes[-1]
