"""Small reports made by hand, with tables labelled as in the real one."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from complaints.report.content import (
    Cell,
    Count,
    FrontMatter,
    Part,
    Report,
    Section,
    Sentence,
    Share,
    Sum,
    Table,
)
from complaints.report.printing import PrintedReport, print_report

PERIOD = "2018-19 Q2"
FRONT = FrontMatter(*["by role"] * 11)
QUARTERS = ("2018-19 Q1", "2018-19 Q2", "2018-19 Q3", "2018-19 Q4")
UPHELD = ("upheld", "partially_upheld")
OUTCOMES = {
    "upheld": "Upheld",
    "partially_upheld": "Partially upheld",
    "not_upheld": "Not upheld",
    "no_finding": "No finding",
}
STATUSES = {
    "in_sla": "In SLA",
    "late": "Late",
    "open_in_time": "Open in time",
    "open_overdue": "Open and overdue",
    "not_applicable": "Not applicable",
}


def cell(measure: str, period: str = PERIOD, *more: str) -> Cell:
    """A cell of statutory stage 1."""
    return Cell(measure, period, "statutory", "stage_1", *more)


def count(value: int | None, measure: str, *more: str) -> Count:
    """A count of statutory stage 1 in the report's quarter."""
    return Count(cell(measure, PERIOD, *more), value)


def report_of(
    *tables: Table,
    sentences: Iterable[Sentence] = (),
    sums: Iterable[Sum] = (),
    values: dict[Cell, int] | None = None,
    sections: Iterable[Section] = (),
) -> Report:
    """A report of one section with these tables and sentences."""
    section = Section("s", "Stage 1", tuple(sentences), (), tables, sections=tuple(sections))
    return Report(PERIOD, "2019-06-30", FRONT, (section,), tuple(sums), values or {})


def table(rows: Sequence[Sequence[Part]], *columns: str, total: bool = False) -> Table:
    """A table whose first column names the rows."""
    return Table("Stage 1 complaints by service team", columns, tuple(map(tuple, rows)), (), total)


def teams(values: dict[str, int], measure: str = "received", total: bool = True) -> Table:
    """A table of teams with a total row."""
    rows: list[list[Part]] = [
        [name, count(value, measure, "service_team", name)] for name, value in values.items()
    ]
    if total:
        rows.append(["Total", count(sum(values.values()), measure)])
    return table(rows, "Service team", "No of complaints", total=total)


def published(report: Report, hidden: set[Cell]) -> PrintedReport:
    """The report as the public sees it."""
    return print_report(report, "publication", hidden, "c")


class Case(NamedTuple):
    """A stage 1 complaint of a random report."""

    quarter: str
    team: str
    status: str
    outcome: str
    reason: str
    is_extended: bool


def report_of_cases(cases: Sequence[Case], names: Sequence[str] = QUARTERS) -> Report:
    """A report of random complaints: totals, statuses, teams and outcomes over quarters."""

    def counted(measure: str, period: str, *more: str, when: Callable[[Case], bool]) -> Count:
        chosen = (c for c in cases if c.quarter.startswith(period) and when(c))
        return Count(cell(measure, period, *more), sum(1 for _ in chosen))

    def received(period: str) -> Count:
        return counted("received", period, when=lambda case: True)

    def in_status(status: str, period: str, *more: str, team: str = "") -> Count:
        return counted(
            status, period, *more, when=lambda c: c.status == status and team in ("", c.team)
        )

    def upheld(period: str, *more: str, team: str = "") -> Count:
        return counted(
            "upheld", period, *more,
            when=lambda c: c.outcome in UPHELD and team in ("", c.team),
        )  # fmt: skip

    periods = (*names, "2018-19") if len(names) == len(QUARTERS) else tuple(names)
    over_time = [
        ("Stage 1", *(received(period) for period in periods)),
    ]
    statuses = [
        (period, received(period), *(in_status(each, period) for each in STATUSES))
        for period in periods
    ]
    limits = [
        (
            period,
            in_status("in_sla", period),
            *(
                counted(
                    name, period,
                    when=lambda c, is_it=is_it: c.status == "in_sla" and c.is_extended == is_it,
                )
                for name, is_it in (("in_sla_basic", False), ("in_sla_extended", True))
            ),
        )
        for period in periods
    ]  # fmt: skip
    shares = [
        (
            period,
            Share(in_status("in_sla", period), received(period)),
            Share(upheld(period), received(period)),
        )
        for period in periods
    ]
    tables = [
        Table("Complaints received", ("Stage", *periods), tuple(over_time)),
        Table("Stage 1", ("Quarter", "Received", *STATUSES.values()), tuple(statuses)),
        Table(
            "Stage 1",
            ("Quarter", "In SLA", "Without an extension", "With an extension"),
            tuple(limits),
        ),
        Table("Stage 1", ("Quarter", "In SLA", "Upheld"), tuple(shares)),
    ]
    for period in periods:
        of_period = [case for case in cases if case.quarter.startswith(period)]
        rows: list[tuple[Part, ...]] = [
            (
                team,
                counted(
                    "received", period, "service_team", team, when=lambda c, t=team: c.team == t
                ),
                in_status("in_sla", period, "service_team", team, team=team),
                upheld(period, "service_team", team, team=team),
            )
            for team in sorted({case.team for case in of_period})
        ]
        rows.append(("Total", received(period), in_status("in_sla", period), upheld(period)))
        title = f"Stage 1 complaints by service team, {period}"
        columns = ("Service team", "No of complaints", "In SLA", "Upheld")
        tables.append(Table(title, columns, tuple(rows), (), True))
        for breakdown in ("outcome", "reason"):
            values = sorted({getattr(case, breakdown) for case in of_period})
            parts = tuple(
                (
                    OUTCOMES.get(value, value),
                    counted(
                        "received", period, breakdown, value,
                        when=lambda c, v=value, b=breakdown: getattr(c, b) == v,
                    ),
                )
                for value in values
            )  # fmt: skip
            title = f"Stage 1 complaints by {breakdown}, {period}"
            tables.append(Table(title, (breakdown.capitalize(), "Complaints"), parts))
    now, base = received(names[-1]), received(names[0])
    words = Sentence(
        ("The number of stage 1 complaints received went from ", base, f" in {names[0]} to ", now,
         f" in {names[-1]}."),
        "The change cannot be described here.",
    )  # fmt: skip
    sums = tuple(
        Sum(
            cell("upheld", period),
            tuple(cell("received", period, "outcome", each) for each in UPHELD if each in found),
        )
        for period in periods
        if (found := {case.outcome for case in cases if case.quarter.startswith(period)})
    )
    section = Section("s", "S", (words,), (), tuple(tables))
    return Report(names[-1], "2019-06-30", FRONT, (section,), sums)
