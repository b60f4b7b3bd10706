"""The optional inputs of the report: each rule decides, the newest file counts, nothing is lost."""

import shutil
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from compiled_models import WITHOUT_DBT
from complaints.expectations.rules import EVERY_INPUT, all_rules, optional_rules
from complaints.flows.night import logged_steps, read_and_judge, run_night
from complaints.flows.readers.check import describe_sources
from complaints.flows.readers.export_files import FileRecord
from complaints.flows.readers.sources import read_sources
from complaints.flows.steps.file_records import record_files
from complaints.flows.steps.find_deliveries import find_deliveries
from complaints.report.build import build_report
from complaints.warehouse.layout import OPTIONAL_INPUTS
from complaints.warehouse.runs import start_run
from complaints.warehouse.settings import Settings
from conftest import EXAMPLE_EXPORTS, query
from export_helpers import HEADER, ROW, write_csv, write_workbook
from small_home import borrow_store

GOOD = {
    "learning_actions": {
        "theme": "Delays",
        "action": "Write sooner",
        "owner_role": "Head of Service",
        "due_quarter": "2018-19 Q3",
        "status": "in_progress",
        "evidence": "",
    },
    "benchmarks": {
        "authority": "Authority A",
        "year": "2017-18",
        "measure": "In time (%)",
        "value": "27.5",
        "note": "",
    },
    "indicators": {"name": "Reviews on time", "period": "October 2018", "value": "94%"},
    "commentary": {
        "period": "Q2 2018/19",
        "section": "Section 2.1",
        "text": "More complaints are logged as statutory.",
        "role": "Complaints Manager",
    },
    "team_changes": {"old_team": "Permanence", "new_team": "Care", "change_date": "03/04/2018"},
    "teams": {"team": "Care", "directorate": "People", "from": "03/04/2018", "to": "31/03/2019"},
    "contacts": {
        "type": "MP enquiry",
        "received_date": "",
        "period": "Q2 2018/19",
        "team": "Care",
        "number": "12",
        "reason": "",
        "due_date": "",
        "in_time": "10",
        "answered": "",
    },
    "remedies": {
        "case_reference": "CH-18-0001",
        "stage": "Stage 1",
        "type": "Payment",
        "amount": "£250",
        "agreed": "03/04/2018",
        "paid": "04/04/2018",
    },
    "recommendations": {
        "case_reference": "CH-18-0001",
        "stage": "LGO",
        "text": "Apologise",
        "due": "03/04/2018",
        "done": "",
        "evidence": "",
    },
    "caseload": {"team": "Care", "day": "29/06/2018", "children": "1,204", "referrals": ""},
    "population": {"characteristic": "Age band", "value": "5-9", "number": "412"},
}

# For each rule, what is different in a row that fails it.
EXAMPLES: dict[str, tuple[str, dict[str, str]]] = {
    "learning_action_incomplete": ("learning_actions", {"owner_role": ""}),
    "due_quarter_invalid": ("learning_actions", {"due_quarter": "2018-20 Q3"}),
    "learning_action_status_unknown": ("learning_actions", {"status": "soon"}),
    "learning_action_conflict": ("learning_actions", {"status": "dropped"}),
    "learning_action_done_without_evidence": ("learning_actions", {"status": "Done."}),
    "benchmark_incomplete": ("benchmarks", {"authority": ""}),
    "benchmark_year_invalid": ("benchmarks", {"year": "2017"}),
    "benchmark_value_invalid": ("benchmarks", {"value": "27.5%"}),
    "benchmark_conflict": ("benchmarks", {"value": "28"}),
    "indicator_incomplete": ("indicators", {"period": ""}),
    "indicator_conflict": ("indicators", {"value": "95%"}),
    "commentary_incomplete": ("commentary", {"role": ""}),
    "commentary_period_invalid": ("commentary", {"period": "2018"}),
    "commentary_section_unknown": ("commentary", {"section": "Conclusion"}),
    "team_change_incomplete": ("team_changes", {"change_date": ""}),
    "change_date_invalid": ("team_changes", {"change_date": "31/02/2018"}),
    "team_change_without_change": ("team_changes", {"old_team": "Care", "new_team": "Care"}),
    "team_incomplete": ("teams", {"directorate": ""}),
    "team_date_invalid": ("teams", {"to": "never"}),
    "team_conflict": ("teams", {"directorate": "Place"}),
    "contact_incomplete": ("contacts", {"period": "", "number": "", "in_time": ""}),
    "contact_type_unknown": ("contacts", {"type": "Parcel"}),
    "contact_value_invalid": ("contacts", {"number": "-12"}),
    "contact_date_in_future": (
        "contacts",
        {"period": "", "received_date": "28/11/2018", "number": "", "in_time": ""},
    ),
    "contact_answered_before_received": (
        "contacts",
        {"period": "", "received_date": "02/04/2018", "number": "", "in_time": ""}
        | {"answered": "01/04/2018"},
    ),
    "contact_outside_period": ("contacts", {"received_date": "02/04/2018"}),
    "contact_in_time_exceeds_number": ("contacts", {"in_time": "13"}),
    "contact_conflict": ("contacts", {"number": "13"}),
    "contact_counted_twice": ("contacts", {"period": "2018-19 H1"}),
    "contact_refused_without_reason": ("contacts", {"type": "Refused", "in_time": ""}),
    "remedy_incomplete": ("remedies", {"agreed": ""}),
    "remedy_value_invalid": ("remedies", {"amount": "some"}),
    "remedy_date_in_future": ("remedies", {"paid": "28/11/2018"}),
    "recommendation_incomplete": ("recommendations", {"text": ""}),
    "recommendation_value_invalid": ("recommendations", {"stage": "Cabinet"}),
    "recommendation_done_in_future": (
        "recommendations",
        {"done": "28/11/2018", "evidence": "A letter"},
    ),
    "recommendation_conflict": ("recommendations", {"due": "04/04/2018"}),
    "recommendation_done_without_evidence": ("recommendations", {"done": "04/04/2018"}),
    "caseload_incomplete": ("caseload", {"children": ""}),
    "caseload_value_invalid": ("caseload", {"children": "1.5"}),
    "caseload_day_in_future": ("caseload", {"day": "28/11/2018"}),
    "caseload_conflict": ("caseload", {"children": "1300"}),
    "population_incomplete": ("population", {"number": ""}),
    "population_characteristic_unknown": ("population", {"characteristic": "Height"}),
    "population_number_invalid": ("population", {"number": "many"}),
    "population_conflict": ("population", {"number": "413"}),
}
TOO_LARGE = "1" + 7 * ",000"  # for any whole number of the engine
FURTHER: list[tuple[str, tuple[str, dict[str, str]]]] = [
    ("remedy_value_invalid", ("remedies", {"amount": "-250"})),
    ("remedy_value_invalid", ("remedies", {"amount": "1e9"})),
    ("remedy_value_invalid", ("remedies", {"amount": "1,000,000,000"})),
    ("contact_value_invalid", ("contacts", {"number": TOO_LARGE})),
    ("caseload_value_invalid", ("caseload", {"children": TOO_LARGE})),
    ("population_number_invalid", ("population", {"number": TOO_LARGE})),
    ("contact_outside_period", ("contacts", {"received_date": "01/10/2018"})),
    (
        "contact_outside_period",
        ("contacts", {"received_date": "02/04/2018", "period": "2018-19 H2"}),
    ),
    ("contact_outside_period", ("contacts", {"received_date": "31/03/2018", "period": "2018-19"})),
    (
        "contact_answered_before_received",
        (
            "contacts",
            {"period": "", "received_date": "02/04/2018", "number": "", "in_time": ""}
            | {"due_date": "01/04/2018"},
        ),
    ),
]
# The same said otherwise.
RESPELLED = {
    "learning_actions": {"due_quarter": "q3 2018/19", "status": "In progress"},
    "benchmarks": {"year": "2017/2018", "value": "27.50"},
    "commentary": {"period": "2018-19 Q2", "section": "2.1"},
    "team_changes": {"change_date": "3 April 2018"},
    "teams": {"from": "2018-04-03"},
    "contacts": {"type": "mp enquiry", "period": "2018-19 Q2"},
    "remedies": {"stage": "S1", "amount": "250.00", "agreed": "2018-04-03"},
    "recommendations": {"stage": "Ombudsman", "due": "2018-04-03"},
    "caseload": {"day": "2018-06-29", "children": "1204"},
    "population": {"characteristic": "AGE BAND"},
}
# Only a second row for the same thing can contradict the first.
CONFLICTS = {code for code in EXAMPLES if code.endswith(("_conflict", "_counted_twice"))}
# The column by which rows are of different things.
OF_A_THING = {
    "learning_actions": "action",
    "benchmarks": "measure",
    "indicators": "name",
    "commentary": "text",
    "team_changes": "new_team",
    "teams": "team",
    "contacts": "team",
    "remedies": "type",
    "recommendations": "text",
    "caseload": "team",
    "population": "value",
}


class Council:
    """A home to which files are delivered, one run after the other, without dbt."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.exports: Path = settings.source

    def write(self, name: str, *rows: Mapping[str, str]) -> None:
        columns = list(rows[0])
        lines = [";".join(row[column] for column in columns) for row in rows]
        write_csv(self.exports, name, ";".join(columns), *lines)

    def run(self) -> list[FileRecord]:
        with start_run(self.settings) as run:
            found = find_deliveries(self.settings, read_sources(self.settings.source)[0])
            records = list(found.records)
            steps = logged_steps(run, WITHOUT_DBT)
            read_and_judge(self.settings, run, steps, list(found.deliveries.values()), records)
            return record_files(self.settings, run, records)

    def statuses(self) -> dict[str, str]:
        return {record.file_name: record.status for record in self.run()}

    def rows(self, dataset: str, columns: str = "*") -> list[tuple[Any, ...]]:
        return query(
            self.settings.warehouse_path,
            f"select {columns} from staging.stg_{dataset} "
            "where not is_duplicate and record_id not in "
            "(select record_id from intermediate.int_findings where is_holding) order by 1",
        )

    def findings(self, dataset: str = "%") -> list[tuple[Any, ...]]:
        return query(
            self.settings.warehouse_path,
            "select row_number, rule_code from validation.findings "
            "inner join raw.delivered_rows using (record_id) "
            "where findings.dataset like $1 order by 1",
            dataset,
        )


@pytest.fixture
def council(settings: Settings, example: Settings) -> Council:
    borrow_store(settings, example)
    return Council(settings)


def test_every_rule_has_an_example_and_a_code_of_its_own() -> None:
    codes = [rule.code for rule in optional_rules()]
    assert {*EXAMPLES, "input_row_unreadable"} == set(codes)
    assert not set(codes) & {rule.code for rule in all_rules()}
    for rule in optional_rules():
        assert rule.dataset in {EVERY_INPUT, *OPTIONAL_INPUTS}
        assert all(text.strip() for text in (rule.sentence, rule.source, rule.remedy))


def test_each_row_fails_its_rule_and_no_other_and_a_repeated_one_is_a_duplicate(
    council: Council,
) -> None:
    rows_of, expected_of = {}, {}
    for dataset, good in GOOD.items():
        rows = [good, good, good | {list(good)[-1]: "x;y"}]
        expected = {(3, "input_row_unreadable")}
        for code, (of, difference) in [*EXAMPLES.items(), *FURTHER]:
            if of == dataset:
                thing = good | {OF_A_THING[dataset]: f"The one of {code}, row {len(rows)}"}
                failing = [thing, thing | difference] if code in CONFLICTS else [thing | difference]
                expected |= {(len(rows) + n, code) for n in range(1, len(failing) + 1)}
                rows += failing
        council.write(f"{dataset}.csv", *rows)
        rows_of[dataset], expected_of[dataset] = rows, expected
    records = {record.dataset: record for record in council.run()}
    assert records.keys() == GOOD.keys()
    severities = {rule.code: rule.severity for rule in optional_rules()}
    for dataset, expected in expected_of.items():
        assert council.findings(dataset) == sorted(expected)
        held = sum(severities[code] == "error" for _, code in expected)
        record, read = records[dataset], len(rows_of[dataset])
        assert (record.status, record.rows_read) == ("loaded", read)
        loaded = read - held - 1
        counts = (record.rows_loaded, record.rows_duplicate, record.rows_quarantined)
        assert counts == (loaded, 1, held)
        assert len(council.rows(dataset)) == loaded


def test_words_on_a_section_are_loaded_where_the_report_has_it(
    council: Council, example: Settings
) -> None:
    numbers = {f"{n}{m and f'.{m}'}" for n in range(5) for m in ("", *range(1, 10))}
    periods = ("2018-19 Q2", "2017-18")
    good = GOOD["commentary"]
    rows = [good | {"period": p, "section": n} for p in periods for n in sorted(numbers)]
    council.write("commentary.csv", *rows)
    council.run()
    loaded = council.rows("commentary", "period, section")
    assert sorted(loaded) == sorted(
        (period, section.number)
        for period in periods
        for section in build_report(example.marts_path, period, example).walk()
        if section.number in numbers
    )


def test_the_same_row_written_otherwise_is_a_duplicate_and_no_contradiction(
    council: Council,
) -> None:
    assert {*RESPELLED, "indicators"} == {*OPTIONAL_INPUTS}  # of which every column is a text
    for dataset, spelling in RESPELLED.items():
        council.write(f"{dataset}.csv", GOOD[dataset], GOOD[dataset] | spelling)
    records = council.run()
    assert council.findings() == []
    assert {
        record.dataset: (record.rows_read, record.rows_loaded, record.rows_duplicate)
        for record in records
    } == {dataset: (2, 1, 1) for dataset in RESPELLED}


def test_counted_groups_of_which_a_part_cannot_be_read_contradict_nothing(
    council: Council,
) -> None:
    rows: list[dict[str, str]] = []
    held: list[tuple[int, str]] = []
    for part, texts, rule in (
        ("period", ["2017/18-Q2", "Jan-Mar 2018"], "contact_value_invalid"),
        ("received_date", ["31/02/2018", "soon", ""], "contact_value_invalid"),
        ("type", ["Parcel", "Pigeon"], "contact_type_unknown"),
        ("type", ["", ""], "contact_incomplete"),
    ):
        group = GOOD["contacts"] | {"team": f"Of {rule}, {texts[0]}"}
        year = {"period": "2018-19"} if part == "type" else {}
        for text, more in (*((text, {}) for text in texts), (texts[0], year)):
            rows.append(group | {part: text, "number": f"{20 + len(rows)}"} | more)
            if text or part == "type":
                held.append((len(rows), rule))
    council.write("contacts.csv", *rows)
    council.run()
    assert council.findings() == held


def test_contacts_that_say_the_same_are_two_without_a_reference(council: Council) -> None:
    contact = GOOD["contacts"] | {"period": "", "number": "", "in_time": ""}
    said = [contact | {"received_date": day} for day in ("02/04/2018", "2018-04-02")]
    # A day within the period beside it is no contradiction.
    for period in ("Q1 2018/19", "2018-19 H1", "2018-19"):
        said.append(said[0] | {"period": period})
    council.write("contacts.csv", *said)
    (record,) = council.run()
    assert council.findings() == []
    assert (record.rows_loaded, record.rows_duplicate) == (5, 0)


def test_what_is_written_in_other_ways_is_read_as_one(council: Council) -> None:
    write_workbook(
        council.exports,
        "Team Changes 2018-10-01.xlsx",
        ["Old Team", "NEW_TEAM", " change date ", "Remark of Ms X"],
        [" Permanence\u00a0", "Care", datetime(2018, 4, 3), "not read"],
    )
    council.write(
        "LEARNING-ACTIONS.csv",
        GOOD["learning_actions"] | {"due_quarter": "q3 2018/19", "status": " Not  started"},
    )
    council.write("benchmarks.csv", GOOD["benchmarks"] | {"year": "2017/2018", "value": "1,234.5"})
    council.run()
    assert council.findings() == []
    assert council.rows("team_changes", "old_team, new_team, change_date") == [
        ("Permanence", "Care", date(2018, 4, 3))
    ]
    assert council.rows("learning_actions", "due_quarter, status") == [
        ("2018-19 Q3", "not_started")
    ]
    assert council.rows("benchmarks", "year, value") == [("2017-18", 1234.5)]


@pytest.mark.parametrize(
    ("reading", "day"),
    [
        ({"dates": "month-first"}, date(2018, 2, 7)),
        ({"dates": "%m/%d/%Y"}, date(2018, 2, 7)),
        ({"zone": "UTC"}, date(2018, 7, 2)),
    ],
)
def test_dates_are_read_as_those_of_the_sources_exports(
    council: Council, tmp_path: Path, reading: dict[str, str], day: date
) -> None:
    contact = GOOD["contacts"] | {"period": "", "number": "", "in_time": ""}
    at_night = "2018-07-31 23:30"
    council.write("contacts.csv", contact | {"received_date": "02/07/2018", "answered": at_night})
    file = tmp_path / "sources.yml"
    entry = {"code": "a", "files": f"{council.exports}/*", "rename": {"answered": "stage"}}
    file.write_text(yaml.safe_dump({"sources": [entry | reading]}))
    council.settings = council.settings.model_copy(update={"source": file})
    council.run()
    answered = date(2018, 8, 1) if "zone" in reading else date(2018, 7, 31)
    assert council.rows("contacts", "received_date, answered_date") == [(day, answered)]


@pytest.mark.soak
def test_a_file_that_several_sources_match_is_read_once(council: Council, tmp_path: Path) -> None:
    export = f"{HEADER},System"
    write_csv(council.exports, "a.csv", export, f"{ROW},A", f"{ROW.replace('C1', 'C2')},B")
    council.write("contacts.csv", GOOD["contacts"])
    council.write("remedies.csv", GOOD["remedies"])
    (council.exports / "teams.docx").write_bytes(b"x")
    file = tmp_path / "sources.yml"
    entries = [
        {"code": code, "files": f"{council.exports}/*", "where": where}
        for code, where in (("a", "System = 'A'"), ("b", "System = 'B'"), ("b", "System = 'C'"))
    ]
    entries[2]["files"] = f"{council.exports}/*.*"
    file.write_text(yaml.safe_dump({"sources": entries}))
    for status in ("loaded", "unchanged"):
        report = run_night(council.settings.model_copy(update={"source": file}), WITHOUT_DBT)
        inputs = [(r.source, r.file_name, r.status) for r in report.files if r.dataset in GOOD]
        assert sorted(inputs) == [
            ("a", "contacts.csv", status),
            ("a", "remedies.csv", status),
            ("a", "teams.docx", "rejected"),
        ]
    marts = council.settings.marts_path
    assert query(marts, "select source from fct_complaints order by 1") == [("a",), ("b",)]
    assert query(marts, "select sum(amount) from fct_remedies") == [(250,)]
    described = "\n".join(describe_sources(file)[0])
    assert described.count("contacts.csv:") == described.count("teams.docx ") == 1


def test_an_unchanged_file_is_not_read_again(council: Council) -> None:
    council.write("indicators.csv", GOOD["indicators"])
    assert council.statuses() == {"indicators.csv": "loaded"}
    (record,) = council.run()
    assert (record.status, record.rows_read) == ("unchanged", None)


@pytest.mark.soak
def test_a_changed_file_replaces_and_a_missing_one_keeps_what_was_loaded(council: Council) -> None:
    visits = GOOD["indicators"] | {"name": "Visits on time"}
    council.write("indicators.csv", GOOD["indicators"], visits)
    council.run()
    council.write("indicators.csv", visits)
    (record,) = council.run()
    assert (record.rows_read, record.rows_loaded, record.rows_unchanged) == (1, 0, 1)
    assert council.rows("indicators", "name, row_number") == [("Visits on time", 1)]
    (council.exports / "indicators.csv").unlink()
    assert council.statuses() == {}
    assert council.rows("indicators", "name") == [("Visits on time",)]


@pytest.mark.soak
def test_the_newest_of_several_files_counts_and_an_older_one_is_rejected(council: Council) -> None:
    for day, value in (("20181001", "1%"), ("20181101", "2%")):
        council.write(f"indicators_{day}.csv", GOOD["indicators"] | {"value": value})
    assert set(council.statuses().values()) == {"loaded"}
    assert council.rows("indicators", "value") == [("2%",)]
    assert council.statuses() == {
        "indicators_20181001.csv": "superseded",
        "indicators_20181101.csv": "unchanged",
    }
    council.write("indicators_20181015.csv", GOOD["indicators"] | {"value": "3%"})
    rejected = next(r for r in council.run() if r.status == "rejected")
    assert rejected.message == (
        "indicators_20181015.csv is dated before the newest loaded file of its name "
        "(2018-11-01); deliver its content under a newer date."
    )
    assert council.rows("indicators", "value") == [("2%",)]
    council.write("indicators.csv", GOOD["indicators"] | {"value": "4%"})
    council.run()
    assert council.rows("indicators", "value") == [("4%",)]
    assert council.statuses()["indicators.csv"] == "unchanged"


@pytest.mark.soak
def test_a_file_that_cannot_be_taken_is_rejected_and_changes_nothing(council: Council) -> None:
    council.write("benchmarks.csv", GOOD["benchmarks"])
    council.run()
    write_csv(council.exports, "benchmarks.csv", "authority,year,messure,value", "A,2017-18,x,1")
    (record,) = council.run()
    assert (record.status, record.dataset) == ("rejected", "benchmarks")
    assert record.message == (
        "benchmarks.csv lacks the column measure; the nearest names found are 'messure' "
        "(for measure); its headers are authority, year, messure, value. Correct the header line."
    )
    assert council.rows("benchmarks", "measure") == [("In time (%)",)]


def test_an_input_in_another_format_is_rejected_as_that_input(council: Council) -> None:
    (council.exports / "indicators.docx").write_bytes(b"x")
    (record,) = council.run()
    assert (record.status, record.dataset) == ("rejected", "indicators")


def test_the_example_has_every_input(example: Settings) -> None:
    counts = query(
        example.marts_path,
        """
        select
            (select count(*) from fct_learning_actions),
            (select count(*) from fct_learning_actions where is_overdue),
            (select count(*) from rpt_benchmarks),
            (select count(*) from rpt_indicators where value_number is not null),
            (select count(*) from dim_team_changes),
            (select count(*) from dim_teams),
            (select sum(contacts) from rpt_period_contacts where period_length = 'quarter'),
            (select count(*) from fct_remedies where is_case_known),
            (select count(*) from fct_recommendations where is_case_known),
            (select count(*) from rpt_population),
            (select count(*) from dq_optional_inputs)
        """,
    )
    assert counts == [(7, 1, 18, 6, 2, 13, 220, 4, 3, 5, 0)]


@pytest.mark.soak
def test_a_changed_input_is_published_and_a_rejected_one_sets_the_exit_code(
    example_copy: Settings, tmp_path: Path
) -> None:
    exports = tmp_path / "exports"
    shutil.copytree(EXAMPLE_EXPORTS, exports)
    settings = example_copy.model_copy(update={"source": exports})
    council = Council(settings)
    council.write("benchmarks.csv", GOOD["benchmarks"], GOOD["benchmarks"] | {"year": "17"})
    (exports / "team_changes.csv").write_text("old_team\nX\n", encoding="utf-8")
    report = run_night(settings, WITHOUT_DBT)
    assert report.exit_code == 3
    assert [record.file_name for record in report.rejected] == ["team_changes.csv"]
    marts = settings.marts_path
    assert query(marts, "select authority, value from rpt_benchmarks") == [("Authority A", 27.5)]
    assert query(marts, "select old_team from dim_team_changes order by 1") == [
        ("Family Support",),
        ("Permanence",),
    ]
    assert query(
        marts, "select file_name, row_number, rule_code, severity from dq_optional_inputs"
    ) == [("benchmarks.csv", 2, "benchmark_year_invalid", "error")]
    assert query(marts, "select run_id from dq_publication") == [(report.run.run_id,)]
