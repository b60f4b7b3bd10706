"""One complaint goes to another team and is answered a day later: all that shows it moves."""

from collections.abc import Iterator

import pytest

from changed_example import ANSWERED, Nights
from complaints.report.build import build_report
from complaints.report.content import Cell, Chart, Report, Section, Sentence, Table
from complaints.report.printing import PrintedSection, print_report

pytestmark = pytest.mark.xdist_group("example_change")

MOVED_CASE, OLD_TEAM, NEW_TEAM = ANSWERED[0], "Children with Disabilities", "Youth Offending"


@pytest.mark.parametrize("period", ["2018-19 Q1", "2018-19 Q2"])
def test_a_complaint_that_moves_moves_in_every_table_sentence_and_chart(
    period: str, changed_example: Nights
) -> None:
    homes = (changed_example.before, changed_example.after)
    before, after = (build_report(each.marts_path, period, each) for each in homes)
    changed = _changed(before, after)
    group = ("2018-19 Q1", "statutory", "stage_1")
    if period == "2018-19 Q1":
        assert {Cell("in_sla", *group), Cell("late", *group)} <= changed
        for measure in ("received", "in_sla"):
            assert Cell(measure, *group, "service_team", OLD_TEAM) in changed
        assert Cell("received", *group, "service_team", NEW_TEAM) in changed
    printed = [print_report(each, "internal").sections for each in (before, after)]
    shown: list[type] = []
    for (section, old), (_, new) in zip(
        _paired(before, printed[0]), _paired(after, printed[1]), strict=True
    ):
        for content, old_text, new_text in _contents(section, old, new):
            if shown_cells(content) & changed:
                assert old_text != new_text, content
                shown.append(type(content))
    assert {Table, Chart, Sentence} == set(shown)


def test_the_case_itself_moves_in_the_appendix(changed_example: Nights) -> None:
    after = changed_example.after
    report = build_report(after.marts_path, "2018-19 Q1", after)
    cases = next(
        new
        for _, new in _paired(report, print_report(report, "internal").sections)
        if new.key == "overview"
    )
    rows = [row for table in cases.tables for row in table.rows]
    row = next(each for each in rows if each[:2] == (MOVED_CASE, "Stage 1"))
    assert row[2] == NEW_TEAM
    assert row[5:7] == ("10/05/2018", "Late")


def _changed(before: Report, after: Report) -> set[Cell]:
    old, new = (
        {count.cell: count.value for section in report.walk() for count in section.counts}
        for report in (before, after)
    )
    return {cell for cell in old if old[cell] != new.get(cell)}


def _paired(
    report: Report, printed: tuple[PrintedSection, ...]
) -> list[tuple[Section, PrintedSection]]:
    def walk(sections: tuple[PrintedSection, ...]) -> Iterator[PrintedSection]:
        for each in sections:
            yield each
            yield from walk(each.sections)

    return list(zip(report.walk(), walk(printed), strict=True))


def shown_cells(content: Table | Chart | Sentence) -> set[Cell]:
    """Return the cells whose numbers are read off a content, not only spoken of."""
    if isinstance(content, Table):
        figures = [part for row in content.rows for part in row]
    elif isinstance(content, Chart):
        figures = [figure for series in content.series for figure in series.figures]
    else:
        figures = list(content.parts)
    return {count.cell for each in figures if not isinstance(each, str) for count in each.counts}


def _contents(section: Section, old: PrintedSection, new: PrintedSection) -> Iterator[tuple]:
    """Yield each table, chart and sentence of a section with its text before and after."""
    yield from zip(section.tables, old.tables, new.tables, strict=True)
    yield from zip(section.charts, old.charts, new.charts, strict=True)
    for chart, then, now in zip(section.charts, old.charts, new.charts, strict=True):
        words = Sentence(tuple(part for each in chart.alternative for part in each.parts))
        yield words, then.alternative, now.alternative
    said = [each for each in (*section.paragraphs, *section.bullets) if each.parts != ("",)]
    texts = [(*each.paragraphs, *each.bullets) for each in (old, new)]
    yield from zip(said, *texts, strict=True)
