"""Take out of the home what was erased, and what was kept for as long as it had to be."""

from complaints.warehouse.backup import delete_expired
from complaints.warehouse.erasures import (
    RETENTION,
    RETENTION_ROLE,
    Case,
    Erased,
    cases_due,
    delete_rows_of_no_case,
    erase_cases,
    keep_ledger,
    record_erasures,
    refuse_on_spark,
)
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import open_warehouse, rewrite_warehouse


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
        is_any_deleted = delete_rows_of_no_case(store, years, settings.as_of_day)
    erased = erase_cases(settings)
    if is_any_deleted and not erased.cases:  # else they have left the file with the cases
        rewrite_warehouse(settings)
    return erased
