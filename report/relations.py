"""What a reader of the report knows about its counts before looking at a single one.

Totals are the sums of their rows, a year is the sum of its quarters, what was answered in time was
received. Each such relation between cells is a way to work out a count that is not shown, so
report/disclosure.py has to know them all. The report states sums of its own; the rest follow from
the names of the measures and from tables with a total row. A relation that does not hold for the
figures is none: it is left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from complaints.report.content import Cell, Count, Figure, Report, Share, Table
from complaints.report.measures import OUTCOME_MEASURES, SUMS_OF_A_STAGE
from complaints.report.shown import public_sections

Values = Mapping[Cell, int | None]

FINANCIAL_YEAR = re.compile(r"\d{4}-\d\d")

# whole = the sum of the parts, for every period, procedure and stage
SUMS_OF_MEASURES = (
    *SUMS_OF_A_STAGE,
    ("received", ("panel_in_time", "panel_late", "panel_open_in_time", "panel_open_overdue")),
    ("decided", ("in_sla", "late")),
    ("eligible", ("decided", "open_in_time", "open_overdue")),
    ("open", ("open_in_time", "open_overdue", "open_without_limit")),
)

# part <= whole
PARTS_OF_MEASURES = (
    ("eligible", "decided"),
    ("decided", "upheld"),
    ("decided", "without_outcome"),
    ("decided", "outcome_unknown"),
    ("not_applicable", "withdrawn"),
    ("in_sla", "in_sla_from_request"),
    ("late_from_request", "late"),
    ("open_in_time", "open_in_time_from_request"),
    ("open_overdue_from_request", "open_overdue"),
    ("extension_agreed", "in_sla_extended"),
    *(
        ("received", part)
        for part in (
            "with_advocate",
            "extension_agreed",
            "suspected",
            "upheld",
            "in_sla",
            "decided",
        )
    ),
)

# the same number under two names: a measure of a stage, and one row of a breakdown by outcome
MEASURES_OF_OUTCOMES = OUTCOME_MEASURES | {"withdrawn": "withdrawn", "unknown": "outcome_unknown"}

# of a breakdown whose values may overlap (one complaint, several reasons) no sum is made
OVERLAPPING = {"reason", "reasons"}
COUNTS_OF_ALL = {"received", "complaints"}

ALL = "all"  # in place of a procedure or a stage
AS_OF_DAY = "on "  # a period that is a day: `on 2018-11-27`


class Relation(NamedTuple):
    """The sum of coefficient times count is zero, or (not an equation) at least zero."""

    terms: tuple[tuple[Cell, int], ...]
    is_equation: bool

    def holds(self, values: Values) -> bool:
        """Say whether the figures keep it; a figure that nobody gave keeps everything."""
        known = [(values.get(cell), factor) for cell, factor in self.terms]
        if any(value is None for value, _ in known):
            return True
        total = sum(value * factor for value, factor in known if value is not None)
        return total == 0 if self.is_equation else total >= 0


def equation(whole: Cell, parts: Iterable[Cell]) -> Relation:
    """Return whole = the sum of the parts."""
    return Relation(((whole, 1), *((part, -1) for part in parts)), True)


def at_most(whole: Cell, parts: Iterable[Cell]) -> Relation:
    """Return the sum of the parts <= whole."""
    return Relation(((whole, 1), *((part, -1) for part in parts)), False)


def relations_of(report: Report, shown: Values, figures: Iterable[Figure]) -> list[Relation]:
    """Return every relation between the cells of a report, in an order that is always the same.

    Args:
        report: what it says, with its own sums.
        shown: the value of each cell that is shown.
        figures: the figures that are shown.

    Raises:
        ValueError: a sum of the report does not add up.
    """
    values: dict[Cell, int | None] = {**report.values, **shown}
    named = {cell for sum_ in report.sums for cell in (sum_.whole, *sum_.parts)}
    cells = sorted({*values, *named})
    stated = [equation(sum_.whole, sum_.parts) for sum_ in report.sums]
    for relation in stated:
        if not relation.holds(values):
            raise ValueError(f"The report's sum for {relation.terms[0][0]} does not add up.")
    derived = [
        *_of_figures(figures),
        *_of_tables(report),
        *_of_years(cells, report.as_of),
        *_of_breakdowns(cells, values),
        *_of_measures(cells),
        *_of_escalation(cells),
        *_of_open_stages(cells),
    ]
    known = [each for each in derived if len(each.terms) > 1 and each.holds(values)]
    unique = {Relation(tuple(sorted(r.terms)), r.is_equation) for r in [*stated, *known]}
    return sorted(
        each for each in unique if each.is_equation or Relation(each.terms, True) not in unique
    )


def _of_figures(figures: Iterable[Figure]) -> Iterator[Relation]:
    """A share's part is at most its whole."""
    for figure in figures:
        if isinstance(figure, Share):
            yield at_most(figure.whole.cell, [figure.part.cell])


def _of_tables(report: Report) -> Iterator[Relation]:
    """A total row is the sum of the rows above it."""
    for section in public_sections(report):
        for table in section.tables:
            if table.has_total_row:
                yield from _of_columns(table)


def _of_columns(table: Table) -> Iterator[Relation]:
    for column in zip(*table.rows, strict=True):
        counted = [each.counts for each in column if isinstance(each, Count | Share)]
        is_total_a_figure = isinstance(column[-1], Count | Share)
        if not is_total_a_figure or len({len(counts) for counts in counted}) != 1:
            continue
        for *rows, total in zip(*counted, strict=True):
            yield equation(total.cell, [row.cell for row in rows if row.value is not None])


def _of_years(cells: list[Cell], as_of: str) -> Iterator[Relation]:
    """A financial year is the sum of its quarters; those still to come are empty."""
    for cell in cells:
        if len(cell) < 2 or not FINANCIAL_YEAR.fullmatch(cell[1]):
            continue
        starts = [f"{cell[1][:4]}-{month}-01" for month in ("04", "07", "10")]
        starts.append(f"{int(cell[1][:4]) + 1}-01-01")
        quarters = [f"{cell[1]} Q{n}" for n, start in enumerate(starts, 1) if start <= as_of]
        yield equation(cell, [(cell[0], quarter, *cell[2:]) for quarter in quarters])


def _of_breakdowns(cells: list[Cell], values: Values) -> Iterator[Relation]:
    """The rows of a breakdown are parts of its stage; rows that exclude each other add up to it."""
    rows: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells:
        if len(cell) == 6:
            rows[cell[:5]].append(cell)
    for (measure, *group, breakdown), parts in rows.items():
        for name in sorted({measure} | (COUNTS_OF_ALL if measure in COUNTS_OF_ALL else set())):
            whole = (name, *group)
            if whole not in values:
                continue
            yield from (at_most(whole, [part]) for part in parts)
            if breakdown not in OVERLAPPING:
                yield equation(whole, parts)
                yield at_most(whole, parts)
    for cell in cells:
        if len(cell) == 6 and cell[0] in COUNTS_OF_ALL:
            yield from _of_rows_in_time(cell, values)
    for (measure, *group, breakdown), parts in rows.items():
        if (measure, breakdown) == ("received", "outcome"):
            yield from _of_outcomes(tuple(group), parts)


def _of_outcomes(group: Cell, rows: list[Cell]) -> Iterator[Relation]:
    """Some outcomes are measures of the stage as well; without one are the open ones."""
    by_outcome = {cell[5]: cell for cell in rows}
    for outcome, measure in MEASURES_OF_OUTCOMES.items():
        if outcome in by_outcome:
            yield equation((measure, *group), [by_outcome[outcome]])
    upheld = [by_outcome[each] for each in ("upheld", "partially_upheld") if each in by_outcome]
    yield equation(("upheld", *group), upheld)
    if "none" in by_outcome:
        open_ = [(each, *group) for each in ("open_in_time", "open_overdue", "without_outcome")]
        yield equation(by_outcome["none"], open_)


def _of_rows_in_time(cell: Cell, values: Values) -> Iterator[Relation]:
    """Of a row, no more were not in time (not upheld) than of the whole stage."""
    for measure in ("in_sla", "upheld", "eligible"):
        part, total = (measure, *cell[1:]), (measure, *cell[1:4])
        if part in values:
            yield at_most(cell, [part])
        for name in COUNTS_OF_ALL:
            whole = (name, *cell[1:4])
            if part in values and total in values and whole in values:
                yield Relation(((whole, 1), (total, -1), (cell, -1), (part, 1)), False)


def _of_measures(cells: list[Cell]) -> Iterator[Relation]:
    """Apply the sums and parts of measures to every group of the report."""
    groups: dict[Cell, set[str]] = defaultdict(set)
    for measure, *group in cells:
        groups[tuple(group)].add(measure)
    for group, measures in sorted(groups.items()):
        for whole, parts in SUMS_OF_MEASURES:
            present = [(part, *group) for part in parts if part in measures]
            if whole not in measures or not present:
                continue
            if len(present) == len(parts):
                yield equation((whole, *group), present)
            yield at_most((whole, *group), present)
        for whole, part in PARTS_OF_MEASURES:
            if {whole, part} <= measures:
                yield at_most((whole, *group), [(part, *group)])


def _of_escalation(cells: list[Cell]) -> Iterator[Relation]:
    """What escalation is measured by stands in the tables of volumes under other names."""
    for cell in cells:
        if len(cell) != 3:
            continue
        measure, *group = cell
        if measure == "stage_1_cohort":
            yield equation(cell, [("received", *group, "stage_1")])
            yield equation(cell, [("stage_1_received", *group)])
        elif measure.endswith("_received"):
            yield equation(cell, [("received", *group, measure.removesuffix("_received"))])
        elif measure.startswith("went_on_to_"):
            yield at_most(("stage_1_cohort", *group), [cell])


def _of_open_stages(cells: list[Cell]) -> Iterator[Relation]:
    """What is open on a day adds up over the stages, and contains what a period left open."""
    for cell in cells:
        if len(cell) != 4 or not cell[1].startswith(AS_OF_DAY):
            continue
        measure, day, procedure, stage = cell
        same = [each for each in cells if len(each) == 4 and each[:2] == (measure, day)]
        if stage == ALL:
            yield equation(cell, [c for c in same if c[2] == procedure and c[3] != ALL])
            yield equation(cell, [c for c in same if ALL not in c[2:] and procedure == ALL])
            yield equation(cell, [c for c in same if c[2] != ALL == c[3] and procedure == ALL])
        quarters = [c for c in cells if c[0] == measure and c[2:] == cell[2:] and " Q" in c[1]]
        yield at_most(cell, quarters)
