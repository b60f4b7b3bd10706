"""Read the first sheet of an XLSX workbook as text, the layout's columns only."""

import functools
import operator
from pathlib import Path

import duckdb
import pandas as pd
from python_calamine import CalamineError

from complaints.flows.readers.headers import match_headers
from complaints.flows.readers.text_rows import (
    SPACE,
    FileRejectedError,
    Target,
    insert_text_rows,
    trimmed,
)

_OLD_OFFICE_MARK = bytes.fromhex("d0cf11e0a1b11ae1")


def read_workbook(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> list[str]:
    """Put the rows of a workbook's first sheet into text_rows; return its headers.

    A cell is under its header whatever else the row holds, so a workbook's rows all have as
    many fields as the header.

    Raises:
        FileRejectedError: the workbook cannot be opened, or lacks needed columns or data rows.
    """
    sheet = _first_sheet(path)
    is_filled = functools.reduce(
        operator.or_, (sheet[column].str.strip(SPACE) != "" for column in sheet.columns)
    )
    sheet = sheet[is_filled]
    if sheet.empty:
        raise FileRejectedError("first_sheet_empty")
    headers = sheet.iloc[0].tolist()
    positions = match_headers(headers, target.source, target.layout)
    kept = sheet.iloc[1:, list(positions.values())].set_axis(list(positions), axis="columns")
    if kept.empty:
        raise FileRejectedError("no_data_rows")
    connection.register("workbook_rows", kept)
    try:
        kept_columns = ", ".join(f"{trimmed(name)} as {name}" for name in positions)
        rows = (
            f"select row_number() over () as row_number, {len(headers)} as field_count, "
            f"{kept_columns} from workbook_rows"
        )
        insert_text_rows(connection, target, rows, len(headers), positions)
    finally:
        connection.unregister("workbook_rows")
    return [str(header) for header in headers]


def _first_sheet(path: Path) -> pd.DataFrame:
    """Return every cell of the first sheet as text, blank cells as ''."""
    with path.open("rb") as file:
        if file.read(len(_OLD_OFFICE_MARK)) == _OLD_OFFICE_MARK:
            raise FileRejectedError("workbook_protected")
    try:
        sheet = pd.read_excel(
            path, sheet_name=0, header=None, dtype=str, na_filter=False, engine="calamine"
        )
    except (CalamineError, ValueError, LookupError, OSError):
        raise FileRejectedError("workbook_not_opened") from None
    if sheet.empty:
        raise FileRejectedError("first_sheet_empty")
    return sheet
