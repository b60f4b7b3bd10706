"""The commands that hand out what is published: `complaints worklist`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from complaints.flows.cli.options import HomeOption
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import read_settings

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
