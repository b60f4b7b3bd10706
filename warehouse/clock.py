"""The time: the instant in UTC, as the log of runs writes it, and the day in England."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TIMEZONE = "Europe/London"
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def utc_now() -> datetime:
    """Return the present instant in UTC, without a time zone, as DuckDB's timestamps have it."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """Return the day that it is in England, wherever the machine thinks it is.

    In summer the last hour of a day in UTC belongs to the next day here.
    """
    return utc_now().replace(tzinfo=UTC).astimezone(ZoneInfo(TIMEZONE)).date()


def day_in_words(day: date) -> str:
    """Return a day as a letter would write it: `27 November 2018`."""
    return f"{day.day} {day:%B %Y}"
