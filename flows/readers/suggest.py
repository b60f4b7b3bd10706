"""Guess how unknown exports are to be read: `complaints sources suggest`.

Every guess is written with its reason. No value of the data is, nor a line as headers that could be
one of data.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from complaints.flows.readers.contents import FIRST_LINES
from complaints.flows.readers.export_files import ExportFile, list_files
from complaints.flows.readers.guesses import (
    CERTAIN,
    OMBUDSMAN,
    STAGE_OF,
    Guess,
    best_of,
    guess_headers,
    is_a_reference,
    is_of_a_review,
    note_unfit,
    only_stage_named,
    procedure_named,
    stage_named,
)
from complaints.flows.readers.headers import listed, shown
from complaints.flows.readers.looks import (
    Figures,
    are_dates,
    are_names_or_narrative,
    figures_of,
    filled,
)
from complaints.flows.readers.mapping import STAGE_FACTS
from complaints.flows.readers.sample import Sample, sample_rows
from complaints.flows.readers.sources import DEFAULT_CODE, Source
from complaints.flows.readers.text_rows import FileRejectedError
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS, matched_header
from complaints.warehouse.plain_text import in_one_line

SURELY_A_HEADER = 3  # columns that are known
NEEDED = ("case_reference", "received_date")
MOST_MISTYPED = 5  # one date in five
MOST_REPEATED = 5  # one row in five


@dataclass
class Shape:
    """A sheet or a file as it is guessed: where its header is, and what its headers mean."""

    sample: Sample
    line: int
    headers: list[str]
    rows: list[list[str]]
    guesses: list[Guess] = field(default_factory=list)
    left_out: list[Guess] = field(default_factory=list)

    @property
    def by_column(self) -> dict[str, Guess]:
        """The guesses that are not of one stage."""
        return {guess.column: guess for guess in self.guesses if not guess.stage}

    @property
    def of_stages(self) -> dict[str, list[Guess]]:
        """The guesses of each stage in a row of a case, whether or not it has a date of receipt.

        Where only later stages have columns of their own, the general ones are those of stage 1.
        """
        stages: dict[str, dict[str, Guess]] = {}
        for guess in self.guesses:
            if guess.stage:
                stages.setdefault(guess.stage, {})[guess.column] = guess
        if not any("received_date" in each for each in stages.values()):
            return {stage: list(each.values()) for stage, each in stages.items()}
        general = {name: self.by_column[name] for name in STAGE_FACTS if name in self.by_column}
        for name, stage in STAGE_OF.items():
            if name in general:
                stages.setdefault(stage, {}).setdefault(name, general.pop(name))
        if "received_date" in general and "received_date" not in stages.get("stage_1", {}):
            stages["stage_1"] = general | stages.get("stage_1", {})
        return {
            stage: sorted(stages[stage].values(), key=lambda each: _place(each.column))
            for stage in sorted(stages, key=lambda each: (each == OMBUDSMAN, each))
        }

    @property
    def stages(self) -> dict[str, list[Guess]]:
        """The guesses of each stage that has a date of receipt."""
        return {
            stage: guesses
            for stage, guesses in self.of_stages.items()
            if any(guess.column == "received_date" for guess in guesses)
        }

    @property
    def read(self) -> list[Guess]:
        """The guesses that are read."""
        stages = self.stages
        of_stages = [guess for guesses in stages.values() for guess in guesses]
        not_read = ("stage", *STAGE_FACTS) if stages else ()
        general = [g for g in self.by_column.values() if g.column not in not_read]
        return [*general, *of_stages]

    @property
    def is_header(self) -> bool:
        """Whether so much of the line is known that it is no row of data, and may be repeated."""
        known = {guess.column for guess in (*self.guesses, *self.left_out)}
        return "case_reference" in known or len(known) >= SURELY_A_HEADER

    @property
    def is_of_complaints(self) -> bool:
        """Whether it is a header with a date of receipt, as no list of teams has."""
        return self.is_header and any(guess.column == "received_date" for guess in self.guesses)

    def texts(self, position: int) -> list[str]:
        """Return the texts of a column."""
        return [row[position] for row in self.rows if position < len(row)]

    @property
    def score(self) -> int:
        """How much of a header this line is."""
        known = {(guess.column, guess.stage) for guess in (*self.guesses, *self.left_out)}
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
    inputs: list[tuple[ExportFile, Shape]] = []
    seen: set[str] = set()
    for file in files:
        series = file.file_series or file.name
        if series in seen:  # another day of the same export
            continue
        seen.add(series)
        try:
            shapes = [_best_line(sample, file.dataset) for sample in sample_rows(file.path)]
        except FileRejectedError as problem:
            lines.append(f"# {file.name} {problem}.")
            continue
        if file.dataset == COMPLAINTS.dataset:
            read = _of_complaints(shapes)
            for shape in read:
                entries += _entry(file, shape, [each for each in shapes if each not in read])
        else:
            inputs.append((file, _best(shapes)))
    # All entries of a code have one order of day and month.
    order = [line for line in entries if line.startswith("    dates:")][:1]
    for file, shape in inputs:
        entries += _of_optional_input(file, shape, order)
    is_understood = any(not line.lstrip().startswith("#") for line in entries)
    return "\n".join([*lines, "sources:" if is_understood else "# sources:", *entries]) + "\n"


def _best(shapes: Sequence[Shape]) -> Shape:
    return max(shapes, key=lambda each: each.score)


def _of_complaints(shapes: Sequence[Shape]) -> list[Shape]:
    """Return the sheets that hold complaints, hidden ones only where no other does."""
    if not any(shape.sample.sheet for shape in shapes):
        return [_best(shapes)]
    like = [shape for shape in shapes if shape.is_of_complaints]
    seen = [shape for shape in like if not shape.sample.is_hidden]
    return seen or like or [_best(shapes)]


def _best_line(sample: Sample, dataset: str) -> Shape:
    """Return a sheet with its likeliest header."""
    lines = 1 if sample.has_fields else FIRST_LINES
    shapes = [
        Shape(sample, number, headers, sample.rows[number:])
        for number, headers in enumerate(sample.rows[:lines], start=1)
    ] or [Shape(sample, 1, [], [])]
    for shape in shapes:
        shape.guesses = list(best_of(guess_headers(shape.headers, dataset)))
    best = max(shapes, key=lambda each: each.score)
    if dataset == COMPLAINTS.dataset:
        found = guess_headers(best.headers, dataset)
        note_unfit(found, best.rows)
        best.left_out = [guess for guess in found if guess.unfit]
        best.guesses = list(best_of(found))
    return best


def _entry(file: ExportFile, shape: Shape, not_read: Sequence[Shape]) -> list[str]:
    """Return the lines of an entry, commented out where it could not be loaded."""
    called = in_one_line(file.name)
    if shape.sample.sheet:
        called += f" ({shown(shape.sample.sheet)})"
    columns, stages = shape.by_column, shape.stages
    names = f"{file.name} {shape.sample.sheet or ''}"
    by_name = "the name of the file or its sheet" if shape.sample.sheet else "the file's name"
    lines = [f"  - code: {DEFAULT_CODE}", f"    files: {_quoted(_pattern(file))}"]
    read = _read_options(file, shape)
    if read:
        lines.append(f"    read: {read}")
    lines += _dates(shape)
    missing = []
    mapped: list[tuple[str, str, str]] = []
    for name in COMPLAINTS.names:
        if name in columns and not (stages and name in ("stage", *STAGE_FACTS)):
            guess = columns[name]
            mapped.append((name, _quoted(guess.header.strip()), _reason(guess)))
        elif name == "procedure":
            if known := procedure_named(names):
                mapped.append((name, f"={known}", by_name))
            else:
                missing.append("procedure (write =statutory or =corporate, if all are one)")
        elif name == "stage" and not stages:
            if known := only_stage_named(names):
                mapped.append((name, f"={known}", by_name))
            else:
                missing.append("stage (write =stage_1, if all are one)")
        elif name in NEEDED and not (stages and name == "received_date"):
            missing.append(name)
    lines.append("    columns:")
    lines += [f"      {name}: {header}   # {reason}" for name, header, reason in mapped]
    lines += _nulls(shape)
    if stages:
        lines.append("    stages:   # a row for each stage that is dated")
        for stage, guesses in stages.items():
            lines.append(f"      {stage}:")
            lines += [
                f"        {guess.column}: {_quoted(guess.header.strip())}   # {_reason(guess)}"
                for guess in guesses
            ]
    lines += _always_open(shape)
    lines += _left_out(shape)
    lines.append(f"    # other columns, not read: {_unread(shape)}")
    if not_read and shape.sample.sheet:
        sheets = [f"{s.sample.sheet}{' (hidden)' * s.sample.is_hidden}" for s in not_read]
        lines.append(f"    # other sheets, not read: {listed(sheets)}")
    problems = [f"no column is like {', '.join(missing)}"] if missing else []
    problems += _problems(shape)
    if problems:
        said = f"  # {called} is not understood: {'; '.join(problems)}."
        return [said, *(f"  # {line[2:]}" for line in lines)]
    return [f"  # {called} is understood.", *lines]


def _unread(shape: Shape) -> str:
    """Return how many columns are not read and not spoken of, and which."""
    said = {guess.position for guess in (*shape.read, *shape.left_out)}
    unread = [h for at, h in enumerate(shape.headers) if h.strip() and at not in said]
    if not unread or not shape.is_header:
        return str(len(unread))
    return f"{len(unread)}: {listed(unread)}"


def _problems(shape: Shape) -> Iterator[str]:
    """Yield why rows would be lost or refused, though every needed column is there."""
    if not shape.is_header:
        return
    yield from _contradiction(shape)
    yield from _repeated(shape)
    stages, read = shape.stages, shape.read
    headers = [header.strip() for header in shape.headers]
    for name in dict.fromkeys(guess.header.strip() for guess in read):
        if headers.count(name) > 1:
            yield f"{headers.count(name)} columns are called {shown(name)}"
    for stage, guesses in shape.of_stages.items():
        if stage not in stages:
            named = listed([guess.header for guess in guesses])
            yield f"no column is like received_date of {_in_words(stage)}, which has {named}"
    for stage, unknown in _unknown_of_stages(shape).items():
        yield f"of {_in_words(stage)} it does not understand {listed(unknown)}"
    if not stages:
        return
    used = {guess.position for guess in read}
    for name in ("responded_date", "outcome"):
        general = shape.by_column.get(name)
        lacking = [
            stage
            for stage, found in stages.items()
            if stage != OMBUDSMAN and name not in {guess.column for guess in found}
        ]
        if general and general.position not in used and lacking:
            yield f"{shown(general.header)} names no stage, and {_in_words(lacking[0])} has none"
    stage_column = shape.by_column.get("stage")
    is_general = any(not guess.stage for guess in stages.get("stage_1", ()))
    if stage_column and is_general and len(set(filled(shape.texts(stage_column.position)))) > 1:
        yield f"it has rows of several stages ({shown(stage_column.header)}) and columns of stages"


def _repeated(shape: Shape) -> Iterator[str]:
    """Yield what is said where rows of one case and stage differ, as points of complaint do."""
    read = {guess.column: guess.position for guess in shape.read}
    if "case_reference" not in read or "last_updated" in read:
        return
    keys = [read[name] for name in ("case_reference", "stage") if name in read]
    rows = {tuple(_cell(row, at) for at in sorted({*read.values()})): row for row in shape.rows}
    found = Counter(tuple(_cell(row, at) for at in keys) for row in rows.values())
    repeated = sum(count for key, count in found.items() if count > 1 and all(key))
    if MOST_REPEATED * repeated > len(rows):
        yield (
            f"{repeated} of its first {len(rows)} different rows have the case and stage of another"
            " (where each is a point of complaint, add one_row_per: [case_reference, stage])"
        )


def _cell(row: Sequence[str], position: int) -> str:
    return row[position].strip() if position < len(row) else ""


def _unknown_of_stages(shape: Shape) -> dict[str, list[str]]:
    """Return the headers that name a stage and are neither read nor spoken of, by their stage."""
    said = {guess.position for guess in shape.guesses}
    said |= {other.position for guess in shape.guesses for other in guess.others}
    said |= {guess.position for guess in shape.left_out if guess.column != "received_date"}
    unknown: dict[str, list[str]] = {}
    for position, header in enumerate(shape.headers):
        stage = stage_named(header)
        if not stage and shape.stages and is_of_a_review(header):
            stage = "the panel or review"
        is_known = position in said or is_a_reference(header) or _is_narrative(shape, position)
        if stage and not is_known:
            unknown.setdefault(stage, []).append(header)
    return unknown


def _is_narrative(shape: Shape, position: int) -> bool:
    texts = shape.texts(position)
    return are_names_or_narrative(texts) and not are_dates(texts)


def _in_words(stage: str) -> str:
    return "the Ombudsman" if stage == OMBUDSMAN else stage.replace("_", " ")


def _place(column: str) -> int:
    return COMPLAINTS.names.index(column)


def _reason(guess: Guess) -> str:
    """Return why a header is taken for a column, and which others could be meant."""
    if not guess.others:
        return guess.reason
    others = " or ".join(shown(other.header) for other in guess.others)
    return f"{guess.reason}; or {others}: see which is right"


def _nulls(shape: Shape) -> Iterator[str]:
    """Yield a null for each unfit column of the layout's own name, which would else be read."""
    of_stages = ("stage", *STAGE_FACTS) if shape.stages else ()
    for guess in shape.left_out:
        is_read = guess.reason == CERTAIN and guess.column not in (*shape.by_column, *of_stages)
        if is_read and not guess.stage and guess.column not in COMPLAINTS.needed_names:
            yield f"      {guess.column}: {{sql: 'null'}}   # so that its column is not read"


def _always_open(shape: Shape) -> Iterator[str]:
    """Yield the stages whose answers have no date, where it should be noticed."""
    read = shape.stages or {"": shape.read}
    for stage, guesses in read.items():
        if "responded_date" not in {guess.column for guess in guesses}:
            of_stage = f" of {_in_words(stage)}, so it" if stage else ", so every stage"
            yield f"    # no column is like responded_date{of_stage} would stay open."


def _left_out(shape: Shape) -> Iterator[str]:
    """Yield what is said of the columns whose texts are not what their headers promise."""
    for guess in shape.left_out:
        yield (
            f"    # {shown(guess.header)} {guess.unfit}, and is therefore not read as "
            f"{guess.column}."
        )
    guessed = {guess.position for guess in (*shape.guesses, *shape.left_out)}
    for position, header in enumerate(shape.headers if shape.is_header else ()):
        if position not in guessed and stage_named(header) and _is_narrative(shape, position):
            said = "looks like names or narrative, and is therefore not read"
            yield f"    # {shown(header)} {said}."


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


def _read_options(file: ExportFile, shape: Shape) -> str:
    """Return how the file is read as one line of YAML, whatever a sheet is called."""
    sample = shape.sample
    options: dict[str, Any] = {
        "delimiter": sample.delimiter if shape.line > 1 and sample.delimiter != "," else None,
        "sheet": sample.sheet,
        "records": sample.records,
        "header": shape.line if shape.line > 1 else None,
    }
    given = {name: value for name, value in options.items() if value}
    return _in_yaml(given, default_flow_style=True) if given else ""


def _dates(shape: Shape) -> Iterator[str]:
    """Yield the line of the order of day and month, with its reason, where there are dates.

    What is read decides; where it does not say, the other columns do.
    """
    figures = {at: figures_of(shape.texts(at)) for at in range(len(shape.headers))}
    read = _read_dates(shape)
    deciding = [figures[at] for at in read if figures[at].order] or list(figures.values())
    total = Figures(*map(sum, zip(*deciding, strict=True))) if deciding else Figures()
    order = total.order or "day-first"
    against = [
        at for at, each in figures.items() if (each.second, each.first)[order != "day-first"]
    ]
    if total.order:
        count, place = max((total.first, "first"), (total.second, "second"))
        reason = f"{count} {_dates_have(count)} a day after the 12th in {place} place"
        if against:
            reason += f"; they contradict each other, see {_columns(shape, against)}"
    elif total.dates:
        reason = "no day after the 12th was seen: check the order by hand"
    elif any(_has_dates(shape.texts(at)) for at in range(len(shape.headers))):
        reason = "the dates say their order themselves"
    else:
        return
    yield f"    dates: {order}   # {reason}"


def _contradiction(shape: Shape) -> Iterator[str]:
    """Yield what is said where no one order reads the dates, a mistyped one apart."""
    figures = {at: figures_of(shape.texts(at)) for at in _read_dates(shape)}
    first = sum(each.first for each in figures.values())
    second = sum(each.second for each in figures.values())
    orders = {each.order for each in figures.values() if each.order}
    if len(orders) > 1 or MOST_MISTYPED * min(first, second) > max(first, second):
        said = [at for at, each in figures.items() if each.order]
        yield f"its dates contradict each other ({_columns(shape, said)})"


def _read_dates(shape: Shape) -> list[int]:
    """Return the positions of the columns that are read as dates."""
    return sorted({guess.position for guess in shape.read if guess.column in COMPLAINTS.dates})


def _has_dates(texts: Sequence[str]) -> bool:
    return bool(filled(texts)) and are_dates(texts)


def _dates_have(count: int) -> str:
    return "date has" if count == 1 else "dates have"


def _columns(shape: Shape, positions: Sequence[int]) -> str:
    if shape.is_header:
        return listed([shape.headers[at] for at in positions])
    return ", ".join(f"column {at + 1}" for at in positions)


def _of_optional_input(file: ExportFile, shape: Shape, order: list[str]) -> list[str]:
    """Return the lines of an entry that only says where the file is."""
    layout = LAYOUTS[file.dataset]
    exact = {matched_header(header) for header in shape.headers}
    entry = [f"  - code: {DEFAULT_CODE}", f"    files: {_quoted(_pattern(file))}", *order]
    lines = [f"  # {in_one_line(file.name)} is the optional input {file.dataset}."]
    for name in layout.needed_names:
        if matched_header(name) not in exact:
            near = shape.by_column.get(name)
            hint = f"; rename the header '{near.header.strip()}'" if near else ""
            lines.append(f"  #   It lacks {name}{hint}.")
    return [*lines, *(entry if len(lines) == 1 else [f"  # {line[2:]}" for line in entry])]


def _quoted(text: str) -> str:
    """Return a text as one line of YAML, quoted where it must be."""
    return _in_yaml(text, default_style=None if text.isprintable() else '"')


def _in_yaml(value: Any, **style: Any) -> str:
    written: Any = yaml.safe_dump(
        value, allow_unicode=True, width=sys.maxsize, sort_keys=False, **style
    )
    return str(written).removesuffix("\n").removesuffix("\n...").strip()
