"""What is known of the runs: their log, what of it is published, `status`, `check`, the trends."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from command_helpers import Run, assert_mistake
from compiled_models import WITHOUT_DBT
from conftest import query
from flows import run_log, runs
from flows.errors import ExitCode, RunFailedError
from flows.night import run_night
from flows.options import read_duration
from flows.run_log import open_log
from flows.runs import hold_home, start_night
from flows.settings import Settings
from flows.step_log import read_notes
from promised import ERRORS
from small_home import (
    FIRST_DAY,
    FIRST_DELIVERY,
    PROCESSES,
    SECOND_DAY,
    SECOND_DELIVERIES,
    Moment,
    SmallHome,
    ended,
    export,
    quick_night,
    start,
)

pytestmark = pytest.mark.xdist_group("small_home")

# Is our data getting better?
GETTING_BETTER = (
    "select as_of_day, severity, sum(rows_failing) as rows_failing, "
    "1000.0 * sum(rows_failing) / nullif(sum(rows_current), 0) as failing_per_1000_checks "
    "from dq_trends group by all order by as_of_day, severity"
)
ALERT = (
    "insert into ops_alerts values ('<1@council.example>', 'a run', '2018-11-27', "
    "'data_quality+deadlines', 2, 5, '2018-11-27 05:00', null, 1, 'waiting')"
)


class History(NamedTuple):
    """What five nights left: a good one, a failed, a killed, the one that went on, a quiet one."""

    marts: Path
    log: Path
    rules_of_first_night: list[tuple[Any, ...]]
    killed: Path


@pytest.fixture(scope="module")
def history(
    home_of_first_night: SmallHome, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[History]:
    settings = home_of_first_night.before_second_night()
    kept = tmp_path_factory.mktemp("history")
    rules = "select rule_code, rows_failing from dq_rules order by all"
    rules_of_first_night = query(settings.marts_path, rules)
    fail(settings)
    assert ended(start(quick_night, settings, Moment("validate"))) == -9
    shutil.copytree(settings.home, kept / "killed")
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    with open_log(settings.runs_path) as log:
        log.execute(ALERT)
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    for path in (settings.marts_path, settings.runs_path):
        shutil.copy(path, kept)
    marts, log_path = kept / settings.marts_path.name, kept / settings.runs_path.name
    yield History(marts, log_path, rules_of_first_night, kept / "killed")


def fail(settings: Settings) -> None:
    """Run a night whose second step fails."""

    def refuse(*given: Any) -> None:
        raise RunFailedError("The share does not answer: see that it is there.")

    with pytest.raises(RunFailedError):
        run_night(settings, replace(WITHOUT_DBT, build_reference=refuse))


def test_log_says_of_every_run_how_it_ended_at_which_step_and_why(history: History) -> None:
    assert query(
        history.log,
        "select as_of_day, status, failed_step, message, finished_at > started_at "
        "from ops_runs order by started_at",
    ) == [
        (FIRST_DAY, "published", None, None, True),
        (
            *(SECOND_DAY, "failed", "build_reference"),
            *("The share does not answer: see that it is there.", True),
        ),
        (SECOND_DAY, "published", None, None, True),  # killed, and taken up again
        (SECOND_DAY, "published", None, None, True),
    ]


def test_marts_tell_of_all_runs_up_to_the_one_that_published_them(history: History) -> None:
    assert query(
        history.marts,
        "select status, failed_step, seconds > 0, finished_at is null from ops_runs "
        "order by started_at",
    ) == [
        ("published", None, True, False),
        ("failed", "build_reference", True, False),
        ("published", None, True, False),
        ("published", None, None, True),
    ]


def test_messages_stay_in_the_private_log(history: History) -> None:
    texts = query(history.marts, "select * from ops_runs union all by name select * from ops_steps")
    assert texts and "share" not in repr(texts)


def test_steps_of_a_killed_run_show_how_far_it_came_and_how_it_went_on(history: History) -> None:
    steps = query(
        history.marts,
        "select row_number() over (order by position) = position, step, status "
        "from ops_steps where run_id = (select run_id from dq_publication) order by position",
    )
    assert all(is_in_order for is_in_order, *_ in steps)
    cut = steps.index((True, "validate", "interrupted"))
    assert [step for _, step, _ in steps[:cut]][-3:] == ["find_deliveries", "extract", "land"]
    assert steps[cut + 1][1] == "prepare_reference"
    assert steps[-1] == (True, "alert", "done")
    assert [status for *_, status in steps].count("done") == len(steps) - 1


def test_step_that_failed_says_so(history: History) -> None:
    failed = query(
        history.marts,
        "select ops_steps.step, ops_steps.status from ops_steps join ops_runs using (run_id) "
        "where ops_runs.status = 'failed' order by position",
    )
    assert failed == [("prepare_reference", "done"), ("build_reference", "failed")]


def test_steps_of_the_publishing_run_are_there_up_to_the_marts(history: History) -> None:
    steps = query(
        history.marts,
        "select step, status from ops_steps "
        "where run_id = (select arg_max(run_id, started_at) from ops_runs) order by position",
    )
    assert steps[0] == ("prepare_reference", "done")
    assert steps[-1] == ("record_files", "done")


def test_steps_know_their_rows_time_and_memory(history: History) -> None:
    rows = query(
        history.marts,
        "select step, rows from ops_steps where run_id = (select run_id from dq_publication) "
        "and rows is not null and status = 'done' order by position",
    )
    assert [step for step, _ in rows if step != "load_optional_inputs"] == [
        *("extract", "land"),  # of the killed run
        *("extract", "land", "load") * 2,
    ]
    sizes = [delivery.count("\n") for delivery in SECOND_DELIVERIES.values()]
    assert [read for step, read in rows if step == "extract"] == [sizes[0], *sizes]
    loaded = query(
        history.marts,
        "select rows_loaded from dq_deliveries where run_id = (select run_id from dq_publication) "
        "and rows_read > 0 order by file_name",
    )
    assert [(read,) for step, read in rows if step == "load"] == loaded
    measured = query(
        history.marts,
        "select bool_and(seconds between 0 and 600), min(peak_memory_bytes) > 10_000_000, "
        "count(*) filter (where started_at is null) from ops_steps where status = 'done'",
    )
    assert measured == [(True, True, 0)]


def test_quiet_night_publishes_the_messages_of_the_nights_before(history: History) -> None:
    assert query(
        history.marts, "select message_id, audience, recipients, status from ops_alerts"
    ) == [("<1@council.example>", "data_quality+deadlines", 2, "waiting")]


def test_trends_keep_what_the_rules_counted_on_each_night(history: History) -> None:
    counted = (
        "select rule_code, sum(case severity when 'error' then rows_held_back else rows_warned end)"
        "::bigint from dq_trends where as_of_day = $1 group by all order by all"
    )
    rules = query(history.marts, "select rule_code, rows_failing from dq_rules order by all")
    assert query(history.marts, counted, SECOND_DAY) == rules
    assert query(history.marts, counted, FIRST_DAY) == history.rules_of_first_night != rules


def test_whether_the_data_gets_better_is_one_query(history: History) -> None:
    found = query(history.marts, GETTING_BETTER)
    assert [row[:2] for row in found] == [
        (day, severity) for day in (FIRST_DAY, SECOND_DAY) for severity in ("error", "warning")
    ]
    # C5 has no date, C7 contradicts itself in two rows, C8 is of tomorrow, one has no reference.
    (rows,) = query(
        history.marts,
        "select distinct rows_current from dq_trends where as_of_day = $1",
        FIRST_DAY,
    )
    assert rows == (FIRST_DELIVERY.count("\n"),)
    assert found[0][2] == 5
    assert found[0][3] == pytest.approx(1000 * 5 / (len(ERRORS) * rows[0]))


def test_last_run_of_a_day_speaks_for_it(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    export(settings, "20181127_2100", ",statutory,stage_1,2018-11-27,,,,Assessments,,\n")
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    runs_of_day = "select distinct run_id from dq_trends where as_of_day = $1"
    publication = query(settings.marts_path, "select run_id from dq_publication")
    assert query(settings.marts_path, runs_of_day, SECOND_DAY) == publication
    nights = query(
        settings.warehouse_path,
        "select count(distinct run_id) from raw.quality_trends where as_of_day = $1",
        SECOND_DAY,
    )
    assert nights == [(2,)]


# Logs of versions before: the names and columns that they had.
OLDER_RUNS = (
    "create table {}runs (run_id varchar primary key, as_of_day date not null, "
    "started_at timestamp not null, finished_at timestamp, status varchar not null, "
    "message varchar); "
    "insert into {}runs values "
    "('one', '2018-11-25', '2018-11-25 04:30', '2018-11-25 04:31', 'published', null), "
    "('two', '2018-11-26', '2018-11-26 04:30', null, 'running', null); "
    "create table {}steps (run_id varchar, step varchar, seconds double); "
    "insert into {}steps values ('one', 'land', 1.5), ('one', 'load', 2.5)"
)


@pytest.mark.parametrize("prefix", ["", "ops_"])
def test_log_of_an_older_version_goes_on_working(settings: Settings, prefix: str) -> None:
    settings.home.mkdir()
    with duckdb.connect(settings.runs_path) as log:
        log.execute(OLDER_RUNS.replace("{}", prefix))
    with start_night(settings) as night:
        night.log.run("land", lambda: 7)
    assert query(
        settings.runs_path, "select run_id, status, failed_step from ops_runs order by started_at"
    ) == [
        ("one", "published", None),
        ("two", "interrupted", None),
        (night.run_id, "published", None),
    ]
    assert query(
        settings.runs_path,
        "select run_id, position, step, rows, status from ops_steps order by all",
    ) == [
        (night.run_id, 1, "land", 7, "done"),
        ("one", 1, "land", None, "done"),
        ("one", 2, "load", None, "done"),
    ]
    tables = query(settings.runs_path, "select table_name from duckdb_tables() order by 1")
    assert tables == [("ops_alerts",), ("ops_runs",), ("ops_steps",)]


def test_line_that_a_killed_run_left_half_written_is_not_read(settings: Settings) -> None:
    settings.home.mkdir()
    with start_night(settings) as night:
        night.log.run("land", lambda: 7)
        notes = settings.step_notes_path.read_text(encoding="utf-8")
        settings.step_notes_path.write_text(notes + notes[:40], encoding="utf-8")
        (step,) = read_notes(settings.step_notes_path)
        assert (step.step, step.rows, step.status) == ("land", 7, "done")
    assert not settings.step_notes_path.exists()


def test_what_went_wrong_is_told_also_where_it_cannot_be_logged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(RunFailedError, match="The share does not answer") as failed,
        start_night(settings),
    ):
        monkeypatch.setattr(runs, "open_log", full)
        raise RunFailedError("The share does not answer.")
    assert "No space left" in failed.value.__notes__[0]


def hold_log_open(log: Path, is_open: Any, seconds: float) -> None:
    """Keep the log open as another program would."""
    with duckdb.connect(log):
        is_open.set()
        PROCESSES.Event().wait(seconds)


def test_night_waits_for_a_program_that_reads_the_log_and_says_so_if_it_stays(
    home_of_first_night: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_of_first_night.put_back()
    is_open = PROCESSES.Event()
    holder = start(hold_log_open, settings.runs_path, is_open, 0.5)
    assert is_open.wait(60)
    with monkeypatch.context() as patch:
        patch.setattr(run_log, "WAIT_SECONDS", 0.1)
        sentence = "runs.duckdb cannot be opened.*Close the program"
        with pytest.raises(RunFailedError, match=sentence), start_night(settings):
            pass
    with start_night(settings) as night:
        assert night.run_id
    assert ended(holder) == 0


def test_status_lists_the_runs_the_last_first(run: Run, history: History) -> None:
    said = run("status", "--home", history.log.parent)
    assert said.exit_code == ExitCode.DONE
    header, *lines = said.out.splitlines()
    assert header.split() == [
        *("as_of_day", "started_at_utc", "how_long"),
        *("status", "failed_step", "message"),
    ]
    assert [line.split()[4] for line in lines] == ["published", "published", "failed", "published"]
    assert "build_reference" in lines[2] and "The share does not answer" in lines[2]


def test_status_says_where_a_killed_run_stood(run: Run, history: History) -> None:
    said = run("status", "--home", history.killed, "--format", "csv")
    (_, last, *_) = said.out.splitlines()
    assert last.startswith("2018-11-27,") and last.endswith(",interrupted,validate,")


def test_run_at_work_is_neither_interrupted_nor_a_problem(
    run: Run, home_of_first_night: SmallHome
) -> None:
    settings = home_of_first_night.put_back()
    with start_night(settings):
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


def test_check_has_a_sentence_for_each_problem(
    run: Run, home_of_first_night: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_of_first_night.before_second_night()
    fail(settings)
    settings.marts_path.unlink()
    said = run("check", "--home", settings.home)
    assert said.exit_code == ExitCode.FAILED
    absent, failed = said.out.splitlines()
    assert absent.startswith("There are no marts in ")
    assert "failed at the step build_reference: The share does not answer" in failed


def test_check_sees_a_killed_run_before_the_next_one_does(run: Run, history: History) -> None:
    said = run("check", "--home", history.killed)
    assert said.exit_code == ExitCode.FAILED
    assert "was interrupted at the step validate" in said.out


def test_check_tells_marts_of_an_older_version_to_be_made_anew(
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
        assert "5 wait for more than 10 working days, the first since 2018-11-26" in said.out


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
        with hold_home(settings):
            holding.set()
            threading.Event().wait(0.05)

    looking = threading.Thread(target=look)
    looking.start()
    assert holding.wait(5)
    with hold_home(settings):
        pass
    looking.join()
