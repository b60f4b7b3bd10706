"""The schedule on a Prefect server whose database is PostgreSQL; run by `make soak`."""

from pathlib import Path
from typing import Any

import pgserver
import pytest
import sqlalchemy as sa

from conftest import EXAMPLE_AS_OF_DAY, EXAMPLE_EXPORTS
from prefect_server import server, serving, until


def test_both_flows_run_on_a_server_with_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {
        "COMPLAINTS_SOURCE": EXAMPLE_EXPORTS,
        "COMPLAINTS_HOME": tmp_path / "home",
        "COMPLAINTS_AS_OF": EXAMPLE_AS_OF_DAY,
    }
    with pgserver.get_server(tmp_path / "postgres") as postgres:
        url = postgres.get_uri().replace("postgresql://", "postgresql+asyncpg://")
        with (
            server(tmp_path, PREFECT_API_DATABASE_CONNECTION_URL=url) as api,
            serving(tmp_path, api, **given) as nightly,
        ):
            weekly = until(lambda: api.deployment("weekly"), 60, "the weekly deployment")
            for deployment in (nightly, weekly):
                run_id = api.start_run(deployment)
                ended = until(lambda i=run_id: api.ended_run(i), 300, "the run to end")
                assert ended["state"]["type"] == "COMPLETED", ended["state"]["message"]
            engine = sa.create_engine(
                postgres.get_uri().replace("postgresql://", "postgresql+psycopg://")
            )
            with engine.connect() as connection:
                runs = connection.exec_driver_sql(
                    "select count(*) from flow_run where state_type = 'COMPLETED'"
                ).scalar()
            engine.dispose()
    assert runs == 2, "the server's records are in PostgreSQL"
    assert not (tmp_path / "prefect" / "prefect.db").exists()
