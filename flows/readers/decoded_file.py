"""Hand DuckDB a file as UTF-8, which is all that its CSV reader takes without an extension.

A file in UTF-8 is opened by DuckDB itself. Any other is unpacked and decoded while DuckDB reads, a
chunk at a time: nothing is written, and no more than a chunk is in memory.
"""

import glob
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import duckdb
from fsspec import AbstractFileSystem

from complaints.flows.readers.contents import (
    FIRST_BYTES,
    all_bytes,
    is_packed,
    marked_encoding,
    open_bytes,
)

CHUNK_CHARACTERS = 1 << 20


def open_text(path: Path, encoding: str, errors: str = "strict") -> TextIO:
    """Open a file as text, unpacked, its line ends as they are."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors=errors, newline="")


@contextmanager
def open_as_utf_8(
    connection: duckdb.DuckDBPyConnection, path: Path, encoding: str, errors: str = "strict"
) -> Iterator[tuple[str, int]]:
    """Give the name by which DuckDB opens a file, and how many bytes it will read from it."""
    if encoding.startswith("utf-8") and errors == "strict" and _is_opened_by_duckdb(path):
        yield glob.escape(str(path)), path.stat().st_size
        return

    def opened() -> _DecodedFile:
        return _DecodedFile(open_text(path, encoding, errors))

    file = opened()
    utf_8_bytes = sum(len(chunk) for chunk in file.chunks)
    file.close()
    with _registered(connection, _OneFile(path, utf_8_bytes, opened)) as name:
        yield name, utf_8_bytes


@contextmanager
def open_for_duckdb(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[tuple[str, int]]:
    """Give the name by which DuckDB opens a file whose bytes it reads itself, and their number.

    A text that names its encoding is decoded, as Windows writes JSON.
    """
    with open_bytes(path) as file:
        encoding = marked_encoding(file.read(FIRST_BYTES))
    if not encoding and _is_opened_by_duckdb(path):
        yield glob.escape(str(path)), path.stat().st_size
        return
    content = all_bytes(path).getvalue()
    if encoding:
        content = content.decode(encoding, "replace").encode()
    opened = _OneFile(path, len(content), lambda: io.BytesIO(content))
    with _registered(connection, opened) as name:
        yield name, len(content)


def _is_opened_by_duckdb(path: Path) -> bool:
    """Return whether a file is not packed, and its name is text (DuckDB takes no other)."""
    return str(path).isprintable() and not is_packed(path)


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, files: "_OneFile") -> Iterator[str]:
    connection.register_filesystem(files)
    try:
        yield f"{files.protocol}://file"
    finally:
        connection.unregister_filesystem(files.protocol)


class _OneFile(AbstractFileSystem):  # type: ignore[misc]
    """A file system for DuckDB that holds one file, whatever its name."""

    protocol = "decoded"
    cachable = False  # fsspec would give the last file again

    def __init__(self, path: Path, size: int, opened: Callable[[], Any]) -> None:
        super().__init__()
        self.path, self.bytes, self.opened = path, size, opened

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def size(self, path: str) -> int:
        return self.bytes

    def modified(self, path: str) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def _open(self, path: str, **_: Any) -> Any:
        return self.opened()


class _DecodedFile:
    """A file read from its beginning to its end, as DuckDB does with one thread."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.chunks = (
            text.encode() for text in iter(lambda: self._text.read(CHUNK_CHARACTERS), "")
        )
        self._next = b""
        self._position = 0

    def read(self, count: int) -> bytes:
        while len(self._next) < count and (chunk := next(self.chunks, b"")):
            self._next += chunk
        taken, self._next = self._next[:count], self._next[count:]
        self._position += len(taken)
        return taken

    def seek(self, position: int) -> None:
        if position != self._position:
            raise OSError("a decoded file is read from its beginning to its end")

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        self._text.close()
