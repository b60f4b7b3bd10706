"""Run the SQL that dbt compiled, without dbt: the same models in a tenth of the time.

What dbt itself does is tested where dbt runs; here only its tables are wanted.
"""

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from complaints.flows.night import PLAIN
from complaints.flows.steps import build
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.store import open_warehouse

REFERENCE = "reference"


class Model(NamedTuple):
    """A table that dbt built, and the SQL that fills it."""

    relation: str
    sql: str


def compiled_models(home: Path, part: str) -> list[Model]:
    """Return the tables of one part of the project, in an order in which they can be built.

    The parts are those that dbt builds together: reference, records, deadlines and marts. Views are
    left out, for they follow by themselves.
    """
    nodes = build.read_project(read_settings(home=home)).nodes
    order = TopologicalSorter(
        {name: getattr(node.depends_on, "nodes", []) for name, node in nodes.items()}
    )
    wanted = [
        node
        for name in order.static_order()
        if (node := nodes.get(name))
        and node.resource_type == "model"
        and node.config.materialized == "table"
        and part == _part(node)
    ]
    return [
        Model(f"{node.schema}.{node.name}", compiled_sql(home, node.original_file_path))
        for node in wanted
    ]


def _part(node: Any) -> str:
    _, layer, folder, *_ = node.fqn
    if REFERENCE in node.tags:
        return REFERENCE
    if layer == "staging" or folder == "current":
        return "records"
    return "deadlines" if folder == "deadlines" else "marts"


def compiled_sql(home: Path, path: str) -> str:
    """Return the compiled SQL of a model, by the path of its file in the dbt project."""
    return (home / "dbt" / "target" / "compiled" / "complaints" / path).read_text(encoding="utf-8")


def fill(connection: duckdb.DuckDBPyConnection, models: list[Model]) -> None:
    """Fill the tables that dbt made on an earlier night, so that types and comments stay."""
    connection.begin()
    for model in models:
        connection.execute(f"delete from {model.relation}")
        connection.execute(f"insert into {model.relation} by name {model.sql}")
    connection.commit()


def reference_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_reference`, in a home where dbt ran before."""
    _fill(settings, compiled_models(settings.home, REFERENCE))


def records_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_records`, in a home where dbt ran before."""
    _fill(settings, compiled_models(settings.home, "records"))


def deadlines_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_deadlines`, in a home where dbt ran before."""
    _fill(settings, compiled_models(settings.home, "deadlines"))


def marts_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_marts`, in a home where dbt ran before."""
    _fill(settings, compiled_models(settings.home, "marts"))


def run_marts_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_run_marts`, in a home where dbt ran before."""
    wanted = {f"marts.{name}" for name in build.RUN_MARTS}
    models = compiled_models(settings.home, "marts")
    _fill(settings, [model for model in models if model.relation in wanted])


def check_without_dbt(settings: Settings, run: Run) -> None:
    """Stand in for the step `check_marts`, in a home where dbt tested before."""
    tests = [
        node
        for node in build.read_project(settings).nodes.values()
        if node.resource_type == "test" and node.config.severity == "ERROR"
    ]
    assert tests and {test.config.fail_calc for test in tests} == {"count(*)"}
    with open_warehouse(settings) as warehouse:
        for test in tests:
            path = test.original_file_path
            is_generic = path.endswith(".yml")
            sql = compiled_sql(settings.home, f"{path}/{test.path}" if is_generic else path)
            failing = warehouse.execute(f"select count(*) from ({sql})").fetchone()
            if failing != (0,):
                raise RunFailedError("dbt_failed", failures=test.name)


def _fill(settings: Settings, models: list[Model]) -> None:
    with open_warehouse(settings) as warehouse:
        fill(warehouse, models)


WITHOUT_DBT = PLAIN | {
    "build_reference": reference_without_dbt,
    "build_records": records_without_dbt,
    "build_deadlines": deadlines_without_dbt,
    "build_marts": marts_without_dbt,
    "check_marts": lambda *given: None,
    "build_run_marts": run_marts_without_dbt,
}
TESTED_WITHOUT_DBT = WITHOUT_DBT | {"check_marts": check_without_dbt}
