"""The golden cases of the law, from an export to the published marts."""

from datetime import date

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.warehouse.settings import Settings
from conftest import query, write_export
from rule_examples import STAGE_1
from small_home import borrow_store

OPEN = STAGE_1 | {"received_date": "2026-04-01", "responded_date": "", "outcome": ""}
CORPORATE = OPEN | {"procedure": "corporate"}
STAGE_2 = OPEN | {"stage": "stage_2", "received_date": "2026-06-01"}
PANEL = OPEN | {"stage": "stage_3", "panel_date": "2026-04-20"}
ROWS = {
    "acknowledged in time": CORPORATE | {"acknowledged_date": "2026-04-08"},
    "acknowledged late": CORPORATE | {"acknowledged_date": "2026-06-15"},
    "never acknowledged": CORPORATE,
    "under the council's earlier day": CORPORATE
    | {"received_date": "2024-10-01", "target_met": "Out of target"},
    "panel": PANEL | {"responded_date": "2026-06-10", "outcome": "upheld"},
    "appointed": STAGE_2 | {"investigator_appointed_date": "2026-06-08"},
    "not started": STAGE_2,
}
EARLIER_DAY = """\
procedure,stage,milestone,clock_starts,working_days,extended_working_days,valid_from,valid_to,source
corporate,stage_1,acknowledgement,received,5,5,2024-10-01,2026-03-31,Complaints policy
corporate,stage_1,response,acknowledged,10,20,2024-10-01,2026-03-31,Complaints policy
"""


def test_the_golden_cases_come_out_of_an_export_as_the_law_has_them(
    settings: Settings, example: Settings
) -> None:
    borrow_store(settings, example)
    settings.reference_folder.mkdir()
    (settings.reference_folder / "time_limits.csv").write_text(EARLIER_DAY)
    rows = [row | {"case_reference": name} for name, row in ROWS.items()]
    write_export(settings.source / "complaints.csv", rows)
    run_night(settings.model_copy(update={"as_of": date(2026, 6, 30)}), WITHOUT_DBT)
    found = query(
        settings.marts_path,
        "select case_reference, acknowledgement_due_date, acknowledgement_status, "
        "findings_due_date, due_date, sla_status, due_date_overall, sla_status_overall, "
        "is_target_met_by_source from fct_complaint_stages where stage <> 'stage_2'",
    )
    april, none = {day: date(2026, 4, day) for day in (10, 22, 24, 27)}, (None, None)
    assert {name: tuple(facts) for name, *facts in found} == {
        "acknowledged in time": (
            april[10],
            "in_time",
            None,
            april[22],
            "open_overdue",
            *none,
            None,
        ),
        "acknowledged late": (april[10], "late", None, april[24], "open_overdue", *none, None),
        "never acknowledged": (
            *(april[10], "open_overdue", None, april[24], "open_overdue"),
            *(*none, None),
        ),
        "under the council's earlier day": (
            *(date(2024, 10, 8), "open_overdue", None, date(2024, 10, 22), "open_overdue"),
            *(*none, False),
        ),
        "panel": (
            *(*none, april[27], date(2026, 5, 19), "late"),
            *(date(2026, 6, 16), "in_time", None),
        ),
    }
    assert query(
        settings.marts_path,
        "select case_reference, working_days_to_investigator, working_days_waited, is_started "
        "from rpt_stage_2_milestones order by all",
    ) == [("appointed", 5, 21, True), ("not started", None, 21, False)]
