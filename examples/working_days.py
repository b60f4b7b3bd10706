"""Working days of England and the time limits, read from the project's own reference data."""

import csv
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

SEEDS = Path(__file__).resolve().parent.parent / "dbt_project" / "seeds"
ONE_DAY = timedelta(days=1)
FIRST_MONTHS = {"Q1": 4, "Q2": 7, "Q3": 10, "Q4": 1}


class Limit(NamedTuple):
    """The working days in which a stage is to be answered."""

    basic: int
    extended: int


def read_seed(name: str) -> list[dict[str, str]]:
    """Return the rows of one reference file."""
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BANK_HOLIDAYS = frozenset(date.fromisoformat(row["date"]) for row in read_seed("bank_holidays"))


def response_limits(on: date) -> dict[tuple[str, str], Limit]:
    """Return the limit of each procedure and stage in force on a day, of stage 3 that overall."""
    day = on.isoformat()
    return {
        (row["procedure"], row["stage"]): Limit(
            int(row["working_days"]), int(row["extended_working_days"])
        )
        for row in read_seed("time_limits")
        if row["milestone"] in ("response", "overall")
        and row["valid_from"] <= day <= (row["valid_to"] or "9999-12-31")
    }


def is_working_day(day: date) -> bool:
    """Say whether a day is neither at a weekend nor a bank holiday."""
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def working_day_after(day: date, number: int) -> date:
    """Return the N-th working day after a day."""
    while number:
        day += ONE_DAY
        number -= is_working_day(day)
    return day


def working_days_between(after: date, until: date) -> int:
    """Count the working days after one day, up to and including another."""
    days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return sum(is_working_day(day) for day in days)


def days_of_quarter(quarter: str) -> list[date]:
    """Return every day of a financial quarter such as `2018-19 Q2`."""
    year, name = int(quarter[:4]), quarter[-2:]
    first = date(year + (name == "Q4"), FIRST_MONTHS[name], 1)
    days = (first + timedelta(days=n) for n in range(92))
    return [day for day in days if (day.month - first.month) < 3]
