"""Write bank_holidays.csv: the bank holidays in England, from the `holidays` package.

Run it from anywhere, with the project's environment, after the package has learnt of a
newly proclaimed holiday or when the calendar is to reach further (and see in dbt_project.yml to
which year they are announced):

    python dbt_project/seeds/make_bank_holidays.py

Only Mondays to Fridays are written. A holiday on a Saturday or Sunday has its substitute day
in the list, and weekends are no working days anyway. Christmas Day, Boxing Day and Good Friday,
which regulation 2 of SI 2006/1738 names beside the bank holidays, are all in the package.
"""

import csv
import datetime
from pathlib import Path

import holidays

FIRST_YEAR = 2000
LAST_YEAR = 2060
SEED = Path(__file__).with_name("bank_holidays.csv")
SATURDAY = 5


def bank_holidays(first_year: int, last_year: int) -> list[tuple[datetime.date, str]]:
    """Return the day and title of every bank holiday in England that is no weekend, in order."""
    england = holidays.country_holidays(
        "GB", subdiv="ENG", years=range(first_year, last_year + 1), observed=True
    )
    return [
        (day, title.replace("(observed)", "(substitute day)"))
        for day, title in sorted(england.items())
        if day.weekday() < SATURDAY and first_year <= day.year <= last_year
    ]


def write_seed(path: Path) -> int:
    """Write the seed and return the number of its rows."""
    rows = bank_holidays(FIRST_YEAR, LAST_YEAR)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("date", "title"))
        writer.writerows((day.isoformat(), title) for day, title in rows)
    return len(rows)


if __name__ == "__main__":
    print(f"{write_seed(SEED)} bank holidays written to {SEED.name}")
