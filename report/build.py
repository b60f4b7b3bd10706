"""Put a report together: read the figures, write the sections, number them."""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from complaints.report.cell_relations import stated_sums
from complaints.report.content import FrontMatter, Report, Section, Sentence
from complaints.report.figures import Figures
from complaints.report.periods import Period
from complaints.report.read_marts import read_figures, with_private
from complaints.report.sections import (
    actions,
    annual,
    appendices,
    comparison,
    further,
    stages,
    summary,
    volumes,
)
from complaints.report.sentences import CLOSES, OPENS
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.settings import Settings

SOME_LEFT_OUT = "Sentences that would need small numbers are left out here."
MARK = re.compile(f"{OPENS}([a-z_]+){CLOSES}")


def build_report(
    marts_path: Path, written: str, settings: Settings, *, is_draft: bool = False
) -> Report:
    """Return the report of a period, complete, for any profile.

    Args:
        marts_path: the published marts.
        written: the period, as `2018-19 Q2`, `H1 2018/19`, `2018-19 year to date` or `2018-19`.
        settings: the committee template's lines, the threshold of small numbers, and the home.
        is_draft: whether the period may be one that has not ended.

    Raises:
        UsageError: the period is wrongly written, or has not ended on the as-of day.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    figures = with_private(read_figures(marts_path, written, is_draft=is_draft), settings)
    outlined = outline(figures, settings)
    sections = numbered(with_hidden_bullets_summarised(each) for each in outlined)
    sections = tuple(with_comments(each, figures) for each in sections)
    sums, values = stated_sums(figures, sections)
    period = figures.period
    kind = "Annual report on" if period.is_year else "Report on"
    whose = f"{figures.authority}, " if figures.authority else ""
    subject = f"{kind} children's complaints, {whose}{period.name} ({period.months})"
    return Report(
        period=period.name,
        as_of=figures.as_of.isoformat(),
        front=front_matter(settings, period, figures.as_of, subject),
        sections=sections,
        is_draft=period.last_day >= figures.as_of,
        sums=sums,
        values=values,
        value_of=figures.value_of,
    )


def outline(figures: Figures, settings: Settings) -> tuple[Section, ...]:
    """Return the sections in their order, not yet numbered.

    A year has the further tables always: regulation 13 asks for them.
    """
    period = figures.period
    detail = (comparison.section(figures), actions.section(figures))
    if period.is_year:
        detail += (annual.section(figures),)
    body = (
        Section(
            "period",
            f"Children's statutory complaints, {period.name}, {period.months}",
            sections=(volumes.section(figures), *stages.sections(figures)),
        ),
        Section("detail", "Detail", sections=detail),
        appendices.benchmarking(figures),
        appendices.cases(figures),
    )
    has_further_tables = settings.report_further_tables or period.is_year
    if has_further_tables:
        body += (further.section(figures),)
    small = tuple(
        count
        for top in body
        for each in top.walk()
        if each.is_in("publication")
        for count in each.counts
        if 1 <= (count.value or 0) <= settings.report_threshold
    )
    note = summary.small_numbers_note(small, settings.report_threshold, settings.report_symbol)
    return (summary.section(figures, note, has_further_tables), *body)


def with_comments(section: Section, figures: Figures) -> Section:
    """Return a section with the council's own words on it, and those on the sections within."""
    return replace(
        section,
        comments=tuple(
            f"{each.role}: {each.text}"
            for each in figures.commentary
            if each.section == section.number
        ),
        sections=tuple(with_comments(each, figures) for each in section.sections),
    )


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


def front_matter(settings: Settings, period: Period, as_of: date, subject: str) -> FrontMatter:
    """Return the lines of the committee template."""
    given = {name: getattr(settings, f"report_{name}", "") for name in FrontMatter.__annotations__}
    derived = {
        "meeting_date": given["meeting_date"] or day_in_words(as_of),
        "subject": subject,
        "brief": given["brief"]
        or f"To review the children's complaints received in {period.months}.",
    }
    return FrontMatter(**given | derived)
