"""The schedule on a Prefect server whose database is PostgreSQL.

Prefect creates the extension pg_trgm, which the PostgreSQL of the package pgserver lacks (tried
2026-11), so the test needs an empty database of a whole installation.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from complaints.warehouse.backup import check_backup
from conftest import EXAMPLE_AS_OF_DAY, EXAMPLE_EXPORTS
from prefect_server import Api, server, serving, until

pytestmark = pytest.mark.soak

URL = os.environ.get("PREFECT_TEST_POSTGRESQL_URL", "")  # postgresql+asyncpg://…


def test_both_flows_run_on_a_server_with_postgresql_and_late_runs_collapse_into_one(
    tmp_path: Path,
) -> None:
    if not URL:
        said = "PREFECT_TEST_POSTGRESQL_URL names no empty database"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    given: dict[str, Any] = {
        "COMPLAINTS_SOURCE": EXAMPLE_EXPORTS,
        "COMPLAINTS_HOME": tmp_path / "home",
        "COMPLAINTS_AS_OF": EXAMPLE_AS_OF_DAY,
    }
    with (
        server(tmp_path, PREFECT_API_DATABASE_CONNECTION_URL=URL) as api,
        serving(tmp_path, api, **given) as nightly,
    ):
        weekly = until(lambda: api.deployment("weekly"), 60, "the weekly deployment")
        night_id = api.start_run(nightly)
        until(lambda: api.run(night_id)["start_time"], 90, "the night to start")
        late_ids = [api.start_run(nightly) for _ in range(2)]
        night, *late = (ended(api, run_id) for run_id in (night_id, *late_ids))
        assert night["state"]["type"] == "COMPLETED", night["state"]["message"]
        assert [run["state"]["type"] for run in late] == ["CANCELLED"] * 2, "they collapse into one"
        assert [api.of_run("task_runs", run["id"]) for run in late] == [[], []], "no step began"
        assert "concurrency limit" in late[0]["state"]["message"]
        week = ended(api, api.start_run(weekly))
        assert week["state"]["type"] == "COMPLETED", week["state"]["message"]
        (summary,) = api.of_run("artifacts", week["id"])
    (backup,) = (tmp_path / "home" / "backups").iterdir()
    check_backup(backup)
    listed = {row["file"]: row["bytes"] for row in json.loads(summary["data"])}
    assert listed["warehouse.duckdb"] == (backup / "warehouse.duckdb").stat().st_size
    assert not (tmp_path / "prefect" / "prefect.db").exists(), "the records are in PostgreSQL"


def ended(api: Api, run_id: str) -> dict[str, Any]:
    """Wait for a run to end, and return it."""
    return until(lambda: api.ended_run(run_id), 300, "the run to end")
