"""The commands that look after the job: `complaints status` and `complaints check`."""

from typing import Annotated

import typer

from complaints.flows.cli.options import Format, FormatOption, HomeOption, read_duration
from complaints.warehouse.errors import ExitCode, UsageError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.settings import read_settings, read_with_origins

app = typer.Typer()

MaxAgeOption = Annotated[
    str,
    typer.Option(
        "--max-age",
        metavar="26h|90m|2d",
        help="How old the published marts may be, in minutes, hours or days.",
    ),
]


@app.command()
def status(home: HomeOption = None, format: FormatOption = Format.TABLE) -> None:
    """List the last runs: day, when, how long, how they ended, at which step and why."""
    from complaints.flows.cli.console import print_rows
    from complaints.warehouse.health import STATUS_COLUMNS, last_runs

    runs = last_runs(read_settings(home=home))
    print_rows(STATUS_COLUMNS, [run.as_row for run in runs], format)


@app.command()
def check(max_age: MaxAgeOption = "26h", home: HomeOption = None) -> None:
    """End with 1 when something needs attention: runs, marts, rows, sources, mail, backups."""
    from complaints.flows.cli.console import print_lines
    from complaints.flows.readers.sources import read_sources
    from complaints.warehouse.env_files import PREFIX
    from complaints.warehouse.health import find_problems, read_published

    longest = read_duration(max_age)
    settings, origins = read_with_origins(home=home)
    sources, problems = None, []
    try:
        sources = read_sources(settings.source) if settings.source else None
    except UsageError as problem:  # the rest is looked at all the same
        problems, origins = [str(problem)], origins._replace(unknown=[])
    codes = [source.code for source in sources] if sources else None
    # The URLs of databases are in variables that the sources file names.
    urls = {source.database.url_env.lower() for source in sources or () if source.database}
    unknown = [each for each in origins.unknown if f"{PREFIX.lower()}{each[0]}" not in urls]
    problems += find_problems(settings, longest, origins._replace(unknown=unknown), codes)
    if problems:
        print_lines(*problems)
        raise typer.Exit(ExitCode.FAILED)
    published = read_published(settings)
    print_lines(sentence_of("all_is_well", at=f"{published.at:%Y-%m-%d %H:%M} UTC"))
