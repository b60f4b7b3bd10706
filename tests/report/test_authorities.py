"""The national view: its figures, and that nothing small can be worked out of what is published."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks.made_up_authorities import QUARTER, Published, StageCounts, joint_store_of, made_up
from command_helpers import Run
from complaints.report.authorities import build_authorities, write_authorities
from complaints.report.disclosure import hidden_cells
from complaints.report.printing import PrintedTable, print_report
from complaints.warehouse.errors import ExitCode, RunFailedError, UsageError
from complaints.warehouse.settings import Settings

AUTHORITIES = [
    Published("east", "Eastshire", children=(30_000, 20_000)),
    Published("west", "Westshire", children=(8_000,)),
    Published("north", ""),
    Published("late", "Lateshire", as_of_day=date(2018, 9, 30)),
]
COUNTS = [
    StageCounts("east", "statutory", "stage_1", 40, 11, 20),
    StageCounts("west", "statutory", "stage_1", 16, 16, 0),
    StageCounts("north", "statutory", "stage_1", 0, 0, 0),
    StageCounts("late", "statutory", "stage_1", 99, 9, 9),
    StageCounts("east", "corporate", "stage_3", 3, 0, 1, has_time_limit=False),
]


def printed_tables(settings: Settings, profile: str) -> dict[str, PrintedTable]:
    report = build_authorities(settings, QUARTER)
    hidden = hidden_cells(report, 5) if profile == "publication" else frozenset()
    printed = print_report(report, profile, hidden)
    return {table.title: table for section in printed.sections for table in section.tables}


def test_authorities_are_beside_each_other_with_their_rates(tmp_path: Path) -> None:
    tables = printed_tables(joint_store_of(tmp_path, AUTHORITIES, COUNTS), "committee")
    statutory = tables["Statutory stage 1"]
    assert statutory.columns == (
        *("Authority", "Received", "In time", "Upheld"),
        *("Received per 10,000", "Upheld per 10,000"),
    )
    assert statutory.rows == (
        ("Eastshire", "40", "11 of 40 (28%)", "20 of 40 (50%)", "8.0", "4.0"),
        ("north", "0", "–", "–", "–", "–"),
        ("Westshire", "16", "16 of 16 (100%)", "0 of 16 (0%)", "20.0", "0.0"),
        ("Total", "56", "27 of 56 (48%)", "20 of 56 (36%)", "–", "–"),
    )
    corporate = tables["Corporate stage 3"]
    assert corporate.rows[0] == ("Eastshire", "3", "–", "1 of 3 (33%)", "0.6", "0.2")


def test_an_authority_without_figures_of_the_whole_period_is_named(tmp_path: Path) -> None:
    report = build_authorities(joint_store_of(tmp_path, AUTHORITIES, COUNTS), QUARTER)
    about = " ".join(print_report(report, "committee").sections[0].paragraphs)
    assert "of 3 authorities" in about
    assert "Not included, for want of figures: Lateshire (as at 30 September 2018)." in about


def test_what_cannot_be_compared_is_one_sentence(tmp_path: Path) -> None:
    settings = joint_store_of(tmp_path, AUTHORITIES, COUNTS)
    with pytest.raises(RunFailedError, match="No authority in the joint store has figures of"):
        build_authorities(settings, "2019-20 Q1")
    with pytest.raises(UsageError, match='"some" is not a profile'):
        write_authorities(settings, QUARTER, "some")


def test_the_command_writes_it_as_the_report_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = joint_store_of(tmp_path, AUTHORITIES, COUNTS)
    monkeypatch.setenv("COMPLAINTS_STORE", settings.store.get_secret_value())
    words = ("--profile", "publication", "--format", "html,docx,json", "--home", settings.home)
    said = run("authorities", "Q2 2018/19", *words)
    assert said.exit_code == ExitCode.DONE
    written = [Path(line) for line in said.out.splitlines()]
    assert [path.name for path in written] == [
        f"complaints-authorities-2018-19-q2-publication.{each}" for each in ("html", "docx", "json")
    ]
    text = written[0].read_text(encoding="utf-8")
    assert "Complaints about children&#39;s services by authority, 2018-19 Q2" in text
    assert "11 of 40 (28%)" in text
    assert "1 of 3" not in text


@pytest.mark.parametrize(
    ("number", "seed"),
    [(2, 1), (6, 2), *(pytest.param(*each, marks=pytest.mark.soak) for each in [(6, 3), (150, 4)])],
)
def test_no_hidden_number_can_be_worked_out(tmp_path: Path, number: int, seed: int) -> None:
    settings = joint_store_of(tmp_path, *made_up(number, seed))
    exact, shown = (printed_tables(settings, each) for each in ("committee", "publication"))
    assert {row[0] for table in shown.values() for row in table.rows} == {
        row[0] for table in exact.values() for row in table.rows
    }, "an authority is named, whatever of it is hidden"
    hidden = 0
    for title, table in shown.items():
        knowledge = Knowledge(exact[title], table)
        for place, value in knowledge.unknown.items():
            hidden += 1
            assert knowledge.bounds(place)[0] < knowledge.bounds(place)[1], (title, place, value)
        small = {place for place, value in knowledge.values.items() if 1 <= value <= 5}
        assert small <= set(knowledge.unknown)
    assert hidden


class Knowledge:
    """What a reader of a table knows: the numbers shown, sums, and that no part exceeds its whole.

    Attributes:
        values: the number of each row (the last is the total) and column, as it is.
        unknown: those that the table hides.
    """

    def __init__(self, exact: PrintedTable, shown: PrintedTable) -> None:
        rows = [row[0] for row in exact.rows]
        order = [rows.index(row[0]) for row in shown.rows]
        known = dict(zip(order, shown.rows, strict=True))
        self.height = len(rows)
        self.values, self.unknown = {}, {}
        for r, row in enumerate(exact.rows):
            for c, cell in enumerate(row[1:4]):
                self.values[r, c] = number(cell)
                if cell != "–" and not known[r][c + 1][:1].isdigit():
                    self.unknown[r, c] = self.values[r, c]

    def bounds(self, place: tuple[int, int]) -> tuple[float, float]:
        """Return the least and the greatest value that a hidden number can have."""
        size = self.height * 3
        lower, upper = np.zeros(size), np.full(size, 100_000.0)
        for (r, c), value in self.values.items():
            if (r, c) in self.unknown:
                lower[r * 3 + c] = 1  # zero is never hidden
            else:
                lower[r * 3 + c] = upper[r * 3 + c] = value
        sums = np.zeros((3, size))
        parts = np.zeros((self.height * 2, size))
        for r in range(self.height):
            for c in range(3):
                sums[c, r * 3 + c] = -1 if r == self.height - 1 else 1
            for c in (1, 2):
                parts[r * 2 + c - 1, r * 3], parts[r * 2 + c - 1, r * 3 + c] = 1, -1
        rules = [LinearConstraint(sums, 0, 0), LinearConstraint(parts, 0, np.inf)]
        found = []
        for sign in (1, -1):
            asked = np.zeros(size)
            asked[place[0] * 3 + place[1]] = sign
            result = milp(
                asked, constraints=rules, bounds=Bounds(lower, upper), integrality=np.ones(size)
            )
            assert result.success
            found.append(sign * round(result.fun))
        return found[0], found[1]


def number(cell: str) -> int:
    """Return the number of a cell: `11` of `11 of 40 (28%)`."""
    return 0 if cell == "–" else int(cell.split()[0])
