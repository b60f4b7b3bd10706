"""How what is to be told becomes mails, and what a mail that came says: both in the same form."""

import html
import re
from collections.abc import Sequence
from datetime import date
from email.message import EmailMessage
from typing import NamedTuple

from notice_helpers import html_of, text_of
from quarter import LEGAL, MANAGER, OFFICER

DATA_QUALITY, DEADLINES, FAILURES = "Data quality", "Deadlines", "Failures"
AUDIENCES = {MANAGER: (DATA_QUALITY, DEADLINES), LEGAL: (DEADLINES,), OFFICER: (FAILURES,)}
MOST_LINES = 25

# New, reminder, and the command that shows what a message leaves out.
SECTIONS = {
    "rejected": ("Files rejected whole", "Files still rejected", ""),
    "held": ("Rows newly held back", "Rows still held back", "complaints quarantine"),
    "misclassification": (
        "Suspected misclassification between statutory and corporate",
        "Still suspected misclassification between statutory and corporate",
        'complaints sql "from dq_warnings"',
    ),
    "warning": (
        "Other new warnings",
        "Other warnings still open",
        'complaints sql "from dq_warnings"',
    ),
    "silent": ("Sources that deliver nothing", "Sources that still deliver nothing", ""),
    "due": (
        "Due within 3 working days",
        "Still due within 3 working days",
        'complaints sql "from rpt_open_stages"',
    ),
    "overdue": ("Newly overdue", "Still overdue", 'complaints sql "from rpt_open_stages"'),
}
MENDED, OLDEST = "Mended since, or accepted", "Oldest open"
FAILED, INTERRUPTED = "The night failed", "An earlier run was interrupted"
NEVER_ENDED = "A run never ended"
COUNTED = {"new": "new", "ended": "mended", "reminder": "still open"}

Standing = dict[str, dict[str, int]]
Groups = dict[tuple[str, str | None], list[str]]


class Item(NamedTuple):
    """Something to tell, known by audience and key for as long as it is true."""

    audience: str
    key: tuple
    kind: str
    code: str | None
    sort: str
    text: str


class Change(NamedTuple):
    """What became of an item: it is new, it has ended, or it is due to be said again."""

    state: str
    item: Item

    @property
    def group(self) -> tuple[str, str | None]:
        """The section and the rule under which it stands."""
        new, reminder, _ = SECTIONS[self.item.kind]
        section = {"new": new, "ended": MENDED, "reminder": f"{reminder} (reminder)"}[self.state]
        return section, self.item.code


class Mail(NamedTuple):
    """A mail: how things stand and what is told, by audience, section and rule."""

    to: str
    subject: str
    parts: dict[str, tuple[dict[str, int], Groups]]


def in_words(day: date) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%B %Y}"


def mails_of(
    day: date,
    changes: Sequence[Change],
    standing: Standing,
    oldest: list[str],
    failures: Groups,
) -> list[Mail]:
    """Return who is told what, in the order of sending."""
    mails = []
    for to, audiences in AUDIENCES.items():
        parts: dict[str, tuple[dict[str, int], Groups]] = {}
        told = [change for change in changes if change.item.audience in audiences]
        for audience in audiences:
            groups = _groups([change for change in told if change.item.audience == audience])
            if audience == FAILURES:
                groups = failures | groups
            if not groups:
                continue
            if audience == DEADLINES and oldest:
                groups[OLDEST, None] = oldest
            parts[audience] = (standing.get(audience, {}), groups)
        if parts:
            mails.append(Mail(to, _subject(day, told, parts), parts))
    return mails


def _groups(changes: Sequence[Change]) -> Groups:
    found: dict[tuple[str, str | None], list[Change]] = {}
    for change in changes:
        found.setdefault(change.group, []).append(change)
    return {group: _lines(of_group) for group, of_group in found.items()}


def _lines(changes: list[Change]) -> list[str]:
    items = [change.item for change in changes]
    is_ended = changes[0].state == "ended"
    in_order = sorted(items, key=lambda item: (item.text if is_ended else item.sort, item.text))
    lines = [item.text for item in in_order]
    if len(lines) > MOST_LINES:
        command = SECTIONS[items[0].kind][2]
        shown = "" if is_ended else f": {command}"
        lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES} more{shown}"]
    return lines


def _subject(day: date, told: Sequence[Change], parts: dict) -> str:
    groups = parts.get(FAILURES, ({}, {}))[1]
    words = ["the night failed"] if (FAILED, None) in groups else []
    for state, counted in COUNTED.items():
        number = sum(change.state == state for change in told)
        number += state == "new" and (INTERRUPTED, None) in groups
        words += [f"{number} {counted}"] if number else []
    return f"Complaints, {in_words(day)}: {', '.join(words)}"


def read_mail(mail: EmailMessage) -> Mail:
    """Return what a mail says; its HTML must say the same."""
    text = text_of(mail)
    shown = html.unescape(html_of(mail).replace("<code>", "").replace("</code>", ""))
    for line in text.splitlines():
        assert line.removeprefix("- ").strip("=-") in shown, f"the HTML lacks: {line}"
    parts: dict[str, tuple[dict[str, int], Groups]] = {}
    for part in re.split(r"\n(?=[^\n]+\n=+\n)", text)[1:]:
        heading, _, body = part.split("\n", 2)
        head, *sections = re.split(r"\n(?=[^\n]+\n-+\n)", body)
        standing = dict(re.findall(r"^(.+): (\d+)$", head, re.MULTILINE))
        groups: Groups = {}
        for section in sections:
            title, _, lines = section.split("\n", 2)
            groups |= _read_section(title, lines)
        parts[heading] = ({fact: int(number) for fact, number in standing.items()}, groups)
    return Mail(mail["To"], mail["Subject"], parts)


def _read_section(title: str, lines: str) -> Groups:
    groups: Groups = {}
    code = None
    for line in filter(None, lines.split("\n")):
        if line.startswith("- "):
            groups.setdefault((title, code), []).append(_known(title, line.removeprefix("- ")))
        elif not line.startswith("What to do: "):
            named = re.search(r"\((\w+)\)$", line)
            assert named, f"no rule is named in: {line}"
            code = named[1]
    if title == FAILED:  # where it was, and the sentence
        groups[title, None] = groups[title, None][:2]
    return groups


def _known(title: str, line: str) -> str:
    """Return as much of a line as the story can know."""
    if title.startswith("Files "):
        return line.split(" ")[0]
    if title == INTERRUPTED and line.startswith("The run that started on "):
        return NEVER_ENDED if " never ended: " in line else line
    if line.startswith("What happened: "):
        return " ".join(line.split(" ")[2:6])
    return line


def differences(expected: list[Mail], came: list[Mail]) -> list[str]:
    """Return, in a few lines, what is missing from the mails that came, and what is too much."""
    told = {mail: _said(mails) for mail, mails in (("expected", expected), ("came", came))}
    only = {
        side: [fact for fact in told[side] if told[side].count(fact) > told[other].count(fact)]
        for side, other in (("expected", "came"), ("came", "expected"))
    }
    return [f"{side} only: {fact}" for side, facts in only.items() for fact in facts][:20]


def _said(mails: list[Mail]) -> list[str]:
    """Return every fact that the mails state, one line each."""
    said = []
    for mail in mails:
        said.append(f"{mail.to} · {mail.subject}")
        for heading, (standing, groups) in mail.parts.items():
            said += [f"{mail.to} · {heading} · {fact} {n}" for fact, n in standing.items()]
            for (section, code), lines in groups.items():
                where = f"{mail.to} · {section}" + (f" · {code}" if code else "")
                said += [f"{where} · {place}. {line}" for place, line in enumerate(lines, start=1)]
    return said
