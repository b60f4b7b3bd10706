"""Read the figures of a period from the published marts, in one read-only connection."""

from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from complaints.report.content import LEVELS, Cell
from complaints.report.figures import Figures, Outcome, Rows, Stage
from complaints.report.periods import Period, read_period
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.query import open_marts
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings

QUARTERS_OF_A_LINE = 9  # the quarter, and those before it back to the same one two years ago

# Every other column of these that holds whole numbers is a measure.
CELLS = (
    "select * exclude (stage_number), '' as breakdown, '' as value from rpt_period_stages",
    "select period, procedure, stage, suspected, '' as breakdown, '' as value "
    "from rpt_suspected_misclassification",
    "select period, procedure, 'stage_1' as stage, '' as breakdown, '' as value, "
    "columns('went_on_to_.*') from rpt_escalation",
    "select period, procedure, stage, closed, closed - withdrawn as closed_answered, "
    "in_sla as closed_in_sla, upheld as closed_upheld, '' as breakdown, '' as value "
    "from rpt_period_closed",
    "select *, 'service_team' as breakdown, service_team as value from rpt_period_teams",
    *(
        f"select period, procedure, stage, '{level} from ' || structure_from as breakdown, "
        f"{level} as value, sum(received)::bigint as received, sum(in_sla)::bigint as in_sla, "
        "sum(upheld)::bigint as upheld from rpt_period_directorates group by all"
        for level in LEVELS
    ),
    *(
        "select period, 'contact' as procedure, contact_type as stage, "
        f"'{breakdown}' as breakdown, {value} as value, sum(contacts)::bigint as contacts, "
        "sum(due)::bigint as contacts_due, sum(in_time)::bigint as contacts_in_time "
        "from rpt_period_contacts group by all"
        for breakdown, value in (
            ("", "''"),
            ("service_team", "service_team"),
            ("refusal", "reason"),
        )
    ),
    *(
        f"select period, 'all' as procedure, 'all' as stage, 'service_team' as breakdown, "
        f"service_team as value, {counted} from rpt_period_caseload where {counted} is not null"
        for counted in ("children", "referrals")
    ),
    "select period, 'all' as procedure, 'all' as stage, 'remedy' as breakdown, "
    "remedy_type as value, remedies, paid as remedies_paid, with_amount as remedies_with_amount, "
    "with_amount_paid as remedies_with_amount_paid from rpt_period_remedies",
    "select period, 'all' as procedure, stage, '' as breakdown, '' as value, recommendations, "
    "due as recommendations_due, done as recommendations_done, "
    "overdue as recommendations_overdue, dropped as recommendations_dropped, "
    "recommendations - due - dropped as recommendations_open from rpt_period_recommendations",
    "select *, 'reason' as breakdown, reason as value from rpt_period_reasons",
    "select *, 'outcome' as breakdown, outcome as value from rpt_period_outcomes",
)
# Who complained: exact counts stay in the working store.
PRIVATE_CELLS = (
    "select period, procedure, stage, characteristic as breakdown, value, complaints "
    "from intermediate.int_period_characteristics",
    "select period, procedure, stage, '' as breakdown, '' as value, "
    "coalesce(sum(with_advocate), 0)::bigint as with_advocate "
    "from intermediate.int_period_measures "
    "left join intermediate.int_period_characteristics using (period, procedure, stage) "
    "group by all",
)
CASE_STAGES = """
    case_reference, procedure, stage, service_team, received_date, due_date, responded_date,
    sla_status, outcome, reasons
    from fct_complaint_stages
    left join (
        select source, case_reference, stage, string_agg(reason, '; ' order by reason) as reasons
        from fct_complaint_reasons
        group by all
    ) using (source, case_reference, stage)
    where list_contains($1, financial_quarter)
    order by procedure desc, stage_number, received_date, case_reference
"""
TIME_LIMITS = """
    distinct procedure, stage, working_days_limit as basic, extended_working_days_limit as extended
    from fct_complaint_stages
    where list_contains($1, financial_quarter) and working_days_limit is not null
    order by all
"""
INPUTS_HELD_BACK = """
    dataset, count(distinct (source, file_name, row_number)) from dq_optional_inputs
    where severity = 'error' group by all
"""
# Of each period the last release for others to read.
RESTATED = """
    restated.* from rpt_restated_figures as restated
    inner join (
        select period, max_by(release, (released_on, release)) as release from rpt_releases
        where profile <> 'internal' group by period
    ) as last using (release, period)
    where breakdown = '' and measure in ('received', 'in_sla', 'upheld')
    and list_contains($1, period)
    order by period desc, procedure desc, stage, measure, cause
"""
ACCEPTED = "count(*) from dq_accepted where list_contains($1, financial_quarter)"
# Of a year, what is due in it or came into it undone; of a part of one, the whole plan.
ACTIONS = """
    * from fct_learning_actions
    where
        not $1 or starts_with(due_quarter, $2)
        or (due_date < $3 and status not in ('done', 'dropped'))
    order by due_quarter, source, source_row
"""


def read_figures(marts_path: Path, written: str, *, is_draft: bool = False) -> Figures:
    """Return the figures of a period, as it was written, and of those it is compared with.

    Raises:
        UsageError: the period has not ended on the as-of day.
        RunFailedError: there are no marts, they cannot be opened, are older than the code, or
            have no data for it.
    """
    with open_marts(marts_path) as marts:
        try:
            return _read(marts, written, is_draft)
        except (duckdb.CatalogException, duckdb.BinderException) as missing:
            raise RunFailedError("marts_older_than_code", home=marts_path.parent) from missing


def needed_periods(period: Period) -> list[Period]:
    """Return the periods that a report of this one shows or compares with."""
    around = {period, period.previous, period.last_year, period.years_ago(2), *period.quarters}
    last_quarter = Period(period.first_year, period.last, period.last)
    around |= {last_quarter.moved(-back) for back in range(QUARTERS_OF_A_LINE)}
    return sorted(around)


def with_private(figures: Figures, settings: Settings) -> Figures:
    """Return figures with what is not published: who complained, and what was learned.

    Where the working store is out of reach they are as they were, with learnings None, which the
    report says in their place. The home is held meanwhile: a night could not open a store that is
    being read. Out of reach is a store that a night is at work in, that was left behind when the
    marts were copied, that is older than the code, or of another run than the marts: after one that
    failed, or where an earlier state was published again because of what the last night said.
    """
    out_of_reach = replace(figures, learnings=None)
    if not settings.warehouse_path.exists():
        return out_of_reach
    try:
        with (
            lock_home(settings),
            duckdb.connect(settings.warehouse_path, read_only=True) as warehouse,
        ):
            if warehouse.execute("select run_id from raw.run").fetchone() != (figures.run_id,):
                return out_of_reach
            rows = warehouse.execute(
                "select procedure, stage, reason, learning_texts "
                "from intermediate.int_theme_learnings where period = ?",
                [figures.period.name],
            ).fetchall()
            counted = {
                cell: value
                for query in PRIVATE_CELLS
                for cell, value in _cells(warehouse, query, figures.periods)
            }
    except (RunFailedError, OSError, duckdb.IOException, duckdb.CatalogException):
        return out_of_reach
    learnings = {(procedure, stage, reason): texts for procedure, stage, reason, texts in rows}
    return replace(figures, cells={**figures.cells, **counted}, learnings=learnings)


def _read(marts: duckdb.DuckDBPyConnection, written: str, is_draft: bool) -> Figures:
    def rows(query: str, *given: object) -> Rows:
        result = marts.execute(f"select {query}", list(given))
        row = namedtuple("Row", [name for name, *_ in result.description], rename=True)  # type: ignore[misc]
        return tuple(map(row._make, result.fetchall()))

    publication = rows("as_of_day, first_quarter, authority_name, run_id from dq_publication")
    as_of, first_quarter, authority, run_id = publication[0] if publication else (None,) * 4
    if as_of is None or first_quarter is None:
        raise RunFailedError("no_complaints")
    period = read_period(written, as_of)
    quarters = [each.name for each in period.quarters]
    # Of the years of other authorities' figures the council's own are set beside them.
    years = [each for (each,) in rows("distinct financial_year from rpt_benchmarks order by 1")]
    names = [each.name for each in needed_periods(period)] + years
    cells = {cell: value for query in CELLS for cell, value in _cells(marts, query, names)}
    _check_period(period, as_of, first_quarter, cells, is_draft)
    population = {
        Cell("population", period.name, "population", key, "value", value): int(number)
        for key, value, number in rows(
            "characteristic, value, sum(number) from rpt_population group by all"
        )
    }
    accepted = Cell("accepted_exceptions", period.name)
    return Figures(
        period=period,
        as_of=as_of,
        authority=authority,
        run_id=run_id,
        stages=tuple(
            Stage(*each)
            for each in rows(
                "procedure, stage, printed_name, has_time_limit from dim_stages "
                "order by procedure desc, stage_number"
            )
        ),
        outcomes=tuple(
            Outcome(*each)
            for each in rows(
                "outcome, printed_name, is_upheld from dim_outcomes order by outcome_number"
            )
        ),
        cells=cells | population | {accepted: rows(ACCEPTED, quarters)[0][0]},
        closed_days=rows(
            "procedure, stage, working_days_total, closed - withdrawn as answered, "
            "median_working_days from rpt_period_closed where period = ? and closed > withdrawn",
            period.name,
        ),
        open_stages=rows("* from rpt_open_stages order by received_date, case_reference"),
        time_limits=rows(TIME_LIMITS, quarters),
        case_stages=rows(CASE_STAGES, quarters),
        themes=rows(
            "procedure, stage, reason, complaints from rpt_themes where period = ? order by reason",
            period.name,
        ),
        actions=rows(ACTIONS, period.is_year, period.year_name, period.first_day),
        actions_on_file=rows("count(*) from fct_learning_actions")[0][0],
        benchmarks=rows("* from rpt_benchmarks order by measure, financial_year, authority"),
        indicators=rows("* from rpt_indicators order by source, source_row"),
        commentary=rows(
            "section, text, role from rpt_commentary where period = ? order by source, source_row",
            period.name,
        ),
        restated=rows(RESTATED, names),
        team_changes=rows("* from dim_team_changes order by change_date, old_team, new_team"),
        structures=rows(
            "distinct structure_from, directorate, team, service_team from rpt_period_directorates "
            "order by all"
        ),
        contact_types=rows("* from dim_contact_types order by contact_number, contact_type"),
        remedies=rows("* from rpt_period_remedies where period = ? order by all", period.name),
        recommendations=rows(
            "fct_recommendations.* from fct_recommendations, rpt_period_stages "
            "where coalesce(due_date, done_date) between period_start_date and period_end_date "
            "and period = ? and procedure = 'statutory' and rpt_period_stages.stage = 'stage_1' "
            "order by due_date, fct_recommendations.stage, source, source_row",
            period.name,
        ),
        rules=rows("* from dq_rules where rows_failing > 0 order by severity, position"),
        inputs_held_back=dict(rows(INPUTS_HELD_BACK)),
    )


def _cells(
    marts: duckdb.DuckDBPyConnection, query: str, periods: list[str]
) -> Iterator[tuple[Cell, int]]:
    """Yield every measure of some periods in a mart."""
    result = marts.execute(f"select * from ({query}) where list_contains(?, period)", [periods])
    columns = [(name, str(kind)) for name, kind, *_ in result.description or ()]
    measures = [(place, name) for place, (name, kind) in enumerate(columns) if kind in NUMBERS]
    place_of = {name: place for place, (name, _) in enumerate(columns)}
    keys = [place_of[each] for each in ("period", "procedure", "stage", "breakdown", "value")]
    for row in result.fetchall():
        key = [row[each] for each in keys]
        for place, measure in measures:
            yield Cell(measure, *key), row[place]


NUMBERS = {"NUMBER", "BIGINT"}


def _check_period(
    period: Period, as_of: date, first_quarter: str, cells: Mapping[Cell, Any], is_draft: bool
) -> None:
    if period.last_day >= as_of and not is_draft:
        raise UsageError(
            "period_not_ended",
            period=period.name,
            last_day=day_in_words(period.last_day),
            as_of_day=day_in_words(as_of),
            kind=period.kind,
        )
    if not any(cell.period == period.name for cell in cells):
        raise RunFailedError(
            "period_before_first",
            period=period.name,
            first_quarter=first_quarter,
            as_of_day=day_in_words(as_of),
        )
