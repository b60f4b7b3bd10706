"""The commands that hand out what is published: `complaints worklist` and `export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from complaints.flows.cli.options import HomeOption
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import EXPORT_FORMATS, read_settings

app = typer.Typer()


class WorklistFormat(StrEnum):
    """How the worklist is given."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"


@app.command()
def worklist(
    team: Annotated[
        list[str] | None, typer.Option("--team", help="Only this team; may be given several times.")
    ] = None,
    by_team: Annotated[
        bool, typer.Option("--by-team", help="A sheet for each team, in the workbook.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The workbook; <home>/reports/worklist-DAY.xlsx when not given."
        ),
    ] = None,
    home: HomeOption = None,
    format: Annotated[
        WorklistFormat, typer.Option("--format", help="Rows, or a workbook (xlsx).")
    ] = WorklistFormat.TABLE,
) -> None:
    """List what is overdue, due and open, and which records to correct, team by team."""
    from complaints.flows.cli.console import print_lines, print_rows
    from complaints.warehouse.worklist import read_worklist, save_worklist

    if (by_team or out) and format != WorklistFormat.XLSX:
        raise UsageError("worklist_not_a_workbook")
    settings = read_settings(home=home)
    found = read_worklist(settings, team or ())
    if format == WorklistFormat.XLSX:
        print_lines(str(save_worklist(settings, found, out, by_team)))
    else:
        print_rows(found.columns, found.rows, format)


@app.command()
def export(
    format: Annotated[
        str,
        typer.Option(
            "--format", metavar="parquet,csv,xlsx", help="The formats, separated by commas."
        ),
    ] = ",".join(EXPORT_FORMATS),
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The folder for the files; <home>/exports when not given."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the published marts to files, with a data package that describes every column."""
    from complaints.flows.cli.console import print_lines, progress
    from complaints.warehouse.exports import export_marts

    formats = [each.strip().lower() for each in format.split(",") if each.strip()]
    with progress() as on_step:
        on_step("writing the files")
        written = export_marts(read_settings(home=home), formats, out)
    print_lines(f"{len(written)} files, described in {written[-1]}")
