"""The dbt project runs by itself after a first night, with its unit tests and data tests."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from complaints.flows.steps import build
from complaints.warehouse.settings import PROJECT_FOLDER, Settings


def test_every_unit_test_and_every_test_of_the_shipped_rows_passes(example_copy: Settings) -> None:
    with build.dbt_environment(example_copy):
        runner = dbtRunner(manifest=build.read_project(example_copy))
        words = ["test", "--select", "test_type:unit", "resource_type:seed"]
        results = list(runner.invoke([*words, *build.dbt_flags(example_copy)]).result)
    kinds = Counter(result.node.resource_type for result in results)
    assert kinds["unit_test"] >= 45 and kinds["test"] >= 45
    assert {result.status: result.message for result in results} == {"pass": None}


@pytest.mark.soak
def test_the_project_builds_by_itself_with_every_unit_test_and_data_test(
    example_copy: Settings, tmp_path: Path
) -> None:
    """The README's command, as an analyst would type it."""
    results = dbt(example_copy, tmp_path, "build")
    kinds = [result["unique_id"].split(".")[0] for result in results]
    # An exposure is only named, never run.
    assert {r["status"] for r in results} - {"no-op"} == {"success", "pass"}
    assert kinds.count("unit_test") >= 45
    assert kinds.count("test") >= 75
    assert kinds.count("seed") == len(list((PROJECT_FOLDER / "dbt_project/seeds").glob("*.csv")))


def dbt(settings: Settings, folder: Path, *words: str) -> list[dict[str, Any]]:
    """Run a command of dbt on a home; return the results that it writes."""
    environment = os.environ | {
        "COMPLAINTS_HOME": str(settings.home),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    program = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [program, *words, "--project-dir", "dbt_project", "--profiles-dir", ".", "--no-use-colors"],
        cwd=PROJECT_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return json.loads((folder / "target" / "run_results.json").read_text())["results"]
