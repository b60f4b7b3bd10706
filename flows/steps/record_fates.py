"""Log what became of the records, and how many rows of each file met which fate."""

from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, run_sql


def record_fates(settings: Settings) -> None:
    """Log the records' changes of state and the fates of the delivered rows, or nothing at all.

    A delivery that was read by a run killed before this belongs to the run that goes on with it.
    """
    with open_warehouse(settings) as store:
        store.begin()
        run_sql(store, "record_fates")
        store.commit()


def has_unjudged_delivery(settings: Settings) -> bool:
    """Return whether a delivery was read whose rows have no fates: a run was killed between."""
    with open_warehouse(settings) as store:
        return store.execute(
            "select count(*) > 0 from raw.delivery_files "
            "where status = 'loaded' and rows_loaded is null"
        ).fetchone() == (True,)
