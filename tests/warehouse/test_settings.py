"""Settings: where each comes from, in which order, and what a mistake in one is met with."""

import json
from pathlib import Path

import pytest

from command_helpers import Run, assert_mistake
from complaints.warehouse.errors import ExitCode, UsageError
from complaints.warehouse.settings import read_settings


def in_force(run: Run, *words: object) -> dict[str, tuple[str, str]]:
    """Return value and origin of every setting, as `complaints settings` lists them."""
    rows = json.loads(run("settings", *words, "--format", "json").out)
    return {row["setting"].removeprefix("COMPLAINTS_"): (row["value"], row["from"]) for row in rows}


def test_the_environment_goes_before_the_home_and_the_home_before_the_working_directory(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / ".env").write_text(
        f"COMPLAINTS_HOME={home}\nCOMPLAINTS_KEPT_STATES=1\nCOMPLAINTS_KEPT_BACKUPS=1\n"
        "COMPLAINTS_SMTP_PORT=1\nOTHER=1\n"
    )
    (home / ".env").write_text(
        "complaints_kept_states=2\nCOMPLAINTS_KEPT_BACKUPS=2\nCOMPLAINTS_HOME=/elsewhere\n"
        "COMPLAINTS_SMTP_USER=\n"
    )
    monkeypatch.setenv("COMPLAINTS_KEPT_STATES", "3")
    found = in_force(run)
    assert found["KEPT_STATES"] == ("3", "environment")
    assert found["KEPT_BACKUPS"] == ("2", str(home / ".env"))
    assert found["SMTP_PORT"] == ("1", ".env")
    assert found["HOME"] == (str(home), ".env")
    assert found["SMTP_USER"] == ("", "default"), "blank is not set"
    assert in_force(run, "--home", home)["HOME"] == (str(home), "command line")


@pytest.mark.parametrize("blank", ["", " "])
def test_what_is_blank_in_the_environment_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: str
) -> None:
    """So that it is neither a mistake nor the working directory."""
    for name in ("SOURCE", "BACKUP_FOLDER", "RETENTION_YEARS", "AS_OF", "KEPT_STATES"):
        monkeypatch.setenv(f"COMPLAINTS_{name}", blank)
    found = read_settings(home=tmp_path)
    assert (found.source, found.retention_years, found.as_of) == (None, None, None)
    assert (found.backups_path, found.kept_states) == (tmp_path / "backups", 7)


def test_a_path_may_begin_with_the_home_of_the_user(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COMPLAINTS_BACKUP_FOLDER", "~/disk")
    monkeypatch.setenv("COMPLAINTS_SOURCE", "~/exports")
    found = read_settings(home="~/home")
    assert (found.home, found.backups_path) == (tmp_path / "home", tmp_path / "disk")
    assert found.source == tmp_path / "exports"
    monkeypatch.setenv("COMPLAINTS_BACKUP_FOLDER", "~nobody-at-all/disk")
    assert_mistake(
        run("settings"), ExitCode.USAGE, "BACKUP_FOLDER cannot be used: it begins with ~"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_an_env_file_may_be_of_notepad(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_text("COMPLAINTS_REPORT_SYMBOL=§\r\n", encoding=encoding)
    assert read_settings(home=tmp_path).report_symbol == "§"


def test_a_line_of_an_env_file_that_is_no_setting_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mail\nCOMPLAINTS_SMTP_PORT=25\nCOMPLAINTS SMTP_HOST is x\n")
    with pytest.raises(UsageError, match=r"\.env, line 3, cannot be read: write NAME=value"):
        read_settings(home=tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", "A=1".encode("utf-16-le"), b"A=\xa7"])
def test_an_env_file_that_is_no_text_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(UsageError, match=r"\.env cannot be read as text: save it as UTF-8"):
        read_settings(home=tmp_path)


def test_secrets_are_masked_and_unknown_names_are_named_with_the_nearest(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_SMTP_PASSWORD", "tok3n")
    monkeypatch.setenv("COMPLAINTS_ALERT_FAILURES", "a@b.example")
    (tmp_path / ".env").write_text("COMPLAINTS_XYZZY=1\n")
    said = run("settings", "--home", tmp_path)
    assert said.exit_code == ExitCode.DONE
    assert "tok3n" not in said.out + said.err and "********" in said.out
    assert said.err.splitlines() == [
        "There is no setting COMPLAINTS_ALERT_FAILURES, so it does nothing; "
        "COMPLAINTS_ALERTS_FAILURES may be meant.",
        f"There is no setting COMPLAINTS_XYZZY (in {tmp_path}/.env), so it does nothing.",
        "There is no setting COMPLAINTS_XYZZY (in .env), so it does nothing.",
    ]


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("KEPT_STATES", "many", "it must be a whole number"),
        ("KEPT_STATES", "0", "it must be at least 1"),
        ("DOOR_ROWS_SHARE", "2", "it must be at most 1.0"),
        ("QUERY_SECONDS", "0", "it must be more than 0"),
        ("AS_OF", "27/11/2018", "it must be a day, as 2018-11-27"),
        ("ALERTS_QUIET_NIGHTS", "perhaps", "it must be true or false"),
        ("SMTP_SECURITY", "ssl", "it must be none, starttls or tls"),
        ("MEMORY_LIMIT", "plenty", "it is not written as it must be, as 500MB"),
        ("NIGHTLY_EXPORTS", "csv, xls", "entry 2 must be parquet, csv or xlsx"),
        (
            "CHECK_LEAVES_OUT",
            "mailbackup",
            "entry 1 must be mail, backup, disk, sources or settings",
        ),
        ("REPORT_SYMBOL", "123456", "it must have at most 5 characters"),
        ("ALERTS_TEAMS", "Fostering", "entry 1 is not a team, =, and an e-mail address"),
        ("ALERTS_FAILURES", "tok3n", "entry 1 is neither an e-mail address nor"),
    ],
)
def test_a_wrong_value_is_met_with_a_plain_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(f"COMPLAINTS_{name}", value)
    said = run("sql", "select 1")
    assert_mistake(said, ExitCode.USAGE, f"COMPLAINTS_{name} cannot be used: {problem}")
    assert "docs/settings.md" in said.err
    assert value not in said.err or name in ("KEPT_STATES", "QUERY_SECONDS", "DOOR_ROWS_SHARE")


def test_a_wrong_value_of_a_file_is_named_with_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COMPLAINTS_KEPT_STATES=many\n")
    said = run("sql", "select 1", "--home", tmp_path)
    assert_mistake(
        said, ExitCode.USAGE, f"COMPLAINTS_KEPT_STATES in {tmp_path}/.env cannot be used"
    )


@pytest.mark.parametrize("home", ["notes.txt", "notes.txt/home", "notes.txt/a/b"])
def test_a_home_that_is_a_file_or_below_one_is_refused(run: Run, tmp_path: Path, home: str) -> None:
    (tmp_path / "notes.txt").write_text("a file")
    for words in (["sql", "select 1"], ["nightly", "--source", "."], ["check"]):
        said = run(*words, "--home", tmp_path / home)
        assert_mistake(said, ExitCode.USAGE, "notes.txt is a file")


def test_a_home_where_nothing_can_be_made_is_met_with_a_sentence(run: Run) -> None:
    (Path() / "exports").mkdir()
    said = run("nightly", "--source", "exports", "--home", "/proc/complaints")
    assert_mistake(said, ExitCode.FAILED, "/proc/complaints")
