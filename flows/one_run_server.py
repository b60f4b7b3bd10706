"""Prefect's server for one run, a process of its own: `python -m … PORT`.

It keeps its tables in memory: what is to be known of a run is in the log of runs. It ends with the
process that started it, however that one ends, for then the pipe that it listens to is closed.
"""

import asyncio
import os
import sys
import threading

# Of the services of a server, one run needs the one that records its task runs. They are read when
# prefect is imported.
OFF = ("TRIGGERS", "DB_VACUUM", "EVENT_PERSISTER", "EVENT_LOGGER")
ENVIRONMENT = {
    "PREFECT_API_DATABASE_CONNECTION_URL": "sqlite+aiosqlite:///:memory:",
    # Some 100 migrations take 5 s of processor time, to make the tables as the server has them.
    "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in OFF},
}


async def serve(port: int) -> None:
    """Make the tables and answer until the process ends."""
    import uvicorn
    from prefect.server.api.server import create_app
    from prefect.server.database import provide_database_interface

    database = provide_database_interface()
    for table in database.Base.metadata.tables.values():
        # Prefect 3.8 declares some indexes twice, which SQLite refuses.
        table.indexes.intersection_update({index.name: index for index in table.indexes}.values())
    engine = await database.engine()
    async with engine.begin() as connection:
        await connection.run_sync(database.Base.metadata.create_all)
    app = create_app(ephemeral=True, final=True)
    await uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)
    ).serve()


def _end_with_the_run() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    os.environ.update(ENVIRONMENT)
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    asyncio.run(serve(int(sys.argv[1])))
