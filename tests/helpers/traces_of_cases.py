"""Look for a case in every file of a folder: its bytes, and what is packed."""

import zipfile
from pathlib import Path

import duckdb

from complaints.warehouse.system_errors import RESERVE_NAME


def naming(folder: Path, reference: str) -> list[str]:
    """Return the files that have the reference somewhere.

    DuckDB packs texts and Word packs its parts, so that the bytes alone prove little. Those of the
    reserve are random, and had AC-1 among them once (2026-11-27).
    """
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != RESERVE_NAME
        and (reference.encode() in path.read_bytes() or _has(path, reference))
    )


def _has(path: Path, reference: str) -> bool:
    if path.suffix == ".duckdb":
        return any(reference in value for value in _texts_of(path))
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as parts:
        return any(reference.encode() in parts.read(name) for name in parts.namelist())


def _texts_of(path: Path) -> list[str]:
    """Return every row of every table as text."""
    with duckdb.connect(path, read_only=True) as database:
        names = database.execute(
            'select format(\'"{}"."{}"\', schema_name, table_name) from duckdb_tables()'
        ).fetchall()
        return [
            text
            for (name,) in names
            for (text,) in database.execute(f"select t::varchar from {name} as t").fetchall()
        ]
