"""Write the generated pages of docs/ from what they describe.

Run it from the top level of the repository after a change of a model, a description, a test, a
rule, a command, a setting or a message: `python docs/build_docs.py`. A test compares the pages
with what this would write.
"""

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from complaints.expectations.rules import Rule, all_rules, delivery_rules, optional_rules
from complaints.flows.steps import build
from complaints.flows.steps.publish import WHOSE
from complaints.warehouse.questions import read_question
from complaints.warehouse.settings import read_settings
from docs.markdown_lines import generated, one_line, page, table
from docs.operator_pages import command_line, messages_page, settings_page

ROOT = Path(__file__).resolve().parent.parent
GENERATED = generated("the models or the rules")

MART_FOLDERS = {
    "facts": "Facts: what happened",
    "dimensions": "Dimensions: by what to look at it",
    "reports": "Reports: the figures",
    "committee": "Committee: what the quarterly and the annual report print",
    "history": "History: what was reported before, and why it is another today",
    "data_quality": "Data quality: how far to trust them",
    "operations": "Operations: how the nights went",
}
SEVERITIES = {
    "error": "Errors: the row is held back",
    "warning": "Warnings: the row is loaded and reported",
}
Node = dict[str, Any]
Column = tuple[str, str, str]
QUESTIONS_BELOW = generated("warehouse/saved_questions/").replace("this page", "what follows")
SHARED_BY = 3  # marts that have a column, for it to be described once


def nodes_of(manifest: dict[str, Any], resource_type: str) -> list[Node]:
    """Return the nodes of a type in the order of their names."""
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == resource_type]
    return sorted(nodes, key=lambda node: node["name"])


def models_under(manifest: dict[str, Any], *folders: str) -> list[Node]:
    """Return the models of a folder below models/."""
    depth = len(folders)
    models = nodes_of(manifest, "model")
    return [model for model in models if tuple(model["fqn"][1 : depth + 1]) == folders]


def columns_of(models: Iterable[Node]) -> list[Column]:
    """Return name, type and description of every column."""
    return [
        (
            f"`{column['name']}`",
            column["data_type"].replace("string", "varchar"),  # as DuckDB calls it
            one_line(column["description"]),
        )
        for model in models
        for column in model["columns"].values()
    ]


def shared_columns(manifest: dict[str, Any]) -> list[Column]:
    """Return the columns that mean the same in several marts, one of each name."""
    counted = Counter(columns_of(models_under(manifest, "marts"))).most_common()
    shared: dict[str, Column] = {}
    for column, marts in counted:
        if marts >= SHARED_BY:
            shared.setdefault(column[0], column)
    return sorted(shared.values())


def mart_section(model: Node, shared: Collection[Column]) -> list[str]:
    """Return the lines that describe a mart with its columns, the shared ones by name only."""
    columns = columns_of([model])
    own = [column for column in columns if column not in shared]
    names = ", ".join(column[0] for column in columns if column in shared)
    return [
        f"### {model['name']}",
        "",
        one_line(model["description"]).split(" Steps: ")[0],  # those are for who changes it
        "",
        *([f"[Shared columns](#shared-columns): {names}.", ""] if names else []),
        *([*table(("Column", "Type", "Meaning"), own), ""] if own else []),
    ]


def data_dictionary(manifest: dict[str, Any]) -> str:
    """Return the page of all published tables with their columns."""
    lines = [
        GENERATED,
        "",
        "# Data dictionary",
        "",
        "What analysts find in `marts.duckdb`, schema `main`. The same descriptions are in the",
        "file itself, as comments; how a mart is made and tested, in `dbt_project/models/marts/`.",
        "",
        "The last column of every mart is `authority`, in `rpt_benchmarks` the one that published",
        f"the figure, in all others: {WHOSE[:1].lower()}{WHOSE[1:]}",
        "",
    ]
    shared = shared_columns(manifest)
    lines += ["## Shared columns", "", "What they mean in the marts that name them as shared.", ""]
    lines += [*table(("Column", "Type", "Meaning"), shared), ""]
    for folder, title in MART_FOLDERS.items():
        lines += [f"## {title}", ""]
        for model in models_under(manifest, "marts", folder):
            lines += mart_section(model, shared)
    lines += ["## Who reads the marts", ""]
    exposures = sorted(manifest["exposures"].values(), key=lambda exposure: exposure["name"])
    lines += [f"- {each['label']}: {one_line(each['description'])}" for each in exposures]
    return page(lines)


def validation_rules(
    rules: Sequence[Rule], deliveries: Sequence[Rule], optional: Sequence[Rule]
) -> str:
    """Return the page of all validation rules, errors before warnings, complaints first."""
    lines = [
        GENERATED,
        "",
        "# Validation rules",
        "",
        f"Great Expectations judges every row by these {len(rules)} rules. A code names its rule",
        "in `complaints rules`, in the quarantine, in the warnings and in the marts `dq_…`.",
        "",
    ]
    for severity, title in SEVERITIES.items():
        chosen = [rule for rule in rules if rule.severity == severity]
        lines += [f"## {title}", ""]
        lines += table(
            ("Code", "Suite", "Fails when", "What to do", "Source"),
            [(f"`{r.code}`", r.suite, r.sentence, r.remedy, r.source) for r in chosen],
        )
        lines += [""]
    lines += [
        "## Deliveries: judged before their rows",
        "",
        "A delivery that fails an error is [stopped](connect.md#which-deliveries-are-stopped).",
        "",
        *table(
            ("Code", "Severity", "Fails when", "What to do"),
            [(f"`{r.code}`", r.severity, r.sentence, r.remedy) for r in deliveries],
        ),
        "",
        "## The optional inputs of the report",
        "",
        f"These {len(optional)} rules judge the files of [exports](connect.md) that hold no",
        "complaints. The rows that fail are in the mart `dq_optional_inputs`.",
        "",
        *table(
            ("Code", "Input", "Severity", "Fails when", "What to do"),
            [
                (f"`{r.code}`", r.dataset.replace("_", " "), r.severity, r.sentence, r.remedy)
                for r in optional
            ],
        ),
    ]
    return page(lines)


def parsed_manifest() -> dict[str, Any]:
    """Let dbt read the project, which needs no warehouse, and return its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = build.read_project(read_settings(home=Path(folder)))
    return manifest.writable_manifest().to_dict()


def with_questions(name: str, are_of_foi: bool) -> str:
    """Return a page with the saved questions and their SQL below what is written by hand."""
    written = (ROOT / "docs" / name).read_text(encoding="utf-8").partition(QUESTIONS_BELOW)[0]
    lines = [written + QUESTIONS_BELOW]
    for path in sorted((ROOT / "warehouse" / "saved_questions").glob("*.sql")):
        question = read_question(path)
        if question.name.startswith("foi_") == are_of_foi:
            lines += ["", f"### {question.title}", "", f"`complaints ask {question.name}`"]
            lines += [f"- `{each}`: {meaning}" for each, meaning in question.parameters.items()]
            lines += ["", "```sql", question.sql, "```"]
    return page(lines)


def all_pages() -> dict[str, str]:
    """Return the text of every generated page by its name."""
    return {
        "analysts.md": with_questions("analysts.md", are_of_foi=False),
        "freedom_of_information.md": with_questions("freedom_of_information.md", are_of_foi=True),
        "data_dictionary.md": data_dictionary(parsed_manifest()),
        "validation_rules.md": validation_rules(all_rules(), delivery_rules(), optional_rules()),
        "command_line.md": command_line(),
        "settings.md": settings_page(),
        "messages.md": messages_page(),
    }


def main() -> None:
    """Write every page."""
    for name, text in all_pages().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
