"""docs/privacy.md says what the dbt project's descriptions say, and every column has a mark."""

import re
from pathlib import Path
from typing import Any

import pytest

from complaints.flows.steps import build
from complaints.flows.steps.private_columns import private_names
from complaints.warehouse.erase_from_files import FREE_TEXT
from complaints.warehouse.layout import ANONYMISED_KEEPS, LAYOUT_NAMES
from complaints.warehouse.settings import PROJECT_FOLDER, read_settings

PAGE = (PROJECT_FOLDER / "docs" / "privacy.md").read_text(encoding="utf-8")
# The kinds and, of each, the columns of the export that the page names.
TABLE = PAGE.partition("## Which data")[2].partition("\n## ")[0]
KINDS = {
    kind: set(re.findall(r"`(\w+)`", columns))
    for kind, columns in re.findall(r"^\| `(\w+)` \|[^|]+\|([^|]+)\|", TABLE, re.MULTILINE)
}
HOME = "stg_records"


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The models and seeds, as dbt reads them."""
    manifest = build.read_project(read_settings(home=tmp_path_factory.mktemp("privacy")))
    return [n for n in manifest.nodes.values() if n.resource_type in ("model", "seed")]


def marks(nodes: list[Any]) -> dict[tuple[str, str], str | None]:
    """Return the mark of each column: its own, its namesake's, or that of its table.

    A table that names a case has no mark for all its columns: each tells something of its own.
    """
    own = {
        (node.name, name): column.config.meta.get("privacy")
        for node in nodes
        for name, column in node.columns.items()
    }
    of_names = {name: kind for (_, name), kind in own.items() if kind}
    of_names |= {name: kind for (table, name), kind in own.items() if kind and table == HOME}
    tables = {
        node.name: None if "case_reference" in node.columns else node.config.meta.get("privacy")
        for node in nodes
    }
    return {
        (table, name): kind or of_names.get(name) or tables[table]
        for (table, name), kind in own.items()
    }


def test_every_column_is_marked_with_what_it_tells_of_somebody(nodes: list[Any]) -> None:
    found = marks(nodes)
    unmarked = [place for place, kind in found.items() if kind is None]
    assert unmarked == [], "docs/privacy.md names the kinds"
    assert len(found) > 900
    assert set(found.values()) == set(KINDS)


def test_the_page_names_the_columns_of_the_export_by_their_kind(nodes: list[Any]) -> None:
    described = {
        kind: {
            name
            for (table, name), mark in marks(nodes).items()
            if table == HOME and mark == kind and name in LAYOUT_NAMES
        }
        for kind in KINDS
    }
    assert described == KINDS


def test_what_the_program_does_follows_the_marks(nodes: list[Any]) -> None:
    found = marks(nodes)
    kept = {name for (table, name), kind in found.items() if table == HOME and kind == "case"}
    assert kept | {"case_reference"} == set(ANONYMISED_KEEPS)
    free_text = {name for (_, name), kind in found.items() if kind == "free_text"}
    published_nowhere = {"learning_texts", "what_is_written"}
    assert free_text - published_nowhere <= set(FREE_TEXT)
    private = private_names(PROJECT_FOLDER / "dbt_project")
    of_the_child = {name for (_, name), kind in found.items() if kind == "child"}
    assert of_the_child - {"complainant_type"} <= private


def test_every_file_of_a_home_is_on_the_page(tmp_path: Path) -> None:
    home = read_settings(home=tmp_path)
    paths = (
        *(home.warehouse_path, home.marts_path, home.runs_path, home.journal_path),
        *(home.published_folder, home.backups_path, home.reports_folder, home.reference_folder),
        home.erasure_key_path,
    )
    assert [path.name for path in paths if f"`{path.name}" not in PAGE] == []
