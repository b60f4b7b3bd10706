"""What a reader of the report knows about its counts before looking at a single one.

Totals are the sums of their rows, a year is the sum of its quarters, what was answered in time was
received. Each such relation between cells is a way to work out a count that is not shown, so
report/disclosure.py has to know them all. The report states sums of its own, over cells that it
need not show; the rest follow from the names of the measures and from tables with a total row. A
relation that does not hold for the figures is none: it is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from complaints.report.content import (
    ALL,
    LEVELS,
    Cell,
    Count,
    Figure,
    Report,
    Section,
    Share,
    Sum,
    Table,
    is_of_team,
)
from complaints.report.figures import Figures, Stage
from complaints.report.periods import Period, read_period
from complaints.report.sections.beside import CONTACT, INFORMAL, made_count
from complaints.report.sections.further import pairs, received_by_subject
from complaints.report.sections.open_stages import KINDS, open_count
from complaints.report.tables import OF_TEAMS
from complaints.report.visible_cells import public_sections

Values = Mapping[Cell, int | None]
Counted = tuple[Count, list[Count]]  # a whole and its parts

# A whole, and parts that exclude each other and add up to it, for every period and stage.
SUMS_OF_A_STAGE = (
    ("received", ("in_sla", "late", "open_in_time", "open_overdue", "not_applicable")),
    ("received", ("eligible", "withdrawn")),
    (
        "received",
        (
            "in_sla_from_request",
            "late_from_request",
            "open_in_time_from_request",
            "open_overdue_from_request",
            "not_applicable",
        ),
    ),
    ("in_sla", ("in_sla_basic", "in_sla_extended")),
    ("due", ("in_sla", "late", "open_overdue")),
)
SUMS_OF_MEASURES = (
    *SUMS_OF_A_STAGE,
    ("received", ("panel_in_time", "panel_late", "panel_open_in_time", "panel_open_overdue")),
    ("decided", ("in_sla", "late")),
    ("eligible", ("decided", "open_in_time", "open_overdue", "closed_date_unknown")),
    ("open", ("open_in_time", "open_overdue", "open_without_limit")),
    ("recommendations_due", ("recommendations_done", "recommendations_overdue")),
    (
        "recommendations",
        ("recommendations_due", "recommendations_open", "recommendations_dropped"),
    ),
)

# part <= whole
PARTS_OF_MEASURES = (
    ("eligible", "decided"),
    ("decided", "upheld"),
    ("decided", "without_outcome"),
    ("decided", "outcome_unknown"),
    ("not_applicable", "withdrawn"),
    ("not_applicable", "closed_date_unknown"),
    ("in_sla", "in_sla_from_request"),
    ("late_from_request", "late"),
    ("open_in_time", "open_in_time_from_request"),
    ("open_overdue_from_request", "open_overdue"),
    ("extension_agreed", "in_sla_extended"),
    ("received", "with_advocate"),
    ("received", "extension_agreed"),
    ("received", "suspected"),
    ("received", "upheld"),
    ("received", "in_sla"),
    ("received", "decided"),
    ("contacts", "contacts_due"),
    ("contacts_due", "contacts_in_time"),
    ("remedies", "remedies_paid"),
    ("remedies", "remedies_with_amount"),
    ("remedies_paid", "remedies_with_amount_paid"),
    ("remedies_with_amount", "remedies_with_amount_paid"),
    ("closed", "closed_answered"),
    ("closed_answered", "closed_in_sla"),
    ("closed_answered", "closed_upheld"),
    ("closed", "closed_in_sla"),
    ("closed", "closed_upheld"),
    ("received", "went_on_to_stage_2"),
    ("received", "went_on_to_stage_3"),
    ("received", "went_on_to_ombudsman"),
)

# the same number under two names: one row of a breakdown by outcome, and a measure of a stage
MEASURES_OF_OUTCOMES = {"withdrawn": "withdrawn", "unknown": "outcome_unknown"}
# What has no outcome; where a stage has no time limit, or was closed without a date, more has none.
WITHOUT_AN_OUTCOME = ("open_in_time", "open_overdue", "without_outcome")

OVERLAPPING = {"reason"}  # a complaint can have several, so that no sum is made of them
COUNTS_OF_ALL = {"received", "complaints"}
AS_OF_DAY = "on "  # a period that is a day: `on 2018-11-27`
YEARLY = ("received", "eligible", "withdrawn", "in_sla", "upheld")


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


def cell_relations(report: Report, shown: Values, figures: Iterable[Figure]) -> list[Relation]:
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
        *(at_most(f.whole.cell, [f.part.cell]) for f in figures if isinstance(f, Share)),
        *_of_tables(report),
        *_of_years(cells, report.as_of),
        *_of_breakdowns(cells, values),
        *_of_measures(cells),
        *_of_open_stages(cells),
    ]
    truth = values | {
        cell: report.value_of(cell)
        for relation in derived
        for cell, _ in relation.terms
        if values.get(cell) is None
    }
    known = [each for each in derived if len(each.terms) > 1 and each.holds(truth)]
    unique = {Relation(tuple(sorted(r.terms)), r.is_equation) for r in [*stated, *known]}
    return sorted(
        each for each in unique if each.is_equation or Relation(each.terms, True) not in unique
    )


def stated_sums(
    figures: Figures, sections: tuple[Section, ...]
) -> tuple[tuple[Sum, ...], dict[Cell, int]]:
    """Return the sums that tie the cells of a report together, and the values of those cells."""
    shown = {count.cell for top in sections for each in top.walk() for count in each.counts}
    sums: list[Sum] = []
    values: dict[Cell, int] = {}
    for whole, parts in _all_sums(figures, shown):
        known = (whole, *parts)
        if all(count.value is not None for count in known):
            sums.append(Sum(whole.cell, tuple(part.cell for part in parts)))
            values.update({count.cell: count.value or 0 for count in known})
    return tuple(sums), values


def _all_sums(figures: Figures, shown: set[Cell]) -> Iterator[Counted]:
    groups = {cell[1:4] for cell in shown}
    breakdowns = {cell[1:5] for cell in shown if cell.breakdown}
    upheld = [each.name for each in figures.outcomes if each.is_upheld]
    for period in map(read_period, figures.periods):
        for stage in figures.stages:
            group = (period.name, *stage[:2])
            if group in groups:
                for whole, parts in SUMS_OF_A_STAGE:
                    yield (
                        figures.count(whole, stage, period),
                        [figures.count(part, stage, period) for part in parts],
                    )
                yield from _of_values(figures, stage, period, "outcome", "received")
                if figures.values_of("outcome", stage, period=period):
                    yield (
                        figures.count("upheld", stage, period),
                        [
                            figures.count("received", stage, period, "outcome", each)
                            for each in upheld
                        ],
                    )
            for *of, breakdown in sorted(breakdowns):
                if tuple(of) == group and breakdown not in {*OVERLAPPING, "outcome"}:
                    for measure in OF_TEAMS if is_of_team(breakdown) else ("complaints",):
                        yield from _of_values(figures, stage, period, breakdown, measure)
            for measure in () if period.is_quarter else YEARLY:
                quarters = [figures.count(measure, stage, each) for each in period.quarters]
                yield figures.count(measure, stage, period), quarters
    yield from _of_structures(figures, breakdowns)
    yield from _of_inputs(figures, shown)
    yield from _of_subjects(figures)
    yield from _open_sums(figures)


def _of_values(
    figures: Figures, stage: Stage, period: Period, breakdown: str, measure: str
) -> Iterator[Counted]:
    """The values of a breakdown add up to its stage."""
    values = figures.values_of(breakdown, stage, period=period)
    if values:
        whole = "received" if measure == "complaints" else measure
        parts = [figures.count(measure, stage, period, breakdown, each) for each in values]
        yield figures.count(whole, stage, period), parts


def _of_structures(figures: Figures, breakdowns: set[tuple[str, ...]]) -> Iterator[Counted]:
    """A directorate or team of another structure is the sum of the teams that were recorded."""
    for period, procedure, name, breakdown in sorted(breakdowns):
        level, _, day = breakdown.partition(" from ")
        stage = figures.stage(procedure, name)
        if level not in LEVELS or stage is None:
            continue
        when = read_period(period)
        recorded = figures.values_of("service_team", stage, period=when)
        then = [each for each in figures.structures if f"{each.structure_from}" == day]
        for measure in OF_TEAMS:
            yield from _of_values(figures, stage, when, "service_team", measure)
            for value in figures.values_of(breakdown, stage, period=when):
                teams = {each.service_team for each in then if getattr(each, level) == value}
                yield (
                    figures.count(measure, stage, when, breakdown, value),
                    [
                        figures.count(measure, stage, when, "service_team", team)
                        for team in recorded
                        if team in teams
                    ],
                )


def _of_inputs(figures: Figures, shown: set[Cell]) -> Iterator[Counted]:
    """What is counted beside complaints adds up over what it is broken down by."""
    groups = {cell._replace(value="") for cell in shown if cell.breakdown}
    parts: dict[Cell, list[Count]] = defaultdict(list)
    for cell, value in figures.cells.items():
        if cell.procedure not in figures.procedures and cell._replace(value="") in groups:
            parts[cell._replace(value="")].append(Count(cell, value))
    for group, counts in parts.items():
        yield Count(group.total, sum(count.value or 0 for count in counts)), counts
    first = figures.first
    made = made_count(figures)
    if made.cell in shown:
        informal = figures.beside("contacts", group=(CONTACT, INFORMAL))
        yield made, [figures.count("received", first), informal]


def _of_subjects(figures: Figures) -> Iterator[Counted]:
    """How the numbers by subject are made, with a cell of its own for those that stay."""
    for period in figures.known(figures.period.last_year, figures.period):
        for statutory, corporate in pairs(figures):
            received = figures.count("received", statutory, period)
            leaving = figures.count("suspected", statutory, period)
            joining = figures.count("suspected", corporate, period)
            rest = (received.value or 0) - (leaving.value or 0)
            stay = Count(received.cell.of("stays_statutory"), rest)
            yield received, [stay, leaving]
            yield received_by_subject(figures, statutory, corporate, period), [stay, joining]


def _open_sums(figures: Figures) -> Iterator[Counted]:
    """What open stages add up to: over their kinds, over stages, and with those shown apart.

    What was received in the period and is open is a part of all that is open; the rest has a cell
    of its own.
    """
    everything, *kinds = KINDS
    for key in ((ALL, ALL), *(stage[:2] for stage in figures.stages)):
        yield (
            open_count(figures, everything, *key),
            [open_count(figures, kind, *key) for kind in kinds],
        )
    for kind in KINDS:
        stages = [open_count(figures, kind, *stage[:2]) for stage in figures.stages]
        yield open_count(figures, kind), stages
        for procedure in {stage.procedure: None for stage in figures.stages}:
            of_it = [each for each in stages if each.cell.procedure == procedure]
            yield open_count(figures, kind, procedure), of_it
    for kind in ("open_in_time", "open_overdue"):
        for stage in figures.stages:
            everywhere = open_count(figures, kind, *stage[:2])
            here = figures.count(kind, stage)
            rest = (everywhere.value or 0) - (here.value or 0)
            yield everywhere, [here, Count(everywhere.cell.of(f"{kind}_elsewhere"), rest)]


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
    """A longer period is the sum of its quarters; those still to come are empty."""
    names = {cell.period for cell in cells if not cell.period.startswith(AS_OF_DAY)}
    longer = {name: period for name in names if not (period := read_period(name)).is_quarter}
    for cell in cells:
        if cell.period in longer:
            quarters = longer[cell.period].quarters
            past = [each.name for each in quarters if each.first_day.isoformat() <= as_of]
            yield equation(cell, [cell._replace(period=each) for each in past])


def _of_breakdowns(cells: list[Cell], values: Values) -> Iterator[Relation]:
    """The rows of a breakdown are parts of its stage; rows that exclude each other add up to it."""
    rows: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.breakdown:
            rows[cell._replace(value="")].append(cell)
    for group, parts in rows.items():
        names = COUNTS_OF_ALL if group.measure in COUNTS_OF_ALL else {group.measure}
        for whole in sorted(group.total.of(name) for name in names):
            if whole not in values:
                continue
            yield from (at_most(whole, [part]) for part in parts)
            if group.breakdown not in OVERLAPPING:
                yield equation(whole, parts)
                yield at_most(whole, parts)
    for cell in cells:
        if cell.breakdown and cell.measure in COUNTS_OF_ALL:
            yield from _of_rows_in_time(cell, values)
        if cell.breakdown == "outcome" and cell.measure == "received":
            if cell.value in MEASURES_OF_OUTCOMES:
                yield equation(cell.total.of(MEASURES_OF_OUTCOMES[cell.value]), [cell])
            elif cell.value == "none":
                parts = [cell.total.of(each) for each in WITHOUT_AN_OUTCOME]
                yield equation(cell, parts)
                yield at_most(cell, parts)


def _of_rows_in_time(cell: Cell, values: Values) -> Iterator[Relation]:
    """Of a row, no more were not in time (not upheld) than of the whole stage."""
    for measure in ("in_sla", "upheld", "eligible"):
        part, total = cell.of(measure), cell.total.of(measure)
        if part in values:
            yield at_most(cell, [part])
        for name in sorted(COUNTS_OF_ALL):
            whole = cell.total.of(name)
            if part in values and total in values and whole in values:
                yield Relation(((whole, 1), (total, -1), (cell, -1), (part, 1)), False)


def _of_measures(cells: list[Cell]) -> Iterator[Relation]:
    """Apply the sums and parts of measures to every group of the report."""
    groups: dict[Cell, set[str]] = defaultdict(set)
    for cell in cells:
        groups[cell.of("")].add(cell.measure)
    for group, measures in sorted(groups.items()):
        for whole, parts in SUMS_OF_MEASURES:
            present = [group.of(part) for part in parts if part in measures]
            if whole not in measures or not present:
                continue
            if len(present) == len(parts):
                yield equation(group.of(whole), present)
            yield at_most(group.of(whole), present)
        for whole, part in PARTS_OF_MEASURES:
            if {whole, part} <= measures:
                yield at_most(group.of(whole), [group.of(part)])


def _of_open_stages(cells: list[Cell]) -> Iterator[Relation]:
    """What is open on a day adds up over the stages, and contains what a period left open."""
    for cell in cells:
        if not cell.period.startswith(AS_OF_DAY):
            continue
        measure, _, procedure, stage, *_ = cell
        same = [each for each in cells if each[:2] == cell[:2]]
        if stage == ALL:
            yield equation(cell, [c for c in same if c.procedure == procedure and c.stage != ALL])
            if procedure == ALL:
                yield equation(cell, [c for c in same if ALL not in (c.procedure, c.stage)])
                yield equation(cell, [c for c in same if c.procedure != ALL == c.stage])
        quarters = (c for c in cells if c[0] == measure and c[2:4] == cell[2:4] and " Q" in c[1])
        yield at_most(cell, quarters)
