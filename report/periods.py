"""Quarters and financial years: their names, their days, and the periods they are compared with."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from complaints.warehouse.errors import UsageError

WRITTEN = re.compile(r"(\d{4})-(\d{2})(?: Q([1-4]))?")
FIRST_MONTHS = (4, 7, 10, 1)  # Q1 is April to June


@dataclass(frozen=True, order=True)
class Period:
    """A financial quarter, or (with quarter 0) a financial year from 1 April to 31 March."""

    first_year: int
    quarter: int = 0

    @property
    def is_year(self) -> bool:
        """Whether this is a whole financial year."""
        return self.quarter == 0

    @property
    def year_name(self) -> str:
        """The financial year: `2018-19`."""
        return f"{self.first_year}-{(self.first_year + 1) % 100:02}"

    @property
    def name(self) -> str:
        """As the marts name it: `2018-19 Q2` or `2018-19`."""
        return self.year_name if self.is_year else f"{self.year_name} Q{self.quarter}"

    @property
    def first_day(self) -> date:
        """The day it begins."""
        month = 4 if self.is_year else FIRST_MONTHS[self.quarter - 1]
        return date(self.first_year + (month == 1), month, 1)

    @property
    def last_day(self) -> date:
        """The day it ends."""
        after = Period(self.first_year + 1) if self.is_year else self.moved(1)
        return after.first_day - timedelta(days=1)

    @property
    def months(self) -> str:
        """Its months in words: `July to September 2018`."""
        first, last = self.first_day, self.last_day
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first:%B}{year} to {last:%B %Y}"

    @property
    def kind(self) -> str:
        """The word for a period of this length."""
        return "year" if self.is_year else "quarter"

    @property
    def previous(self) -> "Period":
        """The period just before it."""
        return self.moved(-1)

    @property
    def last_year(self) -> "Period":
        """The same period a year before."""
        return self.years_ago(1)

    @property
    def quarters(self) -> tuple["Period", ...]:
        """The quarters of its year up to its end."""
        return tuple(Period(self.first_year, number) for number in range(1, self.quarter or 5))

    def years_ago(self, years: int) -> "Period":
        """Return the same period some years before."""
        return Period(self.first_year - years, self.quarter)

    def moved(self, by: int) -> "Period":
        """Return the period that many periods later, or earlier."""
        if self.is_year:
            return Period(self.first_year + by)
        years, quarter = divmod(self.first_year * 4 + self.quarter - 1 + by, 4)
        return Period(years, quarter + 1)


def read_period(written: str) -> Period:
    """Return the period that somebody asked for.

    Raises:
        UsageError: it is neither a quarter nor a financial year.
    """
    match = WRITTEN.fullmatch(written.strip())
    if match:
        period = Period(int(match[1]), int(match[3] or 0))
        if period.year_name == f"{match[1]}-{match[2]}" and period.first_year >= 1000:
            return period
    raise UsageError("period_unusable", written=written)


def day_in_words(day: date) -> str:
    """Return a day as a letter would write it: `27 November 2018`."""
    return f"{day.day} {day:%B %Y}"
