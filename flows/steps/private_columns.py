"""Keep out of the published file what the data dictionary marks as private.

The dictionary is the descriptions of the dbt project. `meta: {private: true}` on a column of any
model makes its name, and every name that contains it as a word, private: a mart with such a column
is not published. A mart's own column that only counts under such a name says `private: false`.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.settings import Settings

# The one in C reads the project in 0.04 s, the other in 0.5 s; not every build of PyYAML has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Marks(NamedTuple):
    """What the data dictionary marks.

    Attributes:
        private: names of columns that stay in the working store.
        cleared: tables and their columns that are no secret though their name sounds like one.
    """

    private: frozenset[str]
    cleared: frozenset[tuple[str, str]]


def check_nothing_private(
    settings: Settings, published: duckdb.DuckDBPyConnection, catalog: str
) -> None:
    """See that no table that is about to be published has a private column.

    Args:
        settings: where the dbt project is.
        published: a connection to which the file to be published is attached.
        catalog: the name under which it is attached.

    Raises:
        RunFailedError: a column is marked as private, or named after one that is.
    """
    marks = read_marks(settings.dbt_project_folder)
    columns = published.execute(
        "select table_name, column_name from duckdb_columns() where database_name = $catalog "
        "order by all",
        {"catalog": catalog},
    ).fetchall()
    found = [
        f"{table}.{column}"
        for table, column in columns
        if (table, column) not in marks.cleared and _sounds_private(column, marks.private)
    ]
    if found:
        raise RunFailedError("private_columns", columns=", ".join(found))


def _sounds_private(column: str, private: frozenset[str]) -> bool:
    return any(re.search(rf"(^|_){re.escape(name)}(s?_|s?$)", column.lower()) for name in private)


@cache
def read_marks(dbt_project: Path) -> Marks:
    """Return what the descriptions of a dbt project mark as private or clear of it."""
    marked = {
        (table, column["name"].lower()): is_private
        for table, column in _columns(dbt_project)
        if (is_private := column.get("config", {}).get("meta", {}).get("private")) is not None
    }
    return Marks(
        private=frozenset(column for (_, column), is_private in marked.items() if is_private),
        cleared=frozenset(place for place, is_private in marked.items() if not is_private),
    )


def _columns(dbt_project: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every described column of a model or a seed with the name of its table."""
    for path in (*dbt_project.glob("models/**/*.yml"), *dbt_project.glob("seeds/*.yml")):
        described = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or {}
        for kind in ("models", "seeds"):
            for table in described.get(kind, ()):
                for column in table.get("columns", ()):
                    yield table["name"], column
