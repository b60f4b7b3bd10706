"""Prefect's own files and its temporary server: in the home, and started early."""

import atexit
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.settings import Settings

STARTUP_SECONDS = 90
HOST = "127.0.0.1"
SERVER_LOG = "server.log"  # what the server of a schedule says, since it started


def configure_prefect(settings: Settings) -> None:
    """Keep Prefect's files in the home and its statistics off, unless set otherwise.

    Must run before prefect is imported, which reads its settings once.
    """
    prefect_home = settings.home / "prefect"
    if os.environ.setdefault("PREFECT_HOME", str(prefect_home)) == str(prefect_home):
        prefect_home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # Nothing here is configured through blocks; registering them takes 2 s at each start.
    os.environ.setdefault("PREFECT_SERVER_REGISTER_BLOCKS_ON_START", "false")
    # A server's database grows for ever without it.
    os.environ.setdefault("PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED", "true")
    # In memory, by default, a lease is lost when the machine stops during a night; its slot would
    # then be taken for ever, and every later night cancelled (Prefect 3.8.8, tried 2026-11).
    os.environ.setdefault(
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE",
        "prefect.server.concurrency.lease_storage.filesystem",
    )


def keep_logs_off_terminal() -> None:
    """Let the libraries' log lines, tracebacks among them, reach the server only.

    The page of a run on the server shows them. Must run before prefect is imported.
    """
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    # With a handler in place, no library gives the root logger one that prints.
    logging.getLogger().addHandler(logging.NullHandler())


class OneRunServer:
    """Prefect's server for one run, which starts while the run imports what it needs.

    Where a server is configured, that one is used and none starts.
    """

    def __init__(self) -> None:
        """Start the server; it takes some 5 s, on another core than what the run does meanwhile."""
        from prefect.settings import get_current_settings

        self._process: subprocess.Popen[bytes] | None = None
        if get_current_settings().api.url:
            return
        with socket.socket() as free:
            free.bind((HOST, 0))
            self._port = free.getsockname()[1]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "complaints.flows.one_run_server", str(self._port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the run, which still needs the server
        )
        # At the very end of this process, after Prefect has sent what it still had to.
        atexit.register(self._stop)

    def wait(self) -> None:
        """Wait until the server answers, and let Prefect ask it.

        Raises:
            RunFailedError: it ended, or does not answer in time.
        """
        if self._process:
            _wait_for(self._process, HOST, self._port)
            _use_server(HOST, self._port)

    @property
    def is_starting(self) -> bool:
        """Whether there is something to wait for."""
        return self._process is not None

    def _stop(self) -> None:
        if self._process:
            self._process.kill()  # it has nothing to keep
            self._process.wait()


@contextmanager
def server_for_schedule() -> Iterator[None]:
    """Run a Prefect server while the schedule is served, where none is configured.

    Raises:
        UsageError: its port is taken.
        RunFailedError: it ended, or does not answer in time.
    """
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    if settings.api.url:
        yield
        return
    host, port = settings.server.api.host, settings.server.api.port
    if _answers(host, port):
        raise UsageError("port_taken", port=port)
    servers: list[subprocess.Popen[bytes]] = []
    with (
        (Path(os.environ["PREFECT_HOME"]) / SERVER_LOG).open("wb") as log,
        ThreadPoolExecutor(1) as beside,
    ):

        def start() -> None:
            words = [sys.executable, "-m", "prefect", "server", "start"]
            servers.append(subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT))

        try:
            # In a thread, where no signal cuts it short: what was started must be known.
            beside.submit(start).result()
            _wait_for(servers[0], host, port)
            _use_server(host, port)
            yield
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            beside.shutdown()
            for server in servers:
                server.terminate()
                server.wait()


def _wait_for(server: "subprocess.Popen[bytes]", host: str, port: int) -> None:
    deadline = time.monotonic() + STARTUP_SECONDS
    while not _answers(host, port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RunFailedError("server_not_started")
        time.sleep(0.3)


def _use_server(host: str, port: int) -> None:
    from prefect.context import refresh_global_settings_context

    os.environ["PREFECT_API_URL"] = f"http://{host}:{port}/api"
    refresh_global_settings_context()


def _answers(host: str, port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((host, port)) == 0
