"""Two runs in one home, and readers while a night is published."""

import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pytest

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_and_notify, run_night
from complaints.warehouse.errors import ExitCode, RunFailedError
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import PROCESSES, SECOND_DAY, SmallHome, ended, exit_with, quick_night, start

pytestmark = pytest.mark.xdist_group("small_home")

# One question that only a whole state can answer: whose night it is, and whether the facts and the
# quarterly report, which are different tables, count the same stages.
STATE = (
    "select (select as_of_day::varchar from dq_publication), "
    "(select count(*) from fct_complaint_stages), "
    "(select sum(received)::bigint from rpt_quarterly_stages)"
)


def waiting_night(settings: Settings, has_begun: Any, may_go_on: Any) -> None:
    """Run a night that has the home to itself, and waits in its first step."""

    def wait(step: str) -> None:
        has_begun.set()
        may_go_on.wait(60)

    exit_with(lambda: run_and_notify(settings, WITHOUT_DBT, wait))


def test_a_run_beside_another_ends_at_once_and_says_so(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    has_begun, may_go_on = PROCESSES.Event(), PROCESSES.Event()
    first = start(waiting_night, settings, has_begun, may_go_on)
    assert has_begun.wait(60)
    began = time.monotonic()
    with pytest.raises(
        RunFailedError, match=f"Another run is in progress in {settings.home}: wait"
    ):
        run_night(settings)
    assert time.monotonic() - began < settings.lock_wait_seconds / 2
    first.kill()
    first.join()
    log = query(settings.runs_path, "select status from ops_runs order by run_number")
    assert log == [("published",), ("running",)], "the log is the first run's alone"


def holding_command(settings: Settings, holds: Any, seconds: float) -> None:
    """Hold the home as `accept`, `report` and `backup` do."""
    with lock_home(settings):
        holds.set()
        time.sleep(seconds)


def test_a_night_waits_for_a_command_that_holds_the_home(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    holds = PROCESSES.Event()
    command = start(holding_command, settings, holds, 2)
    assert holds.wait(60)
    impatient = settings.model_copy(update={"lock_wait_seconds": 0})
    with pytest.raises(RunFailedError, match="Another run is in progress"):
        run_night(impatient)
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert ended(command) == 0
    assert query(settings.marts_path, "select as_of_day from dq_publication") == [(SECOND_DAY,)]


def test_of_two_runs_started_together_one_publishes(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    has_begun, may_go_on = PROCESSES.Event(), PROCESSES.Event()
    runs = [start(waiting_night, settings, has_begun, may_go_on) for _ in range(2)]
    while all(run.is_alive() for run in runs):
        time.sleep(0.01)
    may_go_on.set()
    assert sorted(ended(run) for run in runs) == [ExitCode.DONE, ExitCode.FAILED]
    assert query(settings.marts_path, "select as_of_day from dq_publication") == [(SECOND_DAY,)]


def held_open(marts: Path, answers: Connection) -> None:
    """Hold the marts open from one question to the next; each is asked for by a message."""
    with closing(duckdb.connect(marts, read_only=True)) as connection:
        while answers.recv():
            answers.send(connection.execute(STATE).fetchone())


def opened_again_and_again(marts: Path, answers: Connection) -> None:
    """Open the marts afresh for every question, once more when asked to stop; send all answers."""
    seen, is_last = set(), False
    while not is_last:
        is_last = answers.poll(0.005)
        with closing(duckdb.connect(marts, read_only=True)) as connection:
            seen.add(connection.execute(STATE).fetchone())
    answers.send(seen)


def test_readers_neither_block_publishing_nor_see_half_a_night(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.before_second_night()
    (before,) = query(settings.marts_path, STATE)
    holder, holders_end = PROCESSES.Pipe()
    poller, pollers_end = PROCESSES.Pipe()
    readers = [
        start(held_open, settings.marts_path, holders_end),
        start(opened_again_and_again, settings.marts_path, pollers_end),
    ]
    holder.send(True)
    assert holder.recv() == before

    assert ended(start(quick_night, settings)) == ExitCode.DONE
    (after,) = query(settings.marts_path, STATE)
    assert after != before

    holder.send(True)
    assert holder.recv() == before, "a reader keeps what it opened"
    holder.send(False)
    poller.send(True)
    assert poller.recv() == {before, after}
    assert [ended(reader) for reader in readers] == [0, 0]
