"""The published marts, the states that are kept of them, and the names of such files."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from complaints.warehouse.access import share
from complaints.warehouse.messages import sentence_of
from complaints.warehouse.settings import Settings

# The as-of day and the run; version 0.1.0 kept it without a number.
KEPT_STATE = re.compile(r"marts-(?:\d{6}-)?(\d{4}-\d\d-\d\d)-(.*)")
MARTS_WAITING = "marts-waiting.duckdb"  # for a reader to let go of the old ones
RELEASE_FIGURES = "release.json"  # of a released report; they name no case


def replace_marts(settings: Settings, candidate: Path) -> list[str]:
    """Put a finished file where analysts look, in one rename.

    Returns:
        What the operator should know: that the new marts wait, where an open file cannot be
        replaced.
    """
    marts = settings.marts_path
    share(settings, candidate)
    waiting = marts.with_name(MARTS_WAITING)
    try:
        os.replace(candidate, marts)
    except PermissionError:
        # Windows does not replace a file that a reader holds open.
        os.replace(candidate, waiting)
        return [sentence_of("marts_not_replaced", name=marts.name, waiting=waiting)]
    waiting.unlink(missing_ok=True)
    # A reader that opened the old file for writing may have left its log, which is not the new
    # file's.
    marts.with_name(f"{marts.name}.wal").unlink(missing_ok=True)
    return []


def kept_state_files(settings: Settings) -> list[Path]:
    """Return the files of the published states that are kept, the oldest first; no other copies."""
    copies = settings.published_folder.glob("marts-*.duckdb")
    return in_order(path for path in copies if KEPT_STATE.fullmatch(path.stem))


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Return numbered files by their number; those of version 0.1.0, which have none, are older."""
    return sorted(paths, key=lambda path: (number_of(path), path.name))


def number_of(path: Path) -> int:
    """Return the number in the name of a kept file, of `marts-000012-2018-11-27-…` 12."""
    number = re.match(r"[a-z]+-(\d{6})-", path.name)
    return int(number[1]) if number else 0


def newest_number(folder: Path) -> int:
    """Return the largest number of the files that are kept in a folder."""
    return max(map(number_of, folder.glob("*")), default=0)
