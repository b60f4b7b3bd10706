"""The documentation: pages are up to date, nothing is left out, and links lead somewhere."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from complaints.expectations.rules import all_rules
from complaints.flows.cli.main import app
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.query import query_marts
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from conftest import query
from docs.build_docs import all_pages
from docs.operator_pages import variable_of

NOT_OURS = {
    *(".git", ".venv", ".hypothesis", ".pytest_cache", ".ruff_cache", "__pycache__"),
    *("target", "logs", "complaints-home", "build", "dist"),
}
PAGES = sorted(
    page
    for pattern in ("*.md", "*/*.md")
    for page in PROJECT_FOLDER.glob(pattern)
    if page.parent.name not in NOT_OURS
)
# Put together here, so that this file does not name them either.
WORKPLACE = ("../" + "shared", "/".join(("", "work", "")), "/".join(("", "tmp", "w", "")))
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("anaconda", "org"),
        ("npmjs", "org"),
        ("crates", "io"),
        ("hub", "getdbt", "com"),
        ("proxy", "golang", "org"),
    )
)


def files() -> Iterator[Path]:
    """Give every file of the repository."""
    for folder, folders, names in os.walk(PROJECT_FOLDER):
        folders[:] = [name for name in folders if name not in NOT_OURS and "egg-info" not in name]
        yield from (Path(folder) / name for name in names)


def documentation() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made on a repository's site."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Generate every page again."""
    return all_pages()


GENERATED = (
    *("data_dictionary.md", "validation_rules.md"),
    *("command_line.md", "settings.md", "messages.md"),
    *("analysts.md", "freedom_of_information.md"),
)


@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("name", GENERATED)
def test_generated_page_is_up_to_date(pages: dict[str, str], name: str) -> None:
    written = (PROJECT_FOLDER / "docs" / name).read_text(encoding="utf-8")
    assert written == pages[name], "run `make docs`"


@pytest.mark.xdist_group("docs")
def test_every_generated_page_is_compared(pages: dict[str, str]) -> None:
    assert set(pages) == set(GENERATED)


def test_every_mart_and_column_is_documented(example: Settings) -> None:
    text = documentation()
    columns = query(
        example.marts_path,
        "select table_name, column_name from duckdb_columns() where not internal",
    )
    assert columns
    assert not [
        name
        for pair in columns
        for name in pair
        if f"`{name}`" not in text and f"### {name}\n" not in text
    ]


def test_every_command_and_option_is_documented() -> None:
    text = documentation()
    for name, command in typer.main.get_command(app).commands.items():
        assert f"complaints {name}" in text
        for parameter in command.params:
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert f"`{option}" in text, f"{name} {option}"


def test_every_setting_rule_and_exit_code_is_documented() -> None:
    text = documentation()
    for setting in Settings.model_fields:
        assert f"`{variable_of(setting)}`" in text
    for rule in all_rules():
        assert f"| `{rule.code}` |" in text
    for code in ExitCode:
        assert f"| {code.value} | `{code.name}` |" in text


def test_every_module_of_the_nights_is_on_the_page_of_the_architecture() -> None:
    text = (PROJECT_FOLDER / "docs" / "architecture.md").read_text(encoding="utf-8")
    for folder in ("flows", "flows/steps", "flows/readers", "flows/cli", "notices", "warehouse"):
        for path in (PROJECT_FOLDER / folder).glob("[!_]*.py"):
            assert f"`{path.stem}`" in text or f"/{path.name}`" in text, path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT_FOLDER)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_of_a_table_has_the_cells_of_its_header(page: Path) -> None:
    cells = 0
    for line in page.read_text(encoding="utf-8").splitlines():
        found = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert found in (cells, 0) or not cells, line
        cells = found


def test_every_decision_has_an_id_of_its_own() -> None:
    text = (PROJECT_FOLDER / "docs" / "decisions.md").read_text(encoding="utf-8")
    ids = re.findall(r"^\| ([A-Z]\d+)(?:, \d+ \w{3} \d{4})? \|", text, re.MULTILINE)
    rows = re.findall(r"^\| (?!Id )", text, re.MULTILINE)
    assert len(set(ids)) == len(rows) > 100


def test_queries_of_the_documentation_run(example: Settings) -> None:
    asked = re.findall(r'complaints sql ("(?:[^"\\]|\\.)*")', documentation())
    queries = [query for words in asked for query in shlex.split(words) if "…" not in query]
    assert queries
    for statement in queries:
        _, rows = query_marts(example, statement)
        assert rows, statement


def test_nothing_names_a_workplace_or_a_registry() -> None:
    found = []
    for path in files():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        text = content.decode("utf-8", errors="replace")
        found += [
            f"{path.relative_to(PROJECT_FOLDER)}: {name}"
            for name in (*WORKPLACE, *REGISTRIES)
            if re.search(rf"(?<!\w){re.escape(name)}", text)
        ]
    assert found == []
