"""Accepted exceptions: a person has checked what a rule found, and found the record right.

They are in the working store (raw.acceptances), append-only, each on one version of a row: any
change of the row ends it. The next night applies them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb

from complaints.expectations.rules import Rule, all_rules
from complaints.warehouse import clock
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, open_warehouse, run_sql

ONE_OF_TWO = "stage_row_conflict"


@dataclass(frozen=True)
class Asked:
    """What a person points at: a rule on the row of a case's stage.

    Attributes:
        case_reference: as the complaints system writes it.
        stage: code of the stage.
        rule_code: code of the rule that fails on the row.
        source: code of the source; needed where several hold the case.
        row: `file:number`; needed where several rows of the stage fail the rule.
    """

    case_reference: str
    stage: str
    rule_code: str
    source: str | None = None
    row: str | None = None

    def __str__(self) -> str:
        """Name the row inside a sentence."""
        return f"case {self.case_reference} {self.stage}"


class StageRow(NamedTuple):
    """A row that the working store holds, with the rules that fail on it."""

    record_id: str
    source: str
    stage: str
    place: str
    rule_codes: list[str]
    accepted_codes: list[str]


ROWS_OF_CASE = """
select
    stored.record_id,
    stored.source,
    coalesce(stored.stage, ''),
    stored.file_name || ':' || stored.row_number,
    coalesce(list(distinct finding.rule_code) filter (finding.rule_code is not null), []),
    coalesce(list(distinct accepted.rule_code) filter (accepted.rule_code is not null), [])
from intermediate.int_complaint_rows as stored
left join validation.findings as finding on stored.record_id = finding.record_id
left join acceptances_in_force as accepted on stored.record_id = accepted.record_id
where stored.case_reference = ?
group by all
order by all
"""


def accept(settings: Settings, asked: Asked, role: str, reason: str) -> None:
    """Record that a person found the row right though a rule fails on it.

    Raises:
        UsageError: the rule cannot be accepted, does not fail on the row or is accepted already,
            or what is asked for names no row, or several.
        RunFailedError: there is no working store yet, or another run is in progress in the home.
    """
    _check_acceptable(_rule_called(asked.rule_code))
    with _held_store(settings) as warehouse:
        rows = _rows_asked_for(warehouse, asked)
        row = _failing_row(rows, asked)
        _check_not_accepted(rows if asked.rule_code == ONE_OF_TWO else [row], asked)
        _record(warehouse, settings, row, asked, role, reason, is_withdrawal=False)


def withdraw(settings: Settings, asked: Asked, role: str, reason: str | None) -> None:
    """Take an acceptance back; the next night judges the row as if there had been none.

    Raises:
        UsageError: nothing of the kind is accepted now, or what is asked for names no row, or
            several.
        RunFailedError: there is no working store yet, or another run is in progress in the home.
    """
    _rule_called(asked.rule_code)
    with _held_store(settings) as warehouse:
        rows = _rows_asked_for(warehouse, asked)
        accepted = [row for row in rows if asked.rule_code in row.accepted_codes]
        if not accepted:
            raise UsageError("not_accepted_now", rule=asked.rule_code, record=asked)
        row = _one_of(accepted, asked, "is accepted on", "is meant")
        _record(warehouse, settings, row, asked, role, reason, is_withdrawal=True)


def list_acceptances(settings: Settings) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return every acceptance, the newest first: who, when, why, in force or ended and why.

    Raises:
        RunFailedError: there is no working store yet, or another run is in progress in the home.
    """
    with _held_store(settings) as warehouse:
        listed = warehouse.execute("select * exclude record_id from acceptance_list")
        return [column[0] for column in listed.description or []], listed.fetchall()


@contextmanager
def _held_store(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    if not settings.warehouse_path.exists():
        raise RunFailedError("no_rows", home=settings.home)
    with lock_home(settings), hold_warehouse(settings), open_warehouse(settings) as warehouse:
        run_sql(warehouse, "acceptances")
        yield warehouse


def _rule_called(code: str) -> Rule:
    rule = next((rule for rule in all_rules() if rule.code == code), None)
    if rule is None:
        raise UsageError("rule_unknown", rule=code)
    return rule


def _check_acceptable(rule: Rule) -> None:
    if rule.refusal_to_accept:
        remedy = rule.remedy[0].lower() + rule.remedy[1:].rstrip(".")
        raise UsageError(
            "rule_not_acceptable", rule=rule.code, because=rule.refusal_to_accept, remedy=remedy
        )


def _rows_asked_for(warehouse: duckdb.DuckDBPyConnection, asked: Asked) -> list[StageRow]:
    """Return the rows of the case's stage in one source."""
    found = warehouse.execute(ROWS_OF_CASE, [asked.case_reference]).fetchall()
    of_case = [StageRow(*row) for row in found]
    of_source = [row for row in of_case if asked.source in (None, row.source)]
    if not of_source:
        where = f"the source {asked.source}" if asked.source else "the home"
        raise UsageError("case_unknown", case=asked.case_reference, where=where)
    rows = [row for row in of_source if row.stage == asked.stage]
    if not rows:
        stages = ", ".join(sorted({row.stage for row in of_source} - {""})) or "none that is known"
        raise UsageError("case_without_stage", record=asked, stages=stages)
    sources = sorted({row.source for row in rows})
    if len(sources) > 1:
        raise UsageError("source_not_clear", record=asked, sources=" and ".join(sources))
    return rows


def _check_not_accepted(rows: list[StageRow], asked: Asked) -> None:
    """Refuse what is accepted already; of rows that contradict each other, one can be right."""
    accepted = [row for row in rows if asked.rule_code in row.accepted_codes]
    if accepted:
        raise UsageError(
            "accepted_already", rule=asked.rule_code, record=asked, row=accepted[0].place
        )


def _failing_row(rows: list[StageRow], asked: Asked) -> StageRow:
    failing = [row for row in rows if asked.rule_code in row.rule_codes]
    if not failing:
        codes = sorted({code for row in rows for code in row.rule_codes})
        raise UsageError(
            "rule_does_not_fail",
            rule=asked.rule_code,
            record=asked,
            codes=", ".join(codes) or "none",
        )
    return _one_of(failing, asked, "fails on", "is right")


def _one_of(rows: list[StageRow], asked: Asked, verb: str, which: str) -> StageRow:
    """Return the one row, or the one that is named."""
    wanted = [row for row in rows if asked.row in (None, row.place)]
    if len(wanted) != 1:
        places = " or ".join(sorted(row.place for row in rows))
        number = f"{len(rows)} row" + ("s" if len(rows) > 1 else "")
        raise UsageError(
            "row_not_clear",
            rule=asked.rule_code,
            verb=verb,
            number=number,
            record=asked,
            which=which,
            rows=places,
        )
    return wanted[0]


def _record(
    warehouse: duckdb.DuckDBPyConnection,
    settings: Settings,
    row: StageRow,
    asked: Asked,
    role: str,
    reason: str | None,
    *,
    is_withdrawal: bool,
) -> None:
    given = {
        "record_id": row.record_id,
        "rule_code": asked.rule_code,
        "source": row.source,
        "case_reference": asked.case_reference,
        "stage": row.stage,
        "is_withdrawal": is_withdrawal,
        "role": role,
        "reason": reason,
        "recorded_at": clock.utc_now(),
        "recorded_on": settings.as_of_day,
    }
    columns = ", ".join(f"${name} as {name}" for name in given)
    warehouse.execute(
        f"insert into raw.acceptances by name select {columns}, "
        "(select coalesce(max(acceptance_number), 0) + 1 from raw.acceptances) "
        "as acceptance_number, "
        "(select coalesce(max(state_number), 0) from raw.record_states) as newest_state_number",
        given,
    )
