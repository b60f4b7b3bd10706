"""A delivery that is not what the last one of its source was is stopped, with one sentence."""

from pathlib import Path

import pytest

from complaints.warehouse.errors import ExitCode, RunFailedError
from complaints.warehouse.settings import Settings, read_settings
from conftest import snapshot
from door_helpers import FIRST_NIGHT, Door, emptied, export, renamed, without
from small_home import borrow_store

pytestmark = pytest.mark.xdist_group("load")

# All that follows from what was delivered.
RECORDS = ("records", "record_changes", "record_states", "delivered_rows", "deliveries")


@pytest.fixture
def door(example: Settings, tmp_path: Path) -> Door:
    """An empty home, in a store that dbt built for the example."""
    settings = read_settings(home=tmp_path / "home", source=tmp_path / "exports", as_of=FIRST_NIGHT)
    borrow_store(settings, example)
    return Door(settings)


def test_a_delivery_whose_column_was_renamed_is_stopped_and_the_new_name_said(door: Door) -> None:
    assert door.night(export()).exit_code == ExitCode.DONE
    before = {name: door.ask(f"from raw.{name} order by all") for name in RECORDS}
    published = snapshot(door.settings.marts_path)
    changed = renamed(export(42), "responded_date", "date_of_response")
    with pytest.raises(RunFailedError) as refused:
        door.night(changed)
    assert str(refused.value).startswith(
        "Every file was refused, so nothing was published: complaints.csv was stopped: "
        "`responded_date` is gone, `date_of_response` is new."
    )
    assert {name: door.ask(f"from raw.{name} order by all") for name in RECORDS} == before
    assert snapshot(door.settings.marts_path) == published
    assert door.night(export(42)).exit_code == ExitCode.DONE


@pytest.mark.parametrize(
    ("change", "rule", "evidence"),
    [
        (lambda rows: without(rows, "outcome"), "delivery_column_missing", "`outcome` is gone"),
        (
            lambda rows: emptied(rows, "outcome"),
            "delivery_column_emptied",
            "`outcome` was filled in 100% of the rows, and is in 0%",
        ),
        (
            lambda rows: rows[:19],
            "delivery_rows_fell",
            "19 rows, where the last delivery had 40",
        ),
    ],
)
def test_each_change_is_told(door: Door, change, rule: str, evidence: str) -> None:
    door.night(export())
    with pytest.raises(RunFailedError):
        door.night(change(export()))
    assert (rule, evidence) in [(code, said) for code, _, said in door.stops()]
