"""One complaint moves to another team and is answered a day later: every mart that shows it moves.

A second one, still open, only moves to another team. The night after has the same as-of day, so
whatever else differs in the published file would be a mistake.
"""

from datetime import date
from typing import Any, NamedTuple

import duckdb
import pytest

from changed_example import ANSWERED, EDITS, FILE_NAME, STILL_OPEN, Nights
from complaints.examples.make_exports import expected_counts
from complaints.warehouse.layout import OPTIONAL_INPUTS
from complaints.warehouse.settings import Settings
from conftest import query

pytestmark = pytest.mark.xdist_group("example_change")

STAGE_1 = {"procedure": "statutory", "stage": "stage_1"}
QUARTER = {"financial_quarter": "2018-19 Q1"} | STAGE_1
NEXT_QUARTER = {"financial_quarter": "2018-19 Q2"} | STAGE_1
# What of the year holds just the complaints received so far.
YEAR_SO_FAR = ("2018-19", "2018-19 H1", "2018-19 Q1-Q3")

# What is about the runs themselves.
OF_THE_RUNS = {"dq_deliveries", "dq_trends", "ops_runs", "ops_steps"}

Row = dict[str, Any]


class Changed:
    """Stands for any value but the one before."""


class Edit(NamedTuple):
    """The one row of a mart that some columns find, and what it then says; None: it is gone."""

    key: Row
    now: Row | None


# What the two changes must do to each mart; a mart that is not here must not change at all.
MOVES: dict[str, list[Edit]] = {
    "fct_complaint_stages": [
        Edit(
            dict(zip(("case_reference", "stage"), ANSWERED, strict=True)),
            {
                "service_team": "Youth Offending",
                "responded_date": date(2018, 5, 10),
                "working_days_taken": 11,
                "working_days_taken_from_request": 11,
                "sla_status": "late",
                "sla_status_from_request": "late",
                "is_in_sla_basic": False,
                "record_id": Changed,
            },
        ),
        Edit(
            dict(zip(("case_reference", "stage"), STILL_OPEN, strict=True)),
            {"service_team": "Early Help", "record_id": Changed},
        ),
    ],
    "rpt_open_stages": [Edit({"case_reference": STILL_OPEN[0]}, {"service_team": "Early Help"})],
    "rpt_quarterly_stages": [
        Edit(
            QUARTER,
            {
                "in_sla": 8,
                "in_sla_basic": 6,
                "late": 9,
                "in_sla_rate": 8 / 18,
                "in_sla_due_rate": 8 / 18,
                "in_sla_rate_change_on_quarter": 8 / 18 - 10 / 19,
                "in_sla_rate_change_on_year": 8 / 18 - 5 / 17,
            },
        ),
        Edit(NEXT_QUARTER, {"in_sla_rate_change_on_quarter": 11 / 40 - 8 / 18}),
    ],
    "fct_complaints": [Edit({"case_reference": STILL_OPEN[0]}, {"service_team": "Early Help"})],
    "fct_escalations": [
        Edit(
            {"case_reference": ANSWERED[0], "stage": "stage_2"},
            {
                "previous_responded_date": date(2018, 5, 10),
                "working_days_since_previous_response": 4,
            },
        )
    ],
    "rpt_worklist": [
        Edit(
            {"case_reference": STILL_OPEN[0], "task": "answer"},
            {"service_team": "Early Help", "record_id": Changed},
        )
    ],
    # The night has the same as-of day, so what it publishes replaces what was published.
    "rpt_figure_history": [
        Edit(QUARTER | {"measure": measure}, {"counted": counted})
        for measure, counted in {
            "in_sla": 8,
            "in_sla_basic": 6,
            "in_sla_from_request": 7,
            "late": 9,
            "late_from_request": 10,
        }.items()
    ],
    "rpt_quarterly_teams": [
        Edit(QUARTER | {"service_team": "Children with Disabilities"}, None),
        Edit(
            QUARTER | {"service_team": "Youth Offending"},
            {"received": 4, "eligible": 4, "late": 3, "in_sla_rate": 1 / 4},
        ),
        Edit(
            QUARTER | {"service_team": "Children in Need"},
            {"received": 2, "eligible": 2, "open_overdue": 0, "upheld_rate": 1 / 2},
        ),
        Edit(
            QUARTER | {"service_team": "Early Help"},
            {"received": 2, "eligible": 2, "open_overdue": 1, "in_sla_rate": 1 / 2},
        ),
    ],
    "rpt_quarterly_reasons": [
        Edit(QUARTER | {"reason": "Communication"}, {"in_sla": 2}),
        Edit(QUARTER | {"reason": "Delays"}, {"in_sla": 0}),
    ],
    "rpt_published_figures": [
        Edit(
            {"section": "3.1", "period": "2018-19 Q1", "unit": "percent", "printed": 50},
            {
                "computed": 100 * 8 / 18,
                "computed_excluding_withdrawn": 100 * 8 / 18,
                "agreement": "differs",
            },
        ),
        Edit(
            {"section": "3.1", "unit": "percentage_points", "printed": -24},
            {
                "computed": 100 * (11 / 40 - 8 / 18),
                "computed_excluding_withdrawn": 100 * (11 / 40 - 8 / 18),
            },
        ),
    ],
    "rpt_period_stages": [
        Edit(
            {"period": "2018-19 Q1"} | STAGE_1,
            {
                "in_sla": 8,
                "in_sla_basic": 6,
                "late": 9,
                "in_sla_from_request": 7,
                "late_from_request": 10,
            },
        ),
        *(
            Edit(
                {"period": period} | STAGE_1,
                {
                    "in_sla": 19,
                    "in_sla_basic": 15,
                    "late": 32,
                    "in_sla_from_request": 17,
                    "late_from_request": 34,
                },
            )
            for period in YEAR_SO_FAR
        ),
    ],
    "rpt_period_teams": [
        Edit(
            {"period": "2018-19 Q1", "service_team": "Children with Disabilities"} | STAGE_1, None
        ),
        *(
            Edit(
                {"period": period, "service_team": team} | STAGE_1,
                {"received": received, "eligible": received} | others,
            )
            for period, team, received, others in (
                ("2018-19 Q1", "Youth Offending", 4, {}),
                ("2018-19 Q1", "Children in Need", 2, {}),
                ("2018-19 Q1", "Early Help", 2, {}),
            )
        ),
        *(
            Edit(
                {"period": period, "service_team": team} | STAGE_1,
                {"received": received, "eligible": received} | others,
            )
            for period in YEAR_SO_FAR
            for team, received, others in (
                ("Children with Disabilities", 2, {"in_sla": 0}),
                ("Youth Offending", 5, {}),
                ("Children in Need", 13, {}),
                ("Early Help", 5, {}),
            )
        ),
    ],
    "rpt_period_reasons": [
        Edit({"period": period, "reason": reason} | STAGE_1, {"in_sla": in_sla})
        for period, reason, in_sla in (
            ("2018-19 Q1", "Communication", 2),
            ("2018-19 Q1", "Delays", 0),
            *((period, "Communication", 11) for period in YEAR_SO_FAR),
            *((period, "Delays", 7) for period in YEAR_SO_FAR),
        )
    ],
    "rpt_period_closed": [
        Edit(
            {"period": period} | STAGE_1,
            {
                "in_sla": in_sla,
                "late": closed - in_sla,
                "working_days_total": working_days,
                "average_working_days": working_days / closed,
            },
        )
        for period, closed, in_sla, working_days in (
            ("2018-19 Q1", 17, 9, 225),
            ("2018-19 H1", 47, 18, 680),
            ("2018-19 Q1-Q3", 54, 20, 812),
            ("2018-19", 54, 20, 812),
        )
    ],
    "rpt_period_caseload": [
        Edit(
            {"period": period, "service_team": team},
            {"complaints": complaints}
            | ({"complaints_per_100_children": 100 * complaints / children} if children else {}),
        )
        for period in YEAR_SO_FAR
        for team, complaints, children in (
            ("Children with Disabilities", 2, 97),
            ("Youth Offending", 5, None),
            ("Children in Need", 13, 336),
            ("Early Help", 5, 263),
        )
    ],
    "dq_publication": [Edit({}, {"run_id": Changed})],
}
# Every structure that the example's teams have had.
MOVES["rpt_period_directorates"] = [
    Edit(key | {"structure_from": first_day}, now)
    for key, now in MOVES["rpt_period_teams"]
    for first_day in (date(2000, 1, 1), date(2016, 4, 1), date(2017, 10, 2), date(2018, 4, 3))
]


def marts(settings: Settings) -> list[str]:
    names = query(settings.marts_path, "select table_name from duckdb_tables() order by 1")
    return [name for (name,) in names]


def rows_of(settings: Settings, mart: str) -> list[Row]:
    with duckdb.connect(settings.marts_path, read_only=True) as connection:
        result = connection.execute(f"from {mart} order by all")
        columns = [column[0] for column in result.description]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    return rows


def is_unreadable(row: Row) -> bool:
    return "row_unreadable" in row.get("rule_codes", "")


def find(rows: list[Row], key: Row) -> list[Row]:
    return [row for row in rows if key.items() <= row.items()]


@pytest.mark.parametrize("mart", MOVES)
def test_every_mart_that_shows_the_complaint_moves(changed_example: Nights, mart: str) -> None:
    before, after = rows_of(changed_example.before, mart), rows_of(changed_example.after, mart)
    for key, now in MOVES[mart]:
        (old,) = find(before, key)
        before.remove(old)
        if now is None:
            assert find(after, key) == []
            continue
        (new,) = find(after, key)
        after.remove(new)
        assert {column for column in old if old[column] != new[column]} == set(now)
        for column, value in now.items():
            assert value is Changed or new[column] == pytest.approx(value), column
    assert after == before


def test_no_other_mart_changes(changed_example: Nights) -> None:
    assert marts(changed_example.before) == marts(changed_example.after)
    others = set(marts(changed_example.after)) - {*MOVES, *OF_THE_RUNS}
    assert {"dim_date", "dq_quarantine", "dq_warnings", "dq_rules"} < others
    for mart in others:
        assert rows_of(changed_example.after, mart) == rows_of(changed_example.before, mart), mart


def test_deliveries_distinguish_the_two_changed_rows_from_the_unchanged(
    changed_example: Nights,
) -> None:
    before, after = (
        rows_of(changed_example.before, "dq_deliveries"),
        rows_of(changed_example.after, "dq_deliveries"),
    )
    assert all(row in after for row in before)
    tonight = {row["file_name"]: row for row in after if row not in before}
    for name, counts in expected_counts().items():
        changed = len(EDITS) if name == FILE_NAME else 0
        row = tonight.pop(name)
        assert (row["run_id"], row["status"]) == (changed_example.report.run.run_id, "loaded")
        assert row["rows_loaded"] == changed
        assert row["rows_unchanged"] == counts["loaded"] - changed
        for fate in ("duplicate", "superseded", "quarantined"):
            assert row[f"rows_{fate}"] == counts[fate]
    # The report's optional inputs were delivered again, as they were.
    assert {row["dataset"] for row in tonight.values()} == set(OPTIONAL_INPUTS)
    assert {row["status"] for row in tonight.values()} == {"unchanged"}


def test_history_keeps_both_versions_with_run_and_as_of_day(changed_example: Nights) -> None:
    versions = query(
        changed_example.after.warehouse_path,
        "select versions.service_team, versions.responded_date, deliveries.run_id, "
        "history.state, history.current_from_as_of_day, history.current_to_as_of_day, "
        "history.current_from_run_at, history.current_to_run_at "
        "from intermediate.int_stage_history as history "
        "join raw.records as versions using (record_id) "
        "join raw.deliveries on versions.first_delivery = deliveries.delivery_number "
        "where history.case_reference = $1 and history.stage = $2 "
        "order by history.current_from_run_at",
        *ANSWERED,
    )
    (first_run,) = query(changed_example.before.marts_path, "select run_id from dq_publication")
    night = changed_example.report.run
    old, new = versions
    assert old[:6] == (
        "Children with Disabilities",
        "2018-05-09",
        first_run[0],
        "loaded",
        night.as_of_day,
        night.as_of_day,
    )
    assert new[:6] == (
        "Youth Offending",
        "2018-05-10",
        night.run_id,
        "loaded",
        night.as_of_day,
        None,
    )
    assert old[6] < old[7] == new[6] == night.run_at
    assert new[7] is None
