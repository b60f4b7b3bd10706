"""Numbers of sections, and the references to them in sentences.

A sentence refers to a section by its key, in a mark of two characters that no data contain; once
the sections are numbered, the mark becomes `section 2.2` or `Appendix B`.
"""

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from string import ascii_uppercase
from typing import Any

from complaints.report.content import Section

OPENS, CLOSES = "\ue000", "\ue001"  # private-use characters
MARK = re.compile(f"{OPENS}([a-z_]+){CLOSES}")


def see(key: str) -> str:
    """Return the mark that becomes a reference to a section."""
    return f"{OPENS}{key}{CLOSES}"


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections with their numbers, the appendices lettered, and references resolved."""
    found, chapter, appendix = [], 0, 0
    for section in sections:
        if section.is_appendix:
            letter = ascii_uppercase[appendix]
            found.append(_with_numbers(section, f"Appendix {letter}", letter))
            appendix += 1
        else:
            chapter += 1
            found.append(_with_numbers(section, str(chapter), str(chapter)))
    names = {
        each.key: each.number if each.number.startswith("Appendix") else f"section {each.number}"
        for section in found
        for each in section.walk()
    }
    return tuple(_resolved(section, names) for section in found)


def _with_numbers(section: Section, number: str, prefix: str) -> Section:
    within = tuple(
        _with_numbers(each, f"{prefix}.{position}", f"{prefix}.{position}")
        for position, each in enumerate(section.sections, 1)
    )
    return replace(section, number=number, sections=within)


def _resolved(thing: Any, names: dict[str, str]) -> Any:
    """Return the same content with every mark replaced, however deep."""
    if isinstance(thing, str):
        return MARK.sub(lambda mark: names[mark[1]], thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {each.name: _resolved(getattr(thing, each.name), names) for each in fields(thing)}
        return replace(thing, **values)
    if type(thing) is tuple:
        return tuple(_resolved(each, names) for each in thing)
    return thing
