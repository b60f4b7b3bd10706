"""The log of runs as a file: older ones, half-written ones, and one that another program holds."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from complaints.warehouse import run_log, runs
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.run_log import read_journal
from complaints.warehouse.runs import start_run
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import PROCESSES, SmallHome, ended, start

pytestmark = pytest.mark.xdist_group("night_shift")

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
def test_log_of_an_older_version_still_works(settings: Settings, prefix: str) -> None:
    settings.home.mkdir()
    with duckdb.connect(settings.runs_path) as log:
        log.execute(OLDER_RUNS.replace("{}", prefix))
    with start_run(settings) as night, night.journal.step("extract") as call:
        call.rows = 7
    assert query(
        settings.runs_path,
        "select run_number, run_id, status, failed_step from ops_runs order by run_number",
    ) == [
        (1, "one", "published", None),
        (2, "two", "interrupted", None),
        (3, night.run_id, "published", None),
    ]
    assert query(
        settings.runs_path,
        "select run_id, position, step, rows, status from ops_steps order by all",
    ) == [
        (night.run_id, 1, "extract", 7, "done"),
        ("one", 1, "land", None, "done"),
        ("one", 2, "load", None, "done"),
    ]
    tables = query(settings.runs_path, "select table_name from duckdb_tables() order by 1")
    assert tables == [("ops_alerts",), ("ops_runs",), ("ops_steps",)]


def test_line_that_a_killed_run_left_half_written_is_not_read(settings: Settings) -> None:
    settings.home.mkdir()
    with start_run(settings) as night:
        with night.journal.step("extract", ["complaints.csv"]) as call:
            call.rows = 7
        lines = settings.journal_path.read_text(encoding="utf-8")
        settings.journal_path.write_text(lines + lines[:40], encoding="utf-8")
        (step,) = read_journal(settings.journal_path)
        assert (step.step, step.rows, step.status) == ("extract", 7, "done")
        assert step.files == ["complaints.csv"]
    assert not settings.journal_path.exists()


def test_what_spilled_to_the_disk_is_removed_when_a_run_starts_and_ends(settings: Settings) -> None:
    spilled = [
        settings.home / f"{name}.duckdb.tmp" / "block" for name in ("warehouse", ".marts-run-1")
    ]

    def spill() -> None:
        for path in spilled:
            path.parent.mkdir(parents=True)
            path.write_bytes(b"rows that did not fit into memory")

    spill()
    with start_run(settings):
        assert not [path for path in spilled if path.parent.exists()]
        spill()
    assert not [path for path in spilled if path.parent.exists()]


def test_number_of_a_run_is_above_those_of_the_states_that_are_kept(settings: Settings) -> None:
    settings.published_folder.mkdir(parents=True)
    (settings.published_folder / "marts-000041-2018-11-26-one.duckdb").touch()
    for number in (42, 43):
        with start_run(settings) as night:
            assert night.run_number == number


def test_what_went_wrong_is_said_also_where_it_cannot_be_logged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(RunFailedError, match="The share does not answer") as failed,
        start_run(settings),
    ):
        monkeypatch.setattr(runs, "open_log", full)
        raise RunFailedError("dbt_not_run", reason="The share does not answer.")
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
        with pytest.raises(RunFailedError, match=sentence), start_run(settings):
            pass
    with start_run(settings) as night:
        assert night.run_id
    assert ended(holder) == 0
