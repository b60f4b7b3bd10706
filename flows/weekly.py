"""The Prefect flow `weekly`: a checked backup of the home."""

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_table_artifact

from complaints.flows.nightly import as_task
from complaints.notices.notify import notify_of_backup_failure
from complaints.warehouse.backup import back_up
from complaints.warehouse.settings import read_settings

# A night that is at work ends within the two hours that these last.
RETRIES = 12
RETRY_DELAY_SECONDS = 600


@flow(name="weekly", persist_result=False)
def weekly(home: Path | None = None) -> None:
    """Back the home up, keep the last few backups, and show how large each file is.

    Args:
        home: what to back up; the configured one when not given.
    """
    settings = read_settings(home=home)
    try:
        backup = _back_up(settings)
    except BaseException as problem:
        notify_of_backup_failure(settings, problem)
        raise
    files = sorted(path for path in backup.rglob("*") if path.is_file())
    create_table_artifact(
        table=[{"file": path.name, "bytes": path.stat().st_size} for path in files],
        key="weekly-summary",
        description=f"Files of {backup.name}",
    )


_back_up = as_task(back_up, RETRIES, RETRY_DELAY_SECONDS)
