"""A delivery that is not what the last one of its source was is stopped, with one sentence."""

import re
import shutil
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from command_helpers import Run, assert_mistake
from compiled_models import WITHOUT_DBT
from complaints.flows.night import NightReport, run_and_notify, run_night
from complaints.flows.steps.accept_delivery import accept_delivery
from complaints.warehouse.errors import ExitCode, RunFailedError, UsageError
from complaints.warehouse.settings import Settings, read_settings
from conftest import Row, query, snapshot, write_export
from door_helpers import Door, emptied, export, renamed, without
from notice_helpers import MANAGER, Postbox, mail_server, text_of

pytestmark = pytest.mark.xdist_group("door")

# All that follows from what was delivered.
RECORDS = ("records", "record_changes", "record_states", "delivered_rows", "deliveries")


@pytest.fixture
def door(example: Settings, tmp_path: Path) -> Door:
    """An empty home."""
    return Door.of_empty_home(tmp_path, example)


@pytest.fixture(scope="module")
def after_one_delivery(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to which one export was delivered."""
    folder = tmp_path_factory.mktemp("door")
    Door.of_empty_home(folder, example).deliver(export())
    return folder


@pytest.fixture
def second(after_one_delivery: Path, tmp_path: Path) -> Door:
    """A home to which one export was delivered."""
    shutil.copytree(after_one_delivery, tmp_path, dirs_exist_ok=True)
    door = Door.of(tmp_path)
    door.day += timedelta(days=1)
    return door


def test_a_stopped_delivery_leaves_no_trace_and_a_good_one_takes_its_place(door: Door) -> None:
    assert door.night(export()).exit_code == ExitCode.DONE
    before = {name: door.ask(f"from raw.{name} order by all") for name in RECORDS}
    published = snapshot(door.settings.marts_path)
    changed = renamed(export(42), "responded_date", "date_of_response")
    with pytest.raises(RunFailedError) as refused:
        door.night(changed)
    assert str(refused.value).startswith(
        "Every file was refused, so nothing was published: complaints.csv was stopped: "
        "`responded_date` is gone, `date_of_response` is new."
    )
    assert {name: door.ask(f"from raw.{name} order by all") for name in RECORDS} == before
    assert snapshot(door.settings.marts_path) == published
    assert door.night(export(42)).exit_code == ExitCode.DONE


def test_an_accepted_delivery_is_taken_and_is_the_new_normal(door: Door) -> None:
    door.night(export(40))
    with pytest.raises(RunFailedError):
        door.night(without(export(19), "outcome"))
    accept_delivery(door.settings, "complaints", "Data officer", "The old cases were archived.")
    assert door.night(without(export(20), "outcome")).exit_code == ExitCode.DONE
    assert door.night(without(export(21), "outcome")).exit_code == ExitCode.DONE
    with pytest.raises(UsageError, match="No delivery of the source complaints is stopped"):
        accept_delivery(door.settings, "complaints", "Data officer", "Once more.")


def test_what_is_much_worse_than_what_was_accepted_is_stopped(second: Door) -> None:
    door = second
    door.deliver(export(18))
    accept_delivery(door.settings, "complaints", "Data officer", "The old cases were archived.")
    (file,) = door.deliver(export(3))
    assert file.status == "stopped"


def other_order(rows: Sequence[Row]) -> list[Row]:
    """Return rows with their dates month first."""

    def turned(text: str) -> str:
        day, month, rest = text.split("/", 2)
        return f"{month}/{day}/{rest}"

    return [
        {name: turned(text) if "/" in text else text for name, text in row.items()} for row in rows
    ]


@pytest.mark.parametrize(
    ("change", "rule", "evidence"),
    [
        (lambda rows: without(rows, "outcome"), "column_missing", "`outcome` is gone"),
        (
            lambda rows: renamed(rows, "outcome", "decision"),
            "column_missing",
            "`outcome` is gone, `decision` is new",
        ),
        (
            lambda rows: emptied(rows, "outcome"),
            "column_emptied",
            "`outcome` was filled in 100% of the rows, and is in 0%",
        ),
        (lambda rows: rows[:19], "rows_fell", "19 rows, where the last delivery had 40"),
        (
            lambda rows: [row | {"received_date": "soon"} for row in rows[:9]] + rows[9:],
            "rows_held",
            "9 of 40 rows would be held back (9 rows: received_date_invalid)",
        ),
        (
            lambda rows: [row | {"case_reference": f"N{n}"} for n, row in enumerate(rows)],
            "cases_unknown",
            "0 of the 40 cases of the last delivery are in this one",
        ),
        (other_order, "dates_out_of_order", "set `dates: month-first` for the source complaints"),
        (
            lambda rows: [row | {"service_team": f"Example {n}"} for n, row in enumerate(rows)],
            "texts_differ",
            "`service_team` has 40 different texts in 40, as a column of names or narrative has",
        ),
    ],
)
def test_each_change_is_stopped_and_said(
    second: Door, change: Callable[[list[Row]], list[Row]], rule: str, evidence: str
) -> None:
    second.deliver(change(export()))
    said = [each for code, _, each in second.stops() if code == f"delivery_{rule}"]
    assert said and evidence in said[0], second.stops()


def reasons_of(number: int) -> str:
    """Three of twelve reasons, others in each row."""
    return ";".join(f"Reason {(number * step) % 12}" for step in (1, 5, 7))


@pytest.mark.parametrize(
    ("rows", "is_stopped"),
    [
        (export(), False),
        (other_order(export()), True),
        ([*export(39), export(40)[-1] | {"responded_date": "07/13/2018"}], True),
        ([row | {"stage": "soon"} for row in export()[:21]] + export()[21:], True),
        ([row | {"stage": "soon"} for row in export()[:20]] + export()[20:], False),
        # names, narrative, and three of twelve reasons in each row
        ([row | {"complainant_type": row["case_reference"]} for row in export()], True),
        ([row | {"reasons": f"Parent {n} said; that"} for n, row in enumerate(export())], True),
        ([row | {"reasons": reasons_of(n)} for n, row in enumerate(export())], False),
        # fewer than 20 rows: two dates of which none can only be day-first
        (
            [
                {"case_reference": "M1", "received_date": "07/02/2018"},
                {"case_reference": "M4", "received_date": "07/13/2018"},
            ],
            True,
        ),
        (
            [
                {"case_reference": "M1", "received_date": "2018-07-02"},
                {"case_reference": "M4", "received_date": "07/13/2018"},
            ],
            False,
        ),
        (
            [
                {"case_reference": "M1", "received_date": "14/02/2018"},
                {"case_reference": "M4", "received_date": "07/13/2018"},
            ],
            False,
        ),
    ],
)
def test_a_first_delivery_is_judged_by_itself(
    door: Door, rows: list[Row], is_stopped: bool
) -> None:
    rows = [{"procedure": "statutory", "stage": "1", **row} for row in rows]
    (file,) = door.deliver(rows)
    assert (file.status == "stopped") == bool(door.stops()) == is_stopped


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ("rename: {Team: service_team}", ["`service_team` is gone", "`service_team: Team`"]),
        ("rename: {Team: service_team}\n    optional: [service_team]", []),
        ("columns: {service_team: Team}\n    optional: [service_team]", []),
    ],
)
def test_a_name_of_the_sources_file_without_a_header_is_missed_unless_it_is_optional(
    door: Door, tmp_path: Path, mapping: str, expected: list[str]
) -> None:
    file = tmp_path / "sources.yml"
    file.write_text(f"sources:\n  - code: complaints\n    files: exports\n    {mapping}\n")
    door.settings = door.settings.model_copy(update={"source": file})
    door.deliver(renamed(export(), "service_team", "Team"))
    (delivered,) = door.deliver(without(export(), "service_team"))
    assert delivered.status == ("stopped" if expected else "loaded")
    said = " ".join(evidence for _, _, evidence in door.stops())
    assert bool(said) == bool(expected) and all(each in said for each in expected), said


def test_a_header_that_was_renamed_is_seen_in_a_single_row(door: Door) -> None:
    door.deliver(export(1))
    (file,) = door.deliver(renamed(export(1), "responded_date", "date_of_response"))
    assert file.status == "stopped"
    assert "`responded_date` is gone, `date_of_response` is new" in (file.message or "")
    (file,) = door.deliver(without(export(1), "responded_date"))
    assert file.status == "loaded"


def test_an_optional_header_of_a_stage_may_be_missing_but_not_have_another_name(
    door: Door, tmp_path: Path
) -> None:
    file = tmp_path / "sources.yml"
    file.write_text(
        "sources:\n  - code: complaints\n    files: exports\n    optional: [received_date]\n"
        "    stages:\n      stage_1: {received_date: received_date}\n"
        "      stage_2: {received_date: Second}\n"
    )
    door.settings = door.settings.model_copy(update={"source": file})
    rows = [{**row, "Second": ""} for row in without(export(), "stage")]
    rows[0]["Second"] = rows[0]["received_date"]
    door.deliver(rows)
    (delivered,) = door.deliver(renamed(rows, "Second", "Stage 2 requested"))
    assert delivered.status == "stopped"
    assert "`Second` is gone, `Stage 2 requested` is new in its place" in (delivered.message or "")
    (delivered,) = door.deliver(without(rows, "Second"))
    assert delivered.status == "loaded"


def test_a_reference_that_is_not_of_the_sources_pattern_is_held(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "sources.yml"
    file.write_text(
        "sources:\n  - {code: complaints, files: exports, reference_pattern: 'CH-[0-9]{5}'}\n"
    )
    door.settings = door.settings.model_copy(update={"source": file})
    total = export(1)[0] | {"case_reference": "Report run on"}
    door.deliver([*export(2), total])
    assert door.ask("select rule_code from validation.findings") == [("case_reference_mangled",)]


def test_a_file_that_does_not_come_is_missed_unless_another_has_its_cases(door: Door) -> None:
    write_export(door.settings.source / "statutory.csv", export(40)[:30])
    door.deliver(export(40)[30:], "corporate")
    (door.settings.source / "corporate.csv").unlink()
    (file,) = door.deliver(export(35)[:30], "statutory")
    assert "nothing came under the name of corporate.csv" in (file.message or "")
    (file,) = door.deliver(export(40), "statutory")
    assert file.status == "loaded"


def test_two_states_of_one_export_are_spoken_of_as_files(door: Door) -> None:
    older, newer = export(3), [row | {"outcome": "withdrawn"} for row in export(4)]
    write_export(door.settings.source / "one.csv", older)
    for file in door.deliver(newer, "other"):
        assert "one.csv and other.csv look like two deliveries of one export: 3 stages" in (
            file.message or ""
        )


def test_a_file_that_has_lost_its_last_line_end_is_warned_of(door: Door) -> None:
    door.deliver(export())
    path = write_export(door.exports / "complaints.csv", export(41))
    path.write_bytes(path.read_bytes().rstrip())
    (file,) = door.deliver_as_it_is()
    assert file.status == "loaded"
    assert "complaints.csv does not end its last line, as it did before" in (file.message or "")


def test_dates_half_turned_over_by_a_spreadsheet_are_warned_of(door: Door) -> None:
    rows = []
    for number, row in enumerate(export(120)):
        day, month = number % 28 + 1, 4 + number % 3
        if day <= 12:
            day, month = month, day
        rows.append(row | {"received_date": f"{day:02}/{month:02}/2017", "responded_date": ""})
    (file,) = door.deliver(rows)
    assert "months in which no day after the 12th falls" in (file.message or "")
    assert file.status == "loaded"


TWO_SOURCES = "sources: [{code: one, files: one}, {code: other, files: other}]"


def test_a_source_without_a_file_is_said_where_others_have_some(door: Door, tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text(TWO_SOURCES)
    (tmp_path / "other").mkdir()
    write_export(tmp_path / "one" / "one.csv", export())
    given = {"source": tmp_path / "sources.yml", "as_of": door.day}
    report = run_night(read_settings(**door.settings.model_dump() | given), WITHOUT_DBT)
    assert report.exit_code == ExitCode.PUBLISHED_WITH_REJECTED_FILES
    assert [record.message for record in report.rejected] == [
        "other matches no file, so nothing of the source other was read; check that its export "
        "arrives, and `files` in a sources file."
    ]


@pytest.mark.parametrize("end", ["a good delivery", "an acceptance"])
def test_a_stop_is_said_first_until_a_delivery_of_its_source_is_taken(
    run: Run, door: Door, tmp_path: Path, end: str
) -> None:
    (tmp_path / "sources.yml").write_text(TWO_SOURCES)
    one, other = tmp_path / "one" / "one.csv", tmp_path / "other" / "other.csv"
    home = ["--home", door.settings.home]
    postbox = Postbox()

    def night(port: int) -> tuple[NightReport, str, str]:
        settings = door.settings.model_dump() | {"source": tmp_path / "sources.yml"}
        settings |= {"as_of": door.day, "smtp_host": "127.0.0.1", "smtp_port": port}
        settings["alerts_data_quality"] = MANAGER
        door.day += timedelta(days=1)
        report = run_and_notify(read_settings(**settings), WITHOUT_DBT)
        mails = [text_of(mail) for mail in postbox.taken()]
        return report, run("check", *home).out, mails[0] if mails else ""

    write_export(one, export())
    write_export(other, export(seed=2))
    with mail_server(postbox) as port:
        assert night(port)[0].exit_code == ExitCode.DONE
        write_export(one, without(export(41), "outcome"))
        write_export(other, export(41, seed=2))
        sentence = "one.csv was stopped: `outcome` is gone"
        for change in (None, None, "its file is not there"):
            if change:
                one.unlink()
            report, check, mail = night(port)
            if not change:
                assert report.exit_code == ExitCode.PUBLISHED_WITH_REJECTED_FILES
            assert check.startswith(sentence)
            sections = re.findall(r"^(.+)\n-+$", mail, re.MULTILINE)
            assert sections[0] == "Deliveries stopped at the door"
            assert f"- {sentence}" in mail
            assert "complaints accept-delivery one --reason" in mail
        cases = "select source, count(*) from fct_complaints group by all order by all"
        assert query(door.settings.marts_path, cases) == [("one", 40), ("other", 41)]
        if end == "a good delivery":
            write_export(one, export(42))
        else:
            write_export(one, without(export(42), "outcome"))
            said = run("accept-delivery", "one", "--reason", "It is so now.", "--by", "Lead", *home)
            assert said.exit_code == 0 and "Accepted: `outcome` is gone" in said.out
        report, check, mail = night(port)
        assert report.exit_code == ExitCode.DONE
        assert "stopped" not in check + mail


def test_a_night_on_which_all_is_stopped_is_a_failed_one(run: Run, door: Door) -> None:
    door.night(export())
    with pytest.raises(RunFailedError) as refused:
        door.night(without(export(), "outcome"))
    assert refused.value.exit_code == ExitCode.FAILED
    home = ["--home", door.settings.home]
    for command in ("check", "status"):
        assert "complaints.csv was stopped: `outcome` is gone" in run(command, *home).out
    assert run("check", *home).exit_code == ExitCode.FAILED
    door.night(export(41))
    assert "stopped" not in run("check", *home).out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["elsewhere", "--reason", "r"], "that have delivered are complaints"),
        (["complaints", "--reason", " "], "must not be blank"),
        (["complaints", "--reason", "r", "--by", " "], "must not be blank"),
        (["Complaints", "--reason", "r"], "No delivery of the source Complaints is stopped"),
    ],
)
def test_a_mistake_in_accepting_a_delivery_is_one_sentence(
    run: Run, door: Door, words: list[str], expected: str
) -> None:
    door.deliver(export())
    door.deliver(without(export(), "outcome"))
    said = run("accept-delivery", *words, "--home", door.settings.home)
    assert_mistake(said, ExitCode.USAGE, expected)
    assert door.ask("select count(*) from raw.delivery_acceptances") == [(0,)]


def test_accepting_a_delivery_needs_a_reason_and_a_home(run: Run, tmp_path: Path) -> None:
    said = run("accept-delivery", "complaints", "--home", tmp_path / "none")
    assert said.exit_code == ExitCode.USAGE and "--reason" in said.err
    said = run("accept-delivery", "complaints", "--reason", "r", "--home", tmp_path / "none")
    assert_mistake(said, ExitCode.FAILED, "There are no deliveries in")


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (without(export(41), "outcome"), "was refused, .* was stopped"),
        (without(export(41), "stage"), "was rejected, .* lacks the column stage"),
    ],
)
def test_an_older_file_that_still_lies_there_makes_no_night_a_good_one(
    door: Door, rows: list[Row], problem: str
) -> None:
    door.night(export(), "complaints_2018-11-01")
    published = snapshot(door.settings.marts_path)
    for _ in range(2):
        with pytest.raises(RunFailedError, match=problem):
            door.night(rows, "complaints_2018-11-02")
    assert snapshot(door.settings.marts_path) == published
    report = door.night(export(42), "complaints_2018-11-03")
    assert report.exit_code == ExitCode.PUBLISHED_WITH_REJECTED_FILES
