"""A home looked after: going back to an earlier state, and coming back from a backup."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from test_interrupted import left_by_a_night

from command_helpers import Run, assert_mistake
from complaints.flows.steps.publish import publish
from complaints.warehouse import backup as backing_up
from complaints.warehouse import restore as restoring
from complaints.warehouse import runs
from complaints.warehouse.backup import all_backups, back_up
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.restore import restore_home
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from conftest import query, snapshot
from small_home import FIRST_DAY, SECOND_DAY, SmallHome, ended, quick_night, start

pytestmark = pytest.mark.xdist_group("night_shift")

STATE = "select as_of_day from dq_publication"


@pytest.fixture
def home(home_of_first_night: SmallHome) -> Settings:
    """A home after its first night; nothing is delivered since."""
    return home_of_first_night.put_back()


@pytest.fixture
def backup(home: Settings, tmp_path: Path) -> Path:
    """A backup of it on another disk."""
    return back_up(home, tmp_path / "disk")


def lose(home: Settings, but: str = "dbt") -> None:
    """Lose all of a home that a backup holds; dbt would make its own files again, in seconds."""
    for path in home.home.iterdir():
        if path.name != but:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def test_home_lost_is_brought_back_and_the_next_night_ends_right(
    run: Run, home_of_first_night: SmallHome, second_night: Settings, tmp_path: Path
) -> None:
    settings = home_of_first_night.before_second_night()
    question = settings.questions_folder / "ours.sql"
    question.parent.mkdir()
    question.write_text("-- Ours\nselect 1", encoding="utf-8")
    before = snapshot(settings.marts_path)
    said = run("backup", "--home", settings.home, "--to", tmp_path / "disk")
    (backup,) = (tmp_path / "disk").iterdir()
    assert said.exit_code == ExitCode.DONE and said.out == f"The backup is in {backup}\n"
    lose(settings)
    said = run("restore", "--backup", backup, "--home", settings.home)
    assert said.exit_code == ExitCode.DONE and "complaints nightly" in said.out
    assert snapshot(settings.marts_path) == before, "readers have the marts at once"
    assert question.read_text(encoding="utf-8").startswith("-- Ours")
    assert query(settings.runs_path, "select count(*) from ops_runs") == [(1,)]

    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert left_by_a_night(settings)["marts"] == left_by_a_night(second_night)["marts"]


def test_backup_goes_with_the_home_and_the_last_few_are_kept(run: Run, home: Settings) -> None:
    home = home.model_copy(update={"kept_backups": 2})
    folder = home.home / "backups"
    (folder / "backup-exports").mkdir(parents=True)
    renamed = back_up(home).rename(folder / "backup-before-upgrade")
    made = [back_up(home) for _ in range(3)]
    assert sorted(folder.iterdir()) == [*made[1:], renamed, folder / "backup-exports"]
    assert all_backups(home)[-1][1] == made[2], "another folder is no backup, however new"
    assert {path.name for path in made[2].iterdir()} == {
        *("warehouse.duckdb", "runs.duckdb", "marts.duckdb", "reference", "SHA256SUMS")
    }, "no log is left beside a database"


def test_backup_may_go_to_another_disk_by_setting(
    run: Run, home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_BACKUP_FOLDER", str(tmp_path / "disk"))
    assert run("backup", "--home", home.home).exit_code == ExitCode.DONE
    (backup,) = (tmp_path / "disk").iterdir()
    assert backup.stat().st_mode & 0o777 == 0o700


def test_backup_waits_for_no_night_and_disturbs_none(run: Run, home: Settings) -> None:
    with lock_home(home):
        assert_mistake(run("backup", "--home", home.home), ExitCode.FAILED, "Another run")
    assert not (home.home / "backups").exists()


def test_nothing_to_back_up_is_said(run: Run, tmp_path: Path) -> None:
    assert_mistake(run("backup"), ExitCode.FAILED, "nothing to back up", "--home")
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_hold_a_backup_is_refused(
    run: Run, home: Settings, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    said = run("backup", "--home", home.home, "--to", tmp_path / "a file")
    assert_mistake(said, ExitCode.USAGE, "cannot be used", "a file")


@pytest.mark.parametrize("folder", [".", "published", "backups/old"])
@pytest.mark.parametrize("by", ["--to", "setting"])
def test_no_backup_lies_elsewhere_in_the_home(
    run: Run, home: Settings, monkeypatch: pytest.MonkeyPatch, folder: str, by: str
) -> None:
    before = sorted(home.home.rglob("*"))
    words: list[object] = ["--to", home.home / folder]
    if by == "setting":
        monkeypatch.setenv("COMPLAINTS_BACKUP_FOLDER", str(home.home / folder))
        words = []
    said = run("backup", "--home", home.home, *words)
    assert_mistake(said, ExitCode.USAGE, "is in the home, where an erasure would not find it")
    assert sorted(home.home.rglob("*")) == before
    said = run("backup", "--home", home.home, "--to", home.home / "backups")
    assert said.exit_code == ExitCode.DONE


def test_backup_that_meets_a_full_disk_leaves_nothing(
    run: Run, home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(source: Path, target: Path) -> None:
        target.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backing_up.shutil, "copyfile", fill)
    said = run("backup", "--home", home.home, "--to", tmp_path / "disk")
    assert_mistake(said, ExitCode.FAILED, "No space left", "room")
    assert list((tmp_path / "disk").iterdir()) == []


def test_backup_of_a_damaged_warehouse_is_none(run: Run, home: Settings, tmp_path: Path) -> None:
    home.warehouse_path.write_text("not a database")
    said = run("backup", "--home", home.home, "--to", tmp_path / "disk")
    assert_mistake(said, ExitCode.FAILED, "could not be written", "the warehouse opens")
    assert list((tmp_path / "disk").iterdir()) == []


def cut(path: Path) -> None:
    """Lose the end of a file."""
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda backup: cut(backup / "warehouse.duckdb"), "warehouse.duckdb is missing or damaged"),
        (lambda backup: (backup / "runs.duckdb").unlink(), "runs.duckdb is missing or damaged"),
        (lambda backup: (backup / "SHA256SUMS").unlink(), "it lacks SHA256SUMS"),
    ],
    ids=["cut short", "incomplete", "unfinished"],
)
def test_damaged_backup_is_not_restored(
    run: Run, backup: Path, tmp_path: Path, damage: Callable[[Path], None], problem: str
) -> None:
    damage(backup)
    said = run("restore", "--backup", backup, "--home", tmp_path / "new")
    assert_mistake(said, ExitCode.FAILED, problem)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("left", ["warehouse.duckdb", "runs.duckdb", "marts.duckdb"])
def test_restore_overwrites_nothing(run: Run, home: Settings, backup: Path, left: str) -> None:
    lose(home, but=left)
    before = (home.home / left).read_bytes()
    said = run("restore", "--backup", backup, "--home", home.home)
    assert_mistake(said, ExitCode.USAGE, f"still holds {left}", "move the whole folder away")
    assert (home.home / left).read_bytes() == before


def test_restore_that_was_interrupted_is_no_whole_home(
    run: Run, home: Settings, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new"
    rename = os.replace

    def stop(source: Path, target: Path) -> None:
        if target.name == "warehouse.duckdb":
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(restoring.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        restore_home(home.model_copy(update={"home": new}), backup)
    assert not (new / "warehouse.duckdb").exists()
    assert_mistake(run("backup", "--home", new), ExitCode.FAILED, "no warehouse")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--backup", "nowhere"], "not a folder that exists"),
        (["2018-11-26", "--backup", "nowhere"], "not both"),
    ],
    ids=["nowhere", "both"],
)
def test_restore_with_wrong_words_is_refused(run: Run, words: list[str], problem: str) -> None:
    assert_mistake(run("restore", *words), ExitCode.USAGE, problem)


@pytest.fixture
def two_states(home_of_first_night: SmallHome) -> Settings:
    """A home in which the states of two nights are kept."""
    settings = home_of_first_night.put_back()
    os.utime(next(settings.published_folder.iterdir()), (1_000_000_000, 1_000_000_000))
    shutil.copyfile(settings.marts_path, settings.published_folder / "marts-my-own.duckdb")
    publish(settings, runs.Run("second", datetime(2018, 11, 27, 4), SECOND_DAY, "", run_number=2))
    mark_as_second(settings)
    return settings


def mark_as_second(settings: Settings) -> None:
    """Let the published marts say that they are of the second night."""
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("update dq_publication set as_of_day = $day", {"day": SECOND_DAY})


def test_kept_states_are_listed_newest_first(run: Run, two_states: Settings) -> None:
    rows = json.loads(run("restore", "--home", two_states.home, "--format", "json").out)
    assert [(row["as_of_day"], row["is_newest"]) for row in rows] == [
        (str(SECOND_DAY), True),
        (str(FIRST_DAY), False),
    ]
    assert rows[0]["run_id"] == "second"
    assert rows[1]["published_at"] == "2001-09-09 01:46 UTC"
    for row in rows:
        assert (two_states.published_folder / f"{row['state']}.duckdb").exists()


def test_earlier_state_is_published_again_until_the_next_night(
    run: Run, home_of_first_night: SmallHome, two_states: Settings
) -> None:
    with duckdb.connect(two_states.marts_path, read_only=True) as reader:
        said = run("restore", str(FIRST_DAY), "--home", two_states.home)
        assert said.exit_code == ExitCode.DONE and "until a night publishes" in said.out
        assert reader.execute(STATE).fetchone() == (SECOND_DAY,), "an open reader is undisturbed"
    assert query(two_states.marts_path, STATE) == [(FIRST_DAY,)]
    assert ended(start(quick_night, two_states)) == ExitCode.DONE
    assert query(two_states.marts_path, STATE) == [(SECOND_DAY,)]


def test_state_is_known_by_its_name_run_or_day(run: Run, two_states: Settings) -> None:
    rows = json.loads(run("restore", "--home", two_states.home, "--format", "json").out)
    for form in ("{state}", "{state}.duckdb", "{run_id}", "{as_of_day}"):
        mark_as_second(two_states)
        said = run("restore", form.format(**rows[1]), "--home", two_states.home)
        assert said.exit_code == ExitCode.DONE
        assert query(two_states.marts_path, STATE) == [(FIRST_DAY,)], form


def test_unknown_state_is_met_with_a_sentence(run: Run, home: Settings) -> None:
    said = run("restore", "2018-01-01", "--home", home.home)
    assert_mistake(said, ExitCode.USAGE, "2018-01-01 is not a published state", "lists them")


def test_no_state_is_met_with_a_sentence(run: Run) -> None:
    assert_mistake(run("restore"), ExitCode.FAILED, "No published state is kept")


def test_damaged_state_leaves_the_marts_as_they_are(run: Run, two_states: Settings) -> None:
    before = two_states.marts_path.read_bytes()
    (state,) = two_states.published_folder.glob(f"*{FIRST_DAY}*")
    state.write_text("not a database")
    said = run("restore", str(FIRST_DAY), "--home", two_states.home)
    assert_mistake(said, ExitCode.FAILED, "is damaged", "left as they are")
    assert two_states.marts_path.read_bytes() == before
    assert not list(two_states.home.glob(".marts-*"))


def test_state_is_not_restored_while_a_night_is_at_work(run: Run, home: Settings) -> None:
    with lock_home(home):
        said = run("restore", str(FIRST_DAY), "--home", home.home)
    assert_mistake(said, ExitCode.FAILED, "Another run is in progress")
