"""Other counts that a document with hidden cells allows, found by integer programming.

A cell is safe when the document would read the same with another value in it. Such another set of
values is searched as a difference from the true one: whole numbers that keep every relation, leave
what is printed and what is zero alone, and keep a hidden count at 1 or more (zero is never hidden).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

from complaints.report.cell_relations import Relation
from complaints.report.content import Cell

Difference = dict[Cell, int]
Rows = tuple[csr_array, np.ndarray, np.ndarray]  # factors, and the least and the most of each row

TOLERANCE = 1e-6
REACH = 10  # how far a count may go from the truth, if it is not greater itself


class Component(NamedTuple):
    """Cells that hang together through relations, and the places of these relations."""

    cells: tuple[Cell, ...]
    relations: tuple[int, ...]


class Counts:
    """The counts of a document and how they hang together."""

    def __init__(
        self,
        values: Mapping[Cell, int],
        shown: Set[Cell],
        relations: Iterable[Relation],
        known: Set[Cell] = frozenset(),
    ) -> None:
        """Take the counts of a document, or of several.

        Args:
            values: the count of each cell that somebody gave.
            shown: the cells that are in the document, as a figure or as the symbol.
            relations: what a reader knows of them.
            known: the cells that a reader sees whatever is hidden.
        """
        self.values = values
        self.shown = shown
        self.known = known
        self.relations = tuple(relations)
        self.named = {cell for relation in self.relations for cell, _ in relation.terms}
        self.place = {cell: place for place, cell in enumerate(sorted(self.named | shown))}

    @cached_property
    def relations_of(self) -> Mapping[Cell, list[int]]:
        """The places of the relations that name a cell."""
        found: dict[Cell, list[int]] = defaultdict(list)
        for place, relation in enumerate(self.relations):
            for cell, _ in relation.terms:
                found[cell].append(place)
        return found

    @cached_property
    def rows(self) -> Rows:
        """The relations as rows of a matrix, in differences from the true counts."""
        terms = [(row, *term) for row, each in enumerate(self.relations) for term in each.terms]
        places = [row for row, _, _ in terms], [self.place[cell] for _, cell, _ in terms]
        factors = np.array([factor for _, _, factor in terms], float)
        matrix = csr_array((factors, places), shape=(len(self.relations), len(self.place)))
        least = -(matrix @ np.array([self.values.get(cell, 0) for cell in self.place], float))
        equal = np.array([relation.is_equation for relation in self.relations], bool)
        return matrix, least, np.where(equal, least, np.inf)

    def changeable(self, hidden: Set[Cell]) -> set[Cell]:
        """Return the cells whose value a reader does not see where some shown ones are hidden."""
        seen = {cell for cell in self.shown - hidden if cell in self.values} | self.known
        return {cell for cell in (self.named | hidden) - seen if not self.is_zero(cell)}

    def is_zero(self, cell: Cell) -> bool:
        """Return whether a cell is shown as zero, which is never hidden."""
        return cell in self.shown and self.values.get(cell) == 0

    def parts(self, free: Set[Cell]) -> list[Component]:
        """Split the free cells into those that have nothing to do with each other."""
        parts: list[Component] = []
        seen: set[Cell] = set()
        for start in sorted(free):
            if start in seen:
                continue
            seen.add(start)
            cells, relations = [start], set[int]()
            for cell in cells:  # grows while it is walked through
                for place in self.relations_of.get(cell, ()):
                    if place in relations:
                        continue
                    relations.add(place)
                    for each, _ in self.relations[place].terms:
                        if each in free and each not in seen:
                            seen.add(each)
                            cells.append(each)
            parts.append(Component(tuple(sorted(cells)), tuple(sorted(relations))))
        return parts

    def is_possible(self, part: Component) -> bool:
        """Return whether a part can have values at all where other cells have the true ones."""
        bounds = Bounds(*self._limits(part))
        return _solution(np.zeros(len(part.cells)), self._rows_of(part), bounds, 0) is not None

    def alternative_values(
        self, part: Component, direction: Mapping[Cell, int], cost: Mapping[Cell, int] | None = None
    ) -> Difference:
        """Return other values for the cells of a part, as differences from the true ones.

        It is empty where there are none.

        Args:
            part: the cells that may change.
            direction: the direction in which a cell shall go. With no cost, as many of the cells as
                possible go by one; with one, every cell goes by one at least.
            cost: what one unit of change of a cell costs; the cheapest difference is returned.
        """
        lower, upper = self._limits(part)
        directions = np.array([direction.get(cell, 0) for cell in part.cells], float)
        if cost is None:
            lower = np.where(directions == 0, lower, np.maximum(lower, -1))
            upper = np.where(directions == 0, upper, np.minimum(upper, 1))
            found = _solved(-directions, self._rows_of(part), lower, upper)
        else:
            lower = np.where(directions > 0, 1, lower)
            upper = np.where(directions < 0, -1, upper)
            costs = np.array([cost[cell] for cell in part.cells], float)
            found = _cheapest(costs, self._rows_of(part), lower, upper)
        return {cell: int(x) for cell, x in zip(part.cells, found, strict=True) if x}

    def bounds(self, part: Component, cell: Cell) -> tuple[int, int]:
        """Return the least and the most that a cell of a part can be."""
        lower, upper = self._limits(part)
        place = part.cells.index(cell)
        objective = np.zeros(len(part.cells))
        found = []
        for sign in (1, -1):
            objective[place] = sign
            moved = _solved(objective, self._rows_of(part), lower, upper)
            found.append(self.values.get(cell, 0) + int(moved[place]))
        return found[0], found[1]

    def _limits(self, part: Component) -> tuple[np.ndarray, np.ndarray]:
        """Return how far each cell of a part may go down, and up."""
        value = np.array([self.values.get(cell, 0) for cell in part.cells], float)
        given = np.array([cell in self.values for cell in part.cells])
        # Shown as not known, it may be zero.
        lowest = np.array([cell in self.shown for cell in part.cells]) & given
        upper = np.where(given, np.maximum(value, REACH), np.inf)
        return np.maximum(lowest - value, -upper), upper

    def _rows_of(self, part: Component) -> Rows:
        """Return the relations of a part as a matrix of its cells."""
        matrix, least, most = self.rows
        rows = list(part.relations)
        columns = [self.place[cell] for cell in part.cells]
        return matrix[rows][:, columns], least[rows], most[rows]


def _solved(objective: np.ndarray, rows: Rows, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the whole numbers that make the objective least, zeros where there are none.

    The programme without the demand for whole numbers is tried first: it is much quicker, and its
    solution mostly is whole.
    """
    nothing = np.zeros(len(objective))
    if (lower > upper).any():
        return nothing
    for must_be_whole in (0, 1):
        found = _solution(objective, rows, Bounds(lower, upper), must_be_whole)
        if found is None:
            return nothing
        whole = np.rint(found)
        if np.abs(found - whole).max() < TOLERANCE and _fits(whole, rows):
            return whole
    return nothing


def _solution(
    objective: np.ndarray, rows: Rows, bounds: Bounds, must_be_whole: int
) -> np.ndarray | None:
    """Return what HiGHS finds; its presolve calls some programmes infeasible that are not."""
    for presolve in (True, False):
        result = milp(
            objective,
            integrality=np.full(len(objective), must_be_whole),
            bounds=bounds,
            constraints=[LinearConstraint(*rows)],
            options={"mip_rel_gap": 0, "presolve": presolve},
        )
        if result.x is not None:
            return result.x
    return None


def _fits(found: np.ndarray, rows: Rows) -> bool:
    """Return whether whole numbers keep the relations exactly."""
    matrix, least, most = rows
    sums = matrix @ found
    return bool(((sums >= least) & (sums <= most)).all())


def _cheapest(cost: np.ndarray, rows: Rows, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the cheapest difference: a rise and a fall of each cell, both paid for."""
    matrix, least, most = rows
    found = _solved(
        np.concatenate([cost, cost]),
        (hstack([matrix, -matrix], format="csr"), least, most),
        np.concatenate([np.maximum(lower, 0), np.maximum(-upper, 0)]),
        np.concatenate([np.maximum(upper, 0), np.maximum(-lower, 0)]),
    )
    rise, fall = np.split(found, 2)
    return rise - fall
