"""The gates: Great Expectations judges every current row, each gate by its own rules."""

import duckdb

from complaints.expectations.rules import (
    COMPLAINTS,
    DELIVERIES,
    EARLIEST_DATE,
    every_rule,
    rules_for,
)
from complaints.warehouse.layout import LAYOUTS
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql

RELATIONS = {
    "line": "intermediate.int_complaint_rows",
    "row": "intermediate.int_complaint_rows",
    "case": "intermediate.int_complaint_cases",
    "deadline": "intermediate.int_stage_escalations where not is_held",
}

KNOWN_VALUES = {
    f"{procedure}_{name}": (
        f"select {column} from staging.stg_{name} where procedure = '{procedure}'"
    )
    for procedure in ("statutory", "corporate")
    for name, column in (("stages", "stage"), ("legal_bases", "legal_basis"))
}


def begin_judging(settings: Settings, run: Run) -> None:
    """Give dbt what the run knows, and the rules."""
    rules = sorted(every_rule(), key=lambda rule: (rule.dataset != COMPLAINTS, rule.severity))
    rows = [
        (
            n,
            r.code,
            r.dataset,
            r.severity,
            r.suite,
            r.sentence,
            r.source,
            r.remedy,
            sorted(r.columns),
        )
        for n, r in enumerate(rules, start=1)
    ]
    with open_warehouse(settings) as store:
        store.begin()
        store.execute("delete from raw.run")
        store.execute(
            "insert into raw.run select ?, ?, ?, ?, coalesce(max(acceptance_number), 0), ? "
            "from raw.acceptances",
            [run.run_id, run.run_at, run.as_of_day, EARLIEST_DATE, settings.report_threshold],
        )
        store.execute("delete from raw.rules")
        store.executemany("insert into raw.rules values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        store.commit()


def validate_records(settings: Settings) -> None:
    """Judge what dbt has typed: line by line, row by row, then case by case.

    Raises:
        RuleCrashedError: an expectation could not be evaluated.
    """
    with open_warehouse(settings) as store:
        store.begin()
        store.execute("delete from validation.findings")
        for dataset in LAYOUTS:
            gates = ("line", "row", "case") if dataset == COMPLAINTS else ("line", "row")
            for gate in gates:
                _judge(store, dataset, gate)
        store.commit()


def validate_deliveries(settings: Settings) -> bool:
    """Judge each delivery that has not passed the door as a whole, and take back what is stopped.

    Returns:
        Whether any was stopped: then the records are to be found anew, without it.

    Raises:
        RuleCrashedError: an expectation could not be evaluated.
    """
    from complaints.expectations.judge import judge

    with open_warehouse(settings) as store:
        store.begin()
        store.execute(
            "create or replace temporary table delivery_checks as "
            "from intermediate.int_delivery_checks"
        )
        judge(store, "delivery_checks", rules_for(DELIVERIES, "delivery"), {})
        run_sql(store, "take_back")
        for layout in LAYOUTS.values():
            store.execute(
                f"delete from {layout.records_table} "
                "where first_delivery in (select delivery_number from stops)"
            )
        is_any_stopped = store.execute("select count(*) > 0 from stops").fetchone() == (True,)
        store.commit()
    return is_any_stopped


def validate_deadlines(settings: Settings, run: Run) -> None:
    """Judge what needs the due dates that dbt computed, and log how many rows fail each rule.

    Raises:
        RuleCrashedError: an expectation could not be evaluated.
    """
    with open_warehouse(settings) as store:
        store.begin()
        store.execute("delete from validation.findings where gate = 'deadline'")
        _judge(store, COMPLAINTS, "deadline")
        store.execute("delete from raw.quality_trends where run_id = ?", [run.run_id])
        run_sql(store, "trends")
        store.commit()


def _judge(store: duckdb.DuckDBPyConnection, dataset: str, gate: str) -> None:
    # Great Expectations takes 3 s to import, which a night without news does not need.
    from complaints.expectations.judge import judge

    relation = RELATIONS[gate] if dataset == COMPLAINTS else f"staging.stg_{dataset}"
    values = {
        name: [value for (value,) in store.execute(query).fetchall()]
        for name, query in KNOWN_VALUES.items()
    }
    if gate in ("case", "deadline"):
        # What stands beside a row is worked out once, not for each group of rules.
        store.execute(f"create or replace temporary table compared as from {relation}")
        relation = "compared"
    judge(store, relation, rules_for(dataset, gate), values)
    # Of a row that failed as a line nothing else is said.
    store.execute(
        "insert into validation.findings by name "
        "select distinct record_id, $dataset as dataset, $gate as gate, rule_code from found "
        "where record_id not in (select record_id from validation.findings where gate = 'line')",
        {"dataset": dataset, "gate": gate},
    )
