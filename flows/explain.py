"""Why the figures of a period are others than they were in a release, or on a day."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from complaints.flows.as_at import marts_as_at
from complaints.flows.steps.build import build_restatements
from complaints.report.periods import read_period
from complaints.report.release import keep_stages
from complaints.report.released import newest_release_of, release_called
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.query import open_marts
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, open_warehouse, sql_text

FIGURES = (
    *("period", "procedure", "stage", "breakdown", "value", "measure"),
    *("counted_before", "counted_after", "cause", "change"),
)
STAGES = (
    *("cause", "source", "case_reference", "stage", "procedure_before", "procedure_after"),
    *("financial_quarter_before", "financial_quarter_after"),
    *("sla_status_before", "sla_status_after", "outcome_before", "outcome_after"),
    *("service_team_before", "service_team_after", "delivery_number", "source_file", "source_row"),
)
RESTATED_STAGES = f"""
    select {", ".join(STAGES)} from {{marts}}rpt_restatements
    where
        release = $release
        and (financial_quarter_before in $quarters or financial_quarter_after in $quarters)
    order by all
"""
RESTATED_FIGURES = f"""
    select {", ".join(FIGURES)} from {{marts}}rpt_restated_figures
    where release = $release and period = $period
    order by procedure desc, stage, breakdown, value, measure, cause
"""
Rows = list[tuple[Any, ...]]


class Explanation(NamedTuple):
    """The stages that count otherwise, and the figures with the causes that add up to them."""

    stages: Rows
    figures: Rows


def explained(settings: Settings, period: str, since: str | None = None) -> Explanation:
    """Return what of a period counts otherwise than it did, and why.

    Args:
        settings: the home.
        period: as for `complaints report`.
        since: the name of a release, or a day as YYYY-MM-DD; else the period's newest release.

    Raises:
        UsageError: the period, the release or the day is not known.
        RunFailedError: nothing was published yet, or not since the release.
    """
    asked = read_period(period)
    names = {"period": asked.name, "quarters": tuple(each.name for each in asked.quarters)}
    if since is None:
        return _since_release(settings, names, newest_release_of(settings, asked.name).release)
    try:
        day = date.fromisoformat(since)
    except ValueError:
        return _since_release(settings, names, release_called(settings, since).release)
    return _since_day(settings, names, day)


def _since_release(settings: Settings, names: dict[str, Any], release: str) -> Explanation:
    with open_marts(settings.marts_path) as marts:
        known = marts.execute("select 1 from rpt_releases where release = ?", [release])
        if known.fetchone() is None:
            raise RunFailedError("release_newer_than_marts", release=release)
        return _read(marts, "", names | {"release": release})


def _since_day(settings: Settings, names: dict[str, Any], day: date) -> Explanation:
    """Build both days, and lay the stages of the one beside those of the other."""
    then = marts_as_at(settings, day)
    now = marts_as_at(settings, None)
    release = f"as at {day}"
    with hold_warehouse(now):
        with open_warehouse(now) as store:
            _lay_beside(store, then.warehouse_path, day, release)
        build_restatements(now)
        with open_warehouse(now) as store:
            return _read(store, "marts.", names | {"release": release})


def _lay_beside(store: duckdb.DuckDBPyConnection, then: Path, day: date, release: str) -> None:
    """Take the stages of an earlier day as if a report had been released on it."""
    store.execute("delete from raw.releases")
    store.execute("delete from raw.released_stages")
    store.execute(f"attach {sql_text(then)} as then_store (read_only)")
    store.execute(
        "insert into raw.releases by name select 1 as release_number, $release as release, "
        "'' as period, '' as profile, $day as as_of_day, '' as rulebook, '' as role, "
        "$day as released_at, $day as released_on, "
        "(select max(delivery_number) from then_store.raw.deliveries) as newest_delivery",
        {"release": release, "day": day},
    )
    keep_stages(store, "then_store.intermediate")
    store.execute("detach then_store")


def _read(store: duckdb.DuckDBPyConnection, marts: str, names: dict[str, Any]) -> Explanation:
    of_stages = {name: names[name] for name in ("release", "quarters")}
    of_figures = {name: names[name] for name in ("release", "period")}
    return Explanation(
        store.execute(RESTATED_STAGES.format(marts=marts), of_stages).fetchall(),
        store.execute(RESTATED_FIGURES.format(marts=marts), of_figures).fetchall(),
    )
