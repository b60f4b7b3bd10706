"""Makes the cases of the plan: when each stage came in, when it was answered and how."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from complaints.examples.plans import (
    AS_OF_DAY,
    ESCALATIONS,
    FIRST_DAY,
    REASONS_AS_PRINTED,
    STAGE_1,
    Escalation,
    Group,
)
from complaints.examples.vocabulary import REASONS, TEAMS
from complaints.examples.working_days import (
    Limit,
    days_of_quarter,
    is_working_day,
    response_limits,
    working_day_after,
    working_days_between,
)

LIMITS = response_limits(FIRST_DAY)
STAGE_NUMBERS = {"stage_1": 1, "stage_2": 2, "stage_3": 3, "ombudsman": 4}
# Within how many working days of the last answer the next stage is asked for.
REQUEST_WINDOWS = {"stage_2": 20, "stage_3": 20, "ombudsman": 120}
MILESTONES_SINCE = date(2017, 4, 1)
# After which share of the time taken an investigation has come so far.
SHARES_OF_STAGE_2 = {
    "investigator_appointed_date": 0.2,
    "independent_person_appointed_date": 0.25,
    "statement_agreed_date": 0.4,
    "investigation_report_date": 0.8,
    "adjudication_date": 0.95,
}
WAITING_CLOCK_START = AS_OF_DAY - timedelta(days=8)


@dataclass
class Stage:
    """One stage of a case."""

    stage: str
    received_date: date
    responded_date: date | None = None
    outcome: str = ""
    clock_start_date: date | None = None
    extension_agreed: bool = False
    panel_date: date | None = None
    panel_findings_date: date | None = None
    investigator_appointed_date: date | None = None
    independent_person_appointed_date: date | None = None
    statement_agreed_date: date | None = None
    investigation_report_date: date | None = None
    adjudication_date: date | None = None


@dataclass
class Case:
    """One complaint with the stages it went through, in their order."""

    procedure: str
    quarter: str
    team: str
    stages: list[Stage]
    is_team_given: bool = False
    reasons: str = ""
    reference: str = field(default="", compare=False)


def make_cases(rng: Random) -> list[Case]:
    """Return every case of the plan, numbered in the order received."""
    cases = [
        case
        for procedure, groups in STAGE_1.items()
        for group in groups
        for case in _cases_of_group(procedure, group, rng)
    ]
    for escalation in sorted(ESCALATIONS, key=lambda planned: planned.received):
        _escalate(cases, escalation, rng)
    _give_reasons(cases, rng)
    _number(cases)
    return cases


def due_date(procedure: str, stage: Stage) -> date | None:
    """Return the day a stage is due, stage 3 as a whole, or nothing where no limit holds."""
    limit = LIMITS.get((procedure, stage.stage))
    if limit is None:
        return None
    days = limit.extended if stage.extension_agreed else limit.basic
    return working_day_after(stage.clock_start_date or stage.received_date, days)


def _cases_of_group(procedure: str, group: Group, rng: Random) -> list[Case]:
    limit = LIMITS[procedure, "stage_1"]
    stages = [
        _first_stage(fate, day, limit, rng)
        for fate, day in zip(_fates(group, rng), _days_received(group, rng), strict=True)
    ]
    _give_outcomes(stages, group, rng)
    teams = tuple(TEAMS[procedure])
    return [
        Case(
            procedure,
            group.quarter,
            group.team or rng.choice(teams),
            [stage],
            is_team_given=bool(group.team),
        )
        for stage in stages
    ]


def _days_received(group: Group, rng: Random) -> list[date]:
    """Return days spread over the quarter, few of them at weekends or on bank holidays."""
    days = days_of_quarter(group.quarter)
    bounds = [len(days) * part // group.received for part in range(group.received + 1)]
    parts = [days[start:end] for start, end in pairwise(bounds)]
    return [
        rng.choices(part, [20 if is_working_day(day) else 1 for day in part])[0] for part in parts
    ]


def _fates(group: Group, rng: Random) -> list[str]:
    """Return the fate of each complaint; those that wait for their clock came in last."""
    fates = Counter(
        extended=group.extended,
        clocked=group.clocked,
        withdrawn=group.withdrawn,
        open=group.open,
    )
    fates["in_time"] = group.in_time - group.extended - group.clocked
    fates["late"] = group.received - group.waiting - fates.total()
    shuffled = list(fates.elements())
    rng.shuffle(shuffled)
    return shuffled + ["waiting"] * group.waiting


def _first_stage(fate: str, received: date, limit: Limit, rng: Random) -> Stage:
    stage = Stage("stage_1", received)
    if fate == "in_time":
        answered_after = rng.randint(limit.basic // 2, limit.basic)
        stage.responded_date = working_day_after(received, answered_after)
    elif fate == "extended":
        stage.extension_agreed = True
        answered_after = rng.randint(limit.basic + 1, limit.extended)
        stage.responded_date = working_day_after(received, answered_after)
    elif fate == "clocked":
        stage.clock_start_date = working_day_after(received, rng.randint(4, 8))
        answered_after = rng.randint(limit.basic - 3, limit.basic)
        stage.responded_date = working_day_after(stage.clock_start_date, answered_after)
    elif fate == "late":
        stage.extension_agreed = limit.extended > limit.basic and rng.random() < 0.15
        days = limit.extended if stage.extension_agreed else limit.basic
        stage.responded_date = working_day_after(received, days + rng.randint(1, 15))
    elif fate == "withdrawn":
        stage.outcome = "withdrawn"
        if rng.random() < 0.5:
            stage.responded_date = working_day_after(received, rng.randint(2, limit.basic))
    elif fate == "waiting":
        stage.clock_start_date = WAITING_CLOCK_START
    return stage


def _give_outcomes(stages: list[Stage], group: Group, rng: Random) -> None:
    answered = [stage for stage in stages if stage.responded_date and not stage.outcome]
    upheld = ["upheld"] * group.upheld + ["partially_upheld"] * group.partially
    for stage in answered:
        stage.outcome = rng.choices(("not_upheld", "no_finding"), (6, 1))[0]
    for stage, outcome in zip(rng.sample(answered, len(upheld)), upheld, strict=True):
        stage.outcome = outcome


def _escalate(cases: list[Case], planned: Escalation, rng: Random) -> None:
    """Take a fitting case one stage further; a plan that no case fits is a mistake."""
    fitting = [case for case in cases if _fits(case, planned)]
    if not fitting:
        raise ValueError(f"No case can go to {planned.stage} on {planned.received}")
    furthest = max(STAGE_NUMBERS[case.stages[-1].stage] for case in fitting)
    case = rng.choice(
        [case for case in fitting if STAGE_NUMBERS[case.stages[-1].stage] == furthest]
    )
    if planned.team:
        case.team, case.is_team_given = planned.team, True
    stage = Stage(
        planned.stage,
        planned.received,
        outcome=planned.outcome,
        extension_agreed=planned.extension_agreed,
    )
    if planned.answered_after is not None:
        stage.responded_date = working_day_after(planned.received, planned.answered_after)
    if planned.panel_after is not None:
        stage.panel_date = working_day_after(planned.received, planned.panel_after)
    _give_milestones(stage, planned)
    case.stages.append(stage)


def _give_milestones(stage: Stage, planned: Escalation) -> None:
    """Give the milestones, which the statutory system records since April 2017.

    They depend on the plan alone: a draw would change every case that comes after it.
    """
    if planned.procedure != "statutory" or planned.received < MILESTONES_SINCE:
        return
    if stage.panel_date and stage.responded_date:
        stage.panel_findings_date = working_day_after(stage.panel_date, 4)
    if planned.stage == "stage_2" and planned.answered_after is not None:
        for name, share in SHARES_OF_STAGE_2.items():
            days = round(share * planned.answered_after)
            setattr(stage, name, working_day_after(planned.received, days))


def _fits(case: Case, planned: Escalation) -> bool:
    """Say whether a case can take the planned stage as its next."""
    last = case.stages[-1]
    step = STAGE_NUMBERS[planned.stage] - STAGE_NUMBERS[last.stage]
    may_follow = step > 0 if planned.stage == "ombudsman" else step == 1
    has_team = not planned.team or planned.team == case.team or not case.is_team_given
    if case.procedure != planned.procedure or not may_follow or not has_team:
        return False
    if last.responded_date is None or last.outcome in ("withdrawn", "upheld"):
        return False
    waited = working_days_between(last.responded_date, planned.received)
    return 0 < waited <= REQUEST_WINDOWS[planned.stage]


def _give_reasons(cases: list[Case], rng: Random) -> None:
    """Give each case its reasons; where the report printed them, exactly those."""
    printed = {
        key: [reasons for reasons, times in counts for _ in range(times)]
        for key, counts in REASONS_AS_PRINTED.items()
    }
    for reasons in printed.values():
        rng.shuffle(reasons)
    for case in cases:
        planned = printed.get((case.procedure, case.quarter))
        case.reasons = planned.pop() if planned else rng.choice(REASONS[case.procedure])


def _number(cases: list[Case]) -> None:
    """Give made-up references such as CH-16-0001, in the order received."""
    numbers: Counter[str] = Counter()
    for case in sorted(cases, key=lambda case: case.stages[0].received_date):
        kind = "CH" if case.procedure == "statutory" else "CO"
        prefix = f"{kind}-{case.stages[0].received_date:%y}"
        numbers[prefix] += 1
        case.reference = f"{prefix}-{numbers[prefix]:04d}"
