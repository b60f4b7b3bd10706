"""The digest: its parts for each audience, and how a message of them is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from complaints.notices.recipients import DATA_QUALITY, DEADLINES, FAILURES

TEMPLATES = Path(__file__).with_name("templates")
HEADINGS = {DATA_QUALITY: "Data quality", DEADLINES: "Deadlines", FAILURES: "Failures"}
# In the order of the subject; "beside" stands beside what is told and is no item.
WORDS = {
    "failure": "the night failed",
    "backup_failure": "the backup failed",
    "new": "new",
    "ended": "mended",
    "reminder": "still open",
}
FAILED = ("failure", "backup_failure")


@dataclass(frozen=True)
class Group:
    """Lines with the same reason and the same remedy.

    Attributes:
        lines: the first of them.
        size: how many there are.
        seen_with: the command that shows all.
    """

    title: str | None
    remedy: str | None
    lines: tuple[str, ...]
    size: int
    seen_with: str | None = None

    @property
    def left_out(self) -> int:
        """How many lines a message leaves out."""
        return max(0, self.size - len(self.lines))


@dataclass(frozen=True)
class Section:
    """Groups of one kind; state is a key of WORDS, or "beside"."""

    title: str
    state: str
    groups: tuple[Group, ...]

    @property
    def size(self) -> int:
        """How many items it tells of."""
        return sum(group.size for group in self.groups) if self.state in WORDS else 0


@dataclass(frozen=True)
class Part:
    """All that one audience is told, and how things stand."""

    audience: str
    sections: tuple[Section, ...]
    standing: tuple[tuple[str, int], ...] = field(default=())

    @property
    def heading(self) -> str:
        """The audience, in words."""
        return HEADINGS[self.audience]

    @property
    def has_news(self) -> bool:
        """Whether there is anything to send."""
        return any(section.state in WORDS for section in self.sections)


class Message(NamedTuple):
    """A message as it is written, before it has recipients."""

    subject: str
    text: str
    html: str
    items: int


def sections_of(lines: Iterable[Sequence[Any]]) -> tuple[Section, ...]:
    """Return the sections of one audience from the rows of lines.sql."""
    return tuple(
        Section(title, state, tuple(_groups(of_section)))
        for (state, title), of_section in groupby(lines, key=lambda row: (row[1], row[2]))
    )


def _groups(lines: Iterable[Sequence[Any]]) -> Iterable[Group]:
    for (title, remedy, seen_with, size), of_group in groupby(
        lines, key=lambda row: (*row[3:6], row[7])
    ):
        yield Group(title, remedy, tuple(row[6] for row in of_group), size, seen_with)


def written(parts: Sequence[Part], day: date) -> Message:
    """Write a message of these parts, as text and as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    given = {"subject": _subject(parts, day), "parts": parts}
    return Message(
        subject=given["subject"],
        text=environment.get_template("digest.txt.j2").render(given),
        html=environment.get_template("digest.html.j2").render(given),
        items=sum(section.size for part in parts for section in part.sections),
    )


def _subject(parts: Sequence[Part], day: date) -> str:
    sections = [section for part in parts for section in part.sections]
    sizes = {
        state: sum(section.size for section in sections if section.state == state)
        for state in WORDS
    }
    told = [
        words if state in FAILED else f"{sizes[state]} {words}"
        for state, words in WORDS.items()
        if sizes[state]
    ]
    return f"Complaints, {day.day} {day:%B %Y}: {', '.join(told) or 'nothing new'}"
