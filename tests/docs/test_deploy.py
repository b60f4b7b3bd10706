"""The deployment page: every command of ours in it exists, with its options and settings."""

import re

import typer
import yaml

from complaints.flows.cli.main import app
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from docs.operator_pages import variable_of

PAGES = [
    PROJECT_FOLDER / "docs" / name
    for name in ("deploy.md", "access.md", "operations.md", "messages.md", "first_day.md")
]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def test_commands_of_the_pages_exist_with_their_options() -> None:
    commands = typer.main.get_command(app).commands
    calls = re.findall(r"complaints(?:\.exe)? ([a-z]+)((?: --[a-z-]+ [^-\s`\"]\S*)*)", TEXT)
    known = [(name, words) for name, words in calls if name in commands]
    assert {"serve", "nightly", "backup", "restore"} <= {name for name, _ in known}
    for name, words in known:
        options = {option for each in commands[name].params for option in each.opts}
        assert set(re.findall(r"--[a-z-]+", words)) <= options, (name, words)


def test_settings_of_the_pages_exist() -> None:
    named = set(re.findall(r"COMPLAINTS_[A-Z_]+", TEXT))
    assert named and named <= {variable_of(name) for name in Settings.model_fields}


def test_times_of_the_page_are_those_of_the_schedules() -> None:
    written = yaml.safe_load((PROJECT_FOLDER / "prefect.yaml").read_text(encoding="utf-8"))
    for deployment in written["deployments"]:
        minute, hour, *_ = deployment["schedules"][0]["cron"].split()
        assert f"{int(hour):02}:{int(minute):02}" in TEXT
        setting = {"nightly": "schedule", "weekly": "weekly_schedule"}[deployment["name"]]
        assert f"{int(hour):02}:{int(minute):02}" in Settings.model_fields[setting].description


def test_container_file_of_the_page_is_the_one_that_is_shipped_and_drops_root() -> None:
    shipped = (PROJECT_FOLDER / "Containerfile").read_text(encoding="utf-8")
    assert f"```dockerfile\n{shipped}```" in TEXT
    assert shipped.index("\nUSER complaints\n") < shipped.index("\nENTRYPOINT")
