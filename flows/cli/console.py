"""What the commands print: tables on a terminal, plain lines when piped."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from complaints.flows.night import NightReport


def print_lines(*lines: str) -> None:
    """Print lines as they are."""
    console = Console(soft_wrap=True, highlight=False)
    for line in lines:
        console.print(Text(line))


def print_rows(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], format: str) -> None:
    """Print rows as a table, as CSV or as JSON (a list of objects)."""
    if format == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    elif format == "json":
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        print(json.dumps(objects, default=str, indent=2, ensure_ascii=False))
    else:
        _print_table(columns, rows)


def _print_table(columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    # Piped, a table is as wide as its content: a script must not meet a wrapped cell.
    width = None if sys.stdout.isatty() else 10_000
    table = Table(box=None if width else _terminal_box(), pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else Text(str(value)) for value in row))
    Console(width=width, highlight=False).print(table)


def _terminal_box() -> Any:
    from rich import box

    return box.SIMPLE_HEAD


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
