"""Gate 2: Great Expectations judges what needs the due dates that dbt computed."""

from complaints.flows.steps.validate import judge_in_partitions, known_values
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql


def judge_clocks(settings: Settings, night: Night) -> None:
    """Judge the rows of tonight's cases by the rules of gate `clock`, and keep the warnings.

    Reads `intermediate.int_stage_escalations`, writes `raw.findings`, marks the rows as settled and
    counts tonight's failing rows for `raw.quality_trends`, all in the same transaction: after a
    crash the next run judges them again.

    Raises:
        RuleCrashedError: an expectation could not be evaluated.
    """
    tonight = {"run_id": night.run_id, "run_at": night.run_at, "as_of_day": night.as_of_day}
    with open_warehouse(settings, tonight) as warehouse:
        run_sql(warehouse, "clock_rows")
        warehouse.begin()
        warehouse.execute(
            "delete from raw.findings "
            "where gate = 'clock' and row_id in (select row_id from clock_rows)"
        )
        judge_in_partitions(
            warehouse,
            settings,
            "clock",
            "clock_rows",
            known_values(warehouse),
            "raw.findings",
        )
        warehouse.execute("update raw.stage_rows set is_settled = true where not is_settled")
        run_sql(warehouse, "trends")
        warehouse.commit()
