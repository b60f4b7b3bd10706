"""What one released report hides cannot be worked out with the help of any other."""

import random
from collections.abc import Sequence, Set
from itertools import product
from pathlib import Path

import pytest
from pytauargus import protect as tau_argus

from complaints.report.content import Cell, Count, Report, Sum, WorkedOut
from complaints.report.disclosure import hidden_cells, protect
from complaints.report.linked_documents import Document, document_of
from complaints.report.printing import print_report
from complaints.report.render_json import render_json
from report_attack import Attack
from report_documents import Document as Read
from report_documents import read_json
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
from soak_size import share_of

YEAR = "2018-19"


def as_published(report: Report, hidden: Set[Cell]) -> Read:
    """Return what a reader has, and the names of rare values as well, which he has not."""
    printed = print_report(report, "publication", hidden, names_rare_values=True)
    return read_json(render_json(printed))


class Council:
    """Releases reports of random complaints one after the other, and lets them be attacked."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.teams = [f"Team {number}" for number in range(self.draw.randint(2, 5))]
        self.cases: list[Case] = []
        self.documents: list[Document] = []
        self.given_away: set[Cell] = set()
        self.attack = Attack(YEAR)

    def receive(self, quarter: str, number: int) -> None:
        for _ in range(number):
            status = self.draw.choices(list(STATUSES), [5, 4, 1, 1, 1])[0]
            self.cases.append(
                Case(
                    quarter,
                    self.draw.choices(self.teams, range(1, len(self.teams) + 1))[0],
                    status,
                    self.draw.choices(list(OUTCOMES), [1, 2, 5, 1])[0]
                    if status in ("in_sla", "late")
                    else "not_upheld",
                    self.draw.choice(["Delays", "Communication", "Policy"]),
                    status == "in_sla" and self.draw.random() < 0.3,
                )
            )

    def release(self, names: Sequence[str], period: str, attack: Attack) -> Document:
        report = report_of_cases(self.cases, names)
        found = protect(report, 5, self.documents)
        self.given_away |= found.given_away
        self.documents.append(document_of(report)._replace(hidden=found.hidden))
        attack.period = period
        attack.read(as_published(report, found.hidden))
        return self.documents[-1]


def exposed_by_quarters_and_year(seed: int) -> dict[object, str]:
    """Release four quarters and the year, then the year again with late rows; attack each set."""
    council = Council(seed)
    for place, quarter in enumerate(QUARTERS):
        council.receive(quarter, council.draw.randint(8, 45))
        council.release(QUARTERS[max(place - 1, 0) : place + 1], quarter, council.attack)
    council.release(QUARTERS, YEAR, council.attack)
    council.receive(council.draw.choice(QUARTERS), council.draw.randint(1, 4))
    second_day = Attack(YEAR)
    council.release(QUARTERS, YEAR, second_day)
    assert council.given_away == set()
    assert len(council.attack.hidden) > 30
    return council.attack.exposed() | second_day.exposed()


# 14: a late row has an outcome that its quarter had not had, so its table has a row more.
@pytest.mark.parametrize(
    "seed", [14, *(pytest.param(n, marks=pytest.mark.soak) for n in range(15, 15 + share_of(20)))]
)
def test_four_quarters_their_year_and_its_second_release_give_nothing_away(seed: int) -> None:
    assert exposed_by_quarters_and_year(seed) == {}


@pytest.mark.soak
def test_the_headline_of_stage_1_is_visible_in_at_least_95_of_100_random_quarters() -> None:
    visible = 0
    for seed in range(100, 125):
        council = Council(seed)
        for place, quarter in enumerate(QUARTERS):
            council.receive(quarter, council.draw.randint(8, 45))
            names = QUARTERS[max(place - 1, 0) : place + 1]
            document = council.release(names, quarter, Attack(YEAR))
            visible += cell("received", quarter) not in document.hidden
    assert visible >= 95


@pytest.mark.parametrize("seed", range(200, 205))
def test_what_is_small_is_what_tau_argus_calls_unsafe(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second opinion, from the library of the statistical offices."""
    monkeypatch.chdir(tmp_path)  # its solver leaves its logs where it is run
    council = Council(seed)
    council.receive(PERIOD, 30)
    rows = [
        {
            "service_team": c.team,
            "in_sla": str(c.status == "in_sla"),
            "outcome": c.outcome,
            "cases": 1.0,
        }
        for c in council.cases
    ]
    counted = [["service_team", "in_sla"], ["outcome"]]
    argus = tau_argus(rows, counted, "cases", "FREQ(6,10)", workdir=str(tmp_path))
    unsafe = {
        (row.get("service_team") or row["outcome"], row.get("in_sla") == "True")
        for table in argus.tables
        for padded in table.rows
        if (row := {name: str(text).strip() for name, text in padded.items()})["status"] == "U"
        and row.get("in_sla") != "False"
    }
    reasons = protect(report_of_cases(council.cases, [PERIOD]), 5).reasons
    small = {
        (cell.value or "Total", cell.measure == "in_sla")
        for cell, reason in reasons.items()
        if reason == "small"
        and cell.breakdown in ("", "service_team", "outcome")
        and cell.measure in ("received", "in_sla")
    }
    assert small == unsafe != set()


def test_each_report_protected_by_itself_would_give_counts_away() -> None:
    council = Council(1)
    for quarter in QUARTERS:
        council.receive(quarter, council.draw.randint(8, 45))
    attack = Attack(YEAR)
    for names, period in (
        (QUARTERS[:2], QUARTERS[1]),
        (QUARTERS[2:], QUARTERS[3]),
        (QUARTERS, YEAR),
    ):
        report = report_of_cases(council.cases, names)
        hidden = hidden_cells(report, 5)
        attack.period = period
        attack.read(as_published(report, hidden))
    assert attack.exposed() != {}


def test_what_an_earlier_release_hides_stays_hidden_and_what_it_shows_is_given_away() -> None:
    first = report_of(teams({"A": 2, "B": 17, "C": 9, "D": 30}))
    before = document_of(first)._replace(hidden=hidden_cells(first, 5))
    again = protect(first, 5, [before])
    assert again.hidden == before.hidden
    assert again.given_away == set()
    all_shown = document_of(first)
    after_all = protect(first, 5, [all_shown])
    assert after_all.hidden == {cell("received", PERIOD, "service_team", "A")}
    assert after_all.given_away == after_all.hidden


def test_a_document_is_read_back_as_it_was_kept() -> None:
    report = report_of(teams({"A": 2, "B": 17, "C": 9}))
    document = document_of(report)._replace(hidden=hidden_cells(report, 5))
    read = Document.of_json(document.as_json())
    assert (read.values, read.shown, read.hidden) == document[:3]
    assert sorted(read.relations) == sorted(document.relations)


def test_the_record_bounds_each_hidden_count() -> None:
    report = report_of(teams({"A": 2, "B": 17, "C": 9, "D": 30}))
    bounds = protect(report, 5).bounds()
    assert bounds == {
        cell("received", PERIOD, "service_team", "A"): (1, 10),
        cell("received", PERIOD, "service_team", "C"): (1, 10),
    }


# Eight cells in two groupings, as in the literature on linked tables: four counties, two sizes.
COUNTIES, SIZES = ("North", "South", "East", "West"), ("small", "large")
EIGHT = dict(zip(product(COUNTIES, SIZES), (3, 20, 12, 25, 14, 30, 40, 45), strict=True))


def test_two_groupings_of_the_same_cells_are_protected_together() -> None:
    """Every total is printed: a small cell takes a rectangle with it, the same in both tables."""

    def part(county: str, size: str) -> Cell:
        return cell("received", PERIOD, "group", f"{county} {size}")

    by_county = [[part(county, size) for size in SIZES] for county in COUNTIES]
    by_size = [[part(county, size) for county in COUNTIES] for size in SIZES]
    values = {part(*key): number for key, number in EIGHT.items()}
    tables, sums = [], []
    for title, groups in (("county", by_county), ("size", by_size)):
        for number, parts in enumerate(groups):
            whole = cell("received", PERIOD, title, str(number))
            total = sum(values[each] for each in parts)
            rows = [[each.value, Count(each, values[each])] for each in parts]
            tables.append(table([*rows, ["All", Count(whole, total)]], "Group", "Complaints"))
            sums.append(Sum(whole, tuple(parts)))
    hidden = hidden_cells(report_of(*tables, sums=sums), 5)
    assert hidden == {part(county, size) for county in ("North", "South") for size in SIZES}


def test_a_value_that_is_only_hidden_is_not_named_and_its_lesson_is_not_told() -> None:
    def theme(name: str, number: int) -> list[object]:
        counted = count(number, "complaints", "reason", name)
        return [name, counted, WorkedOut(f"Learned from {name}.", (counted,))]

    rows = [theme("Delays", 20), theme("Restraint", 1), theme("Bullying", 2)]
    report = report_of(table(rows, "Theme", "Complaints", "What was learned"))
    (printed,) = published(report, hidden_cells(report, 5)).sections[0].tables
    assert printed.rows == (
        ("Delays", "20", "Learned from Delays."),
        ("Other values", "c", "c"),
    )


def test_teams_are_named_though_their_counts_are_hidden() -> None:
    report = report_of(teams({"A": 2, "B": 3, "C": 9}))
    (printed,) = published(report, hidden_cells(report, 5)).sections[0].tables
    assert [name for name, _ in printed.rows] == ["A", "B", "C", "Total"]
