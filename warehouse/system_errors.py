"""What the machine refuses, explained: room on the disk, a permission, a share that has gone.

Only what is known to be the machine's is met here; any other exception shows itself.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.settings import Settings

MEGABYTE = 1_000_000
NEEDED_BYTES = 100 * MEGABYTE  # less is used up by Prefect's own files and one more kept state
RESERVE_NAME = ".reserve"
RESERVED_BYTES = 4 * MEGABYTE  # what the log of runs and the outbox can grow by in one night

# The code of the message by the system's number.
MESSAGES = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EFBIG: "disk_full",
    errno.EACCES: "permission_missing",
    errno.EPERM: "permission_missing",
    errno.EROFS: "permission_missing",
    errno.EIO: "share_gone",
    errno.ENODEV: "share_gone",
    errno.ENOTCONN: "share_gone",
    errno.ESTALE: "share_gone",
    errno.EHOSTDOWN: "share_gone",
    errno.ETIMEDOUT: "share_gone",
}

OUT_OF_MEMORY = "Out of Memory Error"  # as DuckDB says it, which dbt passes on as text
_LOCKED = "Could not set lock on file"
_PATH = re.compile(r'"([^"\n]*[/\\][^"\n]*)"')


@contextmanager
def system_errors_explained() -> Iterator[None]:
    """Meet what the machine refuses with one sentence, and nothing else.

    Raises:
        RunFailedError: a file could not be read or written, for a reason outside the program.
    """
    try:
        yield
    except OSError as refused:
        if refused.errno not in MESSAGES:
            raise
        raise _refusal(str(refused.filename or ""), refused.errno) from refused
    except duckdb.OutOfMemoryException as refused:
        raise RunFailedError("memory_too_small") from refused
    except duckdb.Error as refused:
        path = _PATH.search(str(refused))
        name = path[1] if path else ""
        if _LOCKED in str(refused):
            raise RunFailedError("database_open_elsewhere", path=name) from refused
        # DuckDB gives the system's reason as text, in errors of several classes.
        reason = next((code for code in MESSAGES if os.strerror(code) in str(refused)), None)
        if reason is None:
            raise
        raise _refusal(name, reason) from refused


def _refusal(path: str, code: int) -> RunFailedError:
    return RunFailedError(MESSAGES[code], file=path or "A file", reason=os.strerror(code))


def check_home(settings: Settings) -> None:
    """Check that the home can be written and has room for a night, before Prefect starts in it.

    Raises:
        OSError: it cannot be written.
        RunFailedError: it cannot be made, or its disk is nearly full.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as refused:  # of /proc, and of a drive that is not there, by any number
        reason = refused.strerror or type(refused).__name__
        raise RunFailedError("home_not_made", home=settings.home, reason=reason) from None
    free = shutil.disk_usage(settings.home).free
    if free < NEEDED_BYTES:
        release_space(settings)
        raise RunFailedError(
            "disk_nearly_full",
            home=settings.home,
            free=free // MEGABYTE,
            needed=NEEDED_BYTES // MEGABYTE,
        )
    probe = settings.home / ".can-be-written"
    try:
        probe.write_bytes(b"yes")
    finally:
        probe.unlink(missing_ok=True)


@contextmanager
def reserved_space(settings: Settings) -> Iterator[None]:
    """Hold room on the disk of the home, and give it up when what is done within fails.

    It is for the log of runs and the notice of the failure, and stays from night to night: the
    disk may be full before the next one begins.

    Raises:
        OSError: there is no room.
    """
    try:
        reserve = settings.home / RESERVE_NAME
        if not reserve.exists() or reserve.stat().st_size != RESERVED_BYTES:
            # Random, because some file systems store zeros as nothing.
            reserve.write_bytes(os.urandom(RESERVED_BYTES))
        yield
    except BaseException:
        release_space(settings)
        raise


def release_space(settings: Settings) -> None:
    """Give up the room that was reserved."""
    (settings.home / RESERVE_NAME).unlink(missing_ok=True)
