"""The commands by which a person finds right what a rule does not: a row, or a whole delivery."""

from typing import Annotated

import typer

from complaints.flows.cli.options import (
    ByOption,
    CaseSourceOption,
    Format,
    FormatOption,
    HomeOption,
    ReasonOption,
    one_line,
    reason_given,
    reference_of,
    role_of,
)
from complaints.warehouse.settings import read_settings

app = typer.Typer()


@app.command("accept")
def accept_command(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The case's reference.")],
    stage: Annotated[
        str, typer.Argument(metavar="STAGE", help="stage_1, stage_2, stage_3 or ombudsman.")
    ],
    rule: Annotated[
        str,
        typer.Argument(metavar="RULE", help="The rule's code, as `complaints rules` lists it."),
    ],
    reason: ReasonOption = None,
    by: ByOption = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take an acceptance back; --reason may be left out.")
    ] = False,
    source: CaseSourceOption = None,
    row: Annotated[
        str | None,
        typer.Option(
            "--row", metavar="FILE:NUMBER", help="The row, where several of the stage fail."
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Record that a row was checked and found right, though it fails a rule."""
    from complaints.expectations import acceptances
    from complaints.flows.cli.console import print_lines

    settings = read_settings(home=home, accepting_role=by)
    role = role_of(settings)
    asked = acceptances.Asked(reference_of(case), stage.strip().lower(), rule.strip(), source, row)
    if withdraw:
        acceptances.withdraw(settings, asked, role, one_line(reason))
        what = "Taken back"
    else:
        acceptances.accept(settings, asked, role, reason_given(reason))
        what = "Accepted"
    print_lines(f"{what}: {asked.rule_code} on {asked}. It counts from the next night on.")


@app.command("accept-delivery")
def accept_delivery_command(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source's code.")],
    reason: ReasonOption,
    by: ByOption = None,
    home: HomeOption = None,
) -> None:
    """Record that the stopped delivery of a source is right: the next night takes it."""
    from complaints.flows.cli.console import print_lines
    from complaints.flows.steps.accept_delivery import accept_delivery

    settings = read_settings(home=home, accepting_role=by)
    stops = accept_delivery(settings, source.strip(), role_of(settings), reason_given(reason))
    print_lines(
        *(f"Accepted: {stop.evidence} ({stop.rule_code})." for stop in stops),
        "The next night takes what is delivered then, and compares later deliveries with it.",
    )


@app.command()
def accepted(home: HomeOption = None, format: FormatOption = Format.TABLE) -> None:
    """List what was accepted: by whom, when, why, and whether it is still in force."""
    from complaints.expectations.acceptances import list_acceptances
    from complaints.flows.cli.console import print_rows

    columns, rows = list_acceptances(read_settings(home=home))
    print_rows(columns, rows, format)
