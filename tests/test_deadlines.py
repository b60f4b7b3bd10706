"""Due dates, working days and SLA verdicts, against numpy's own working-day arithmetic.

The model's compiled SQL runs on stand-ins of what it reads, many generated rows at a time. The
oracle knows the bank holidays of the seed, and the time limits as the law and the Ombudsman's code
state them.
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pytest
from compiled_models import compiled_sql
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from flows.settings import PROJECT_FOLDER, Settings

SEEDS = PROJECT_FOLDER / "dbt_project" / "seeds"
DAY = timedelta(days=1)
LIMITS_START = date(2006, 9, 1)
OMBUDSMANS_CODE_START = date(2026, 4, 1)
LAST_DAY = date(2035, 6, 30)  # 65 working days later is still in the calendar

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


def clock_start(stage: Stage, as_of_day: date) -> date:
    """Return the day the clock starts: given, acknowledged under the Ombudsman's code, received."""
    if stage.clock_start_date:
        return stage.clock_start_date
    starts_on_acknowledgement = (
        stage.procedure == "corporate"
        and stage.stage != "ombudsman"
        and stage.received_date >= OMBUDSMANS_CODE_START
    )
    acknowledged = stage.acknowledged_date
    if not starts_on_acknowledgement or acknowledged is None:
        return stage.received_date
    is_usable = stage.received_date <= acknowledged <= min(
        stage.responded_date or as_of_day, as_of_day
    )
    return acknowledged if is_usable else stage.received_date


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
    due = applied and working_day_after(start, applied)
    basic_due = limit and working_day_after(start, limit[0])
    request_due = applied and working_day_after(stage.received_date, applied)
    responded = stage.responded_date
    is_withdrawn = stage.outcome == "withdrawn"
    is_open = responded is None and not is_withdrawn
    status = verdict(due, responded, is_withdrawn, as_of_day)
    is_basic = bool(basic_due and responded and responded <= basic_due)
    return {
        "clock_start_date": start,
        "due_date": due,
        "due_date_without_extension": basic_due,
        "due_date_from_request": request_due,
        "working_days_taken": working_days_between(start, responded) if responded else None,
        "working_days_left": working_days_between(as_of_day, due) if due and is_open else None,
        "sla_status": status,
        "sla_status_from_request": verdict(request_due, responded, is_withdrawn, as_of_day),
        "is_in_sla_basic": status == "in_time" and is_basic,
        "is_in_sla_extended": status == "in_time" and not is_basic,
        "is_open": is_open,
        "is_upheld": stage.outcome in ("upheld", "partially_upheld"),
    } | expected_panel(stage, start, as_of_day)


def expected_panel(stage: Stage, start: date, as_of_day: date) -> dict[str, Any]:
    """Return what the model must say of the panel, which only stage 3 has."""
    if stage.stage != "stage_3":
        return {"panel_due_date": None, "panel_sla_status": None}
    due = working_day_after(start, 30) if limits(stage) else None
    met = stage.panel_date if stage.panel_date and stage.panel_date <= as_of_day else None
    return {
        "panel_due_date": due,
        "panel_sla_status": verdict(due, met, stage.outcome == "withdrawn", as_of_day),
    }


DAYS = st.one_of(
    st.dates(date(2000, 1, 1), LAST_DAY),
    st.builds(
        lambda day, shift: day + shift * DAY, st.sampled_from(TURNING_POINTS), st.integers(-40, 40)
    ),
)
OUTCOMES = st.sampled_from([None, "upheld", "partially_upheld", "not_upheld", "withdrawn"])


def until(first: date, last: date) -> st.SearchStrategy[date]:
    """Return days of a stage's life, the early ones more often."""
    span = (last - first).days
    return st.integers(0, span).flatmap(
        lambda late: st.sampled_from([min(span, late % 100), late]).map(
            lambda days: first + days * DAY
        )
    )


@st.composite
def stages(draw: st.DrawFn, as_of_day: date) -> Stage:
    """Draw a row that passed every error rule as seen from the as-of day."""
    procedure, stage = draw(st.sampled_from(STAGES))
    recently = st.integers(0, 150).map(lambda days: max(as_of_day - days * DAY, date(2000, 1, 1)))
    received = draw(st.one_of(recently, DAYS.filter(lambda day: day <= as_of_day)))
    responded = draw(st.none() | until(received, as_of_day))
    anywhere = st.integers(-10, 120).map(lambda days: received + days * DAY)
    return Stage(
        procedure,
        stage,
        received,
        draw(st.none() | until(received, responded or as_of_day)),
        draw(st.none() | anywhere),
        responded,
        draw(st.none() | anywhere),
        draw(st.booleans()),
        draw(OUTCOMES),
    )


NIGHTS = DAYS.filter(lambda day: day >= date(2000, 1, 1)).flatmap(
    lambda day: st.tuples(st.just(day), st.lists(stages(day), min_size=20, max_size=40))
)


class Deadlines:
    """The model int_stage_deadlines on generated rows."""

    def __init__(self, example: Settings) -> None:
        self.sql = compiled_sql(example.home, "models/intermediate/int_stage_deadlines.sql")
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{example.warehouse_path}' as built (read_only)")
        self.connection.execute("attach ':memory:' as warehouse")
        for schema in ("staging", "intermediate"):
            self.connection.execute(f"create schema warehouse.{schema}")
        for table in (
            "staging.stg_stages",
            "staging.stg_outcomes",
            "intermediate.int_calendar",
            "intermediate.int_time_limits_by_day",
        ):
            self.connection.execute(f"create table warehouse.{table} as from built.{table}")
        for name in ("stage_rows", "as_of_day"):
            self.connection.execute(
                f"create table warehouse.staging.stg_{name} as from built.raw.{name} limit 0"
            )
        self.connection.execute("detach built")

    def of(self, rows: list[Stage], as_of_day: date) -> list[dict[str, Any]]:
        """Return what the model says of each row, in the order given."""
        frame = pd.DataFrame(
            [
                row._asdict()
                | {
                    "row_id": number,
                    "source": "complaints",
                    "case_reference": f"C{number}",
                    "service_team": "Assessments",
                    "file_name": "complaints.csv",
                    "row_number": number,
                    "takes_part": True,
                    "is_held": False,
                    "is_settled": False,
                }
                for number, row in enumerate(rows)
            ]
        )
        self.connection.register("generated", frame)
        self.connection.execute("delete from warehouse.staging.stg_stage_rows")
        self.connection.execute(
            "insert into warehouse.staging.stg_stage_rows by name from generated"
        )
        self.connection.execute("delete from warehouse.staging.stg_as_of_day")
        self.connection.execute(
            "insert into warehouse.staging.stg_as_of_day values ($1, 'run')", [as_of_day]
        )
        self.connection.execute(f"create or replace table deadlines as {self.sql}")
        result = self.connection.execute("from deadlines order by row_id")
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="module")
def deadlines(example: Settings) -> Iterator[Deadlines]:
    model = Deadlines(example)
    yield model
    model.connection.close()


@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(night=NIGHTS)
def test_every_deadline_equals_numpys(
    deadlines: Deadlines, night: tuple[date, list[Stage]]
) -> None:
    as_of_day, rows = night
    for row, computed in zip(rows, deadlines.of(rows, as_of_day), strict=True):
        wanted = expected(row, as_of_day)
        assert {name: computed[name] for name in wanted} == wanted, (as_of_day, row)
