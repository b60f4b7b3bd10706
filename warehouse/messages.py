"""The catalogue of what is said to those who run the job: messages.yml, by code."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

CATALOGUE_FILE = Path(__file__).with_name("messages.yml")


class Message(NamedTuple):
    """One entry of the catalogue.

    Attributes:
        says: the sentence, with {named} places.
        do: what to do, where there is more to say than the sentence does.
    """

    says: str
    do: str = ""


class Section(NamedTuple):
    """The messages that somebody meets in one situation.

    Attributes:
        title: the situation.
        about: what holds for all of them.
        messages: them, by code.
    """

    title: str
    about: str
    messages: dict[str, Message]


@cache
def catalogue() -> list[Section]:
    """Return the sections of the catalogue."""
    written = yaml.safe_load(CATALOGUE_FILE.read_text(encoding="utf-8"))
    return [
        Section(
            section["title"],
            section["about"],
            {code: _message(entry) for code, entry in section["messages"].items()},
        )
        for section in written
    ]


def _message(entry: str | dict[str, str]) -> Message:
    return Message(entry) if isinstance(entry, str) else Message(**entry)


@cache
def _messages() -> dict[str, Message]:
    return {code: message for each in catalogue() for code, message in each.messages.items()}


def sentence_of(code: str, /, **places: object) -> str:
    """Return the sentence of a code with its places filled in."""
    return _messages()[code].says.format(**places)
