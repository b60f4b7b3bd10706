"""The whole session is killed, Prefect's temporary server too, as when the power fails."""

import os
import signal
import subprocess
from pathlib import Path

from command_helpers import BIN_FOLDER, environment
from conftest import query
from flows.settings import Settings
from small_home import SECOND_DAY, SmallHome
from test_recovery import assert_next_night_ends_right, what_matters


def test_killed_under_prefect_the_next_night_ends_as_if_nothing_had_happened(
    home_of_first_night: SmallHome, second_night: Settings, tmp_path: Path
) -> None:
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
            if line == "land\n":
                os.killpg(run.pid, signal.SIGKILL)
        assert run.wait(30) == -signal.SIGKILL, said
    (before,) = query(settings.marts_path, "select as_of_day from dq_publication")
    assert before < (SECOND_DAY,)
    assert_next_night_ends_right(settings, what_matters(second_night))
