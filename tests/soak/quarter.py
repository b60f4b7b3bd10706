"""The story of a quarter: what lies in the folder each night, and what befalls the job."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from case_system import CaseSystem
from flaws import COLUMNS, Line
from small_home import MARTS_REPLACED, PUBLISHED, Moment
from soak_size import share_of

FIRST_DAY = date(2018, 9, 1)
WHOLE = 92
NIGHTS = share_of(WHOLE, least=33)  # a case is forgotten after thirty
SEED = 4
KEPT_FILES = 3
QUIET = (date(2018, 10, 20), date(2018, 10, 30))  # half-term: nothing comes, nobody works

HEADER = ",".join(COLUMNS)
BAD_FILES = {
    "a needed column is missing": f"{HEADER.replace('received_date,', '')}\n",
    "no rows": f"{HEADER}\n",
    "not text": "\x00\x01\x02 no export at all",
}


class File(NamedTuple):
    """An export as it lies in the folder; no lines where it must be rejected whole."""

    content: str
    lines: tuple[Line, ...] | None


class Run(NamedTuple):
    """A run of the job, and how it ends.

    Attributes:
        ends: well, killed, failed, refused, or without files: nothing new that it can read.
        how: quick (without dbt), dbt, or flow (the command, under Prefect).
        killed_at: before which step; at a random time where it is killed and no step is given.
        sending_to: the recipient at whose message it is killed while it sends.
        is_taken: whether the mail server had taken that message.
        has_loaded: whether the rows were in the warehouse when it was killed.
    """

    ends: str = "well"
    how: str = "quick"
    killed_at: Moment | None = None
    sending_to: str | None = None
    is_taken: bool = False
    has_loaded: bool = False


class Accepted(NamedTuple):
    """An exception that is accepted before a night, or taken back."""

    key: tuple[str, str]
    code: str
    is_withdrawal: bool = False


class Night(NamedTuple):
    """A night as the job meets it."""

    day: date
    folder: dict[str, File]
    runs: tuple[Run, ...]
    accepted: tuple[Accepted, ...]
    has_mail_server: bool


WELL, WITH_DBT, FLOW = Run(), Run(how="dbt"), Run(how="flow")
KILLED = Run("killed")
MANAGER, LEGAL, OFFICER = (f"{who}@council.example" for who in ("manager", "legal", "officer"))

RUNS: dict[date, tuple[Run, ...]] = {
    date(2018, 9, 6): (Run("killed", killed_at=Moment("record_fates")), WELL),
    date(2018, 9, 11): (Run("without files"),),
    date(2018, 9, 13): (KILLED, KILLED, WELL),
    date(2018, 9, 18): (Run("killed", killed_at=PUBLISHED), WELL),
    date(2018, 9, 25): (Run("killed", sending_to=MANAGER, is_taken=True), WELL),
    date(2018, 9, 27): (
        Run("killed", killed_at=Moment("validate_records")),
    ),  # the next night goes on
    date(2018, 10, 2): (KILLED, KILLED, KILLED, WELL),
    date(2018, 10, 4): (Run("failed"),),
    date(2018, 10, 9): (Run("refused"), WELL),
    date(2018, 10, 10): (Run("killed", sending_to=MANAGER), WELL),
    date(2018, 10, 16): (Run("killed", killed_at=Moment("validate_deadlines"), has_loaded=True),),
    date(2018, 10, 18): (Run("without files"),),
    date(2018, 10, 25): (KILLED, WELL),
    date(2018, 11, 1): (Run("killed", sending_to=LEGAL, is_taken=True), WELL),
    date(2018, 11, 6): (Run("without files"),),
    date(2018, 11, 9): (KILLED, KILLED, WELL),
    date(2018, 11, 14): (Run("killed", killed_at=MARTS_REPLACED), WELL),
    date(2018, 11, 20): (Run("killed", sending_to=MANAGER, is_taken=True),),
    date(2018, 11, 27): (FLOW,),
}
NO_MAIL_SERVER = {date(2018, 9, 20), date(2018, 9, 21), date(2018, 11, 5)}
BAD: dict[date, str] = {  # the first and the last are sent again, corrected, on the next day
    date(2018, 9, 11): "a needed column is missing",
    date(2018, 10, 18): "no rows",
    date(2018, 11, 6): "not text",
}
LEFT_LYING = date(2018, 10, 18)  # a bad file that nobody corrects or takes away for a while
ALONE = date(2018, 11, 6)  # a bad file beside which no other lies

ACCEPTED: dict[date, tuple[Accepted, ...]] = {
    date(2018, 9, 19): (
        Accepted(("AC-1", "stage_1"), "clock_start_before_received"),
        Accepted(("AC-2", "stage_1"), "corporate_subject_logged_as_statutory"),
    ),
    date(2018, 10, 3): (
        Accepted(("AC-3", "stage_1"), "team_missing"),
        Accepted(("AC-4", "stage_1"), "outcome_without_response"),
    ),
    date(2018, 10, 12): (Accepted(("AC-3", "stage_1"), "team_missing", is_withdrawal=True),),
}


def nights(count: int = NIGHTS) -> Iterator[Night]:
    """Give so many nights of the quarter, one by one; the same on every call."""
    system = CaseSystem(FIRST_DAY, SEED)
    delivered: dict[str, File] = {}
    for number in range(count):
        day = FIRST_DAY + timedelta(days=number)
        if not QUIET[0] <= day <= QUIET[1]:
            _work_by_hand(system, day)
            system.work(day)
            if number == 0 or day.weekday() < 5:
                _deliver(delivered, system, day)
        is_last = number == count - 1
        usual = WITH_DBT if number % 28 == 9 or number == 0 or is_last else WELL
        yield Night(
            day,
            _folder(delivered, day),
            RUNS.get(day, (usual,)),
            ACCEPTED.get(day, ()),
            day not in NO_MAIL_SERVER,
        )


def _work_by_hand(system: CaseSystem, day: date) -> None:
    """Do what chance cannot be left to: the cases whose exceptions are accepted, and a detour."""
    answered = {"responded_date": "2018-09-14", "outcome": "not_upheld"}
    if day == date(2018, 9, 17):
        received = {"received_date": "2018-09-05"}
        system.enter(day, "AC-1", "clock_start_before_received", **received, **answered)
        system.enter(day, "AC-2", "corporate_subject_logged_as_statutory", **received, **answered)
        system.enter(day, "AC-3", "team_missing", **received)
        system.enter(day, "AC-4", "outcome_without_response")
        system.enter(day, "AC-5", "stage_without_previous_stage", stage="stage_2")
    elif day == date(2018, 10, 8):
        system.change(day, ("AC-4", "stage_1"), reasons="Delay")  # which ends what was accepted
        system.enter(day, "AC-5", **{"received_date": "2018-08-30"} | answered)
        system.enter(day, "AC-5", stage="stage_2", received_date="2018-09-17")


def _deliver(delivered: dict[str, File], system: CaseSystem, day: date) -> None:
    lines = tuple(system.export(day))
    good = File("\n".join([HEADER, *(line.text for line in lines)]) + "\n", lines)
    bad = BAD_FILES.get(BAD.get(day, ""))
    delivered[_name(day)] = File(bad, None) if bad else good
    corrected = day - timedelta(days=1)
    if corrected in BAD and corrected != LEFT_LYING:
        delivered[_name(corrected)] = good
        delivered[_name(day)] = good


def _folder(delivered: dict[str, File], day: date) -> dict[str, File]:
    """Return the newest files, and a bad one for as long as it lies there."""
    if day == ALONE:
        return {_name(day): delivered[_name(day)]}
    kept = sorted(delivered)[-KEPT_FILES:]
    return {name: delivered[name] for name in kept}


def _name(day: date) -> str:
    return f"complaints_{day:%Y%m%d}.csv"
