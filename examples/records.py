"""Turns cases into the rows of an export, one per stage, still with real dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from complaints.examples.cases import Case, Stage, due_date
from complaints.examples.plans import AS_OF_DAY
from complaints.examples.vocabulary import (
    AGES_ASKED_FOR_ORIENTATION,
    AGES_OF_COMPLAINING_CHILDREN,
    AGES_OF_TEAM,
    CHARACTERISTICS,
    LEARNING,
    TEAMS,
)
from complaints.examples.working_days import working_day_after
from complaints.warehouse.layout import LAYOUT_NAMES

Value = str | date | datetime | None
Values = dict[str, Value]

# What came later into the layout is None: the spellings drawn for a row depend on its blanks too.
BLANK: Values = dict.fromkeys(LAYOUT_NAMES, "") | dict.fromkeys(
    (
        "target_met",
        "status",
        *LAYOUT_NAMES[LAYOUT_NAMES.index("extension_agreed_date") : -1],
    )
)
LAST_SAVED_DAY = AS_OF_DAY - timedelta(days=1)
LATEST_QUARTER_START = date(2018, 7, 1)
STATUTORY_FILE = "complaints_statutory.csv"
CORPORATE_FILE = "complaints_corporate.csv"
LATEST_FILE = "complaints_2018-19_q2.xlsx"


@dataclass(frozen=True)
class Record:
    """One row of an export, with what becomes of it.

    `filed_on` is the day by which rows are sorted. `damage` makes a line that cannot be read:
    `split` writes the learning without the quotes its comma needs, `cut` ends the line early.
    """

    file_name: str
    filed_on: date
    values: Values
    fate: str = "loaded"
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    damage: str = ""


def records_of(cases: Iterable[Case], rng: Random) -> list[Record]:
    """Return one record for each stage of each case."""
    return [
        Record(file_of(case.procedure, stage.received_date), stage.received_date, values)
        for case in cases
        for stage, values in _stages_of(case, rng)
    ]


def file_of(procedure: str, received: date) -> str:
    """Return the export that a stage received on a day is in."""
    if received >= LATEST_QUARTER_START:
        return LATEST_FILE
    return STATUTORY_FILE if procedure == "statutory" else CORPORATE_FILE


def _stages_of(case: Case, rng: Random) -> list[tuple[Stage, Values]]:
    person = _person(case, rng)
    person["legal_basis"] = rng.choice(TEAMS[case.procedure][case.team])
    return [(stage, _values(case, stage, person, rng)) for stage in case.stages]


def _person(case: Case, rng: Random) -> Values:
    """Return the characteristics recorded; they do not contradict team, clock or each other."""
    person: Values = {
        name: rng.choice(values) for name, values in CHARACTERISTICS[case.procedure].items()
    }
    if case.team in AGES_OF_TEAM:
        person["age_band"] = rng.choice(AGES_OF_TEAM[case.team])
    elif person["complainant_type"] == "child":
        person["age_band"] = rng.choice(AGES_OF_COMPLAINING_CHILDREN)
    if person["age_band"] not in AGES_ASKED_FOR_ORIENTATION:
        person["sexual_orientation"] = ""
    if any(stage.clock_start_date for stage in case.stages):
        person["advocate"] = "yes"
    return person


def _values(case: Case, stage: Stage, person: Values, rng: Random) -> Values:
    values = BLANK | vars(stage)
    values |= person
    values |= {
        "extension_agreed": "yes" if stage.extension_agreed else "no",
        "case_reference": case.reference,
        "procedure": case.procedure,
        "service_team": case.team,
        "reasons": case.reasons,
        "acknowledged_date": _acknowledged(stage, rng),
        "target_date": _target(case, stage, rng),
        "learning": _learning(case, stage, rng),
        "last_updated": last_updated(stage.responded_date or stage.received_date, rng),
    }
    return values


def _acknowledged(stage: Stage, rng: Random) -> date | None:
    day = working_day_after(stage.received_date, rng.randint(1, 4))
    if rng.random() < 0.3 or day > (stage.responded_date or AS_OF_DAY):
        return None
    return day


def _target(case: Case, stage: Stage, rng: Random) -> date | None:
    """Return the right due date for one stage in four, as few systems are trusted with it."""
    is_filled = rng.random() < 0.25 and stage.outcome != "withdrawn"
    return due_date(case.procedure, stage) if is_filled else None


def _learning(case: Case, stage: Stage, rng: Random) -> str:
    chance = 0.8 if stage.outcome in ("upheld", "partially_upheld") else 0.06
    is_written = stage.responded_date is not None and rng.random() < chance
    return rng.choice(LEARNING[case.procedure]) if is_written else ""


def last_updated(changed: date, rng: Random) -> datetime | None:
    """Return a time within a fortnight of a day, in office hours and before the export."""
    day = min(changed + timedelta(days=rng.randint(0, 14)), LAST_SAVED_DAY)
    saved_at = time(rng.randint(8, 17), rng.randint(0, 59))
    return None if rng.random() < 0.05 else datetime.combine(day, saved_at)
