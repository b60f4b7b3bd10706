"""The oracle of deadlines: numpy's working days, and limits as the law and the code state them."""

import csv
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from complaints.warehouse.settings import PROJECT_FOLDER

SEEDS = PROJECT_FOLDER / "dbt_project" / "seeds"
DAY = timedelta(days=1)
LIMITS_START = date(2006, 9, 1)
OMBUDSMANS_CODE_START = date(2026, 4, 1)
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2060, 6, 30)  # 65 working days later is still in the calendar

STAGES = (
    ("statutory", "stage_1"),
    ("statutory", "stage_2"),
    ("statutory", "stage_3"),
    ("statutory", "ombudsman"),
    ("corporate", "stage_1"),
    ("corporate", "stage_2"),
    ("corporate", "ombudsman"),
)
# Around these the calendar or the limits change.
TURNING_POINTS = (
    date(2006, 9, 1),
    date(2018, 3, 30),
    date(2018, 12, 25),
    date(2020, 5, 8),
    date(2022, 6, 3),
    date(2022, 9, 19),
    date(2023, 5, 8),
    date(2026, 4, 1),
    date(2026, 12, 28),
)

with (SEEDS / "bank_holidays.csv").open(encoding="utf-8") as seed:
    BANK_HOLIDAYS = [row["date"] for row in csv.DictReader(seed)]
ENGLAND = np.busdaycalendar(holidays=BANK_HOLIDAYS)

NO_2061 = "The calendar has no 2061: add its bank holidays to reference/bank_holidays.csv"


class Stage(NamedTuple):
    """What a loaded row says of a stage, as far as its deadlines hang on it."""

    procedure: str
    stage: str
    received_date: date
    clock_start_date: date | None
    acknowledged_date: date | None
    responded_date: date | None
    panel_date: date | None
    extension_agreed: bool
    outcome: str | None
    panel_findings_date: date | None = None


def limits(stage: Stage) -> tuple[int, int] | None:
    """Return the working days of the basic and of the extended limit."""
    if stage.received_date < LIMITS_START or stage.stage == "ombudsman":
        return None
    if stage.procedure == "statutory":
        return {"stage_1": (10, 20), "stage_2": (25, 65), "stage_3": (50, 50)}[stage.stage]
    if stage.received_date < OMBUDSMANS_CODE_START:
        return 20, 20
    return {"stage_1": (10, 20), "stage_2": (20, 40)}[stage.stage]


def working_day_after(day: date, number: int) -> date:
    """Return the working day that is this many working days after a day."""
    return np.busday_offset(day, number, roll="backward", busdaycal=ENGLAND).astype(object)


def working_days_between(first: date, last: date) -> int:
    """Count the working days after the first day, up to and including the last."""
    if last < first:
        return -working_days_between(last, first)
    return int(np.busday_count(first + DAY, last + DAY, busdaycal=ENGLAND))


def acknowledgement_due(stage: Stage) -> date | None:
    """Return the day by which the Ombudsman's code wants a corporate stage acknowledged."""
    is_under_the_code = (
        stage.procedure == "corporate"
        and stage.stage != "ombudsman"
        and stage.received_date >= OMBUDSMANS_CODE_START
    )
    return working_day_after(stage.received_date, 5) if is_under_the_code else None


def happened(day: date | None, first: date, last: date) -> date | None:
    """Return a day if it lies where it can have happened."""
    return day if day and first <= day <= last else None


def clock_start(stage: Stage, as_of_day: date) -> date:
    """Return the day the clock starts: given, acknowledged under the Ombudsman's code, received."""
    due = acknowledgement_due(stage)
    if stage.clock_start_date or not due:
        return stage.clock_start_date or stage.received_date
    last = stage.responded_date or as_of_day
    acknowledged = happened(stage.acknowledged_date, stage.received_date, last)
    return min(acknowledged or due, due, stage.responded_date or due)


def verdict(due: date | None, met: date | None, is_withdrawn: bool, as_of_day: date) -> str:
    """Return whether a limit was kept, in the contract's five values."""
    if due is None or is_withdrawn:
        return "not_applicable"
    if met:
        return "in_time" if met <= due else "late"
    return "open_overdue" if as_of_day > due else "open_in_time"


def expected(stage: Stage, as_of_day: date) -> dict[str, Any]:
    """Return what the model must say of a stage."""
    limit = limits(stage)
    start = clock_start(stage, as_of_day)
    applied = limit and limit[stage.extension_agreed]
    due = after_the_panel(stage, as_of_day) or (applied and working_day_after(start, applied))
    basic_due = after_the_panel(stage, as_of_day) or (limit and working_day_after(start, limit[0]))
    request_due = applied and working_day_after(stage.received_date, applied)
    responded = stage.responded_date
    is_withdrawn = stage.outcome == "withdrawn"
    is_open = responded is None and not is_withdrawn
    status = verdict(due, responded, is_withdrawn, as_of_day)
    status_from_request = verdict(request_due, responded, is_withdrawn, as_of_day)
    is_basic = bool(basic_due and responded and responded <= basic_due)
    return (
        {
            "clock_start_date": start,
            "due_date": due,
            "due_date_without_extension": basic_due,
            "due_date_from_request": request_due,
            "working_days_taken": working_days_between(start, responded) if responded else None,
            "working_days_left": working_days_between(as_of_day, due) if due and is_open else None,
            "sla_status": status,
            "sla_status_from_request": status_from_request,
            "is_in_sla_basic": status == "in_time" and is_basic,
            "is_in_sla_extended": status == "in_time" and not is_basic,
            "is_open": is_open,
            "is_upheld": stage.outcome in ("upheld", "partially_upheld"),
        }
        | expected_acknowledgement(stage, as_of_day)
        | expected_panel(stage, start, as_of_day)
    )


def expected_acknowledgement(stage: Stage, as_of_day: date) -> dict[str, Any]:
    """Return what the model must say of the acknowledgement; a response is one as well."""
    due = acknowledgement_due(stage)
    acknowledged = happened(stage.acknowledged_date, stage.received_date, as_of_day)
    days = [day for day in (acknowledged, stage.responded_date) if day]
    status = verdict(due, min(days, default=None), stage.outcome == "withdrawn", as_of_day)
    return {"acknowledgement_due_date": due, "acknowledgement_status": due and status}


def panel_met(stage: Stage, as_of_day: date) -> date | None:
    """Return the day of the panel from which the findings are counted."""
    has_limits = stage.stage == "stage_3" and limits(stage)
    last = stage.responded_date or as_of_day
    return happened(stage.panel_date, stage.received_date, last) if has_limits else None


def findings_made(stage: Stage, as_of_day: date, last: date) -> date | None:
    """Return the day of the panel's findings, if they were made by a day."""
    has_limits = stage.stage == "stage_3" and limits(stage)
    first = panel_met(stage, as_of_day) or stage.received_date
    return happened(stage.panel_findings_date, first, last) if has_limits else None


def after_the_panel(stage: Stage, as_of_day: date) -> date | None:
    """Return when the response is due after the panel: 15 working days after the findings."""
    met = panel_met(stage, as_of_day)
    findings = findings_made(stage, as_of_day, stage.responded_date or as_of_day)
    findings = findings or (met and working_day_after(met, 5))
    return findings and working_day_after(findings, 15)


def expected_panel(stage: Stage, start: date, as_of_day: date) -> dict[str, Any]:
    """Return what the model must say of panel and findings, which only stage 3 has."""
    if stage.stage != "stage_3":
        return dict.fromkeys(
            (
                *("panel_due_date", "panel_sla_status", "panel_working_days_left"),
                *("findings_due_date", "findings_status"),
                *("due_date_overall", "sla_status_overall"),
            )
        )
    due = working_day_after(start, 30) if limits(stage) else None
    met = panel_met(stage, as_of_day)
    is_withdrawn = stage.outcome == "withdrawn"
    is_awaited = due and not (met or stage.responded_date or is_withdrawn)
    findings_due = met and working_day_after(met, 5)
    findings = findings_made(stage, as_of_day, as_of_day)
    overall = working_day_after(stage.received_date, 50) if limits(stage) else None
    return {
        "panel_due_date": due,
        "panel_sla_status": verdict(due, met, is_withdrawn, as_of_day),
        "panel_working_days_left": working_days_between(as_of_day, due) if is_awaited else None,
        "findings_due_date": findings_due,
        "findings_status": verdict(findings_due, findings, is_withdrawn, as_of_day),
        "due_date_overall": overall,
        "sla_status_overall": verdict(overall, stage.responded_date, is_withdrawn, as_of_day),
    }
