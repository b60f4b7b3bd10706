"""Of Appendix C: what is counted beside complaints. A section appears where there is data."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from complaints.report.content import Count, Part, Section, Sentence, Share, Table, WorkedOut
from complaints.report.figures import Figures, in_order
from complaints.report.periods import Period
from complaints.report.printing import NOTHING, rounded
from complaints.report.sections.actions import input_note
from complaints.report.sentences import listed, sentence
from complaints.report.tables import matrix
from complaints.warehouse.clock import day_in_words

CONTACT = "contact"  # in place of a procedure; the type is in place of a stage
INFORMAL, REFUSED = "informal_resolution", "refused"  # the types that have a table of their own
NOT_APPLICABLE = "not applicable"


def sections(figures: Figures) -> Iterator[Section]:
    """Yield the sections for which something was delivered."""
    compared = (figures.period.last_year, figures.period)
    periods = [each for each in compared if figures.beside("contacts", each).value is not None]
    if periods:
        yield _contacts(figures, periods)
    if figures.remedies:
        yield _remedies(figures)
    if figures.recommendations:
        yield _recommendations(figures)
    caseload = [_caseload(figures, each) for each in ("children", "referrals")]
    if any(caseload):
        words = (
            f"The children are those of the last day counted in the {figures.period.kind}, the "
            "referrals those of the whole of it. A team without a caseload on record has no ratio: "
            f"{NOT_APPLICABLE}."
        )
        tables = tuple(each for each in caseload if each)
        yield Section("caseload", "Complaints and caseload", (sentence(words),), tables=tables)


def made_count(figures: Figures) -> Count:
    """Return the complaints made: those resolved informally and those received at stage 1."""
    received = figures.count("received", figures.first)
    informal = figures.beside("contacts", group=(CONTACT, INFORMAL)).value
    both = None if None in (received.value, informal) else (received.value or 0) + (informal or 0)
    return Count(received.cell.of("made"), both)


def _contacts(figures: Figures, periods: list[Period]) -> Section:
    period, name = figures.period, figures.period.name

    def count(type_: str, each: Period = period, breakdown: str = "", value: str = "") -> Count:
        return figures.beside("contacts", each, (CONTACT, type_), breakdown, value)

    def in_time(type_: str, each: Period) -> Part:
        due, met = (
            figures.beside(f"contacts_{part}", each, (CONTACT, type_))
            for part in ("due", "in_time")
        )
        return Share(met, due) if due.value else NOTHING

    types = [
        (each.printed_name, each.contact_type)
        for each in figures.contact_types
        if any(count(each.contact_type, when).value for when in periods)
    ]
    tables = [
        matrix(
            f"Contacts beside complaints, {listed([each.name for each in periods])}",
            "Type",
            types,
            {
                f"{head}, {each.name}": partial(figure, each=each)
                for each in periods
                for head, figure in (("No", count), ("Answered in time", in_time))
            },
            sentence(f"Answered in time: of those answered or overdue. {NOTHING}: no limit."),
            *input_note(figures, "contacts"),
        )
    ]
    for title, corner, breakdown, shown in (
        (f"Contacts by team, {name}", "Team", "service_team", [each for _, each in types]),
        (f"Complaints refused, and why, {name}", "Reason", "refusal", [REFUSED]),
    ):
        columns = {head: type_ for head, type_ in types if type_ in shown and count(type_).value}
        values = {
            cell.value
            for cell in figures.cells
            if cell[:3] == ("contacts", name, CONTACT)
            and cell.breakdown == breakdown
            and cell.stage in columns.values()
        }
        if values:
            tables.append(
                matrix(
                    title,
                    corner,
                    [(value, value) for value in sorted(values, key=in_order)],
                    {
                        head: lambda value, type_=type_, breakdown=breakdown: count(
                            type_, period, breakdown if value else "", value
                        )
                        for head, type_ in columns.items()
                    },
                    total="",
                )
            )
    if count(INFORMAL).value:
        tables.append(_early(figures, count(INFORMAL)))
    words = (
        "Enquiries, compliments, comments, and complaints that were resolved informally or refused "
        "are counted here and nowhere else in this report."
    )
    return Section(
        "contacts", "Enquiries, compliments and other contacts", (sentence(words),),
        tables=tuple(tables),
    )  # fmt: skip


def _early(figures: Figures, informal: Count) -> Table:
    first = figures.first
    return matrix(
        f"Complaints made and how they were taken up, {figures.period.name}",
        "Procedure",
        [("Statutory", first)],
        {
            "Complaints made": lambda of: made_count(figures),
            "Resolved informally": lambda of: informal,
            f"Received at {first.short_words}": lambda of: figures.count("received", of),
            "Of these withdrawn": lambda of: figures.count("withdrawn", of),
        },
    )


def _remedies(figures: Figures) -> Section:
    def count(measure: str, row: Any) -> Count:
        if row:
            return figures.beside(measure, breakdown="remedy", value=row.remedy_type)
        parts = [count(measure, each).value or 0 for each in figures.remedies]
        return Count(figures.beside(measure).cell, sum(parts))

    def pounds(name: str, measure: str, row: Any) -> Part:
        rows = [row] if row else figures.remedies
        amounts = [amount for each in rows if (amount := getattr(each, name)) is not None]
        counts = tuple(count(measure, each) for each in rows)
        return WorkedOut(f"£{sum(amounts):,.2f}", counts) if amounts else NOTHING

    rows = sorted(figures.remedies, key=lambda each: (-each.remedies, each.remedy_type))
    table = matrix(
        f"Remedies agreed in {figures.period.name}",
        "Remedy",
        [(each.remedy_type, each) for each in rows],
        {
            "Agreed": partial(count, "remedies"),
            "Of these paid or done": partial(count, "remedies_paid"),
            "Amount agreed": partial(pounds, "amount", "remedies_with_amount"),
            "Amount paid": partial(pounds, "amount_paid", "remedies_with_amount_paid"),
        },
        *input_note(figures, "remedies"),
        total=(),
    )
    words = "What was agreed to put things right, by the day it was agreed."
    return Section("remedies", "Remedies", (sentence(words),), tables=(table,))


def _recommendations(figures: Figures) -> Section:
    titles = {each.name: each.title for each in (*figures.corporate, *figures.statutory)}

    def count(part: str, stage: str) -> Count:
        measure = f"recommendations{part}"
        if stage:
            return figures.beside(measure, group=("all", stage))
        parts = [count(part, each).value or 0 for each in titles]
        return Count(figures.beside(measure).cell, sum(parts))

    def compliance(stage: str) -> Part:
        due = count("_due", stage)
        return Share(count("_done", stage), due) if due.value else NOTHING

    def line(row: Any) -> Sentence:
        about = tuple(count(part, row.stage) for part in heads.values())
        return sentence(_line(row, titles[row.stage]), about=about)

    heads = {
        "Recommendations": "",
        "Done": "_done",
        "Overdue": "_overdue",
        "Not due yet": "_open",
        "Dropped": "_dropped",
    }
    table = matrix(
        f"Recommendations due in {figures.period.name}",
        "Made by",
        [(titles[each], each) for each in titles if count("", each).value],
        {head: partial(count, part) for head, part in heads.items()} | {"Compliance": compliance},
        sentence(
            "Compliance: done, of those done or overdue. What has no due date counts by the day it "
            "was done."
        ),
        *input_note(figures, "recommendations"),
        total="",
    )
    return Section(
        "recommendations",
        "Recommendations and what became of them",
        bullets=tuple(map(line, figures.recommendations)),
        tables=(table,),
    )


def _line(row: Any, made_by: str) -> str:
    """Return a recommendation as one paragraph: what, by whom, by when, and what became of it."""
    due = f", due {day_in_words(row.due_date)}" if row.due_date else ""
    became = {
        "done": f"done {day_in_words(row.done_date)}" if row.done_date else "",
        "dropped": f"dropped, {(row.dropped_why or '').rstrip(' .')}",
        "overdue": "overdue",
        "open": "not due yet",
    }[row.status]
    evidence = f" {row.evidence.rstrip(' .')}." if row.evidence else ""
    return f"{row.text.rstrip(' .')}. {made_by}{due}: {became}.{evidence}"


def _caseload(figures: Figures, counted: str) -> Table | None:
    """Return complaints beside the children or the referrals of each team, if any are known."""
    first, name = figures.first, figures.period.name
    known = {c.value for c in figures.cells if c[:2] == (counted, name) and c.breakdown}
    if not known:
        return None

    def complaints(team: str) -> Count:
        return figures.count("received", first, None, "service_team", team)

    def caseload(team: str) -> Count:
        count = figures.beside(counted, breakdown="service_team", value=team)
        return count if team in known else Count(count.cell, None)

    def ratio(team: str) -> Part:
        number, whole = complaints(team), caseload(team)
        if not whole.value:
            return NOT_APPLICABLE
        exact = Fraction(100 * (number.value or 0), whole.value)
        return WorkedOut(f"{rounded(exact, 1):.1f}", (number, whole))

    teams = sorted({*known, *figures.values_of("service_team", first)}, key=in_order)
    return matrix(
        f"{first.title} complaints and {counted} by team, {name}",
        "Team",
        [(team, team) for team in teams],
        {
            "Complaints": complaints,
            counted.capitalize(): caseload,
            f"Complaints per 100 {counted}": ratio,
        },
        *input_note(figures, "caseload"),
    )
