"""Settings as they are written, in the environment and in files `.env`."""

import codecs
import io
import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import parse_stream

from complaints.warehouse.errors import UsageError

PREFIX = "COMPLAINTS_"
NAME = ".env"
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Written(NamedTuple):
    """A setting as it is written, and where."""

    value: str
    place: str


def of_environment() -> dict[str, Written]:
    """Return the settings of the environment by their names, in lower case without the prefix."""
    return _settings(os.environ.items(), "environment")


def of_file(folder: Path) -> dict[str, Written]:
    """Return the settings of the file `.env` in a folder; none where there is no such file.

    Nor where this account may not read it: it may hold the password of the mail server.

    Raises:
        UsageError: it is not text, or a line is no setting.
    """
    path = folder / NAME
    try:
        content = path.read_bytes() if path.is_file() else b""
    except PermissionError:
        return {}
    encoding = next(
        (name for mark, name in BYTE_ORDER_MARKS.items() if content.startswith(mark)), "utf-8"
    )
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageError("env_file_unreadable", path=path)
    written = list(parse_stream(io.StringIO(text)))
    for line in written:
        if line.error:
            raise UsageError("env_line_unreadable", path=path, line=line.original.line)
    return _settings(((line.key or "", line.value or "") for line in written), str(path))


def _settings(named: Iterable[tuple[str, str]], place: str) -> dict[str, Written]:
    return {
        name.upper().removeprefix(PREFIX).lower(): Written(value, place)
        for name, value in named
        if name.upper().startswith(PREFIX)
    }


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like one, in lower case without the prefix."""
    return next(iter(get_close_matches(name, list(known), n=1)), None)
