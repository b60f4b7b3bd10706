"""What the processes of the nights run; they import no more than this, for every night's sake."""

import signal
from typing import Any

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_and_notify, run_night
from complaints.notices import send
from complaints.warehouse.settings import Settings
from small_home import Moment, exit_with, quick_night


def quick(settings: Settings, killed_at: Moment | None = None) -> None:
    """Run a night without dbt that does not wait long for a mail server."""
    send.PAUSES_SECONDS = (0, 0)
    quick_night(settings, killed_at)


def with_dbt(settings: Settings) -> None:
    """Run a night as it is."""
    send.PAUSES_SECONDS = (0, 0)
    exit_with(lambda: run_and_notify(settings))


def until_killed(settings: Settings, has_begun: Any) -> None:
    """Run a night that ends before it notifies anybody, unless it is killed before."""
    run_night(settings, WITHOUT_DBT, lambda step: has_begun.set())
    signal.pause()
