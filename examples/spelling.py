"""Spells a row as the people and systems behind real exports do: each row in its own way.

How a row is spelled depends on its file, reference and stage alone, so that a row delivered twice
looks the same both times.
"""

from collections.abc import Callable
from datetime import date, datetime
from random import Random

from complaints.examples.records import CORPORATE_FILE, LATEST_FILE, STATUTORY_FILE, Record, Value

NO_BREAK_SPACE = "\u00a0"

PROCEDURES = {
    "statutory": ("statutory", "Statutory", "Children's statutory", "Stat"),
    "corporate": ("corporate", "Corporate", "CORPORATE"),
}
STAGES = {
    "statutory": {
        "stage_1": ("stage_1", "Stage 1", "Child - Stage one", "Child - Stage one", "S1"),
        "stage_2": ("stage_2", "Stage 2", "Child - Stage two", "Child - Stage two", "S2"),
        "stage_3": ("Stage 3", "Child - Stage three", "S3"),
        "ombudsman": ("ombudsman", "LGSCO", "LGO"),
    },
    "corporate": {
        "stage_1": ("Stage 1", "stage 1", "S1", "1"),
        "stage_2": ("Stage 2", "stage 2", "S2", "2"),
        "stage_3": ("Stage 3",),
        "ombudsman": ("LGSCO", "LGO", "Ombudsman"),
    },
}
OUTCOMES = {
    "upheld": ("upheld", "Upheld", "UPHELD"),
    "partially_upheld": ("Partly upheld", "Part upheld", "Partially Upheld", "Upheld in part"),
    "not_upheld": ("not_upheld", "Not upheld", "Not Upheld", "Not upheld "),
    "withdrawn": ("withdrawn", "Withdrawn"),
    "no_finding": ("no_finding", "No finding"),
    "closed_after_initial_enquiries": ("Closed after initial enquiries",),
    "referred_back": ("Referred back",),
    "advice_given": ("Advice given",),
    "incomplete_or_invalid": ("Incomplete or invalid",),
}
ANSWERS = {
    "yes": ("yes", "Yes", "Y", "true", "1"),
    "no": ("no", "No", "N", "", "", "", "false", "0"),
}

DateStyle = Callable[[date], str]


def _style(pattern: str) -> DateStyle:
    return lambda day: f"{day:{pattern}}"


ISO, SLASHES = _style("%Y-%m-%d"), _style("%d/%m/%Y")
DATE_STYLES: dict[str, tuple[tuple[DateStyle, ...], tuple[int, ...]]] = {
    STATUTORY_FILE: (
        (
            ISO,
            SLASHES,
            _style("%d/%m/%y"),
            _style("%d-%m-%Y"),
            _style("%d.%m.%Y"),
            lambda day: f"{day.day} {day:%B %Y}",
            lambda day: f"{day:%d-%b-%y}".upper(),
        ),
        (60, 30, 2, 2, 2, 2, 2),
    ),
    CORPORATE_FILE: ((SLASHES,), (1,)),
    LATEST_FILE: ((SLASHES,), (1,)),
}


def spelled(record: Record) -> dict[str, Value]:
    """Return the values of a row as its file writes them; the workbook keeps most dates."""
    values = record.values
    rng = Random(f"{record.file_name} {values['case_reference']} {values['stage']}")
    row: dict[str, Value] = {}
    for name, value in values.items():
        row[name] = _word(name, value, values, rng) if isinstance(value, str) else value
    styles, weights = DATE_STYLES[record.file_name]
    style = rng.choices(styles, weights)[0]
    has_real_dates = record.file_name == LATEST_FILE and rng.random() < 0.9
    if not has_real_dates:
        row = {name: _text(value, style) for name, value in row.items()}
    return row


def _word(name: str, value: str, values: dict[str, Value], rng: Random) -> str:
    """Return one of the spellings of a value; a value without any is written as it is."""
    by_field = {
        "procedure": PROCEDURES,
        "stage": STAGES.get(str(values["procedure"]), {}),
        "outcome": OUTCOMES,
        "extension_agreed": ANSWERS,
    }
    if name == "service_team" and value and rng.random() < 0.1:
        return value + rng.choice((" ", NO_BREAK_SPACE))
    if name == "legal_basis" and rng.random() < 0.3:
        return value[:1].upper() + value[1:].replace("_", " ")
    return rng.choice(by_field.get(name, {}).get(value, (value,)))


def _text(value: Value, style: DateStyle) -> Value:
    if isinstance(value, datetime):
        return f"{style(value)} {value:%H:%M}"
    if isinstance(value, date):
        return style(value)
    return value
