"""The digest: of what people are notified, once, and in which words."""

import re
from datetime import date, datetime

import pytest

from complaints.warehouse.runs import Interruption
from complaints.warehouse.settings import Settings, read_settings
from notice_helpers import (
    FIRST,
    HELD,
    OFFICER,
    OVERDUE,
    REJECTED,
    WARNED,
    Postbox,
    change,
    day,
    html_of,
    log_rows,
    notify,
    text_of,
)


def test_new_items_come_in_one_message_as_text_and_as_html(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        HELD.format("20181126", 6),
        "insert into dq_quarantine values "
        "('C7', 'stage_1', 'received_date_invalid,stage_row_conflict', 'a.csv', 8, 7, "
        "'complaints', 'Fostering'),"
        "('C7', 'stage_1', 'stage_row_conflict', 'a.csv', 9, 8, 'complaints', 'Fostering'),"
        "(null, null, 'received_date_invalid', 'a.csv', 11, 9, 'complaints', 'Not recorded')",
        WARNED,
        "insert into dq_warnings values ('C2', 'stage_2', 'corporate_subject_logged_as_statutory', "
        "'a.csv', 2, 'complaints', 'Fostering', 'r2')",
        REJECTED.format("x.csv lacks the column stage."),
        "insert into dq_optional_inputs values ('benchmarks.csv', 3, 'complaints', 'benchmarks', "
        "'year_missing', 'error', 'No year.', 'Enter the year.', 1)",
        OVERDUE.format(8),
    )
    assert notify(notified, FIRST) == []
    (mail,) = postbox.taken()
    assert mail["Subject"] == (
        "Complaints, 26 November 2018: 1 overdue, 5 records to correct, 2 to check, 1 file rejected"
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert text_of(mail).split("\n\n")[1:] == [
        "Deadlines\n=========\nOverdue: 1\nOpen stages: 1",
        "Newly overdue\n-------------\n- C8, stage 1, statutory, Assessments: the response was due "
        "on 15 November 2018, 7 working days ago",
        "Oldest open\n-----------\n- C8, stage 1, statutory, Assessments: received on "
        "1 November 2018, due on 15 November 2018",
        "Data quality\n============\nRecords to correct: 5\nRecords to check: 2",
        "Files rejected whole\n--------------------\n- x.csv lacks the column stage.",
        "Rows newly held back\n--------------------",
        "Not a date.\nWhat to do: Correct the date.\n"
        "- no case reference, no team recorded: a.csv, row 11 · received_date_invalid\n"
        "- C5, stage 1, Fostering: a_20181126.csv, row 6 · received_date_invalid\n"
        "- C7, stage 1, Fostering: a.csv, row 8 · received_date_invalid",
        "Twice and different.\nWhat to do: Delete one.\n"
        "- C7, stage 1, Fostering: a.csv, row 8 · stage_row_conflict\n"
        "- C7, stage 1, Fostering: a.csv, row 9 · stage_row_conflict",
        "No year.\nWhat to do: Enter the year.\n- benchmarks.csv, row 3 · year_missing",
        "Suspected misclassification between statutory and corporate\n" + "-" * 59,
        "Logged as statutory.\nWhat to do: Decide which.\n"
        "- C2, stage 2, Fostering: a.csv, row 2 · corporate_subject_logged_as_statutory",
        "Other new warnings\n------------------",
        "No team.\nWhat to do: Enter the team.\n"
        "- C1, stage 1, Fostering: a.csv, row 1 · team_missing\n",
    ]
    page = html_of(mail)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for line in re.findall(r"^- (.+)$", text_of(mail), re.MULTILINE):
        words_of, _, code = line.partition(" · ")
        assert (f"<li>{line}</li>" in page) != bool(code)
        assert not code or re.search(f"<td [^>]+>{words_of}</td><td [^>]+>{code}</td>", page)
    assert "What to do: Correct the date." in words
    assert not re.search(r"src=|href=|url\(|<script|<link|@import", page), "nothing is fetched"


def test_a_stage_2_that_has_not_started_after_the_days_set_is_sent(
    notified: Settings, postbox: Postbox
) -> None:
    waiting = (
        "insert into rpt_stage_2_milestones by name select '{}' as case_reference, "
        "date '2018-11-09' as received_date, {} as working_days_waited, {} as is_started"
    )
    change(
        notified,
        waiting.format("C1", 11, "false"),
        waiting.format("C2", 10, "false"),
        waiting.format("C3", 40, "true"),
        waiting.format("C4", 40, "null::boolean"),
    )
    notify(notified, FIRST)
    assert "Stage 2 not started after 10 working days\n" + "-" * 41 + (
        "\n- C1, stage 2, statutory, Assessments: requested on 9 November 2018, 11 working "
        "days ago, and no investigator is recorded\n"
    ) in text_of(postbox.taken()[0])


def test_an_item_goes_once_whatever_file_it_comes_in(notified: Settings, postbox: Postbox) -> None:
    change(notified, HELD.format("20181126", 6))
    notify(notified, day(0))
    assert len(postbox.taken()) == 1
    change(notified, "delete from dq_quarantine", HELD.format("20181127", 60))
    assert notify(notified, day(1)) == []
    assert postbox.taken() == [], "a quiet night sends nothing"
    assert log_rows(notified, "select count(*) from ops_alerts") == [(1,)]


def test_a_row_of_which_nothing_is_kept_is_sent_once_though_each_file_brings_it_again(
    notified: Settings, postbox: Postbox
) -> None:
    unreadable = (
        "insert into dq_quarantine values "
        "(null, null, 'row_unreadable', 'a_2018112{0}.csv', {1}, {1}0{0}, 'complaints', "
        "'Not recorded')"
    )
    change(
        notified,
        "insert into dq_rules values (0, 'row_unreadable', 'error', 'structural', 'Torn.', '')",
        unreadable.format(6, 4),
    )
    notify(notified, FIRST)
    assert "- no case reference, no team recorded: a_20181126.csv, row 4" in text_of(
        postbox.taken()[0]
    )
    change(notified, "delete from dq_quarantine", unreadable.format(7, 5))
    notify(notified, day(1))
    assert postbox.taken() == []
    change(notified, unreadable.format(7, 6))
    notify(notified, day(2))
    (mail,) = postbox.taken()
    assert "2 records to correct" in mail["Subject"]
    assert "a_20181127.csv, row 6" in text_of(mail) and "row 5" not in text_of(mail)
    change(notified, "delete from dq_quarantine")
    notify(notified, day(3))
    assert "2 resolved" in postbox.taken()[0]["Subject"]


def test_all_that_is_open_is_said_again_after_a_week_together(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, HELD.format("20181126", 6))
    notify(notified, day(0))
    change(notified, WARNED)
    notify(notified, day(4))
    postbox.taken()
    assert notify(notified, day(6)) == [] and postbox.taken() == []
    notify(notified, day(7))
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 1 record to correct, 1 to check")
    assert "Rows still held back (reminder)" in text_of(mail)
    assert "C5, stage 1, Fostering: a_20181126.csv, row 6" in text_of(mail)
    assert "Other warnings still open (reminder)" in text_of(mail)
    notify(notified, day(13))
    assert postbox.taken() == [], "the next one is a week later"


def test_what_is_resolved_is_said_once_and_is_new_when_it_returns(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, HELD.format("20181126", 6), OVERDUE.format(8))
    notify(notified, day(0))
    postbox.taken()
    change(notified, "delete from dq_quarantine", "delete from fct_complaint_stages")
    notify(notified, day(1))
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 1 resolved"), "an answered stage is no news"
    assert "Not a date.\n- C5, stage 1, Fostering: a_20181126.csv" in text_of(mail)
    assert log_rows(notified, "select count(*) from sent_notices") == [(0,)], (
        "nothing is kept of it"
    )
    assert notify(notified, day(2)) == [] and postbox.taken() == []
    change(notified, HELD.format("20181129", 6))
    notify(notified, day(3))
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 1 record to correct")


def test_of_a_contradiction_nothing_is_resolved_until_no_row_is_held(
    notified: Settings, postbox: Postbox
) -> None:
    rows = [
        HELD.format("1", number).replace("received_date_invalid", "stage_row_conflict")
        for number in (3, 7)
    ]
    change(notified, *rows)
    notify(notified, day(0))
    postbox.taken()
    change(notified, "delete from dq_quarantine where row_number = 3")
    assert notify(notified, day(1)) == [] and postbox.taken() == [], "row 7 is still wrong"
    change(notified, "delete from dq_quarantine")
    notify(notified, day(2))
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 1 resolved")


def test_a_deadline_is_sent_when_it_is_near_and_when_it_has_passed(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        "insert into fct_complaint_stages values "
        "('C1', 'stage_1', '2018-11-15', '2018-11-29', 'open_in_time', 3, null, null, "
        "null, 'corporate', true, 'complaints', 'Assessments'),"
        "('C2', 'stage_1', '2018-11-15', '2018-11-30', 'open_in_time', 4, null, null, "
        "null, 'statutory', true, 'complaints', 'Assessments'),"
        "('C3', 'stage_3', '2018-10-15', '2018-12-24', 'open_in_time', 20, '2018-11-27', "
        "'open_in_time', 1, 'statutory', true, 'complaints', 'Assessments'),"
        "('C4', 'stage_1', '2018-11-15', '2018-11-27', 'late', null, null, null, "
        "null, 'statutory', false, 'complaints', 'Assessments')",
    )
    notify(notified, FIRST)
    (mail,) = postbox.taken()
    assert (
        "Due within 3 working days\n-------------------------\n"
        "- C3, stage 3, statutory, Assessments: the panel is due on 27 November 2018, "
        "1 working day left\n"
        "- C1, stage 1, corporate, Assessments: the response is due on 29 November 2018, "
        "3 working days left\n"
        "\nOldest open\n-----------\n"
        "- C3, stage 3, statutory, Assessments: received on 15 October 2018, "
        "due on 24 December 2018\n"
        "- C1, stage 1, corporate, Assessments: received on 15 November 2018, "
        "due on 29 November 2018\n"
    ) in text_of(mail)
    change(
        notified,
        "update fct_complaint_stages set sla_status = 'open_overdue', working_days_left = -1 "
        "where case_reference = 'C1'",
    )
    notify(notified, FIRST)
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 1 overdue, 1 due by Tuesday")
    assert "Newly overdue\n-------------\n- C1, stage 1, corporate" in text_of(mail)


@pytest.mark.parametrize(("days", "said"), [(0, ""), (-1, ", 1 working day ago")])
def test_how_long_a_stage_is_overdue_is_said_from_the_first_working_day_on(
    notified: Settings, postbox: Postbox, days: int, said: str
) -> None:
    change(
        notified, OVERDUE.format(8), f"update fct_complaint_stages set working_days_left = {days}"
    )
    notify(notified, FIRST)
    (mail,) = postbox.taken()
    assert f"the response was due on 15 November 2018{said}\n" in text_of(mail)


def test_a_source_that_falls_silent_is_reported_with_its_last_day(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        "insert into dq_deliveries by name select '20181120T0' as run_id, 'a.csv' as file_name, "
        "'loaded' as status, 'h1' as content_hash",
        "insert into dq_deliveries by name select '20181126T0' as run_id, 'a.csv' as file_name, "
        "'unchanged' as status, 'h1' as content_hash",
    )
    notify(notified, date(2018, 11, 25))
    assert postbox.taken() == []
    notify(notified, FIRST)
    (mail,) = postbox.taken()
    assert "complaints has delivered nothing new since 20 November 2018" in text_of(mail)


def test_erasures_are_counted_once_however_late_without_a_name(
    notified: Settings, postbox: Postbox
) -> None:
    change(
        notified,
        "insert into dq_erasures values "
        "('2018-11-27', 'forget', 'retention', 'Retention schedule', 12), "
        "('2018-11-23', 'anonymise', 'request', 'Information Officer', 1), "
        "('2018-10-26', 'forget', 'request', 'Information Officer', 2)",
    )
    said = {}
    for number in (0, 1, 2, 7, 8, 9, 32):
        if number == 2:
            change(notified, "update dq_erasures set cases = 3 where way = 'anonymise'")
        notify(notified, day(number))
        said[number] = re.findall("- (.+), because", "".join(map(text_of, postbox.taken())))
    assert {number: lines for number, lines in said.items() if lines} == {
        0: ["1 case was anonymised on 23 November 2018"],
        1: ["12 cases were erased on 27 November 2018"],
        2: ["3 cases were anonymised on 23 November 2018"],
    }
    assert log_rows(notified, "select key from sent_notices") == []


def test_what_the_version_before_has_sent_is_not_sent_again(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, HELD.format("20181126", 6))
    log_rows(
        notified,
        "create table alert_items (audience varchar, key varchar, kind varchar, title varchar, "
        "line varchar, first_told_day date, last_told_day date); "
        "insert into alert_items values ('data_quality', "
        "'held|received_date_invalid|complaints|C5|stage_1|1', 'held_row', '', 'C5, stage 1: "
        "a_20181125.csv, row 6', '2018-11-20', '2018-11-20')",
    )
    assert notify(notified, day(0)) == [] and postbox.taken() == []
    assert notify(notified, day(1)) == []
    (mail,) = postbox.taken()
    assert "Rows still held back (reminder)" in text_of(mail), "its week goes on too"


def test_a_quiet_night_sends_a_message_where_a_setting_asks_for_it(
    notified: Settings, postbox: Postbox
) -> None:
    notify(notified.model_copy(update={"alerts_quiet_nights": True}), FIRST)
    (mail,) = postbox.taken()
    assert mail["Subject"] == "Complaints, 26 November 2018: nothing new"
    assert text_of(mail).count("Nothing new.") == 2


def test_a_reference_cannot_bring_in_lines_markup_or_a_narrative(
    notified: Settings, postbox: Postbox
) -> None:
    story = "<b>My son</b>\r\nBcc: all@example.org " + "and then " * 30
    change(notified, HELD.format("1", 6), f"update dq_quarantine set case_reference = '{story}'")
    notify(notified, FIRST)
    (mail,) = postbox.taken()
    assert mail["Bcc"] is None
    assert "<b>" not in html_of(mail) and "&lt;b&gt;" in html_of(mail)
    assert "\nBcc" not in text_of(mail) and "and then and then" not in text_of(mail)


def test_a_long_list_ends_with_its_number_and_a_command(
    notified: Settings, postbox: Postbox
) -> None:
    change(notified, *(OVERDUE.format(number) for number in range(40)))
    notify(notified, FIRST)
    (mail,) = postbox.taken()
    assert mail["Subject"].endswith(": 40 overdue")
    assert "- and 15 more: complaints worklist" in text_of(mail)
    assert notify(notified, day(1)) == [] and postbox.taken() == [], "those left out count as sent"


def test_an_interrupted_run_is_reported_by_the_next(notified: Settings, postbox: Postbox) -> None:
    settings = read_settings(**notified.model_dump() | {"alerts_failures": OFFICER})
    notify(settings, FIRST, interrupted=Interruption(datetime(2018, 11, 25, 4, 30)))
    (mail,) = postbox.taken()
    assert mail["To"] == OFFICER
    assert "The run that started on 25 November 2018 at 04:30 UTC never ended" in text_of(mail)
