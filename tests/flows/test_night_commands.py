"""`complaints nightly`: through Prefect, as a dry run, piped, on a terminal."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from command_helpers import BIN_FOLDER, Run, assert_mistake, environment, run_there
from complaints.flows.cli.console import print_rows, progress
from complaints.flows.cli.nightly import copy_of_home
from complaints.warehouse import clock
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.layout import OPTIONAL_INPUTS
from complaints.warehouse.runs import lock_home, start_run
from complaints.warehouse.settings import Settings
from conftest import EXAMPLE_EXPORTS, query, write_export


def test_day_before_the_newest_is_refused(run: Run, example_copy: Settings) -> None:
    words = ["--source", EXAMPLE_EXPORTS, "--home", example_copy.home, "--as-of", "2018-11-26"]
    said = run("nightly", "--dry-run", *words)
    assert_mistake(said, ExitCode.USAGE, "2018-11-26", "2018-11-27", str(example_copy.home))
    assert ".dry-run" not in said.err


def test_todays_date_long_after_the_newest_must_be_given_by_hand(
    run: Run, example_copy: Settings
) -> None:
    words = ["--source", EXAMPLE_EXPORTS, "--home", example_copy.home]
    said = run("nightly", "--dry-run", *words)
    today = clock.today()
    assert_mistake(said, ExitCode.USAGE, "2018-11-27", f"--as-of {today}", str(example_copy.home))
    with start_run(example_copy.model_copy(update={"as_of": today})) as night:
        assert night.as_of_day == today


@pytest.mark.soak
def test_night_of_rejected_files_only_ends_with_1(
    run: Run, example_copy: Settings, tmp_path: Path
) -> None:
    write_export(tmp_path / "exports" / "letters.csv", [{"Letter": "1"}])
    words = ["--source", "exports", "--home", example_copy.home, "--as-of", "2018-11-27"]
    said = run("nightly", "--dry-run", *words)
    assert said.exit_code == ExitCode.FAILED
    sentence = said.err.splitlines()[-1]
    assert sentence.startswith("Error: Every file was rejected") and "letters.csv" in sentence


def state_of(home: Path) -> dict[str, tuple[int, bytes]]:
    """Return the files of a home with their times and contents."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.match("*.lock"))
    return {
        str(path.relative_to(home)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files
    }


def test_dry_run_in_a_home_yet_to_be_made_leaves_none(settings: Settings) -> None:
    with copy_of_home(settings) as copy:
        assert copy.home.is_dir()
    assert not copy.home.exists()
    assert not settings.home.exists()


@pytest.mark.parametrize("is_there", [False, True], ids=["a home to be made", "a home"])
def test_dry_run_reaches_neither_the_backups_nor_the_joint_store(
    settings: Settings, tmp_path: Path, is_there: bool
) -> None:
    outside = {"store": SecretStr("ducklake:joint"), "backup_folder": tmp_path / "backups"}
    if is_there:
        settings.home.mkdir()
    with copy_of_home(settings.model_copy(update=outside)) as copy:
        assert (copy.store.get_secret_value(), copy.backup_folder) == ("", None)


def test_dry_run_clears_away_what_a_killed_one_left(settings: Settings) -> None:
    old, of_today = (settings.home / f".dry-run-{name}" for name in ("old", "of_today"))
    for left in (old, of_today):
        left.mkdir(parents=True)
    os.utime(old, (0, 0))
    with copy_of_home(settings) as copy:
        assert set(settings.home.glob(".dry-run-*")) == {of_today, copy.home}


def test_dry_run_beside_a_run_at_work_says_so(run: Run, tmp_path: Path, settings: Settings) -> None:
    write_export(settings.source / "complaints.csv", [{"case_reference": "1"}])
    with lock_home(settings):
        said = run("nightly", "--dry-run", "--source", settings.source, "--home", settings.home)
    assert_mistake(said, ExitCode.FAILED, "Another run is in progress", str(settings.home))


@pytest.mark.soak
def test_dry_run_says_what_it_found_and_keeps_nothing(
    run: Run, example_copy: Settings, tmp_path: Path
) -> None:
    before = state_of(example_copy.home)
    row = {"procedure": "statutory", "stage": "stage_1", "received_date": "2018-07-02"}
    write_export(
        tmp_path / "exports" / "new.csv",
        [row | {"case_reference": "N1"}, row | {"case_reference": "N2", "stage": "stage 9"}],
    )
    write_export(tmp_path / "exports" / "letters.csv", [{"Case Ref": "1", "Stage": "1"}])
    (tmp_path / "sources.yml").write_text("sources: [{code: other, files: exports}]")
    words = ["--source", "sources.yml", "--home", example_copy.home, "--as-of", "2018-11-27"]
    said = run("nightly", "--dry-run", *words)
    assert said.exit_code == ExitCode.PUBLISHED_WITH_REJECTED_FILES
    assert ["letters.csv", "rejected"] in [line.split() for line in said.out.splitlines()]
    assert "case_reference" in said.out
    assert ["new.csv", "loaded", "2", "1", "0", "0", "0", "1"] in [
        line.split() for line in said.out.splitlines()
    ]
    assert "nothing was kept" in said.out
    held = [line for line in said.out.splitlines() if line.startswith("Held back by")]
    assert [line.partition(". ")[0] for line in held] == ["Held back by stage_unknown: 1"]
    assert "complaints quarantine" not in said.out, "it speaks of other nights"
    assert state_of(example_copy.home) == before


@pytest.mark.soak
def test_night_through_prefect_with_no_server_configured(
    example_copy: Settings, tmp_path: Path
) -> None:
    """Nothing new was delivered, so the night is short; the server's test has the whole flow."""
    said = run_there(
        *("nightly", "--source", EXAMPLE_EXPORTS, "--home", example_copy.home),
        *("--as-of", "2018-11-27"),
        cwd=tmp_path,
    )
    assert said.exit_code == ExitCode.DONE, said.err
    assert "\x1b" not in said.out + said.err and "\r" not in said.out + said.err
    assert "build run marts" in said.err.splitlines()
    said_of_files = [tuple(line.split()[:2]) for line in said.out.splitlines()]
    assert ("complaints_corporate.csv", "unchanged") in said_of_files
    published = query(
        example_copy.marts_path,
        "select count(*) from dq_deliveries where status = 'unchanged' and rows_read is null",
    )
    assert published == [(3 + len(OPTIONAL_INPUTS),)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]


@pytest.mark.soak
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
def test_night_that_is_ended_leaves_no_server(
    example_copy: Settings, tmp_path: Path, by: signal.Signals
) -> None:
    write_export(tmp_path / "exports" / "new.csv", [{"case_reference": "N1"}])
    night = subprocess.Popen(
        [BIN_FOLDER / "complaints", "nightly", "--source", "exports", "--as-of", "2018-11-27"],
        cwd=tmp_path,
        env=environment(COMPLAINTS_HOME=example_copy.home),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert night.stderr is not None
    lines = iter(night.stderr.readline, "")
    assert "build reference\n" in lines, "up to the first long step"
    children = psutil.Process(night.pid).children()
    assert [child for child in children if "complaints.flows.one_run_server" in child.cmdline()]
    night.send_signal(by)
    said = list(lines)
    if by == signal.SIGTERM:
        assert night.wait(60) == ExitCode.FAILED
        assert said[-1].startswith("Error: The night in ") and "was stopped" in said[-1]
        assert not [line for line in said if "Traceback" in line]
    night.wait()
    assert psutil.wait_procs(children, timeout=30)[1] == []


def on_terminal(stream: str, act: Callable[[], None]) -> str:
    """Let something print to a terminal of 60 columns, and return what the terminal was sent."""
    screen, terminal = pty.openpty()
    with os.fdopen(terminal, "w", encoding="utf-8") as file, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "xterm")
        patch.setenv("COLUMNS", "60")
        patch.setattr(sys, stream, file)
        act()
        file.flush()
        sent = os.read(screen, 65_536)
    os.close(screen)
    return sent.decode()


def test_terminal_shows_progress_on_one_line() -> None:
    def two_steps() -> None:
        with progress() as on_step:
            on_step("build_marts")
            on_step("publish")

    seen = on_terminal("stderr", two_steps)
    assert "\x1b[" in seen
    assert "build_marts" not in seen


def test_terminal_table_keeps_to_its_width() -> None:
    rows = [
        ("team_missing", "warning", "A sentence that is longer than the terminal is wide. " * 3)
    ]
    seen = on_terminal("stdout", lambda: print_rows(["code", "severity", "checks"], rows, "table"))
    without_colours = re.sub(r"\x1b\[[0-9;]*m", "", seen)
    assert "team_missing" in without_colours
    assert max(len(line) for line in without_colours.splitlines()) <= 60
