"""The council extends the calendar with a file of its own, and the night goes on."""

from datetime import date

import numpy as np
import pytest

from compiled_models import TESTED_WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings
from conftest import query
from deadline_oracle import BANK_HOLIDAYS
from small_home import FIRST_DAY, SmallHome, ended, exit_with, quick_night, start

BANK_HOLIDAYS_2036 = """\
date,title
2036-01-01,New Year's Day
2036-04-11,Good Friday
2036-04-14,Easter Monday
2036-05-05,May Day
2036-05-26,Spring Bank Holiday
2036-08-25,Late Summer Bank Holiday
2036-12-25,Christmas Day
2036-12-26,Boxing Day
"""


def checked_night(settings: Settings) -> None:
    """Run a night with every data test."""
    exit_with(lambda: run_night(settings, TESTED_WITHOUT_DBT))


@pytest.mark.xdist_group("small_home")
def test_the_council_corrects_the_calendar_with_a_file_of_its_own(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back().model_copy(update={"as_of": date(2036, 1, 7)})
    assert ended(start(quick_night, settings)) == ExitCode.USAGE
    (failure,) = query(settings.runs_path, "select message from ops_runs where status = 'failed'")
    assert "The as-of day 2036-01-07 is outside the calendar" in failure[0]
    assert "add the bank holidays of 2036" in failure[0]
    assert query(settings.warehouse_path, "select as_of_day from raw.run") == [(FIRST_DAY,)]

    settings.reference_folder.mkdir(exist_ok=True)
    (settings.reference_folder / "bank_holidays.csv").write_text(BANK_HOLIDAYS_2036)
    assert ended(start(checked_night, settings)) == ExitCode.DONE
    first_days = "select date from dim_date where year(date) = 2036 and is_working_day limit 2"
    assert query(settings.marts_path, first_days) == [(date(2036, 1, 2),), (date(2036, 1, 3),)]
    # C4 was due on 29 October 2018.
    left = "select working_days_left from rpt_open_stages where case_reference = 'C4'"
    late = np.busday_count("2018-10-30", "2036-01-08", holidays=[*BANK_HOLIDAYS, "2036-01-01"])
    assert query(settings.marts_path, left) == [(-late,)]
