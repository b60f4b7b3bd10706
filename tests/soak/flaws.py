"""Mistakes in a record, each with the code of the rule that must find it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

Row = dict[str, str]

COLUMNS = (
    "case_reference",
    "procedure",
    "stage",
    "received_date",
    "clock_start_date",
    "acknowledged_date",
    "extension_agreed",
    "panel_date",
    "target_date",
    "responded_date",
    "outcome",
    "service_team",
    "reasons",
    "legal_basis",
    "last_updated",
)

# The rules that a date comes to keep by itself, and the column of the date.
UNTIL_THE_DAY = {
    "received_date_in_future": "received_date",
    "responded_date_in_future": "responded_date",
}
MISCLASSIFICATION = {
    "procedure_differs_within_case",
    "statutory_subject_logged_as_corporate",
    "corporate_subject_logged_as_statutory",
}


class Line(NamedTuple):
    """A line of an export, and the codes of the rules that fail on it."""

    row: Row
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The line as the export has it."""
        fields = [self.row.get(column, "") for column in COLUMNS]
        return ",".join([*fields, "one field too many"] if self.is_unreadable else fields)

    @property
    def is_unreadable(self) -> bool:
        """Whether it has more fields than the header."""
        return "row_unreadable" in self.errors

    @property
    def key(self) -> tuple[str, str] | None:
        """Case and stage, if it says both."""
        if self.is_unreadable or "stage_unknown" in self.errors or not self.row["case_reference"]:
            return None
        return self.row["case_reference"], self.row["stage"]

    def errors_on(self, day: date) -> tuple[str, ...]:
        """Return the errors that a rule finds as at a day."""
        return tuple(
            code
            for code in self.errors
            if code not in UNTIL_THE_DAY or self.row[UNTIL_THE_DAY[code]] > day.isoformat()
        )


class Flaw(NamedTuple):
    """How a good row is spoilt on a day; only some rows can have the flaw."""

    changed: Callable[[Row, date], Row]
    is_error: bool = True
    is_possible: Callable[[Row], bool] = lambda row: True


def _always(**changed: str) -> Callable[[Row, date], Row]:
    return lambda row, day: changed


def _before_receipt(column: str, **changed: str) -> Callable[[Row, date], Row]:
    def earlier(row: Row, day: date) -> Row:
        received = date.fromisoformat(row["received_date"])
        return {column: (received - timedelta(days=2)).isoformat()} | changed

    return earlier


def _after(column: str, days: int, **changed: str) -> Callable[[Row, date], Row]:
    return lambda row, day: {column: (day + timedelta(days=days)).isoformat()} | changed


def is_open(row: Row) -> bool:
    """Whether a good row waits for its response."""
    return not row["responded_date"] and row["outcome"] != "withdrawn"


def _is_statutory(row: Row) -> bool:
    return row["procedure"] == "statutory"


def _is_corporate(row: Row) -> bool:
    return row["procedure"] == "corporate"


# Without a key, the record is another one than the good one, so only new ones have these.
OF_NEW_RECORDS: dict[str, Flaw] = {
    "case_reference_missing": Flaw(_always(case_reference="")),
    "stage_unknown": Flaw(_always(stage="stage 9")),
    "row_unreadable": Flaw(_always()),
    "received_date_in_future": Flaw(_after("received_date", 4), is_possible=is_open),
}
FLAWS: dict[str, Flaw] = {
    "procedure_unknown": Flaw(_always(procedure="informal")),
    "received_date_missing": Flaw(_always(received_date="")),
    "received_date_invalid": Flaw(_always(received_date="31/02/2018")),
    "responded_date_invalid": Flaw(_always(responded_date="soon")),
    "responded_date_in_future": Flaw(
        _after("responded_date", 6, outcome="upheld"), is_possible=is_open
    ),
    "responded_before_received": Flaw(_before_receipt("responded_date", outcome="upheld")),
    "clock_start_before_received": Flaw(_before_receipt("clock_start_date")),
    "stage_row_conflict": Flaw(_always()),
    "closed_without_outcome": Flaw(_after("responded_date", 0), False, is_open),
    "outcome_without_response": Flaw(_always(outcome="upheld"), False, is_open),
    "outcome_unknown": Flaw(_after("responded_date", 0, outcome="settled"), False, is_open),
    "extension_unknown": Flaw(_always(extension_agreed="perhaps"), False),
    "legal_basis_unknown": Flaw(_always(legal_basis="s999"), False),
    "other_date_invalid": Flaw(_always(acknowledged_date="soon"), False),
    "team_missing": Flaw(_always(service_team=""), False),
    "target_date_disagrees": Flaw(
        lambda row, day: {"target_date": row["received_date"]},
        False,
        lambda row: row["stage"] != "ombudsman",
    ),
    "statutory_subject_logged_as_corporate": Flaw(_always(legal_basis="s20"), False, _is_corporate),
    "corporate_subject_logged_as_statutory": Flaw(
        _always(legal_basis="send"), False, _is_statutory
    ),
}


def lines_of(row: Row, code: str | None, day: date) -> list[Line]:
    """Return a row as the export has it, with the flaw that it has had since a day."""
    flaw = (FLAWS | OF_NEW_RECORDS).get(code or "")
    if flaw is None:  # none, or one that lies in the other rows of the case
        return [Line(row, warnings=(code,) if code else ())]
    spoilt = row | flaw.changed(row, day)
    if not flaw.is_error:
        return [Line(spoilt, warnings=(code or "",))]
    lines = [Line(spoilt, errors=(code or "",))]
    if code == "stage_row_conflict":
        lines.append(Line(spoilt | {"service_team": "Elsewhere"}, errors=(code,)))
    return lines
