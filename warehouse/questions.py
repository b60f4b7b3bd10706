"""Saved questions: `.sql` files with a title and parameters, shipped ones and the council's own."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings

SHIPPED = Path(__file__).with_name("saved_questions")
_NAME = re.compile(r"[a-z0-9_]+")
_PARAMETER = re.compile(r"\$(\w+):\s*(.+)")


class Question(NamedTuple):
    """A saved question.

    Attributes:
        name: of its file, without `.sql`.
        title: the question, the first line of the file.
        parameters: what each means; one that is not given is null.
        sql: the query that answers it.
    """

    name: str
    title: str
    parameters: dict[str, str]
    sql: str


def read_questions(settings: Settings) -> dict[str, Question]:
    """Return every question by its name; the council's own goes before a shipped one.

    Raises:
        UsageError: a file of the council cannot be read as a question.
    """
    folders = (SHIPPED, settings.questions_folder)
    paths = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
    return {path.stem: read_question(path) for path in paths}


def read_question(path: Path) -> Question:
    """Return the question of a file: comments, of which the first is the title, then the query.

    Raises:
        UsageError: it has no title or no query, its name cannot be typed, or it is not UTF-8.
    """
    if not _NAME.fullmatch(path.stem):
        raise UsageError("question_name_unusable", path=path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError("question_unreadable", path=path) from None
    place = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    comments = [line.removeprefix("--").strip() for line in lines[:place]]
    sql = "\n".join(lines[place:]).strip()
    if not comments or not comments[0] or not sql:
        raise UsageError("question_without_title", path=path)
    parameters = {
        found[1]: found[2] for line in comments[1:] if (found := _PARAMETER.fullmatch(line))
    }
    return Question(path.stem, comments[0], parameters, sql)


def find_question(settings: Settings, name: str) -> Question:
    """Return the question of a name.

    Raises:
        UsageError: there is none.
    """
    questions = read_questions(settings)
    if name not in questions:
        raise UsageError("question_unknown", name=name, nearest=nearest(name, questions))
    return questions[name]


def values_of(question: Question, written: list[str]) -> dict[str, str | None]:
    """Return the value of every parameter, from what is written as `name=value`.

    Raises:
        UsageError: it is written otherwise, or the question has no such parameter.
    """
    values: dict[str, str | None] = dict.fromkeys(question.parameters)
    for each in written:
        name, is_given, value = each.partition("=")
        if not is_given or name.strip() not in values:
            known = ", ".join(values) or "none"
            raise UsageError("parameter_unknown", given=each, question=question.name, known=known)
        values[name.strip()] = value.strip() or None
    return values


def nearest(name: str, known: Mapping[str, object]) -> str:
    """Return a clause that names what was meant, or nothing."""
    close = [each for each in known if each.startswith(name)] or get_close_matches(name, known, 1)
    return f" Is {close[0]} meant?" if close else ""
