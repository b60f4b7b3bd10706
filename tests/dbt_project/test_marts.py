"""Every published mart shows how to query it, and the exposures name who reads it."""

import re
from typing import Any

import pytest

from complaints.flows.steps import build
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from conftest import query

READERS = {"committee_report": "report", "morning_digest": "notices"}


@pytest.fixture(scope="module")
def manifest(example: Settings) -> dict[str, Any]:
    """What dbt knows of the project."""
    return build.read_project(example).writable_manifest().to_dict()


@pytest.fixture(scope="module")
def published(example: Settings) -> set[str]:
    """The names of the published marts."""
    return {name for (name,) in query(example.marts_path, "select table_name from duckdb_tables()")}


def exposed(manifest: dict[str, Any], exposure: str) -> set[str]:
    """Return the marts that an exposure says it reads."""
    nodes = manifest["exposures"][f"exposure.complaints.{exposure}"]["depends_on"]["nodes"]
    return {node.split(".")[-1] for node in nodes}


def test_every_mart_has_an_example_query_that_finds_something(
    example: Settings, manifest: dict[str, Any], published: set[str]
) -> None:
    queries = {
        node["name"]: node["config"]["meta"]["example_query"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    assert set(queries) == published
    for mart, sql in queries.items():
        assert mart in sql
        is_empty = query(example.marts_path, f"select count(*) from {mart}") == [(0,)]
        assert query(example.marts_path, sql) or is_empty, sql


@pytest.mark.parametrize("exposure", READERS)
def test_an_exposure_names_the_marts_that_its_code_reads(
    manifest: dict[str, Any], published: set[str], exposure: str
) -> None:
    files = [
        path
        for path in (PROJECT_FOLDER / READERS[exposure]).rglob("*")
        if path.suffix in {".py", ".sql"}
    ]
    named = {name for path in files for name in re.findall(r"\w+", path.read_text("utf-8"))}
    # The log of runs has tables of the same names as the marts ops_….
    marts = {name for name in published if not name.startswith("ops_")}
    assert exposed(manifest, exposure) == named & marts


def test_the_published_marts_are_exposed_as_a_whole(
    manifest: dict[str, Any], published: set[str]
) -> None:
    assert exposed(manifest, "published_marts") == published
