"""The digest: what there is to say to each audience, and how a message of it is written."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from complaints.notices.recipients import DATA_QUALITY, DEADLINES, FAILURES

if TYPE_CHECKING:
    from jinja2 import Environment

HEADINGS = {DATA_QUALITY: "Data quality", DEADLINES: "Deadlines", FAILURES: "Failures"}
# How the subject counts each state, in its order; what is listed beside the news is not counted.
COUNTED = {
    "stopped": "{} stopped at the door",
    "night_failed": "the night failed",
    "backup_failed": "the backup failed",
    "new": "{} new",
    "ended": "{} resolved",
    "reminder": "{} still open",
}


class Line(NamedTuple):
    """A notice as the digest prints it, a row of digest.sql.

    Attributes:
        state: a key of COUNTED, or "beside".
        place: where its section comes.
        group_number: of the group with the same title and remedy.
        command: the command that shows the whole group.
        notices_in_group: how many there are, those that are left out included.
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
    notices_in_group: int


class Message(NamedTuple):
    """A message as it is written, before it has recipients."""

    subject: str
    text: str
    html: str
    items: int


class Digest(NamedTuple):
    """All lines, and how things are: rows of audience, what is counted, and number."""

    lines: list[Line]
    totals: list[tuple[str, str, int]]

    def has_news(self, audiences: Sequence[str]) -> bool:
        """Return whether there is anything to send to these audiences."""
        return any(line.state in COUNTED for line in self.lines if line.audience in audiences)

    def written(self, audiences: Sequence[str], day: date) -> Message:
        """Write a message for these audiences, those without news only where all are without."""
        shown = [each for each in audiences if self.has_news([each])] or audiences
        lines = [line for line in self.lines if line.audience in shown]
        groups = {line.group_number: line for line in lines}.values()
        sizes = {
            state: sum(each.notices_in_group for each in groups if each.state == state)
            for state in COUNTED
        }
        counts = [words.format(sizes[state]) for state, words in COUNTED.items() if sizes[state]]
        subject = f"Complaints, {day.day} {day:%B %Y}: {', '.join(counts) or 'nothing new'}"
        given = {
            "subject": subject,
            "parts": [
                {
                    "heading": HEADINGS[audience],
                    "totals": [total for whose, *total in self.totals if whose == audience],
                    "has_news": self.has_news([audience]),
                    "lines": [line for line in lines if line.audience == audience],
                }
                for audience in shown
            ],
        }
        return Message(
            subject=subject,
            text=_templates().get_template("digest.txt.j2").render(given),
            html=_templates().get_template("digest.html.j2").render(given),
            items=sum(sizes.values()),
        )


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
