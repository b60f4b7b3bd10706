"""What the warehouse holds is a function of the newest delivered version of each case and stage."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from complaints.expectations.rules import all_rules
from complaints.warehouse.settings import Settings, read_settings
from conftest import Row, query
from load_helpers import AS_OF_DAY, Warehouse, row
from rule_examples import STAGE_2
from small_home import borrow_store


@pytest.fixture
def warehouse(example: Settings, tmp_path: Path) -> Warehouse:
    """An empty warehouse of the test's own, in a store that dbt built for the example."""
    settings = read_settings(home=tmp_path / "home", source=tmp_path / "exports", as_of=AS_OF_DAY)
    borrow_store(settings, example)
    return Warehouse(settings)


def test_of_equal_rows_the_first_counts_and_the_others_are_duplicates(warehouse: Warehouse) -> None:
    fates = warehouse.deliver(row("A"), row("A", service_team=" Assessments\u00a0"), row("B"))
    assert fates == {"loaded": 2, "duplicate": 1}
    assert warehouse.rows("case_reference, row_number") == [("A", 1), ("B", 3)]


def test_a_row_is_superseded_by_a_later_one_of_its_delivery(warehouse: Warehouse) -> None:
    fates = warehouse.deliver(
        row("A", last_updated="02/07/2018 10:00", reasons="new"),
        row("A", last_updated="02/07/2018 09:59", reasons="old"),
    )
    assert fates == {"loaded": 1, "superseded": 1}
    assert warehouse.rows("reasons") == [("new",)]


def test_across_deliveries_the_newest_decides_whatever_last_updated_says(
    warehouse: Warehouse,
) -> None:
    warehouse.deliver(row("A", last_updated="03/12/2018", responded_date="", outcome=""))
    answered = row("A", last_updated="06/08/2018", responded_date="2018-07-13")
    assert warehouse.deliver(answered) == {"loaded": 1}
    assert warehouse.rows("responded_date") == [(date(2018, 7, 13),)]


@pytest.mark.parametrize(
    ("updates", "held"),
    [
        (("", ""), 2),
        (("2018-07-02", "2018-07-02"), 2),
        (("2018-07-02", ""), 2),
        (("2018-07-01", "2018-07-02", ""), 2),
        (("not a date", "2018-07-02"), 2),
    ],
)
def test_rows_that_might_all_be_the_newest_are_all_held(
    warehouse: Warehouse, updates: Iterable[str], held: int
) -> None:
    rows = [row("A", last_updated=at, reasons=str(n)) for n, at in enumerate(updates)]
    assert warehouse.deliver(*rows)["quarantined"] == held
    assert (
        warehouse.held()["A"] == "stage_row_conflict"
        or "other_date_invalid" in warehouse.held()["A"]
    )
    assert warehouse.loaded() == []


def test_a_conflict_ends_with_the_delivery_that_brings_one_of_the_rows(
    warehouse: Warehouse,
) -> None:
    warehouse.deliver(row("A", reasons="one"), row("A", reasons="other"))
    assert warehouse.deliver(row("A", reasons="other")) == {"loaded": 1}
    assert warehouse.rows("reasons, is_held") == [("other", False)]


def test_a_held_row_leaves_though_an_earlier_version_passed_and_returns_corrected(
    warehouse: Warehouse,
) -> None:
    warehouse.deliver(row("A"), row("B"))
    assert warehouse.deliver(row("A", received_date="soon"), row("B")) == {
        "unchanged": 1,
        "quarantined": 1,
    }
    assert warehouse.loaded() == [("B", "stage_1")]
    assert warehouse.deliver(row("A"), row("B")) == {"loaded": 1, "unchanged": 1}
    assert warehouse.loaded() == [("A", "stage_1"), ("B", "stage_1")]


def test_a_row_held_for_its_case_returns_when_the_other_row_is_corrected(
    warehouse: Warehouse,
) -> None:
    later = row("A", STAGE_2)
    warehouse.deliver(row("A", received_date="2018-08-02", responded_date="2018-08-03"), later)
    assert warehouse.held() == {"A": "stage_received_before_previous_stage"}
    assert warehouse.deliver(row("A"), later) == {"loaded": 2}
    assert warehouse.held() == {}


def test_a_loaded_row_is_held_when_its_case_comes_to_contradict_it(warehouse: Warehouse) -> None:
    later = row("A", STAGE_2)
    warehouse.deliver(row("A"), later)
    fates = warehouse.deliver(
        row("A", received_date="2018-08-02", responded_date="2018-08-03"), later
    )
    assert fates == {"loaded": 1, "quarantined": 1}
    assert warehouse.loaded() == [("A", "stage_1")]


def test_rows_of_the_warehouse_count_in_the_rules_across_rows(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A"))
    warehouse.deliver(row("A", STAGE_2, received_date="2018-07-01"))
    assert warehouse.held() == {"A": "stage_received_before_previous_stage"}


def test_a_typing_error_in_stage_1_gives_no_second_message_for_stage_2(
    warehouse: Warehouse,
) -> None:
    warehouse.deliver(row("A", received_date="soon"), row("A", STAGE_2))
    assert warehouse.findings() == [("received_date_invalid",)]


def test_receipts_are_compared_with_that_of_the_nearest_stage_that_passed(
    warehouse: Warehouse,
) -> None:
    stage_3 = row("A", STAGE_2, stage="stage_3", received_date="2018-06-01")
    warehouse.deliver(row("A"), row("A", STAGE_2, received_date=""), stage_3)
    assert warehouse.loaded() == [("A", "stage_1")]
    assert ("stage_received_before_previous_stage",) in warehouse.findings()


def test_a_case_missing_from_a_later_delivery_stays(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A"), row("B"))
    warehouse.deliver(row("B", reasons="Delays"))
    assert warehouse.loaded() == [("A", "stage_1"), ("B", "stage_1")]


def test_a_held_row_without_a_usable_key_leaves_with_the_next_delivery(
    warehouse: Warehouse,
) -> None:
    nameless = row("", received_date="2018-07-02")
    warehouse.deliver(nameless, row("A", stage="?"), row("B"))
    assert set(warehouse.held()) == {None, "A"}
    assert warehouse.deliver(nameless, row("B"))["quarantined"] == 1
    assert set(warehouse.held()) == {None}
    warehouse.deliver(row("B"), row("C"))
    assert warehouse.held() == {}


def test_a_held_key_stays_while_the_delivery_does_not_bring_it(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A", received_date=""), row("B"))
    warehouse.deliver(row("B", reasons="Delays"))
    assert warehouse.held() == {"A": "received_date_missing"}


def test_a_receipt_in_the_future_is_let_in_when_its_day_has_come(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A", received_date="2018-12-03", responded_date="", outcome=""))
    warehouse.pass_to(date(2018, 12, 2))
    assert warehouse.held() == {"A": "received_date_in_future"}
    warehouse.pass_to(date(2018, 12, 3))
    assert warehouse.held() == {}


def test_a_clock_start_in_the_future_counts_when_its_day_has_come(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A", clock_start_date="2018-12-03", responded_date="", outcome=""))
    assert warehouse.rows("clock_start_date") == [(None,)]
    warehouse.pass_to(date(2018, 12, 3))
    assert warehouse.rows("clock_start_date") == [(date(2018, 12, 3),)]
    assert warehouse.findings() == []


def test_what_is_said_of_a_last_update_in_the_future_is_true(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A", last_updated="2018-11-28"))
    assert warehouse.findings() == [("other_date_invalid",)]
    (rule,) = (rule for rule in all_rules() if rule.code == "other_date_invalid")
    assert "the last updated date is after the as-of day" in rule.sentence


def test_text_that_the_warehouse_has_is_kept_once(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A"), row("B"))
    assert warehouse.deliver(row("A"), row("B", reasons="new")) == {"loaded": 1, "unchanged": 1}
    assert warehouse.deliver(row("A"), row("B")) == {"loaded": 1, "unchanged": 1}
    kept = "select case_reference, reasons, first_delivery from raw.records order by all"
    assert query(warehouse.settings.warehouse_path, kept) == [
        ("A", None, 1),
        ("B", "new", 2),
        ("B", None, 1),
    ]
    assert warehouse.rows("case_reference, reasons") == [("A", None), ("B", None)]


def test_a_stage_counts_once_the_council_spells_it_so(warehouse: Warehouse) -> None:
    unknown = row("A", stage="Informal")
    assert warehouse.deliver(unknown) == {"quarantined": 1}
    spell_stage(warehouse, "informal", "stage_1")
    assert warehouse.deliver(unknown, row("B")) == {"loaded": 2}
    assert warehouse.rows("case_reference, stage, service_team") == [
        ("A", "stage_1", "Assessments"),
        ("B", "stage_1", "Assessments"),
    ]


def spell_stage(warehouse: Warehouse, written: str, stage: str | None) -> None:
    """Let the council spell a stage so, or no longer."""
    with duckdb.connect(warehouse.settings.warehouse_path) as store:
        store.execute("delete from staging.stg_synonyms where written = ?", [written])
        store.execute(
            "insert into staging.stg_synonyms by name select 'stage' as field, "
            "$written as written, $stage as value, true as is_council_row where value is not null",
            {"written": written, "stage": stage},
        )


def test_what_was_loaded_is_held_and_not_lost_when_its_stage_is_spelt_so_no_longer(
    warehouse: Warehouse,
) -> None:
    spell_stage(warehouse, "level one", "stage_1")
    late = row("B", stage="Level One", received_date="")
    warehouse.deliver(row("A", stage="Level One"), late, row("C"))
    warehouse.deliver(row("C"), row("D"))
    spell_stage(warehouse, "level one", None)
    for others in ([row("C", reasons="new")], [row("D", reasons="new")]):
        warehouse.deliver(*others)
        assert warehouse.held() == {
            "A": "stage_unknown",
            "B": "received_date_missing,stage_unknown",
        }
    spell_stage(warehouse, "level one", "stage_1")
    warehouse.deliver(row("A"), row("C"))
    assert warehouse.loaded() == [(case, "stage_1") for case in "ACD"]
    assert warehouse.held() == {"B": "received_date_missing"}


def test_a_row_that_was_corrected_does_not_come_back_when_the_council_spells_a_stage_so(
    warehouse: Warehouse,
) -> None:
    warehouse.deliver(row("A", stage="Review"), row("B"))
    warehouse.deliver(row("A"), row("B"))
    spell_stage(warehouse, "review", "stage_2")
    warehouse.deliver(row("A"), row("C"))
    assert warehouse.loaded() == [("A", "stage_1"), ("B", "stage_1"), ("C", "stage_1")]
    assert warehouse.held() == {}


@pytest.mark.parametrize("between", [[], [row("C")]], ids=["no_row_of_it", "another_case"])
def test_a_row_that_a_delivery_leaves_out_is_unchanged_when_it_returns(
    warehouse: Warehouse, between: list[Row]
) -> None:
    warehouse.deliver(row("A"), row("B"))
    warehouse.deliver(row("B"), *between)
    assert warehouse.deliver(row("A"), row("B"), *between).keys() == {"unchanged"}
    assert warehouse.rows("case_reference, row_number")[:2] == [("A", 1), ("B", 2)]


def test_of_contradicting_rows_the_one_that_stays_is_right(warehouse: Warehouse) -> None:
    one, other = row("A", reasons="Delay"), row("A", reasons="Staff")
    assert warehouse.deliver(one, other) == {"quarantined": 2}
    assert warehouse.deliver(one, row("B")) == {"loaded": 2}
    assert warehouse.rows("case_reference, reasons") == [("A", "Delay"), ("B", None)]


def test_a_row_is_listed_where_it_was_delivered_last(warehouse: Warehouse) -> None:
    warehouse.deliver(row("A"), row("B"))
    warehouse.deliver(row("B"), row("A"), row("C"))
    assert warehouse.rows("case_reference, row_number") == [("A", 2), ("B", 1), ("C", 3)]


def test_versions_are_kept_with_the_run_and_the_day_from_and_to_which_they_were_current(
    warehouse: Warehouse,
) -> None:
    days = [date(2018, 11, 27), date(2018, 11, 28), date(2018, 11, 29)]
    warehouse.deliver(row("A", reasons="one"), as_of=days[0])
    warehouse.deliver(row("A", reasons="two", received_date=""), as_of=days[1])
    warehouse.deliver(row("A", reasons="three"), as_of=days[2])
    states = query(
        warehouse.settings.warehouse_path,
        "select reasons, state, as_of_day from raw.record_states inner join raw.records "
        "using (record_id) order by state_number",
    )
    assert sorted(states) == sorted(
        [
            ("one", "loaded", days[0]),
            ("one", "left", days[1]),
            ("two", "held", days[1]),
            ("two", "left", days[2]),
            ("three", "loaded", days[2]),
        ]
    )
    runs = query(
        warehouse.settings.warehouse_path,
        "select count(distinct run_id), count(distinct run_at) from raw.record_states",
    )
    assert runs == [(3, 3)]


def test_a_spreadsheets_number_is_no_reference(warehouse: Warehouse) -> None:
    mangled = [
        row("1.01003E+11", last_updated=f"{day} July 2018", reasons=str(day)) for day in (2, 3, 4)
    ]
    assert warehouse.deliver(*mangled, row("A")) == {"loaded": 1, "quarantined": 3}
    assert warehouse.held() == {"1.01003E+11": "case_reference_mangled"}


def test_an_error_or_a_placeholder_is_no_reference_and_no_team(warehouse: Warehouse) -> None:
    nothing = ["#N/A", "#REF!", "#DIV/0!", "n/a", "NULL", "-", "TBC", "(blank)"]
    rows = [row(written) for written in nothing]
    rows += [row(f"A{place}", service_team=written) for place, written in enumerate(nothing)]
    assert warehouse.deliver(*rows) == {"loaded": len(nothing), "quarantined": len(nothing)}
    assert warehouse.held() == dict.fromkeys(nothing, "case_reference_mangled")
    assert warehouse.findings() == [("case_reference_mangled",), ("team_missing",)]


@pytest.mark.parametrize(
    ("one", "other", "is_warned"),
    [
        ('="00123"', "123", True),
        ("00123", "123", True),
        ("CH-1", "ch-1", True),
        ("CH-001", "CH1", True),
        ("CH 1", "CH\u20111", True),
        ("'123", "123", True),
        ("123.0", "123", True),
        ("C\u200bH1", "CH1", True),
        ("CHO1", "CH01", True),
        ("\u0421H1", "CH1", True),
        ("CH-1", "CH-10", False),
        ("CH-1", "CH-2", False),
    ],
)
def test_references_that_look_alike_are_warned_of(
    warehouse: Warehouse, one: str, other: str, is_warned: bool
) -> None:
    assert warehouse.deliver(row(one), row(other)) == {"loaded": 2}
    assert (("reference_resembles_another",) in warehouse.findings()) == is_warned


@pytest.mark.parametrize(
    ("before", "now", "rule"),
    [
        ({"received_date": "02/05/2017"}, {"received_date": "03/05/2018"}, "received_date_moved"),
        ({"received_date": "02/05/2018"}, {"received_date": "03/07/2018"}, "received_date_moved"),
        ({"received_date": "02/05/2018"}, {"received_date": "01/07/2018"}, None),
        (
            {"received_date": "02/05/2017", "responded_date": "", "outcome": ""},
            {"received_date": "03/05/2018"},
            None,
        ),
        ({"last_updated": "06/08/2018"}, {"last_updated": "05/08/2018"}, "last_updated_went_back"),
        ({"last_updated": "06/08/2018"}, {"last_updated": "06/08/2018 09:00"}, None),
    ],
)
def test_a_version_is_compared_with_the_one_delivered_before(
    warehouse: Warehouse, before: dict[str, str], now: dict[str, str], rule: str | None
) -> None:
    answered = {"responded_date": "20/08/2018", "outcome": "upheld"}
    warehouse.deliver(row("A", **answered | before))
    assert warehouse.deliver(row("A", **answered | now)) == {"loaded": 1}
    assert warehouse.findings() == ([(rule,)] if rule else [])


def test_rows_whose_typed_values_are_equal_are_duplicates_however_they_were_written(
    warehouse: Warehouse,
) -> None:
    fates = warehouse.deliver(
        row("B"),
        row("B", received_date="02/07/2018", procedure="Statutory", extension_agreed=""),
        row("B", received_date="2 July 2018 00:00", reasons="-", gender="#N/A"),
    )
    assert fates == {"loaded": 1, "duplicate": 2}
    assert warehouse.findings() == []
