"""Work out what a delivery changes, and type the rows that are to be judged."""

from complaints.expectations.rules import EARLIEST_DATE, all_rules
from complaints.warehouse.runs import Night
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import VariableValue, open_warehouse, run_sql


def variables_of(night: Night, source: str) -> dict[str, VariableValue]:
    """Return what warehouse/sql reads with `getvariable`."""
    rules = all_rules()
    return {
        "run_id": night.run_id,
        "run_at": night.run_at,
        "as_of_day": night.as_of_day,
        "as_of_day_moved": night.has_as_of_day_moved(source),
        "judge_all": night.has_rulebook_changed(source),
        "source": source,
        "earliest_date": EARLIEST_DATE,
        "error_codes": [rule.code for rule in rules if rule.severity == "error"],
        "rules_on_as_of_day": [rule.code for rule in rules if rule.depends_on_as_of_day],
    }


def land(settings: Settings, night: Night, source: str, is_delivered: bool = True) -> int:
    """Fill `landing.delivered_rows`, `landing.gone_rows` and `landing.typed_rows`.

    Args:
        settings: where the working store is.
        night: the run.
        source: the source's code.
        is_delivered: false on a night on which the source delivered nothing new, when only held
            rows and verdicts that hang on the day are judged again.

    Returns:
        How many rows are to be judged.
    """
    with open_warehouse(settings, variables_of(night, source)) as warehouse:
        run_sql(warehouse, "spellings")
        run_sql(warehouse, "land" if is_delivered else "no_delivery")
        run_sql(warehouse, "touch")
        run_sql(warehouse, "type")
        counted = warehouse.execute("select count(*) from landing.typed_rows").fetchone()
    return counted[0] if counted else 0
