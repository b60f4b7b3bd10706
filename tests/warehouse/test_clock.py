"""The clock goes on and back an hour: each night has its day."""

import asyncio
from datetime import UTC, date, datetime

import pytest
import yaml
from prefect.server.schemas.schedules import CronSchedule

from complaints.warehouse import clock
from complaints.warehouse.settings import PROJECT_FOLDER, read_settings

# UTC, and the day that it is in England: summer time began on 31 March and ended on 27 October.
DAYS = (
    (datetime(2019, 3, 30, 23, 30), date(2019, 3, 30)),
    (datetime(2019, 3, 31, 23, 30), date(2019, 4, 1)),
    (datetime(2019, 10, 26, 23, 30), date(2019, 10, 27)),
    (datetime(2019, 10, 27, 23, 30), date(2019, 10, 27)),
)


@pytest.mark.parametrize(("instant", "day"), DAYS, ids=lambda given: str(given))
def test_today_is_the_day_in_england(
    monkeypatch: pytest.MonkeyPatch, instant: datetime, day: date
) -> None:
    monkeypatch.setattr(clock, "utc_now", lambda: instant)
    assert read_settings().as_of_day == day


@pytest.mark.xdist_group("prefect")
def test_the_schedule_has_one_night_a_day_across_each_change_of_the_clock() -> None:
    written = yaml.safe_load((PROJECT_FOLDER / "prefect.yaml").read_text(encoding="utf-8"))
    nightly = next(each for each in written["deployments"] if each["name"] == "nightly")
    (declared,) = nightly["schedules"]
    assert declared["timezone"] == clock.TIMEZONE
    schedule = CronSchedule(cron=declared["cron"], timezone=declared["timezone"])
    for change, hours in (
        (datetime(2019, 3, 30, tzinfo=UTC), (4, 3, 3)),
        (datetime(2019, 10, 26, tzinfo=UTC), (3, 4, 4)),
    ):
        nights = asyncio.run(schedule.get_dates(3, start=change))
        assert [night.astimezone(UTC).hour for night in nights] == list(hours)
        assert len({night.date() for night in nights}) == 3
