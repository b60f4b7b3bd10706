"""What was reported and what has changed since: `complaints release`, `releases`, `explain`."""

from typing import Annotated

import typer

from complaints.flows.cli.options import (
    ByOption,
    Format,
    FormatOption,
    HomeOption,
    PeriodArgument,
    ProfileOption,
    read_day,
    role_of,
)
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.settings import Settings, read_settings

app = typer.Typer()


def home_as_at(settings: Settings, day: str | None) -> Settings | None:
    """Return the settings of the home as it stood on the day of `--as-at`, None without one."""
    asked = read_day(day, "--as-at")
    if asked is None:
        return None
    from complaints.flows.as_at import marts_as_at
    from complaints.flows.cli.console import progress

    with progress() as on_step:
        on_step(f"building the marts as at {asked}")
        return marts_as_at(settings, asked)


@app.command("release")
def release_command(
    period: PeriodArgument,
    home: HomeOption = None,
    profile: ProfileOption = "committee",
    by: ByOption = None,
) -> None:
    """Freeze the report of a period as it is issued: documents, figures, and what is hidden."""
    from complaints.flows.cli.console import print_lines, progress
    from complaints.report.release import RECORD, release

    settings = read_settings(home=home, accepting_role=by)
    role = role_of(settings)
    with progress() as on_step:
        on_step("releasing the report")
        released = release(settings, period, profile, role)
    print_lines(f"Released as {released.release}; the documents are in {released.folder}")
    if released.given_away:
        path = released.folder / RECORD
        print_lines(sentence_of("counts_given_away", number=released.given_away, path=path))


@app.command()
def releases(home: HomeOption = None, format: FormatOption = Format.TABLE) -> None:
    """List the reports that were released, and whether their documents are as they were."""
    from complaints.flows.cli.console import print_rows
    from complaints.report.released import RELEASE_COLUMNS, list_releases

    print_rows(RELEASE_COLUMNS, list_releases(read_settings(home=home)), format)


@app.command()
def explain(
    period: PeriodArgument,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="RELEASE|DAY",
            help="A release as `releases` lists it, or a day; the newest release of the period.",
            show_default=False,
        ),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="The figures alone, with what has changed each.")
    ] = False,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Say which stages of a period are counted differently since a release or a day, and why."""
    from complaints.flows.cli.console import print_rows
    from complaints.flows.explain import FIGURES, STAGES, explained

    settings = read_settings(home=home)
    found = explained(settings, period, since)
    if not figures:
        print_rows(STAGES, found.stages, format)
    if figures or format is Format.TABLE:
        print_rows(FIGURES, found.figures, format)
