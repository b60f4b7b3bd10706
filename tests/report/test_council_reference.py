"""The council's own reference data: a night with each file, then the report in both profiles."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.report import PROFILES
from complaints.report.render_json import render_json
from complaints.warehouse.settings import Settings
from conftest import query, write_export
from report_sections import printed_report
from small_home import borrow_store

QUARTER, FIRST_DAY = "2018-19 Q2", date(2018, 7, 2)
LIMITS = (
    "procedure,stage,milestone,clock_starts,working_days,extended_working_days,valid_from,"
    "valid_to,source\n"
)
FILES = {
    "stages": "procedure,stage,stage_number\ncorporate,stage_3,3\n",
    "outcomes": "outcome,is_upheld,description,printed_name\n"
    "put_right,true,Put right at once,Put right at once\nresolved_early,false,Resolved,\n",
    "time_limits": f"{LIMITS}statutory,ombudsman,response,received,30,30,2006-09-01,,agreed\n",
    "legal_bases": "legal_basis,description,procedure\nlocal_offer,The local offer,corporate\n",
    "synonyms": "field,written,value\nstage,informal,stage_1\n",
    "bank_holidays": "date,title\n2018-07-09,Day of Thanksgiving\n",
}
Sections = dict[str, dict[str, Any]]
Reports = Callable[[str], tuple[Settings, dict[str, Sections]]]

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("council_reference")]


def rows() -> list[dict[str, str]]:
    """Complaints that use what each of the council's files adds."""

    def row(case: str, procedure: str, stage: str, day: int, **more: str) -> dict[str, str]:
        received = FIRST_DAY + timedelta(days=day)
        answered = received + timedelta(days=10)
        return {
            "case_reference": case,
            "procedure": procedure,
            "stage": stage,
            "received_date": str(received),
            "responded_date": str(answered),
            "outcome": "not_upheld",
            "service_team": ("Assessments", "Fostering", "Leaving Care")[day % 3],
            "reasons": "Delays" if day % 2 else "Communication",
            "legal_basis": "",
        } | more

    outcomes = ("upheld", "not_upheld", "Put right", "partially_upheld", "Resolved early")
    spellings = {"Put right": "put_right", "Resolved early": "resolved_early"}
    found = [
        row(f"C{n}", "statutory", "stage_1", n, outcome=spellings.get(each, each))
        for n in range(40)
        for each in [outcomes[n % 5]]
    ]
    found += [row(f"C{n}", "statutory", "ombudsman", 40 + n, outcome="upheld") for n in range(9)]
    found += [row(f"K{n}", "corporate", "stage_1", n) for n in range(12)]
    found += [row(f"K{n}", "corporate", "stage_2", 20 + n) for n in range(8)]
    found += [row(f"K{n}", "corporate", "stage_3", 40 + n) for n in range(7)]
    found += [row(f"I{n}", "statutory", "Informal", n) for n in range(3)]
    found += [row(f"L{n}", "statutory", "stage_1", n, legal_basis="local_offer") for n in range(2)]
    return found


@pytest.fixture(scope="module")
def reports(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Give the report of both profiles after a night with one of the council's files, or none."""
    done: dict[str, tuple[Settings, dict[str, Sections]]] = {}

    def after_night(name: str) -> tuple[Settings, dict[str, Sections]]:
        if name not in done:
            folder = tmp_path_factory.mktemp("council")
            settings = example.model_copy(
                update={"home": folder / "home", "source": folder / "exports"}
            )
            borrow_store(settings, example)
            if name:
                settings.reference_folder.mkdir()
                path = settings.reference_folder / f"{name}.csv"
                path.write_text(FILES[name], encoding="utf-8")
            write_export(settings.source / "complaints.csv", rows())
            run_night(settings, WITHOUT_DBT)
            done[name] = settings, {each: sections(settings, each) for each in PROFILES}
        return done[name]

    return after_night


def sections(settings: Settings, profile: str) -> Sections:
    rendered = json.loads(render_json(printed_report(settings, QUARTER, profile)))
    return {each["number"]: each for each in rendered["sections"]}


def texts(sections: Sections) -> str:
    return json.dumps(sections, ensure_ascii=False)


def column(table: dict[str, Any], name: str) -> dict[str, str]:
    place = table["columns"].index(name)
    return {row[0]: row[place] for row in table["rows"]}


@pytest.mark.parametrize("name", ["", *FILES])
def test_every_total_is_the_sum_of_its_rows_and_small_numbers_are_hidden(
    name: str, reports: Reports
) -> None:
    _, profiles = reports(name)
    for section in profiles["internal"].values():
        for table in section["tables"]:
            if table["rows"] and table["rows"][-1][0] == "Total":
                for *parts, total in zip(*(row[1:] for row in table["rows"]), strict=True):
                    if total.isdecimal():
                        assert sum(map(int, parts)) == int(total), table["title"]
    hidden = [
        cell
        for section in profiles["publication"].values()
        for table in section["tables"]
        for row in table["rows"]
        for cell in row[1:]
    ]
    assert "c" in hidden and not {"1", "2", "3", "4", "5"} & set(hidden)


def test_a_corporate_stage_3_of_the_council_is_in_every_table_of_stages(reports: Reports) -> None:
    _, without = reports("")
    _, profiles = reports("stages")
    assert "The corporate procedure has no stage 3." in texts(without["internal"])
    for shown in profiles.values():
        assert "has no stage 3" not in texts(shown)
        assert "which has three stages" in texts(shown)
        beside = column(shown["C.2"]["tables"][0], "No, corporate")
        assert beside["Stage 3"] == "7"
        assert "Corporate stage 3" in column(shown["C.3"]["tables"][0], "Open")
    assert column(profiles["internal"]["C.4"]["tables"][1], "To stage 3")["Corporate"] == (
        "7 of 12 (58%)"
    )
    cases = profiles["internal"]["B.1"]["tables"][1]
    assert "Stage 3" in column(cases, "Stage").values()


def test_outcomes_of_the_council_are_rows_and_count_as_it_says(reports: Reports) -> None:
    _, without = reports("")
    _, profiles = reports("outcomes")
    unknown = column(without["internal"]["C.9"]["tables"][0], "Stage 1")
    assert (unknown["Not recognised"], unknown["Resolved"]) == ("8", "8")
    outcomes = column(profiles["internal"]["C.9"]["tables"][0], "Stage 1")
    assert (outcomes["Put right at once"], outcomes["Resolved early"]) == ("8", "8")
    assert "Not recognised" not in outcomes
    assert "“Upheld”, “Partially upheld” or “Put right at once”" in texts(profiles["internal"])
    upheld = [column(each["2.1"]["tables"][1], f"Upheld, {QUARTER}") for each in profiles.values()]
    assert {each["Stage 1"].split()[0] for each in upheld} == {"24"}


def test_a_time_limit_for_the_ombudsman_is_denied_by_no_sentence(reports: Reports) -> None:
    _, without = reports("")
    _, profiles = reports("time_limits")
    denied = "There is no time limit for the Ombudsman."
    assert texts(without["internal"]).count(denied) >= 1
    shown = profiles["internal"]
    assert denied not in texts({number: shown[number] for number in ("2.1", "C.5", "3.1")})
    notes = [note for table in shown["C.2"]["tables"][:2] for note in table["notes"]]
    assert any("no time limit for corporate Ombudsman" in note for note in notes)
    in_sla = column(shown["2.1"]["tables"][1], f"In SLA, {QUARTER}")
    assert in_sla["Ombudsman (LGSCO)"] == "9 of 9 (100%)"
    assert "Statutory, Ombudsman (LGSCO)" in column(shown["C.5"]["tables"][1], "In SLA")


def test_the_other_files_count_in_the_report(reports: Reports) -> None:
    _, without = reports("")

    def received(name: str) -> str:
        table = reports(name)[1]["internal"]["2.1"]["tables"][0]
        return column(table, QUARTER)["Stage 1"]

    assert (received(""), received("synonyms")) == ("42", "45")
    suspected = column(
        reports("legal_bases")[1]["internal"]["C.6"]["tables"][0],
        "Of these with a corporate subject",
    )
    assert suspected[f"Stage 1, {QUARTER}"] == "2"
    due = [
        query(
            settings.marts_path,
            "select due_date from fct_complaint_stages where case_reference = 'C0' "
            "and stage = 'stage_1'",
        )
        for settings in (reports("")[0], reports("bank_holidays")[0])
    ]
    assert due == [[(date(2018, 7, 16),)], [(date(2018, 7, 17),)]]
    assert "Day of Thanksgiving" not in texts(without["internal"])
