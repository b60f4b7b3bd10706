"""Go back to an earlier published state, or bring a whole home back from a backup."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from complaints.warehouse.access import keep_private, set_rights
from complaints.warehouse.backup import DATABASES, FOLDERS, check_backup, opens
from complaints.warehouse.erasures import LEDGER, adopt_ledger, erase_cases
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.published import KEPT_STATE, kept_state_files, replace_marts
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse

STATE_COLUMNS = ["state", "as_of_day", "run_id", "published_at", "is_newest"]
UNFINISHED = ".restoring"


def kept_states(settings: Settings) -> list[tuple[Any, ...]]:
    """Return the published states that are kept, the newest first, as rows of STATE_COLUMNS.

    Raises:
        RunFailedError: none is kept.
    """
    paths = kept_state_files(settings)[::-1]
    if not paths:
        raise RunFailedError("no_published_state", folder=settings.published_folder)
    rows = []
    for path in paths:
        day, run_id = KEPT_STATE.fullmatch(path.stem).groups()  # type: ignore[union-attr]
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d %H:%M UTC")
        rows.append((path.stem, day, run_id, at, path == paths[0]))
    return rows


def restore_state(settings: Settings, state: str) -> list[str]:
    """Make a kept state the published marts again, in one rename.

    It stays until the next night publishes; the working store is left as it is.

    Args:
        settings: the home.
        state: as it is listed; or its run id; or an as-of day, of which the newest counts.

    Returns:
        What the operator should know.

    Raises:
        UsageError: no such state is kept.
        RunFailedError: the state is damaged, or another run is in progress.
    """
    wanted = state.removesuffix(".duckdb")
    name = next((row[0] for row in kept_states(settings) if wanted in row[:3]), None)
    if name is None:
        raise UsageError("published_state_unknown", state=state)
    path = settings.published_folder / f"{name}.duckdb"
    with keep_private(settings), lock_home(settings):
        candidate = settings.home / ".marts-restored.duckdb"
        shutil.copyfile(path, candidate)
        if not opens(candidate, DATABASES["marts.duckdb"]):
            candidate.unlink()
            raise RunFailedError("published_state_damaged", path=path)
        return replace_marts(settings, candidate)


def restore_home(settings: Settings, backup: Path) -> list[str]:
    """Bring a whole home back from a backup, in a place where there is none.

    What was erased since the backup is erased again before anything else. Nothing is ever
    overwritten. The working store comes last, so that a home which was being
    restored when the machine stopped is not taken for a whole one.

    Returns:
        What the operator should know.

    Raises:
        UsageError: there is no such backup, or the home still holds something.
        RunFailedError: the backup is damaged, or does not fit on the disk.
    """
    if not backup.is_dir():
        raise UsageError("backup_not_found", path=backup)
    check_backup(backup)
    with keep_private(settings), lock_home(settings):
        held = [name for name in (*DATABASES, *FOLDERS) if (settings.home / name).exists()]
        if held:
            raise UsageError("home_not_empty", home=settings.home, held=", ".join(held))
        unfinished = settings.home / UNFINISHED
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            shutil.copytree(backup, unfinished)
        except OSError:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise RunFailedError("backup_not_copied", home=settings.home) from None
        folders = {backup.parent, settings.backups_path}
        _erase_again(settings.model_copy(update={"home": unfinished}), folders)
        for name in (*FOLDERS, settings.erasure_key_path.name, *reversed(DATABASES)):
            if (unfinished / name).exists():
                os.replace(unfinished / name, settings.home / name)
        shutil.rmtree(unfinished)
        set_rights(settings)
    if any((folder / LEDGER).exists() for folder in folders):
        return []
    return [sentence_of("no_erasures_beside", backup=backup, folder=settings.backups_path)]


def _erase_again(restored: Settings, folders: set[Path]) -> None:
    """Erase from a restored home what was erased since its backup, as the folders say."""
    with hold_warehouse(restored):
        for folder in folders:
            adopt_ledger(restored, folder)
        erase_cases(restored)
