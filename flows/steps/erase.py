"""Take out of the home what was erased, and what was kept for as long as it had to be."""

from complaints.warehouse.backup import delete_expired
from complaints.warehouse.erasures import (
    RETENTION,
    RETENTION_ROLE,
    Case,
    Erased,
    cases_due,
    erase_cases,
    keep_ledger,
    record_erasures,
    refuse_on_spark,
)
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, rewrite_warehouse

# Rows that left and are of no case, such as those whose reference a spreadsheet spoilt: no case's
# retention reaches them.
EXPIRED_RECORDS = """
create or replace temporary table expired_records as
select records.record_id
from raw.records
inner join intermediate.int_record_places as places on records.record_id = places.record_id
inner join raw.deliveries on places.left_with_delivery = deliveries.delivery_number
where
    deliveries.as_of_day + to_years($years) <= $day
    and records.record_id not in (select record_id from intermediate.int_complaint_rows)
    and not exists (
        select 1 from intermediate.int_complaint_rows as stored
        where stored.source = records.source and stored.case_reference = records.case_reference
    )
"""


def carry_out_erasures(settings: Settings) -> Erased:
    """Carry out what is under way: an erasure of today, or one that was interrupted.

    Raises:
        RunFailedError: the home has lost its key.
        UsageError: a retention is set, or an erasure under way, and the engine is Spark; or the
            folder of the backups is another home's.
    """
    if settings.retention_years is not None:
        refuse_on_spark(settings)
    keep_ledger(settings)
    delete_expired(settings)
    return erase_cases(settings)


def forget_expired(settings: Settings) -> Erased:
    """Erase the cases whose retention has ended, and rows of no case as long after they left.

    They are asked for after tonight's deliveries have been judged: a case that goes on is kept.
    """
    years = settings.retention_years
    if years is None:
        return Erased()
    with open_warehouse(settings) as store:
        due = [Case(*row[:2]) for row in cases_due(store, years, settings.as_of_day)]
        if due:
            unit = "year" if years == 1 else "years"
            reason = f"{years} {unit} after its last stage was answered"
            record_erasures(store, settings, due, RETENTION, RETENTION_ROLE, reason)
        store.execute(EXPIRED_RECORDS, {"years": years, "day": settings.as_of_day})
        expired = store.execute("select count(*) > 0 from expired_records").fetchone() == (True,)
        store.begin()
        for table in ("raw.records", "raw.record_changes", "raw.record_states"):
            store.execute(f"delete from {table} where record_id in (from expired_records)")
        store.commit()
    if expired:
        rewrite_warehouse(settings)
    return erase_cases(settings)
