"""Who may read what in the home: the working store its owner alone, the marts a named group.

On POSIX systems only; elsewhere the rights are set on the folder by hand (docs/access.md).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.settings import Settings

IS_POSIX = os.name == "posix"
# What lies in the home for its owner alone; `reference/` is the council's own to set.
PRIVATE = (
    *(".env", "warehouse.duckdb*", "runs.duckdb*", "run_journal.jsonl", "erasures.key", "*.lock"),
    *(".marts-*", "as-at", "backups", "dbt", "lake", "prefect"),
)


@contextmanager
def keep_private(settings: Settings) -> Iterator[None]:
    """Set the rights of all that lies in the home, and let nothing be made that others can read.

    Raises:
        UsageError: the setting names a group that cannot be used.
        RunFailedError: the home belongs to another account.
    """
    readers_group(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    if not IS_POSIX:
        yield
        return
    before = os.umask(0o077)
    try:
        set_rights(settings)
        yield
    finally:
        os.umask(before)


def share(settings: Settings, path: Path) -> None:
    """Let the readers' group read a file or look into a folder; without one, its owner alone.

    Raises:
        UsageError: the setting names a group that cannot be used.
        RunFailedError: the file belongs to another account.
    """
    group = readers_group(settings)
    alone, with_group = (0o700, 0o750) if path.is_dir() else (0o600, 0o640)
    _set(path, alone if group is None else with_group, group)


def readers_group(settings: Settings) -> int | None:
    """Return the number of the group whose members may read the marts, if one is named.

    Raises:
        UsageError: there is no such group, or this account cannot give files to it.
    """
    name = settings.marts_group
    if not name:
        return None
    if not IS_POSIX:
        raise UsageError("marts_group_not_supported")
    import grp

    try:
        group = grp.getgrnam(name).gr_gid
    except KeyError:
        raise UsageError("marts_group_unknown", group=name) from None
    if os.geteuid() != 0 and group not in {os.getegid(), *os.getgroups()}:
        raise UsageError("marts_group_not_joined", group=name)
    return group


def set_rights(settings: Settings) -> None:
    """Set the rights of all that lies in the home.

    Raises:
        UsageError: the setting names a group that cannot be used.
        RunFailedError: the home belongs to another account.
    """
    group = readers_group(settings)
    # The group passes through the home to what it may read, without seeing what else is there.
    _set(settings.home, 0o700 if group is None else 0o710, group)
    for pattern in PRIVATE:
        for path in settings.home.glob(pattern):
            _set(path, 0o700 if path.is_dir() else 0o600, None)
    for folder in (
        settings.published_folder,
        settings.reports_folder,
        settings.releases_folder,
        settings.exports_folder,
        settings.site_folder,
    ):
        for path in (folder, *folder.rglob("*")):
            if path.exists():
                share(settings, path)
    if settings.marts_path.exists():
        share(settings, settings.marts_path)


def _set(path: Path, mode: int, group: int | None) -> None:
    """Set what differs, so that an account which finds all in order needs no right to set it."""
    if not IS_POSIX:
        return
    now = path.stat()
    try:
        if group is not None and now.st_gid != group:
            os.chown(path, -1, group)
        if now.st_mode & 0o7777 != mode:
            path.chmod(mode)
    except PermissionError:
        raise RunFailedError("rights_not_set", path=path) from None
