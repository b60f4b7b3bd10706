"""Log what became of the records, and how many rows of each file met which fate."""

from complaints.warehouse.engine import engine_of
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql

FATES = """
select
    delivery_number,
    file_name,
    fate,
    count(*) as rows_met
from intermediate.int_delivered_rows
group by delivery_number, file_name, fate
"""
# What the next night compares with.
CHANGED_STATES = """
select record_id, state from intermediate.int_record_states
where state is distinct from logged_state
"""
NEW_STATES = """
select
    (select coalesce(max(state_number), 0) from raw.record_states)
    + row_number() over () as state_number,
    changed_states.record_id,
    changed_states.state,
    run.run_id,
    run.run_at,
    run.as_of_day
from changed_states
cross join raw.run
"""
NOT_NEWEST = "not in (select max(delivery_number) from raw.deliveries group by source, dataset)"


def record_fates(settings: Settings) -> None:
    """Log the records' changes of state and the fates of the delivered rows, or nothing at all.

    The rows of the deliveries before are forgotten. A delivery that was read by a run killed before
    this belongs to the run that goes on with it.
    """
    with open_warehouse(settings) as store:
        engine = engine_of(settings, store)
        engine.sync()
        store.begin()
        engine.read("delivered_fates", FATES)
        engine.read("changed_states", CHANGED_STATES)
        run_sql(store, "record_fates")
        engine.append("raw.record_states", None, NEW_STATES)
        engine.forget("raw.delivered_rows", "delivery_number", NOT_NEWEST)
        store.commit()


def has_unjudged_delivery(settings: Settings) -> bool:
    """Return whether a delivery was read whose rows have no fates: a run was killed between."""
    with open_warehouse(settings) as store:
        return store.execute(
            "select count(*) > 0 from raw.delivery_files "
            "where status = 'loaded' and rows_loaded is null"
        ).fetchone() == (True,)
