"""The calendar reaches years ahead by itself, and the council adds what is proclaimed."""

from datetime import date

import duckdb
import numpy as np
import pytest

from command_helpers import Run
from compiled_models import TESTED_WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.warehouse import clock
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.runs import MOST_YEARS_AHEAD
from complaints.warehouse.settings import Settings
from conftest import query
from deadline_oracle import BANK_HOLIDAYS
from small_home import FIRST_DAY, SmallHome, ended, exit_with, quick_night, start

PROCLAIMED = "2036-01-02"


def checked_night(settings: Settings) -> None:
    """Run a night with every data test."""
    exit_with(lambda: run_night(settings, TESTED_WITHOUT_DBT))


@pytest.mark.xdist_group("small_home")
def test_the_calendar_reaches_ten_years_beyond_a_day_ten_years_ahead(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back().model_copy(update={"as_of": date(2036, 1, 7)})
    settings.reference_folder.mkdir(exist_ok=True)
    (settings.reference_folder / "bank_holidays.csv").write_text(
        f"date,title\n{PROCLAIMED},A day proclaimed late\n"
    )
    assert ended(start(checked_night, settings)) == ExitCode.DONE
    days = (
        "select has_announced_holidays, min(date) filter (is_working_day), max(date) from dim_date "
        "where year(date) in (2036, 2046) group by all order by 3"
    )
    assert query(settings.marts_path, days) == [
        (True, date(2036, 1, 3), date(2036, 12, 31)),
        (False, date(2046, 1, 2), date(2046, 12, 31)),
    ]
    # C4 was due on 29 October 2018.
    left = "select working_days_left from rpt_open_stages where case_reference = 'C4'"
    late = np.busday_count("2018-10-30", "2036-01-08", holidays=[*BANK_HOLIDAYS, PROCLAIMED])
    assert query(settings.marts_path, left) == [(-late,)]


@pytest.mark.xdist_group("small_home")
def test_a_mistyped_year_is_refused_before_it_is_the_newest_day(
    home_of_first_night: SmallHome,
) -> None:
    day = date(clock.today().year + MOST_YEARS_AHEAD + 1, 1, 1)
    settings = home_of_first_night.put_back().model_copy(update={"as_of": day})
    assert ended(start(quick_night, settings)) == ExitCode.USAGE
    assert query(settings.warehouse_path, "select as_of_day from raw.run") == [(FIRST_DAY,)]


@pytest.mark.xdist_group("small_home")
def test_check_names_the_year_whose_holidays_follow_the_rule(
    home_of_first_night: SmallHome, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_CHECK_LEAVES_OUT", "mail, sources")
    monkeypatch.setenv("COMPLAINTS_CHECK_WAITING_DAYS", "10000")
    settings = home_of_first_night.put_back()
    for day, is_said in ((date(2028, 9, 30), False), (date(2028, 10, 1), True)):
        with duckdb.connect(settings.marts_path) as marts:
            marts.execute("update dq_publication set as_of_day = $1", [day])
        assert (
            "Deadlines reach 2029, whose bank" in run("check", "--home", settings.home).out
        ) == is_said
