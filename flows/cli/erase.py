"""The commands by which a case is forgotten, and what the retention would forget."""

from typing import Annotated

import typer

from complaints.flows.cli.options import (
    AsOfOption,
    ByOption,
    CaseSourceOption,
    Format,
    FormatOption,
    HomeOption,
    ReasonOption,
    read_day,
    reason_given,
    reference_of,
    role_of,
)
from complaints.warehouse.settings import read_settings

app = typer.Typer()


@app.command("erase")
def erase_command(
    cases: Annotated[
        list[str], typer.Argument(metavar="CASE…", help="The references of the cases.")
    ],
    reason: ReasonOption,
    by: ByOption = None,
    source: CaseSourceOption = None,
    home: HomeOption = None,
) -> None:
    """Take cases out of everything the home holds, for good, and refuse them from now on."""
    from complaints.flows.cli.console import print_lines, progress
    from complaints.flows.erase import erase

    settings = read_settings(home=home, accepting_role=by)
    role, why = role_of(settings), reason_given(reason)
    references = [reference_of(case) for case in cases]
    with progress() as on_step:
        lines = erase(settings, references, source, role, why, on_step)
    print_lines(*lines)


@app.command()
def retention(
    years: Annotated[
        int | None,
        typer.Option("--years", min=1, help="Whole years; those of the setting when not given."),
    ] = None,
    as_of: AsOfOption = None,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """List the cases that the next night would erase by COMPLAINTS_RETENTION_YEARS."""
    from complaints.flows.cli.console import print_rows
    from complaints.flows.erase import list_due

    settings = read_settings(home=home, retention_years=years, as_of=read_day(as_of))
    print_rows(*list_due(settings), format)
