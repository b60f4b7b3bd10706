"""What the example is to contain: how many complaints, with which fate, in which quarter.

The statutory plan gives the figures of the council's printed report for 2018-19 Q2: see
`published_figures.csv` and `published_breakdowns.csv` among the seeds.
"""

from datetime import date
from typing import NamedTuple

AS_OF_DAY = date(2018, 11, 27)
FIRST_DAY = date(2016, 4, 1)


class Group(NamedTuple):
    """Stage 1 complaints received in one quarter; those without another fate are late.

    `in_time` includes those in time only by an extension (`extended`) or because the clock
    started later (`clocked`). `open` are overdue, `waiting` open and still in time. A group
    without a team takes any team.
    """

    quarter: str
    received: int
    in_time: int
    extended: int = 0
    clocked: int = 0
    upheld: int = 0
    partially: int = 0
    withdrawn: int = 0
    open: int = 0
    waiting: int = 0
    team: str = ""


STAGE_1: dict[str, tuple[Group, ...]] = {
    "statutory": (
        Group("2016-17 Q1", 15, 6, extended=1, upheld=2, partially=1, withdrawn=1),
        Group("2016-17 Q2", 21, 8, extended=1, clocked=1, upheld=2, partially=1),
        Group("2016-17 Q3", 16, 5, extended=1, upheld=1, partially=1, withdrawn=1),
        Group("2016-17 Q4", 18, 6, extended=1, clocked=1, upheld=2, partially=1),
        Group("2017-18 Q1", 17, 5, clocked=1, upheld=1, partially=1, withdrawn=1),
        Group("2017-18 Q2", 26, 4, extended=1, withdrawn=2),
        Group("2017-18 Q3", 16, 5, extended=1, clocked=1, upheld=1, partially=2),
        Group("2017-18 Q4", 15, 6, extended=1, upheld=1, partially=1, withdrawn=1),
        Group("2018-19 Q1", 18, 9, extended=2, clocked=1, upheld=1, open=1),
        Group("2018-19 Q2", 11, 3, extended=1, upheld=1, open=2, team="Children in Need"),
        Group("2018-19 Q2", 10, 6, extended=1, clocked=1, open=1, team="Assessments"),
        Group("2018-19 Q2", 4, 0, waiting=1, team="Looked After Children"),
        Group("2018-19 Q2", 3, 1, partially=1, team="Early Help"),
        Group("2018-19 Q2", 3, 1, open=1, team="Leaving Care"),
        Group("2018-19 Q2", 3, 0, upheld=1, team="Child Protection & Proceedings"),
        Group("2018-19 Q2", 2, 0, partially=1, team="Fostering & Children's Placement"),
        Group("2018-19 Q2", 2, 0, team="Children with Disabilities"),
        Group("2018-19 Q2", 1, 0, team="Adoption Support"),
        Group("2018-19 Q2", 1, 0, open=1, team="Youth Offending"),
    ),
    "corporate": (
        Group("2016-17 Q1", 20, 13, upheld=3, partially=2, withdrawn=1),
        Group("2016-17 Q2", 21, 14, upheld=3, partially=1),
        Group("2016-17 Q3", 20, 12, clocked=1, upheld=2, partially=2, withdrawn=1),
        Group("2016-17 Q4", 20, 15, upheld=3, partially=1),
        Group("2017-18 Q1", 21, 14, upheld=2, partially=3, withdrawn=2),
        Group("2017-18 Q2", 22, 13, upheld=2, partially=2),
        Group("2017-18 Q3", 20, 12, clocked=1, upheld=3, partially=1, withdrawn=1),
        Group("2017-18 Q4", 20, 13, upheld=2, partially=2),
        Group("2018-19 Q1", 20, 12, upheld=2, partially=1, withdrawn=1, open=1),
        Group("2018-19 Q2", 20, 11, upheld=1, partially=2, open=3),
    ),
}


class Escalation(NamedTuple):
    """A later stage asked for on a day, for a case whose stage before was answered before it.

    `answered_after` counts working days; None leaves the stage open.
    """

    procedure: str
    stage: str
    received: date
    answered_after: int | None
    outcome: str = "not_upheld"
    extension_agreed: bool = False
    team: str = ""
    panel_after: int | None = None


def _statutory_stage_2(
    received: date, answered_after: int, outcome: str = "not_upheld", team: str = ""
) -> Escalation:
    is_extended = 25 < answered_after <= 65
    return Escalation("statutory", "stage_2", received, answered_after, outcome, is_extended, team)


def _statutory_stage_3(
    received: date,
    answered_after: int | None,
    panel_after: int,
    outcome: str = "not_upheld",
    team: str = "",
) -> Escalation:
    return Escalation(
        "statutory", "stage_3", received, answered_after, outcome, False, team, panel_after
    )


def _ombudsman(
    procedure: str, received: date, answered_after: int | None, outcome: str
) -> Escalation:
    return Escalation(procedure, "ombudsman", received, answered_after, outcome)


def _corporate_stage_2(
    received: date, answered_after: int | None, outcome: str = "not_upheld"
) -> Escalation:
    return Escalation("corporate", "stage_2", received, answered_after, outcome)


ESCALATIONS: tuple[Escalation, ...] = (
    _statutory_stage_2(date(2016, 5, 5), 36),
    _statutory_stage_2(date(2016, 5, 18), 23, "partially_upheld"),
    _statutory_stage_2(date(2016, 6, 14), 71),
    _statutory_stage_3(date(2016, 7, 11), 48, 29),
    _statutory_stage_2(date(2016, 8, 22), 25),
    _ombudsman("statutory", date(2016, 9, 5), 64, "closed_after_initial_enquiries"),
    _statutory_stage_2(date(2016, 10, 17), 24, "upheld"),
    _statutory_stage_2(date(2016, 11, 28), 30),
    _statutory_stage_2(date(2017, 1, 16), 58),
    _statutory_stage_3(date(2017, 1, 30), 44, 26, "partially_upheld"),
    _statutory_stage_2(date(2017, 2, 20), 68, "no_finding"),
    _ombudsman("statutory", date(2017, 3, 6), 41, "not_upheld"),
    _statutory_stage_2(date(2017, 4, 24), 24),
    _statutory_stage_2(date(2017, 5, 8), 40),
    _statutory_stage_2(date(2017, 6, 12), 70, "partially_upheld"),
    _statutory_stage_3(date(2017, 7, 17), 45, 28),
    _ombudsman("statutory", date(2017, 7, 10), 75, "upheld"),
    _ombudsman("statutory", date(2017, 8, 2), 12, "referred_back"),
    _ombudsman("statutory", date(2017, 8, 30), 88, "not_upheld"),
    _ombudsman("statutory", date(2017, 9, 18), 9, "closed_after_initial_enquiries"),
    _statutory_stage_2(date(2017, 10, 23), 45),
    _statutory_stage_2(date(2017, 12, 4), 25, "upheld"),
    _statutory_stage_3(date(2018, 1, 17), 57, 33, "partially_upheld"),
    _statutory_stage_2(date(2018, 1, 22), 22),
    _statutory_stage_2(date(2018, 2, 19), 67, "no_finding"),
    _ombudsman("statutory", date(2018, 3, 12), 51, "not_upheld"),
    _statutory_stage_2(date(2018, 3, 19), 60, team="Early Help"),
    _statutory_stage_2(date(2018, 4, 16), 25, team="Children in Need"),
    _statutory_stage_2(date(2018, 4, 30), 21, "no_finding", "Assessments"),
    _statutory_stage_2(date(2018, 5, 16), 38, team="Children with Disabilities"),
    _statutory_stage_2(date(2018, 6, 4), 60, team="Leaving Care"),
    _statutory_stage_2(date(2018, 6, 25), 24, team="Looked After Children"),
    _statutory_stage_3(date(2018, 7, 3), 57, 34, "upheld", "Early Help"),
    _statutory_stage_2(date(2018, 7, 9), 25, team="Looked After Children"),
    _statutory_stage_2(date(2018, 7, 23), 42, team="Child Protection & Proceedings"),
    _statutory_stage_2(date(2018, 8, 6), 23, "no_finding", "Looked After Children"),
    _statutory_stage_2(date(2018, 8, 20), 52, team="Children in Need"),
    _statutory_stage_2(date(2018, 9, 4), 25, team="Fostering & Children's Placement"),
    _statutory_stage_3(date(2018, 9, 24), None, 27, "", "Leaving Care"),
    _corporate_stage_2(date(2016, 6, 6), 18),
    _corporate_stage_2(date(2016, 8, 15), 27, "partially_upheld"),
    _ombudsman("corporate", date(2016, 10, 31), 15, "advice_given"),
    _corporate_stage_2(date(2016, 11, 14), 20),
    _corporate_stage_2(date(2017, 1, 23), 19, "upheld"),
    _corporate_stage_2(date(2017, 3, 13), 34),
    _corporate_stage_2(date(2017, 5, 22), 17),
    _corporate_stage_2(date(2017, 7, 17), 20),
    _ombudsman("corporate", date(2017, 9, 11), 82, "upheld"),
    _corporate_stage_2(date(2017, 10, 9), 29),
    _corporate_stage_2(date(2017, 11, 27), 16, "partially_upheld"),
    _corporate_stage_2(date(2018, 2, 12), 20),
    _corporate_stage_2(date(2018, 4, 23), 22),
    _ombudsman("corporate", date(2018, 5, 14), 7, "incomplete_or_invalid"),
    _corporate_stage_2(date(2018, 6, 18), 15),
    _corporate_stage_2(date(2018, 8, 13), 19, "upheld"),
    _ombudsman("corporate", date(2018, 9, 10), None, ""),
    _corporate_stage_2(date(2018, 9, 19), None, ""),
)

# The reasons of the 40 statutory stage 1 complaints of 2018-19 Q2: Communication 27, Delays 22,
# Poor Case Management 3, as printed; no other reason more than once.
REASONS_AS_PRINTED: dict[tuple[str, str], tuple[tuple[str, int], ...]] = {
    ("statutory", "2018-19 Q2"): (
        ("Communication;Delays", 13),
        ("Communication;Delays;Poor Case Management", 1),
        ("Communication", 12),
        ("Communication;Staff Conduct", 1),
        ("Delays", 7),
        ("Delays;Contact Arrangements", 1),
        ("Poor Case Management", 2),
        ("Quality of Assessment", 1),
        ("", 2),
    ),
}
