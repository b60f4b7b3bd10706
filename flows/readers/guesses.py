"""What a header is taken for: by the layout's own names, by usual words, or by a slip in one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from complaints.flows.readers.looks import why_unfit
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS, matched_header

WORDS_FILE = Path(__file__).with_name("header_words.yml")
CERTAIN, USUAL = "the layout's own name", "a usual word"
SHORTEST_WITH_A_SLIP = 5
OMBUDSMAN = "ombudsman"
_NUMBERED = re.compile(
    r"\bstage ?([123]|one|two|three)(?!\d)|\b(?:s|level|step|tier) ?([123]|one|two|three)\b"
    r"|\b(first|second|third|1st|2nd|3rd) (?:stage|level|tier)\b"
)
_STAGE_NUMBERS = {
    **{"one": "1", "first": "1", "1st": "1"},
    **{"two": "2", "second": "2", "2nd": "2"},
    **{"three": "3", "third": "3", "3rd": "3"},
}
_OMBUDSMAN = re.compile(
    r"\b(?:local government (?:and )?(?:social care )?)?(?:ombudsman|lgsco|lgo)(?: s\b|s\b)?"
)
_PANEL = re.compile(r"\b(?:review )?panel(?: review)?\b")
_REVIEW = re.compile(r"\breview\b")
# What needs no number to be of its stage.
STAGE_OF = {
    "panel_date": "stage_3",
    "panel_findings_date": "stage_3",
    "investigator_appointed_date": "stage_2",
    "independent_person_appointed_date": "stage_2",
    "statement_agreed_date": "stage_2",
    "investigation_report_date": "stage_2",
    "adjudication_date": "stage_2",
}
# Of a case, whatever stage its header names.
_OF_THE_CASE = ("case_reference", "procedure", "stage", "last_updated")
_SAY_NOTHING = frozenset(("of", "the", "a"))


@dataclass
class Guess:
    """What a header is taken for, and why.

    Attributes:
        header: the header, as it is written.
        column: the layout column.
        reason: why it is taken for it.
        rank: how good a name of the column it is; the lowest is the best.
        stage: the stage that the header names.
        position: where its column stands.
        unfit: why its column is not read all the same.
        others: what other columns are taken for it less well.
    """

    header: str
    column: str
    reason: str
    rank: int
    stage: str | None = None
    position: int = 0
    unfit: str | None = None
    others: tuple["Guess", ...] = ()


def guess_headers(headers: Sequence[str], dataset: str) -> list[Guess]:
    """Return what each of the headers is taken for, where it is known.

    A review is stage 3 where the headers number a stage 2; else it could be either.
    """
    found = []
    numbered = {_number_of_stage(words_of(header)) for header in headers}
    for position, header in enumerate(headers):
        if guess := _guess(header, dataset, "stage_2" in numbered):
            guess.position = position
            found.append(guess)
    return found


def note_unfit(guesses: Sequence[Guess], rows: Sequence[Sequence[str]]) -> None:
    """Say of each guess why the texts of its column do not fit, if they do not."""
    for guess in guesses:
        texts = [row[guess.position] for row in rows if guess.position < len(row)]
        guess.unfit = why_unfit(guess.column, texts)


def best_of(guesses: Sequence[Guess]) -> Iterator[Guess]:
    """Yield the best guess for each column, or each of a stage, wherever it stands in the file."""
    by_column: dict[tuple[str, str | None], list[Guess]] = {}
    for guess in guesses:
        if not guess.unfit:
            by_column.setdefault((guess.column, guess.stage), []).append(guess)
    for found in by_column.values():
        best, *others = sorted(found, key=lambda each: (each.rank, each.position))
        best.others = tuple(others)
        yield best


def stage_named(text: str) -> str | None:
    """Return the stage that a text names by its number, or the Ombudsman."""
    words = words_of(text)
    return _number_of_stage(words) or (OMBUDSMAN if _OMBUDSMAN.search(words) else None)


def only_stage_named(text: str) -> str | None:
    """Return the one stage that a name gives to all rows; none where others may be meant too."""
    words = words_of(text)
    rest = _without(_NUMBERED, words)
    numbers = {*_STAGE_NUMBERS, *_STAGE_NUMBERS.values()}
    is_one = not stage_named(rest) and not numbers & {*rest.split()}
    return stage_named(text) if is_one or not _NUMBERED.search(words) else None


def procedure_named(text: str) -> str | None:
    """Return the one procedure that a name gives to all rows; "non-statutory" gives none."""
    words = words_of(text).split()
    named = {word for word in ("statutory", "corporate") if any(word in each for each in words)}
    is_one = len(named) == 1 and not any(each.startswith("non") for each in words)
    return named.pop() if is_one else None


def is_of_a_review(header: str) -> bool:
    """Return whether a header names the panel or a review, which is a stage in a row of a case."""
    words = words_of(header)
    return bool(_PANEL.search(words) or _REVIEW.search(words))


def is_a_reference(header: str) -> bool:
    """Return whether a header that names a stage heads the references of that stage."""
    return any(
        found and found[0] == "case_reference"
        for stage, words in _readings(words_of(header), has_stage_2=True)
        if stage and (found := _known(words, COMPLAINTS.dataset))
    )


def words_of(header: str) -> str:
    """Return a header as lower-case words: DateReceived is `date received`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    words = re.sub(r"[^0-9a-z]+", " ", apart.lower()).split()
    return " ".join(word for word in words if word not in _SAY_NOTHING)


@cache
def usual_words() -> dict[str, list[str]]:
    """Return the words for each column, the best first."""
    listed: dict[str, list[str]] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return listed


def _guess(header: str, dataset: str, has_stage_2: bool) -> Guess | None:
    words = words_of(header)
    is_complaints = dataset == COMPLAINTS.dataset
    for stage, rest in _readings(words, has_stage_2) if is_complaints else [(None, words)]:
        if found := _known(rest, dataset):
            column, reason, rank = found
            if not (stage and column in _OF_THE_CASE):
                return Guess(header, column, reason, rank, stage)
    return None


def _readings(words: str, has_stage_2: bool) -> Iterator[tuple[str | None, str]]:
    """Yield the stages that words could name, each with the words left, likeliest first."""
    if number := _number_of_stage(words):
        rest = _without(_NUMBERED, words)
        yield number, rest
        yield number, _without(_REVIEW, _without(_PANEL, rest))
    elif _OMBUDSMAN.search(words):
        yield OMBUDSMAN, _without(_OMBUDSMAN, words)
    else:
        yield None, words
        if _PANEL.search(words):
            yield "stage_3", _without(_PANEL, words)
        elif has_stage_2 and _REVIEW.search(words):
            yield "stage_3", _without(_REVIEW, words)


def _without(pattern: re.Pattern[str], words: str) -> str:
    return " ".join(pattern.sub(" ", words, count=1).split())


def _number_of_stage(words: str) -> str | None:
    found = _NUMBERED.search(words)
    number = found and next(filter(None, found.groups()))
    return f"stage_{_STAGE_NUMBERS.get(number, number)}" if number else None


def _known(words: str, dataset: str) -> tuple[str, str, int] | None:
    """Return the column that words are a name of, why, and how good a name they are."""
    own, usual = _known_words(dataset)
    squeezed = matched_header(words)
    if squeezed in own:
        return own[squeezed], CERTAIN, 0
    for form in (_in_order(words), squeezed):
        if form in usual:
            column, rank = usual[form]
            return column, USUAL, rank
    for form, (column, rank) in usual.items():
        if _differ_by_slips(_in_order(words), form):
            return column, f"near '{form}': a typing error?", len(usual) + rank
    return None


@cache
def _known_words(dataset: str) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    """Return the layout's own names, and the usual words with their place in the list."""
    names = LAYOUTS[dataset].names
    own = {matched_header(words_of(name)): name for name in names}
    usual: dict[str, tuple[str, int]] = {}
    listed = usual_words() if dataset == COMPLAINTS.dataset else {}
    for name in names:
        words = [words_of(word) for word in (name, *listed.get(name, ()))]
        for rank, word in enumerate(words, start=1):
            usual.setdefault(_in_order(word), (name, rank))
            usual.setdefault(matched_header(word), (name, rank))
    return own, usual


def _in_order(words: str) -> str:
    return " ".join(sorted(words.split()))


def _differ_by_slips(words: str, known: str) -> bool:
    """Return whether each word is the known one, or the known one with one slip of a typist."""
    pairs = list(zip(words.split(), known.split(), strict=False))
    return len(words.split()) == len(known.split()) and all(
        one == other or _is_slip(one, other) for one, other in pairs
    )


def _is_slip(word: str, known: str) -> bool:
    """Return whether a letter is missing, too many or another, or two have changed places."""
    if len(known) < SHORTEST_WITH_A_SLIP or word[:1] != known[:1]:
        return False
    start = _alike(word, known)
    rest, known_rest = word[start:], known[start:]
    end = _alike(rest[::-1], known_rest[::-1])
    left, known_left = rest[: len(rest) - end], known_rest[: len(known_rest) - end]
    return max(len(left), len(known_left)) == 1 or (len(left) == 2 and left == known_left[::-1])


def _alike(one: str, other: str) -> int:
    """Return with how many letters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
