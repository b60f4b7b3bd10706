"""The commands that connect an export: `complaints sources check` and `suggest`."""

from pathlib import Path
from typing import Annotated

import typer

from complaints.flows.cli.options import SourceOption, read_path
from complaints.warehouse.errors import ExitCode, UsageError
from complaints.warehouse.settings import read_settings

app = typer.Typer(name="sources", help="Connect an export.", no_args_is_help=True)


@app.command()
def check(source: SourceOption = None) -> None:
    """Show what would be read of each file or database, column by column; nothing is loaded."""
    from complaints.flows.cli.console import print_lines
    from complaints.flows.night import source_path
    from complaints.flows.readers.check import describe_sources

    lines, can_all_be_read = describe_sources(source_path(read_settings(source=source)))
    print_lines(*lines)
    if not can_all_be_read:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def suggest(
    path: Annotated[
        Path, typer.Argument(parser=read_path, help="An export, or a folder of exports.")
    ],
) -> None:
    """Write a sources file for exports of an unknown form, each guess with its reason."""
    from complaints.flows.readers.suggest import suggest_sources

    if not path.exists():
        raise UsageError("source_missing", path=path)
    typer.echo(suggest_sources(path.resolve()), nl=False)
