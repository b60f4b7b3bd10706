"""What a reader can lay side by side: a report, and everything that was released before it.

A quarter is part of a year, and the same quarter is printed in five reports. So a count that one
document hides may follow from another. All documents together are one set of counts: a count that
has kept its value is one count wherever it is printed, and one that has changed since is another,
for the reader sees that it differs, or has to reckon with it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from complaints.report.cell_relations import Relation, cell_relations, equation
from complaints.report.content import Cell, Report
from complaints.report.periods import read_period
from complaints.report.visible_cells import visible_cells, visible_figures

ONE_DAY = "on "  # a period that is a day, of what was open on it


class Document(NamedTuple):
    """The counts of a report, and how they hang together.

    Attributes:
        values: the count of each cell that somebody gave, shown or not.
        shown: the cells that are in the document, as a figure or as the symbol.
        hidden: those that are in it as the symbol.
        relations: what a reader knows of them.
    """

    values: Mapping[Cell, int]
    shown: frozenset[Cell]
    hidden: frozenset[Cell]
    relations: tuple[Relation, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the document as release.json keeps it: relations name cells by their places."""
        cells = sorted(
            {*self.values, *self.shown, *(c for r in self.relations for c, _ in r.terms)}
        )
        place = {cell: number for number, cell in enumerate(cells)}
        return {
            "cells": [
                [*cell, self.values.get(cell), cell in self.shown, cell in self.hidden]
                for cell in cells
            ],
            "relations": [
                [[place[cell], factor] for cell, factor in each.terms] + [each.is_equation]
                for each in self.relations
            ],
        }

    @classmethod
    def of_json(cls, content: Mapping[str, Any]) -> "Document":
        """Return the document that `as_json` wrote."""
        cells = [Cell(*cell) for *cell, _, _, _ in content["cells"]]
        marked = list(zip(cells, content["cells"], strict=True))
        return cls(
            {cell: row[-3] for cell, row in marked if row[-3] is not None},
            frozenset(cell for cell, row in marked if row[-2]),
            frozenset(cell for cell, row in marked if row[-1]),
            tuple(
                Relation(tuple((cells[place], factor) for place, factor in terms), is_equation)
                for *terms, is_equation in content["relations"]
            ),
        )


def document_of(report: Report) -> Document:
    """Return what a report says to the public, nothing of it hidden yet.

    Raises:
        ValueError: the report contradicts itself (two values of one cell, a sum that fails).
    """
    figures = list(visible_figures(report))
    shown = visible_cells(figures)
    given = {**report.values, **shown}
    values = {cell: value for cell, value in given.items() if value is not None}
    relations = tuple(cell_relations(report, shown, figures))
    return Document(values, frozenset(shown), frozenset(), relations)


class Linked(NamedTuple):
    """A document and those released before it, as one set of counts.

    Attributes:
        together: all of them.
        known: the cells that an earlier one shows, which nothing can hide again.
        still_hidden: the cells that an earlier one hides and none shows.
    """

    together: Document
    known: frozenset[Cell]
    still_hidden: frozenset[Cell]


def linked(own: Document, earlier: Sequence[Document]) -> Linked:
    """Lay a document beside those released before it, the newest last.

    Raises:
        ValueError: they contradict each other, so that nothing could be protected.
    """
    values = dict(own.values)
    shown, known, hidden = set(own.shown), set[Cell](), set[Cell]()
    names = [{cell: cell for cell in own.values}]
    for each in reversed(earlier):
        name = {
            cell: cell if values.setdefault(cell, value) == value else _former(cell, value)
            for cell, value in each.values.items()
        }
        values |= {name[cell]: value for cell, value in each.values.items()}
        shown |= {name.get(cell, cell) for cell in each.shown}
        known |= {name.get(cell, cell) for cell in each.shown - each.hidden}
        hidden |= {name.get(cell, cell) for cell in each.hidden}
        names.append(name)
    relations = [
        _as_known_then(relation, name, values)
        for name, each in zip(names, (own, *reversed(earlier)), strict=True)
        for relation in each.relations
    ]
    if earlier:
        relations += [each for each in _of_longer_periods(values) if each.holds(values)]
    if wrong := next((each for each in relations if not each.holds(values)), None):
        raise ValueError(f"the report and those released before it contradict each other: {wrong}")
    together = Document(values, frozenset(shown), frozenset(hidden), tuple(sorted(set(relations))))
    return Linked(together, frozenset(known), frozenset(hidden - known))


def _as_known_then(
    relation: Relation, name: Mapping[Cell, Cell], values: Mapping[Cell, int]
) -> Relation:
    """Return a relation of a document over the counts of all.

    A row that the document has not, and another one has, may have been another count then.
    """
    terms = tuple(sorted((name.get(cell, cell), n) for cell, n in relation.terms))
    if Relation(terms, relation.is_equation).holds(values):
        return Relation(terms, relation.is_equation)
    absent = {cell: _former(cell, "not there") for cell, _ in relation.terms}
    terms = tuple(sorted(((absent | name)[cell], n) for cell, n in relation.terms))
    return Relation(terms, relation.is_equation)


def _former(cell: Cell, value: int | str) -> Cell:
    """Return another name for a count that is another one today."""
    return cell._replace(period=f"{cell.period}, when it was {value}")


def _of_longer_periods(cells: Iterable[Cell]) -> Iterator[Relation]:
    """A longer period is the sum of its quarters, row by row where the rows are printed."""
    present = {cell for cell in cells if ", when" not in cell.period}
    groups = {cell[:5] for cell in present}
    names = {cell.period for cell in present if not cell.period.startswith(ONE_DAY)}
    longer = {name: period for name in names if not (period := read_period(name)).is_quarter}
    for cell in present:
        if cell.period in longer:
            parts = [cell._replace(period=each.name) for each in longer[cell.period].quarters]
            if all(part[:5] in groups for part in parts):
                # A row that is not in a table whose other rows are counts nothing.
                yield equation(cell, [part for part in parts if part in present])
