"""The marts of any past day can be built again, cell by cell as they were published on it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from complaints.flows.as_at import KEPT_DAYS, marts_as_at
from complaints.flows.night import NightReport
from complaints.report.write import write_report
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings
from conftest import snapshot
from door_helpers import export

pytestmark = pytest.mark.soak

Night = Callable[..., NightReport]
# What is about the runs themselves.
OF_THE_RUNS = ("ops_runs", "ops_steps", "dq_publication")
DAYS = (date(2018, 11, 27), date(2018, 11, 29), date(2018, 12, 3))


def states(path: Path) -> dict[str, list[Any]]:
    """Return all marts; of the trends, the rows without the run that wrote them."""
    found = snapshot(path, but=OF_THE_RUNS)
    place = 4  # the run of dq_trends
    found["dq_trends"] = [(*row[:place], *row[place + 1 :]) for row in found["dq_trends"]]
    return found


def test_each_night_can_be_built_again_from_the_records_alone(
    night: Night, settings: Settings
) -> None:
    rows = export(24)
    held = rows[5] | {"received_date": "31/02/2018"}
    nights = (
        [*rows[:10], held],
        [*rows[:8], rows[11] | {"service_team": "Leaving Care"}, *rows[12:20]],
        [*rows[2:20], rows[5] | {"outcome": "Upheld"}],
    )
    published = {}
    for day, delivered in zip(DAYS, nights, strict=True):
        night(delivered, as_of=day)
        published[day] = states(settings.marts_path)
    last = settings.marts_path.read_bytes()
    for day in DAYS:
        then = marts_as_at(settings, day)
        assert states(then.marts_path) == published[day], day
        built = then.marts_path.stat().st_mtime_ns
        assert marts_as_at(settings, day).marts_path.stat().st_mtime_ns == built
    assert settings.marts_path.read_bytes() == last
    assert len(list((settings.home / "as-at").iterdir())) <= KEPT_DAYS

    (path,) = write_report(
        settings, "2018-19 Q1", "committee", ["html"], then=marts_as_at(settings, DAYS[0])
    )
    assert path.name == "complaints-report-2018-19-q1-committee-as-at-2018-11-27.html"
    assert "As things stood on 27 November 2018: the records delivered" in path.read_text("utf-8")
    with pytest.raises(
        UsageError, match="No night was as at 2018-11-26: the first was on 2018-11-27"
    ):
        marts_as_at(settings, date(2018, 11, 26))
