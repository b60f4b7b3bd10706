"""The command line: `complaints`. Each command imports only what it needs, so `sql` is quick."""

import shutil
import sys
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from flows.errors import OperatorError, UsageError
from flows.settings import PROJECT_FOLDER, read_settings

app = typer.Typer(
    help="A warehouse for complaints about a council's children's services.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

EXAMPLE_EXPORTS = PROJECT_FOLDER / "examples" / "exports"
EXAMPLE_AS_OF_DAY = date(2018, 11, 27)  # the day of the seed report
EXAMPLE_QUARTER = "2018-19 Q2"


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The folder that holds all that a run writes.")
]
SourceOption = Annotated[
    Path | None, typer.Option("--source", help="A folder of exports, or a sources file (.yml).")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        help="The day the figures are seen from; today when not given.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Do the whole night on a copy, say what it found, keep nothing."
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How the rows are printed.")]


@app.command()
def demo(home: HomeOption = None) -> None:
    """Run the nightly job over the example exports, seen from 27 November 2018."""
    from flows.console import print_lines, print_night
    from flows.run_command import run_with_prefect

    settings = read_settings(home=home, source=EXAMPLE_EXPORTS, as_of=EXAMPLE_AS_OF_DAY)
    report = run_with_prefect(settings)
    print_night(report)
    home_words = f' --home "{home}"' if home else ""
    print_lines(
        f"The marts are in {settings.marts_path}",
        "Try next:",
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
    from flows.console import print_night
    from flows.run_command import run_dry, run_with_prefect

    settings = read_settings(source=source, home=home, as_of=_read_day(as_of))
    report = run_dry(settings) if dry_run else run_with_prefect(settings)
    print_night(report)
    raise typer.Exit(report.exit_code)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query on the published marts.")],
    home: HomeOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Ask the published marts a question; nothing can be changed."""
    from flows.console import print_rows
    from flows.query import query_marts

    columns, rows = query_marts(read_settings(home=home), query)
    print_rows(columns, rows, format)


@app.command()
def rules(format: FormatOption = Format.TABLE) -> None:
    """List every validation rule: code, severity, what it checks, its source, what to do."""
    from expectations.rules import all_rules
    from flows.console import print_rows

    columns = ["code", "severity", "checks", "source", "what to do"]
    print_rows(
        columns,
        [(r.code, r.severity, r.sentence, r.source, r.remedy) for r in all_rules()],
        format,
    )


@app.command()
def quarantine(home: HomeOption = None, format: FormatOption = Format.TABLE) -> None:
    """List the rows now held back, with file, row number, rules and what to do."""
    from flows.console import print_rows
    from flows.query import query_marts

    columns, rows = query_marts(
        read_settings(home=home),
        "select file_name, row_number, source, case_reference, stage, rule_codes, "
        "remedies as what_to_do from dq_quarantine order by file_name, row_number",
    )
    print_rows(columns, rows, format)


@app.command()
def serve(source: SourceOption = None, home: HomeOption = None) -> None:
    """Keep the nightly schedule until stopped."""
    from flows.run_command import serve_schedule

    serve_schedule(read_settings(source=source, home=home))


def _command() -> str:
    """Return how this command was called, so that what is printed can be typed again."""
    called = Path(sys.argv[0])
    on_path = shutil.which(called.name)
    is_on_path = on_path is not None and Path(on_path).resolve() == called.resolve()
    return called.name if is_on_path else str(called)


def _read_day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise UsageError(f"--as-of {written} is not a day: write it as YYYY-MM-DD.") from None


def main() -> NoReturn:
    """Run a command; meet a mistake with one sentence and an exit code, never a traceback."""
    try:
        app()
    except OperatorError as mistake:
        typer.echo(f"Error: {mistake}", err=True)
        raise SystemExit(mistake.exit_code) from None
    raise SystemExit(0)
