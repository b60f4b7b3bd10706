"""Keep out of the published file what the data dictionary marks as private.

The dictionary is the descriptions of the dbt project. `meta: {private: true}` on a column of any
model makes its name, and every name that contains it as a word, private: a mart with such a column
is not published.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.settings import Settings

# The one in C reads the project in 0.04 s, the other in 0.5 s; not every build of PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def check_nothing_private(
    settings: Settings, published: duckdb.DuckDBPyConnection, catalog: str
) -> None:
    """Check that no table that is about to be published has a private column.

    Args:
        settings: where the dbt project is.
        published: a connection to which the file to be published is attached.
        catalog: the name under which it is attached.

    Raises:
        RunFailedError: a column is marked as private, or named after one that is.
    """
    private = private_names(settings.dbt_project_folder)
    columns = published.execute(
        "select table_name, column_name from duckdb_columns() where database_name = $catalog "
        "order by all",
        {"catalog": catalog},
    ).fetchall()
    found = [f"{table}.{column}" for table, column in columns if _sounds_private(column, private)]
    if found:
        raise RunFailedError("private_columns", columns=", ".join(found))


def _sounds_private(column: str, private: frozenset[str]) -> bool:
    return any(re.search(rf"(^|_){re.escape(name)}(s?_|s?$)", column.lower()) for name in private)


@cache
def private_names(dbt_project: Path) -> frozenset[str]:
    """Return the names of the columns that the descriptions of a dbt project mark as private."""
    return frozenset(
        column["name"].lower()
        for column in _columns(dbt_project)
        if column.get("config", {}).get("meta", {}).get("private")
    )


def _columns(dbt_project: Path) -> Iterator[dict[str, Any]]:
    """Give every described column of a model or a seed."""
    for path in (*dbt_project.glob("models/**/*.yml"), *dbt_project.glob("seeds/*.yml")):
        described = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or {}
        for kind in ("models", "seeds"):
            for table in described.get(kind, ()):
                yield from table.get("columns", ())
