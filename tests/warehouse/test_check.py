"""`complaints check`: whether the marts are fresh, the last run went well and no row waits long."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from command_helpers import Run, assert_mistake
from complaints.flows.cli.options import read_duration
from complaints.warehouse import health
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.run_log import open_log
from complaints.warehouse.runs import lock_home, start_run
from complaints.warehouse.settings import Settings
from small_home import SmallHome, failing_night

pytestmark = pytest.mark.xdist_group("night_shift")


@pytest.fixture(autouse=True)
def without_mail(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is notified here and nothing delivered, and that is meant so."""
    monkeypatch.setenv("COMPLAINTS_CHECK_LEAVES_OUT", "mail, sources")


def test_run_at_work_is_neither_interrupted_nor_a_problem(
    run: Run, home_of_first_night: SmallHome
) -> None:
    settings = home_of_first_night.put_back()
    with start_run(settings):
        said = run("status", "--home", settings.home, "--format", "csv")
        assert ",running,," in said.out and "interrupted" not in said.out
        assert run("check", "--home", settings.home).exit_code == ExitCode.DONE


@pytest.mark.parametrize("command", ["status", "check"])
def test_home_without_any_run_ends_with_1(run: Run, command: str) -> None:
    said = run(command, "--home", "nowhere")
    assert said.exit_code == ExitCode.FAILED
    assert "There is no log of runs in" in said.out + said.err
    assert not Path("nowhere").exists()


def test_check_is_content_with_a_fresh_publishing(run: Run, home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.DONE, said
    assert (
        said.out.startswith("All is well: the marts were published at ")
        and said.out.count("\n") == 1
    )


def test_check_says_how_old_the_marts_are(run: Run, home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    began = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=27)
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("update ops_runs set started_at = $1", [began])
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.FAILED
    assert said.out.count("\n") == 1
    assert f"{began:%Y-%m-%d %H:%M} UTC, 27 h ago, where 26 h are allowed" in said.out
    assert run("check", "--home", settings.home, "--max-age", "2d").exit_code == ExitCode.DONE


def test_check_has_a_sentence_for_each_problem(
    run: Run, home_of_first_night: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_of_first_night.before_second_night()
    failing_night(settings)
    settings.marts_path.unlink()
    monkeypatch.setenv("COMPLAINTS_SOURCE", "/no/share")
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.FAILED
    away, failed, absent = said.out.splitlines()
    assert away == "/no/share does not exist."
    assert absent.startswith("There are no marts in ")
    assert "failed at the step build_reference: dbt could not run: The share" in failed


def test_check_asks_for_marts_of_an_older_version_to_be_rebuilt(
    run: Run, home_of_first_night: SmallHome
) -> None:
    settings = home_of_first_night.put_back()
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("drop table ops_runs")
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.FAILED
    assert "older version made it: run `complaints nightly`." in said.out


@pytest.mark.parametrize(
    ("as_of_day", "waited"), [(date(2018, 12, 10), 10), (date(2018, 12, 11), 11)]
)
def test_rows_may_be_held_back_for_ten_working_days(
    run: Run, home_of_first_night: SmallHome, as_of_day: date, waited: int
) -> None:
    """The rows of the first night are held back since Monday, 26 November."""
    settings = home_of_first_night.put_back()
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("update dq_publication set as_of_day = $1", [as_of_day])
    said = run("check", "--home", settings.home)
    if waited <= settings.check_waiting_days:
        assert said.exit_code == ExitCode.DONE, said
    else:
        assert said.exit_code == ExitCode.FAILED
        assert "5 have waited for more than 10 working days, the first since 2018-11-26" in said.out


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("26h", timedelta(hours=26)),
        ("90m", timedelta(minutes=90)),
        (" 2D", timedelta(days=2)),
    ],
)
def test_length_of_time_is_a_number_and_a_unit(written: str, length: timedelta) -> None:
    assert read_duration(written) == length


@pytest.mark.parametrize("written", ["26", "h", "-1h", "1.5h", "a day", "", "9999999d"])
def test_other_lengths_of_time_are_mistakes(run: Run, written: str) -> None:
    assert_mistake(run("check", f"--max-age={written}"), ExitCode.USAGE, "--max-age", "26h")


def test_lock_that_a_check_holds_for_a_moment_stops_no_run(settings: Settings) -> None:
    holding = threading.Event()

    def look() -> None:
        with lock_home(settings):
            holding.set()
            threading.Event().wait(0.05)

    looking = threading.Thread(target=look)
    looking.start()
    assert holding.wait(5)
    with lock_home(settings):
        pass
    looking.join()


def asked(run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch, **given: str) -> list[str]:
    """Return what `complaints check` says under these settings, in which mail is asked too."""
    all_notified = dict.fromkeys(
        ("alerts_data_quality", "alerts_deadlines", "alerts_failures"), "a@b.example"
    )
    for name, value in (all_notified | {"check_leaves_out": ""} | given).items():
        monkeypatch.setenv(f"COMPLAINTS_{name.upper()}", value)
    said = run("check", "--home", settings.home)
    assert (said.exit_code == ExitCode.DONE) == said.out.startswith("All is well")
    return said.out.splitlines()


def test_check_names_mail_backup_disk_source_and_setting_one_by_one(
    run: Run, home_of_first_night: SmallHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = home_of_first_night.put_back()
    (well,) = asked(run, settings, monkeypatch)
    assert well.startswith("All is well")
    (said,) = asked(run, settings, monkeypatch, alerts_failures="")
    assert said.startswith("Nobody is notified of failures (COMPLAINTS_ALERTS_FAILURES)")
    (said,) = asked(run, settings, monkeypatch, alerts_deadlines="", alerts_data_quality="")
    assert "data quality (COMPLAINTS_ALERTS_DATA_QUALITY) or deadlines" in said
    of_teams = {"alerts_teams": "Fostering=a@b.example"}
    given = {"alerts_deadlines": "", "alerts_data_quality": ""} | of_teams
    assert asked(run, settings, monkeypatch, **given)[0].startswith("All is well")
    with open_log(settings.runs_path) as log:
        log.execute(
            "insert into ops_alerts by name select id as message_id, 'failures' as audience, "
            "now()::timestamp - interval 3 day as created_at, status, 1 as recipients, 1 as items, "
            "1 as attempts from (values ('a', 'waiting'), ('b', 'given_up')) as given (id, status)"
        )
    waiting, given_up = asked(run, settings, monkeypatch)
    assert waiting.startswith("Messages wait to be sent: 1, the first since ")
    assert given_up.startswith("Messages were given up in the last 60 days: 1, ")
    with open_log(settings.runs_path) as log:
        log.execute("delete from ops_alerts")
        log.execute("update ops_runs set started_at = started_at - interval 9 day")
    (said,) = asked(run, settings, monkeypatch)
    assert said.startswith(f"There is no backup in {settings.home}/backups")
    assert asked(run, settings, monkeypatch, check_leaves_out="backup, disk")[0].startswith("All")
    old = tmp_path / "backups" / "backup-000001-20180101T070000Z"
    old.mkdir(parents=True)
    (old / "SHA256SUMS").touch()
    (said,) = asked(run, settings, monkeypatch, backup_folder=str(old.parent))
    assert said.startswith("The last backup was made at 2018-01-01 07:00 UTC, ")
    old.rename(old.with_name(f"backup-000002-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
    given = {"backup_folder": str(old.parent)}
    assert asked(run, settings, monkeypatch, **given)[0].startswith("All is well")
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("update dq_publication set as_of_day = as_of_day + 6")
    (said,) = asked(run, settings, monkeypatch, **given)
    assert said.startswith("The source complaints has delivered nothing new since 2018-11-26")
    assert asked(run, settings, monkeypatch, **given, alerts_silent_days="6")[0].startswith("All")
    with monkeypatch.context() as patch:
        patch.setattr(health.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**6))
        (said,) = asked(run, settings, monkeypatch, **given)
        assert said.startswith(f"The disk of {settings.home} has 1 MB left, less than twice")
    (said,) = asked(run, settings, monkeypatch, **given, smtp_hots="mail")
    assert said == (
        "There is no setting COMPLAINTS_SMTP_HOTS, so it does nothing; "
        "COMPLAINTS_SMTP_HOST may be meant."
    )


def test_the_variable_of_a_databases_url_is_no_unknown_setting(
    run: Run, home_of_first_night: SmallHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = home_of_first_night.put_back()
    sources = tmp_path / "sources.yml"
    sources.write_text(
        "sources:\n- {code: a, database: {url_env: COMPLAINTS_PORTAL_URL, table: stages}}\n"
    )
    given = {"source": str(sources), "portal_url": "sqlite:///a.db"}
    assert asked(run, settings, monkeypatch, **given)[0].startswith("All is well")
