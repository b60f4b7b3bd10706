"""Due dates, working days and SLA verdicts, against numpy's own working-day arithmetic.

The model's compiled SQL runs on stand-ins of what it reads, many generated rows at a time. The
oracle knows the bank holidays of the seed, and the time limits as the law and the Ombudsman's code
state them.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from compiled_models import compiled_sql
from complaints.warehouse.settings import Settings
from deadline_oracle import (
    DAY,
    FIRST_DAY,
    LAST_DAY,
    NO_2061,
    OMBUDSMANS_CODE_START,
    STAGES,
    TURNING_POINTS,
    Stage,
    expected,
    working_day_after,
)

DAYS = st.one_of(
    st.dates(FIRST_DAY, LAST_DAY),
    st.dates(OMBUDSMANS_CODE_START, LAST_DAY),
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


def on_the_limit(day: date, direction: int) -> st.SearchStrategy[date]:
    """Return days that are a limit's working days away, and the days beside them."""
    limit_days = st.sampled_from((5, 10, 15, 20, 25, 30, 40, 50, 65))
    return st.builds(
        lambda number, shift: working_day_after(day, direction * number) + shift * DAY,
        limit_days,
        st.sampled_from((0, 0, 1)),
    )


@st.composite
def stages(draw: st.DrawFn, as_of_day: date) -> Stage:
    """Draw a row that passed every error rule as at the as-of day."""
    procedure, stage = draw(st.sampled_from(STAGES))
    recently = st.integers(0, 150).map(lambda days: as_of_day - days * DAY)
    received = draw(
        st.one_of(recently, recently, on_the_limit(as_of_day, -1), DAYS).filter(
            lambda day: FIRST_DAY <= day <= as_of_day
        )
    )
    responded = draw(
        st.none()
        | until(received, as_of_day)
        | on_the_limit(received, 1).map(lambda day: min(day, as_of_day))
    )
    anywhere = st.integers(-10, 120).map(lambda days: received + days * DAY)
    return Stage(
        procedure,
        stage,
        received,
        draw(st.none() | until(received, responded or as_of_day)),
        draw(st.none() | anywhere),
        responded,
        draw(st.none() | anywhere | on_the_limit(received, 1)),
        draw(st.booleans()),
        draw(OUTCOMES),
        draw(st.none() | anywhere),
    )


NIGHTS = DAYS.flatmap(
    lambda day: st.tuples(st.just(day), st.lists(stages(day), min_size=20, max_size=40))
)


class Deadlines:
    """The model int_stage_deadlines on generated rows."""

    def __init__(self, example: Settings) -> None:
        self.sql = compiled_sql(
            example.home, "models/intermediate/deadlines/int_stage_deadlines.sql"
        )
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
        for relation in ("staging.stg_run", "intermediate.int_stage_rows"):
            described = self.connection.execute(
                "select string_agg(column_name || ' ' || data_type, ', ' order by column_index) "
                "from duckdb_columns() where database_name = 'built' "
                "and schema_name || '.' || table_name = $1",
                [relation],
            ).fetchone()
            self.connection.execute(f"create table warehouse.{relation} ({described[0]})")
        self.connection.execute("detach built")

    def of(self, rows: list[Stage], as_of_day: date) -> list[dict[str, Any]]:
        """Return what the model says of each row, in the order given."""
        frame = pd.DataFrame(
            [
                row._asdict()
                | {
                    "record_id": f"{number:05}",
                    "source": "complaints",
                    "case_reference": f"C{number}",
                    "service_team": "Assessments",
                    "file_name": "complaints.csv",
                    "row_number": number,
                    "is_held": False,
                }
                for number, row in enumerate(rows)
            ]
        )
        self.connection.register("generated", frame)
        self.connection.execute("delete from warehouse.intermediate.int_stage_rows")
        self.connection.execute(
            "insert into warehouse.intermediate.int_stage_rows by name from generated"
        )
        self.connection.execute("delete from warehouse.staging.stg_run")
        self.connection.execute(
            "insert into warehouse.staging.stg_run by name select $1 as as_of_day", [as_of_day]
        )
        self.connection.execute(f"create or replace table deadlines as {self.sql}")
        result = self.connection.execute("from deadlines order by record_id")
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@pytest.fixture(scope="module")
def deadlines(example: Settings) -> Iterator[Deadlines]:
    model = Deadlines(example)
    yield model
    model.connection.close()


@pytest.mark.soak
@examples(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(night=NIGHTS)
def test_every_deadline_equals_numpys(
    deadlines: Deadlines, night: tuple[date, list[Stage]]
) -> None:
    as_of_day, rows = night
    for row, computed in zip(rows, deadlines.of(rows, as_of_day), strict=True):
        wanted = expected(row, as_of_day)
        assert {name: computed[name] for name in wanted} == wanted, (as_of_day, row)


@pytest.mark.parametrize(
    ("as_of_day", "received"),
    [
        (date(2061, 1, 3), date(2018, 7, 2)),
        (date(2066, 6, 3), date(2018, 7, 2)),
        (date(2060, 12, 29), date(2060, 12, 20)),
    ],
    ids=["the as-of day", "the as-of day, years later", "a due date"],
)
def test_a_day_outside_the_calendar_is_an_error_that_names_the_year_to_add(
    deadlines: Deadlines, as_of_day: date, received: date
) -> None:
    row = Stage("statutory", "stage_1", received, None, None, None, None, False, None)
    with pytest.raises(duckdb.Error, match=NO_2061):
        deadlines.of([row], as_of_day)
