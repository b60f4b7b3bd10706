"""A night that is killed at a random time is made good by the next one."""

import random
import time
from typing import Any

import pytest
from test_interrupted import left_by_a_night

from complaints.flows.night import PLAIN, run_night
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import PROCESSES, SECOND_DAY, SmallHome, ended, exit_with, quick_night, start

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def uninterrupted(second_night: Settings) -> dict[str, Any]:
    """What the second night leaves when nothing happens."""
    return left_by_a_night(second_night)


def test_killed_at_random_times_the_next_night_ends_as_if_nothing_had_happened(
    home_of_first_night: SmallHome, uninterrupted: dict[str, Any]
) -> None:
    settings = home_of_first_night.before_second_night()
    delays = random.Random(1)
    kills = 0
    while kills < 4 and not has_ended_well(settings):
        kills += 1
        killed = start(quick_night, settings)
        time.sleep(delays.uniform(0.1, 2.0))
        killed.kill()
        killed.join()
    if not has_ended_well(settings):
        assert ended(start(quick_night, settings)) == 0
    assert left_by_a_night(settings) == uninterrupted


def has_ended_well(settings: Settings) -> bool:
    """Whether the second night was through before the kill."""
    log = query(settings.runs_path, "select status from ops_runs where as_of_day = $1", SECOND_DAY)
    return log == [("published",)]


def test_killed_at_random_times_within_dbt_the_next_night_ends_as_if_nothing_had_happened(
    home_of_first_night: SmallHome, uninterrupted: dict[str, Any]
) -> None:
    settings = home_of_first_night.before_second_night()
    for step, seconds in (("build_records", 0.8), ("build_marts", 1.5)):
        has_begun = PROCESSES.Event()
        killed = start(night_with_dbt, settings, step, has_begun)
        assert has_begun.wait(300)  # it returns at once, whatever else the machine does
        time.sleep(random.Random(step).uniform(0.2, seconds))
        killed.kill()
        killed.join()
    assert ended(start(night_with_dbt, settings)) == 0
    assert left_by_a_night(settings) == uninterrupted


def night_with_dbt(settings: Settings, step: str = "", has_begun: Any = None) -> None:
    """Run a night with dbt, which says when a step begins; tests only read, so they are left."""

    def begin(name: str) -> None:
        if name == step:
            has_begun.set()

    steps = PLAIN | {"check_marts": lambda *given: None}
    exit_with(lambda: run_night(settings, steps, begin))
