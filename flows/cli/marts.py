"""The commands that hand out what is published: `complaints worklist`, `export`, `ask`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from complaints.flows.cli.options import (
    REPORT_FORMATS,
    Format,
    FormatOption,
    HomeOption,
    OutOption,
    OutputOption,
    PeriodArgument,
    ProfileOption,
    ReportFormatsOption,
    path_option,
    read_formats,
)
from complaints.warehouse.errors import UsageError
from complaints.warehouse.messages import sentence_of
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
        path_option("--out", "The workbook; <home>/reports/worklist-DAY.xlsx when not given."),
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
            "--format", metavar=",".join(EXPORT_FORMATS), help="The formats, separated by commas."
        ),
    ] = ",".join(EXPORT_FORMATS),
    out: Annotated[
        Path | None,
        path_option("--out", "The folder for the files; <home>/exports when not given."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Write the published marts to files, with a data package that describes every column."""
    from complaints.flows.cli.console import print_lines, progress
    from complaints.warehouse.exports import export_marts

    with progress() as on_step:
        on_step("writing the files")
        written = export_marts(read_settings(home=home), read_formats(format), out)
    print_lines(f"{len(written)} files, described in {written[-1]}")


@app.command()
def authorities(
    period: PeriodArgument,
    home: HomeOption = None,
    profile: ProfileOption = "committee",
    format: ReportFormatsOption = REPORT_FORMATS,
    out: OutOption = None,
) -> None:
    """Compare the authorities of the joint store in a period, also for each 10,000 children."""
    from complaints.flows.cli.console import print_lines, progress
    from complaints.report.authorities import write_authorities

    settings = read_settings(home=home)
    with progress() as on_step:
        on_step("comparing the authorities")
        written = write_authorities(settings, period, profile, read_formats(format), out)
    print_lines(*(str(path) for path in written))


@app.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The name of a saved question.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the question."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the question's parameters and its SQL.")
    ] = False,
    output: OutputOption = None,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Answer a saved question, or list those there are; the council's own are in its home."""
    from complaints.flows.cli.console import give_rows, print_lines
    from complaints.warehouse.query import query_marts
    from complaints.warehouse.questions import find_question, read_questions, values_of

    settings = read_settings(home=home)
    if question is None:
        if given or show:
            raise UsageError("question_not_named")
        rows = [
            (each.name, each.title, ", ".join(each.parameters))
            for each in read_questions(settings).values()
        ]
        give_rows(("question", "asks", "parameters"), rows, format, output)
        return
    found = find_question(settings, question)
    if show:
        meanings = (f"-- ${name}: {meaning}" for name, meaning in found.parameters.items())
        print_lines(f"-- {found.title}", *meanings, *found.sql.splitlines())
        return
    values = values_of(found, given or [])
    columns, answer = query_marts(settings, found.sql, values)
    give_rows(columns, answer, format, output)
    if given and not answer:
        typer.echo(sentence_of("question_without_rows", question=found.name), err=True)


@app.command()
def site(
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the pages on this machine until stopped.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="The port on loopback; 0 picks a free one.")
    ] = 0,
    home: HomeOption = None,
) -> None:
    """Write the pages of what is published: what is late, quarters, trends, data and runs."""
    from complaints.flows.cli.console import print_lines
    from complaints.flows.steps.write_site import write_site
    from complaints.pages.site import serve_site

    settings = read_settings(home=home)
    if port and not serve:
        raise UsageError("port_without_serve", port=port)
    first = write_site(settings)
    print_lines(f"The pages begin with {first}")
    if serve:
        serve_site(settings, port, print_lines)
