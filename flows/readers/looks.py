"""What the texts of a column look like: dates, codes, or somebody's names and story."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from complaints.warehouse.layout import COMPLAINTS

# A list of codes has few texts, and short ones.
MOST_CODES = 12
LONGEST_CODE = 80
LONGEST_DATE = 40
LAST_MONTH, LAST_DAY = 12, 31
# The columns whose texts come from a list, of the layout or of the council. The lessons learned are
# a text of their own.
LISTED = tuple(
    name
    for name in COMPLAINTS.names
    if name not in ("case_reference", "learning", *COMPLAINTS.dates)
)
YES_OR_NO = ("advocate",)
_NOTHING = frozenset(
    ("null", "n/a", "na", "n.a.", "none", "nil", "tbc", "tba", "-", "?", "not applicable")
)
_YES_OR_NO_WORDS = frozenset(
    (
        *("yes", "no", "y", "n", "true", "false", "t", "f", "1", "0", "1.0", "0.0", "x"),
        *("unknown", "declined", "offered", "refused"),
        *("not known", "not recorded", "not required"),
    )
)
_WORD_IN_A_DATE = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
    r"|st|nd|rd|th|of|at|am|pm|t|z|utc|gmt|bst"
)
# 2/7/2018, 2018-07-02T09:00, 20180702, and 43283 as a spreadsheet counts the days.
_DATE_IN_FIGURES = re.compile(
    r"\d{1,4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,4}|\d{5}(?:\.\d+)?$|\d{8}(?:\D|\d{4}|\d{6}|$)"
)
_PARTS_OF_A_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d\d)\b")
_DAY_AND_YEAR = re.compile(r"\d\d?\D+\d\d|\d{4}\D+\d")  # 2 July 2018


def filled(texts: Sequence[str]) -> list[str]:
    """Return the texts that say something."""
    trimmed = (text.strip() for text in texts)
    return [text for text in trimmed if text and text.lower() not in _NOTHING]


def is_like_a_date(text: str) -> bool:
    """Return whether a text could be a day, in figures or with the month's name."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return (
        len(text) <= LONGEST_DATE
        and all(map(_WORD_IN_A_DATE.fullmatch, words))
        and bool(_DATE_IN_FIGURES.match(text) or (_DAY_AND_YEAR.search(text) and words))
    )


def are_dates(texts: Sequence[str]) -> bool:
    """Return whether most of the texts could be days; without a text, nothing speaks against it."""
    given = filled(texts)
    return 2 * sum(map(is_like_a_date, given)) >= len(given)


class Figures(NamedTuple):
    """How many dates in figures have a day after the 12th in first and in second place, of all."""

    first: int = 0
    second: int = 0
    dates: int = 0

    @property
    def order(self) -> str | None:
        """The order that most of the dates say."""
        if self.first == self.second == 0:
            return None
        return "day-first" if self.first >= self.second else "month-first"


def figures_of(texts: Sequence[str]) -> Figures:
    """Return what the dates in figures of a column say of their order."""
    if not are_dates(texts):
        return Figures()
    matches = filter(None, (_PARTS_OF_A_DATE.match(text.strip()) for text in texts))
    parts = [(int(found[1]), int(found[2])) for found in matches]
    dates = [each for each in parts if 0 < min(each) <= LAST_MONTH and max(each) <= LAST_DAY]
    return Figures(
        sum(first > LAST_MONTH for first, _ in dates),
        sum(second > LAST_MONTH for _, second in dates),
        len(dates),
    )


def are_names_or_narrative(texts: Sequence[str]) -> bool:
    """Return whether the texts look like names or narrative rather than codes of a list.

    They do where most of them differ from one another, or one in ten is as long as a sentence.
    """
    given = [part.lower() for text in filled(texts) for part in filled(text.split(";"))]
    differing = len(set(given))
    long = sum(len(text) > LONGEST_CODE or "\n" in text for text in given)
    return (differing > MOST_CODES and 2 * differing > len(given)) or 10 * long > len(given)


def why_unfit(column: str, texts: Sequence[str]) -> str | None:
    """Return why texts are not those of a layout column, where they do not look like them."""
    given = filled(texts)
    if not given:
        return None
    if column in LISTED:
        if column in YES_OR_NO:
            known = sum(text.lower() in _YES_OR_NO_WORDS for text in given)
            return None if 2 * known >= len(given) else "looks like names, not like yes or no"
        if are_dates(texts) and any(not text.isdigit() for text in given):
            return "holds dates"
        return "looks like names or narrative" if are_names_or_narrative(texts) else None
    if column in COMPLAINTS.dates and not are_dates(texts):
        return "looks like narrative, not like dates" if _are_long(given) else "holds no dates"
    return None


def _are_long(given: Sequence[str]) -> bool:
    return 2 * sum(len(text) > LONGEST_DATE for text in given) > len(given)
