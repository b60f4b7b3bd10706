"""The columns of the marts are a promise: docs/promised_columns.csv keeps it, version by version.

A row of that list is never taken out. A column that is removed or gets another type keeps its row
with the version in `until`, and CHANGELOG.md names it under that version as `mart.column`.
"""

import csv
import re
from typing import NamedTuple

import yaml

from complaints.warehouse.settings import PROJECT_FOLDER

LIST = PROJECT_FOLDER / "docs" / "promised_columns.csv"


class Promise(NamedTuple):
    """A column with its type, since a version and, where it is no longer kept, until one."""

    mart: str
    column: str
    type: str
    since: str
    until: str


def promises() -> list[Promise]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return [Promise(**row) for row in csv.DictReader(file)]


def contracts() -> dict[tuple[str, str], str]:
    """Return the type of every column of every mart, by the contracts that dbt enforces."""
    return {
        (model["name"], column["name"]): column["data_type"]
        for path in (PROJECT_FOLDER / "dbt_project" / "models" / "marts").rglob("*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", ())
        for column in model["columns"]
    }


def sections() -> dict[str, str]:
    """Return what the changelog says, by version."""
    text = (PROJECT_FOLDER / "CHANGELOG.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (\d+\.\d+\.\d+)(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))


def broken(promised: list[Promise], kept: dict[tuple[str, str], str]) -> list[Promise]:
    """Return the promises that the contracts do not keep."""
    return [
        each
        for each in promised
        if not each.until and kept.get((each.mart, each.column)) != each.type
    ]


def test_no_promised_column_is_gone_or_of_another_type() -> None:
    assert broken(promises(), contracts()) == [], (
        "keep the column, or give its row an `until` and name it in CHANGELOG.md"
    )


def test_what_is_no_longer_promised_is_in_the_changelog_of_its_version() -> None:
    said = sections()
    for each in promises():
        assert each.since in said, each
        assert not each.until or f"`{each.mart}.{each.column}`" in said[each.until], each


def test_every_column_is_promised_once() -> None:
    kept = [each for each in promises() if not each.until]
    assert [each[:3] for each in kept] == sorted(
        (mart, column, kind) for (mart, column), kind in contracts().items()
    ), f"add the row to {LIST.name}, with the version that is being made"


def test_a_removed_and_a_retyped_column_are_found() -> None:
    promised, kept = promises()[:2], contracts()
    first, second = ((each.mart, each.column) for each in promised)
    less = {name: kind for name, kind in kept.items() if name != first}
    assert broken(promised, less) == promised[:1]
    assert broken(promised, kept | {second: "blob"}) == promised[1:]
