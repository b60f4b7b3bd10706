"""What is counted beside complaints comes out as councils print it, and moves no other figure."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.report.build import build_report
from complaints.report.disclosure import hidden_cells
from complaints.warehouse.settings import Settings
from conftest import query, snapshot, write_export
from report_sections import sections_of
from small_home import borrow_store

pytestmark = pytest.mark.soak  # each has a night of its own

AS_OF, YEAR = date(2019, 5, 1), "2018-19"
FIRST = date(2018, 4, 3)
TEAMS = ("Assessment", "Leaving Care", "Fostering")
OF_A_RUN = ("dq_deliveries", "dq_publication", "dq_trends", "ops_alerts", "ops_runs", "ops_steps")
OF_THE_INPUTS = (
    *("dim_teams", "dim_team_changes", "fct_remedies", "fct_recommendations", "rpt_population"),
    *(
        f"rpt_period_{name}"
        for name in ("contacts", "remedies", "recommendations", "caseload", "directorates")
    ),
)


def complaints() -> Iterator[Mapping[str, str]]:
    """Reading's 76, of which 9 were withdrawn."""
    for number in range(76):
        received = FIRST + timedelta(days=3 * number)
        yield {
            "case_reference": f"R{number}",
            "procedure": "statutory",
            "stage": "stage_1",
            "received_date": f"{received}",
            "responded_date": "" if number < 9 else f"{received + timedelta(days=9)}",
            "outcome": "withdrawn" if number < 9 else "not_upheld",
            "service_team": TEAMS[number % 2],
        }


def contacts() -> Iterator[Mapping[str, str]]:
    """Reading's 16 resolved early; Thurrock's 155 enquiries one by one, its 2,018 as a group."""
    for _ in range(16):
        yield {"type": "Resolved early", "received_date": "2018-06-04", "team": "Assessment"}
    for number in range(155):
        day = FIRST + timedelta(days=7 * (number % 50))
        answered = day + timedelta(days=14 if number < 138 else 30)
        yield {
            "type": "MP enquiry",
            "received_date": f"{day}",
            "answered_date": f"{answered}",
            "due_date": f"{day + timedelta(days=20)}",
        }
    yield {"type": "member_enquiry", "period": YEAR, "number": "2,018", "in_time": "1917"}
    yield {"type": "Refused", "received_date": "2018-06-04", "reason": "Older than a year"}


def recommendations() -> Iterator[Mapping[str, str]]:
    """44 of 45 done, one dropped, one not due yet."""
    for number in range(47):
        yield {
            "case_reference": f"R{number}",
            "stage": "LGSCO",
            "text": "Apologise",
            "due": "01/06/2019" if number == 46 else "01/02/2019",
            "done": "31/01/2019" if number < 44 else "",
            "evidence": "Letter" if number < 44 else "",
            "dropped why": "Withdrawn by the Ombudsman" if number == 45 else "",
        }


INPUTS: dict[str, list[Mapping[str, str]]] = {
    "contacts": list(contacts()),
    "recommendations": list(recommendations()),
    "remedies": [
        {"case_reference": "R1", "type": "Payment", "amount": amount, "agreed": day, "paid": paid}
        for amount, day, paid in (
            ("£1,250.50", "2018-07-02", "2018-08-01"),
            ("99", "2018-09-03", ""),
            ("5", "2019-04-01", ""),
        )
    ],
    "caseload": [
        {"team": "Assessment", "day": "2018-06-29", "children": "150", "referrals": "40"},
        {"team": "Assessment", "day": "2019-03-29", "children": "200", "referrals": "36"},
        {"team": "Fostering", "day": "2019-03-29", "children": "80", "referrals": ""},
    ],
    "population": [
        {"characteristic": "Gender", "value": "female", "number": "3"},
        {"characteristic": "Gender", "value": "male", "number": "61"},
    ],
    "team_changes": [{"old_team": "Leaving Care", "new_team": "Care", "change_date": "2018-10-01"}],
    "teams": [
        {"team": "Leaving Care", "directorate": "Old", "from": "2016-04-01", "to": "2018-09-30"},
        {"team": "Care", "directorate": "New", "from": "2018-10-01", "to": ""},
        {"team": "Assessment", "directorate": "Old", "from": "2016-04-01", "to": ""},
        {"team": "Assessment", "directorate": "New", "from": "2019-01-01", "to": ""},
    ],
}


class Council(NamedTuple):
    """A home before and after the inputs were delivered."""

    settings: Settings
    before: dict[str, list[tuple[Any, ...]]]
    after: dict[str, list[tuple[Any, ...]]]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return query(self.settings.marts_path, sql)


@pytest.fixture(scope="module")
def council(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Council:
    """Deliver the complaints, and on the next night all the inputs."""
    folder: Path = tmp_path_factory.mktemp("council")
    settings = example.model_copy(
        update={"home": folder / "home", "source": folder / "exports", "as_of": AS_OF}
    )
    borrow_store(settings, example)
    write_export(settings.source / "complaints.csv", complaints())
    run_night(settings, WITHOUT_DBT)
    before = snapshot(settings.marts_path)
    for name, rows in INPUTS.items():
        write_export(settings.source / f"{name}.csv", rows)
    report = run_night(settings, WITHOUT_DBT)
    assert report.exit_code == 0
    return Council(settings, before, snapshot(settings.marts_path))


@pytest.fixture(scope="module")
def sections(council: Council) -> dict[str, dict[str, Any]]:
    """The sections of the year's report, by their titles."""
    report = build_report(council.settings.marts_path, YEAR, council.settings)
    return {each["title"]: each for each in sections_of(report).values()}


def table_of(section: dict[str, Any], title: str) -> dict[str, list[str]]:
    """The rows of the table whose title begins so, by their names."""
    (table,) = (each for each in section["tables"] if each["title"].startswith(title))
    return {row[0]: row[1:] for row in table["rows"]}


def test_no_input_moves_a_figure_of_complaints(council: Council) -> None:
    assert council.rows("select * from dq_optional_inputs") == []
    for name, rows in council.before.items():
        if name not in (*OF_A_RUN, *OF_THE_INPUTS):
            assert council.after[name] == rows, name
    assert all(council.after[name] and not council.before[name] for name in OF_THE_INPUTS)


def test_readings_92_are_16_resolved_early_and_76_of_which_9_withdrawn(
    sections: dict[str, dict[str, Any]],
) -> None:
    section = sections["Enquiries, compliments and other contacts"]
    assert table_of(section, "Complaints made") == {"Statutory": ["92", "16", "76", "9"]}


def test_thurrocks_enquiries_come_out_one_by_one_and_as_a_group(
    council: Council, sections: dict[str, dict[str, Any]]
) -> None:
    rows = table_of(sections["Enquiries, compliments and other contacts"], "Contacts beside")
    assert rows["Enquiries by MPs"] == ["155", "138 of 155 (89%)"]
    assert rows["Enquiries by members"] == ["2018", "1917 of 2018 (95%)"]
    quarters = "select sum(contacts) from rpt_period_contacts where period_length = 'quarter' "
    assert council.rows(f"{quarters} and contact_type = 'member_enquiry'") == [(None,)]
    assert council.rows(f"{quarters} and contact_type = 'mp_enquiry'") == [(155,)]


def test_a_caseload_gives_a_ratio_and_its_absence_none(
    council: Council, sections: dict[str, dict[str, Any]]
) -> None:
    rows = table_of(sections["Complaints and caseload"], "Stage 1 complaints and children")
    assert rows == {
        "Assessment": ["38", "200", "19.0"],
        "Fostering": ["0", "80", "0.0"],
        "Leaving Care": ["38", "–", "not applicable"],
    }
    assert council.rows(
        "select service_team, children, referrals, complaints_per_100_children "
        f"from rpt_period_caseload where period = '{YEAR}' order by 1"
    ) == [
        ("Assessment", 200, 76, 19.0),
        ("Fostering", 80, None, 0.0),
        ("Leaving Care", None, None, None),
    ]


def test_compliance_is_done_out_of_due(sections: dict[str, dict[str, Any]]) -> None:
    section = sections["Recommendations and what became of them"]
    done = ["46", "44", "1", "0", "1", "44 of 45 (98%)"]
    assert table_of(section, "Recommendations due") == {
        "Ombudsman (LGSCO)": done,
        "Total": done,
    }
    assert (
        "Apologise. Ombudsman (LGSCO), due 1 February 2019: dropped, Withdrawn by the Ombudsman."
        in section["paragraphs"]
    )


def test_remedies_are_counted_with_their_amounts(sections: dict[str, dict[str, Any]]) -> None:
    rows = table_of(sections["Remedies"], "Remedies agreed")
    assert rows["Payment"] == ["2", "1", "£1,349.50", "£1,250.50"]


def test_a_restructured_department_compares_with_itself(
    council: Council,
) -> None:
    found = council.rows(
        "select structure_from, directorate, team, received from rpt_period_directorates "
        f"where period = '{YEAR}' and procedure = 'statutory' and stage = 'stage_1' "
        "order by 1, service_team"
    )
    assert found == [
        (date(2000, 1, 1), "Not recorded", "Assessment", 38),
        (date(2000, 1, 1), "Not recorded", "Leaving Care", 38),
        (date(2016, 4, 1), "Old", "Assessment", 38),
        (date(2016, 4, 1), "Old", "Leaving Care", 38),
        (date(2018, 10, 1), "Old", "Assessment", 38),
        (date(2018, 10, 1), "New", "Care", 38),
        (date(2019, 1, 1), "New", "Assessment", 38),
        (date(2019, 1, 1), "New", "Care", 38),
    ]


def test_small_counts_beside_complaints_are_hidden_too(council: Council) -> None:
    report = build_report(council.settings.marts_path, YEAR, council.settings)
    hidden = {(each.measure, each.value) for each in hidden_cells(report, 5)}
    assert {("population", "female"), ("population", "male"), ("remedies", "Payment")} <= hidden
    assert ("contacts", "Older than a year") in hidden
