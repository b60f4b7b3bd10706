"""The Prefect flow: what a server shows of a night, its schedule, and when a step is retried."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
import yaml

from complaints.examples.make_exports import FILE_NAMES, expected_counts, records_by_file
from complaints.flows import prefect_home
from complaints.flows.night import STEPS
from complaints.flows.prefect_home import configure_prefect
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.layout import OPTIONAL_INPUTS
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from conftest import EXAMPLE_AS_OF_DAY, EXAMPLE_EXPORTS
from prefect_server import Api, prefect_environment, server, serving, until

pytestmark = pytest.mark.xdist_group("prefect")

# What only a night without news does, or one that is to write exports.
OF_OTHER_NIGHTS = {"build run marts", "export published"}


class Served(NamedTuple):
    """The server, the deployments, and the runs that were triggered through them."""

    api: Api
    deployment: dict[str, Any]
    weekly_deployment: dict[str, Any]
    good: dict[str, Any]
    failed: dict[str, Any]
    said: str

    @property
    def runs(self) -> list[dict[str, Any]]:
        return [self.good, self.failed]

    def of(self, run: dict[str, Any], kind: str) -> list[dict[str, Any]]:
        return self.api.of_run(kind, run["id"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the flows to a real server; trigger a good run, and one without an export."""
    folder = tmp_path_factory.mktemp("prefect")
    (folder / "empty").mkdir()
    given = {
        "COMPLAINTS_SOURCE": EXAMPLE_EXPORTS,
        "COMPLAINTS_HOME": folder / "home",
        "COMPLAINTS_AS_OF": EXAMPLE_AS_OF_DAY,
        "COMPLAINTS_STORE": f"ducklake:{folder / 'joint.ducklake'}",
        "COMPLAINTS_STORE_FILES": folder / "joint",
    }
    with server(folder) as api, serving(folder, api, **given) as deployment:
        weekly_deployment = until(lambda: api.deployment("weekly"), 30, "the weekly deployment")
        good_id = api.start_run(deployment)
        good = until(lambda: api.ended_run(good_id), 180, "the first run to end")
        assert good["state"]["type"] == "COMPLETED", good["state"]["message"]
        failed_id = api.start_run(
            deployment, source=str(folder / "empty"), home=str(folder / "other")
        )
        failed = until(lambda: api.ended_run(failed_id), 90, "the failing run to end")
        said = (folder / "complaints.log").read_text(encoding="utf-8")
        served = Served(api, deployment, weekly_deployment, good, failed, said)
        # Task runs and logs reach the server a little later than the state of their flow run.
        until(lambda: "publish" in steps_of(served), 30, "the last step")
        yield served


def steps_of(served: Served) -> set[str]:
    """Return the names of the good run's steps that completed, without Prefect's own suffix."""
    return {
        run["name"].rsplit("-", 1)[0]
        for run in served.of(served.good, "task_runs")
        if run["state_type"] == "COMPLETED"
    }


def summaries_of(served: Served, run: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tables that a run left as its summary."""
    found = served.of(run, "artifacts")
    return [each for each in found if (each["key"], each["type"]) == ("nightly-summary", "table")]


def test_tests_of_one_server_share_a_worker(request: pytest.FixtureRequest) -> None:
    is_grouped = request.node.nodeid.endswith("@prefect")
    assert is_grouped or not request.config.getoption("loadgroup", False)


@pytest.mark.soak
def test_serving_says_what_and_when_and_nothing_else(served: Served) -> None:
    nights, nightly, weekly = served.said.splitlines()
    assert nights.startswith("The nights of ") and str(EXAMPLE_EXPORTS) in nights
    assert nightly.startswith("Next nightly: ") and nightly.endswith(" at 04:00.")
    assert weekly.startswith("Next weekly: Sunday, ")


@pytest.mark.soak
def test_run_completes_under_a_name_with_its_as_of_day(served: Served) -> None:
    assert served.good["state"]["type"] == "COMPLETED"
    assert served.good["name"] == "nightly as of 2018-11-27"


@pytest.mark.soak
def test_deployment_keeps_the_schedule_in_english_time(served: Served) -> None:
    for deployment, cron in (
        (served.deployment, "0 4 * * *"),
        (served.weekly_deployment, "0 7 * * 0"),
    ):
        (schedule,) = deployment["schedules"]
        assert schedule["active"]
        assert schedule["schedule"]["cron"] == cron
        assert schedule["schedule"]["timezone"] == "Europe/London"


@pytest.mark.soak
def test_server_shows_every_step(served: Served) -> None:
    names = {step.name.replace("_", " ") for step in STEPS} - OF_OTHER_NIGHTS
    assert steps_of(served) == names


@pytest.mark.soak
def test_artifact_counts_the_rows_of_every_file(served: Served) -> None:
    (summary,) = summaries_of(served, served.good)
    rows = {row["file"]: row for row in json.loads(summary["data"])}
    assert set(rows) == {*FILE_NAMES, *(f"{name}.csv" for name in OPTIONAL_INPUTS)}
    for name, counts in expected_counts().items():
        assert rows[name]["read"] == counts.total()
        for fate in ("loaded", "unchanged", "duplicate", "superseded", "quarantined"):
            assert rows[name][fate] == counts[fate], (name, fate)


@pytest.mark.soak
def test_run_without_exports_fails_with_one_sentence(served: Served) -> None:
    state = served.failed["state"]
    assert state["type"] == "FAILED"
    assert "No exports were found in" in state["message"]
    assert "\n" not in state["message"]
    assert summaries_of(served, served.failed) == []


@pytest.mark.soak
def test_server_learns_no_case_reference(served: Served) -> None:
    references = {
        str(record.values["case_reference"])
        for records in records_by_file().values()
        for record in records
    } - {""}
    logs, *others = (
        served.of(run, kind) for kind in ("logs", "task_runs", "artifacts") for run in served.runs
    )
    sent = json.dumps([served.deployment, served.weekly_deployment, served.runs, logs, *others])
    assert len(references) > 300 and len(logs) > len(STEPS)
    assert not [reference for reference in references if reference in sent]


@pytest.fixture(scope="module")
def flow_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Import the flow with Prefect's files in a temporary folder."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in prefect_environment(tmp_path_factory.mktemp("flow")).items():
            patch.setenv(name, value)
        from complaints.flows import nightly

        yield nightly


def test_every_step_of_the_night_is_in_the_flow(flow_module: ModuleType) -> None:
    assert list(flow_module.TASKS) == [step.name for step in STEPS]
    for step in STEPS:
        task = flow_module.TASKS[step.name]
        assert task.fn is step.function
        assert task.name == step.name.replace("_", " ")
        assert task.retries == step.retries
        assert not task.persist_result


def test_steps_that_reach_outside_are_retried() -> None:
    retried = {step.name for step in STEPS if step.retries}
    assert retried == {"find_deliveries", "extract", "publish", "publish_to_joint_store"}


@pytest.mark.parametrize(
    ("problem", "is_retried"),
    [
        (OSError("the share does not answer"), True),
        (RunFailedError("database_unreachable"), True),
        (UsageError("sources_file_not_yaml"), False),
    ],
    ids=["share", "database", "mistake"],
)
def test_retry_only_where_it_can_help(
    flow_module: ModuleType, problem: Exception, is_retried: bool
) -> None:
    from prefect.states import Failed

    assert flow_module.can_retry_help(None, None, Failed(data=problem)) is is_retried


def test_schedules_are_those_of_the_settings(flow_module: ModuleType, tmp_path: Path) -> None:
    from complaints.flows.schedules import deployments

    settings = Settings(
        home=tmp_path, source=EXAMPLE_EXPORTS, schedule="15 5 * * 1-5", weekly_schedule="0 9 * * 6"
    )
    nightly, weekly = deployments(settings, EXAMPLE_EXPORTS)
    for deployment, cron in ((nightly, "15 5 * * 1-5"), (weekly, "0 9 * * 6")):
        (schedule,) = deployment.schedules
        assert (schedule.schedule.cron, schedule.schedule.timezone) == (cron, "Europe/London")
    assert nightly.parameters == {"source": str(EXAMPLE_EXPORTS), "home": str(tmp_path)}
    assert weekly.parameters == {"home": str(tmp_path)}
    nightly, _ = deployments(settings)
    assert nightly.parameters["source"] is None, "each night reads what is configured then"


@pytest.mark.parametrize("name", ["schedule", "weekly_schedule"])
def test_schedule_that_is_none_is_met_with_a_sentence(
    flow_module: ModuleType, tmp_path: Path, name: str
) -> None:
    from complaints.flows.schedules import deployments

    settings = Settings(home=tmp_path, source=EXAMPLE_EXPORTS, **{name: "at four"})
    with pytest.raises(UsageError, match=f'COMPLAINTS_{name.upper()} is "at four"'):
        deployments(settings)


def test_serve_does_what_prefect_yaml_says(flow_module: ModuleType, tmp_path: Path) -> None:
    from prefect.cli.deploy._models import PrefectYamlModel

    from complaints.flows.schedules import deployments

    written = yaml.safe_load((PROJECT_FOLDER / "prefect.yaml").read_text(encoding="utf-8"))
    in_file = PrefectYamlModel.model_validate(written).deployments
    served = deployments(Settings(home=tmp_path, source=EXAMPLE_EXPORTS))
    for file, deployment in zip(in_file, served, strict=True):
        (schedule,), (in_code,) = file.schedules, deployment.schedules
        assert (file.name, schedule.cron, schedule.timezone) == (
            deployment.name,
            in_code.schedule.cron,
            in_code.schedule.timezone,
        )
        assert file.concurrency_limit.limit == deployment.concurrency_limit == 1
        strategy = deployment.concurrency_options.collision_strategy
        assert file.concurrency_limit.collision_strategy == strategy == "CANCEL_NEW"
        path, function = file.entrypoint.split(":")
        assert f"\ndef {function}(" in (PROJECT_FOLDER / path).read_text(encoding="utf-8")


def test_slot_of_a_night_that_the_machine_lost_is_given_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In memory, a lease would be lost with the server, and every later night be cancelled."""
    from prefect.settings import Settings as PrefectSettings

    monkeypatch.delenv("PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE", raising=False)
    with patch.dict(os.environ):
        configure_prefect(Settings(home=tmp_path))
        kept_in = PrefectSettings().server.concurrency.lease_storage
    assert kept_in.endswith("filesystem") and find_spec(kept_in)


def test_a_schedule_that_is_ended_while_its_server_is_made_leaves_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make, made = subprocess.Popen, []

    def make_and_be_ended(words: list[str], **named: Any) -> "subprocess.Popen[bytes]":
        made.append(make([sys.executable, "-c", "import time; time.sleep(60)"], **named))
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.2)  # the signal is met before the caller knows of the process
        return made[0]

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.setattr(prefect_home, "_answers", lambda *given: False)
    monkeypatch.setattr(subprocess, "Popen", make_and_be_ended)
    before = signal.signal(signal.SIGTERM, lambda *given: sys.exit(0))
    try:
        with pytest.raises(SystemExit), prefect_home.server_for_schedule():
            pass
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [server.wait(30) for server in made] == [-signal.SIGTERM]
