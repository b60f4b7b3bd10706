"""What the commands print: tables on a terminal, plain lines when piped."""

import csv
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich import box
from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from complaints.warehouse.errors import UsageError
from complaints.warehouse.plain_text import (
    escaped,
    in_one_line,
    safe_in_spreadsheet,
    without_unseen,
)

if TYPE_CHECKING:
    from complaints.flows.night import NightReport


def print_lines(*lines: str) -> None:
    """Print lines as they are."""
    console = Console(soft_wrap=True, highlight=False)
    for line in lines:
        console.print(Text(without_unseen(line)))


def print_rows(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], format: str) -> None:
    """Print rows as a table, as CSV or as JSON (a list of objects).

    Raises:
        UsageError: as JSON, two columns have one name.
    """
    if format == "csv":
        _write_csv(sys.stdout, columns, rows)
    elif format == "json":
        print(_as_json(columns, rows))
    else:
        _print_table(columns, rows)


def print_findings(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], format: str) -> None:
    """Print rows of an export with their rules, as a list by rule, as CSV or as JSON."""
    if format != "table":
        print_rows(columns, rows, format)
        return
    console = Console(soft_wrap=True, highlight=False)
    width = console.width if sys.stdout.isatty() else 10_000
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    by_rule = itemgetter("rule_codes", "what_to_do")
    for (codes, what_to_do), group in groupby(sorted(found, key=by_rule), by_rule):
        console.print(Text(codes.replace(",", ", "), style="bold"))
        for indent, line in (("  ", what_to_do), *(("  - ", _place_and_text(r)) for r in group)):
            filled = textwrap.fill(
                in_one_line(line),
                width,
                initial_indent=indent,
                subsequent_indent=" " * len(indent),
            )
            console.print(Text(filled))


def _place_and_text(row: Mapping[str, Any]) -> str:
    number = row["spreadsheet_row"] or row["row_number"]
    known = ", ".join(each for each in (row["case_reference"], row["stage"]) if each)
    place = f"{row['file_name']}, {'row' if row['spreadsheet_row'] else 'record'} {number}"
    written = f" ({row['what_is_written']})" if row["what_is_written"] else ""
    return f"{place}{known and ': '}{known}{written}"


def give_rows(
    columns: Sequence[str], rows: Sequence[tuple[Any, ...]], format: str, output: Path | None
) -> None:
    """Print rows, or write them to a file and say how many there are."""
    if output is None:
        print_rows(columns, rows, format)
    else:
        save_rows(columns, rows, output)
        print_lines(f"{len(rows):,} rows in {output}")


def save_rows(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], path: Path) -> None:
    """Write rows to a file of the form that its name says: .csv, .json or .xlsx.

    Raises:
        UsageError: the name says another form, the file cannot be written, or as JSON two columns
            have one name.
    """
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            with path.open("w", encoding="utf-8-sig", newline="") as file:  # as Excel reads it
                _write_csv(file, columns, rows)
        elif suffix == ".json":
            path.write_text(_as_json(columns, rows) + "\n", encoding="utf-8")
        elif suffix == ".xlsx":
            from complaints.warehouse.workbook import MOST_ROWS, Sheet, write_workbook

            if len(rows) > MOST_ROWS:
                reason = f"a sheet holds {MOST_ROWS:,} rows"
                raise UsageError("output_unusable", path=path, reason=reason)
            write_workbook(path, [Sheet("Answer", columns, rows)])
        else:
            reason = "its name must end in .csv, .json or .xlsx"
            raise UsageError("output_unusable", path=path, reason=reason)
    except OSError as problem:
        raise UsageError("output_unusable", path=path, reason=problem.strerror) from None


def _write_csv(file: TextIO, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(safe_in_spreadsheet(column) for column in columns)
    writer.writerows([safe_in_spreadsheet(value) for value in row] for row in rows)


def _as_json(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    for at, name in enumerate(columns):
        if name in columns[:at]:  # an object has each name once
            raise UsageError("columns_of_one_name", name=name)
    objects = [dict(zip(columns, row, strict=True)) for row in rows]
    return escaped(json.dumps(objects, default=str, indent=2, ensure_ascii=False))


def _print_table(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Print a table, or where the terminal is too narrow for one, each record as a block.

    No word is broken in a table, so that a key can be copied. Piped, a table is as wide as its
    content: a script must not meet a wrapped cell.
    """
    shown = [["" if value is None else in_one_line(str(value)) for value in row] for row in rows]
    console = Console(width=None if sys.stdout.isatty() else 10_000, highlight=False)
    if not console.is_terminal:
        table = Table(box=None, pad_edge=False)
        least = [0] * len(columns)
    else:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        words = zip(columns, *shown, strict=True)
        least = [
            max(len(word) for text in column for word in text.split() or [""]) for column in words
        ]
        if sum(least) + 3 * len(least) > console.width:
            _print_blocks(console, columns, shown)
            return
    for column, width in zip(columns, least, strict=True):
        table.add_column(column, overflow="fold", min_width=width)
    for row in shown:
        table.add_row(*(Text(value) for value in row))
    console.print(table)


def _print_blocks(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widest = max(map(len, columns)) + 2
    for number, row in enumerate(rows, start=1):
        console.print(Text(f"{number} of {len(rows)}", style="bold"))
        for column, value in zip(columns, row, strict=True):
            longest = max(map(len, value.split()), default=0)
            is_beside = widest + longest <= console.width
            indent = " " * (widest if is_beside else 2)
            lines = textwrap.wrap(
                value,
                console.width,
                initial_indent=indent,
                subsequent_indent=indent,
                break_long_words=False,
                break_on_hyphens=False,
            ) or [indent]
            if is_beside:
                lines[0] = column.ljust(widest) + lines[0][widest:]
            else:
                lines.insert(0, column)
            for line in lines:
                console.print(Text(line.rstrip()), soft_wrap=True)
        console.print()


@contextmanager
def progress() -> Iterator[Any]:
    """Give a function that takes each step's name: a spinner on a terminal, else plain lines."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield lambda step: console.print(step.replace("_", " "))
        return
    with Status("starting", console=console) as status:
        yield lambda step: status.update(step.replace("_", " "))


def print_night(report: "NightReport", is_kept: bool = True) -> None:
    """Say what a night did: its files, and what the operator should know.

    Of a dry run `complaints quarantine` knows nothing.
    """
    columns = ["file", "status", "read", "loaded", "unchanged", "duplicate", "superseded", "held"]
    are_any_erased = any(record.rows_erased for record in report.files)
    rows = [
        (
            record.file_name,
            record.status,
            record.rows_read,
            record.rows_loaded,
            record.rows_unchanged,
            record.rows_duplicate,
            record.rows_superseded,
            record.rows_quarantined,
            record.rows_erased,
        )
        for record in report.files
    ]
    if are_any_erased:
        columns.append("erased")
    _print_table(columns, [row[: len(columns)] for row in rows])
    messages = dict.fromkeys(record.message for record in report.files if record.message)
    unread = [
        f"Not read of {record.file_name}: {', '.join(record.headers_not_read)}."
        for record in report.files
        if record.headers_not_read
    ]
    print_lines(*messages, *unread, *report.notes)
    if is_kept and any(record.rows_quarantined for record in report.files):
        print_lines("Rows are held back: `complaints quarantine` says which, and what to do.")
