"""The Prefect flow `nightly`: the steps of flows/night.py, as tasks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunnerResult
from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect_dbt import PrefectDbtRunner, PrefectDbtSettings

from complaints.flows.night import NightReport, Steps, run_night
from complaints.flows.steps import build
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import PROJECT_FOLDER, Settings, read_settings

# Where trying again can help: a share or a database that does not answer, a file held for a
# moment by a virus scanner. A verdict or a failed test stays what it is.
RETRIES = {"find_deliveries": 2, "extract": 2, "publish": 2}
RETRY_DELAY_SECONDS = 20

DBT_STEPS = {
    "build_reference": build.build_reference,
    "build_records": build.build_records,
    "build_deadlines": build.build_deadlines,
    "build_marts": build.build_marts,
    "build_deliveries": build.build_deliveries,
}

# The command line listens to the steps of the run that it started.
_on_step: ContextVar[Callable[[str], None]] = ContextVar("on_step", default=lambda step: None)


@contextmanager
def tell_steps_to(listener: Callable[[str], None]) -> Iterator[None]:
    """Tell the listener the name of each step that a flow run in this context starts."""
    token = _on_step.set(listener)
    try:
        yield
    finally:
        _on_step.reset(token)


def _tell_step(name: str) -> None:
    # Prefect pickles the flow's function, with what it names, for the process of a scheduled run;
    # a context variable cannot be pickled, a function of this module can.
    _on_step.get()(name)


def _run_name() -> str:
    as_of = flow_run.parameters.get("as_of") or read_settings().as_of_day
    return f"nightly as of {as_of}"


@flow(name="nightly", flow_run_name=_run_name, persist_result=False)
def nightly(
    source: Path | None = None, home: Path | None = None, as_of: date | None = None
) -> NightReport:
    """Run the night once, each step a task run, each dbt model and seed a task run of its own.

    Args:
        source: a folder of exports or a sources file; the configured one when not given.
        home: where the run writes; the configured one when not given.
        as_of: the day the figures are seen from; today when not given.
    """
    settings = read_settings(source=source, home=home, as_of=as_of)
    report = run_night(settings, _steps_as_tasks(), _tell_step)
    create_table_artifact(
        table=summary_rows(report),
        key="nightly-summary",
        description=f"Files and rows of run {report.night.run_id}",
    )
    return report


def summary_rows(report: NightReport) -> list[dict[str, Any]]:
    """Return the counts of a night, one row per file: numbers and file names, no values."""
    return [
        {
            "file": record.file_name,
            "status": record.status,
            "read": record.rows_read,
            "loaded": record.rows_loaded,
            "unchanged": record.rows_unchanged,
            "duplicate": record.rows_duplicate,
            "superseded": record.rows_superseded,
            "quarantined": record.rows_quarantined,
        }
        for record in report.files
    ]


def _steps_as_tasks() -> Steps:
    plain = Steps()
    tasks = {
        step.name: _as_task(step.name, getattr(plain, step.name))
        for step in fields(Steps)
        if step.name not in DBT_STEPS
    }
    with_nodes = {name: partial(step, dbt=_run_dbt_as_tasks) for name, step in DBT_STEPS.items()}
    return Steps(**tasks, **with_nodes)


def _as_task(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    return task(
        step,
        name=name.replace("_", " "),
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=RETRIES.get(name, 0),
        retry_delay_seconds=RETRY_DELAY_SECONDS,
        retry_condition_fn=can_retry_help,
    )


def can_retry_help(_task: Any, _run: Any, state: Any) -> bool:
    """Say whether to try again: not after a mistake that is the operator's to mend."""
    return not isinstance(state.result(raise_on_failure=False), UsageError)


def _run_dbt_as_tasks(settings: Settings, words: Sequence[str]) -> dbtRunnerResult:
    runner = PrefectDbtRunner(
        manifest=build.read_project(settings),
        settings=PrefectDbtSettings(
            project_dir=settings.dbt_project_folder,
            profiles_dir=PROJECT_FOLDER,
            target_path=settings.home / "dbt" / "target",
        ),
        raise_on_failure=False,
        disable_assets=True,
    )
    log_path = str(settings.home / "dbt" / "logs")
    return runner.invoke([*words, "--log-path", log_path, *build.LOGGING, "--no-write-json"])
