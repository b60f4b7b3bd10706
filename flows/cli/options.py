"""What several commands take: their options, and how what is written there is read."""

import re
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from complaints.report import FORMATS, PROFILES
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def read_path(written: str) -> Path:
    """Return the path that is written.

    Raises:
        UsageError: it is blank, which would be the working directory.
    """
    if not written.strip():
        raise UsageError("path_blank")
    return Path(written)


def path_option(name: str, says: str) -> Any:
    """Return an option that is a path."""
    return typer.Option(name, parser=read_path, metavar="PATH", help=says)


REPORT_FORMATS = ",".join(FORMATS)
HomeOption = Annotated[
    Path | None, path_option("--home", "The folder that holds all that a run writes.")
]
SourceOption = Annotated[
    Path | None, path_option("--source", "A folder of exports, or a sources file (.yml).")
]
CaseSourceOption = Annotated[
    str | None,
    typer.Option("--source", metavar="CODE", help="The source, where several have the case."),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="ROLE", help="Who answers for it, as a role and not a name."),
]
ReasonOption = Annotated[
    str | None,
    typer.Option(
        "--reason", help="Why. It is kept, so write neither a name nor a case's reference into it."
    ),
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
        metavar="|".join(PROFILES),
        help="committee has all counts and no case; internal adds the cases; publication hides "
        "small numbers.",
    ),
]
ReportFormatsOption = Annotated[
    str,
    typer.Option("--format", metavar=REPORT_FORMATS, help="The formats, separated by commas."),
]
DraftOption = Annotated[
    bool,
    typer.Option(
        "--draft", help="Allow a period that has not ended; every page is marked as a draft."
    ),
]
OutOption = Annotated[
    Path | None,
    path_option("--out", "The folder for the files; <home>/reports when not given."),
]
OutputOption = Annotated[
    Path | None,
    path_option("--output", "The file for the rows: .csv, .json or .xlsx."),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the rows are printed.")]


def one_line(written: str | None) -> str | None:
    """Return a text on one line, without space around it; None where nothing is left."""
    return " ".join((written or "").split()) or None


def role_of(settings: Settings) -> str:
    """Return the role that answers for what is done, on one line.

    Raises:
        UsageError: it is blank.
    """
    if role := one_line(settings.accepting_role):
        return role
    raise UsageError("role_blank")


def reason_given(written: str | None) -> str:
    """Return what `--reason` says, on one line.

    Raises:
        UsageError: it is blank.
    """
    if reason := one_line(written):
        return reason
    raise UsageError("reason_blank")


def reference_of(case: str) -> str:
    """Return the reference that `CASE` names.

    Raises:
        UsageError: it is blank.
    """
    if reference := case.strip():
        return reference
    raise UsageError("case_blank")


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
