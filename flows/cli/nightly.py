"""Run the night for the command line: through Prefect, on a copy, or on its schedule."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from complaints.flows.cli.console import print_lines, progress
from complaints.flows.night import NightReport
from complaints.flows.prefect_home import (
    OneRunServer,
    configure_prefect,
    keep_logs_off_terminal,
    server_for_schedule,
)
from complaints.warehouse import clock
from complaints.warehouse.access import keep_private
from complaints.warehouse.errors import ExitCode, OperatorError, RunFailedError, UsageError
from complaints.warehouse.query import open_marts
from complaints.warehouse.runs import check_may_begin, lock_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.system_errors import check_home, system_errors_explained

HELD_BY_RULE = """
with held as (
    select unnest(string_split(rule_codes, ',')) as rule_code from dq_quarantine
    where list_contains($read, [source, file_name])
)
select rule_code, description, count(*) from held inner join dq_rules using (rule_code)
group by rule_code, description, position
order by position
"""
DRY_RUN_PREFIX = ".dry-run-"
DRY_RUN_SECONDS = 24 * 60 * 60  # none takes as long


def run_with_prefect(settings: Settings) -> NightReport:
    """Run the Prefect flow once in this process; with no server configured, one starts for it.

    Raises:
        RunFailedError: the night failed, or was stopped.
    """
    from complaints.notices.notify import notify_of_failure

    try:
        with system_errors_explained():
            _check_source(settings)
            check_home(settings)
            check_may_begin(settings)
    except BaseException as problem:
        notify_of_failure(settings, problem)
        raise
    configure_prefect(settings)
    keep_logs_off_terminal()
    with stop_explained(settings), progress() as on_step:
        on_step("starting Prefect")
        server = OneRunServer()
        if server.is_starting:
            _prepare_while_waiting(settings)
        from complaints.flows.nightly import nightly, pass_steps_to

        server.wait()
        with pass_steps_to(on_step):
            return nightly(source=settings.source, home=settings.home, as_of=settings.as_of)


@contextmanager
def stop_explained(settings: Settings) -> Iterator[None]:
    """Meet a SIGTERM with one sentence.

    While the flow runs, Prefect meets it first, ends the flow as crashed, and sends it again.

    Raises:
        RunFailedError: the process was asked to end.
    """

    def stop(*given: object) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except _Stopped:
        raise RunFailedError("night_stopped", home=settings.home) from None
    finally:
        signal.signal(signal.SIGTERM, before)


class _Stopped(BaseException):
    """The process was asked to end."""


def _prepare_while_waiting(settings: Settings) -> None:
    """Do what the first steps would do first, while the temporary server starts.

    Importing Great Expectations and letting dbt read its project take 7 s.
    """
    import complaints.expectations.judge  # noqa: F401 - the step `validate` would import it
    from complaints.flows.steps.build import read_project

    read_project(settings)


def run_dry(settings: Settings) -> NightReport:
    """Run the whole night on a copy of the working store, and throw the copy away."""
    from complaints.flows.night import run_night

    _check_source(settings)
    with copy_of_home(settings) as copy:
        try:
            with stop_explained(settings), progress() as on_step:
                report = run_night(copy, on_step=on_step)
            report.notes += _held_rows(copy, report)
        except OperatorError as mistake:
            # What is wrong is wrong in the home; the copy is gone when this is read.
            for name, given in mistake.places.items():
                mistake.places[name] = str(given).replace(str(copy.home), str(settings.home))
            raise
    report.notes.append("This was a dry run: nothing was kept and nothing was published.")
    return report


def _held_rows(copy: Settings, report: NightReport) -> list[str]:
    """Say by which rules rows of this night's files are held, and of how many."""
    read = [[file.source, file.file_name] for file in report.files if file.rows_quarantined]
    if not read:
        return []
    with open_marts(copy.marts_path) as marts:
        rules = marts.execute(HELD_BY_RULE, {"read": read}).fetchall()
    return [f"Held back by {code}: {rows}. {sentence}" for code, sentence, rows in rules]


@contextmanager
def copy_of_home(settings: Settings) -> Iterator[Settings]:
    """Give the settings of a copy beside the files of the home, where there is room for it.

    What is done there changes neither the backups nor the joint store.
    """
    copied = settings.model_copy(update={"backup_folder": None, "store": SecretStr("")})
    if not settings.home.exists():
        with tempfile.TemporaryDirectory(prefix=DRY_RUN_PREFIX) as folder:
            yield copied.model_copy(update={"home": Path(folder).resolve()})
        return
    for left in settings.home.glob(f"{DRY_RUN_PREFIX}*"):
        if left.stat().st_mtime < time.time() - DRY_RUN_SECONDS:
            shutil.rmtree(left)  # a dry run that was killed
    with tempfile.TemporaryDirectory(prefix=DRY_RUN_PREFIX, dir=settings.home) as folder:
        with lock_home(settings):
            erasures = settings.erasure_key_path
            for kept in (settings.warehouse_path, settings.marts_path, erasures):
                for path in (kept, kept.with_name(f"{kept.name}.wal")):
                    if path.exists():
                        shutil.copy2(path, folder)
            if settings.reference_folder.is_dir():
                shutil.copytree(settings.reference_folder, Path(folder) / "reference")
        yield copied.model_copy(update={"home": Path(folder)})


def serve_schedule(settings: Settings, source: Path | None = None) -> None:
    """Serve the nightly and the weekly flow on their schedules from one process, until stopped.

    A source that is not given is that of the settings, as each night finds them.

    With no Prefect server configured, one is started beside it, which keeps its database in the
    home; the temporary one of a single run starts nothing by schedule.

    Raises:
        UsageError: the source, a schedule or the readers' group is wrong, or the server's port is
            taken.
        RunFailedError: the server does not start.
    """
    _check_source(settings)
    configure_prefect(settings)
    keep_logs_off_terminal()
    from prefect import serve

    from complaints.flows.schedules import deployments

    # Prefect 3.8.8 forgets to await this when it is stopped.
    warnings.filterwarnings("ignore", "coroutine 'Runner.astop' was never awaited")
    served = deployments(settings, source)
    print_lines(*_what_is_served(settings, served))
    # Until Prefect is at work and meets it itself, a SIGTERM must still end the server beside this.
    signal.signal(signal.SIGTERM, lambda *given: sys.exit(ExitCode.DONE))
    with keep_private(settings), server_for_schedule():
        # No limit of the program's own: what it kept waiting would run late instead of being
        # collapsed. Not paused when stopped: a night missed while the machine was off is made up.
        serve(*served, limit=None, pause_on_shutdown=False, print_starting_message=False)


def _what_is_served(settings: Settings, served: Sequence[Any]) -> list[str]:
    """Say what is served and when it runs next."""
    from prefect.server.schemas.schedules import CronSchedule

    lines = [f"The nights of {settings.home} from {settings.source}, until stopped (Ctrl+C)."]
    for deployment in served:
        cron = deployment.schedules[0].schedule
        schedule = CronSchedule(cron=cron.cron, timezone=cron.timezone)
        (next_run,) = asyncio.run(schedule.get_dates(1))
        at = next_run.astimezone(ZoneInfo(clock.TIMEZONE))
        lines.append(f"Next {deployment.name}: {at:%A}, {clock.day_in_words(at)} at {at:%H:%M}.")
    return lines


def _check_source(settings: Settings) -> None:
    from complaints.flows.night import source_path
    from complaints.flows.readers.sources import read_sources

    if not read_sources(source_path(settings)):
        raise UsageError("no_source_in_file", path=settings.source)
