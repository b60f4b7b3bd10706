"""The command `complaints settings`: what is in force, and where it comes from."""

import typer
from pydantic import SecretStr

from complaints.flows.cli.options import Format, FormatOption, HomeOption
from complaints.warehouse.env_files import PREFIX
from complaints.warehouse.health import unknown_settings
from complaints.warehouse.settings import read_with_origins

app = typer.Typer()
MASKED = "********"


@app.command("settings")
def settings_command(home: HomeOption = None, format: FormatOption = Format.TABLE) -> None:
    """List every setting in force and where it comes from; secrets are masked."""
    from complaints.flows.cli.console import print_rows

    settings, origins = read_with_origins(home=home)
    rows = []
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            shown = MASKED if value.get_secret_value() else ""
        elif isinstance(value, tuple):
            shown = ", ".join(value)
        else:
            shown = "" if value is None else str(value)
        rows.append((f"{PREFIX}{name.upper()}", shown, origins.places.get(name, "default")))
    print_rows(("setting", "value", "from"), rows, format)
    for sentence in unknown_settings(origins):
        typer.echo(sentence, err=True)
