"""Put a report together: read the figures, write the sections, number them."""

from dataclasses import replace
from pathlib import Path

from complaints.report.content import FrontMatter, Report, Section, Sentence
from complaints.report.figures import Figures
from complaints.report.learnings import read_learnings
from complaints.report.periods import day_in_words, read_period
from complaints.report.reading import read_figures
from complaints.report.references import numbered
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
from complaints.report.sums import sums_of
from complaints.warehouse.settings import Settings

SOME_LEFT_OUT = "Sentences that would need small numbers are left out here."


def build_report(marts_path: Path, period: str, wording: Settings) -> Report:
    """Return the report of a quarter or a financial year, complete, for any profile.

    Args:
        marts_path: the published marts.
        period: `2018-19 Q2` or `2018-19`.
        wording: the settings of the report: the committee template's lines, and the home.

    Raises:
        UsageError: the period is wrongly written, or has not ended on the as-of day.
        RunFailedError: the marts are missing, older than the code, or know nothing of the period.
    """
    asked = read_period(period)
    figures = replace(read_figures(marts_path, asked), learnings=read_learnings(wording, asked))
    sections = numbered(with_quiet_bullets(each) for each in outline(figures, wording))
    sums, values = sums_of(figures, sections)
    return Report(
        period=figures.period.name,
        as_of=figures.as_of.isoformat(),
        front=front_matter(figures, wording),
        sections=sections,
        sums=sums,
        values=values,
    )


def outline(figures: Figures, wording: Settings) -> tuple[Section, ...]:
    """Return the sections in their order, not yet numbered."""
    body = (
        _period_sections(figures),
        Section(
            "detail", "Detail", sections=(comparison.section(figures), actions.section(figures))
        ),
        people.section(figures),
        appendices.benchmarking(figures),
        appendices.cases(figures),
    )
    public = (each for top in body for each in top.walk() if not each.is_internal_only)
    small = tuple(
        count
        for each in public
        for count in each.counts
        if 1 <= (count.value or 0) <= wording.report_threshold
    )
    note = summary.small_numbers_note(small, wording.report_threshold, wording.report_symbol)
    return (summary.section(figures, note), *body)


def with_quiet_bullets(section: Section) -> Section:
    """Return a section whose bullets are left out where they may not be shown.

    One line in their place says that some are missing; a list of such lines would help nobody.
    """
    about = tuple(count for each in section.bullets for count in each.counts)
    quiet = tuple(replace(each, when_hidden=None) for each in section.bullets)
    left_out = Sentence(("",), SOME_LEFT_OUT, about)
    return replace(
        section,
        bullets=(*quiet, left_out) if about else quiet,
        sections=tuple(with_quiet_bullets(each) for each in section.sections),
    )


def _period_sections(figures: Figures) -> Section:
    period = figures.period
    return Section(
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
    )


def front_matter(figures: Figures, wording: Settings) -> FrontMatter:
    """Return the lines of the committee template."""
    period = figures.period
    kind = "Annual report on" if period.is_year else "Report on"
    return FrontMatter(
        marking=wording.report_marking,
        committee=wording.report_committee,
        meeting_date=wording.report_meeting_date or day_in_words(figures.as_of),
        subject=f"{kind} children's complaints, {period.name} ({period.months})",
        lead_officer=wording.report_lead_officer,
        cabinet_member=wording.report_cabinet_member,
        person_leading=wording.report_person_leading,
        origin=wording.report_origin,
        brief=wording.report_brief
        or f"To review the children's complaints received in {period.months}.",
        contact_officer=wording.report_contact_officer,
        background_documents=wording.report_background_documents,
    )
