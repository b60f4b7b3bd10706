"""How notices become mails, and what a mail that came says: both in the same form."""

import html
import re
from collections.abc import Sequence
from datetime import date
from email.message import EmailMessage
from typing import NamedTuple

from notice_helpers import html_of, text_of
from quarter import LEGAL, MANAGER, OFFICER

DATA_QUALITY, DEADLINES, FAILURES = "Data quality", "Deadlines", "Failures"
AUDIENCES = {MANAGER: (DEADLINES, DATA_QUALITY), LEGAL: (DEADLINES,), OFFICER: (FAILURES,)}
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
    "silent": (
        "Sources without a new delivery",
        "Sources still without a new delivery",
        "",
    ),
    "due": (
        "Due within 3 working days",
        "Still due within 3 working days",
        "complaints worklist",
    ),
    "overdue": ("Newly overdue", "Still overdue", "complaints worklist"),
}
RESOLVED, OLDEST = "Resolved or accepted since", "Oldest open"
FAILED, INTERRUPTED = "The night failed", "An earlier run was interrupted"
NEVER_ENDED = "A run never ended"
OTHERWISE = {"new": "new", "ended": "resolved", "reminder": "still open"}
# How the subject counts what is true now: by the type of the notices, of one and of several.
COUNTED = {
    "overdue": ("overdue", "overdue"),
    "due": ("due by {}", "due by {}"),
    "held": ("record to correct", "records to correct"),
    "warning": ("to check", "to check"),
    "rejected": ("file rejected", "files rejected"),
    "silent": ("silent source", "silent sources"),
}
LABELS = {
    "overdue": "Overdue",
    "due": "Due by {}",
    "open": "Open stages",
    "held": "Records to correct",
    "warning": "Records to check",
}

# By audience, how many there are now of each type.
Numbers = dict[str, dict[str, int]]
Groups = dict[tuple[str, str | None], list[str]]


class Notice(NamedTuple):
    """Something to notify of, known by audience and key for as long as it is true."""

    audience: str
    key: tuple
    notice_type: str
    code: str | None
    sort: str
    text: str


class Change(NamedTuple):
    """What became of a notice: it is new, it has ended, or it is due to be listed again."""

    state: str
    notice: Notice

    @property
    def group(self) -> tuple[str, str | None]:
        """The section and the rule under which it stands."""
        new, reminder, _ = SECTIONS[self.notice.notice_type]
        section = {"new": new, "ended": RESOLVED, "reminder": f"{reminder} (reminder)"}[self.state]
        return section, self.notice.code


class Mail(NamedTuple):
    """A mail: the totals and the notices, by audience, section and rule."""

    to: str
    subject: str
    parts: dict[str, tuple[dict[str, int], Groups]]


def in_words(day: date) -> str:
    """Return a day as people write it."""
    return f"{day.day} {day:%B %Y}"


def mails_of(
    day: date,
    changes: Sequence[Change],
    numbers: Numbers,
    due_by: date | None,
    oldest: list[str],
    failures: Groups,
) -> list[Mail]:
    """Return the mail of each recipient, in the order of sending."""
    mails = []
    by = _weekday(day, due_by)
    for to, audiences in AUDIENCES.items():
        parts: dict[str, tuple[dict[str, int], Groups]] = {}
        sent = [change for change in changes if change.notice.audience in audiences]
        has_news = bool(sent) or (FAILURES in audiences and bool(failures))
        counted: dict[str, int] = {}
        for audience in audiences:
            groups = _groups([change for change in sent if change.notice.audience == audience])
            if audience == FAILURES:
                groups = failures | groups
            of_audience = numbers.get(audience, {})
            said = {each: of_audience[each] for each in COUNTED if of_audience.get(each)}
            if not groups and not said:
                continue
            counted |= said
            if audience == DEADLINES and oldest:
                groups[OLDEST, None] = oldest
            totals = {
                label.format(by): of_audience[each]
                for each, label in LABELS.items()
                if each in of_audience and (each != "due" or of_audience[each])
            }
            parts[audience] = (totals, groups)
        if has_news:
            mails.append(Mail(to, _subject(day, by, sent, parts, counted), parts))
    return mails


def _groups(changes: Sequence[Change]) -> Groups:
    found: dict[tuple[str, str | None], list[Change]] = {}
    for change in changes:
        found.setdefault(change.group, []).append(change)
    return {group: _lines(of_group) for group, of_group in found.items()}


def _lines(changes: list[Change]) -> list[str]:
    notices = [change.notice for change in changes]
    is_ended = changes[0].state == "ended"
    in_order = sorted(
        notices, key=lambda notice: (notice.text if is_ended else notice.sort, notice.text)
    )
    lines = [notice.text for notice in in_order]
    if len(lines) > MOST_LINES:
        command = SECTIONS[notices[0].notice_type][2]
        shown = "" if is_ended else f": {command}"
        lines[MOST_LINES:] = [f"and {len(lines) - MOST_LINES} more{shown}"]
    return lines


def _weekday(day: date, due_by: date | None) -> str:
    by = due_by or day
    return f"{by:%A}" if (by - day).days < 7 else f"{by.day} {by:%B}"


def _subject(
    day: date, by: str, sent: Sequence[Change], parts: dict, counted: dict[str, int]
) -> str:
    groups = parts.get(FAILURES, ({}, {}))[1]
    words = ["the night failed"] if (FAILED, None) in groups else []
    for each, (one, several) in COUNTED.items():
        if number := counted.get(each, 0):
            words.append(f"{number} {(one if number == 1 else several).format(by)}")
    for state, said in () if words else OTHERWISE.items():
        number = sum(change.state == state for change in sent)
        number += state == "new" and (INTERRUPTED, None) in groups
        words += [f"{number} {said}"] if number else []
    return f"Complaints, {in_words(day)}: {', '.join(words)}"


def read_mail(mail: EmailMessage) -> Mail:
    """Return what a mail says; its HTML must say the same."""
    text = text_of(mail)
    shown = html.unescape(html_of(mail).replace("<code>", "").replace("</code>", ""))
    for line in text.splitlines():
        for words in line.removeprefix("- ").strip("=-").split(" · "):
            assert words in shown, f"the HTML lacks: {line}"
    parts: dict[str, tuple[dict[str, int], Groups]] = {}
    for part in re.split(r"\n(?=[^\n]+\n=+\n)", text)[1:]:
        heading, _, body = part.split("\n", 2)
        head, *sections = re.split(r"\n(?=[^\n]+\n-+\n)", body)
        totals = dict(re.findall(r"^(.+): (\d+)$", head, re.MULTILINE))
        groups: Groups = {}
        for section in sections:
            title, _, lines = section.split("\n", 2)
            groups |= _read_section(title, lines)
        parts[heading] = ({fact: int(number) for fact, number in totals.items()}, groups)
    return Mail(mail["To"], mail["Subject"], parts)


def _read_section(title: str, lines: str) -> Groups:
    groups: Groups = {}
    code = None
    for line in filter(None, lines.split("\n")):
        if line.startswith("- "):
            words, _, named = line.removeprefix("- ").partition(" · ")
            code = named or code
            groups.setdefault((title, code), []).append(_known(title, words))
        elif not line.startswith("What to do: "):
            code = None  # the sentence of a rule, which each line names
    # Of a failure the story knows where it was, and the sentence; of a killed run, that it was.
    if title in (FAILED, INTERRUPTED):
        groups[title, None] = groups[title, None][: 2 if title == FAILED else 1]
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
    stated = {mail: _said(mails) for mail, mails in (("expected", expected), ("came", came))}
    only = {
        side: [
            fact for fact in stated[side] if stated[side].count(fact) > stated[other].count(fact)
        ]
        for side, other in (("expected", "came"), ("came", "expected"))
    }
    return [f"{side} only: {fact}" for side, facts in only.items() for fact in facts][:20]


def _said(mails: list[Mail]) -> list[str]:
    """Return every fact that the mails state, one line each."""
    said = []
    for mail in mails:
        said.append(f"{mail.to} · {mail.subject}")
        for heading, (totals, groups) in mail.parts.items():
            said += [f"{mail.to} · {heading} · {fact} {n}" for fact, n in totals.items()]
            for (section, code), lines in groups.items():
                where = f"{mail.to} · {section}" + (f" · {code}" if code else "")
                said += [f"{where} · {place}. {line}" for place, line in enumerate(lines, start=1)]
    return said
