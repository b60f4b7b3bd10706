"""Guess how unknown exports are to be read: `complaints sources suggest`.

Every guess is written with its reason. No value of the data is, nor a header that is not mapped
and could hold one.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from complaints.flows.readers.export_files import ExportFile, list_files
from complaints.flows.readers.mapping import STAGE_FACTS
from complaints.flows.readers.sample import sample_rows
from complaints.flows.readers.sources import DEFAULT_CODE, Source
from complaints.flows.readers.text_rows import FileRejectedError
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS, matched_header

WORDS_FILE = Path(__file__).with_name("header_words.yml")
FIRST_LINES = 30  # among which the header is looked for
NEEDED = ("case_reference", "received_date")
_STAGE = re.compile(
    r"\b(?:stage|s|level|step)[ _]*(1|2|3|one|two|three)\b|\b(first|second|third) (?:stage|level)\b"
)
_STAGE_NUMBERS = {"one": 1, "first": 1, "two": 2, "second": 2, "three": 3, "third": 3}
_PARTS_OF_A_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d\d)\b")


@dataclass
class Guess:
    """What a header is taken for, and why."""

    header: str
    column: str
    reason: str
    stage: str | None = None


@dataclass
class Shape:
    """A sheet or a file as it is guessed: where its header is, and what its headers mean."""

    form: str
    line: int
    headers: list[str]
    rows: list[list[str]]
    guesses: list[Guess] = field(default_factory=list)

    @property
    def by_column(self) -> dict[str, Guess]:
        """The guesses that are not of one stage."""
        return {guess.column: guess for guess in self.guesses if not guess.stage}

    @property
    def stages(self) -> dict[str, list[Guess]]:
        """The guesses of each stage that has a date of receipt.

        Where only later stages have columns of their own, the general ones are those of stage 1.
        """
        stages: dict[str, list[Guess]] = {}
        for guess in self.guesses:
            if guess.stage:
                stages.setdefault(guess.stage, []).append(guess)
        dated = {
            stage: guesses
            for stage, guesses in sorted(stages.items())
            if any(guess.column == "received_date" for guess in guesses)
        }
        general = self.by_column
        if dated and "stage_1" not in dated and "received_date" in general:
            facts = [general[name] for name in STAGE_FACTS if name in general]
            dated = {"stage_1": facts, **dated}
        return dated

    @property
    def score(self) -> int:
        """How much of a header this line is."""
        known = {(guess.column, guess.stage) for guess in self.guesses}
        return 3 * len(known) - sum(any(c.isdigit() for c in h[-5:]) for h in self.headers)


def suggest_sources(path: Path) -> str:
    """Return a commented sources file for a file, or for the files of a folder."""
    folder, pattern = (path, ".") if path.is_dir() else (path.parent, path.name)
    source = Source(code=DEFAULT_CODE, files=pattern, base_folder=folder)
    files, rejected = list_files(source)
    lines = [
        "# Guessed by `complaints sources suggest`: read it, correct it, and see with `complaints",
        "# sources check` what would be read.",
    ]
    lines += [f"# {record.message}" for record in rejected]
    entries: list[str] = []
    seen: set[str] = set()
    for file in files:
        series = file.file_series or file.name
        if series in seen:  # another day of the same export
            continue
        seen.add(series)
        try:
            shapes = [
                _best_line(form, rows, file.dataset)
                for form, rows in sample_rows(file.path).items()
            ]
        except FileRejectedError as problem:
            lines.append(f"# {file.name} {problem}.")
            continue
        shape = max(shapes, key=lambda each: each.score)
        if file.dataset == COMPLAINTS.dataset:
            entries += _entry(file, shape)
        else:
            lines += _about_optional_input(file, shape)
    is_understood = any(not line.lstrip().startswith("#") for line in entries)
    return "\n".join([*lines, "sources:" if is_understood else "# sources:", *entries]) + "\n"


def _best_line(form: str, rows: list[list[str]], dataset: str) -> Shape:
    """Return a sheet with its likeliest header."""
    shapes = [
        Shape(form, number, headers, rows[number:])
        for number, headers in enumerate(rows[:FIRST_LINES], start=1)
    ] or [Shape(form, 1, [], [])]
    for shape in shapes:
        shape.guesses = list(_guesses(shape.headers, dataset))
    return max(shapes, key=lambda each: each.score)


def _guesses(headers: Sequence[str], dataset: str) -> Iterator[Guess]:
    """Yield what the headers are taken for; each column, or each of a stage, once."""
    taken: set[tuple[str, str | None]] = set()
    found = [guess for header in headers if (guess := _guess(header, dataset))]
    for certainty in (_CERTAIN, _USUAL, ""):
        for guess in found:
            if guess.reason.startswith(certainty) and (guess.column, guess.stage) not in taken:
                taken.add((guess.column, guess.stage))
                yield guess


_CERTAIN, _USUAL = "the layout's own name", "a usual word"


def _guess(header: str, dataset: str) -> Guess | None:
    words = _words(header)
    stage = None
    if dataset == COMPLAINTS.dataset and (of_stage := _STAGE.search(words)):
        number = of_stage[1] or of_stage[2]
        rest = " ".join((words[: of_stage.start()] + words[of_stage.end() :]).split())
        if rest:
            stage, words = f"stage_{_STAGE_NUMBERS.get(number, number)}", rest
    names = {_words(name): name for name in LAYOUTS[dataset].names}
    usual = _usual_words() if dataset == COMPLAINTS.dataset else {}
    if words in names:
        return Guess(header, names[words], _CERTAIN, stage)
    by_order = {" ".join(sorted(each.split())): name for each, name in (usual | names).items()}
    in_order = " ".join(sorted(words.split()))
    if in_order in by_order:
        return Guess(header, by_order[in_order], _USUAL, stage)
    close = difflib.get_close_matches(in_order, by_order, n=1, cutoff=0.85)
    if close and len(in_order) > 4:
        return Guess(header, by_order[close[0]], f"near '{close[0]}': a typing error?", stage)
    return None


def _words(header: str) -> str:
    """Return a header as lower-case words: DateReceived is `date received`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[^0-9a-z]+", " ", apart.lower()).split())


@cache
def _usual_words() -> dict[str, str]:
    listed = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return {word: column for column, words in listed.items() for word in words}


def _entry(file: ExportFile, shape: Shape) -> list[str]:
    """Return the lines of an entry, commented out where it could not be loaded."""
    columns, stages = shape.by_column, shape.stages
    lines = [f"  - code: {DEFAULT_CODE}", f"    files: {_quoted(_pattern(file))}"]
    read = _read_options(file, shape)
    if read:
        lines.append(f"    read: {{{', '.join(read)}}}")
    order, reason = _order_of_dates(shape)
    lines.append(f"    dates: {order}   # {reason}")
    missing = []
    mapped: list[tuple[str, str, str]] = []
    for name in COMPLAINTS.names:
        if name in columns and not (stages and name in ("stage", *STAGE_FACTS)):
            guess = columns[name]
            mapped.append((name, _quoted(guess.header.strip()), guess.reason))
        elif name == "procedure":
            known = next((w for w in ("statutory", "corporate") if w in file.name.lower()), None)
            if known:
                mapped.append((name, f"={known}", "the file's name"))
            else:
                missing.append("procedure (write =statutory or =corporate, if all are one)")
        elif name == "stage" and not stages:
            known = (of_stage := _STAGE.search(_words(file.name))) and (of_stage[1] or of_stage[2])
            if known:
                number = _STAGE_NUMBERS.get(known, known)
                mapped.append((name, f"=stage_{number}", "the file's name"))
            else:
                missing.append("stage (write =stage_1, if all are one)")
        elif name in NEEDED and not (stages and name == "received_date"):
            missing.append(name)
    lines.append("    columns:")
    lines += [f"      {name}: {header}   # {reason}" for name, header, reason in mapped]
    if stages:
        lines.append("    stages:   # a row for each stage that is dated")
        for stage, guesses in stages.items():
            lines.append(f"      {stage}:")
            lines += [
                f"        {guess.column}: {_quoted(guess.header.strip())}   # {guess.reason}"
                for guess in guesses
            ]
    read_headers = [header for _, header, _ in mapped if not header.startswith("=")]
    unread = len([h for h in shape.headers if h.strip()]) - len(read_headers)
    unread -= sum(map(len, stages.values()))
    lines.append(f"    # other columns, not read: {unread}")
    if missing:
        said = f"  # {file.name} is not understood: no column is like {', '.join(missing)}."
        return [said, *(f"  # {line[2:]}" for line in lines)]
    return [f"  # {file.name} is understood.", *lines]


def _pattern(file: ExportFile) -> str:
    """Return the path of a file, with a star for its date."""
    if not file.file_series:
        return str(file.path)
    start = len(_common_start(file.name, file.file_series))
    end = len(file.file_series) - start
    tail = file.name[len(file.name) - end :] if end else ""
    return str(file.path.with_name(f"{file.name[:start]}*{tail}"))


def _common_start(name: str, series: str) -> str:
    same = 0
    while same < min(len(name), len(series)) and name[same].casefold() == series[same]:
        same += 1
    return name[:same]


def _read_options(file: ExportFile, shape: Shape) -> list[str]:
    options = []
    if shape.form in (";", "\t", "|") and shape.line > 1:
        options.append(f"delimiter: {_quoted(shape.form)}")
    elif shape.form and len(shape.form) > 1:
        options.append(f"sheet: {_quoted(shape.form)}")
    if shape.line > 1:
        options.append(f"header: {shape.line}")
    return options


def _order_of_dates(shape: Shape) -> tuple[str, str]:
    """Return the order of day and month that the dates allow, and why."""
    places = [
        place
        for place, header in enumerate(shape.headers)
        for guess in shape.guesses
        if guess.header == header and guess.column.endswith("_date")
    ]
    parts = [
        (int(found[1]), int(found[2]))
        for row in shape.rows
        for place in places
        if place < len(row) and (found := _PARTS_OF_A_DATE.match(row[place].strip()))
    ]
    later_first = sum(first > 12 for first, _ in parts)
    later_second = sum(second > 12 for _, second in parts)
    if later_second and not later_first:
        return "month-first", f"{later_second} dates have a day after the 12th in second place"
    if later_first:
        return "day-first", f"{later_first} dates have a day after the 12th in first place"
    if parts:
        return "day-first", "no day after the 12th was seen: check the order by hand"
    return "day-first", "the dates say their order themselves"


def _about_optional_input(file: ExportFile, shape: Shape) -> list[str]:
    layout = LAYOUTS[file.dataset]
    exact = {matched_header(header) for header in shape.headers}
    lines = [f"# {file.name} is the optional input {file.dataset}; the mapping is not for it."]
    for name in layout.needed_names:
        if matched_header(name) not in exact:
            near = shape.by_column.get(name)
            hint = f"; rename the header '{near.header.strip()}'" if near else ""
            lines.append(f"#   It lacks {name}{hint}.")
    return lines


def _quoted(text: str) -> str:
    """Return a text as YAML, quoted where it must be."""
    written: Any = yaml.safe_dump(text, allow_unicode=True, width=1_000)
    return str(written).removesuffix("\n...\n").strip()
