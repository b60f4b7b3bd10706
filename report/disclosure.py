"""Which counts of a report may not be shown to the public.

Every shown count from 1 to the threshold is hidden. Then, while a hidden count can be worked out
from what this document and those released before still show, the cheapest further cells are hidden
that leave it at least two possible values.

What a reader is taken to know: every figure that is printed, with all its digits; every relation of
report/cell_relations.py; that a hidden count is at least 1, for zero is never hidden. What a reader
is not taken to know: whether a count is hidden because it is small or to protect another, and so
no upper limit of it. docs/decisions.md has the reasons.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from complaints.report.content import Cell, Report
from complaints.report.feasible_values import Component, Counts, Difference
from complaints.report.linked_documents import Document, document_of, linked
from complaints.warehouse.errors import RunFailedError

# What it costs to hide a count, beside its size: rows of breakdowns go first, then denominators and
# other derived counts, then the rest of the totals, and the headlines last.
COST_OF_DERIVED = 100
COST_OF_TOTAL = 200
COST_OF_HEADLINE = {"in_sla": 1_000, "upheld": 1_000, "received": 5_000}
DERIVED = ("decided", "due", "eligible", "not_applicable", "received_by_subject", "stays_statutory")

TRIES_AT_ONCE = 4


class Protection(NamedTuple):
    """What protects a report.

    Attributes:
        hidden: its cells that may not be shown.
        reasons: why each is hidden: `small`, `earlier release` or `protects another`.
        given_away: cells, of it or of an earlier release, that what was released before tells
            already; nothing can hide them again.
        counts: the counts of the report and of all that was released before.
        all_hidden: all cells that a reader does not see.
    """

    hidden: frozenset[Cell]
    reasons: Mapping[Cell, str]
    given_away: frozenset[Cell]
    counts: Counts
    all_hidden: frozenset[Cell]

    def bounds(self) -> dict[Cell, tuple[int, int]]:
        """Return the least and the most that a reader must reckon with for each hidden cell.

        A count goes no further from the truth than the search looks (REACH in feasible_values.py).
        """
        bounds = {cell: (self.counts.values[cell],) * 2 for cell in self.hidden}
        for part in self.counts.parts(self.counts.changeable(self.all_hidden)):
            for cell in self.hidden.intersection(part.cells):
                bounds[cell] = self.counts.bounds(part, cell)
        return bounds


def hidden_cells(
    report: Report, threshold: int, earlier: Sequence[Document] = ()
) -> frozenset[Cell]:
    """Return the cells that the publication profile may not show; see `protect`."""
    return protect(report, threshold, earlier).hidden


def protect(report: Report, threshold: int, earlier: Sequence[Document] = ()) -> Protection:
    """Find what the publication profile may not show of a report.

    Args:
        report: what it says; sections for internal use only do not count.
        threshold: the greatest count that is small.
        earlier: what was released before, the newest last. What it shows is known to the reader;
            what it hides stays hidden, there and here.

    Raises:
        ValueError: the report contradicts itself (two values of one cell, a sum that fails).
        RunFailedError: what it is taken to say of its counts cannot be true of them.
    """
    own = document_of(report)
    together, known, still_hidden = linked(own, earlier)
    small = {cell for cell in own.shown if 1 <= own.values.get(cell, 0) <= threshold}
    counts = Counts(together.values, together.shown, together.relations, known)
    # A relation that is none, in which nobody gave a count, would leave no other values to find.
    if not all(map(counts.is_possible, counts.parts(counts.named - counts.values.keys()))):
        raise RunFailedError("report_not_protected", period=report.period)
    needed = (small - known) | still_hidden
    search = Suppression(report.period, counts, set(needed))
    if needed:
        search.run()
    hidden = (search.hidden & own.shown) | small
    reasons = {
        cell: "small"
        if cell in small
        else "earlier release"
        if cell in still_hidden
        else "protects another"
        for cell in hidden
    }
    given_away = (small & known) | search.given_away
    return Protection(
        frozenset(hidden), reasons, frozenset(given_away), counts, frozenset(search.hidden)
    )


@dataclass
class Suppression:
    """The search for the cells to hide, from the small ones on.

    Attributes:
        own_period: the period that the report is about.
        counts: the counts of the report and how they hang together.
        hidden: the cells hidden so far.
        found: groups of shown cells that can all have other values at once, if all are hidden.
        given_away: cells to hide that have but one value whatever else is hidden.
    """

    own_period: str
    counts: Counts
    hidden: set[Cell]
    found: list[frozenset[Cell]] = field(default_factory=list)
    given_away: set[Cell] = field(default_factory=set)

    def run(self) -> set[Cell]:
        """Hide cells until each has two possible values; then show again what need not hide."""
        small = frozenset(self.hidden)
        part_of = {
            cell: part
            for part in self.counts.parts(self.counts.changeable(self.counts.shown))
            for cell in part.cells
        }
        for cell in sorted(self.unsafe(small), key=self.cost_order, reverse=True):
            if cell not in self.proven(self.hidden):
                found = cell in part_of and self.cheapest_alternative(cell, part_of[cell])
                if found:
                    self.hidden |= found
                else:
                    self.given_away.add(cell)
        for cell in sorted(self.hidden - small, key=self.cost_order, reverse=True):
            self.show_again(cell, small)
        return self.hidden

    def show_again(self, cell: Cell, small: Set[Cell]) -> None:
        """Show a cell, with others that hide no more without it, if no small count needs it."""
        shown = {cell}
        while unsafe := self.unsafe(self.hidden - shown):
            if not unsafe.isdisjoint(small):
                return
            shown |= unsafe
        self.hidden -= shown

    def proven(self, hidden: Set[Cell]) -> set[Cell]:
        """Return the cells that are known to have another value where some cells are hidden."""
        return {cell for group in self.found if group <= hidden for cell in group}

    def unsafe(self, hidden: Set[Cell]) -> set[Cell]:
        """Return the hidden cells that have but one value."""
        unproven = hidden - self.proven(hidden) - self.given_away
        return {
            cell
            for part in self.counts.parts(self.counts.changeable(hidden))
            if not unproven.isdisjoint(part.cells) and part.relations
            for cell in self.unsafe_of(part, unproven)
        }

    def unsafe_of(self, part: Component, unproven: Set[Cell]) -> Iterator[Cell]:
        """Yield the hidden cells of a part that have but one value."""
        pending = [cell for cell in part.cells if cell in unproven]
        for bit in range(TRIES_AT_ONCE if len(pending) > 1 else 0):
            directions = {
                cell: 1 if number >> bit & 1 else -1 for number, cell in enumerate(pending)
            }
            moved = self.remember(self.counts.alternative_values(part, directions))
            pending = [cell for cell in pending if cell not in moved]
        while pending:
            cell = pending.pop()
            moved = self.remember(
                self.counts.alternative_values(part, {cell: 1})
                or self.counts.alternative_values(part, {cell: -1})
            )
            if cell not in moved:
                yield cell
            pending = [each for each in pending if each not in moved]

    def cheapest_alternative(self, cell: Cell, part: Component) -> frozenset[Cell]:
        """Return the cells that change where a cell changes and as little as possible else."""
        cost = {
            each: self.cost(each) if each in self.counts.shown - self.hidden else 0
            for each in part.cells
        }
        found = [
            moved
            for direction in (1, -1)
            if (moved := self.counts.alternative_values(part, {cell: direction}, cost))
        ]
        if not found:
            return frozenset()  # what was released before leaves it no other value
        cheapest = min(found, key=lambda moved: sum(cost[c] * abs(n) for c, n in moved.items()))
        return self.remember(cheapest)

    def remember(self, moved: Difference) -> frozenset[Cell]:
        """Keep which shown cells a difference changes, for it proves them to have two values.

        What changes without the rest of the difference is kept apart, so that it stays a proof
        when a cell of the rest is shown again.
        """
        for part in self.counts.parts(moved.keys()):
            self.found.append(frozenset(part.cells) & self.counts.shown)
        return frozenset(moved) & self.counts.shown

    def cost_order(self, cell: Cell) -> tuple[int, Cell]:
        """Return by what cells are put in order: the cost, then the name."""
        return (self.cost(cell), cell)

    def cost(self, cell: Cell) -> int:
        """Return what it costs to hide a cell."""
        size = self.counts.values.get(cell, 0) + 1
        if cell.breakdown:
            return size
        if cell.measure in DERIVED or cell.measure.endswith("_from_request"):
            return size + COST_OF_DERIVED
        weight = 2 if cell.period == self.own_period else 1
        return size + COST_OF_HEADLINE.get(cell.measure, COST_OF_TOTAL) * weight
