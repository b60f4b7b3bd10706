"""The dbt project runs by itself after a first night, with its unit tests and data tests."""

import json
import os
import subprocess
import sys
from pathlib import Path

from complaints.warehouse.settings import PROJECT_FOLDER, Settings


def test_the_project_builds_by_itself_with_every_unit_test_and_data_test(
    example_copy: Settings, tmp_path: Path
) -> None:
    """The README's command, as an analyst would type it."""
    environment = os.environ | {
        "COMPLAINTS_HOME": str(example_copy.home),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    dbt = Path(sys.executable).with_name("dbt")
    built = subprocess.run(
        [dbt, "build", "--project-dir", "dbt_project", "--profiles-dir", ".", "--no-use-colors"],
        cwd=PROJECT_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout[-3000:]
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    kinds = [result["unique_id"].split(".")[0] for result in results]
    # An exposure is only named, never run.
    assert {r["status"] for r in results} - {"no-op"} == {"success", "pass"}
    assert kinds.count("unit_test") >= 20
    assert kinds.count("test") >= 75
    assert kinds.count("seed") == len(list((PROJECT_FOLDER / "dbt_project/seeds").glob("*.csv")))
