"""Appendix A: figures of other authorities. Appendix B: themes with learnings, and the cases."""

from datetime import date
from typing import Any

from complaints.report.content import Count, Part, Section, Table, WorkedOut
from complaints.report.figures import Figures
from complaints.report.periods import read_period
from complaints.report.printing import NOTHING
from complaints.report.sections.actions import input_note
from complaints.report.sentences import not_at_hand, sentence
from complaints.report.tables import STATUSES, held_note, matrix, stage_over_periods
from complaints.warehouse.clock import day_in_words


def benchmarking(figures: Figures) -> Section:
    """Return Appendix A."""
    key, title = "benchmarking", "Benchmarking"
    if not figures.benchmarks:
        words = "No figures of other authorities have been recorded."
        return Section(key, title, paragraphs=(sentence(words),), is_appendix=True)
    words = (
        "The figures were published by the authorities named. Authorities differ in size and in "
        "how they count, so the figures show an order of magnitude rather than a ranking."
    )
    values = {
        (each.measure, each.financial_year, each.authority): each for each in figures.benchmarks
    }
    rows = list(dict.fromkeys((measure, year) for measure, year, _ in values))
    notes = dict.fromkeys(each.note for each in figures.benchmarks if each.note)

    def value(row: tuple[str, str], authority: str) -> str:
        found = values.get((*row, authority))
        return NOTHING if found is None else f"{found.value:,.10g}"

    table = matrix(
        "Figures of other authorities",
        "Measure",
        [(f"{measure}, {year}", (measure, year)) for measure, year in rows],
        {
            authority: lambda row, authority=authority: value(row, authority)
            for authority in sorted({authority for *_, authority in values})
        },
        *(sentence(f"{note.rstrip(' .')}.") for note in notes),
        *input_note(figures, "benchmarks"),
    )
    tables = (table, *_own_figures(figures))
    return Section(key, title, paragraphs=(sentence(words),), tables=tables, is_appendix=True)


def _own_figures(figures: Figures) -> tuple[Table, ...]:
    """Return the council's own figures of the years of the others', as far as they are known."""
    years = map(read_period, sorted({each.financial_year for each in figures.benchmarks}))
    known = tuple(each for each in figures.known(*years) if each.last_day < figures.as_of)
    first = figures.first
    title = f"This council's own {first.in_words} complaints in the same years"
    return (stage_over_periods(figures, title, "Year", first, known),) if known else ()


def cases(figures: Figures) -> Section:
    """Return Appendix B: the themes, and for internal use the cases."""
    rows: tuple[tuple[Part, ...], ...] = tuple(
        (
            stage.title,
            theme.reason,
            count := _theme_count(figures, stage, theme),
            WorkedOut(_learnings(figures, theme), (count,)),
        )
        for stage in figures.statutory
        for theme in figures.themes
        if theme[:2] == stage[:2]
    )
    table = Table(
        f"Themes of the statutory complaints of {figures.period.name}, and what was learned",
        ("Stage", "Theme", "Complaints", "What was learned"),
        rows,
        held_note(figures, figures.statutory),
    )
    words = "The themes are the reasons that were recorded; a complaint can have several."
    paragraphs = [words if rows else "No reasons have been recorded."]
    if rows and figures.learnings is None:
        paragraphs.append(not_at_hand("What was learned"))
    return Section(
        "cases",
        "Themes and learnings",
        paragraphs=tuple(map(sentence, paragraphs)),
        tables=(table,) if rows else (),
        sections=(_overview(figures), _open_list(figures)),
        is_appendix=True,
    )


def _theme_count(figures: Figures, stage: Any, theme: Any) -> Count:
    """Return the complaints of a theme: the same cell as that of the reason."""
    count = figures.count("complaints", stage, None, "reason", theme.reason)
    return count if count.value else Count(count.cell, theme.complaints)


def _learnings(figures: Figures, theme: Any) -> str:
    """Return what was learned, as one text of whole sentences."""
    if figures.learnings is None:
        return "Not available"
    texts = (each.rstrip(" .;") for each in figures.learnings.get(theme[:3], []))
    return " ".join(f"{each}." for each in texts if each) or "None recorded"


def _overview(figures: Figures) -> Section:
    tables = tuple(
        matrix(
            f"{procedure.capitalize()} cases, {figures.period.name}",
            "Case",
            listed,
            {
                "Stage": lambda each: _stage_title(figures, each),
                "Service team": lambda each: each.service_team,
                "Received": lambda each: _day(each.received_date),
                "Due": lambda each: _day(each.due_date),
                "Answered": lambda each: _day(each.responded_date),
                "In SLA?": lambda each: _status(each.sla_status),
                "Outcome": lambda each: figures.outcome_title(each.outcome),
                "Reasons": lambda each: each.reasons or "Not recorded",
            },
            *held_note(figures, figures.stages_of(procedure)),
        )
        for procedure in figures.procedures
        if (
            listed := [
                (each.case_reference, each)
                for each in figures.case_stages
                if each.procedure == procedure
            ]
        )
    )
    words = "One row for each case and stage received, for internal use."
    return Section(
        "overview",
        "The cases in detail",
        paragraphs=(sentence(words if tables else "There is no case to list."),),
        tables=tables,
        is_internal_only=True,
    )


def _open_list(figures: Figures) -> Section:
    day = day_in_words(figures.as_of)
    table = matrix(
        f"Open complaints on {day}, one by one",
        "Case",
        [(each.case_reference, each) for each in figures.open_stages],
        {
            "Procedure": lambda each: each.procedure.capitalize(),
            "Stage": lambda each: _stage_title(figures, each),
            "Service team": lambda each: each.service_team,
            "Received": lambda each: _day(each.received_date),
            "Due": lambda each: _day(each.due_date),
            "Working days left": lambda each: _days_left(each.working_days_left),
        },
    )
    words = "A number below zero is the number of working days since the due date."
    return Section(
        "open_list",
        f"Open complaints on {day}",
        paragraphs=(sentence(words if table.rows else f"No complaints were open on {day}."),),
        tables=(table,) if table.rows else (),
        is_internal_only=True,
    )


def _stage_title(figures: Figures, row: Any) -> str:
    return next(each.title for each in figures.stages if each[:2] == (row.procedure, row.stage))


def _status(status: str) -> str:
    return STATUSES["in_sla" if status == "in_time" else status]


def _days_left(days: int | None) -> str:
    return NOTHING if days is None else f"{days}".replace("-", "−")


def _day(day: date | None) -> str:
    return NOTHING if day is None else f"{day:%d/%m/%Y}"
