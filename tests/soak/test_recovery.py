"""What can go wrong around a night: the disk, permissions, locks, dbt, and a kill under Prefect.

After each, the marts of the night before can be read, one sentence says what to do, and the next
night ends as if nothing had happened.
"""

import ctypes
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import SecretStr
from test_interrupted import left_by_a_night

from command_helpers import BIN_FOLDER, environment
from compiled_models import WITHOUT_DBT
from complaints.flows.night import PLAIN, run_and_notify
from complaints.flows.steps.build import build_reference
from complaints.warehouse.errors import ExitCode, OperatorError, RunFailedError
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse
from complaints.warehouse.system_errors import check_home, system_errors_explained
from conftest import query, snapshot
from notice_helpers import OFFICER, Postbox, mail_server, text_of
from small_home import PROCESSES, SECOND_DAY, SmallHome, ended, quick_night, start

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("night_shift")]

MEGABYTE = 1 << 20
MAKE_ROOM = "make room on that disk, and run again."
ANOTHER_ACCOUNT = 65534
ALLOW = "let the account that runs the job read and write there, and run again."

# A night that failed is recorded, and the night after it finds its files read or published;
# one that failed after gate 2 has counted, too.
RECORDS_OF_RUNS = {"dq_deliveries", "delivery_files", "deliveries", "nights", "quality_trends"}


@pytest.fixture(scope="module")
def undisturbed(second_night: Settings) -> dict[str, Any]:
    """What the second night leaves when nothing happens."""
    return what_matters(second_night)


def what_matters(settings: Settings) -> dict[str, Any]:
    """Return what a night leaves, but for the records of the runs themselves."""
    left = left_by_a_night(settings)
    for schema in ("marts", "warehouse"):
        left[schema] = {
            table: rows
            for table, rows in left[schema].items()
            if table not in RECORDS_OF_RUNS and not table.startswith("ops_")
        }
    return {name: left[name] for name in ("marts", "warehouse", "relations")}


def disturbed_night(settings: Settings, answers: Connection, disturb: Callable[..., None]) -> None:
    """Run a night with a disturbance, and send the sentence with which it ends."""

    def begin(step: str) -> None:
        disturb(step)

    try:
        with system_errors_explained():  # as the command line does
            run_and_notify(settings, WITHOUT_DBT, begin)
    except OperatorError as mistake:
        answers.send(str(mistake))
        raise SystemExit(mistake.exit_code) from None


def said_by(work: Callable[..., None], settings: Settings, *given: Any) -> str:
    """Run a failing night in a process of its own; return its sentence."""
    before = snapshot(settings.marts_path)
    answers, childs_end = PROCESSES.Pipe(duplex=False)
    exit_code = ended(start(work, settings, childs_end, *given))
    childs_end.close()
    assert exit_code == ExitCode.FAILED
    assert answers.poll(), "the night ended with an exception that nobody met"
    assert snapshot(settings.marts_path) == before, "the marts of the night before stay"
    return answers.recv()


def assert_next_night_ends_right(settings: Settings, undisturbed: dict[str, Any]) -> None:
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert what_matters(settings) == undisturbed


def night_on_a_disk_that_fills(settings: Settings, answers: Connection, full_at: str) -> None:
    """Run a night that can write no file further than a little from some step on."""

    def fill(step: str) -> None:
        if step == full_at:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))

    disturbed_night(settings, answers, fill)


def test_a_disk_that_is_full_at_any_moment_costs_nothing_but_that_night(
    home_of_first_night: SmallHome, undisturbed: dict[str, Any]
) -> None:
    settings = home_of_first_night.before_second_night()
    for step in ("prepare_reference", "record_fates", "publish"):
        said = said_by(night_on_a_disk_that_fills, settings, step)
        assert said.startswith(str(settings.home)) and said.endswith(MAKE_ROOM), step
    assert_next_night_ends_right(settings, undisturbed)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """Put a small disk in memory in the place of a folder, with what the folder holds."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a disk; the test before this one fills it otherwise")
    kept = folder.with_name("kept-beside")
    shutil.copytree(folder, kept)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = subprocess.run(words, capture_output=True, text=True, check=False)
    try:
        if mounted.returncode:
            pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)
        shutil.rmtree(kept)


def undisturbing(settings: Settings, answers: Connection) -> None:
    disturbed_night(settings, answers, lambda step: None)


def test_a_real_disk_that_is_full_says_so_and_the_next_night_ends_right(
    home_of_first_night: SmallHome, undisturbed: dict[str, Any]
) -> None:
    settings = home_of_first_night.before_second_night()
    postbox = Postbox()
    held = sum(path.stat().st_size for path in settings.home.rglob("*") if path.is_file())
    with small_disk(settings.home, 2 * held + 40 * MEGABYTE):
        ballast = settings.home / "ballast"
        with ballast.open("wb") as file:
            free = shutil.disk_usage(settings.home).free
            file.write(bytes(free - 2 * MEGABYTE))
        with mail_server(postbox) as port:
            of_failures = {
                "alerts_failures": SecretStr(OFFICER),
                "smtp_port": port,
                "smtp_host": "127.0.0.1",
            }
            said = said_by(undisturbing, settings.model_copy(update=of_failures))
        assert "No space left on device" in said and said.endswith(MAKE_ROOM)
        (mail,) = postbox.taken()
        assert said in text_of(mail), "room for the notice was kept"
        with pytest.raises(RunFailedError, match=r"has \d MB left, and a night needs 100 MB"):
            check_home(settings)
        ballast.unlink()
        assert_next_night_ends_right(settings, undisturbed)


def night_without_powers(settings: Settings, answers: Connection) -> None:
    """Run a night to which permissions apply, as they do not to root."""
    version_3, this_thread, no_capabilities = 0x20080522, 0, bytes(24)
    ctypes.CDLL(None).capset(struct.pack("Ii", version_3, this_thread), no_capabilities)
    disturbed_night(settings, answers, lambda step: None)


def test_rights_in_the_home_are_set_right_and_one_taken_from_the_exports_is_named(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.before_second_night()
    taken = (settings.warehouse_path, settings.runs_path, settings.home, settings.source)
    for path in taken:
        path.chmod(0)
    try:
        said = said_by(night_without_powers, settings)
    finally:
        settings.source.chmod(0o700)
    assert said.startswith(str(settings.source)) and said.endswith(ALLOW)
    assert [path.stat().st_mode & 0o777 for path in taken] == [0o600, 0o600, 0o700, 0o700]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to another account")
@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("home", "run this as the home's owner."),
        ("home/warehouse.duckdb", ALLOW),
        ("home/runs.duckdb", "let the account that runs the job read and write it."),
    ],
    ids=["home", "warehouse", "log"],
)
def test_what_another_account_took_is_named(
    home_of_first_night: SmallHome, name: str, remedy: str
) -> None:
    settings = home_of_first_night.before_second_night()
    path = settings.home.parent / name
    before = path.stat()
    os.chown(path, ANOTHER_ACCOUNT, -1)
    path.chmod(0o755 if path.is_dir() else 0o600)
    try:
        said = said_by(night_without_powers, settings)
    finally:
        os.chown(path, before.st_uid, -1)
    assert str(path) in said and said.endswith(remedy)


def test_a_working_store_open_in_another_program_is_named(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.before_second_night()
    with duckdb.connect(settings.warehouse_path):
        said = said_by(undisturbing, settings)
    assert said == (
        f"{settings.warehouse_path} is open in another program: close that program and run again."
    )


def test_what_is_not_the_machines_refusal_shows_itself() -> None:
    for mistake in (duckdb.CatalogException("Table x does not exist"), FileNotFoundError(2, "x")):
        with pytest.raises(type(mistake)), system_errors_explained():
            raise mistake


def night_without_memory(settings: Settings, answers: Connection, limit: str) -> None:
    """Run a night whose DuckDB may use hardly any memory."""
    disturbed_night(settings.model_copy(update={"memory_limit": limit}), answers, lambda step: None)


def test_too_little_memory_is_said_and_the_next_night_ends_right(
    home_of_first_night: SmallHome, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    settings = home_of_first_night.before_second_night()
    said = said_by(night_without_memory, settings, "1MB")
    assert said.startswith("DuckDB needs more memory") and "COMPLAINTS_MEMORY_LIMIT" in said
    under_dbt = settings.model_copy(update={"home": tmp_path / "home", "memory_limit": "20MB"})
    with pytest.raises(RunFailedError, match=re.escape(said)):
        build_reference(under_dbt)
    assert_next_night_ends_right(settings, undisturbed)


def night_with_a_broken_model(settings: Settings, answers: Connection) -> None:
    """Run a night whose models find a table of the load under another name."""

    def build(settings: Settings) -> None:
        with open_warehouse(settings) as warehouse:
            warehouse.execute("alter table raw.run rename to run_elsewhere")
        try:
            PLAIN["build_deadlines"](settings)
        finally:
            with open_warehouse(settings) as warehouse:
                warehouse.execute("alter table raw.run_elsewhere rename to run")

    try:
        run_and_notify(settings, WITHOUT_DBT | {"build_deadlines": build})
    except OperatorError as mistake:
        answers.send(str(mistake))
        raise SystemExit(mistake.exit_code) from None


def test_a_model_that_cannot_be_built_is_named_and_nothing_is_published(
    home_of_first_night: SmallHome, undisturbed: dict[str, Any]
) -> None:
    settings = home_of_first_night.before_second_night()
    said = said_by(night_with_a_broken_model, settings)
    assert said.startswith("Nothing was published, because in dbt ")
    assert "failed: " in said
    (logged,) = query(settings.runs_path, "select message from ops_runs where status = 'failed'")
    assert logged == (said,)
    assert_next_night_ends_right(settings, undisturbed)


def test_killed_under_prefect_the_next_night_ends_as_if_nothing_had_happened(
    home_of_first_night: SmallHome, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    """The whole session is killed, Prefect's temporary server too, as when the power fails."""
    settings = home_of_first_night.before_second_night()
    words = ["--source", settings.source, "--home", settings.home, "--as-of", SECOND_DAY]
    with subprocess.Popen(
        [BIN_FOLDER / "complaints", "nightly", *map(str, words)],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    ) as run:
        said = []
        for line in run.stderr:
            said.append(line.strip())
            if line == "record fates\n":
                os.killpg(run.pid, signal.SIGKILL)
        assert run.wait(30) == -signal.SIGKILL, said
    (before,) = query(settings.marts_path, "select as_of_day from dq_publication")
    assert before < (SECOND_DAY,)
    assert_next_night_ends_right(settings, undisturbed)
