"""Read a file of whatever kind into text_rows."""

from pathlib import Path

import duckdb

from complaints.flows.readers.contents import kind_of
from complaints.flows.readers.csv_file import read_csv
from complaints.flows.readers.records_file import read_json, read_parquet, read_xml
from complaints.flows.readers.text_rows import Target
from complaints.flows.readers.workbook import read_workbook

READERS = {
    "csv": read_csv,
    "workbook": read_workbook,
    "json": read_json,
    "parquet": read_parquet,
    "xml": read_xml,
}


def read_file(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> str | None:
    """Put the rows of a file into text_rows; return what is to be said of it.

    Raises:
        FileRejectedError: it cannot be read, or lacks needed columns.
        OSError: it cannot be opened.
    """
    return READERS[kind_of(path)](connection, path, target)
