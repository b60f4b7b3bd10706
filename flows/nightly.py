"""The Prefect flow `nightly`: the steps of flows/night.py, as tasks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from complaints.flows.night import STEPS, NightReport, run_and_notify
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import read_settings

RETRY_DELAY_SECONDS = 20

# The command line listens to the steps of the run that it started.
_on_step: ContextVar[Callable[[str], None]] = ContextVar("on_step", default=lambda step: None)


@contextmanager
def pass_steps_to(listener: Callable[[str], None]) -> Iterator[None]:
    """Give the listener the name of each step that a flow run in this context starts."""
    token = _on_step.set(listener)
    try:
        yield
    finally:
        _on_step.reset(token)


def _pass_step(name: str) -> None:
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
    """Run the night once, each step a task run, and notify of it.

    Args:
        source: a folder of exports or a sources file; the configured one when not given.
        home: where the run writes; the configured one when not given.
        as_of: the as-of date of the figures; today when not given.
    """
    settings = read_settings(source=source, home=home, as_of=as_of)
    report = run_and_notify(settings, TASKS, _pass_step)
    create_table_artifact(
        table=summary_rows(report),
        key="nightly-summary",
        description=f"Files and rows of run {report.run.run_id if report.run else ''}",
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
            "erased": record.rows_erased,
        }
        for record in report.files
    ]


def can_retry_help(_task: Any, _run: Any, state: Any) -> bool:
    """Say whether to try again: not after a mistake that the operator must correct."""
    return not isinstance(state.result(raise_on_failure=False), UsageError)


def as_task(
    function: Callable[..., Any], retries: int, delay_seconds: float = RETRY_DELAY_SECONDS
) -> Callable[..., Any]:
    """Return a step as a task; Prefect keeps neither what it is given nor what it returns."""
    return task(
        name=function.__name__.replace("_", " "),
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=retries,
        retry_delay_seconds=delay_seconds,
        retry_condition_fn=can_retry_help,
    )(function)


TASKS = {step.name: as_task(step.function, step.retries) for step in STEPS}
