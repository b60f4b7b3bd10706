"""What is known of past nights: the log of runs, what of it is published, trends, `status`."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from command_helpers import Run
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.run_log import open_log
from conftest import query
from promised import ERRORS
from small_home import (
    FIRST_DAY,
    FIRST_DELIVERY,
    SECOND_DAY,
    SECOND_DELIVERIES,
    Moment,
    SmallHome,
    ended,
    export,
    failing_night,
    quick_night,
    start,
)

pytestmark = pytest.mark.xdist_group("night_shift")

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
    failing_night(settings)
    assert ended(start(quick_night, settings, Moment("validate_records"))) == -9
    shutil.copytree(settings.home, kept / "killed")
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    with open_log(settings.runs_path) as log:
        log.execute(ALERT)
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    for path in (settings.marts_path, settings.runs_path):
        shutil.copy(path, kept)
    marts, log_path = kept / settings.marts_path.name, kept / settings.runs_path.name
    yield History(marts, log_path, rules_of_first_night, kept / "killed")


def test_log_says_of_every_run_how_it_ended_at_which_step_and_why(history: History) -> None:
    assert query(
        history.log,
        "select as_of_day, status, failed_step, message, finished_at > started_at "
        "from ops_runs order by run_number",
    ) == [
        (FIRST_DAY, "published", None, None, True),
        (
            *(SECOND_DAY, "failed", "build_reference"),
            *("dbt could not run: The share does not answer.", True),
        ),
        (SECOND_DAY, "published", None, None, True),  # killed, and taken up again
        (SECOND_DAY, "published", None, None, True),
    ]


def test_marts_list_all_runs_up_to_the_one_that_published_them(history: History) -> None:
    assert query(
        history.marts,
        "select status, failed_step, seconds > 0, finished_at is null from ops_runs "
        "order by run_number",
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
    cut = steps.index((True, "validate_records", "interrupted"))
    assert [step for _, step, _ in steps[:cut]][-2:] == ["extract", "build_records"]
    assert steps[cut + 1][1] == "carry_out_erasures"
    assert steps[-1][1] == "publish"
    assert [status for *_, status in steps].count("done") == len(steps) - 1


def test_step_that_failed_says_so(history: History) -> None:
    failed = query(
        history.marts,
        "select ops_steps.step, ops_steps.status from ops_steps join ops_runs using (run_id) "
        "where ops_runs.status = 'failed' order by position",
    )
    assert failed == [
        ("carry_out_erasures", "done"),
        ("prepare_reference", "done"),
        ("find_deliveries", "done"),
        ("build_reference", "failed"),
    ]


def test_steps_of_the_publishing_run_are_there_up_to_the_marts(history: History) -> None:
    steps = query(
        history.marts,
        "select step, status from ops_steps "
        "where run_id = (select arg_max(run_id, run_number) from ops_runs) order by position",
    )
    assert steps[0] == ("carry_out_erasures", "done")
    assert steps[-1] == ("record_files", "done")


def test_steps_know_their_rows_time_and_memory(history: History) -> None:
    rows = query(
        history.marts,
        "select step, rows from ops_steps where run_id = (select run_id from dq_publication) "
        "and rows is not null and status = 'done' order by position",
    )
    sizes = [delivery.count("\n") for delivery in SECOND_DELIVERIES.values()]
    # The first delivery was read before the kill, and is not read again.
    assert rows == [("extract", sizes[0]), ("extract", sizes[1])]
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
    settings = home_of_first_night.put_back().model_copy(update={"as_of": FIRST_DAY})
    export(settings, "20181126_2100", ",statutory,stage_1,2018-11-26,,,,Assessments,,\n")
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    runs_of_day = "select distinct run_id from dq_trends where as_of_day = $1"
    publication = query(settings.marts_path, "select run_id from dq_publication")
    assert query(settings.marts_path, runs_of_day, FIRST_DAY) == publication
    nights = query(
        settings.warehouse_path,
        "select count(distinct run_id) from raw.quality_trends where as_of_day = $1",
        FIRST_DAY,
    )
    assert nights == [(2,)]


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


def test_status_says_where_a_killed_run_stopped(run: Run, history: History) -> None:
    said = run("status", "--home", history.killed, "--format", "csv")
    (_, last, *_) = said.out.splitlines()
    assert last.startswith("2018-11-27,") and last.endswith(",interrupted,validate_records,")


def test_check_sees_a_killed_run_before_the_next_one_does(run: Run, history: History) -> None:
    said = run("check", "--home", history.killed)
    assert said.exit_code == ExitCode.FAILED
    assert "was interrupted at the step validate_records" in said.out
