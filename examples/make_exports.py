"""Makes the synthetic exports in `examples/exports`: `python -m examples.make_exports [FOLDER]`.

The seed is fixed: every run writes the same bytes. `expected_rows` says what becomes of the rows
that are not simply loaded without a warning. The optional inputs of the report are written
beside the exports.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from complaints.examples.bad_rows import bad_records
from complaints.examples.cases import STAGE_NUMBERS, make_cases
from complaints.examples.records import (
    CORPORATE_FILE,
    LATEST_FILE,
    STATUTORY_FILE,
    Record,
    records_of,
)
from complaints.examples.report_inputs import REPORT_INPUT_FILES, ROWS, report_input
from complaints.examples.writing import written

SEED = 20181127
FILE_NAMES = (STATUTORY_FILE, CORPORATE_FILE, LATEST_FILE)
EXPORTS = Path(__file__).with_name("exports")


class ExpectedRow(NamedTuple):
    """What becomes of a row; reference and stage are None where a row does not have them."""

    file_name: str
    row_number: int
    case_reference: str | None
    stage: str | None
    fate: str
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def records_by_file() -> dict[str, list[Record]]:
    """Return the rows of every export, in their order."""
    rng = Random(SEED)
    records = records_of(make_cases(rng), rng) + bad_records()
    records.sort(key=lambda record: (record.filed_on, str(record.values["case_reference"])))
    return {
        file_name: [record for record in records if record.file_name == file_name]
        for file_name in FILE_NAMES
    }


def expected_rows() -> list[ExpectedRow]:
    """Return every row that is not loaded, or loaded with a warning, by file and row number."""
    return [
        _expected(number, record)
        for records in records_by_file().values()
        for number, record in enumerate(records, start=1)
        if record.fate != "loaded" or record.warnings
    ]


def expected_counts() -> dict[str, Counter[str]]:
    """Return, for each file, how many rows meet each fate; they sum to the rows read."""
    return {
        file_name: Counter(record.fate for record in records)
        for file_name, records in records_by_file().items()
    }


def _expected(number: int, record: Record) -> ExpectedRow:
    reference, stage = str(record.values["case_reference"]), str(record.values["stage"])
    is_readable = not record.damage
    return ExpectedRow(
        record.file_name,
        number,
        reference if reference and is_readable else None,
        stage if stage in STAGE_NUMBERS and is_readable else None,
        record.fate,
        record.errors,
        record.warnings,
    )


def main(folder: Path = EXPORTS) -> None:
    """Write the exports into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, records in records_by_file().items():
        (folder / file_name).write_bytes(written(file_name, records))
        print(f"{folder / file_name}: {len(records)} rows")
    for file_name in REPORT_INPUT_FILES:
        (folder / file_name).write_bytes(report_input(file_name))
        print(f"{folder / file_name}: {len(ROWS[Path(file_name).stem])} rows")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
