"""Who may read what: rights in the home, and nothing private in the published file."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from command_helpers import Run, assert_mistake
from complaints.flows.cli import main as cli
from complaints.flows.steps.private_columns import check_nothing_private, private_names
from complaints.flows.steps.publish import publish
from complaints.report.write import write_report
from complaints.warehouse import access, runs
from complaints.warehouse.access import keep_private
from complaints.warehouse.errors import ExitCode, RunFailedError, UsageError
from complaints.warehouse.messages import catalogue
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.store import open_warehouse
from small_home import SECOND_DAY, SmallHome, ended, quick_night, start

pytestmark = pytest.mark.xdist_group("night_shift")

grp = pytest.importorskip("grp", reason="rights are set by hand on this system")
SECOND_NIGHT = runs.Run("second", datetime(2018, 11, 27, 4), SECOND_DAY, rulebook="")
PRIVATE_FILES = ("warehouse.duckdb", "runs.duckdb", "run.lock", "dbt")


def mode(path: Path) -> str:
    """Return the rights of a file or folder, as `chmod` takes them."""
    return oct(path.stat().st_mode & 0o7777)[2:]


def modes_in(settings: Settings) -> dict[str, str]:
    """Return the rights of what lies in a home, and of one file in each shared folder."""
    shared = (settings.marts_path, settings.published_folder, *settings.published_folder.iterdir())
    return {path.name: mode(path) for path in (settings.home, *shared)}


def test_home_is_its_owners_alone_where_no_group_is_named(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    for path in settings.home.iterdir():
        path.chmod(0o777)  # as an older version may have left them
    with keep_private(settings):
        publish(settings, SECOND_NIGHT)
    assert {mode(settings.home / name) for name in PRIVATE_FILES} == {"600", "700"}
    assert set(modes_in(settings).values()) == {"600", "700"}


def test_group_reads_the_marts_and_nothing_else(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    group = next(each for each in grp.getgrall() if each.gr_gid in {os.getegid(), *os.getgroups()})
    settings = settings.model_copy(update={"marts_group": group.gr_name})
    released = settings.releases_folder / "1" / "report.html"
    released.parent.mkdir(parents=True, mode=0o700)
    released.touch(0o600)  # as a restore leaves it
    assert ended(start(quick_night, settings)) == ExitCode.DONE
    assert (mode(released.parent), mode(released)) == ("750", "640")
    assert released.stat().st_gid == group.gr_gid
    assert {mode(settings.home / name) for name in PRIVATE_FILES} == {"600", "700"}
    modes = modes_in(settings)
    assert modes.pop("home") == "710", "passed through, not looked into"
    assert modes.pop("published") == "750"
    assert set(modes.values()) == {"640"}
    assert settings.marts_path.stat().st_gid == group.gr_gid


@pytest.mark.skipif(os.geteuid() != 0, reason="needs two accounts")
def test_another_account_reads_the_marts_only_as_a_member_of_the_group(
    example_copy: Settings, tmp_path: Path
) -> None:
    settings = example_copy.model_copy(update={"marts_group": "daemon"})
    with keep_private(settings):
        pass
    for folder in (tmp_path, *tmp_path.parents[:3]):  # pytest keeps them to its own account
        folder.chmod(folder.stat().st_mode | 0o011)
    daemon = grp.getgrnam("daemon").gr_gid
    assert may_read(settings.marts_path, daemon)
    assert not may_read(settings.marts_path, 65534)
    assert not may_read(settings.warehouse_path, daemon)
    assert not may_read(settings.runs_path, daemon)


@pytest.mark.soak
@pytest.mark.skipif(os.geteuid() != 0, reason="needs two accounts")
def test_a_member_of_the_group_can_use_every_command_that_reads(
    run: Run, example_copy: Settings, tmp_path: Path
) -> None:
    settings = example_copy.model_copy(update={"marts_group": "daemon"})
    with keep_private(settings):
        pass
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o011)
    out = tmp_path / "mine"
    out.mkdir()
    out.chmod(0o777)
    group = grp.getgrnam("daemon").gr_gid
    given = ["--home", str(settings.home)]
    for words in (
        ["quarantine"],
        ["worklist"],
        ["status"],
        ["check"],
        ["report", "2018-19 Q2", "--format", "json", "--out", str(out)],
        ["worklist", "--format", "xlsx", "--out", str(out / "list.xlsx")],
    ):
        run(*words, *given)  # imports everything, for the other account may not read the project
        for path in out.iterdir():
            path.unlink()
        assert as_another(group, [*words, *given]) == ExitCode.DONE, words
    assert {path.suffix for path in out.iterdir()} == {".xlsx"}
    assert as_another(group, ["worklist", "--format", "xlsx", *given]) == ExitCode.USAGE
    assert as_another(65534, ["sql", "select 1", *given]) == ExitCode.FAILED


def as_another(group: int, words: list[str]) -> int:
    """Run a command in a process of another account of a group; return its exit code."""
    catalogue()
    process = os.fork()
    if process == 0:
        code = 99
        try:
            os.setgroups([])
            os.setgid(group)
            os.setuid(65534)
            os.chdir("/")
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.argv = ["complaints", *words]
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def may_read(path: Path, group: int) -> bool:
    """Say whether an account that owns nothing can read a file as a member of a group."""
    words = ["dd", f"if={path}", "of=/dev/null", "count=1"]
    done = subprocess.run(words, user=65534, group=group, extra_groups=[], capture_output=True)
    return done.returncode == 0


def test_report_is_shared_like_the_marts_unless_it_goes_elsewhere(
    example_copy: Settings, tmp_path: Path
) -> None:
    written = write_report(example_copy, "2018-19 Q2", formats=("json",))
    assert [mode(path) for path in written] == ["600"]
    assert mode(example_copy.reports_folder) == "700"
    before = mode(tmp_path)
    write_report(example_copy, "2018-19 Q2", formats=("json",), out=tmp_path)
    assert mode(tmp_path) == before


def test_what_a_night_makes_is_never_open_to_others_for_a_moment(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    before = os.umask(0o022)
    try:
        with keep_private(settings):
            (settings.home / "warehouse.duckdb.wal").touch()
        assert mode(settings.home / "warehouse.duckdb.wal") == "600"
        (tmp_path / "afterwards").touch()
        assert mode(tmp_path / "afterwards") == "644"
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("no-such-group", "which this machine does not have"), ("daemon", "is not a member of")],
)
def test_group_that_cannot_be_used_is_met_before_the_night_begins(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    (tmp_path / "exports").mkdir()
    monkeypatch.setenv("COMPLAINTS_MARTS_GROUP", name)
    monkeypatch.setattr(access.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(access.os, "getgroups", lambda: [])
    said = run("nightly", "--source", "exports", "--dry-run")
    assert_mistake(said, ExitCode.USAGE, "COMPLAINTS_MARTS_GROUP", name, problem)
    assert not (tmp_path / "complaints-home").exists()


def test_group_is_refused_where_the_system_knows_no_such_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "IS_POSIX", False)
    with pytest.raises(UsageError, match=r"docs/access\.md"):
        access.readers_group(Settings(home=tmp_path, marts_group="analysts"))
    with keep_private(Settings(home=tmp_path)):
        (tmp_path / "made").touch()


def test_home_of_another_account_is_met_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o777)
    monkeypatch.setattr(Path, "chmod", refuse)
    with (
        pytest.raises(RunFailedError, match="belongs to another account"),
        keep_private(Settings(home=tmp_path)),
    ):
        raise AssertionError("the night began")


def test_marts_out_of_reach_are_met_with_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    exists = Path.exists

    def refuse(path: Path) -> bool:
        if path.name == "marts.duckdb":
            raise PermissionError(13, "Permission denied")
        return exists(path)

    monkeypatch.setattr(Path, "exists", refuse)
    assert_mistake(run("sql", "select 1"), ExitCode.FAILED, "may not be read", "docs/access.md")


def test_marts_with_a_private_column_are_not_published(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    before = settings.marts_path.read_bytes()
    with open_warehouse(settings) as warehouse:
        warehouse.execute("alter table marts.fct_complaints add column first_learning varchar")
    with pytest.raises(RunFailedError, match=r"as private: fct_complaints\.first_learning\. Take"):
        publish(settings, SECOND_NIGHT)
    assert settings.marts_path.read_bytes() == before
    assert len(list(settings.published_folder.iterdir())) == 1, "nor kept as if it were"


def test_free_text_and_what_is_known_of_the_child_are_marked_as_private() -> None:
    assert private_names(PROJECT_FOLDER / "dbt_project") == {
        *("learning", "learning_texts", "age_band", "gender", "ethnicity", "disability"),
        *("sexual_orientation", "advocate", "what_is_written"),
    }


@pytest.fixture
def published(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A file that is about to be published, to which a test adds a column."""
    settings = Settings(home=tmp_path)
    with open_warehouse(settings) as warehouse:
        warehouse.execute("attach ':memory:' as published")

        def check(column: str) -> None:
            warehouse.execute(f'create or replace table published.t as select 1 as "{column}"')
            check_nothing_private(settings, warehouse, "published")

        yield SimpleNamespace(check=check)


@pytest.mark.parametrize(
    "column", ["learning", "Age_Band", "child_gender", "learnings", "gender_1"]
)
def test_column_named_after_a_private_one_is_private(
    published: SimpleNamespace, column: str
) -> None:
    with pytest.raises(RunFailedError, match=f"t.{column}"):
        published.check(column)


@pytest.mark.parametrize("column", ["e_learningx", "age", "band", "engender"])
def test_column_that_only_looks_alike_is_published(published: SimpleNamespace, column: str) -> None:
    published.check(column)
