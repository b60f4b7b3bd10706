"""Financial periods: their names, their days, and the periods they are compared with."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from complaints.warehouse.clock import MONTHS
from complaints.warehouse.errors import UsageError

YEAR_TO_DATE = re.compile(r"\b(year to date|ytd)\b")
YEAR = re.compile(r"(?<!\d)(\d{4}) ?[-/–] ?(\d{4}|\d{2})(?!\d)")
SAID = (  # other words for a part of the year, and those that say nothing
    (r"[,()]|\b(of|the|fy|financial|annual|year)\b|(?<=half)-year", " "),
    (r"\b(quarter|qtr)\b", "q"),
    (r"\bhalf\b", "h"),
    *((rf"\b({word}|{n}(st|nd|rd|th))\b", f"{n}")
      for n, word in enumerate(("first", "second", "third", "fourth"), 1)),
    (r"\b(\d) ([qh])\b", r"\2\1"),
    (r"\b([qh]) (\d)\b", r"\1\2"),
)  # fmt: skip
PART = re.compile(r"q([1-4])(?: ?(?:-|to) ?q([1-4]))?|h([12])|")
IN_MONTHS = re.compile(r"([a-z]{3})[a-z]*(?: (\d{4}))? ?(?:-|–|to) ?([a-z]{3})[a-z]* (\d{4})")


@dataclass(frozen=True, order=True)
class Period:
    """Some quarters of a financial year, which runs from 1 April to 31 March; all of them."""

    first_year: int
    first: int = 1
    last: int = 4

    @property
    def length(self) -> int:
        """How many quarters it has."""
        return self.last - self.first + 1

    @property
    def is_year(self) -> bool:
        """Whether this is a whole financial year."""
        return self.length == 4

    @property
    def is_quarter(self) -> bool:
        """Whether this is one quarter."""
        return self.length == 1

    @property
    def year_name(self) -> str:
        """The financial year: `2018-19`."""
        return f"{self.first_year}-{(self.first_year + 1) % 100:02}"

    @property
    def part_name(self) -> str:
        """Its part of the year: `Q2`, `H1` or `Q1-Q3`; nothing for the year."""
        if self.length in (1, 2):
            return f"{'_QH'[self.length]}{self.last // self.length}"
        return "" if self.is_year else f"Q{self.first}-Q{self.last}"

    @property
    def name(self) -> str:
        """As the marts name it: `2018-19 Q2`, `2018-19 H1` or `2018-19`."""
        return f"{self.year_name} {self.part_name}".strip()

    @property
    def first_day(self) -> date:
        """The day it begins."""
        month = self.first * 3 + 1
        return date(self.first_year + month // 12, month % 12, 1)

    @property
    def last_day(self) -> date:
        """The day it ends."""
        month = self.last * 3 + 4
        return date(self.first_year + month // 12, month % 12, 1) - timedelta(days=1)

    @property
    def months(self) -> str:
        """Its months in words: `July to September 2018`."""
        first, last = self.first_day, self.last_day
        year = "" if first.year == last.year else f" {first.year}"
        return f"{first:%B}{year} to {last:%B %Y}"

    @property
    def kind(self) -> str:
        """The word for a period of this length."""
        return ("", "quarter", "half year", "period", "year")[self.length]

    @property
    def previous(self) -> "Period":
        """The period just before it; of three quarters, those of the year before."""
        return self.last_year if self.length == 3 else self.moved(-1)

    @property
    def last_year(self) -> "Period":
        """The same period a year before."""
        return self.years_ago(1)

    @property
    def quarters(self) -> tuple["Period", ...]:
        """The quarters it is made of."""
        numbers = range(self.first, self.last + 1)
        return tuple(Period(self.first_year, number, number) for number in numbers)

    def years_ago(self, years: int) -> "Period":
        """Return the same period some years before."""
        return Period(self.first_year - years, self.first, self.last)

    def moved(self, by: int) -> "Period":
        """Return the period that many periods of this length later, or earlier."""
        years, start = divmod(self.first_year * 4 + self.first - 1 + by * self.length, 4)
        return Period(years, start + 1, start + self.length)


def read_period(written: str, as_of: date | None = None) -> Period:
    """Return the period that somebody asked for, in any way that councils write one.

    Args:
        written: `2018-19 Q2`, `Q2 2018/19`, `July to September 2018`, `H1 2018-19`, `2018-19` …
        as_of: the day of the figures, up to which a year to date goes.

    Raises:
        UsageError: it is no quarter, half year, year to date or financial year.
    """
    text = " ".join(written.casefold().replace("\u00a0", " ").split())
    period = _in_months(text) or _in_a_year(text, as_of)
    if period is None:
        raise UsageError("period_unusable", written=written)
    return period


def _in_a_year(text: str, as_of: date | None) -> Period | None:
    """Return the period of a text that names a financial year and perhaps a part of it."""
    years = YEAR.findall(text)
    if len(years) != 1 or not 1000 <= int(years[0][0]) < 9000:
        return None
    year = int(years[0][0])
    if (year + 1) % 10 ** len(years[0][1]) != int(years[0][1]):
        return None
    rest = YEAR.sub(" ", text)
    if as_of and YEAR_TO_DATE.sub(" ", rest) != rest and not YEAR_TO_DATE.sub("", rest).strip():
        ended = [each for each in Period(year).quarters if each.last_day < as_of]
        return Period(year, 1, max(len(ended), 1))
    for pattern, replacement in SAID:
        rest = " ".join(re.sub(pattern, replacement, rest).split())
    match = PART.fullmatch(rest)
    if match is None:
        return None
    if match[3]:
        return Period(year, int(match[3]) * 2 - 1, int(match[3]) * 2)
    first = int(match[1] or 1)
    return _known(Period(year, first, int(match[2] or (first if match[1] else 4))))


def _in_months(text: str) -> Period | None:
    """Return the period of a text that names its first and last month."""
    quarter = re.match(r"q([1-4]) ", text)
    match = IN_MONTHS.fullmatch(text[quarter.end() :] if quarter else text)
    if match is None or match[1] not in MONTHS or match[3] not in MONTHS:
        return None
    first, last, end = MONTHS.index(match[1]), MONTHS.index(match[3]), int(match[4])
    begin = int(match[2] or (end if first <= last else end - 1))
    before, start_month = divmod((first - 3) % 12, 3)
    months = (end - begin) * 12 + last - first + 1
    if start_month or months % 3 or not 0 < months <= 12 - before * 3:
        return None
    period = Period(begin - (first < 3), before + 1, before + months // 3)
    return None if quarter and period.part_name != f"Q{quarter[1]}" else _known(period)


def _known(period: Period) -> Period | None:
    """Return a period if the marts have those of its kind: no half year from July on."""
    is_half = period.length == 2 and period.first % 2 == 1
    from_april = period.length >= 3 and period.first == 1
    return period if period.is_quarter or is_half or from_april else None
