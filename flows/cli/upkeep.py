"""The commands that look after a home: `complaints backup` and `complaints restore`."""

from pathlib import Path
from typing import Annotated

import typer

from complaints.flows.cli.options import Format, FormatOption, HomeOption, path_option
from complaints.warehouse.settings import read_settings

app = typer.Typer()


@app.command()
def backup(
    to: Annotated[
        Path | None,
        path_option("--to", "The folder for the backup; the backup folder when not given."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Back up the working store, the log of runs, the marts and the council's reference data."""
    from complaints.flows.cli.console import print_lines
    from complaints.notices.notify import notify_of_backup_failure
    from complaints.warehouse.backup import back_up

    settings = read_settings(home=home)
    try:
        made = back_up(settings, to)
    except BaseException as problem:
        notify_of_backup_failure(settings, problem)
        raise
    print_lines(f"The backup is in {made}")


@app.command()
def restore(
    state: Annotated[
        str | None,
        typer.Argument(help="A state as it is listed, its run id, or its as-of day."),
    ] = None,
    backup: Annotated[
        Path | None,
        path_option("--backup", "A backup from which the whole home is brought back."),
    ] = None,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """List the published states that are kept, or go back to one, or to a backup."""
    from complaints.flows.cli.console import print_lines, print_rows
    from complaints.warehouse.errors import UsageError
    from complaints.warehouse.restore import STATE_COLUMNS, kept_states, restore_home, restore_state

    settings = read_settings(home=home)
    if state and backup:
        raise UsageError("state_or_backup")
    if backup:
        notes = restore_home(settings, backup.expanduser().resolve())
        print_lines(
            *notes,
            f"The home {settings.home} is back: run `complaints nightly` to load what was "
            "delivered since the backup.",
        )
    elif state:
        notes = restore_state(settings, state)
        print_lines(*notes or [f"{settings.marts_path} is {state} again, until a night publishes."])
    else:
        print_rows(STATE_COLUMNS, kept_states(settings), format)
