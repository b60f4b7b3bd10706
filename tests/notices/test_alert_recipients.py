"""Who is told, and what `complaints alert` shows."""

import re

import pytest

from alert_helpers import (
    FIRST,
    HELD,
    LEGAL,
    MANAGER,
    OFFICER,
    OVERDUE,
    Postbox,
    change,
    day,
    log_rows,
    tell,
    text_of,
)
from command_helpers import Run, assert_mistake
from complaints.notices.recipients import without_recipients
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings, read_settings


def test_each_is_told_what_concerns_him_in_one_message(told: Settings, postbox: Postbox) -> None:
    change(
        told,
        OVERDUE.format(8),
        "insert into dq_deliveries by name select '20181126T0' as run_id, 'x.csv' as file_name, "
        "'rejected' as status, 'x.csv is empty.' as message",
    )
    settings = read_settings(
        **told.model_dump(exclude={"alerts_data_quality", "alerts_deadlines", "alerts_failures"}),
        alerts_data_quality=f"{MANAGER}, {OFFICER}",
        alerts_deadlines=f"{LEGAL},{MANAGER}",
        alerts_failures=OFFICER,
    )
    tell(settings, FIRST)
    told_of = {mail["To"]: re.findall(r"(.+)\n=+\n", text_of(mail)) for mail in postbox.taken()}
    assert told_of == {
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


def test_nothing_is_stored_until_somebody_is_told(told: Settings, postbox: Postbox) -> None:
    change(told, HELD.format("20181126", 6), OVERDUE.format(8))
    assert tell(without_recipients(told), day(0)) == []
    assert not told.runs_path.exists()
    settings = told.model_copy(
        update={"alerts_deadlines": without_recipients(told).alerts_failures}
    )
    tell(settings, day(1))
    (mail,) = postbox.taken()
    assert "C5" in text_of(mail) and "C8" not in text_of(mail)
    tell(told, day(2))
    (mail,) = postbox.taken()
    assert "C8" in text_of(mail), "what nobody was told yet is new to its first recipient"


def test_preview_prints_the_next_digest_and_marks_nothing(
    run: Run, told: Settings, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_AS_OF", "2018-11-26")
    monkeypatch.setenv("COMPLAINTS_ALERTS_DATA_QUALITY", MANAGER)
    words = ("alert", "--preview", "--home", told.home)
    assert run(*words).out == "There is nothing new to tell.\n"
    change(told, HELD.format("20181126", 6))
    for _ in range(2):
        said = run(*words)
        assert said.exit_code == ExitCode.DONE
        assert said.out.startswith("To those told of data_quality:\n\nComplaints, 26 November 2018")
        assert "- C5, stage 1: a_20181126.csv, row 6" in said.out
    assert postbox.taken() == []
    assert log_rows(told, "from alert_items") == log_rows(told, "from ops_alerts") == []


@pytest.mark.parametrize(
    ("words", "setting", "problem"),
    [
        ([], "a@b.example", "takes one of --preview and --send"),
        (["--send"], "", "Nobody is configured to be told"),
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
