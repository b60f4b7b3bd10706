"""The clock goes on and back an hour: the nights keep their order."""

from datetime import date, datetime, timedelta

import pytest

from complaints.warehouse import clock
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import SmallHome, ended, quick_night, start

pytestmark = pytest.mark.soak

# UTC, and the day that it is in England: summer time began on 31 March and ended on 27 October.
NIGHTS = (
    (datetime(2019, 3, 31, 23, 30), date(2019, 4, 1)),
    (datetime(2019, 10, 27, 0, 30), date(2019, 10, 27)),  # half past one, for the first time
    (datetime(2019, 10, 27, 1, 30), date(2019, 10, 27)),  # and for the second
)


def night_at(settings: Settings, instant: datetime) -> None:
    """Run a night at an instant, in UTC."""
    clock.utc_now = lambda: instant
    quick_night(settings)


def test_nights_on_both_sides_of_each_change_of_the_clock_follow_each_other(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.before_second_night().model_copy(update={"as_of": None})
    by_hand = set()
    for instant, day in NIGHTS:
        if instant.hour != 1:  # months after the night before: the eve's day is given by hand
            by_hand.add(day - timedelta(days=1))
            eve = settings.model_copy(update={"as_of": day - timedelta(days=1)})
            assert ended(start(quick_night, eve)) == ExitCode.DONE, eve.as_of
        assert ended(start(night_at, settings, instant)) == ExitCode.DONE, instant
    logged = query(
        settings.marts_path,
        "select started_at, as_of_day, status from ops_runs order by started_at limit $1",
        len(NIGHTS),  # the other nights of the home ran today, which is later
    )
    assert logged == [(instant, day, "published") for instant, day in NIGHTS]
    days = "select distinct as_of_day from dq_trends where as_of_day > '2019-01-01' order by 1"
    expected = sorted({day for _, day in NIGHTS} | by_hand)
    assert query(settings.marts_path, days) == [(day,) for day in expected]
