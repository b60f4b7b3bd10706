"""The published marts and the states that are kept of them."""

import os
from pathlib import Path

from complaints.warehouse.access import share
from complaints.warehouse.settings import Settings


def replace_marts(settings: Settings, candidate: Path) -> list[str]:
    """Put a finished file where analysts look, in one rename.

    Returns:
        What the operator should know: that the new marts wait, where an open file cannot be
        replaced.
    """
    marts = settings.marts_path
    share(settings, candidate)
    waiting = marts.with_name("marts-waiting.duckdb")
    try:
        os.replace(candidate, marts)
    except PermissionError:
        # Windows does not replace a file that a reader holds open.
        os.replace(candidate, waiting)
        return [
            f"{marts.name} is open in another program and could not be replaced: the new marts "
            f"wait in {waiting}; close the other program and rename the file."
        ]
    waiting.unlink(missing_ok=True)
    # A reader that opened the old file for writing may have left its log, which is not the new
    # file's.
    marts.with_name(f"{marts.name}.wal").unlink(missing_ok=True)
    return []


def kept_state_files(settings: Settings) -> list[Path]:
    """Return the files of the published states that are kept, the oldest first."""
    states = settings.published_folder.glob("marts-*.duckdb")
    return sorted(states, key=lambda path: path.stat().st_mtime)
