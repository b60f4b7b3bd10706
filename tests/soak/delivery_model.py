"""Deliveries in small, and what the warehouse must hold after them: contract, not code.

A delivery is drawn from a pool of rows, so that rows come again, change, contradict each other and
go missing by chance. `Held` keeps, for each case and stage, what was delivered last.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from hypothesis import strategies as st

Row = dict[str, str]

UNREADABLE: Row = {"case_reference": "C1", "stage": "stage_1", "too_many": "fields"}
KNOWN_STAGES = {
    "stage_1": "stage_1",
    "S1": "stage_1",
    "Stage 2": "stage_2",
    "stage_3": "stage_3",
    "LGO": "ombudsman",
}
UPDATES = {
    "": None,
    "soon": None,
    "2026-04-10": "2026-04-10 00:00",
    "10/04/2026 09:30": "2026-04-10 09:30",
    "2026-04-15": "2026-04-15 00:00",
}

# As at 20 to 23 April 2026: some of these dates are to come on the first nights, and the
# corporate clock waits for the acknowledgement. What comes first is what shrinking ends in.
VALUES: dict[str, tuple[str, ...]] = {
    "case_reference": ("C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", ""),
    "procedure": ("statutory", "Corporate", "statutory", "corporate", "informal"),
    "stage": ("stage_1", "Stage 2", "stage_1", "S1", "stage_3", "LGO", "stage 9"),
    "received_date": (
        "2026-04-01",
        "2026-03-02",
        "02/04/2026",
        "2026-04-01",
        "2026-03-02",
        "2026-04-22",
        "31/02/2026",
        "",
    ),
    "clock_start_date": ("", "", "", "2026-04-07", "2026-04-21", "soon", "2026-03-31"),
    "acknowledged_date": ("", "2026-04-02", "2026-04-22"),
    "extension_agreed": ("", "yes", "perhaps"),
    "target_date": ("", "2026-04-17", "2026-05-07"),
    "responded_date": ("", "2026-04-17", "", "2026-04-17", "2026-04-22", "2026-02-30"),
    "outcome": ("", "not_upheld", "Part upheld", "settled"),
    "service_team": ("Assessments", ""),
    "legal_basis": ("", "s20", "send", "s999"),
    "last_updated": ("", "", "2026-04-10", "10/04/2026 09:30", "2026-04-15", "soon"),
}
HEADER = tuple(VALUES)
WAITING: Row = {
    "procedure": "corporate",
    "stage": "stage_1",
    "received_date": "2026-04-01",
    "target_date": "2026-04-17",
    "service_team": "Transport",
}
CORRECTED: Row = {"procedure": "statutory", "received_date": "2026-04-01", "responded_date": ""}

ROWS = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


class Place(NamedTuple):
    """Where a record stands: the file's name, and 1 for the first record after the header."""

    file_name: str
    row_number: int


class Delivered(NamedTuple):
    """A record of a delivery."""

    row: Row
    place: Place


class Night(NamedTuple):
    """What one night finds: the as-of day's number, and the rows of each file."""

    days_later: int
    files: list[list[Row]]


class Counts(NamedTuple):
    """What is known of a file's rows without judging them."""

    read: int
    duplicate: int
    superseded: int


@st.composite
def nights(draw: st.DrawFn) -> list[Night]:
    """Draw two or three nights, whose rows come from one pool."""
    pool = draw(st.lists(ROWS, min_size=15, max_size=25))
    # Second versions: the same case and stage with something else in it, or corrected.
    pool += [row | {"reasons": "Delay"} for row in pool[:6]]
    pool += [row | CORRECTED for row in pool[3:15]]
    file = st.lists(st.sampled_from([*pool, UNREADABLE]), min_size=5, max_size=30)
    night = st.builds(Night, st.integers(0, 2), st.lists(file, min_size=1, max_size=2))
    return draw(st.lists(night, min_size=2, max_size=3))


def files_of(night: Night, number: int) -> dict[str, list[Row]]:
    """Return the rows of a night's files, which are named after the night's number."""
    return {f"night{number}{'ab'[order]}.csv": rows for order, rows in enumerate(night.files)}


def delivered(files: dict[str, list[Row]]) -> list[Delivered]:
    """Return the records of a delivery."""
    return [
        Delivered(row, Place(name, row_number))
        for name, rows in files.items()
        for row_number, row in enumerate(rows, start=1)
    ]


def as_csv(rows: list[Row]) -> str:
    """Return rows as a file; an unreadable line has fields without a header."""
    header = (*HEADER, "reasons")
    lines = [",".join(header)]
    for row in rows:
        fields = [row.get(name, "") for name in header]
        lines.append(",".join([*fields, row["too_many"]] if "too_many" in row else fields))
    return "\n".join(lines) + "\n"


def key_of(row: Row) -> tuple[str, str] | None:
    """Return the case and stage of a row, if it says both."""
    stage = KNOWN_STAGES.get(row["stage"])
    if not row["case_reference"] or not stage or "too_many" in row:
        return None
    return row["case_reference"], stage


def updated(row: Row) -> str | None:
    """Return when the source last changed a row, in an order that compares."""
    return UPDATES[row["last_updated"]]


@dataclass
class Held:
    """What the warehouse must hold: the newest delivered version of each case and stage."""

    keyed: dict[tuple[str, str], list[Delivered]] = field(default_factory=dict)
    keyless: list[Delivered] = field(default_factory=list)

    @property
    def records(self) -> list[Delivered]:
        """Everything held, each record where it was delivered last."""
        return [*(record for records in self.keyed.values() for record in records), *self.keyless]

    def take(self, records: list[Delivered]) -> dict[str, Counts]:
        """Take a delivery in; return what becomes of each file's rows as far as it is known."""
        duplicates, superseded = [], []
        first: list[Delivered] = []
        for record in records:
            is_repeated = "too_many" not in record.row and any(
                record.row == earlier.row for earlier in first
            )
            (duplicates if is_repeated else first).append(record)
        self.keyless = [record for record in first if key_of(record.row) is None]
        for key in dict.fromkeys(key for r in first if (key := key_of(r.row))):
            rows = [record for record in first if key_of(record.row) == key]
            newest = max((time for record in rows if (time := updated(record.row))), default="")
            current = [r for r in rows if (time := updated(r.row)) is None or time >= newest]
            superseded += [record for record in rows if record not in current]
            self.keyed[key] = current
        return {
            name: Counts(
                *(
                    sum(record.place.file_name == name for record in group)
                    for group in (records, duplicates, superseded)
                )
            )
            for name in dict.fromkeys(record.place.file_name for record in records)
        }
