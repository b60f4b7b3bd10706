"""What several commands take: their options, and how what is written there is read."""

import re
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from complaints.warehouse.errors import UsageError


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


# A member of the readers' group may enter a home that it may not list.
HomeOption = Annotated[
    Path | None,
    typer.Option("--home", readable=False, help="The folder that holds all that a run writes."),
]
SourceOption = Annotated[
    Path | None, typer.Option("--source", help="A folder of exports, or a sources file (.yml).")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="The as-of day: figures as at that day; today when not given.",
    ),
]
AsAtOption = Annotated[
    str | None,
    typer.Option(
        "--as-at",
        metavar="YYYY-MM-DD",
        help="As the records and decisions stood on an earlier day, by today's rules.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Do the whole night on a copy, say what it found, keep nothing."
    ),
]
PeriodArgument = Annotated[
    str,
    typer.Argument(
        metavar="PERIOD",
        help='A quarter, "2018-19 Q2" or "Jul-Sep 2018", a half year, "2018-19 H1", "2018-19 year '
        'to date", or a financial year, "2018-19".',
    ),
]
ProfileOption = Annotated[
    str,
    typer.Option(
        "--profile",
        metavar="committee|internal|publication",
        help="committee has all counts and no case; internal adds the cases; publication hides "
        "small numbers.",
    ),
]
ReportFormatsOption = Annotated[
    str,
    typer.Option(
        "--format", metavar="html,docx,pdf,json", help="The formats, separated by commas."
    ),
]
DraftOption = Annotated[
    bool,
    typer.Option(
        "--draft", help="Also of a period that has not ended; every page is marked as a draft."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="The folder for the files; <home>/reports when not given."),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", help="The file for the rows: .csv, .json or .xlsx."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the rows are printed.")]


def read_day(written: str | None, option: str = "--as-of") -> date | None:
    """Return the day that an option names.

    Raises:
        UsageError: it is not written as YYYY-MM-DD.
    """
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UsageError("not_a_day", option=option, written=written) from None


def read_formats(written: str) -> list[str]:
    """Return the formats that an option lists, separated by commas."""
    return [each.strip().lower() for each in written.split(",") if each.strip()]


def read_duration(written: str) -> timedelta:
    """Return the time that `26h`, `90m` or `2d` means.

    Raises:
        UsageError: it is written otherwise.
    """
    units = {"m": "minutes", "h": "hours", "d": "days"}
    parts = re.fullmatch(r"(\d{1,6})([mhd])", written.strip().lower())
    if not parts:
        raise UsageError("max_age_not_a_length", written=written)
    return timedelta(**{units[parts[2]]: int(parts[1])})
