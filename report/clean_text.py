"""Make text from the data harmless before it is rendered.

Markup is escaped by the renderers. Here goes what no escape helps against: characters that XML
forbids, and those that turn the direction of the text around them, by which `c 5` can be shown as
`5 c` and a sentence can say something else than its letters do.
"""

import re
from dataclasses import fields, is_dataclass
from typing import TypeVar

Content = TypeVar("Content")

_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_SPACES = re.compile(" {2,}")
_UNWANTED = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u206a-\u206f"  # direction marks and controls
    "\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"  # byte order mark, annotations, no characters
    "\ud800-\udfff"  # halves of characters
    "]"
)


def clean_text(text: str) -> str:
    r"""Return the text on one line, without characters that harm a document.

    >>> clean_text("over\r\nlap \x00\u202e5 of 8")
    'over lap 5 of 8'
    """
    return _SPACES.sub(" ", _UNWANTED.sub("", _BREAKS.sub(" ", text)))


def cleaned(content: Content) -> Content:
    """Return printed content with every text in it cleaned, however deep."""
    if isinstance(content, str):
        return clean_text(content)
    if isinstance(content, tuple):
        return tuple(cleaned(each) for each in content)
    if is_dataclass(content):
        return type(content)(*(cleaned(getattr(content, each.name)) for each in fields(content)))
    return content
