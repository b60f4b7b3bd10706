"""The lines of deploy.md work as they stand, in an environment as empty as cron's and systemd's."""

import re
import shlex
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from command_helpers import BIN_FOLDER
from complaints.warehouse.settings import PROJECT_FOLDER, Settings

TEXT = (PROJECT_FOLDER / "docs" / "deploy.md").read_text(encoding="utf-8")
BARE = {"PATH": "/usr/bin:/bin", "LANG": "C"}


def words_of(line: str, home: Path, source: Path) -> list[str]:
    """Return a line's words with the folders of this test in place of those of the page."""
    replaced = {
        "/opt/complaints/.venv/bin/complaints": str(BIN_FOLDER / "complaints"),
        "/srv/complaints": str(home),
        "/srv/exports": str(source),
    }
    return [replaced.get(word, word) for word in shlex.split(line)]


def cron_lines() -> dict[str, str]:
    """Return the commands of the crontab by their names."""
    lines = re.findall(r"^\d+ \d+ \* \* [\d*] (\S+ (\w+) .+)$", TEXT, re.MULTILINE)
    return {name: line for line, name in lines}


def test_the_crontab_has_a_night_and_a_backup() -> None:
    assert set(cron_lines()) == {"nightly", "backup"}


@pytest.mark.soak
@pytest.mark.parametrize("name", ["nightly", "backup"])
def test_a_line_of_the_crontab_works_with_nothing_set(
    example_copy: Settings, tmp_path: Path, name: str
) -> None:
    (tmp_path / "none").mkdir()
    home = example_copy.home if name == "backup" else tmp_path / "new"
    words = words_of(cron_lines()[name], home, tmp_path / "none")
    done = subprocess.run(
        words, cwd="/", env=BARE, capture_output=True, text=True, timeout=240, check=False
    )
    if name == "backup":
        assert done.returncode == 0 and "The backup is in" in done.stdout
    else:  # it came as far as the folder, which is empty
        assert done.returncode == 1, done
        assert "Error: No exports were found in" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.soak
def test_the_command_of_the_service_works_with_its_settings_alone(tmp_path: Path) -> None:
    command = re.search(r"^ExecStart=(.+)$", TEXT, re.MULTILINE)
    assert command
    settings = {"COMPLAINTS_HOME": str(tmp_path), "COMPLAINTS_SOURCE": str(tmp_path)}
    service = subprocess.Popen(
        words_of(command[1], tmp_path, tmp_path),
        cwd="/",
        env=BARE | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert service.stdout
        first, night, weekly = (service.stdout.readline() for _ in range(3))
        while not (server := psutil.Process(service.pid).children()):
            assert service.poll() is None
            time.sleep(0.01)
    finally:
        service.terminate()
        assert service.wait(60) == 0
    assert psutil.wait_procs(server, timeout=30)[1] == [], "stopped while its server was starting"
    assert first.startswith(f"The nights of {tmp_path} from {tmp_path}, until stopped")
    assert re.fullmatch(r"Next nightly: \w+, \d+ \w+ \d{4} at 04:00\.\n", night)
    assert re.fullmatch(r"Next weekly: Sunday, \d+ \w+ \d{4} at 07:00\.\n", weekly)
