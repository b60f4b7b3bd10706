"""Back up what cannot be made again: the working store, the log of runs, and the council's files.

Those are releases, reference data and saved questions.
"""

import hashlib
import os
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb

from complaints.warehouse import clock
from complaints.warehouse.access import keep_private
from complaints.warehouse.erasures import (
    keep_ledger,
    refuse_folder_of_another_home,
    usable_backups,
)
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.published import in_order, newest_number
from complaints.warehouse.run_log import open_log
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse

UNFINISHED = ".unfinished-"
FOLDERS = ("reference", "releases", "questions")
STAMP = re.compile(r"\d{8}T\d{6}Z")  # in the name of a backup
SUMS = "SHA256SUMS"  # as `sha256sum --check` reads it
# Each database of a home, and a question that only a whole one answers.
DATABASES = {
    "warehouse.duckdb": "select count(*) from raw.deliveries",
    "runs.duckdb": "select count(*) from ops_runs",
    "marts.duckdb": "select count(*) from dq_publication",
}


class EarlierBackup(NamedTuple):
    """A backup from before an erasure: it holds the case until it expires."""

    path: Path
    expires_on: date


def back_up(settings: Settings, folder: Path | None = None) -> Path:
    """Write a checked backup of the home into a folder of its own, and return that folder.

    The home is held meanwhile, so no run changes it; the databases are checkpointed first, so each
    is one whole file. A backup that fails its check is deleted again.

    Args:
        settings: the home, and where its backups go.
        folder: where to instead; no older backup there is deleted.

    Raises:
        RunFailedError: another run is in progress, there is nothing to back up, the disk is full or
            the backup fails its check.
        UsageError: the folder cannot be used or is another home's, or an erasure would not find the
            backup there.
    """
    target = (folder or settings.backups_path).expanduser().resolve()
    _refuse_within_home(settings, target)
    refuse_folder_of_another_home(settings, target)
    if not settings.warehouse_path.exists():
        raise RunFailedError("nothing_to_back_up", home=settings.home)
    if settings.engine == "spark":
        raise RunFailedError("backup_without_lake", lake=settings.lake_folder)
    with keep_private(settings), lock_home(settings):
        unfinished = _empty_folder(target)
        try:
            if folder is None:
                keep_ledger(settings)
            _copy(settings, unfinished)
            check_backup(unfinished)
            backup = unfinished.with_name(unfinished.name.removeprefix(UNFINISHED))
            os.replace(unfinished, backup)
        except (OSError, duckdb.Error) as problem:
            raise RunFailedError(
                "backup_not_written", folder=target, reason=_reason(problem)
            ) from None
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        if folder is None:
            _delete_old(settings, target)
            delete_expired(settings)
    return backup


def _refuse_within_home(settings: Settings, target: Path) -> None:
    """Refuse a folder of the home other than `backups`: an erasure names the backups there only."""
    if target.is_relative_to(settings.home) and target != settings.home / "backups":
        raise UsageError("backup_within_home", folder=target)


def backups_before(settings: Settings) -> list[EarlierBackup]:
    """Return the backups that hold what was erased since, with the day on which each expires.

    That is as many weeks after it was made as backups are kept, should none push it out before.
    """
    with open_warehouse(settings) as store:
        (newest,) = store.execute("select max(recorded_at) from raw.erasures").fetchall()[0]
    return [
        EarlierBackup(path, at.date() + timedelta(weeks=settings.kept_backups))
        for at, path in all_backups(settings)
        if newest and at < newest
    ]


def delete_expired(settings: Settings) -> None:
    """Delete the backups of that kind whose day has come; the newest of all stays."""
    newest = [path for _, path in all_backups(settings)[-1:]]
    for backup in backups_before(settings):
        if backup.expires_on <= clock.today() and backup.path not in newest:
            shutil.rmtree(backup.path)


def all_backups(settings: Settings) -> list[tuple[datetime, Path]]:
    """Return when each was made, in UTC, oldest first.

    Those of the home are among them, also where newer ones go elsewhere.
    """
    folders = {settings.backups_path, settings.home / "backups"}
    return sorted((_made_at(path), path) for folder in folders for path in _backups(folder))


def _backups(folder: Path) -> list[Path]:
    return in_order(path for path in folder.glob("backup-*") if (path / SUMS).is_file())


def _made_at(backup: Path) -> datetime:
    if stamp := STAMP.search(backup.name):
        return datetime.strptime(stamp[0], "%Y%m%dT%H%M%SZ")
    renamed_by_hand = datetime.fromtimestamp(backup.stat().st_mtime, UTC)
    return renamed_by_hand.replace(tzinfo=None)


def check_backup(backup: Path) -> None:
    """Check that every file of a backup is as it was written, and that its databases open.

    Raises:
        RunFailedError: one of them is missing or damaged, or it is no backup at all.
    """
    if not (backup / SUMS).is_file():
        raise RunFailedError("not_a_backup", folder=backup, missing=SUMS)
    for name, expected in read_sums(backup).items():
        path = backup / name
        if not path.is_file() or file_sum(path) != expected or not _opens(path):
            raise RunFailedError("backup_damaged", path=path)


def read_sums(folder: Path) -> dict[str, str]:
    """Return the checksums of the files of a folder as they were written, by their names."""
    path = folder / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {name: expected for expected, name in (line.split("  ", 1) for line in lines)}


def file_sum(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def opens(path: Path, question: str) -> bool:
    """Say whether a database opens and answers a question."""
    try:
        with duckdb.connect(path, read_only=True) as database:
            database.execute(question)
    except duckdb.Error:
        return False
    return True


def _opens(path: Path) -> bool:
    return path.name not in DATABASES or opens(path, DATABASES[path.name])


def _empty_folder(target: Path) -> Path:
    name = f"backup-{newest_number(target) + 1:06}-{clock.utc_now():%Y%m%dT%H%M%SZ}"
    unfinished = target / f"{UNFINISHED}{name}"
    with usable_backups(target):
        target.mkdir(parents=True, exist_ok=True)
        for leftover in target.glob(f"{UNFINISHED}*"):  # of a backup that was killed
            shutil.rmtree(leftover)
        unfinished.mkdir()
    return unfinished


def _copy(settings: Settings, target: Path) -> None:
    with open_warehouse(settings) as warehouse, open_log(settings.runs_path) as log:
        for database in (warehouse, log):
            database.execute("checkpoint")
    # Without its key, the erasures of a backup would refuse nothing.
    files = (*DATABASES, settings.erasure_key_path.name)
    sources = [path for name in files if (path := settings.home / name).exists()]
    for folder in FOLDERS:
        found = (settings.home / folder).rglob("*")
        sources += sorted(path for path in found if path.is_file())
    sums = []
    for source in sources:
        name = source.relative_to(settings.home)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
        sums.append(f"{file_sum(source)}  {name.as_posix()}\n")
    (target / SUMS).write_text("".join(sums), encoding="utf-8")
    for path in (path for path in target.rglob("*") if path.is_file()):
        with path.open("rb+") as written:
            os.fsync(written.fileno())


def _delete_old(settings: Settings, target: Path) -> None:
    ours = [path for path in _backups(target) if STAMP.search(path.name)]  # not renamed by hand
    for old in ours[: -settings.kept_backups]:
        shutil.rmtree(old)


def _reason(problem: Exception) -> str:
    reason = problem.strerror if isinstance(problem, OSError) else None
    return reason or str(problem).splitlines()[0]
