"""The digest: what there is to say to each audience, and how a message of it is written."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from complaints.notices.recipients import Scope
from complaints.warehouse.clock import day_in_words
from complaints.warehouse.run_log import DATA_QUALITY, DEADLINES, FAILURES

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_LINES = 25  # of a group in a message; all count as sent, the rest by their number
HEADINGS = {DEADLINES: "Deadlines", DATA_QUALITY: "Data quality", FAILURES: "Failures"}
# What is said first in a subject, whatever else there is.
FIRST = {
    "stopped": "{} stopped at the door",
    "night_failed": "the night failed",
    "backup_failed": "the backup failed",
}
# What is said where there is nothing to count; what is listed beside the news is not counted.
OTHERWISE = {"new": "{} new", "ended": "{} resolved", "reminder": "{} still open"}


class Counted(NamedTuple):
    """How something that is counted is called.

    Attributes:
        label: at the head of its part; nothing when blank.
        one: in the subject, where there is one; not there when blank.
        several: in the subject, where there are several.
    """

    label: str
    one: str = ""
    several: str = ""


# What is counted as it is now, by the type of its notices, in the order of the subject.
COUNTED = {
    "overdue": Counted("Overdue", "{} overdue", "{} overdue"),
    "due_soon": Counted("Due by {day}", "{} due by {day}", "{} due by {day}"),
    "not_started": Counted("", "{} stage 2 not started", "{} stage 2 not started"),
    "open": Counted("Open stages"),
    "held_row": Counted("Records to correct", "{} record to correct", "{} records to correct"),
    "warning": Counted("Records to check", "{} to check", "{} to check"),
    "rejected_file": Counted("", "{} file rejected", "{} files rejected"),
    "source_silent": Counted("", "{} silent source", "{} silent sources"),
}


# What the head of a part counts, also where there is none.
ALWAYS_COUNTED = {
    DEADLINES: ("overdue", "open"),
    DATA_QUALITY: ("held_row", "warning"),
    FAILURES: (),
}


class Line(NamedTuple):
    """A notice as the digest prints it, a row of digest.sql.

    Attributes:
        state: a key of FIRST or OTHERWISE, or "beside".
        place: where its section comes.
        group_number: of the group with the same title and remedy.
        command: the command that shows the whole group.
        rule_code: the rule that a row fails.
        notices_in_group: how many there are, those that are left out included.
        notices_of_team: how many of them are of the same team.
    """

    audience: str
    state: str
    place: int
    section: str
    group_number: int
    title: str | None
    remedy: str | None
    command: str | None
    text: str
    rule_code: str | None
    team: str | None
    notices_in_group: int
    notices_of_team: int

    @property
    def is_news(self) -> bool:
        """Whether a message is sent for it."""
        return self.state != "beside"


class Group(NamedTuple):
    """The lines of a message with the same title and remedy, and how many are left out."""

    lines: list[Line]
    left_out: int

    @property
    def first(self) -> Line:
        """The first line, which has what they all have."""
        return self.lines[0]

    @property
    def size(self) -> int:
        """How many notices there are, those that are left out included."""
        return len(self.lines) + self.left_out


class Part(NamedTuple):
    """What a message says to one audience.

    Attributes:
        numbers: what is counted.
        totals: those that are at its head, with their labels.
        sections: the groups of each.
    """

    heading: str
    numbers: dict[str, int]
    totals: list[tuple[str, int]]
    has_news: bool
    sections: list[list[Group]]

    @property
    def is_counted(self) -> bool:
        """Whether there is a number that the subject says."""
        return any(number and COUNTED[counted].one for counted, number in self.numbers.items())

    def size_of(self, state: str) -> int:
        """Return how many notices of a state it has."""
        groups = [group for section in self.sections for group in section]
        return sum(group.size for group in groups if group.first.state == state)


class Message(NamedTuple):
    """A message as it is written, before it has recipients."""

    subject: str
    text: str
    html: str
    items: int


class Digest(NamedTuple):
    """All lines, and how things are.

    Attributes:
        lines: what there is to say, in the order of reading.
        totals: rows of audience, team, what is counted, and number.
        due_by: the last day on which something of what is due soon is due.
        is_everything_known: whether it is of a night that published.
    """

    lines: list[Line]
    totals: list[tuple[str, str | None, str, int]]
    due_by: date | None
    is_everything_known: bool

    def has_news(self, scope: Scope) -> bool:
        """Return whether there is anything to send to the recipients of a scope."""
        return any(line.is_news for line in self.lines if scope.has(line.audience, line.team))

    def written(self, scope: Scope, day: date) -> Message:
        """Write a message; a part of which nothing is to be said is in it where all are so."""
        parts = [self._part(scope, audience, day) for audience in scope.parts]
        parts = [part for part in parts if part.has_news or part.is_counted] or parts
        groups = [group for part in parts for section in part.sections for group in section]
        subject = f"Complaints, {day_in_words(day)}: {self._what_matters(parts, day)}"
        given = {"subject": subject, "parts": parts}
        return Message(
            subject=subject,
            text=_templates().get_template("digest.txt.j2").render(given),
            html=_templates().get_template("digest.html.j2").render(given),
            items=sum(group.size for group in groups if group.first.is_news),
        )

    def _part(self, scope: Scope, audience: str, day: date) -> Part:
        lines = [
            line
            for line in self.lines
            if line.audience == audience and scope.has(audience, line.team)
        ]
        numbers = dict.fromkeys(ALWAYS_COUNTED[audience] if self.is_everything_known else (), 0)
        for whose, team, counted, number in self.totals:
            if whose == audience and scope.has(audience, team) and counted in COUNTED:
                numbers[counted] = numbers.get(counted, 0) + number
        return Part(
            heading=HEADINGS[audience],
            numbers=numbers,
            totals=[
                (self._words(words.label, day), numbers[counted])
                for counted, words in COUNTED.items()
                if counted in numbers and words.label
            ],
            has_news=any(line.is_news for line in lines),
            sections=[
                [
                    _group(scope, list(alike))
                    for _, alike in groupby(section, lambda line: line.group_number)
                ]
                for _, section in groupby(lines, lambda line: line.place)
            ],
        )

    def _what_matters(self, parts: Sequence[Part], day: date) -> str:
        # A delivery that is stopped is in two parts.
        first = {state: max(part.size_of(state) for part in parts) for state in FIRST}
        said = [words.format(first[state]) for state, words in FIRST.items() if first[state]]
        for counted, words in COUNTED.items():
            number = max(part.numbers.get(counted, 0) for part in parts)
            if number and words.one:
                chosen = words.one if number == 1 else words.several
                said.append(self._words(chosen, day, number))
        if not said:
            sizes = {state: sum(part.size_of(state) for part in parts) for state in OTHERWISE}
            said = [
                words.format(sizes[state]) for state, words in OTHERWISE.items() if sizes[state]
            ]
        return ", ".join(said) or "nothing new"

    def _words(self, words: str, day: date, *number: int) -> str:
        by = self.due_by or day
        is_near = by - day < timedelta(days=7)
        return words.format(*number, day=f"{by:%A}" if is_near else f"{by.day} {by:%B}")


def _group(scope: Scope, lines: list[Line]) -> Group:
    """Cut the lines to what a message has; a recipient of all teams counts those of all."""
    if lines[0].audience in scope.audiences:
        size = lines[0].notices_in_group
    else:
        size = sum({line.team: line.notices_of_team for line in lines}.values())
    shown = lines[:MOST_LINES]
    return Group(shown, size - len(shown))


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
