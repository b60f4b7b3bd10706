"""What was reported and what has changed since: `complaints release`, `releases`, `explain`."""

from complaints.flows.cli.options import read_day
from complaints.warehouse.settings import Settings


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
