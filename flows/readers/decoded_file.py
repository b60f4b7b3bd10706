"""Hand DuckDB a file as UTF-8, which is all that its CSV reader takes without an extension.

A file in UTF-8 is opened by DuckDB itself. Any other is decoded while DuckDB reads, a chunk at a
time: nothing is written, and no more than a chunk is in memory.
"""

import glob
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from fsspec import AbstractFileSystem

CHUNK_CHARACTERS = 1 << 20


@contextmanager
def open_as_utf_8(
    connection: duckdb.DuckDBPyConnection, path: Path, encoding: str
) -> Iterator[tuple[str, int]]:
    """Give the name by which DuckDB opens a file, and how many bytes it will read from it."""
    if encoding != "cp1252":
        yield glob.escape(str(path)), path.stat().st_size
        return
    decoded = _DecodedFiles(path, encoding)
    connection.register_filesystem(decoded)
    try:
        yield f"{decoded.protocol}://file", decoded.utf_8_bytes
    finally:
        connection.unregister_filesystem(decoded.protocol)


class _DecodedFiles(AbstractFileSystem):  # type: ignore[misc]
    """A file system for DuckDB that holds one file, whatever its name."""

    protocol = "decoded"
    cachable = False  # fsspec would give the last file again

    def __init__(self, path: Path, encoding: str) -> None:
        super().__init__()
        self.path, self.encoding = path, encoding
        file = _DecodedFile(path, encoding)
        self.utf_8_bytes = sum(len(chunk) for chunk in file.chunks)
        file.close()

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def size(self, path: str) -> int:
        return self.utf_8_bytes

    def modified(self, path: str) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def _open(self, path: str, **_: Any) -> "_DecodedFile":
        return _DecodedFile(self.path, self.encoding)


class _DecodedFile:
    """A file read from its beginning to its end, as DuckDB does with one thread."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._text = path.open(encoding=encoding, newline="")
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
