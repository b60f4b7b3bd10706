"""The command `complaints alert`: the next digest, and the messages that wait."""

from typing import Annotated

import typer

from complaints.flows.cli.options import HomeOption
from complaints.warehouse.errors import ExitCode, UsageError
from complaints.warehouse.settings import read_settings

app = typer.Typer()


@app.command()
def alert(
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Print the next digest; mark nothing, send nothing."),
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Send the messages that wait in the outbox.")
    ] = False,
    test: Annotated[
        bool,
        typer.Option("--test", help="Send every recipient a short message, and say how it went."),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Preview the next digest, try every recipient, or send what could not be sent before."""
    from complaints.flows.cli.console import print_lines
    from complaints.flows.readers.sources import read_sources
    from complaints.notices import notify
    from complaints.notices.recipients import recipients_of
    from complaints.notices.send import send_waiting, try_recipients

    if preview + send + test != 1:
        raise UsageError("preview_or_send")
    settings = read_settings(home=home)
    if preview:
        sources = read_sources(settings.source) if settings.source else []
        messages = notify.preview(settings, [source.code for source in sources])
        for scope, message in messages:
            print_lines(f"To the recipients of {scope}:", "", message.text)
        if not messages:
            print_lines("There is nothing new to send.")
        return
    if not recipients_of(settings):
        raise UsageError("no_recipients")
    if test:
        results = try_recipients(settings)
        print_lines(*(sentence for sentence, _ in results))
        is_sent = all(is_sent for _, is_sent in results)
        raise typer.Exit(ExitCode.DONE if is_sent else ExitCode.FAILED)
    problems = send_waiting(settings)
    print_lines(*(problems or ["Nothing waits to be sent."]))
    raise typer.Exit(ExitCode.FAILED if problems else ExitCode.DONE)
