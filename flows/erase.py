"""Erase cases because somebody asked for it: the decision, then a run that carries it out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb

from complaints.flows.night import PLAIN, Function, run_night
from complaints.warehouse.access import keep_private
from complaints.warehouse.backup import backups_before
from complaints.warehouse.erasures import (
    REQUEST,
    Case,
    Erased,
    cases_called,
    cases_due,
    erased_on,
    is_closed,
    record_erasures,
    refuse_on_spark,
)
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.runs import lock_home, newest_recorded_day
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, open_warehouse
from complaints.warehouse.system_errors import system_errors_explained

DUE_COLUMNS = ["source", "case_reference", "last_answered_on", "erased_from"]


def erase(
    settings: Settings,
    references: Sequence[str],
    source: str | None,
    role: str,
    reason: str,
    on_step: Callable[[str], None] = lambda name: None,
    functions: Mapping[str, Function] = PLAIN,
) -> list[str]:
    """Erase cases, and publish the marts without them, as at the day that they are of.

    Args:
        settings: the home, and the way.
        references: as the complaints system writes them.
        source: code of the source; needed where several hold a case.
        role: who has decided it.
        reason: why.
        on_step: given the name of each step as it starts.
        functions: the steps by name.

    Returns:
        What the operator should know.

    Raises:
        UsageError: a reference names no case, or several, or one that goes on and would be
            anonymised; the reason names one; the engine is Spark.
        RunFailedError: there is no working store yet, another run is in progress, or a test failed;
            the cases are out of the published file all the same, and the next night goes on.
    """
    refuse_on_spark(settings)
    if not settings.warehouse_path.exists():
        raise RunFailedError("no_rows", home=settings.home)
    with system_errors_explained(), keep_private(settings):
        with lock_home(settings), hold_warehouse(settings), open_warehouse(settings) as store:
            cases = [_case_called(store, settings, each, source) for each in references]
            if any(case.case_reference in reason for case in cases):
                raise UsageError("reason_names_case")
            if settings.erasure_way == "anonymise":
                for case in cases:
                    if not is_closed(store, case):
                        raise UsageError("case_goes_on", case=case.case_reference)
            record_erasures(store, settings, cases, REQUEST, role, reason)
            day = newest_recorded_day(store)
        report = run_night(
            settings.model_copy(update={"as_of": day}), functions, on_step, sources=[]
        )
    return [*_said(settings, report.erased), *report.notes]


def list_due(settings: Settings) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the cases that the retention would erase on the as-of day: columns and rows.

    Raises:
        UsageError: no retention is set or given, or the engine is Spark.
        RunFailedError: there is no working store yet, or another run is in progress.
    """
    refuse_on_spark(settings)
    if settings.retention_years is None:
        raise UsageError("no_retention")
    if not settings.warehouse_path.exists():
        raise RunFailedError("no_rows", home=settings.home)
    with lock_home(settings), hold_warehouse(settings), open_warehouse(settings) as store:
        return DUE_COLUMNS, cases_due(store, settings.retention_years, settings.as_of_day)


def _case_called(
    store: duckdb.DuckDBPyConnection, settings: Settings, reference: str, source: str | None
) -> Case:
    cases = cases_called(store, reference)
    wanted = [case for case in cases if source in (None, case.source)]
    if not wanted:
        day = erased_on(store, settings, reference)
        if day:
            raise UsageError("erased_already", day=day)
        where = f"the source {source}" if source else "the home"
        raise UsageError("case_unknown", case=reference, where=where)
    if len(wanted) > 1:
        sources = " and ".join(case.source for case in wanted)
        raise UsageError("source_not_clear", record=f"case {reference}", sources=sources)
    return wanted[0]


def _said(settings: Settings, erased: Erased) -> list[str]:
    cases = f"{erased.cases} case" + ("" if erased.cases == 1 else "s")
    documents = f"{erased.documents} document" + ("" if erased.documents == 1 else "s")
    lines = [
        f"Erased: {cases}. The marts are published without them, and a later delivery of them is "
        "refused.",
    ]
    if erased.documents:
        lines.append(f"Removed, because they named a case: {documents}; a note is in their place.")
    lines += [
        f"{backup.path} was made before: it expires on {backup.expires_on}. A restore from it "
        "erases them again."
        for backup in backups_before(settings)
    ]
    lines += [f"{path} names a case still: please correct it." for path in erased.still_named_in]
    return lines
