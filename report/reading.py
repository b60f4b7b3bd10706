"""Read the figures of a period from the published marts, in one read-only connection."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from complaints.report.figures import (
    Benchmark,
    CaseStage,
    Figures,
    Group,
    Indicator,
    LearningAction,
    Measures,
    OpenStage,
    RuleCount,
    TeamChange,
    Theme,
    TimeLimit,
    nested,
)
from complaints.report.periods import Period, day_in_words
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.query import open_marts

QUARTERS_OF_A_LINE = 9  # the quarter, and those before it back to the same one two years ago
AS_DELIVERED = "order by source, source_row"

STAGE_MEASURES = (
    *("received", "eligible", "withdrawn", "decided", "due"),
    *("in_sla", "in_sla_basic", "in_sla_extended", "late", "open_in_time", "open_overdue"),
    *("not_applicable", "upheld", "fully_upheld", "partially_upheld", "held_back"),
    *("in_sla_from_request", "late_from_request"),
    *("open_in_time_from_request", "open_overdue_from_request"),
    *("without_outcome", "outcome_unknown", "extension_agreed", "with_advocate"),
    *("panel_in_time", "panel_late", "panel_open_in_time", "panel_open_overdue"),
)
COHORT_MEASURES = ("went_on_to_stage_2", "went_on_to_stage_3", "went_on_to_ombudsman")
BREAKDOWNS = (
    ("service_team", "rpt_period_teams", ("received", "eligible", "in_sla", "upheld")),
    ("reason", "rpt_period_reasons", ("complaints", "in_sla", "upheld")),
    ("outcome", "rpt_period_outcomes", ("received",)),
)


def read_figures(marts_path: Path, period: Period) -> Figures:
    """Return the figures of a period and of those it is compared with.

    Raises:
        UsageError: the period has not ended on the as-of day.
        RunFailedError: there are no marts, they cannot be opened, are older than the code, or
            have no data for it.
    """
    with open_marts(marts_path) as marts:
        try:
            return _read(marts, period)
        except (duckdb.CatalogException, duckdb.BinderException) as missing:
            raise RunFailedError(
                f"The marts in {marts_path.parent} are older than this version of complaints: "
                "run `complaints nightly` once, then ask for the report again."
            ) from missing


def needed_periods(period: Period) -> list[Period]:
    """Return the periods that a report of this one shows or compares with."""
    around = {period, period.previous, period.last_year, period.years_ago(2), *period.quarters}
    last_quarter = Period(period.first_year, period.quarter or 4)
    around |= {last_quarter.moved(-back) for back in range(QUARTERS_OF_A_LINE)}
    return sorted(around, key=lambda each: (each.is_year, each))


def _read(marts: duckdb.DuckDBPyConnection, period: Period) -> Figures:
    as_of, first_quarter = marts.execute(
        "select as_of_day, first_quarter from dq_publication"
    ).fetchone() or (None, None)
    names = [each.name for each in needed_periods(period)] + _benchmark_years(marts)
    stages = _stages(marts, names)
    _check_period(period, as_of, first_quarter, stages)
    return Figures(
        period=period,
        as_of=as_of,
        stages=stages,
        groups=_groups(marts, names),
        open_stages=_rows(marts, OpenStage, "from rpt_open_stages order by received_date, 1"),
        time_limits=_time_limits(marts, period),
        case_stages=_case_stages(marts, period),
        themes=_rows(marts, Theme, "from rpt_themes where period = ? order by 3", period.name),
        actions=_rows(marts, LearningAction, f"from fct_learning_actions {AS_DELIVERED}"),
        benchmarks=_rows(marts, Benchmark, "from rpt_benchmarks order by 3, 2, 1"),
        indicators=_rows(marts, Indicator, f"from rpt_indicators {AS_DELIVERED}"),
        team_changes=_rows(marts, TeamChange, "from dim_team_changes order by 3, 1, 2"),
        rules=_rows(
            marts, RuleCount, "from dq_rules where rows_failing > 0 order by severity, position"
        ),
        inputs_held_back=_inputs_held_back(marts),
        accepted=_accepted(marts, period),
    )


def _inputs_held_back(marts: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows of each optional input fail a check, by the input's name."""
    rows = marts.execute(
        "select contents, count(distinct (source, file_name, row_number)) from dq_optional_inputs "
        "where severity = 'error' group by all"
    ).fetchall()
    return dict(rows)


def _accepted(marts: duckdb.DuckDBPyConnection, period: Period) -> int:
    """Return how many findings on rows received in the period were accepted as exceptions."""
    counted = marts.execute(
        "select count(*) from dq_accepted where financial_quarter = $1 "
        "or starts_with(financial_quarter, $1 || ' Q')",
        [period.name],
    ).fetchone()
    return counted[0] if counted else 0


def _benchmark_years(marts: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the years of other authorities' figures, to set the council's own beside them."""
    rows = marts.execute("select distinct financial_year from rpt_benchmarks order by 1").fetchall()
    return [year for (year,) in rows]


def _check_period(
    period: Period, as_of: date | None, first_quarter: str | None, stages: dict[Group, Measures]
) -> None:
    if as_of is None or first_quarter is None:
        raise RunFailedError("The marts hold no complaints yet, so there is nothing to report on.")
    if period.last_day >= as_of:
        raise UsageError(
            f"{period.name} ends on {day_in_words(period.last_day)} and the figures are seen from "
            f"{day_in_words(as_of)}: ask for a {period.kind} that has ended before that day."
        )
    group = [values for (name, _, _), values in stages.items() if name == period.name]
    if not group:
        raise RunFailedError(
            f"No complaint is known for {period.name}: the marts in use begin with "
            f"{first_quarter} and are seen from {day_in_words(as_of)}."
        )


def _stages(marts: duckdb.DuckDBPyConnection, names: list[str]) -> dict[Group, Measures]:
    rows = marts.execute(
        "select period, procedure, stage, suspected, "
        f"{', '.join(f'stages.{each}' for each in STAGE_MEASURES)}, "
        f"{', '.join(COHORT_MEASURES)} "
        "from rpt_period_stages as stages "
        "left join rpt_escalation using (period, procedure) "
        "left join rpt_suspected_misclassification using (period, procedure, stage) "
        "where list_contains(?, period)",
        [names],
    ).fetchall()
    measures = ("suspected", *STAGE_MEASURES, *COHORT_MEASURES)
    return {
        row[:3]: dict(zip(measures, (value or 0 for value in row[3:]), strict=True)) for row in rows
    }


def _groups(marts: duckdb.DuckDBPyConnection, names: list[str]) -> dict[Any, dict[str, Measures]]:
    found = {}
    for breakdown, table, measures in BREAKDOWNS:
        rows = marts.execute(
            f"select period, procedure, stage, {breakdown}"
            f", {', '.join(measures)} from {table} where list_contains(?, period)",
            [names],
        ).fetchall()
        for group, values in _nested(rows, measures).items():
            found[(breakdown, group)] = values
    rows = marts.execute(
        "select characteristic, period, procedure, stage, value, complaints "
        "from rpt_period_characteristics where list_contains(?, period)",
        [names],
    ).fetchall()
    for characteristic in sorted({row[0] for row in rows}):
        of_it = [row[1:] for row in rows if row[0] == characteristic]
        for group, values in _nested(of_it, ("complaints",)).items():
            found[(characteristic, group)] = values
    return found


def _nested(
    rows: list[tuple[Any, ...]], measures: tuple[str, ...]
) -> dict[Group, dict[str, Measures]]:
    return nested([(row[:3], row[3], dict(zip(measures, row[4:], strict=True))) for row in rows])


def _rows(
    marts: duckdb.DuckDBPyConnection, made: type[Any], source: str, *given: object
) -> tuple[Any, ...]:
    rows = marts.execute(f"select {', '.join(made._fields)} {source}", list(given)).fetchall()
    return tuple(made(*row) for row in rows)


def _case_stages(marts: duckdb.DuckDBPyConnection, period: Period) -> tuple[CaseStage, ...]:
    column = "financial_year" if period.is_year else "financial_quarter"
    return _rows(
        marts,
        CaseStage,
        "from fct_complaint_stages left join ("
        "select source, case_reference, stage, string_agg(reason, '; ' order by reason) as reasons "
        "from fct_complaint_reasons group by all"
        f") using (source, case_reference, stage) where {column} = ? "
        "order by procedure desc, stage_number, received_date, case_reference",
        period.name,
    )


def _time_limits(marts: duckdb.DuckDBPyConnection, period: Period) -> tuple[TimeLimit, ...]:
    column = "financial_year" if period.is_year else "financial_quarter"
    rows = marts.execute(
        "select distinct procedure, stage, working_days_limit, extended_working_days_limit "
        f"from fct_complaint_stages where {column} = ? and working_days_limit is not null "
        "order by all",
        [period.name],
    ).fetchall()
    return tuple(TimeLimit(*row) for row in rows)
