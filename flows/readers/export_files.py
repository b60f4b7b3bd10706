"""The files of a source's folder: which can hold complaints, and which version each one is."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import NamedTuple

from complaints.flows.readers.contents import (
    PACKED_ENDINGS,
    RECORD_ENDINGS,
    TEXT_ENDINGS,
    WORKBOOK_ENDINGS,
    inner_ending,
)
from complaints.flows.readers.headers import Headers
from complaints.flows.readers.sources import DEFAULT_CODE, Source
from complaints.warehouse.backup import file_sum
from complaints.warehouse.clock import MONTHS
from complaints.warehouse.layout import COMPLAINTS, OPTIONAL_INPUTS, matched_header
from complaints.warehouse.messages import sentence_of

IGNORED_ENDINGS = (".md", ".yml", ".yaml")
IGNORED_NAMES = ("thumbs.db", "desktop.ini")

READ_ENDINGS = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, *RECORD_ENDINGS)
_MONTH_NAMES = "|".join(f"{month}[a-z]*" for month in MONTHS)
_CLOCK = (
    r"(?P<after_day>)"
    r"(?:[T _.-]{0,3}(?P<hour>\d\d)[:._-]?(?P<minute>\d\d)(?:[:._-]?(?P<second>\d\d))?Z?)?(?!\d)"
)
# Year first, day first, and with the month in letters. Of eight figures that are a day both ways,
# the year leads: the forms stand in the order in which they are believed.
_STAMPS = [
    re.compile(rf"(?<!\d){day}{_CLOCK}", re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})(?P<mark>-?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)",
        r"(?P<day>\d\d)(?P<mark>[-.]?)(?P<month>\d\d)(?P=mark)(?P<year>(?:19|20)\d\d)",
        rf"(?P<day>\d\d?)[ _-]?(?P<month>{_MONTH_NAMES})[ _-]?(?P<year>\d{{4}})",
    )
]


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
    rows_erased: int | None = None  # of cases that were erased: nothing of them was taken
    status: str = "loaded"
    message: str | None = None
    dataset: str = COMPLAINTS.dataset
    headers: list[str] | None = None
    columns_read: list[str] | None = None  # of the layout
    headers_not_read: list[str] | None = None
    has_last_line_end: bool | None = None  # of a plain text file
    skipped_after: list[int] | None = None


@dataclass(frozen=True)
class ExportFile:
    """A file that could be read; file_series is its name without the date."""

    path: Path
    name: str
    content_hash: str
    file_series: str | None
    file_date: str | None
    dataset: str = COMPLAINTS.dataset
    source: Source | None = None  # the entry of the sources file that it is read by

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
        skipped_after: list[int] | None = None,
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
            skipped_after=skipped_after,
            **(headers._asdict() if headers else {}),
        )

    def has_changed(self) -> bool:
        """Return whether the file is no longer what was found: somebody is writing it.

        Raises:
            OSError: it cannot be opened any more.
        """
        return file_sum(self.path) != self.content_hash.partition(" ")[0]

    def unread(self, source: Source, problem: str) -> FileRecord:
        """Return the record of a file that could not be read as it was found.

        It has no content hash, so that no later night takes its content for known.
        """
        return replace(
            self.record(source, "rejected", f"{self.name} {problem}."), content_hash=None
        )


def record_without_files(source: Source) -> FileRecord:
    """Return what is said of a source for which no file has come."""
    problem = sentence_of("source_without_files", source=source.code)
    files = str(source.base_folder) if source.files == "." else source.files or ""
    message = f"{files} {problem}."
    return FileRecord(source.code, files, status="rejected", message=message)


def split_date(name: str, pattern: str | None = None) -> tuple[str | None, str | None]:
    """Return a file name's series (the name without its date stamp) and the stamp in ISO form.

    Both are None where the name has no stamp. Of several dates, the last is the stamp: the ones
    before it name the period that the export covers.

    Args:
        name: the file's name.
        pattern: how the source writes its stamps, where it says so: `%d%m%y`.
    """
    forms = [_stamp_of_pattern(pattern)] if pattern else _STAMPS
    found = [match for form in forms for match in form.finditer(name)]
    for match in sorted(found, key=lambda each: each.end(), reverse=True):
        parts = match.groupdict()
        end = match.end()
        year = parts["year"] if len(parts["year"]) == 4 else f"20{parts['year']}"
        month = parts["month"]
        if not month.isdecimal():
            month = str(MONTHS.index(month[:3].lower()) + 1)
        try:
            stamp = date(int(year), int(month), int(parts["day"])).isoformat()
        except ValueError:
            continue
        try:
            if parts.get("hour"):
                hour, minute, second = (
                    int(parts.get(part) or 0) for part in ("hour", "minute", "second")
                )
                stamp += f"T{time(hour, minute, second).isoformat()}"
        except ValueError:  # not a time: it belongs to the name
            end = match.end("after_day")
        if "1900" <= year < "2100":
            return (name[: match.start()] + name[end:]).casefold(), stamp
    return None, None


def _stamp_of_pattern(pattern: str) -> re.Pattern[str]:
    """Return what matches the dates that a pattern of strptime's marks writes."""
    marks = {
        "%Y": r"(?P<year>\d{4})",
        "%y": r"(?P<year>\d\d)",
        "%m": r"(?P<month>\d\d?)",
        "%b": rf"(?P<month>{_MONTH_NAMES})",
        "%B": rf"(?P<month>{_MONTH_NAMES})",
        "%d": r"(?P<day>\d\d?)",
        "%H": r"(?P<hour>\d\d)",
        "%M": r"(?P<minute>\d\d)",
        "%S": r"(?P<second>\d\d)",
    }
    parts = re.split("(%.)", pattern)
    written = "".join(marks.get(part, re.escape(part)) for part in parts)
    return re.compile(rf"(?<!\d){written}(?P<after_day>)(?!\d)", re.IGNORECASE)


def list_files(
    source: Source, earlier: Iterable[Source] = ()
) -> tuple[list[ExportFile], list[FileRecord]]:
    """Return the files of a source's folders, and the records of those that cannot be read.

    Args:
        source: whose files they are.
        earlier: the sources before it, which have the optional inputs that they match.

    Raises:
        OSError: a folder cannot be listed.
    """
    files: list[ExportFile] = []
    rejected: list[FileRecord] = []
    taken = {
        path for other in earlier for entry in other.entries for path in _inputs_of(_found(entry))
    }
    for number, entry in enumerate(source.entries, start=1):
        before = {file.file_series or file.name for file in files}
        paths = [each for each in _found(entry) if os.path.realpath(each.path) not in taken]
        taken |= _inputs_of(paths)
        for file in _files_of(entry, paths, rejected):
            if (file.file_series or file.name) in before:  # two sheets, or folders with equal names
                part = f" ({entry.read.sheet or f'entry {number}'})"
                series = file.file_series and file.file_series + part
                file = replace(file, name=file.name + part, file_series=series)
            files.append(file)
    return files, rejected


class _Found(NamedTuple):
    """A file that the pattern of an entry matches, and what its name says."""

    path: Path
    name: str
    series: str | None
    day: str | None
    dataset: str


def _found(source: Source) -> Iterator[_Found]:
    """Give the files of one entry; a database has none."""
    if source.files is None:
        return
    folder, pattern = source.folder_and_pattern
    next(folder.iterdir(), None)  # glob() takes a folder that it may not list for an empty one
    for path in sorted(folder.glob(pattern)):
        if _is_ignored(path):
            continue
        # A name that is no UTF-8 is shown as near as can be: no table or notice can hold it.
        name = os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")
        series, day = split_date(name, source.stamp)
        yield _Found(path, name, series, day, dataset_of(series or name))


def inputs_not_read(sources: Sequence[Source]) -> list[str]:
    """Return the optional inputs that lie beside the exports of sources and that none reads."""
    entries = [entry for each in sources for entry in each.entries if entry.files is not None]
    read = {os.path.realpath(each.path) for entry in entries for each in _found(entry)}
    folders = dict.fromkeys(entry.folder_and_pattern[0] for entry in entries)
    beside = [
        each
        for folder in folders
        for each in _found(Source(code=DEFAULT_CODE, files=".", base_folder=folder))
    ]
    return [
        each.name
        for each in beside
        if each.dataset in OPTIONAL_INPUTS and os.path.realpath(each.path) not in read
    ]


def _inputs_of(found: Iterable[_Found]) -> set[str]:
    """Return the real paths of those that are optional inputs."""
    return {os.path.realpath(each.path) for each in found if each.dataset in OPTIONAL_INPUTS}


def _files_of(
    source: Source, found: Iterable[_Found], rejected: list[FileRecord]
) -> list[ExportFile]:
    """Return the files of one entry, and note those that cannot be read."""
    files = []
    for path, name, series, day, dataset in found:
        problem = None
        if path.is_symlink() and not path.exists():
            problem = sentence_of("export_link_broken")
        elif inner_ending(path) not in READ_ENDINGS and path.suffix.lower() not in PACKED_ENDINGS:
            problem = sentence_of("export_unreadable")
        else:
            try:
                content = file_sum(path)
                if source.read.sheet:  # other sheets of it are other contents
                    content += f" {source.read.sheet}"
                files.append(ExportFile(path, name, content, series, day, dataset, source))
            except OSError as error:
                problem = sentence_of("export_not_opened", reason=error.strerror)
        if problem:
            message = f"{name} {problem}."
            rejected.append(
                FileRecord(source.code, name, status="rejected", message=message, dataset=dataset)
            )
    return files


def dataset_of(name: str) -> str:
    """Return the dataset of a file by its name without its date."""
    stem = Path(name).stem
    if Path(name).suffix.lower() in PACKED_ENDINGS:
        stem = Path(stem).stem
    matched = re.sub(r"[.-]+", "", matched_header(stem))
    names = {matched_header(name): name for name in OPTIONAL_INPUTS}
    return names.get(matched, COMPLAINTS.dataset)


def _is_ignored(path: Path) -> bool:
    """Return whether a path is no delivered file: a folder, a note, a lock file of Excel's."""
    return (
        not (path.is_file() or (path.is_symlink() and not path.exists()))
        or path.name.startswith((".", "~$"))
        or path.name.lower() in IGNORED_NAMES
        or path.suffix.lower() in IGNORED_ENDINGS
    )
