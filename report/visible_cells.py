"""The cells that the publication profile shows of a report, as far as they may be shown."""

from collections.abc import Iterable, Iterator

from complaints.report.content import Cell, Figure, Report, Section


def public_sections(report: Report) -> Iterator[Section]:
    """Yield the sections that the publication profile shows, in the order of reading."""

    def walk(sections: Iterable[Section]) -> Iterator[Section]:
        for section in sections:
            if section.is_in("publication"):
                yield section
                yield from walk(section.sections)

    yield from walk(report.sections)


def visible_figures(report: Report) -> Iterator[Figure]:
    """Yield every figure that the publication profile shows, as far as it may be shown."""
    for section in public_sections(report):
        sentences = [*section.paragraphs, *section.bullets]
        for table in section.tables:
            sentences += table.notes
            yield from (cell for row in table.rows for cell in row if not isinstance(cell, str))
        for chart in section.charts:
            sentences += chart.alternative
            yield from (figure for series in chart.series for figure in series.figures)
        for sentence in sentences:
            yield from (part for part in sentence.parts if not isinstance(part, str))
            yield from sentence.about


def visible_cells(figures: Iterable[Figure]) -> dict[Cell, int | None]:
    """Return the value of each cell that a figure shows or is worked out from.

    Raises:
        ValueError: two figures give a cell two values.
    """
    visible: dict[Cell, int | None] = {}
    for figure in figures:
        for cell, value in figure.counts:
            if visible.setdefault(cell, value) != value:
                raise ValueError(f"The report shows two values of {cell}.")
    return visible
