"""The runbook: it has every section of the digest and every command."""

import csv
import re

import typer

from complaints.flows.cli.main import app
from complaints.warehouse.settings import PROJECT_FOLDER, Settings

PAGE = (PROJECT_FOLDER / "docs" / "operations.md").read_text(encoding="utf-8")
NOTICES = PROJECT_FOLDER / "notices"


def titles_of_the_digest() -> set[str]:
    """Return every title of notice_types.csv, and the one that digest.sql gives itself."""
    days = {
        name: f"{Settings.model_fields[f'alerts_{name}_days'].default} working days"
        for name in ("due_within", "not_started")
    }
    with (NOTICES / "notice_types.csv").open(encoding="utf-8") as file:
        titles = {
            row[column].format_map(days)
            for row in csv.DictReader(file)
            for column in ("section", "reminder_section")
        }
    (of_ended,) = re.findall(
        "when 'ended' then '(\\D+?)'", (NOTICES / "sql" / "digest.sql").read_text(encoding="utf-8")
    )
    return titles - {""} | {of_ended}


def test_every_section_of_a_digest_has_its_row_and_no_other() -> None:
    (table,) = re.findall(r"^\| Section \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    first_cells = [row.removeprefix("| ").split(" | ")[0] for row in table.splitlines()]
    assert {title for cell in first_cells for title in cell.split("; ")} == titles_of_the_digest()


def test_every_command_is_on_the_page() -> None:
    commands = typer.main.get_command(app).commands
    # In the text, or as a line to copy.
    assert [name for name in commands if not re.search(rf"(`|\n *)complaints {name}\b", PAGE)] == []
