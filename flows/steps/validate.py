"""Gate 1: Great Expectations judges the landed rows, before the load."""

from typing import Any

import duckdb

from complaints.expectations.rules import Rule, all_rules, columns_of
from complaints.flows.steps.land import variables_of
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql

EMPTY_FINDINGS = """
create or replace table landing.findings (
    row_id bigint not null,
    rule_code varchar not null,
    gate varchar not null,
    is_accepted boolean not null
)
"""

# Keeps what was found, with whether a person has found the row right nevertheless.
KEEP_FOUND = """
insert into {table} by name
select
    found.row_id,
    found.rule_code,
    '{gate}' as gate,
    accepted.row_id is not null as is_accepted
from found
left join raw.acceptances_in_force as accepted using (row_id, rule_code)
"""

# A row that failed as a line is judged no further; one that failed as a row takes no part in the
# rules across rows (warehouse/sql/case_rows.sql leaves it out).
ROW_FRAME = """
(
    select * from landing.typed_rows
    where row_id not in (select row_id from landing.findings where gate = 'line')
)
"""


def validate(settings: Settings, night: Night, source: str) -> None:
    """Judge the landed rows line by line, row by row, then case by case.

    Writes `landing.findings`: row_id, rule_code, gate and is_accepted.

    Raises:
        RuleCrashedError: an expectation could not be evaluated.
    """
    with open_warehouse(settings, variables_of(night, source)) as warehouse:
        warehouse.execute(EMPTY_FINDINGS)
        values = known_values(warehouse)
        for gate, frame in (
            ("line", "landing.typed_rows"),
            ("row", ROW_FRAME),
            ("case", "landing.case_rows"),
        ):
            if gate == "case":
                run_sql(warehouse, "case_rows")
            judge_in_partitions(warehouse, settings, gate, frame, values, "landing.findings")


def judge_in_partitions(
    warehouse: duckdb.DuckDBPyConnection,
    settings: Settings,
    gate: str,
    relation: str,
    values: dict[str, Any],
    table: str,
) -> None:
    """Hand the relation to Great Expectations in partitions of whole cases, so memory is bounded.

    Args:
        warehouse: the open working store.
        settings: how many rows a partition may hold.
        gate: which rules judge.
        relation: a table or a subquery with row_id, case_reference and the rules' columns.
        values: what the suites' parameters stand for.
        table: where what was found is kept.
    """
    # Great Expectations takes 4 s to import, which a night without news does not need.
    from complaints.expectations.judge import judge

    rules = [rule for rule in all_rules() if rule.judges == gate]
    columns = ", ".join(columns_of(rules))
    counted = warehouse.execute(f"select count(*) from {relation}").fetchone()
    rows = counted[0] if counted else 0
    partitions = -(-rows // settings.partition_rows)
    for partition in range(partitions):
        frame = warehouse.execute(
            f"select row_id, {columns} from {relation} "
            f"where hash(coalesce(case_reference, '')) % {partitions} = {partition}"
        ).df()
        if not frame.empty:
            found = judge(frame, rules, values)
            warehouse.register("found", found)
            warehouse.execute(KEEP_FOUND.format(table=table, gate=gate))
            warehouse.unregister("found")


def known_values(warehouse: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Return what the suites' parameters stand for: the codes that reference data knows."""
    queries = {
        "procedures": "select distinct procedure from staging.stg_stages",
        "stages": "select distinct stage from staging.stg_stages",
        "statutory_stages": "select stage from staging.stg_stages where procedure = 'statutory'",
        "corporate_stages": "select stage from staging.stg_stages where procedure = 'corporate'",
        "outcomes": "select outcome from staging.stg_outcomes",
        "extension_values": (
            "select distinct value from staging.stg_synonyms where field = 'extension_agreed'"
        ),
        "legal_bases": "select legal_basis from staging.stg_legal_bases",
        "statutory_legal_bases": (
            "select legal_basis from staging.stg_legal_bases where procedure = 'statutory'"
        ),
        "corporate_legal_bases": (
            "select legal_basis from staging.stg_legal_bases where procedure = 'corporate'"
        ),
    }
    return {
        name: [value for (value,) in warehouse.execute(query).fetchall()]
        for name, query in queries.items()
    }


def rules_table() -> list[tuple[int, str, str, str, str, str, str]]:
    """Return the rules as rows of `raw.rules`, for dbt to read."""

    def row(position: int, rule: Rule) -> tuple[int, str, str, str, str, str, str]:
        texts = (rule.code, rule.severity, rule.suite, rule.sentence, rule.source, rule.remedy)
        return (position, *texts)

    return [row(position, rule) for position, rule in enumerate(all_rules(), start=1)]
