"""Put a report together: read the figures, write the sections, number them."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from complaints.report.cell_relations import stated_sums
from complaints.report.content import FrontMatter, Report, Section, Sentence
from complaints.report.figures import Figures
from complaints.report.periods import day_in_words, read_period
from complaints.report.read_marts import read_figures, read_learnings
from complaints.report.sections import (
    actions,
    appendices,
    comparison,
    completeness,
    corporate,
    escalation,
    misclassification,
    open_stages,
    people,
    stages,
    summary,
    timeliness,
    volumes,
)
from complaints.report.sentences import CLOSES, OPENS
from complaints.warehouse.settings import Settings

SOME_LEFT_OUT = "Sentences that would need small numbers are left out here."
MARK = re.compile(f"{OPENS}([a-z_]+){CLOSES}")


def build_report(marts_path: Path, period: str, settings: Settings) -> Report:
    """Return the report of a quarter or a financial year, complete, for any profile.

    Args:
        marts_path: the published marts.
        period: `2018-19 Q2` or `2018-19`.
        settings: the committee template's lines, the threshold of small numbers, and the home.

    Raises:
        UsageError: the period is wrongly written, or has not ended on the as-of day.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    asked = read_period(period)
    figures = replace(read_figures(marts_path, asked), learnings=read_learnings(settings, asked))
    outlined = outline(figures, settings)
    sections = numbered(with_hidden_bullets_summarised(each) for each in outlined)
    sums, values = stated_sums(figures, sections)
    return Report(
        period=figures.period.name,
        as_of=figures.as_of.isoformat(),
        front=front_matter(figures, settings),
        sections=sections,
        sums=sums,
        values=values,
    )


def outline(figures: Figures, settings: Settings) -> tuple[Section, ...]:
    """Return the sections in their order, not yet numbered."""
    period = figures.period
    body = (
        Section(
            "period",
            f"Children's complaints in {period.name}, {period.months}",
            sections=(
                volumes.section(figures),
                *stages.sections(figures),
                corporate.section(figures),
                open_stages.section(figures),
                escalation.section(figures),
                timeliness.section(figures),
                misclassification.section(figures),
                misclassification.structure(figures),
                completeness.section(figures),
            ),
        ),
        Section(
            "detail", "Detail", sections=(comparison.section(figures), actions.section(figures))
        ),
        people.section(figures),
        appendices.benchmarking(figures),
        appendices.cases(figures),
    )
    small = tuple(
        count
        for top in body
        for each in top.walk()
        if not each.is_internal_only
        for count in each.counts
        if 1 <= (count.value or 0) <= settings.report_threshold
    )
    note = summary.small_numbers_note(small, settings.report_threshold, settings.report_symbol)
    return (summary.section(figures, note), *body)


def with_hidden_bullets_summarised(section: Section) -> Section:
    """Return a section whose bullets are left out where they may not be shown.

    One line in their place says that some are missing; a list of such lines would help nobody.
    """
    about = tuple(count for each in section.bullets for count in each.counts)
    bullets = tuple(replace(each, when_hidden=None) for each in section.bullets)
    left_out = Sentence(("",), SOME_LEFT_OUT, about)
    return replace(
        section,
        bullets=(*bullets, left_out) if about else bullets,
        sections=tuple(with_hidden_bullets_summarised(each) for each in section.sections),
    )


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections with their numbers, the appendices lettered, and references resolved."""
    found: list[Section] = []
    letters, numbers = iter(ascii_uppercase), iter(range(1, 100))
    for section in sections:
        prefix = next(letters) if section.is_appendix else str(next(numbers))
        number = f"Appendix {prefix}" if section.is_appendix else prefix
        found.append(_with_numbers(section, number, prefix))
    names = {
        each.key: each.number if each.number.startswith("Appendix") else f"section {each.number}"
        for section in found
        for each in section.walk()
    }
    return tuple(_resolved(section, names) for section in found)


def _with_numbers(section: Section, number: str, prefix: str) -> Section:
    places = enumerate(section.sections, 1)
    inner = (_with_numbers(each, f"{prefix}.{n}", f"{prefix}.{n}") for n, each in places)
    return replace(section, number=number, sections=tuple(inner))


def _resolved(thing: Any, names: dict[str, str]) -> Any:
    """Return the same content with every reference to a section resolved, however deep."""
    if isinstance(thing, str):
        return MARK.sub(lambda mark: names[mark[1]], thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {each.name: _resolved(getattr(thing, each.name), names) for each in fields(thing)}
        return replace(thing, **values)
    if type(thing) is tuple:
        return tuple(_resolved(each, names) for each in thing)
    return thing


def front_matter(figures: Figures, settings: Settings) -> FrontMatter:
    """Return the lines of the committee template."""
    period = figures.period
    kind = "Annual report on" if period.is_year else "Report on"
    given = {name: getattr(settings, f"report_{name}", "") for name in FrontMatter.__annotations__}
    derived = {
        "meeting_date": given["meeting_date"] or day_in_words(figures.as_of),
        "subject": f"{kind} children's complaints, {period.name} ({period.months})",
        "brief": given["brief"]
        or f"To review the children's complaints received in {period.months}.",
    }
    return FrontMatter(**given | derived)
