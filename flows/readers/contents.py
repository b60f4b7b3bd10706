"""What a file holds, by its first bytes rather than its name, and its bytes out of gzip or zip.

Nothing is unpacked to a disk: what is not mapped may be in it.
"""

import gzip
import io
import os
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

from complaints.flows.readers.text_rows import FileRejectedError

UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
GZIP_MARK = b"\x1f\x8b"
ZIP_MARK = b"PK\x03\x04"
# What is said to a parser of XML that somebody delivered.
WARY_OF_XML: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
}
OLD_OFFICE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")
PARQUET_MARK = b"PAR1"
WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TEXT_ENDINGS = (".csv", ".txt", ".tsv")
RECORD_ENDINGS = (".json", ".jsonl", ".ndjson", ".parquet", ".xml")
PACKED_ENDINGS = (".gz", ".zip")
# Exports shrink to a fifth or a twentieth; what grows by more than this is made to do harm.
MOST_GROWTH = 200
ALWAYS_ALLOWED_BYTES = 64 << 20
MOST_BYTES_IN_MEMORY = 512 << 20
LONGEST_FIELD = 10_000_000  # or cell, in characters
FIRST_BYTES = 2048
FIRST_LINES = 30  # among which a header is looked for


def kind_of(path: Path) -> str:
    """Return csv, workbook, json, parquet or xml.

    Raises:
        FileRejectedError: it holds something else, or an archive of several files.
        OSError: it cannot be opened.
    """
    with open_bytes(path) as file:
        first = file.read(FIRST_BYTES)
    ending = inner_ending(path)
    if first.startswith(PARQUET_MARK):
        return "parquet"
    if first.startswith((ZIP_MARK, OLD_OFFICE_MARK)) and (
        ending in WORKBOOK_ENDINGS or b"\0" in first[8:]
    ):
        is_archive = first.startswith(ZIP_MARK) and not zipfile.is_zipfile(path)
        return "csv" if is_archive and ending not in WORKBOOK_ENDINGS else "workbook"
    if ending in TEXT_ENDINGS:
        return "csv"
    text = first
    if marked := marked_encoding(first):
        text = first.decode(marked, "ignore").encode()
    text = text.lstrip().lower()
    if text.startswith(b"<"):
        if any(mark in text for mark in (b"<html", b"<table", b"excel.sheet")):
            raise FileRejectedError("export_is_a_web_page")
        return "xml"
    if text.startswith((b"{", b"[")):
        return "json"
    if ending in WORKBOOK_ENDINGS:
        return "csv" if text and b"\0" not in first else "workbook"
    if ending in RECORD_ENDINGS and text:
        return "csv"
    return {".json": "json", ".jsonl": "json", ".parquet": "parquet"}.get(ending, "csv")


def marked_encoding(first: bytes) -> str | None:
    """Return the encoding that the first bytes of a text name; most name none."""
    if first.startswith(UTF_8_MARK):
        return "utf-8-sig"
    return "utf-16" if first.startswith(UTF_16_MARKS) else None


def inner_ending(path: Path) -> str:
    """Return the ending of a file's name, without that of its packing."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKED_ENDINGS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def is_packed(path: Path) -> bool:
    """Return whether the file is gzip, or a zip that is no workbook."""
    with path.open("rb") as file:
        first = file.read(4)
    return first.startswith(GZIP_MARK) or (first == ZIP_MARK and _archived(path) is not None)


def has_last_line_end(path: Path) -> bool | None:
    """Return whether a plain text file ends its last line; None for other kinds of file."""
    if is_packed(path) or kind_of(path) != "csv":
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 2, 0))
        return file.read().rstrip(b"\0").endswith((b"\n", b"\r"))


def open_bytes(path: Path) -> BinaryIO:
    """Open a file, unpacked as it is read.

    Raises:
        FileRejectedError: an archive of several files, or of one that is locked.
    """
    file = path.open("rb")
    first = file.read(4)
    file.seek(0)
    size = path.stat().st_size
    if first.startswith(GZIP_MARK):
        return cast(BinaryIO, io.BufferedReader(_Unpacked(gzip.open(file), size)))
    if first == ZIP_MARK:
        try:
            member = _archived(path)
            if member is not None:
                archive = zipfile.ZipFile(file)
                opened = archive.open(member)
                return cast(BinaryIO, io.BufferedReader(_Unpacked(opened, size)))
        except (RuntimeError, NotImplementedError):
            raise FileRejectedError("zip_locked") from None
    return file


def all_bytes(path: Path) -> io.BytesIO:
    """Return the bytes of a file, unpacked.

    Raises:
        FileRejectedError: there are too many.
    """
    with open_bytes(path) as file:
        content = file.read(MOST_BYTES_IN_MEMORY + 1)
    if len(content) > MOST_BYTES_IN_MEMORY:
        raise FileRejectedError("unpacks_too_large", most=MOST_BYTES_IN_MEMORY >> 20)
    return io.BytesIO(content)


def _archived(path: Path) -> zipfile.ZipInfo | None:
    """Return the one file of an archive; None where the zip is a workbook, or no zip at all."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir() and not member.filename.startswith("__MACOSX/")
            ]
    except (zipfile.BadZipFile, ValueError, EOFError):
        return None
    if {"[Content_Types].xml", "mimetype"} & {member.filename for member in members}:
        return None
    if len(members) != 1:
        raise FileRejectedError("zip_of_several", count=len(members))
    return members[0]


class _Unpacked(io.RawIOBase):
    """The bytes of a packed file, as long as there are not absurdly many."""

    def __init__(self, file: Any, packed_bytes: int) -> None:
        self._file = file
        self._most = max(ALWAYS_ALLOWED_BYTES, MOST_GROWTH * packed_bytes)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            content = self._file.read(len(buffer))
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error):
            raise FileRejectedError("packing_damaged") from None
        if self._file.tell() > self._most:
            raise FileRejectedError("unpacks_too_far", growth=MOST_GROWTH)
        buffer[: len(content)] = content
        return len(content)

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(position, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self._file.close()
        super().close()
