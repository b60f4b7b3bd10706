"""Who is notified of what, and what `complaints alert` shows."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
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
        MANAGER: ["Deadlines", "Data quality"],
        OFFICER: ["Data quality", "Failures"],
        LEGAL: ["Deadlines"],
    }
    assert log_rows(
        settings, "select audience, recipients, items, attempts, status from ops_alerts order by 1"
    ) == [
        ("data_quality+failures", 1, 2, 1, "sent"),
        ("deadlines", 1, 1, 1, "sent"),
        ("deadlines+data_quality", 1, 2, 1, "sent"),
    ]


def test_a_stopped_delivery_is_one_to_who_looks_after_data_and_failures(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        REJECTED.format("Half is gone."),
        "update dq_deliveries set status = 'stopped', is_stopped_now = true",
    )
    notify(read_settings(**notified.model_dump() | {"alerts_failures": MANAGER}), FIRST)
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 1 stopped at the door")
    assert text_of(mail).count("- Half is gone.") == 2


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


def test_preview_prints_the_next_digest_as_at_the_marts_day_and_marks_nothing(
    run: Run, notified: Settings, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_AS_OF", "2018-11-26")
    monkeypatch.setenv("COMPLAINTS_ALERTS_DATA_QUALITY", MANAGER)
    change(notified, "create table dq_publication as select date '2018-11-24' as as_of_day")
    words = ("alert", "--preview", "--home", notified.home)
    assert run(*words).out == "There is nothing new to send.\n"
    change(notified, HELD.format("20181126", 6))
    for _ in range(2):
        said = run(*words)
        assert said.exit_code == ExitCode.DONE
        assert said.out.startswith(
            "To the recipients of data_quality:\n\nComplaints, 24 November 2018"
        )
        assert "- C5, stage 1, Fostering: a_20181126.csv, row 6" in said.out
    assert postbox.taken() == []
    assert log_rows(notified, "from sent_notices") == log_rows(notified, "from ops_alerts") == []


@pytest.mark.parametrize(
    ("words", "setting", "problem"),
    [
        ([], "a@b.example", "takes one of --preview, --send and --test"),
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


def with_teams(settings: Settings, teams: str, **given: object) -> Settings:
    """Return the settings with nobody notified but these teams and those given."""
    nobody = dict.fromkeys(("alerts_data_quality", "alerts_deadlines", "alerts_failures"), "")
    return read_settings(**settings.model_dump() | nobody | {"alerts_teams": teams} | given)


OF_TWO_TEAMS = (
    HELD.format("20181126", 6),
    OVERDUE.format(8),
    OVERDUE.format(9),
    "update fct_complaint_stages set service_team = 'Early Help, North' "
    "where case_reference = 'C9'",
)


def test_a_team_gets_its_own_lines_and_counts_at_its_own_address(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, *OF_TWO_TEAMS)
    settings = with_teams(
        notified,
        f"assessments={LEGAL}, Fostering={LEGAL}, early help%2C north={MANAGER}",
        alerts_deadlines=OFFICER,
    )
    assert notify(settings, FIRST) == []
    mails = {mail["To"]: mail for mail in postbox.taken()}
    subjects = {to: mail["Subject"].partition(": ")[2] for to, mail in mails.items()}
    assert subjects == {
        LEGAL: "1 overdue, 1 record to correct",
        MANAGER: "1 overdue",
        OFFICER: "2 overdue",
    }
    named = {to: re.findall(r"^- (C\d)", text_of(mail), re.MULTILINE) for to, mail in mails.items()}
    assert named == {LEGAL: ["C8", "C8", "C5"], MANAGER: ["C9", "C9"], OFFICER: ["C8", "C9"] * 2}
    assert notify(settings, day(1)) == [] and postbox.taken() == []


def test_what_was_sent_to_no_team_is_new_to_its_first_recipient(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, *OF_TWO_TEAMS)
    notify(with_teams(notified, f"Fostering={LEGAL}"), day(0))
    (mail,) = postbox.taken()
    assert "C5" in text_of(mail) and "C8" not in text_of(mail)
    notify(with_teams(notified, f"Fostering={LEGAL},Assessments={MANAGER}"), day(1))
    (mail,) = postbox.taken()
    assert mail["To"] == MANAGER and "C8" in text_of(mail)


@pytest.mark.parametrize("officer", ["", OFFICER], ids=["team", "all"])
def test_what_nobody_gets_any_more_is_forgotten_and_brings_no_reminder(
    notified: Settings, postbox: Postbox, officer: str
) -> None:
    change(notified, *OF_TWO_TEAMS)
    other = "" if officer else f",early help%2C north={OFFICER}"
    notify(with_teams(notified, f"Assessments={LEGAL}{other}", alerts_deadlines=officer), day(0))
    assert {mail["To"] for mail in postbox.taken()} == {LEGAL, OFFICER}
    reminded = []
    for number in (6, 7, 8, 9, 14, 15):
        notify(with_teams(notified, f"Assessments={LEGAL}"), day(number))
        reminded += [number for mail in postbox.taken() if "(reminder)" in text_of(mail)]
    assert reminded == [7, 14]
    ((key,),) = log_rows(notified, "select key from sent_notices")
    assert "C8" in key


@pytest.mark.parametrize(
    ("officer", "fostering", "addresses"),
    [("", MANAGER, {MANAGER}), ("", "", set()), (OFFICER, MANAGER, set())],
    ids=["new team", "nobody", "who gets all knows it"],
)
def test_a_case_handed_to_another_team_is_new_to_its_recipient(
    notified: Settings, postbox: Postbox, officer: str, fostering: str, addresses: set[str]
) -> None:
    others = f",Fostering={fostering}" if fostering else ""
    settings = with_teams(notified, f"Assessments={LEGAL}{others}", alerts_deadlines=officer)
    change(notified, OVERDUE.format(8))
    notify(settings, day(0))
    postbox.taken()
    change(notified, "update fct_complaint_stages set service_team = 'ASSESSMENTS'")
    assert notify(settings, day(1)) == [] and postbox.taken() == [], "the same team"
    change(notified, "update fct_complaint_stages set service_team = 'Fostering'")
    notify(settings, day(2))
    mails = {mail["To"]: text_of(mail) for mail in postbox.taken()}
    assert mails.keys() == addresses and all("Newly overdue" in mail for mail in mails.values())
    assert notify(settings, day(3)) == [] and postbox.taken() == []
    remembered = log_rows(notified, "select team from sent_notices")
    assert len(remembered) == bool(officer or fostering)


def test_a_long_list_of_all_leaves_out_no_line_of_a_team(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        *(OVERDUE.format(number) for number in range(100, 160)),
        OVERDUE.format(999),
        "update fct_complaint_stages set service_team = 'Fostering' where case_reference = 'C999'",
    )
    notify(with_teams(notified, f"Fostering={LEGAL}", alerts_deadlines=OFFICER), FIRST)
    mails = {mail["To"]: text_of(mail) for mail in postbox.taken()}
    assert "- C999," in mails[LEGAL] and " more" not in mails[LEGAL]
    assert "- C999," not in mails[OFFICER] and "- and 36 more: " in mails[OFFICER]


def test_the_worklist_goes_with_the_digest_to_each_its_own_part(
    example_copy: Settings, notified: Settings, postbox: Postbox
) -> None:
    settings = with_teams(
        example_copy.model_copy(update={"smtp_port": notified.smtp_port, "smtp_host": "127.0.0.1"}),
        f"leaving care={LEGAL}",
        alerts_deadlines=MANAGER,
        alerts_failures=OFFICER,
        alerts_attach_worklist=True,
    )
    assert notify(settings, date(2018, 11, 27)) == []
    teams = {}
    for mail in postbox.taken():
        (attached,) = mail.iter_attachments()
        assert attached.get_filename() == "worklist-2018-11-27.xlsx"
        sheet = load_workbook(BytesIO(attached.get_content()))["Worklist"]
        rows = list(sheet.iter_rows(min_row=4, values_only=True))
        teams[mail["To"]] = {team for _, team, *_ in rows}
        overdue = {tuple(row[2:4]) for row in rows if row[0] == "Overdue"}
        assert f": {len(overdue)} overdue" in mail["Subject"]
    assert teams[LEGAL] == {"Leaving Care"} and len(teams[MANAGER]) > 5
    assert log_rows(settings, "from alert_outbox") == [], "no workbook is kept once it is sent"


def test_a_test_is_sent_to_every_recipient_and_stored_nowhere(
    run: Run, notified: Settings, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPLAINTS_ALERTS_DATA_QUALITY", MANAGER)
    monkeypatch.setenv("COMPLAINTS_ALERTS_FAILURES", f"{MANAGER}, {OFFICER}")
    monkeypatch.setenv("COMPLAINTS_ALERTS_TEAMS", f"Fostering={LEGAL}")
    monkeypatch.setenv("COMPLAINTS_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("COMPLAINTS_SMTP_PORT", str(notified.smtp_port))
    postbox.refused = {OFFICER}
    said = run("alert", "--test", "--home", notified.home)
    assert said.exit_code == ExitCode.FAILED
    assert said.out.splitlines() == [
        "To entry 1 of COMPLAINTS_ALERTS_DATA_QUALITY: sent; check that it arrived.",
        "To entry 2 of COMPLAINTS_ALERTS_FAILURES: not sent, because the mail server refuses it "
        "(550).",
        "To entry 1 of COMPLAINTS_ALERTS_TEAMS: sent; check that it arrived.",
    ]
    assert [(mail["To"], mail["Subject"]) for mail in postbox.taken()] == [
        (MANAGER, "Complaints: a test"),
        (LEGAL, "Complaints: a test"),
    ]
    postbox.refused = set()
    assert run("alert", "--test", "--home", notified.home).exit_code == ExitCode.DONE
    assert not notified.runs_path.exists()
