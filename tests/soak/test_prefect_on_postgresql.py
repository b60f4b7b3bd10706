"""The schedule on a Prefect server whose database is PostgreSQL.

Prefect creates the extension pg_trgm, which the PostgreSQL of the package pgserver lacks (tried
2026-11), so the test needs an empty database of a whole installation.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from conftest import EXAMPLE_AS_OF_DAY, EXAMPLE_EXPORTS
from prefect_server import server, serving, until

URL = os.environ.get("PREFECT_TEST_POSTGRESQL_URL", "")  # postgresql+asyncpg://…


def test_both_flows_run_on_a_server_with_postgresql(tmp_path: Path) -> None:
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
        for deployment in (nightly, weekly):
            run_id = api.start_run(deployment)
            ended = until(lambda i=run_id: api.ended_run(i), 300, "the run to end")
            assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
    assert not (tmp_path / "prefect" / "prefect.db").exists(), "the records are in PostgreSQL"
