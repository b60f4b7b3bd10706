"""What each night must send, from the story alone: nothing here looks into the product's tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from deadline_oracle import Stage, expected, working_days_between
from digest_lines import (
    DATA_QUALITY,
    DEADLINES,
    FAILED,
    FAILURES,
    INTERRUPTED,
    NEVER_ENDED,
    Change,
    Groups,
    Mail,
    Notice,
    Numbers,
    in_words,
    mails_of,
)
from flaws import MISCLASSIFICATION, Line
from quarter import Accepted, File

REMINDED_AFTER = timedelta(days=7)
SILENT_AFTER = timedelta(days=5)
DUE_WITHIN = 3

ENDED_IS_NEWS = {"held", "misclassification", "warning"}


class Place(NamedTuple):
    """Where a line stands: the file's name, and 1 for the first record after the header."""

    file_name: str
    row_number: int


class Kept(NamedTuple):
    """A line that the warehouse must hold."""

    line: Line
    place: Place


@dataclass
class Warehouse:
    """What the newest deliveries say of each case and stage, and what a person accepted of it."""

    keyed: dict[tuple[str, str], list[Kept]] = field(default_factory=dict)
    keyless: list[Kept] = field(default_factory=list)
    accepted: dict[tuple[str, str], Line] = field(default_factory=dict)
    taken: dict[tuple[str, str], date] = field(default_factory=dict)
    last_content: str = ""

    @property
    def kept(self) -> list[Kept]:
        """Every line, those of a case and stage together."""
        return [*(each for lines in self.keyed.values() for each in lines), *self.keyless]

    def load(self, folder: dict[str, File], day: date) -> None:
        """Take in what is new in the folder, oldest first."""
        for name, file in sorted(folder.items()):
            if file.lines is None or (name, file.content) in self.taken:
                continue
            assert all(name > earlier for earlier, _ in self.taken), "the story goes backwards"
            self.taken[name, file.content] = day
            if file.content != self.last_content:  # otherwise it is not read again
                self._take(name, file.lines)
            self.last_content = file.content

    def _take(self, name: str, lines: Sequence[Line]) -> None:
        delivered: dict[tuple[str, str] | None, list[Kept]] = {None: []}
        for number, line in enumerate(lines, start=1):
            delivered.setdefault(line.key, []).append(Kept(line, Place(name, number)))
        self.keyless = delivered.pop(None)
        self.keyed |= {key: kept for key, kept in delivered.items() if key}

    def accept(self, asked: Accepted) -> None:
        """Accept a finding on the row as it is now, or take that back."""
        (kept,) = self.keyed[asked.key]
        if asked.is_withdrawal:
            assert self.accepted.pop((asked.key[0], asked.code)) == kept.line
        else:
            self.accepted[asked.key[0], asked.code] = kept.line

    def errors(self, line: Line, day: date) -> list[str]:
        """Return the errors that hold a line back."""
        return [code for code in line.errors_on(day) if not self._is_accepted(line, code)]

    def warnings(self, line: Line) -> list[str]:
        """Return the warnings on a loaded line."""
        return [code for code in line.warnings if not self._is_accepted(line, code)]

    def _is_accepted(self, line: Line, code: str) -> bool:
        return self.accepted.get((line.row["case_reference"], code)) == line


@dataclass
class Sent:
    """What was sent last, on which day."""

    notices: dict[tuple, Notice] = field(default_factory=dict)
    days: dict[tuple, date] = field(default_factory=dict)

    def changes(
        self, notices: Iterable[Notice], day: date, is_everything_known: bool
    ) -> list[Change]:
        """Return what is to be sent of these notices, and remember it."""
        now = {(notice.audience, notice.key): notice for notice in notices}
        changes = [
            Change("new", notice) for known, notice in now.items() if known not in self.notices
        ]
        if is_everything_known:
            still = [known for known in now if known in self.notices]
            due = {
                audience
                for audience, _ in still
                if min(self.days[k] for k in still if k[0] == audience) + REMINDED_AFTER <= day
            }
            changes += [Change("reminder", now[known]) for known in still if known[0] in due]
            for known in [known for known in self.notices if known not in now]:
                changes.append(Change("ended", self.notices.pop(known)))
        for change in changes:
            if change.state != "ended":
                known = (change.notice.audience, change.notice.key)
                self.notices[known], self.days[known] = change.notice, day
        # Of several held alike nobody knows which was corrected.
        still_held = {n.key[:-1] for n in now.values() if n.notice_type == "held"}
        return [
            each
            for each in changes
            if each.state != "ended"
            or (
                each.notice.notice_type in ENDED_IS_NEWS
                and not (each.notice.notice_type == "held" and each.notice.key[:-1] in still_held)
            )
        ]


@dataclass
class Model:
    """The warehouse, what people know, and whether a run was interrupted."""

    warehouse: Warehouse = field(default_factory=Warehouse)
    sent: Sent = field(default_factory=Sent)
    is_interrupted: bool = False

    def published(self, folder: dict[str, File], day: date) -> list[Mail]:
        """Return what a run sends that ends well; it loads and publishes."""
        self.warehouse.load(folder, day)
        notices = [*rejected_notices(folder), *self._notices(day)]
        changes = self.sent.changes(notices, day, is_everything_known=True)
        numbers, due_by = self._numbers(notices, day)
        oldest = self._oldest(day)
        return mails_of(day, changes, numbers, due_by, oldest, self._interruption())

    def failed(self, folder: dict[str, File], day: date, step: str, why: str) -> list[Mail]:
        """Return what a run sends that fails at a step, whether or not it loaded before."""
        changes = self.sent.changes(rejected_notices(folder), day, is_everything_known=False)
        failure = {(FAILED, None): [f"Step: {step}", why]}
        return mails_of(day, changes, {}, None, [], failure | self._interruption())

    def refused(self, day: date) -> list[Mail]:
        """Return what a run sends that may not begin because another is at work."""
        failure = {(FAILED, None): ["Step: start, before the first step", "Another run is at"]}
        return mails_of(day, [], {}, None, [], failure)

    def _interruption(self) -> Groups:
        was_interrupted, self.is_interrupted = self.is_interrupted, False
        return {(INTERRUPTED, None): [NEVER_ENDED]} if was_interrupted else {}

    def _numbers(self, notices: list[Notice], day: date) -> tuple[Numbers, date | None]:
        """Return what is counted as it is now, and the last day of what is due soon."""
        loaded = self._loaded(day)
        distinct = {
            each: {notice.key[1] for notice in notices if notice.notice_type == each}
            for each in ("overdue", "due", "rejected", "silent")
        }
        due = [date.fromisoformat(each.sort) for each in notices if each.notice_type == "due"]
        rejected = len(distinct["rejected"])
        deadlines = {
            "overdue": len(distinct["overdue"]),
            "due": len(distinct["due"]),
            "open": sum(stage_facts(each.line, day)["is_open"] for each in loaded),
        }
        records = {
            "held": sum(
                bool(self.warehouse.errors(each.line, day)) for each in self.warehouse.kept
            ),
            "warning": sum(bool(self.warehouse.warnings(each.line)) for each in loaded),
            "rejected": rejected,
            "silent": len(distinct["silent"]),
        }
        numbers = {DEADLINES: deadlines, DATA_QUALITY: records, FAILURES: {"rejected": rejected}}
        return numbers, max(due, default=None)

    def _loaded(self, day: date) -> list[Kept]:
        return [each for each in self.warehouse.kept if not self.warehouse.errors(each.line, day)]

    def _oldest(self, day: date) -> list[str]:
        found = []
        for line in (each.line for each in self._loaded(day)):
            facts = stage_facts(line, day)
            if facts["is_open"]:
                row = line.row
                received = date.fromisoformat(row["received_date"])
                due = f", due on {in_words(facts['due_date'])}" if facts["due_date"] else ""
                who = f"{named(line)}, {row['procedure']}, {team(line)}"
                text = f"{who}: received on {in_words(received)}{due}"
                found.append((received, *(line.key or ()), text))
        return [text for *_, text in sorted(found)[:5]]

    def _notices(self, day: date) -> Iterable[Notice]:
        yield from self._held_notices(day)
        for each in self._loaded(day):
            for code in self.warehouse.warnings(each.line):
                notice_type = "misclassification" if code in MISCLASSIFICATION else "warning"
                yield _notice_on(each, notice_type, code, (code, each.line.key))
            yield from deadline_notices(each.line, day)
        last = max(self.warehouse.taken.values())
        if day - last > SILENT_AFTER:
            text = f"complaints has delivered nothing new since {in_words(last)}"
            key = ("silent", last)
            yield Notice(DATA_QUALITY, key, "silent", None, "complaints", text)

    def _held_notices(self, day: date) -> Iterable[Notice]:
        times: dict[tuple, int] = {}
        for each in self.warehouse.kept:
            line = each.line
            for code in self.warehouse.errors(line, day):
                known = (code, line.key or ("" if line.is_unreadable else line.text))
                times[known] = times.get(known, 0) + 1
                yield _notice_on(each, "held", code, (*known, times[known]))


def _notice_on(kept: Kept, notice_type: str, code: str, key: tuple) -> Notice:
    line = kept.line
    words = [] if line.is_unreadable else [line.row["case_reference"], _stage(line)]
    text = f"{named(line)}, {team(line)}: {kept.place.file_name}, row {kept.place.row_number}"
    return Notice(
        DATA_QUALITY, key, notice_type, code, "|".join(word for word in words if word), text
    )


def _stage(line: Line) -> str:
    known = not line.is_unreadable and "stage_unknown" not in line.errors
    return line.row["stage"] if known else ""


def named(line: Line) -> str:
    """Return how a line is spoken of."""
    reference = "" if line.is_unreadable else line.row["case_reference"]
    stage = _stage(line).replace("_", " ")
    return (reference or "no case reference") + (f", {stage}" if stage else "")


def team(line: Line) -> str:
    """Return how the team of a line is spoken of."""
    return ("" if line.is_unreadable else line.row["service_team"]) or "no team recorded"


def stage_facts(line: Line, day: date) -> dict:
    """Return what the oracle of deadlines says of a loaded line."""
    row = line.row

    def day_of(column: str) -> date | None:
        is_day = row[column] and row[column] != "soon"
        return date.fromisoformat(row[column]) if is_day else None

    received = day_of("received_date")
    assert received
    days = ("clock_start_date", "acknowledged_date", "responded_date", "panel_date")
    stage = Stage(
        procedure=row["procedure"],
        stage=row["stage"],
        received_date=received,
        **{column: day_of(column) for column in days},
        extension_agreed=row["extension_agreed"] == "yes",
        outcome=row["outcome"] or None,
    )
    return expected(stage, day)


def deadline_notices(line: Line, day: date) -> Iterable[Notice]:
    """Notify of what is due within three working days, or overdue, of an open stage."""
    facts = stage_facts(line, day)
    if not facts["is_open"]:
        return
    for clock, due, status in (
        ("response", facts["due_date"], facts["sla_status"]),
        ("panel", facts["panel_due_date"], facts["panel_sla_status"]),
        ("acknowledgement", facts["acknowledgement_due_date"], facts["acknowledgement_status"]),
        ("report of findings", facts["findings_due_date"], facts["findings_status"]),
    ):
        if status not in ("open_in_time", "open_overdue"):
            continue
        left = working_days_between(day, due)
        days = f", {abs(left)} working day{'' if abs(left) == 1 else 's'}"
        ago, more = (f"{days} ago", f"{days} left") if left else ("", "")
        who = f"{named(line)}, {line.row['procedure']}, {team(line)}: the {clock}"
        if status == "open_overdue":
            notice_type, text = "overdue", f"{who} was due on {in_words(due)}{ago}"
        elif left <= DUE_WITHIN:
            notice_type, text = "due", f"{who} is due on {in_words(due)}{more}"
        else:
            continue
        yield Notice(
            DEADLINES, (notice_type, line.key, clock, due), notice_type, None, due.isoformat(), text
        )


def rejected_notices(folder: dict[str, File]) -> Iterable[Notice]:
    """Notify who corrects the export, and who looks after the job, of files that are no exports."""
    for name, file in folder.items():
        if file.lines is None:
            for audience in (DATA_QUALITY, FAILURES):
                yield Notice(audience, ("file", name, file.content), "rejected", None, name, name)
