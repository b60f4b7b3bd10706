"""A real Prefect server, and the program that serves the nightly flow to it, for the tests."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from command_helpers import BIN_FOLDER, environment

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}

T = TypeVar("T")


class Api:
    """Prefect's API, over plain HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, timeout=60)

    def is_healthy(self) -> bool:
        """Whether the server answers."""
        try:
            return self._client.get("/health").is_success
        except httpx.TransportError:
            return False

    def deployment(self, flow: str = "nightly") -> dict[str, Any] | None:
        """Return the deployment of a flow, which has its name, once there is one."""
        answer = self._client.get(f"/deployments/name/{flow}/{flow}")
        return answer.json() if answer.is_success else None

    def start_run(self, deployment: dict[str, Any], **parameters: str) -> str:
        """Trigger a run of a deployment and return its id."""
        path = f"/deployments/{deployment['id']}/create_flow_run"
        return self._ask("POST", path, {"parameters": parameters})["id"]

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a flow run as the server knows it."""
        return self._ask("GET", f"/flow_runs/{run_id}")

    def ended_run(self, run_id: str) -> dict[str, Any] | None:
        """Return a flow run once it has ended."""
        run = self.run(run_id)
        return run if run["state"]["type"] in ENDED else None

    def of_run(self, kind: str, run_id: str) -> list[dict[str, Any]]:
        """Return all task_runs, logs or artifacts of a flow run."""
        its_own = {"flow_runs": {"id": {"any_": [run_id]}}}
        if kind != "task_runs":
            its_own = {kind: {"flow_run_id": {"any_": [run_id]}}}
        found: list[dict[str, Any]] = []
        while page := self._ask("POST", f"/{kind}/filter", its_own | {"offset": len(found)}):
            found += page
        return found

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Return the answer; a busy server, which Prefect's own client forgives, is asked again."""

        def answer() -> httpx.Response | None:
            answered = self._client.request(method, path, json=body)
            return None if answered.is_server_error else answered

        return until(answer, 30, f"an answer from {path}").raise_for_status().json()


def until(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """Look again and again until there is something to see."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.3)
    return seen


@contextmanager
def server(folder: Path, **given: object) -> Iterator[Api]:
    """Run a Prefect server on a free port, with its files in a folder and no statistics sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["server", "start", "--host", "127.0.0.1", "--port", port, "--no-ui"]
    with _process("prefect", *words, folder=folder, **prefect_environment(folder), **given):
        api = Api(f"http://127.0.0.1:{port}/api")
        until(api.is_healthy, 90, "the server")
        yield api


@contextmanager
def serving(folder: Path, api: Api, **given: object) -> Iterator[dict[str, Any]]:
    """Run `complaints serve` against a server, and give its nightly deployment."""
    given |= {"PREFECT_API_URL": api.url, "PREFECT_RUNNER_POLL_FREQUENCY": 1}
    with _process("complaints", "serve", folder=folder, **prefect_environment(folder), **given):
        yield until(api.deployment, 90, "the deployment")


def prefect_environment(folder: Path) -> dict[str, str]:
    """Return what keeps Prefect's files in a folder and its statistics at home."""
    return {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


@contextmanager
def _process(program: str, *words: object, folder: Path, **given: object) -> Iterator[None]:
    with (folder / f"{program}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [BIN_FOLDER / program, *map(str, words)],
            cwd=folder,
            env=environment(**given),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
