"""Run `complaints` as an operator would, with nothing set, in this process or in another."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from complaints.flows.cli import main as cli

BIN_FOLDER = Path(sys.executable).parent
AMBIENT = ("COMPLAINTS_", "PREFECT_", "DBT_", "COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR")


class Said(NamedTuple):
    """How a command ended and what it printed."""

    exit_code: int
    out: str
    err: str


Run = Callable[..., Said]


def environment(**given: object) -> dict[str, str]:
    """Return this process's environment without anybody's settings, and with those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(AMBIENT)}
    return kept | {name: str(value) for name, value in given.items()}


def run_here(capsys: pytest.CaptureFixture[str], *words: object) -> Said:
    """Run a command through `main`, as the installed program does, but in this process."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["complaints", *map(str, words)])
        cli.main()
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    return Said(int(ended.value.code or 0), captured.out, captured.err)


def run_there(*words: object, cwd: Path, **given: object) -> Said:
    """Run the installed program to its end, piped, with these environment variables."""
    done = subprocess.run(
        [BIN_FOLDER / "complaints", *map(str, words)],
        cwd=cwd,
        env=environment(**given),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def assert_mistake(said: Said, exit_code: int, *words: str) -> None:
    """A mistake is met with its exit code and one sentence on standard error."""
    assert said.exit_code == exit_code, said
    assert said.out == ""
    assert said.err.startswith("Error: ") and said.err.count("\n") == 1
    for word in words:
        assert word in said.err
