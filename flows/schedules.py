"""When the flows run: two deployments, each one run at a time; prefect.yaml says the same."""

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron, Schedule

from complaints.flows.nightly import nightly
from complaints.flows.weekly import weekly
from complaints.warehouse.clock import TIMEZONE
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings

# Of runs that come together, as the late ones after a time without power do, one runs and the
# others are cancelled: they would find nothing left to do.
ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)


def deployments(settings: Settings) -> tuple[RunnerDeployment, RunnerDeployment]:
    """Return the nightly and the weekly deployment, for `complaints serve`.

    Raises:
        UsageError: a schedule is not written as cron has it.
    """
    home = str(settings.home)
    return (
        nightly.to_deployment(
            name="nightly",
            schedule=_cron("COMPLAINTS_SCHEDULE", settings.schedule),
            parameters={"source": str(settings.source), "home": home},
            concurrency_limit=ONE_AT_A_TIME,
        ),
        weekly.to_deployment(
            name="weekly",
            schedule=_cron("COMPLAINTS_WEEKLY_SCHEDULE", settings.weekly_schedule),
            parameters={"home": home},
            concurrency_limit=ONE_AT_A_TIME,
        ),
    )


def _cron(setting: str, written: str) -> Schedule:
    try:
        CronSchedule(cron=written, timezone=TIMEZONE)
    except ValueError:
        raise UsageError(
            f'{setting} is "{written}", which is no schedule: write five fields as cron has '
            'them, such as "0 4 * * *".'
        ) from None
    return Cron(written, timezone=TIMEZONE)
