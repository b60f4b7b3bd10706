"""When the flows run: the deployments of prefect.yaml, served by `complaints serve` itself."""

from pathlib import Path
from typing import Any

import yaml
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule

from complaints.flows.nightly import nightly
from complaints.flows.weekly import weekly
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import PROJECT_FOLDER, Settings

DEPLOYMENTS_FILE = PROJECT_FOLDER / "prefect.yaml"


def deployments(settings: Settings, source: Path | None = None) -> list[RunnerDeployment]:
    """Return the nightly and the weekly deployment, for `complaints serve`.

    Raises:
        UsageError: a schedule is not written as cron has it.
    """
    declared = {each["name"]: each for each in read_deployments()}
    home = str(settings.home)
    return [
        flow.to_deployment(  # type: ignore[misc]  # a coroutine only where a loop is at work
            name=flow.name,
            schedule=_cron(setting, written, declared[flow.name]["schedules"][0]),
            parameters=parameters,
            concurrency_limit=ConcurrencyLimitConfig(**declared[flow.name]["concurrency_limit"]),
        )
        for flow, setting, written, parameters in (
            (
                nightly,
                "COMPLAINTS_SCHEDULE",
                settings.schedule,
                {"source": source and str(source), "home": home},
            ),
            (weekly, "COMPLAINTS_WEEKLY_SCHEDULE", settings.weekly_schedule, {"home": home}),
        )
    ]


def read_deployments() -> list[dict[str, Any]]:
    """Return the deployments as prefect.yaml declares them."""
    return list(yaml.safe_load(DEPLOYMENTS_FILE.read_text(encoding="utf-8"))["deployments"])


def _cron(setting: str, written: str | None, declared: dict[str, str]) -> Schedule:
    cron, timezone = written or declared["cron"], declared["timezone"]
    try:
        CronSchedule(cron=cron, timezone=timezone)
    except ValueError:
        raise UsageError("schedule_unusable", setting=setting, cron=cron) from None
    return Cron(cron, timezone=timezone)
