"""The validation rules as the documentation states them, in plain Python, for the example only."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from example_oracle import (
    AS_OF_DAY,
    CORPORATE_BASES,
    LIMITS,
    MILESTONES,
    NO,
    OTHER_BASES,
    OUTCOMES,
    STAGES,
    STATUTORY_BASES,
    YES,
    Row,
    by_case,
    due_after,
    working_days_after,
)

OTHER_DATES = {
    "clock_start_date",
    "acknowledged_date",
    "panel_date",
    "target_date",
    "last_updated",
    *MILESTONES,
}
# Each of these comes no earlier than the others.
FOLLOWS = {
    "investigation_report_date": ("investigator_appointed_date", "statement_agreed_date"),
    "adjudication_date": (
        "investigator_appointed_date",
        "statement_agreed_date",
        "investigation_report_date",
    ),
}

MANGLED = re.compile(r"\d\.\d+E\+\d+")


def judge(rows: list[Row]) -> None:
    """Give every row its errors, warnings and fate."""
    for row in rows:
        if row.cells is None:
            row.errors.add("row_unreadable")
    readable = [row for row in rows if row.cells is not None]
    remaining = _set_aside(readable)
    for row in remaining:
        row.errors.update(_errors_on_a_row(row))
        row.warnings.update(_warnings_on_a_row(row))
    partners = [row for row in remaining if not row.errors]
    keys = {(row.reference, row.stage) for row in remaining}
    references = {row.reference for row in remaining if row.reference}
    alike = Counter(_likeness(reference) for reference in references)
    for case in by_case(partners):
        for place, row in enumerate(case):
            row.errors.update(_errors_in_a_case(row, case[:place]))
            row.warnings.update(_warnings_in_a_case(row, case[:place], keys))
            if alike[_likeness(row.reference)] > 1:
                row.warnings.add("reference_resembles_another")
    for row in rows:
        row.fate = row.fate or ("quarantined" if row.errors else "loaded")
        if row.fate != "loaded":
            row.warnings.clear()


def _likeness(reference: str) -> str:
    return re.sub(r"[\s-]|(?<!\d)0+", "", reference.lower())


def _set_aside(rows: list[Row]) -> list[Row]:
    """Set duplicates and superseded rows aside; return the rest, conflicts marked."""
    seen = set()
    same_stage = defaultdict(list)
    for row in rows:
        content = tuple(row.text(name) for name in sorted(row.cells) if name != "workflow_step")
        if content in seen:
            row.fate = "duplicate"
            continue
        seen.add(content)
        key = (row.reference, row.stage) if row.reference and row.stage else row
        same_stage[key].append(row)
    for versions in same_stage.values():
        newest = max((row.saved for row in versions if row.saved), default=None)
        left = [row for row in versions if row.saved in (None, newest)]
        for row in versions:
            if row not in left:
                row.fate = "superseded"
            elif len(left) > 1:
                row.errors.add("stage_row_conflict")
    return [row for row in rows if not row.fate]


def _errors_on_a_row(row: Row) -> Iterator[str]:
    failing = {
        "case_reference_missing": not row.reference,
        "case_reference_mangled": bool(MANGLED.fullmatch(row.text("case_reference"))),
        "procedure_unknown": not row.procedure,
        "stage_unknown": not row.stage,
        "received_date_missing": not row.text("received_date"),
        "received_date_invalid": "received_date" in row.invalid,
        "responded_date_invalid": "responded_date" in row.invalid,
        "stage_not_in_procedure": (row.procedure, row.stage) == ("corporate", "stage_3"),
        "received_date_in_future": row.received_date and row.received_date > AS_OF_DAY,
        "responded_date_in_future": row.responded_date and row.responded_date > AS_OF_DAY,
    }
    if row.received_date:
        received = row.received_date
        answered, clock = row.responded_date, row.clock_start_date
        failing["responded_before_received"] = answered and answered < received
        failing["clock_start_before_received"] = clock and clock < received
    return (code for code, fails in failing.items() if fails)


def _warnings_on_a_row(row: Row) -> Iterator[str]:
    basis, clock = row.word("legal_basis"), row.clock_start_date
    is_known_basis = basis in STATUTORY_BASES | CORPORATE_BASES | OTHER_BASES | {""}
    has_answer = row.responded_date is not None
    failing = {
        "closed_without_outcome": has_answer and not row.outcome,
        "outcome_without_response": not has_answer and row.outcome not in ("", "withdrawn"),
        "outcome_unknown": row.outcome not in OUTCOMES | {""},
        "extension_unknown": row.word("extension_agreed") not in YES | NO,
        "advocate_unknown": row.word("advocate") not in YES | NO,
        "legal_basis_unknown": not is_known_basis,
        "other_date_invalid": bool(row.invalid & OTHER_DATES),
        "clock_start_implausible": clock and clock > (row.responded_date or AS_OF_DAY),
        "team_missing": not row.text("service_team"),
        "closed_date_unknown": row.word("status") == "case_closed" and not row.responded_date,
        "target_met_unknown": row.word("target_met") not in YES | NO,
        "extension_date_without_extension": "extension_agreed_date" in row.milestones
        and row.word("extension_agreed") not in YES,
        "milestones_out_of_order": _is_out_of_order(row),
        "statutory_subject_logged_as_corporate": row.procedure == "corporate"
        and basis in STATUTORY_BASES,
        "corporate_subject_logged_as_statutory": row.procedure == "statutory"
        and basis in CORPORATE_BASES,
    }
    return (code for code, fails in failing.items() if fails)


def _is_out_of_order(row: Row) -> bool:
    days = [day for day in (row.acknowledged_date, *row.milestones.values()) if day]
    panel, findings = row.panel_date, row.milestones.get("panel_findings_date")
    return (
        any(day < row.received_date for day in (*days, panel) if day and row.received_date)
        or any(day > (row.responded_date or AS_OF_DAY) for day in days)
        or bool(panel and row.responded_date and panel > row.responded_date)
        or bool(panel and findings and findings < panel)
        or any(
            row.milestones[later] < row.milestones[earlier]
            for later, others in FOLLOWS.items()
            for earlier in others
            if later in row.milestones and earlier in row.milestones
        )
    )


def _errors_in_a_case(row: Row, earlier: list[Row]) -> Iterator[str]:
    if earlier and row.received_date < earlier[-1].received_date:
        yield "stage_received_before_previous_stage"


def _warnings_in_a_case(row: Row, earlier: list[Row], keys: set) -> Iterator[str]:
    overall = due_after(row.received_date, 50) if row.stage == "stage_3" else None
    if row.target_date and row.target_date not in (row.due_date, overall):
        yield "target_date_disagrees"
    if _may_be_exchanged(row):
        yield "day_and_month_may_be_exchanged"
    if row.stage in ("stage_2", "stage_3"):
        before = STAGES[STAGES.index(row.stage) - 1]
        if (row.reference, before) not in keys:
            yield "stage_without_previous_stage"
    if not earlier:
        return
    if row.procedure != earlier[0].procedure:
        yield "procedure_differs_within_case"
    previous = earlier[-1]
    is_unanswered = not previous.responded_date or previous.responded_date > row.received_date
    if is_unanswered and previous.due_date and row.received_date <= previous.due_date:
        yield "stage_received_before_previous_response"
    has_limit = row.procedure == "statutory" and row.stage in ("stage_2", "stage_3")
    if has_limit and (row.procedure, row.stage) in LIMITS and not is_unanswered:
        waited = working_days_after(previous.responded_date, row.received_date)
        if waited > 20:
            yield "escalated_after_time_limit"


def _may_be_exchanged(row: Row) -> bool:
    received, answered = row.received_date, row.responded_date
    limits = LIMITS.get((row.procedure, row.stage))
    if not limits or not answered or working_days_after(received, answered) <= 130:
        return False
    pairs = [(day, answered) for day in row.exchanged("received_date")]
    pairs += [(received, day) for day in row.exchanged("responded_date")]
    return any(
        first <= last and working_days_after(first, last) <= max(limits) for first, last in pairs
    )
