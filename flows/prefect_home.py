"""Prefect's own files and its temporary server: in the home, and started early."""

import logging
import os
import threading

from flows.settings import Settings

STARTUP_SECONDS = 90


def configure_prefect(settings: Settings) -> None:
    """Keep Prefect's files in the home and its statistics off, unless set otherwise.

    Must run before prefect is imported, which reads its settings once.
    """
    prefect_home = settings.home / "prefect"
    if os.environ.setdefault("PREFECT_HOME", str(prefect_home)) == str(prefect_home):
        prefect_home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", str(STARTUP_SECONDS))
    # Nothing here is configured through blocks; registering them takes 2 s at each start.
    os.environ.setdefault("PREFECT_SERVER_REGISTER_BLOCKS_ON_START", "false")
    # A server's database grows for ever without it.
    os.environ.setdefault("PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED", "true")


def keep_logs_off_terminal() -> None:
    """Let the libraries' log lines, tracebacks among them, reach the server only.

    The page of a run on the server shows them. Must run before prefect is imported.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    # With a handler in place, no library gives the root logger one that prints.
    logging.getLogger().addHandler(logging.NullHandler())


def start_server_early() -> threading.Thread:
    """Start Prefect's temporary server beside the imports, where no server is configured.

    It takes 12 s, most of them on another core than the imports of dbt and Great Expectations.

    Returns:
        The thread that waits until the server answers; join it before the first flow run.
    """

    def start() -> None:
        from prefect.server.api.server import SubprocessASGIServer
        from prefect.settings import get_current_settings

        if not get_current_settings().api.url:
            SubprocessASGIServer().start()

    thread = threading.Thread(target=start, name="prefect-server", daemon=True)
    thread.start()
    return thread
