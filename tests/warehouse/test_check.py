"""`complaints check`: whether the marts are fresh, the last run went well and no row waits long."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from command_helpers import Run, assert_mistake
from complaints.flows.cli.options import read_duration
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.runs import lock_home, start_run
from complaints.warehouse.settings import Settings
from small_home import SmallHome, failing_night

pytestmark = pytest.mark.xdist_group("night_shift")


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
    assert said.out.startswith("All is well: the marts are of ") and said.out.count("\n") == 1


def test_check_says_how_old_the_marts_are(run: Run, home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    began = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=27)
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("update ops_runs set started_at = $1", [began])
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.FAILED
    assert said.out.count("\n") == 1
    assert f"{began:%Y-%m-%d %H:%M} UTC, 27 h old, where 26 h are allowed" in said.out
    assert run("check", "--home", settings.home, "--max-age", "2d").exit_code == ExitCode.DONE


def test_check_has_a_sentence_for_each_problem(run: Run, home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    failing_night(settings)
    settings.marts_path.unlink()
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.FAILED
    absent, failed = said.out.splitlines()
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
