"""Text of the data on its way to people: harmless wherever it is shown, and of bearable length.

Markup is escaped where it is written. Here goes what no escape helps against.
"""

import re
from typing import Any

# Control characters, the marks and controls that turn the direction of the text around them (by
# which `c 5` can be shown as `5 c`), byte order marks, what is no character, and halves of one.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u206f"
    "\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
)
_HALVES = "\ud800-\udfff"
UNSEEN = re.compile(f"[{_UNSEEN}{_HALVES}]+")
_UNSEEN_BUT_BREAKS = re.compile(f"(?![\t\n])[{_UNSEEN}{_HALVES}]")
# Where a text begins with one of these, a spreadsheet may take it for a formula
# (OWASP, "CSV Injection"; the wide forms are those of Japanese keyboards).
FORMULA = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# The same for DuckDB; a text of its files holds no halves of characters.
FORMULA_IN_SQL = r"^[=+\-@\t\r\n\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
UNSEEN_IN_SQL = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{61c}\x{200b}\x{200e}\x{200f}\x{2028}-\x{202e}"
    r"\x{2066}-\x{206f}\x{feff}\x{fff9}-\x{fffb}]"
)
# No name is longer in a chart, where it must fit the plot, and no text in a table or a sentence: a
# chart with a name of 100 KB took 32 GB (2026-11-24).
LONGEST_NAME = 80
LONGEST_TEXT = 2000


def cut(text: str, most: int = LONGEST_TEXT) -> str:
    """Return a text of no more letters; one that was longer ends with an ellipsis.

    >>> cut("Fostering and adoption", 10)
    'Fostering…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def in_one_line(text: str) -> str:
    r"""Return a text on one line, with a space where it had what cannot be seen.

    >>> in_one_line("over\r\nlap \x1b[2J\u202e5 of 8")
    'over lap [2J 5 of 8'
    """
    return text if text.isprintable() else re.sub(" {2,}", " ", UNSEEN.sub(" ", text)).strip(" ")


def without_unseen(text: str) -> str:
    """Return a text without what cannot be seen, its line breaks and tabs kept."""
    return text if text.isprintable() else _UNSEEN_BUT_BREAKS.sub("", text)


def escaped(json_text: str) -> str:
    """Return JSON with what cannot be seen written as JSON escapes it; it means the same."""
    if json_text.isprintable():
        return json_text
    return _UNSEEN_BUT_BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)


def safe_in_spreadsheet(value: Any) -> Any:
    """Return a value of a CSV file; a text that would be a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    shown = without_unseen(value)
    return f"'{shown}" if FORMULA.match(shown) else shown
