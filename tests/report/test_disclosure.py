"""No count that the published report hides can be worked out from what it shows."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.report.content import (
    Cell,
    Count,
    RelativeChange,
    Report,
    Section,
    Sentence,
    Share,
    Sum,
)
from complaints.report.disclosure import hidden_cells
from complaints.report.printing import print_report
from complaints.report.render_json import render_json
from complaints.report.row_order import row_order
from complaints.warehouse.errors import RunFailedError
from report_attack import Attack
from report_documents import read_json
from report_labels import Meaning
from report_models import (
    OUTCOMES,
    PERIOD,
    QUARTERS,
    STATUSES,
    Case,
    cell,
    count,
    published,
    report_of,
    report_of_cases,
    table,
    teams,
)


def team(name: str, measure: str = "received") -> Cell:
    return cell(measure, PERIOD, "service_team", name)


def test_one_small_row_takes_the_smallest_other_row_with_it() -> None:
    report = report_of(teams({"A": 2, "B": 17, "C": 9, "D": 30}))
    assert hidden_cells(report, 5) == {team("A"), team("C")}


def test_zero_stays_zero_and_protects_nothing() -> None:
    report = report_of(teams({"A": 2, "B": 0, "C": 9}))
    assert hidden_cells(report, 5) == {team("A"), team("C")}


def test_two_small_rows_protect_each_other() -> None:
    report = report_of(teams({"A": 2, "B": 17, "C": 3}))
    assert hidden_cells(report, 5) == {team("A"), team("C")}


def test_two_rows_of_one_each_do_not_protect_each_other() -> None:
    """Neither is zero and together they are two: both would be known to be one."""
    report = report_of(teams({"A": 1, "B": 17, "C": 1}))
    assert hidden_cells(report, 5) == {team("A"), team("B"), team("C")}


def test_a_total_is_hidden_only_where_no_row_can_be() -> None:
    report = report_of(teams({name: 1 for name in "ABCDEF"}))
    assert hidden_cells(report, 5) == {cell("received"), *(team(name) for name in "ABCDEF")}


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert hidden_cells(report_of(teams({"A": 6, "B": 0, "C": 9})), 5) == set()
    assert hidden_cells(report_of(teams({"A": 3, "B": 0, "C": 9})), 0) == set()


def test_the_threshold_is_a_setting() -> None:
    report = report_of(teams({"A": 8, "B": 20, "C": 11}))
    assert hidden_cells(report, 9) == {team("A"), team("C")}


def test_a_cross_table_is_protected_along_rows_and_columns() -> None:
    outcomes = {"upheld": [2, 9, 8], "not_upheld": [20, 12, 11], "open": [10, 14, 15]}
    cells = {
        (name, place): Count(cell(name, PERIOD, "service_team", team_name), values[place])
        for name, values in outcomes.items()
        for place, team_name in enumerate("ABC")
    }
    rows = [
        (team_name, *(cells[name, place] for name in outcomes),
         count(sum(v[place] for v in outcomes.values()), "received", "service_team", team_name))
        for place, team_name in enumerate("ABC")
    ]  # fmt: skip
    totals = [count(sum(values), name) for name, values in outcomes.items()]
    rows.append(("Total", *totals, count(101, "received")))
    sums = [
        Sum(row[-1].cell, tuple(each.cell for each in row[1:-1]))  # type: ignore[union-attr]
        for row in rows
    ]
    report = report_of(table(rows, "Service team", *outcomes, "No", total=True), sums=sums)
    hidden = hidden_cells(report, 5)
    assert len(hidden) == 4 and team("A", "upheld") in hidden
    assert cell("received") not in hidden and all(each.value for each in hidden)
    assert len({each.measure for each in hidden}) == len({each.value for each in hidden}) == 2


def test_a_year_does_not_give_a_quarter_away() -> None:
    values = {"2018-19 Q1": 12, "2018-19 Q2": 3, "2018-19 Q3": 20, "2018-19 Q4": 15, "2018-19": 50}
    rows = [(period, Count(cell("received", period), value)) for period, value in values.items()]
    hidden = hidden_cells(report_of(table(rows, "Period", "Received")), 5)
    assert hidden == {cell("received", "2018-19 Q2"), cell("received", "2018-19 Q1")}


def test_quarters_to_come_are_known_to_be_empty() -> None:
    values = {"2019-20 Q1": 12, "2019-20": 12}
    rows = [(period, Count(cell("upheld", period), value)) for period, value in values.items()]
    small = {"2019-20 Q1": 3, "2019-20": 3}
    rows += [(period, Count(cell("late", period), value)) for period, value in small.items()]
    hidden = hidden_cells(report_of(table(rows, "Period", "Number")), 5)
    assert hidden == {cell("late", period) for period in small}


def test_the_limit_without_and_with_extension_are_parts_of_those_in_time() -> None:
    rows = [["Stage 1", count(11, "in_sla"), count(9, "in_sla_basic"), count(2, "in_sla_extended")]]
    hidden = hidden_cells(report_of(table(rows, "Stage", "In SLA", "Basic", "Extended")), 5)
    assert hidden == {cell("in_sla_extended"), cell("in_sla_basic")}


def test_a_part_cannot_exceed_its_whole() -> None:
    """All six that a team received were in time but a hidden few: the others bound them."""
    sla = {"A": 6, "B": 6, "C": 5}
    received = {"A": 6, "B": 6, "C": 10}
    report = report_of(teams(received), teams(sla, "in_sla"))
    hidden = hidden_cells(report, 5)
    values = {team(name, "in_sla"): value for name, value in sla.items()}
    assert team("C", "in_sla") in hidden and len(hidden & set(values)) > 1


def test_a_share_gives_its_number_away_and_goes_with_it() -> None:
    share = Share(count(3, "upheld"), count(40, "received"))
    sentence = Sentence((share, " were upheld."), "How many were upheld is not shown.")
    change = RelativeChange(count(3, "upheld"), Count(cell("upheld", "2017-18 Q2"), 30))
    report = report_of(
        table([["Stage 1", share, change]], "Stage", "Upheld", "Change"), sentences=[sentence]
    )
    hidden = hidden_cells(report, 5)
    section = published(report, hidden).sections[0]
    assert hidden == {cell("upheld")}
    assert section.tables[0].rows == (("Stage 1", "c", "c"),)
    assert section.paragraphs == ("How many were upheld is not shown.",)


def test_zero_of_a_hidden_number_stays_zero() -> None:
    share = Share(count(0, "in_sla"), count(3, "received"))
    report = report_of(table([["Stage 1", count(3, "received"), share]], "Stage", "No", "In SLA"))
    section = published(report, hidden_cells(report, 5)).sections[0]
    assert section.tables[0].rows == (("Stage 1", "c", "0"),)


def test_words_about_a_count_count_as_shown() -> None:
    words = Sentence(("It was the same as last year.",), None, (count(3, "upheld"),))
    report = report_of(teams({"A": 6, "B": 9}), sentences=[words])
    assert published(report, hidden_cells(report, 5)).sections[0].paragraphs == ()


def test_a_cell_shown_nowhere_bounds_a_hidden_one_only_as_far_as_it_is_known() -> None:
    whole, small, unseen = cell("received"), cell("late"), cell("in_sla")
    rows = [["Stage 1", Count(whole, 40), Count(small, 3)]]
    report = report_of(
        table(rows, "Stage", "No", "Late"),
        sums=[Sum(whole, (small, unseen))],
        values={unseen: 37},
    )
    assert hidden_cells(report, 5) == {small}


def test_the_same_number_under_two_names_is_hidden_under_both() -> None:
    withdrawn = count(7, "withdrawn")
    rows = [["Withdrawn", count(7, "received", "outcome", "withdrawn")]]
    rows += [["Upheld", count(3, "received", "outcome", "upheld")]]
    rows += [["Total", count(10, "received")]]
    report = report_of(
        table(rows, "Outcome", "No", total=True), table([["All", withdrawn]], "Stage", "Withdrawn")
    )
    assert {cell("received", PERIOD, "outcome", "withdrawn"), withdrawn.cell} <= hidden_cells(
        report, 5
    )


def test_sections_for_internal_use_hide_and_give_away_nothing() -> None:
    inner = Section("i", "Cases", tables=(teams({"A": 2}),), is_internal_only=True)
    report = report_of(teams({"B": 9, "C": 8}, total=False), sections=[inner])
    assert hidden_cells(report, 5) == set()


def test_a_report_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="two values"):
        hidden_cells(report_of(teams({"A": 2}), teams({"A": 3})), 5)
    with pytest.raises(ValueError, match="does not add up"):
        wrong = Sum(cell("received"), (team("A"),))
        hidden_cells(report_of(teams({"A": 2, "B": 4}), sums=[wrong]), 5)
    # Of the year's other quarters nothing is known.
    year, quarter = Count(cell("late", "2018-19"), 3), Count(cell("late", "2018-19 Q1"), 5)
    with pytest.raises(RunFailedError, match="cannot be true of them all"):
        hidden_cells(report_of(table([["Late", year, quarter]], "Stage", "Year", "Q1")), 5)


def test_rows_in_the_order_of_size_disclose_nothing_about_hidden_ones() -> None:
    values = {"Zebra": 20, "Yak": 9, "Bear": 3, "Ant": 2, "Not recorded": 4}
    rows = [
        [name, count(value, "received", "service_team", name)] for name, value in values.items()
    ]
    hidden = {team(name) for name in ("Yak", "Bear", "Ant", "Not recorded")}
    order = [rows[place][0] for place in row_order(rows, hidden)]
    assert order == ["Zebra", "Ant", "Bear", "Yak", "Not recorded"]
    assert row_order(rows, set()) == [0, 1, 2, 3, 4]


def test_the_internal_profile_shows_all() -> None:
    report = report_of(teams({"A": 2, "B": 9}))
    rows = print_report(report, "internal").sections[0].tables[0].rows
    assert rows == (("A", "2"), ("B", "9"), ("Total", "11"))


def exposed(report: Report, hidden: set[Cell]) -> dict[Meaning, str]:
    """What an attacker finds out who reads the JSON rendering."""
    attack = Attack(period=report.period)
    attack.read(read_json(render_json(published(report, hidden))))
    return attack.exposed()


@pytest.mark.soak
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_hidden_count_of_a_random_report_keeps_two_values(data: st.DataObject) -> None:
    chance = random.Random(data.draw(st.integers(0, 10**6)))
    teams_ = data.draw(st.sampled_from([2, 4, 7]))
    size = data.draw(st.sampled_from([3, 12, 40, 120]))
    names = data.draw(st.sampled_from([QUARTERS, QUARTERS[:2]]))
    cases = [
        Case(
            chance.choice(names),
            f"Team {min(chance.randrange(teams_), chance.randrange(teams_))}",
            chance.choice([*STATUSES, *["in_sla", "late"] * 4]),
            chance.choice([*OUTCOMES, *["not_upheld"] * 4]),
            chance.choice(["Delays", "Communication", "Policy"]),
            chance.random() < 0.2,
        )
        for _ in range(size)
    ]
    report = report_of_cases(cases, names)
    hidden = hidden_cells(report, 5)
    small = {
        count.cell
        for section in report.walk()
        for count in section.counts
        if count.value and count.value <= 5
    }
    assert small <= hidden
    assert exposed(report, hidden) == {}


def test_without_secondary_suppression_the_attack_succeeds() -> None:
    report = report_of(teams({"A": 2, "B": 17, "C": 9}))
    assert exposed(report, {team("A")}) != {}
