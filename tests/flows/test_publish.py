"""What reaches analysts, and what stays where it was."""

import os
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest

from command_helpers import Run as Command
from compiled_models import TESTED_WITHOUT_DBT, WITHOUT_DBT
from complaints.flows.night import PLAIN, run_night
from complaints.flows.steps import publish as publishing
from complaints.flows.steps.publish import publish
from complaints.warehouse import clock
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.published import kept_state_files
from complaints.warehouse.restore import kept_states
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse
from conftest import query, snapshot
from small_home import (
    FIRST_DAY,
    PROCESSES,
    SECOND_DAY,
    SmallHome,
    borrow_store,
    die,
    ended,
    exit_with,
    export,
    quick_night,
    start,
)

pytestmark = pytest.mark.xdist_group("small_home")

STATE = "select as_of_day from dq_publication"
GOOD = "{},{},{},2018-10-01,,2018-10-10,upheld,Assessments,,\n"
BAD = "{},{},{},,,2018-10-10,upheld,Assessments,,\n"
KEYS = (
    *((f"C{number}", "statutory", "stage_1") for number in (1, 2, 3, 5, 6, 7)),
    ("C3", "statutory", "stage_2"),
    ("C4", "corporate", "stage_1"),
    ("C8", "statutory", "ombudsman"),
)


def night(run_id: str, number: int = 2) -> Run:
    """Return a night that only publishes."""
    return Run(run_id, datetime(2018, 11, 27, 4, 30), SECOND_DAY, rulebook="", run_number=number)


def night_with_spoilt_marts(settings: Settings) -> None:
    """Run a night whose marts contradict each other, up to dbt's own tests."""

    def build_and_spoil(settings: Settings) -> None:
        WITHOUT_DBT["build_marts"](settings)
        with open_warehouse(settings) as warehouse:
            warehouse.execute("update marts.rpt_quarterly_teams set received = received + 1")

    steps = WITHOUT_DBT | {"build_marts": build_and_spoil, "check_marts": PLAIN["check_marts"]}
    exit_with(lambda: run_night(settings, steps))


def checked_night(settings: Settings) -> None:
    """Run a night with every data test."""
    exit_with(lambda: run_night(settings, TESTED_WITHOUT_DBT))


def night_whose_rename_is_refused(settings: Settings) -> None:
    """Run a night while the marts are open on a system that does not replace open files."""
    rename = os.replace

    def refuse(source: Path, target: Path) -> None:
        if target == settings.marts_path:
            raise PermissionError(13, "being used by another process")
        rename(source, target)

    with patch.object(publishing.os, "replace", refuse):
        exit_with(lambda: run_night(settings, WITHOUT_DBT))


@pytest.mark.soak
def test_a_sources_own_target_before_our_due_date_is_its_limit(
    settings: Settings, example: Settings
) -> None:
    borrow_store(settings, example)
    (settings.source / "a.csv").write_text(
        "case_reference,procedure,stage,received_date,target_date,responded_date,outcome\n"
        "C1,statutory,stage_1,2018-07-02,2018-07-06,2018-07-09,upheld\n"
    )
    sources = settings.source.parent / "sources.yml"
    sources.write_text("sources: [{code: a, files: exports, sla: source_target}]")
    run_night(settings.model_copy(update={"source": sources}), TESTED_WITHOUT_DBT)
    asked = "select due_date::text, computed_due_date::text, sla_status from fct_complaint_stages"
    assert query(settings.marts_path, asked) == [("2018-07-06", "2018-07-16", "late")]


def test_marts_that_fail_a_test_are_not_published(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    before = published_files(settings)
    assert ended(start(night_with_spoilt_marts, settings)) == ExitCode.FAILED
    assert published_files(settings) == before, "yesterday's marts stay, byte for byte"
    (failure,) = query(settings.runs_path, "select message from ops_runs where status = 'failed'")
    assert "Nothing was published" in failure[0]
    assert "teams_sum_to_stages failed" in failure[0]

    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert query(settings.marts_path, STATE) == [(SECOND_DAY,)], "the next night makes it good"


def published_files(settings: Settings) -> dict[str, bytes]:
    """Return what analysts can open, by name."""
    files = [settings.marts_path, *settings.published_folder.iterdir()]
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("row", "stages", "held"),
    [(GOOD, len(KEYS), 0), (BAD, 0, len(KEYS))],
    ids=["no row is held", "every row is held"],
)
def test_a_delivery_without_held_or_without_good_rows_is_published(
    home_of_first_night: SmallHome, row: str, stages: int, held: int
) -> None:
    settings = home_of_first_night.put_back()
    export(settings, "20181127", "".join(row.format(*key) for key in KEYS))
    assert ended(start(checked_night, settings)) == ExitCode.DONE
    counts = "select (select count(*) from fct_complaint_stages), count(*) from dq_quarantine"
    assert query(settings.marts_path, counts) == [(stages, held)]


def test_every_published_table_and_column_is_described(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    publish(settings, night("second"), ["dq_deliveries"])
    bare = query(
        settings.marts_path,
        "select table_name, null from duckdb_tables() where coalesce(comment, '') = '' "
        "union all select table_name, column_name from duckdb_columns() "
        "where coalesce(comment, '') = '' and not internal",
    )
    assert bare == []


def test_a_night_without_news_replaces_the_record_of_files_alone(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    before = snapshot(settings.marts_path)
    with open_warehouse(settings) as warehouse:
        for mart in ("dq_deliveries", "fct_complaints"):
            warehouse.execute(f"delete from marts.{mart}")
    with duckdb.connect(settings.marts_path) as somebody:
        somebody.execute("create table a_note_of_my_own as select 1 as one")
    publish(settings, night("second"), ["dq_deliveries"])
    assert snapshot(settings.marts_path) == before | {"dq_deliveries": []}


def test_a_night_without_news_publishes_all_where_the_last_state_was_not_kept(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    before = snapshot(settings.marts_path)
    for kept in settings.published_folder.iterdir():
        kept.unlink()
    publish(settings, night("second"), ["dq_deliveries"])
    assert snapshot(settings.marts_path) == before


@pytest.mark.parametrize("kept", [1, 3])
def test_as_many_published_states_are_kept_as_the_setting_says(
    home_of_first_night: SmallHome, kept: int
) -> None:
    settings = home_of_first_night.put_back().model_copy(update={"kept_states": kept})
    runs = [f"run-{number}" for number in "9876"]  # their names do not show their age
    for number, run in enumerate(runs, start=2):
        publish(settings, night(run, number), ["dq_deliveries"])
        os.utime(newest := kept_state_files(settings)[-1], (0, 1_000_000_000 - number))
        assert newest.name.endswith(f"-{run}.duckdb"), "nor do the times of the files"
    states = {path.name: path.read_bytes() for path in settings.published_folder.iterdir()}
    names = [f"marts-{n:06}-2018-11-27-{run}.duckdb" for n, run in enumerate(runs, start=2)]
    assert sorted(states) == names[-kept:]
    assert states["marts-000005-2018-11-27-run-6.duckdb"] == settings.marts_path.read_bytes()


def night_with_the_clock_put_back(settings: Settings) -> None:
    """Run a night whose clock is a year behind that of the night before."""
    now = clock.utc_now
    with patch.object(clock, "utc_now", lambda: now() - timedelta(days=365)):
        exit_with(lambda: run_night(settings, WITHOUT_DBT))


def test_with_the_clock_put_back_the_newest_marts_are_still_the_newest(
    home_of_first_night: SmallHome, run: Command
) -> None:
    settings = home_of_first_night.before_second_night()
    assert ended(start(night_with_the_clock_put_back, settings)) == ExitCode.DONE
    assert ended(start(night_with_the_clock_put_back, settings)) == ExitCode.DONE
    assert query(settings.marts_path, STATE) == [(SECOND_DAY,)], "a quiet night keeps them"
    newest, _, oldest = kept_states(settings)
    run_id = query(settings.runs_path, "select arg_max(run_id, run_number) from ops_runs")
    assert [(newest[2],)] == run_id and oldest[1] == str(FIRST_DAY)
    said = run("status", "--home", settings.home, "--format", "csv").out.splitlines()
    assert [line.split(",")[0] for line in said[1:]] == [
        *(str(SECOND_DAY), str(SECOND_DAY)),
        str(FIRST_DAY),
    ]


def night_with_a_full_disk_after_the_rename(settings: Settings, answers: Connection) -> None:
    """Run a night that cannot keep a copy of what it has published."""

    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device", "published")

    with patch.object(publishing, "_keep_state", full):
        report = run_night(settings, WITHOUT_DBT)
    answers.send(report.notes)
    raise SystemExit(report.exit_code)


def test_what_fails_after_the_marts_were_replaced_does_not_make_them_unpublished(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.before_second_night()
    heard, said = PROCESSES.Pipe()
    assert ended(start(night_with_a_full_disk_after_the_rename, settings, said)) == ExitCode.DONE
    (note,) = heard.recv()
    assert note.startswith("The marts were published, but something failed after that: ")
    assert "No space left on device" in note and "make room" in note
    assert query(settings.marts_path, STATE) == [(SECOND_DAY,)]
    logged = "select status, message from ops_runs where as_of_day = $1"
    ((status, message),) = query(settings.runs_path, logged, SECOND_DAY)
    assert status == "published" and message


def test_what_a_killed_run_left_unfinished_is_cleared_away(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    leftovers = [
        settings.home / ".marts-run-1.duckdb",
        settings.home / ".marts-run-1.duckdb.wal",
        settings.published_folder / "marts-2018-11-26-run-1.copying",
    ]
    for path in leftovers:
        path.write_bytes(b"half of it")
    publish(settings, night("second"))
    assert [path for path in leftovers if path.exists()] == []


def write_and_die(marts: Path) -> None:
    """Write into the marts, as nobody should, and leave DuckDB's log behind."""
    connection = duckdb.connect(marts)
    connection.execute("create table a_note_of_my_own as select 1 as one")
    die()


def test_a_log_that_somebody_left_beside_the_marts_is_not_read_into_the_new_ones(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    before = snapshot(settings.marts_path)
    ended(start(write_and_die, settings.marts_path))
    log = settings.marts_path.with_name("marts.duckdb.wal")
    assert log.exists()
    publish(settings, night("second"))
    assert not log.exists()
    assert snapshot(settings.marts_path) == before


def test_where_an_open_file_cannot_be_replaced_the_new_one_waits_until_it_can(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.before_second_night()
    waiting = settings.home / "marts-waiting.duckdb"
    before = published_files(settings)
    assert ended(start(night_whose_rename_is_refused, settings)) == ExitCode.DONE
    assert published_files(settings) == before
    assert query(waiting, STATE) == [(SECOND_DAY,)]

    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert query(settings.marts_path, STATE) == [(SECOND_DAY,)], "a night without news publishes it"
    assert not waiting.exists(), "and nothing old waits beside it"


def test_the_run_says_that_the_new_marts_wait(
    home_of_first_night: SmallHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home_of_first_night.put_back()
    rename, refused = os.replace, []

    def refuse_once(*paths: Any) -> None:
        if not refused:
            refused.append(paths)
            raise PermissionError(13, "being used by another process")
        rename(*paths)

    monkeypatch.setattr(publishing.os, "replace", refuse_once)
    (note,) = publish(settings, night("second"))
    assert "marts.duckdb is open in another program" in note
    assert "marts-waiting.duckdb" in note
