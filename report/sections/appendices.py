"""Appendix A: figures of other authorities. Appendix B: themes with learnings, and the cases."""

from datetime import date

from complaints.report.content import Count, Part, Section, Table
from complaints.report.figures import (
    ALL_STAGES,
    STAGE_1,
    STAGES,
    STATUTORY,
    CaseStage,
    Figures,
    OpenStage,
    Stage,
    Theme,
)
from complaints.report.periods import day_in_words, read_period
from complaints.report.sections.actions import input_note
from complaints.report.sections.people import outcome_words
from complaints.report.tables import IN_SLA_NOTE, STAGE_PARTS, held_note, stage_parts
from complaints.report.words import say

STATUSES = {
    "in_time": "In time",
    "late": "Late",
    "open_in_time": "Open, in time",
    "open_overdue": "Open, overdue",
    "not_applicable": "No limit applies",
}


def benchmarking(figures: Figures) -> Section:
    """Return Appendix A."""
    key, title = "benchmarking", "Benchmarking"
    if not figures.benchmarks:
        words = "No figures of other authorities have been recorded."
        return Section(key, title, paragraphs=(say(words),), is_appendix=True)
    rows = tuple(
        (each.measure, each.financial_year, each.authority, _number(each.value), each.note or "–")
        for each in figures.benchmarks
    )
    words = (
        "The figures were published by the authorities named. Authorities differ in size and in "
        "how they count, so the figures show an order of magnitude rather than a ranking."
    )
    columns = ("Measure", "Year", "Authority", "Value", "Note")
    notes = input_note(figures, "benchmarks")
    tables = (Table("Figures of other authorities", columns, rows, notes), *_own_figures(figures))
    return Section(key, title, paragraphs=(say(words),), tables=tables, is_appendix=True)


def _own_figures(figures: Figures) -> tuple[Table, ...]:
    """Return the council's own figures of the years of the others', as far as they are known."""
    names = sorted({each.financial_year for each in figures.benchmarks})
    years = [read_period(each) for each in names]
    known = [each for each in years if figures.knows(each) and each.last_day < figures.as_of]
    if not known:
        return ()
    rows = tuple((each.name, *stage_parts(figures, STAGE_1, each)) for each in known)
    title = "This council's own statutory stage 1 complaints in the same years"
    notes = (IN_SLA_NOTE, held_note(figures, (STAGE_1,), known))
    return (Table(title, ("Year", *STAGE_PARTS), rows, notes),)


def cases(figures: Figures) -> Section:
    """Return Appendix B."""
    return Section(
        "cases",
        "Detailed overview",
        sections=(_themes(figures), _overview(figures), _open_list(figures)),
        is_appendix=True,
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.10g}"


def _themes(figures: Figures) -> Section:
    rows: list[tuple[Part, ...]] = []
    for stage in STATUTORY:
        for theme in (each for each in figures.themes if each[:2] == stage[:2]):
            count = theme_count(figures, stage, theme.reason)
            rows.append((stage.title, theme.reason, count, _learnings(figures, theme)))
    title = f"Themes of the statutory complaints of {figures.period.name}, and what was learned"
    words = "The themes are the reasons that were recorded; a complaint can have several."
    table = Table(
        title,
        ("Stage", "Theme", "Complaints", "What was learned"),
        tuple(rows),
        (held_note(figures, STATUTORY),),
    )
    paragraphs = [say(words if rows else "No reasons have been recorded.")]
    if rows and figures.learnings is None:
        paragraphs.append(say(NO_LEARNINGS))
    return Section(
        "themes",
        "Themes and learnings",
        paragraphs=tuple(paragraphs),
        tables=(table,) if rows else (),
    )


NO_LEARNINGS = (
    "What was learned is kept in the working store, which could not be read when this report was "
    "made: make the report again where the store is and while no run is at work."
)


def _learnings(figures: Figures, theme: Theme) -> str:
    """Return what was learned, as one text of whole sentences."""
    if figures.learnings is None:
        return "Not available"
    found = figures.learnings.get((theme.procedure, theme.stage, theme.reason), [])
    texts = [each.rstrip(" .;") for each in found]
    return " ".join(f"{each}." for each in texts if each) or "None recorded"


def theme_count(figures: Figures, stage: Stage, reason: str) -> Count:
    """Return the complaints of a theme: the same cell as that of the reason."""
    counted = figures.part("complaints", stage, "reason", reason)
    if counted.value:
        return counted
    known = next(each for each in figures.themes if each[:3] == (*stage[:2], reason))
    return Count(counted.cell, known.complaints)


def _overview(figures: Figures) -> Section:
    tables = []
    for procedure in ("statutory", "corporate"):
        listed = [each for each in figures.case_stages if each.procedure == procedure]
        if listed:
            stages = tuple(each for each in ALL_STAGES if each.procedure == procedure)
            tables.append(
                Table(
                    f"{procedure.capitalize()} cases, {figures.period.name}",
                    CASE_COLUMNS,
                    tuple(_case_row(each) for each in listed),
                    (held_note(figures, stages),),
                )
            )
    words = "One row for each case and stage received, for internal use."
    return Section(
        "overview",
        "The cases in detail",
        paragraphs=(say(words if tables else "There is no case to list."),),
        tables=tuple(tables),
        is_internal_only=True,
    )


CASE_COLUMNS = (
    "Case",
    "Stage",
    "Service team",
    "Received",
    "Due",
    "Answered",
    "In time?",
    "Outcome",
    "Reasons",
)


def _case_row(case: CaseStage) -> tuple[str, ...]:
    return (
        case.case_reference,
        _stage_title(case.procedure, case.stage),
        case.service_team,
        _day(case.received_date),
        _day(case.due_date),
        _day(case.responded_date),
        STATUSES.get(case.sla_status, case.sla_status),
        outcome_words(case.outcome),
        case.reasons or "Not recorded",
    )


def _open_list(figures: Figures) -> Section:
    day = day_in_words(figures.as_of)
    rows = tuple(_open_row(each) for each in figures.open_stages)
    columns = ("Case", "Procedure", "Stage", "Service team", "Received", "Due", "Working days left")
    table = Table(f"Open complaints on {day}, one by one", columns, rows)
    words = "A number below zero is the number of working days since the due date."
    return Section(
        "open_list",
        f"Open complaints on {day}",
        paragraphs=(say(words if rows else f"No complaint was open on {day}."),),
        tables=(table,) if rows else (),
        is_internal_only=True,
    )


def _open_row(each: OpenStage) -> tuple[str, ...]:
    left = "–" if each.working_days_left is None else f"{each.working_days_left}".replace("-", "−")
    return (
        each.case_reference,
        each.procedure.capitalize(),
        _stage_title(each.procedure, each.stage),
        each.service_team,
        _day(each.received_date),
        _day(each.due_date),
        left,
    )


def _stage_title(procedure: str, name: str) -> str:
    return STAGES[procedure, name].title


def _day(day: date | None) -> str:
    return "–" if day is None else f"{day:%d/%m/%Y}"
