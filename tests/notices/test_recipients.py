"""Who is notified of what, and what `complaints alert` shows."""

import re

import pytest
from pydantic import SecretStr

from command_helpers import Run, assert_mistake
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings, read_settings
from notice_helpers import (
    FIRST,
    HELD,
    LEGAL,
    MANAGER,
    OFFICER,
    OVERDUE,
    REJECTED,
    Postbox,
    change,
    day,
    log_rows,
    notify,
    text_of,
)


def test_each_is_notified_of_what_concerns_them_in_one_message(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        OVERDUE.format(8),
        REJECTED.format("x.csv is empty."),
    )
    settings = read_settings(
        **notified.model_dump(
            exclude={"alerts_data_quality", "alerts_deadlines", "alerts_failures"}
        ),
        alerts_data_quality=f"{MANAGER}, {OFFICER}",
        alerts_deadlines=f"{LEGAL},{MANAGER}",
        alerts_failures=OFFICER,
    )
    notify(settings, FIRST)
    parts = {mail["To"]: re.findall(r"(.+)\n=+\n", text_of(mail)) for mail in postbox.taken()}
    assert parts == {
        MANAGER: ["Data quality", "Deadlines"],
        OFFICER: ["Data quality", "Failures"],
        LEGAL: ["Deadlines"],
    }
    assert log_rows(
        settings, "select audience, recipients, items, attempts, status from ops_alerts order by 1"
    ) == [
        ("data_quality+deadlines", 1, 2, 1, "sent"),
        ("data_quality+failures", 1, 2, 1, "sent"),
        ("deadlines", 1, 1, 1, "sent"),
    ]


def test_nothing_is_stored_until_somebody_is_notified(notified: Settings, postbox: Postbox) -> None:
    change(notified, HELD.format("20181126", 6), OVERDUE.format(8))
    nobody = SecretStr("")
    silent = notified.model_copy(update={"alerts_data_quality": nobody, "alerts_deadlines": nobody})
    assert notify(silent, day(0)) == []
    assert not notified.runs_path.exists()
    settings = notified.model_copy(update={"alerts_deadlines": nobody})
    notify(settings, day(1))
    (mail,) = postbox.taken()
    assert "C5" in text_of(mail) and "C8" not in text_of(mail)
    notify(notified, day(2))
    (mail,) = postbox.taken()
    assert "C8" in text_of(mail), "what was sent to nobody yet is new to its first recipient"


def test_preview_prints_the_next_digest_and_marks_nothing(
    run: Run, notified: Settings, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_AS_OF", "2018-11-26")
    monkeypatch.setenv("COMPLAINTS_ALERTS_DATA_QUALITY", MANAGER)
    words = ("alert", "--preview", "--home", notified.home)
    assert run(*words).out == "There is nothing new to send.\n"
    change(notified, HELD.format("20181126", 6))
    for _ in range(2):
        said = run(*words)
        assert said.exit_code == ExitCode.DONE
        assert said.out.startswith(
            "To the recipients of data_quality:\n\nComplaints, 26 November 2018"
        )
        assert "- C5, stage 1: a_20181126.csv, row 6" in said.out
    assert postbox.taken() == []
    assert log_rows(notified, "from sent_notices") == log_rows(notified, "from ops_alerts") == []


@pytest.mark.parametrize(
    ("words", "setting", "problem"),
    [
        ([], "a@b.example", "takes one of --preview and --send"),
        (["--send"], "", "No recipients are configured"),
        (["--send"], "a@b.example, tok3n", "entry 2 is neither an e-mail address nor an Apprise"),
    ],
    ids=["neither", "nobody", "no address"],
)
def test_wrong_words_and_settings_end_with_2(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], setting: str, problem: str
) -> None:
    monkeypatch.setenv("COMPLAINTS_ALERTS_FAILURES", setting)
    said = run("alert", *words)
    assert_mistake(said, ExitCode.USAGE, problem)
    assert "tok3n" not in said.err, "an entry may be most of a secret"
