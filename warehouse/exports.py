"""The published marts as files: Parquet, CSV, a workbook, and the data package of them."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from complaints.warehouse.access import share
from complaints.warehouse.errors import UsageError
from complaints.warehouse.plain_text import FORMULA_IN_SQL, UNSEEN_IN_SQL
from complaints.warehouse.query import open_marts
from complaints.warehouse.settings import EXPORT_FORMATS, Settings
from complaints.warehouse.store import sql_text
from complaints.warehouse.workbook import Sheet, write_workbook

PACKAGE, WORKBOOK = "datapackage.json", "complaints.xlsx"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
MOST_SHEET_ROWS = 50_000  # more is no work for a workbook
MEDIA = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
}
PRIMARY_KEYS = {
    "dim_date": "date",
    "dim_outcomes": "outcome",
    "dim_stages": "procedure_stage",
    "fct_complaints": "case_key",
    "fct_complaint_stages": "stage_key",
}
# By one of these columns a mart is related to the one that has a row for each.
RELATIONS = {
    "case_key": "fct_complaints",
    "stage_key": "fct_complaint_stages",
    "procedure_stage": "dim_stages",
}
# Rows held back are in no fact.
OF_HELD_ROWS = {"dq_accepted", "dq_quarantine", "rpt_worklist"}


class Column(NamedTuple):
    """A column of a mart, its type as DuckDB calls it."""

    name: str
    type: str
    description: str


class Mart(NamedTuple):
    """A published mart as it is described."""

    name: str
    description: str
    columns: list[Column]
    rows: int


def export_marts(
    settings: Settings, formats: Iterable[str] = EXPORT_FORMATS, out: Path | None = None
) -> list[Path]:
    """Write every published mart to files, and return them, the data package last.

    All are of one night. Each is put in its place in one rename; the package comes last and has the
    hash of each, so that a reader can tell whether they belong together. Of an earlier export the
    files that are not written again are removed, and no others.

    Args:
        settings: where the marts are.
        formats: some of `parquet`, `csv` and `xlsx`.
        out: the folder; the home's `exports` when not given.

    Raises:
        RunFailedError: nothing has been published yet.
        UsageError: a format is not known, or the folder cannot be used.
    """
    chosen = list(dict.fromkeys(formats))
    if unknown := [each for each in chosen or [""] if each not in EXPORT_FORMATS]:
        known = ", ".join(EXPORT_FORMATS)
        raise UsageError("export_format_unknown", given=unknown[0], known=known)
    folder = out or settings.exports_folder
    try:
        with open_marts(settings.marts_path) as connection:  # first: a mistyped home is not made
            folder.mkdir(parents=True, exist_ok=True)
            connection.execute("set memory_limit = $limit", {"limit": settings.memory_limit})
            before = _files_of_package(folder)
            with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as unfinished:
                made = _write_all(connection, chosen, Path(unfinished))
                written = [_put(Path(unfinished), each, folder) for each in made]
        for left in before - {path.relative_to(folder) for path in written}:
            (folder / left).unlink(missing_ok=True)
    except OSError as problem:
        raise UsageError(
            "export_folder_unusable",
            file=problem.filename or folder,
            reason=problem.strerror or type(problem).__name__,
        ) from None
    if out is None:  # what goes elsewhere is its writer's to share
        for path in dict.fromkeys([folder, *(path.parent for path in written), *written]):
            share(settings, path)
    return written


def described_marts(marts: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Return every published mart with its columns, in the order of their names."""
    columns: dict[str, list[Column]] = {}
    for table, *column in marts.execute(
        "select table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where not internal order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(Column(*column))
    tables = marts.execute(
        "select table_name, coalesce(comment, '') from duckdb_tables() order by table_name"
    ).fetchall()
    return [Mart(name, text.strip(), columns[name], _count(marts, name)) for name, text in tables]


def _count(marts: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(marts.execute(f"select count(*) from {name}").fetchall()[0][0])


def _write_all(
    connection: duckdb.DuckDBPyConnection, formats: Sequence[str], folder: Path
) -> list[Path]:
    """Write the files into a folder of their own; return their paths within it."""
    marts = described_marts(connection)
    as_of_day = None
    if any(mart.name == "dq_publication" for mart in marts):
        ((as_of_day,),) = connection.execute("select as_of_day from dq_publication").fetchall()
    resources = []
    for kind, write in (("parquet", _write_parquet), ("csv", _write_csv)):
        if kind in formats:
            (folder / kind).mkdir()
            for mart in marts:
                path = Path(kind) / f"{mart.name}.{kind}"
                write(connection, mart, folder / path)
                resources.append(_resource(folder, path, mart))
    if "xlsx" in formats:
        _write_workbook(connection, marts, folder / WORKBOOK)
        resources.append(_resource(folder, Path(WORKBOOK)))
    package = {
        "$schema": PROFILE,
        "name": "complaints-marts",
        "title": "Complaints about children's services: the published marts",
        "description": "Internal: names cases. In CSV a text that a spreadsheet would take for a "
        "formula begins with an apostrophe.",
        "version": metadata.version("complaints-warehouse"),
        "as_of_day": str(as_of_day),
        "resources": resources,
    }
    text = json.dumps(package, indent=1, ensure_ascii=False)
    (folder / PACKAGE).write_text(text + "\n", encoding="utf-8", newline="\n")
    return [*(Path(str(each["path"])) for each in resources), Path(PACKAGE)]


def _write_parquet(connection: duckdb.DuckDBPyConnection, mart: Mart, path: Path) -> None:
    connection.execute(f"copy {mart.name} to {sql_text(path)} (format parquet, compression zstd)")


def _write_csv(connection: duckdb.DuckDBPyConnection, mart: Mart, path: Path) -> None:
    columns = ", ".join(_safe_column(column) for column in mart.columns)
    connection.execute(
        f"copy (select {columns} from {mart.name}) to {sql_text(path)} "
        "(format csv, header true, timestampformat '%Y-%m-%dT%H:%M:%S')"
    )


def _safe_column(column: Column) -> str:
    """Return a column as CSV has it: what `plain_text.safe_in_spreadsheet` does, for a million."""
    if column.type != "VARCHAR":
        return column.name
    shown = f"regexp_replace({column.name}, {sql_text(UNSEEN_IN_SQL)}, '', 'g')"
    return (
        f"case when regexp_matches({shown}, {sql_text(FORMULA_IN_SQL)}) then '''' || {shown} "
        f"else {shown} end as {column.name}"
    )


def _write_workbook(
    connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart], path: Path
) -> None:
    shown = [mart for mart in marts if mart.rows <= MOST_SHEET_ROWS]
    contents = [
        (
            mart.name,
            mart.rows,
            mart.description
            if mart in shown
            else f"More than {MOST_SHEET_ROWS:,} rows: open the Parquet file.",
        )
        for mart in marts
    ]
    described = [
        (mart.name, column.name, TYPES[column.type], column.description)
        for mart in marts
        for column in mart.columns
    ]
    write_workbook(
        path,
        [
            Sheet("Contents", ("Mart", "Rows", "What it is"), contents, wrapped=("What it is",)),
            Sheet(
                "Columns",
                ("Mart", "Column", "Type", "What it is"),
                described,
                wrapped=("What it is",),
            ),
            *(
                Sheet(
                    mart.name,
                    [column.name for column in mart.columns],
                    connection.execute(f"from {mart.name}").fetchall(),
                )
                for mart in shown
            ),
        ],
    )


def _resource(folder: Path, path: Path, mart: Mart | None = None) -> dict[str, object]:
    """Return how the data package describes a file."""
    content = folder / path
    with content.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    described: dict[str, object] = {
        "name": path.stem if path.suffix == ".csv" else path.name,
        "path": path.as_posix(),
        "format": path.suffix[1:],
        "mediatype": MEDIA[path.suffix],
        "bytes": content.stat().st_size,
        "hash": f"sha256:{digest}",
    }
    if mart is None:
        return described
    described |= {"description": mart.description, "rows": mart.rows}
    if path.suffix == ".csv":
        described |= {"type": "table", "encoding": "utf-8"}
    return described | {"schema": _schema(mart)}


def _schema(mart: Mart) -> Mapping[str, object]:
    names = {column.name for column in mart.columns}
    schema: dict[str, Any] = {
        "fields": [
            {
                "name": column.name,
                "type": TYPES[column.type],
                "description": column.description,
            }
            for column in mart.columns
        ]
    }
    if mart.name in PRIMARY_KEYS:
        schema["primaryKey"] = [PRIMARY_KEYS[mart.name]]
    related = [
        {"fields": [key], "reference": {"resource": other, "fields": [key]}}
        for key, other in RELATIONS.items()
        if key in names and other != mart.name and mart.name not in OF_HELD_ROWS
    ]
    return schema | ({"foreignKeys": related} if related else {})


def _files_of_package(folder: Path) -> set[Path]:
    """Return the files of the export that is in a folder; none where there is none."""
    path = folder / PACKAGE
    if not path.exists():
        return set()
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
        files = {Path(each["path"]) for each in resources}
    except (ValueError, KeyError, TypeError):
        raise UsageError("export_package_not_ours", path=path) from None
    return {each for each in files if not each.is_absolute() and ".." not in each.parts}


def _put(unfinished: Path, path: Path, folder: Path) -> Path:
    (folder / path).parent.mkdir(exist_ok=True)
    os.replace(unfinished / path, folder / path)
    return folder / path
