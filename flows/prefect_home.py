"""Prefect's own files and its temporary server: in the home, and started early."""

import os
import threading

from flows.settings import Settings

STARTUP_SECONDS = 90


def configure_prefect(settings: Settings) -> None:
    """Keep Prefect's files in the home and its statistics off, unless set otherwise.

    Must run before prefect is imported, which reads its settings once.
    """
    os.environ.setdefault("PREFECT_HOME", str(settings.home / "prefect"))
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", str(STARTUP_SECONDS))
    # A server's database grows for ever without it.
    os.environ.setdefault("PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED", "true")


def start_server_early() -> None:
    """Start Prefect's temporary server beside the imports, where no server is configured.

    It takes 12 s, most of them on another core than the imports of dbt and Great Expectations.
    """

    def start() -> None:
        from prefect.server.api.server import SubprocessASGIServer
        from prefect.settings import get_current_settings

        if not get_current_settings().api.url:
            SubprocessASGIServer().start()

    threading.Thread(target=start, name="prefect-server", daemon=True).start()
