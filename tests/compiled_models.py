"""Run the SQL that dbt compiled, without dbt: the same models in a tenth of the time.

What dbt itself does is tested where dbt runs; here only its tables are wanted.
"""

import json
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.settings import Settings
from flows.warehouse import open_warehouse


class Model(NamedTuple):
    """A table that dbt built, and the SQL that fills it."""

    relation: str
    sql: str


def compiled_models(home: Path, *folders: str) -> list[Model]:
    """Return the models of these folders (intermediate, marts) in an order that builds them.

    Views are left out, for they follow by themselves, and so are tables of reference data.
    """
    target = home / "dbt" / "target"
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    order = TopologicalSorter({name: node["depends_on"].get("nodes", []) for name, node in nodes.items()})
    wanted = [
        node
        for name in order.static_order()
        if (node := nodes.get(name))
        and node["resource_type"] == "model"
        and node["config"]["materialized"] == "table"
        and node["fqn"][1] in folders
        and "reference" not in node["tags"]
    ]
    return [
        Model(f"{node['schema']}.{node['name']}", compiled_sql(home, node["original_file_path"]))
        for node in wanted
    ]


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


def build_intermediate_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_intermediate`, in a home where dbt ran before."""
    with open_warehouse(settings) as warehouse:
        fill(warehouse, compiled_models(settings.home, "intermediate"))


def build_marts_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_marts`, in a home where dbt ran before."""
    with open_warehouse(settings) as warehouse:
        fill(warehouse, compiled_models(settings.home, "marts"))


def build_deliveries_without_dbt(settings: Settings) -> None:
    """Stand in for the step `build_deliveries`, in a home where dbt ran before."""
    with open_warehouse(settings) as warehouse:
        models = compiled_models(settings.home, "marts")
        fill(warehouse, [model for model in models if model.relation == "marts.dq_deliveries"])
