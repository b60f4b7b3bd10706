"""The command line: `complaints`. Each command imports only what it needs, so `sql` is quick."""

import shutil
import sys
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from complaints.flows.cli import accept as accept_commands
from complaints.flows.cli import erase as erase_commands
from complaints.flows.cli import history as history_commands
from complaints.flows.cli import marts as marts_commands
from complaints.flows.cli import notices as alert_commands
from complaints.flows.cli import settings as settings_commands
from complaints.flows.cli import sources as sources_commands
from complaints.flows.cli import status as status_commands
from complaints.flows.cli import upkeep as upkeep_commands
from complaints.flows.cli.options import (
    REPORT_FORMATS,
    AsAtOption,
    AsOfOption,
    DraftOption,
    DryRunOption,
    Format,
    FormatOption,
    HomeOption,
    OutOption,
    OutputOption,
    PeriodArgument,
    ProfileOption,
    ReportFormatsOption,
    SourceOption,
    read_day,
    read_formats,
)
from complaints.warehouse.errors import OperatorError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.settings import PROJECT_FOLDER, read_settings
from complaints.warehouse.system_errors import system_errors_explained

app = typer.Typer(
    help="A warehouse for complaints about a council's children's services.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

EXAMPLE_EXPORTS = PROJECT_FOLDER / "examples" / "exports"
EXAMPLE_AS_OF_DAY = date(2018, 11, 27)  # the day of the seed report
EXAMPLE_QUARTER = "2018-19 Q2"


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"complaints {metadata.version('complaints-warehouse')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def demo(home: HomeOption = None) -> None:
    """Run the nightly job over the example exports, then write the report for 2018-19 Q2."""
    from complaints.flows.cli.console import print_lines, print_night
    from complaints.flows.cli.nightly import run_with_prefect
    from complaints.report.write import write_report

    settings = read_settings(home=home, source=EXAMPLE_EXPORTS, as_of=EXAMPLE_AS_OF_DAY)
    report = run_with_prefect(settings)
    print_night(report)
    home_words = f' --home "{home}"' if home else ""
    written = write_report(settings, EXAMPLE_QUARTER, formats=("html", "docx"))
    print_lines(
        f"The marts are in {settings.marts_path}",
        *(f"The report is in {path}" for path in written),
        *([f"The pages begin with {settings.site_folder / 'today.html'}"] if settings.site else []),
        "Try next:",
        f'  {_command()} report "{EXAMPLE_QUARTER}" --profile publication{home_words}',
        f'  {_command()} sql "select stage, received, in_sla, upheld from rpt_quarterly_stages '
        f"where financial_quarter = '{EXAMPLE_QUARTER}' and procedure = 'statutory' "
        f'order by stage_number"{home_words}',
        f"  {_command()} quarantine{home_words}",
    )
    raise typer.Exit(report.exit_code)


@app.command()
def nightly(
    source: SourceOption = None,
    home: HomeOption = None,
    as_of: AsOfOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Run the nightly job once: read, validate, load, build, test, publish."""
    from complaints.flows.cli.console import print_night
    from complaints.flows.cli.nightly import run_dry, run_with_prefect

    settings = read_settings(source=source, home=home, as_of=read_day(as_of))
    report = run_dry(settings) if dry_run else run_with_prefect(settings)
    print_night(report, is_kept=not dry_run)
    raise typer.Exit(report.exit_code)


@app.command("report")
def report_command(
    period: PeriodArgument,
    home: HomeOption = None,
    profile: ProfileOption = "committee",
    format: ReportFormatsOption = REPORT_FORMATS,
    out: OutOption = None,
    draft: DraftOption = False,
    as_at: AsAtOption = None,
) -> None:
    """Write the committee's report of a quarter, a half year or a financial year."""
    from complaints.flows.cli.console import print_lines, progress
    from complaints.report.write import write_report

    settings = read_settings(home=home)
    then = history_commands.home_as_at(settings, as_at)
    with progress() as on_step:
        on_step("writing the report")
        written = write_report(
            settings, period, profile, read_formats(format), out, is_draft=draft, then=then
        )
    print_lines(*(str(path) for path in written))


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query on the published marts.")],
    output: OutputOption = None,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
    as_at: AsAtOption = None,
) -> None:
    """Ask the published marts a question; nothing can be changed."""
    from complaints.flows.cli.console import give_rows
    from complaints.warehouse.query import query_marts

    settings = read_settings(home=home)
    columns, rows = query_marts(history_commands.home_as_at(settings, as_at) or settings, query)
    give_rows(columns, rows, format, output)


@app.command()
def rules(format: FormatOption = Format.TABLE) -> None:
    """List every validation rule: code, severity, what it checks, its source, what to do."""
    from complaints.expectations.rules import all_rules, delivery_rules, optional_rules
    from complaints.flows.cli.console import print_rows

    columns = ["code", "severity", "checks", "source", "what to do"]
    listed = (*delivery_rules(), *all_rules(), *optional_rules())
    print_rows(
        columns,
        [(r.code, r.severity, r.sentence, r.source, r.remedy) for r in listed],
        format,
    )


@app.command()
def quarantine(
    warnings: Annotated[
        bool, typer.Option("--warnings", help="List the rows loaded with a warning instead.")
    ] = False,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """List the rows now held back: where they are, the rules, what is written there, what to do."""
    from complaints.flows.cli.console import print_findings
    from complaints.warehouse.as_written import list_findings

    found = list_findings(read_settings(home=home), warnings)
    print_findings(found.columns, found.rows, format)
    if not found.has_texts:
        typer.echo(sentence_of("texts_not_shown"), err=True)


@app.command()
def spellings(
    understood: Annotated[
        bool, typer.Option("--understood", help="Include those that a synonym covers.")
    ] = False,
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """List the texts of coded columns that no synonym knows, and how to make them known."""
    from complaints.flows.cli.console import print_rows
    from complaints.warehouse.as_written import list_spellings

    found = list_spellings(read_settings(home=home), understood)
    print_rows(found.columns, found.rows, format)


@app.command()
def serve(source: SourceOption = None, home: HomeOption = None) -> None:
    """Keep the nightly schedule until stopped."""
    from complaints.flows.cli.nightly import serve_schedule

    serve_schedule(read_settings(source=source, home=home), source)


app.add_typer(status_commands.app)
app.add_typer(settings_commands.app)
app.add_typer(accept_commands.app)
app.add_typer(erase_commands.app)
app.add_typer(history_commands.app)
app.add_typer(upkeep_commands.app)
app.add_typer(marts_commands.app)
app.add_typer(sources_commands.app)
app.add_typer(alert_commands.app)


def _command() -> str:
    """Return how this command was called, so that what is printed can be typed again."""
    called = Path(sys.argv[0])
    on_path = shutil.which(called.name)
    is_on_path = on_path is not None and Path(on_path).resolve() == called.resolve()
    return called.name if is_on_path else str(called)


def main() -> NoReturn:
    """Run a command; meet a mistake with one sentence and an exit code, never a traceback."""
    try:
        with system_errors_explained():
            app()
    except OperatorError as mistake:
        typer.echo(f"Error: {mistake}", err=True)
        raise SystemExit(mistake.exit_code) from None
    raise SystemExit(0)
