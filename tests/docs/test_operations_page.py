"""The runbook: it has whatever the job says to people, and quotes what is printed."""

import ast
import csv
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer

from complaints.flows.cli.main import app
from complaints.warehouse import health
from complaints.warehouse.health import LoggedRun, Published, find_problems
from complaints.warehouse.settings import PROJECT_FOLDER, Settings

PAGE = (PROJECT_FOLDER / "docs" / "operations.md").read_text(encoding="utf-8")
CODE = [
    path
    for folder in ("notices", "flows", "warehouse", "expectations")
    for path in (PROJECT_FOLDER / folder).rglob("*.py")
]
NOW = datetime.now(UTC).replace(tzinfo=None)
NOTICES = PROJECT_FOLDER / "notices"


def first_cells(heading: str) -> set[str]:
    """Return the first cells of the page's tables whose first column has this heading."""
    tables = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    assert rows
    return {row.removeprefix("| ").split(" | ")[0] for row in rows}


def pattern(quoted: str) -> str:
    """Return the pattern of a message that the page quotes, with … for what differs."""
    return ".*".join(re.escape(part) for part in quoted.split("…"))


def nodes() -> Iterator[ast.AST]:
    for path in CODE:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def texts() -> str:
    """Return every text of the code, one on a line, with … for what is filled in."""
    found = []
    for node in nodes():
        if isinstance(node, ast.JoinedStr):
            parts = (getattr(part, "value", None) for part in node.values)
            found.append("".join(part if isinstance(part, str) else "…" for part in parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return "\n".join(text.replace("\n", " ") for text in found)


def titles_of_the_digest() -> set[str]:
    """Return every title of notice_types.csv, and the one that digest.sql gives itself."""
    due_within = f"{Settings.model_fields['alerts_due_within_days'].default} working days"
    with (NOTICES / "notice_types.csv").open(encoding="utf-8") as file:
        titles = {
            row[column].replace("{due_within}", due_within)
            for row in csv.DictReader(file)
            for column in ("section", "reminder_section")
        }
    (of_ended,) = re.findall(
        "when 'ended' then '(\\D+?)'", (NOTICES / "sql" / "digest.sql").read_text(encoding="utf-8")
    )
    return titles - {""} | {of_ended}


def test_every_section_of_a_digest_has_its_row_and_no_other() -> None:
    listed = {title for cell in first_cells("Section") for title in cell.split("; ")}
    assert listed == titles_of_the_digest()


def test_messages_of_the_page_are_those_of_the_code(texts: str) -> None:
    quoted = first_cells("Message")
    assert [message for message in quoted if not re.search(pattern(message), texts)] == []


def test_every_problem_that_check_finds_has_its_row(
    tmp_path: Path, texts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, day = Settings(home=tmp_path), timedelta(days=1)
    found = find_problems(settings, day)
    monkeypatch.setattr(
        health, "read_published", lambda _: Published(NOW - 2 * day, 3, date(2018, 11, 1))
    )
    for status in ("failed", "interrupted"):
        message = "What to do." if status == "failed" else None
        run = LoggedRun(date(2018, 11, 27), NOW, None, status, "land", message)
        monkeypatch.setattr(health, "last_runs", lambda _, run=run: [run])
        found += find_problems(settings, day)
    quoted = first_cells("Sentence")
    of_problems = {
        cell for cell in quoted for sentence in found if re.fullmatch(pattern(cell), sentence)
    }
    assert len(of_problems) == len(set(found)) == 6
    others = quoted - of_problems
    assert [cell for cell in others if not re.search(pattern(cell), texts)] == []


def test_every_command_is_on_the_page() -> None:
    commands = typer.main.get_command(app).commands
    assert [name for name in commands if not re.search(rf"`complaints {name}\b", PAGE)] == []
