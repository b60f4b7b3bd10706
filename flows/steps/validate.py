"""The gates: Great Expectations judges every current row, each gate by its own rules."""

import duckdb

from complaints.expectations.rules import (
    COMPLAINTS,
    DELIVERIES,
    EARLIEST_DATE,
    every_rule,
    rules_for,
)
from complaints.warehouse.engine import EmbeddedEngine, Engine, engine_of
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

KNOWN_VALUES = " union all ".join(
    f"select procedure || '_{name}' as name, {column} as value from staging.stg_{name}"
    for name, column in (("stages", "stage"), ("legal_bases", "legal_basis"))
)
FAILED_ROWS = """
select
    stored.source,
    finding.rule_code,
    count(distinct case when held.record_id is not null then finding.record_id end)
        as rows_held_back,
    count(distinct case when held.record_id is null then finding.record_id end) as rows_warned
from intermediate.int_findings as finding
inner join intermediate.int_complaint_rows as stored on finding.record_id = stored.record_id
left join intermediate.int_held_rows as held on finding.record_id = held.record_id
where not finding.is_accepted
group by stored.source, finding.rule_code
"""
CURRENT_ROWS = """
select source, count(*) as rows_current from intermediate.int_complaint_rows group by source
"""


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
        engine = engine_of(settings, store)
        store.begin()
        store.execute("delete from validation.findings")
        for dataset in LAYOUTS:
            gates = ("line", "row", "case") if dataset == COMPLAINTS else ("line", "row")
            for gate in gates:
                _judge(settings, engine, store, dataset, gate)
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
        engine = engine_of(settings, store)
        engine.sync()
        store.begin()
        engine.read("delivery_checks", "select * from intermediate.int_delivery_checks")
        engine.read("known_texts", "select field, written from staging.stg_coded_texts")
        rules = rules_for(DELIVERIES, "delivery")
        here = EmbeddedEngine(store)
        judge(here, store, "delivery_checks", rules, {}, settings.combinations_at_once)
        run_sql(store, "take_back")
        stopped = "in (select delivery_number from stops)"
        for table in ("raw.record_changes", "raw.delivered_rows"):
            engine.forget(table, "delivery_number", stopped)
        for layout in LAYOUTS.values():
            engine.forget(layout.records_table, "first_delivery", stopped)
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
        engine = engine_of(settings, store)
        _judge(settings, engine, store, COMPLAINTS, "deadline")
        engine.sync()
        engine.read("failed_rows", FAILED_ROWS)
        engine.read("current_rows", CURRENT_ROWS)
        store.execute("delete from raw.quality_trends where run_id = ?", [run.run_id])
        run_sql(store, "trends")
        store.commit()


def _judge(
    settings: Settings, engine: Engine, store: duckdb.DuckDBPyConnection, dataset: str, gate: str
) -> None:
    # Great Expectations takes 3 s to import, which a night without news does not need.
    from complaints.expectations.judge import judge

    of_input = f"(select * from staging.stg_{dataset} where not is_duplicate)"
    relation = RELATIONS[gate] if dataset == COMPLAINTS else of_input
    rules = rules_for(dataset, gate)
    values = {}
    if dataset == COMPLAINTS:
        engine.sync()  # the findings of the gate before
        engine.read("known_values", KNOWN_VALUES)
        values = dict(
            store.execute("select name, list(value) from known_values group by name").fetchall()
        )
    if gate in ("case", "deadline"):
        # What stands beside a row is worked out once, not for each group of rules.
        engine.run("compared", f"select * from {relation}")
        relation = "compared"
    judge(engine, store, relation, rules, values, settings.combinations_at_once)
    # Of a row that failed as a line nothing else is said.
    store.execute(
        "insert into validation.findings by name "
        "select distinct record_id, $dataset as dataset, $gate as gate, rule_code from found "
        "where record_id not in (select record_id from validation.findings where gate = 'line')",
        {"dataset": dataset, "gate": gate},
    )
