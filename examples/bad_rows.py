"""The rows with something odd, so that every validation rule is seen at least once.

They are in `bad_rows.csv`: the rules each row fails, what becomes of it and what it shows.
`given` holds the columns in which a row is not plain; `filed_on` the day by which it is sorted,
where that is not the day received. References from 0901 on are these rows and the good rows of the
same cases. They leave the printed figures alone: rows held back do not count, and rows that are
only warned about lie in quarters and stages of which the report prints nothing.
"""

import csv
from datetime import date, datetime
from pathlib import Path

from complaints.examples.records import BLANK, Record, Value, Values, file_of

TABLE = Path(__file__).with_name("bad_rows.csv")
TEAM_AND_BASIS = {
    "statutory": ("Children in Need", "s17"),
    "corporate": ("School Admissions", "other"),
}


def bad_records() -> list[Record]:
    """Return the odd rows, and the good rows of their cases."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_record(line) for line in csv.DictReader(file)]


def _record(line: dict[str, str]) -> Record:
    values = _values(line)
    filed_on = date.fromisoformat(line["filed_on"] or line["received_date"])
    errors = tuple(line["errors"].split())
    return Record(
        file_of(str(values["procedure"]), filed_on),
        filed_on,
        values,
        line["fate"] or ("quarantined" if errors else "loaded"),
        errors,
        tuple(line["warnings"].split()),
        line["damage"],
    )


def _values(line: dict[str, str]) -> Values:
    """Return the values of a row: plain ones, except what the table gives."""
    procedure = "statutory" if line["case_reference"].startswith("CH") else "corporate"
    team, legal_basis = TEAM_AND_BASIS[procedure]
    responded = _typed(line["responded_date"])
    values = BLANK | {
        "case_reference": line["case_reference"],
        "procedure": procedure,
        "stage": line["stage"],
        "received_date": _typed(line["received_date"]),
        "responded_date": responded,
        "outcome": "not_upheld" if isinstance(responded, date) else "",
        "extension_agreed": "no",
        "service_team": team,
        "legal_basis": legal_basis,
        "reasons": "Communication",
    }
    given = (part.split("=", 1) for part in line["given"].split("; ") if part)
    return values | {name: _typed(text) for name, text in given}


def _typed(text: str) -> Value:
    """Return an ISO date or time as one; everything else is written as it is."""
    try:
        return datetime.fromisoformat(text) if ":" in text else date.fromisoformat(text)
    except ValueError:
        return text
