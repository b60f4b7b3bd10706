"""Read a sheet of a workbook (xlsx, xls, xlsb, ods) as text, the mapped columns only.

A child process opens it, within limits of memory and time: a workbook can ask for more memory than
there is, and would take the night and the other files with it. See workbook_process.
"""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import duckdb
import pandas as pd

from complaints.flows.readers.mapping import compile_mapping
from complaints.flows.readers.text_rows import FileRejectedError, Target, insert_text_rows
from complaints.warehouse.messages import sentence_of

MOST_SECONDS = 900


class Sheet(NamedTuple):
    """A sheet as the child process found it: its headers, and the rows that are not blank."""

    headers: list[str]
    rows: int
    others: int  # sheets with its headers that are not read


def read_workbook(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> str | None:
    """Put the rows of a workbook's sheet into text_rows; return what is to be said of the others.

    A cell is under its header whatever else the row holds, so a workbook's rows all have as
    many fields as the header.

    Raises:
        FileRejectedError: the workbook cannot be opened, or lacks needed columns or data rows.
    """
    with _opened(path, target) as (sheet, child):
        mapping = compile_mapping(sheet.headers, target.source, target.layout)
        last_row = sheet.rows - target.source.read.footer
        if last_row <= 0:
            raise FileRejectedError("no_data_rows")
        columns = child.ask((mapping.read, sorted(mapping.date_positions)))
    frame = pd.DataFrame(columns).astype("str")
    connection.register("workbook_rows", frame)
    connection.execute(
        f"create or replace temporary table sheet_rows as select row_number() over () as "
        f"row_number, {len(sheet.headers)} as field_count, * from workbook_rows"
    )
    connection.unregister("workbook_rows")
    insert_text_rows(connection, target, "sheet_rows", mapping, len(sheet.headers), last_row)
    connection.execute("drop table sheet_rows")
    if sheet.others:
        return sentence_of("other_sheets_not_read", count=sheet.others)
    return None


def sample_sheets(path: Path, rows: int) -> dict[str, tuple[bool, list[list[str]]]]:
    """Return of each sheet of a workbook whether it is seen, and its first rows as text."""
    child = _Child()
    try:
        sheets: dict[str, tuple[bool, list[list[str]]]] = child.ask((str(path), None, -rows, ()))
        return sheets
    finally:
        child.end()


@contextmanager
def _opened(path: Path, target: Target) -> Iterator[tuple[Sheet, "_Child"]]:
    child = _Child()
    try:
        read = target.source.read
        question = (str(path), read.sheet, read.header, target.source.sheets_named)
        headers, rows, skipped_after, others = child.ask(question)
        target.skipped_after.extend(skipped_after)
        yield Sheet(headers, rows, others), child
    finally:
        child.end()


class _Child:
    """The process that opens a workbook."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "complaints.flows.readers.workbook_process", str(MOST_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, question: Any) -> Any:
        """Return the answer to a question.

        Raises:
            FileRejectedError: the child refuses the workbook, or was ended by its limits.
        """
        try:
            pickle.dump(question, self._stream(self._process.stdin))
            self._stream(self._process.stdin).flush()
            refusal, answer = pickle.load(self._stream(self._process.stdout))
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            raise FileRejectedError("workbook_beyond_limits") from None
        if refusal:
            raise refusal
        return answer

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.communicate()

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        if stream is None:
            raise ValueError("The process of a workbook has no pipe.")
        return stream
