"""The door stays open to all that an export does from night to night, and shut to what ruins it."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from complaints.warehouse.layout import LAYOUT_NAMES
from complaints.warehouse.settings import Settings
from conftest import Row, write_export
from door_helpers import Door, emptied, export, renamed, without
from soak_size import share_of

pytestmark = pytest.mark.soak

OPEN = {"responded_date": "", "outcome": ""}
# What `export` leaves out, so that every column of the layout is filled.
OTHER_COLUMNS = {
    "extension_agreed": "no",
    "reasons": "Delay",
    "legal_basis": "CA1989_s26",
    "complainant_type": "Parent",
    "age_band": "10-15",
    "gender": "Female",
    "ethnicity": "White British",
    "disability": "No",
    "sexual_orientation": "Not recorded",
    "advocate": "no",
    "learning": "Letters are shorter now.",
    "target_met": "yes",
    "status": "Closed",
}


@pytest.fixture
def door(example: Settings, tmp_path: Path) -> Door:
    """An empty home."""
    return Door.of_empty_home(tmp_path, example)


def full(rows: Sequence[Row]) -> list[Row]:
    """Return rows in which every column of the layout is filled."""
    dates = [name for name in LAYOUT_NAMES if name.endswith("_date")]
    return [
        {
            **{name: row["received_date"] for name in dates},
            **OTHER_COLUMNS,
            **row,
        }
        for row in rows
    ]


@pytest.mark.parametrize("seed", range(share_of(2)))
def test_forty_nights_of_growth_corrections_and_quiet_days_stop_nothing(
    door: Door, seed: int
) -> None:
    draw = random.Random(seed)
    state = [row | OPEN if draw.random() < 0.2 else row for row in export(60, seed)]
    answers = export(200, seed)
    for night in range(40):
        if draw.random() < 0.7:  # else a quiet day
            come = answers[len(state) : len(state) + draw.choice((0, 1, 1, 2, 5))]
            state += [row | OPEN if draw.random() < 0.7 else row for row in come]
            for _ in range(draw.randint(0, 4)):  # answered, corrected, mistyped, put right
                place = draw.randrange(len(state))
                state[place] = draw.choice(
                    (
                        answers[place],
                        state[place] | {"service_team": "Leaving Care"},
                        state[place] | {"received_date": "31/02/2018"},
                        state[place] | {"outcome": "No finding"},
                        state[place] | OPEN,
                    )
                )
        files = door.deliver(state[night // 4 :])
        assert not door.stops(), (night, files)
        assert {file.status for file in files} <= {"loaded", "unchanged"}


def other_name(rows: Sequence[Row], column: str) -> list[Row]:
    """Return rows with a column under a name that nobody has seen."""
    return renamed(rows, column, f"crm_{column[::-1]}")


@pytest.mark.parametrize("change", [other_name, without, emptied])
def test_no_column_that_is_ruined_passes_in_silence(
    door: Door, change: Callable[[Sequence[Row], str], list[Row]]
) -> None:
    columns = random.Random(4).sample(LAYOUT_NAMES, share_of(len(LAYOUT_NAMES)))
    rows = full(export(41))
    assert [name for name in LAYOUT_NAMES if not all(row.get(name) for row in rows)] == []
    assert not taken(door, rows, {column: change(rows, column) for column in columns})


def test_rows_that_are_missing_do_not_pass_in_silence(door: Door) -> None:
    rows = full(export(41))
    assert not taken(door, rows, {"half the rows": rows[:20], "a tenth": rows[:4]})


def taken(
    door: Door, good: list[Row], ruined: dict[str, list[Row]]
) -> list[tuple[str, str, str | None]]:
    """Deliver a good export, then each of its ruins; return what became of those taken."""
    (file,) = door.deliver(good)
    assert (file.status, file.message) == ("loaded", None), door.stops()
    passed = []
    for ruin, as_it_came in ruined.items():
        (file,) = door.deliver(as_it_came)
        if file.status not in ("stopped", "rejected") or not file.message:
            passed.append((ruin, file.status, file.message))
            door.deliver(good)
    return passed


@pytest.mark.parametrize("missing", range(3))
def test_one_file_of_several_that_is_missing_is_never_silent(door: Door, missing: int) -> None:
    rows = export(60)
    parts = {"part_a": rows[:20], "part_b": rows[20:35], "part_c": rows[35:]}
    for name, part in parts.items():
        write_export(door.exports / f"{name}.csv", part)
    door.deliver_as_it_is()
    gone = door.exports / f"part_{'abc'[missing]}.csv"
    gone.unlink()
    files = door.deliver_as_it_is()
    assert {file.status for file in files} == {"stopped"}
    assert all(gone.name in (file.message or "") for file in files)
