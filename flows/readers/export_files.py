"""The files of a source's folder: which can hold complaints, and which version each one is."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path

from complaints.flows.readers.headers import Headers
from complaints.flows.readers.sources import Source
from complaints.warehouse.layout import COMPLAINTS, OPTIONAL_INPUTS, matched_header
from complaints.warehouse.messages import sentence_of

READ_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx")
IGNORED_ENDINGS = (".md", ".yml", ".yaml")
IGNORED_NAMES = ("thumbs.db", "desktop.ini")

_FILE_DATE = re.compile(
    r"(?<!\d)(\d{4})(-?)(\d\d)\2(\d\d)"
    r"(?:[T _.-]{0,3}(\d\d)[:._-]?(\d\d)(?:[:._-]?(\d\d))?Z?)?(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class FileRecord:
    """A file of tonight's run, as raw.delivery_files has it; the fates fill in the counts."""

    source: str
    file_name: str
    content_hash: str | None = None
    file_series: str | None = None
    file_date: str | None = None
    rows_read: int | None = None
    rows_loaded: int | None = None
    rows_unchanged: int | None = None
    rows_duplicate: int | None = None
    rows_superseded: int | None = None
    rows_quarantined: int | None = None
    status: str = "loaded"
    message: str | None = None
    dataset: str = COMPLAINTS.dataset
    headers: list[str] | None = None
    columns_read: list[str] | None = None  # of the layout, in the order of the headers
    headers_not_read: list[str] | None = None


@dataclass(frozen=True)
class ExportFile:
    """A file that could be read; file_series is its name without the date."""

    path: Path
    name: str
    content_hash: str
    file_series: str | None
    file_date: str | None
    dataset: str = COMPLAINTS.dataset

    @property
    def version(self) -> tuple[str | None, str | None, str]:
        """What a file of a series is known by."""
        return self.file_series, self.file_date, self.content_hash

    def record(
        self,
        source: Source,
        status: str,
        message: str | None = None,
        rows_read: int | None = None,
        headers: Headers | None = None,
    ) -> FileRecord:
        """Return what tonight's run says about this file."""
        return FileRecord(
            source.code,
            self.name,
            self.content_hash,
            self.file_series,
            self.file_date,
            rows_read=rows_read,
            status=status,
            message=message,
            dataset=self.dataset,
            **(headers._asdict() if headers else {}),
        )

    def has_changed(self) -> bool:
        """Return whether the file is no longer what was found: somebody is writing it.

        Raises:
            OSError: it cannot be opened any more.
        """
        return _content_hash(self.path) != self.content_hash

    def unread(self, source: Source, problem: str) -> FileRecord:
        """Return the record of a file that could not be read as it was found.

        It has no content hash, so that no later night takes its content for known.
        """
        return replace(
            self.record(source, "rejected", f"{self.name} {problem}."), content_hash=None
        )


def split_date(name: str) -> tuple[str | None, str | None]:
    """Return a file name's series (the name without its date stamp) and the stamp in ISO form.

    Both are None where the name has no stamp. Of several dates, the last is the stamp: the ones
    before it name the period that the export covers.
    """
    for match in reversed(list(_FILE_DATE.finditer(name))):
        year, _, month, day, *clock = match.groups()
        end = match.end()
        try:
            stamp = date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
        try:
            if clock[0]:
                hour, minute, second = (int(part or 0) for part in clock)
                stamp += f"T{time(hour, minute, second).isoformat()}"
        except ValueError:  # not a time: it belongs to the name
            end = match.end(4)
        if "1900" <= year < "2100":
            return (name[: match.start()] + name[end:]).casefold(), stamp
    return None, None


def list_files(source: Source) -> tuple[list[ExportFile], list[FileRecord]]:
    """Return the files of a source's folder, and the records of those that cannot be read.

    Raises:
        OSError: the folder cannot be listed.
    """
    files: list[ExportFile] = []
    rejected: list[FileRecord] = []
    folder, pattern = source.folder_and_pattern
    next(folder.iterdir(), None)  # glob() takes a folder that it may not list for an empty one
    for path in sorted(folder.glob(pattern)):
        if _is_ignored(path):
            continue
        name = path.relative_to(folder).as_posix()
        series, day = split_date(name)
        dataset = dataset_of(Path(series or name).stem)
        problem = None
        if path.suffix.lower() not in READ_ENDINGS:
            problem = sentence_of("export_unreadable")
        else:
            try:
                file = ExportFile(path, name, _content_hash(path), series, day, dataset)
                files.append(file)
            except OSError as error:
                problem = sentence_of("export_not_opened", reason=error.strerror)
        if problem:
            message = f"{name} {problem}."
            rejected.append(
                FileRecord(source.code, name, status="rejected", message=message, dataset=dataset)
            )
    return files, rejected


def dataset_of(stem: str) -> str:
    """Return the dataset of a file by its name without date and ending."""
    matched = re.sub(r"[.-]+", "", matched_header(stem))
    names = {matched_header(name): name for name in OPTIONAL_INPUTS}
    return names.get(matched, COMPLAINTS.dataset)


def _is_ignored(path: Path) -> bool:
    """Return whether a path is no delivered file: a folder, a note, a lock file of Excel's."""
    return (
        not path.is_file()
        or path.name.startswith((".", "~$"))
        or path.name.lower() in IGNORED_NAMES
        or path.suffix.lower() in IGNORED_ENDINGS
    )


def _content_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
