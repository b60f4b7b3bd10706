"""The page of the first day: its commands work, in the order in which they stand there."""

import re
import shlex
from pathlib import Path

import pytest

from command_helpers import Run
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from conftest import EXAMPLE_AS_OF_DAY, EXAMPLE_EXPORTS
from docs.operator_pages import variable_of

TEXT = (PROJECT_FOLDER / "docs" / "first_day.md").read_text(encoding="utf-8")
LINES = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith("complaints ")
]
TRIED_ELSEWHERE = ("demo", "nightly", "serve")  # by the example, its night and deploy.md's lines
# Nobody is to be notified in a test, which is all that `check` may find.
ENDS = {"alert --test": ExitCode.USAGE, "check": ExitCode.FAILED}


def test_the_page_is_one_page_and_names_settings_that_there_are() -> None:
    assert len(TEXT.splitlines()) <= 80
    named = set(re.findall(r"COMPLAINTS_[A-Z_]+", TEXT))
    assert named <= {variable_of(name) for name in Settings.model_fields}
    assert {line.split()[1] for line in LINES} >= {*TRIED_ELSEWHERE, "sources", "site", "backup"}


@pytest.mark.soak
def test_its_commands_work_as_they_stand(
    run: Run, example_copy: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("HOME", example_copy.home),
        ("AS_OF", EXAMPLE_AS_OF_DAY),
        ("CHECK_WAITING_DAYS", 10_000),
        ("BACKUP_FOLDER", tmp_path / "backups"),
    ):
        monkeypatch.setenv(f"COMPLAINTS_{name}", str(value))
    for line in LINES:
        words = [
            {
                "/srv/exports": str(EXAMPLE_EXPORTS),
                "/tmp/complaints-demo": str(example_copy.home),
            }.get(word, word)
            for word in shlex.split(line)[1:]
        ]
        if words[0] in TRIED_ELSEWHERE:
            continue
        file = words[words.index(">") + 1] if ">" in words else None
        said = run(*(words[: words.index(">")] if file else words))
        assert said.exit_code == ENDS.get(" ".join(words), ExitCode.DONE), (line, said)
        if file:
            Path(file).write_text(said.out, encoding="utf-8")
        if words == ["check"]:
            assert "Nobody" in said.out and len(said.out.splitlines()) == 1, said.out
