"""Sentences made from figures: the words follow the numbers, and name the measure they speak of.

A relative change is in percent of its base; a change of a share is in percentage points. Every
share shows its n of N. What cannot be said without a hidden number is replaced by `HIDDEN`, whose
words are the same whatever the number is.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from complaints.report.content import Count, Part, RelativeChange, Sentence, Share
from complaints.report.printing import relative_change_of, rounded, share_of

OPENS, CLOSES = "\ue000", "\ue001"  # private-use characters, which no data contain
HIDDEN = "{} cannot be described here, because small numbers are not shown."


class Noun(NamedTuple):
    """What is counted, in the singular and the plural."""

    one: str
    many: str

    def for_(self, number: int | None) -> str:
        """Return the form that goes with a number."""
        return self.one if number == 1 else self.many


IN_TIME = "responded to within the statutory timeframe"
LEAST_BASE = 10  # a change on a smaller number is not given in percent
UPHELD = "upheld in full or in part"


def complaints_at(stage_words: str) -> Noun:
    """Return the noun for complaints of a stage: `stage 1 complaint`, `stage 1 complaints`."""
    return Noun(f"{stage_words} complaint", f"{stage_words} complaints")


def sentence(*parts: Part, about: tuple[Count, ...] = (), hidden: str | None = None) -> Sentence:
    """Return a sentence of words and figures, with what stands for it where it is hidden."""
    return Sentence(parts, hidden, about)


def see(key: str) -> str:
    """Return the mark that becomes a reference to a section, once the sections are numbered."""
    return f"{OPENS}{key}{CLOSES}"


def sentence_when_hidden(subject: str) -> str:
    """Return what takes the place of a sentence that may not be shown."""
    return HIDDEN.format(subject[:1].upper() + subject[1:])


def received(count: Count, noun: Noun, when: str) -> Sentence:
    """Say how many were received: `40 stage 1 complaints were received in 2018-19 Q2.`."""
    hidden = sentence_when_hidden(f"the number of {noun.many} received in {when}")
    if count.value is None:
        return sentence(f"There are no figures for {when}.")
    if count.value == 0:
        return sentence(f"No {noun.many} were received in {when}.", about=(count,), hidden=hidden)
    verb = "was" if count.value == 1 else "were"
    return sentence(count, f" {noun.for_(count.value)} {verb} received in {when}.", hidden=hidden)


def count_change(
    noun: Noun, verb: str, now: Count, base: Count, when: str, base_when: str
) -> Sentence:
    """Say how a number changed: in percent of the base, with both numbers.

    Args:
        noun: what is counted.
        verb: what happened to it: `received`, `upheld`.
        now: the number of the period.
        base: the number that it is compared with; its value may be missing.
        when: the period in words.
        base_when: the base's period in words.
    """
    hidden = sentence_when_hidden(f"the change in the number of {noun.many} {verb}")
    about = (now, base)
    if now.value is None:
        return sentence(f"There are no figures for {when}.")
    if base.value is None:
        ending = f"; there are no figures for {base_when} to compare with."
        return sentence(*_how_many(now, noun, verb, when), ending, about=(now,), hidden=hidden)
    if now.value == base.value == 0:
        words = f"No {noun.many} were {verb} in {when} or in {base_when}."
        return sentence(words, about=about, hidden=hidden)
    if now.value == base.value:
        words = f"The number of {noun.many} {verb} was the same in {when} as in {base_when}: "
        return sentence(words, now, ".", about=about, hidden=hidden)
    if base.value == 0:
        ending = f", compared with none in {base_when}."
        return sentence(*_how_many(now, noun, verb, when), ending, about=about, hidden=hidden)
    if now.value == 0:
        words = f"No {noun.many} were {verb} in {when}, compared with "
        return sentence(words, base, f" in {base_when}.", about=about, hidden=hidden)
    if base.value < LEAST_BASE:
        change = "rose" if now.value > base.value else "fell"
    else:
        change = f"{_relative_change(now, base)},"
    words = f"The number of {noun.many} {verb} {change} from "
    return sentence(
        words, base, f" in {base_when} to ", now, f" in {when}.", about=about, hidden=hidden
    )


def share_change(
    noun: Noun, verb: str, now: Share, base: Share, when: str, base_when: str
) -> Sentence:
    """Say how a share changed: in percentage points, with each n of N.

    Where the change, rounded, is not the difference of the rounded shares, all three have one
    decimal.
    """
    subject = f"the share of {noun.many} that were {verb}"
    hidden = sentence_when_hidden(subject)
    about = (*now.counts, *base.counts)
    now_exact, base_exact = share_of(now), share_of(base)
    if now_exact is None:
        return sentence(
            f"No {noun.many} were received in {when}, so the share {verb} cannot be given.",
            about=now.counts,
            hidden=hidden,
        )
    if base_exact is None:
        lead = share_statement(noun, verb, now, f"in {when}")
        reason = (
            f"there are no figures for {base_when} to compare with."
            if base.whole.value is None
            else f"none were received in {base_when} to compare with."
        )
        start = (*lead.parts[:-1], str(lead.parts[-1]).removesuffix("."))
        return sentence(*start, f"; {reason}", about=about, hidden=hidden)
    change = now_exact - base_exact
    if change == 0:
        return sentence(
            f"The share of {noun.many} that were {verb} was the same in {when}, ",
            *n_of_n(now, 0),
            f", as in {base_when}, ",
            *n_of_n(base, 0),
            ".",
            about=about,
            hidden=hidden,
        )
    decimals = _decimals_needed(now_exact, base_exact)
    return sentence(
        f"The share of {noun.many} that were {verb} {_points_change(change, decimals)}, from ",
        *n_of_n(base, decimals),
        f" in {base_when} to ",
        *n_of_n(now, decimals),
        f" in {when}.",
        about=about,
        hidden=hidden,
    )


def share_statement(noun: Noun, verb: str, share: Share, when: str = "") -> Sentence:
    """Say a share with its n of N: `11 of 40 stage 1 complaints (28%) were upheld in …`.

    Args:
        noun: what the whole counts.
        verb: what happened to the part.
        share: the part and the whole.
        when: the time with its preposition, `in 2018-19 Q2`; nothing where the noun says it.
    """
    ending = f" {when}" if when else ""
    hidden = sentence_when_hidden(f"the share of {noun.many} that were {verb}{ending}")
    exact = share_of(share)
    if share.whole.value is None:
        return sentence(f"There are no figures of {noun.many}{ending}.")
    if exact is None:
        return sentence(f"No {noun.many} were received{ending}.", about=share.counts, hidden=hidden)
    if not share.part.value:
        subject: tuple[Part, ...] = (f"The one {noun.one} was not",)
        if share.whole.value != 1:
            subject = ("None of the ", share.whole, f" {noun.many} was")
        return sentence(*subject, f" {verb}{ending}.", about=share.counts, hidden=hidden)
    verb_words = "was" if 1 in (share.part.value, share.whole.value) else "were"
    return sentence(
        share.part,
        " of ",
        share.whole,
        f" {noun.for_(share.whole.value)} ({percent(exact)}) {verb_words} {verb}{ending}.",
        hidden=hidden,
    )


def listed(items: list[str], last: str = "and") -> str:
    """Return items as a sentence lists them: `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def number_in_words(number: int) -> str:
    """Return a small number as a sentence has it: `two`."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else str(number)


NUMBER_WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
MONTH = "(jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*"
# What has digits and counts no complaint: periods, dates, stages, sections and working days.
NO_COUNTS = re.compile(
    r"\b\d{4}[-/]\d{2,4}\b|\b[qh][1-4]\b|\b(sections?|act|regulation) \d[\d.]*|"
    # not in "this stage 3 were upheld", or "in the quarter 4 were"
    r"(?<!\bthis )(?<!\bthat )(?<!\beach )\bstages? [1-3]\b|"
    r"(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\beach )(?<!\blast )\bquarter [1-4]\b|"
    rf"\b(\d{{1,2}} )?{MONTH} \d{{4}}\b|\b(19|20)\d\d\b|\b\d+ (working )?days\b|\bone of\b",
    re.I,
)


def in_figures(text: str) -> str:
    """Return a text with its number words as figures, without what counts no complaint.

    >>> in_figures("Two of the stage 1 complaints in 2018-19 Q2 took 12 working days.")
    '2 of the   complaints in     took  .'
    >>> in_figures("4 in 2018-19, twenty-one by 27 November 2018, and a dozen in May 2018.")
    '4 in  , 21 by  , and a 12 in  .'
    """
    ones, tens = "|".join(NUMBER_WORDS[1:]), "|".join(TENS)
    words = re.compile(rf"\b(?:({tens})(?:[- ]({ones}))?|({ones})|(dozen))\b", re.I)
    return words.sub(_in_figures, NO_COUNTS.sub(" ", text))


def _in_figures(found: re.Match[str]) -> str:
    ten, one, alone, dozen = (each and each.casefold() for each in found.groups())
    number = 12 if dozen else 10 * (TENS.index(ten) + 2) if ten else 0
    return str(number + (NUMBER_WORDS.index(one or alone) if one or alone else 0))


def percent(exact: Fraction, decimals: int = 0) -> str:
    """Return a share as text: `28%`, `27.5%`."""
    return f"{_number(exact * 100, decimals)}%"


def n_of_n(share: Share, decimals: int = 0) -> tuple[Part, ...]:
    """Return a share inside a sentence: `11 of 40 (28%)`, `none of 40`."""
    exact = share_of(share) or Fraction(0)
    if not exact:
        return ("none of ", share.whole)
    return (share.part, " of ", share.whole, f" ({percent(exact, decimals)})")


def _number(exact: Fraction, decimals: int) -> str:
    return f"{rounded(exact, decimals):.{decimals}f}"


def _how_many(count: Count, noun: Noun, verb: str, when: str) -> tuple[Part, ...]:
    if count.value == 0:
        return (f"No {noun.many} were {verb} in {when}",)
    verb_words = "was" if count.value == 1 else "were"
    return (count, f" {noun.for_(count.value)} {verb_words} {verb} in {when}")


def _relative_change(now: Count, base: Count) -> str:
    exact = relative_change_of(RelativeChange(now, base)) or Fraction(0)
    direction = "increased" if exact > 0 else "decreased"
    size = rounded(abs(exact) * 100)
    return f"{direction} by {f'{size}%' if size else 'less than 1%'}"


def _points_change(change: Fraction, decimals: int) -> str:
    direction = "increased" if change > 0 else "decreased"
    size = _number(abs(change) * 100, decimals)
    if not float(size):
        return f"{direction} by less than 0.1 percentage points"
    return f"{direction} by {size} percentage point{'' if size == '1' else 's'}"


def _decimals_needed(now: Fraction, base: Fraction) -> int:
    change = rounded((now - base) * 100)
    agrees = change == rounded(now * 100) - rounded(base * 100)
    return 0 if agrees and change else 1


def not_at_hand(what: str) -> str:
    """Say why a report does not tell what the published marts do not hold."""
    return (
        f"{what} is kept in the working store, which could not be read when this report was made, "
        "or is of another night: make the report again where the store is, while no run is in "
        "progress and after a night has published."
    )
