"""Write the generated pages of docs/ from what they describe.

Run it from the top level of the repository after a change of a model, a description, a test, a
rule, a command, a setting or a message: `python docs/build_docs.py`. A test compares the pages
with what this would write.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from complaints.expectations.rules import Rule, all_rules, optional_rules
from docs.markdown_lines import generated, one_line, page, table
from docs.operator_pages import command_line, messages_page, settings_page

ROOT = Path(__file__).resolve().parent.parent
GENERATED = generated("the models or the rules")

MART_FOLDERS = {
    "facts": "Facts: what happened",
    "dimensions": "Dimensions: by what to look at it",
    "reports": "Reports: the figures",
    "committee": "Committee: what the quarterly and the annual report print",
    "data_quality": "Data quality: how far to trust them",
    "operations": "Operations: how the nights went",
}
OTHER_LAYERS = {
    "intermediate": "Intermediate models",
    "staging": "Staging models",
}
SEVERITIES = {
    "error": "Errors: the row is held back",
    "warning": "Warnings: the row is loaded and reported",
}
JUDGES = {
    "line": "the line as it was read",
    "row": "the row alone",
    "case": "the row among the other rows of its case",
    "deadline": "the row with the due date computed for it",
}

Node = dict[str, Any]


def nodes_of(manifest: dict[str, Any], resource_type: str) -> list[Node]:
    """Return the nodes of a type in the order of their names."""
    nodes = [n for n in manifest["nodes"].values() if n["resource_type"] == resource_type]
    return sorted(nodes, key=lambda node: node["name"])


def models_under(manifest: dict[str, Any], *folders: str) -> list[Node]:
    """Return the models of a folder below models/."""
    depth = len(folders)
    models = nodes_of(manifest, "model")
    return [model for model in models if tuple(model["fqn"][1 : depth + 1]) == folders]


def test_sentence(test: Node) -> str:
    """Say what a data test asks of its model."""
    metadata = test.get("test_metadata")
    words = test["name"].replace("_", " ")
    if metadata is None:
        return words
    kind, arguments = metadata["name"], metadata["kwargs"]
    column = f"`{test['column_name']}` " if test.get("column_name") else ""
    columns = ", ".join(arguments.get("columns", []))
    values = ", ".join(str(value) for value in arguments.get("values", []))
    other = re.sub(r"\W*ref\W+(\w+)\W+", r"`\1`", str(arguments.get("to", "")))
    sentences = {
        "unique": f"{column}is unique",
        "not_null": f"{column}is never blank",
        "accepted_values": f"{column}is one of {values}",
        "relationships": f"{column}is in {other}, column `{arguments.get('field')}`",
        "unique_combination": f"one row per {columns}",
        "combination_in": f"{columns} are found together in {other}",
        "rows_hold": f"`{' '.join(str(arguments.get('expression', '')).split())}`",
    }
    sentence = sentences.get(kind, f"{column}{kind.replace('_', ' ')}")
    is_named = not test["name"].startswith((f"{kind}_", f"source_{kind}_"))
    return f"{words}: {sentence}" if is_named else sentence


def tests_of(manifest: dict[str, Any], model: Node) -> list[str]:
    """Return what is tested of a model, data tests first, then the worked examples."""
    data_tests = [
        test_sentence(test)
        for test in nodes_of(manifest, "test")
        if test.get("attached_node") == model["unique_id"]
        or (not test.get("attached_node") and model["unique_id"] in test["depends_on"]["nodes"])
    ]
    examples = [
        f"by example: {test['name'].replace('_', ' ')}"
        for test in manifest["unit_tests"].values()
        if test["model"] == model["name"]
    ]
    return sorted(set(data_tests)) + sorted(examples)


def mart_section(manifest: dict[str, Any], model: Node) -> list[str]:
    """Return the lines that describe a mart with its columns and tests."""
    columns = [
        (f"`{column['name']}`", column["data_type"] or "", column["description"])
        for column in model["columns"].values()
    ]
    tests = [f"- {sentence}" for sentence in tests_of(manifest, model)]
    return [
        f"### {model['name']}",
        "",
        one_line(model["description"]),
        "",
        *table(("Column", "Type", "Meaning"), columns),
        "",
        *(["Tested:", "", *tests, ""] if tests else []),
    ]


def described(nodes: Iterable[Node]) -> list[str]:
    """Return a table of names and descriptions."""
    return table(
        ("Name", "What it holds"),
        [(f"`{node['name']}`", node["description"]) for node in nodes],
    )


def data_dictionary(manifest: dict[str, Any]) -> str:
    """Return the page of all tables: the published ones by column, the others in a sentence."""
    lines = [
        GENERATED,
        "",
        "# Data dictionary",
        "",
        "What analysts find in `marts.duckdb`, schema `main`, and behind it. The same descriptions",
        "are in the file itself, as comments on its tables and columns.",
        "",
    ]
    for folder, title in MART_FOLDERS.items():
        lines += [f"## {title}", ""]
        for model in models_under(manifest, "marts", folder):
            lines += mart_section(manifest, model)
    lines += ["## Behind the marts", "", "These stay in the working store.", ""]
    for layer, title in OTHER_LAYERS.items():
        lines += [f"### {title}", "", *described(models_under(manifest, layer)), ""]
    lines += ["### Reference data", "", *described(nodes_of(manifest, "seed")), ""]
    lines += ["## Who reads the marts", ""]
    exposures = sorted(manifest["exposures"].values(), key=lambda exposure: exposure["name"])
    for exposure in exposures:
        names = sorted(f"`{key.split('.')[-1]}`" for key in exposure["depends_on"]["nodes"])
        description = one_line(exposure["description"])
        lines += [f"- {exposure['label']}: {description} Reads {', '.join(names)}."]
    return page(lines)


def rule_section(rule: Rule) -> list[str]:
    """Return the lines that describe a rule."""
    return [
        f"### {rule.code}",
        "",
        one_line(rule.sentence),
        "",
        f"- What to do: {one_line(rule.remedy)}",
        f"- Source: {one_line(rule.source)}",
        f"- Suite: {rule.suite}; the rule judges {JUDGES[rule.judges]}",
        "",
    ]


def validation_rules(rules: Sequence[Rule], optional: Sequence[Rule]) -> str:
    """Return the page of all validation rules, errors before warnings, complaints first."""
    lines = [
        GENERATED,
        "",
        "# Validation rules",
        "",
        f"Great Expectations judges every row by these {len(rules)} rules. A code names its rule",
        "in `complaints rules`, in the quarantine, in the warnings and in the marts `dq_rules`,",
        "`dq_quarantine` and `dq_warnings`.",
        "",
    ]
    for severity, title in SEVERITIES.items():
        chosen = [rule for rule in rules if rule.severity == severity]
        lines += [f"## {title}", ""]
        lines += table(
            ("Code", "Fails when"),
            [(f"[{rule.code}](#{rule.code})", rule.sentence) for rule in chosen],
        )
        lines += [""]
        for rule in chosen:
            lines += rule_section(rule)
    lines += [
        "## The optional inputs of the report",
        "",
        f"These {len(optional)} rules judge the files of docs/sources.md that hold no complaints.",
        "What fails stands in the mart `dq_optional_inputs`.",
        "",
        *table(
            ("Code", "Input", "Severity", "Fails when", "What to do"),
            [
                (r.code, r.dataset.replace("_", " "), r.severity, r.sentence, r.remedy)
                for r in optional
            ],
        ),
    ]
    return page(lines)


def parsed_manifest() -> dict[str, Any]:
    """Parse the dbt project, which needs no warehouse, and return its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["parse", "--quiet", "--no-partial-parse"]
        arguments += ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT)]
        arguments += ["--target-path", folder, "--log-path", folder]
        outcome = dbtRunner().invoke(arguments)
        if not outcome.success:
            raise SystemExit(f"The dbt project cannot be parsed: {outcome.exception}")
        return json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))


def all_pages() -> dict[str, str]:
    """Return the text of every generated page by its name."""
    return {
        "data_dictionary.md": data_dictionary(parsed_manifest()),
        "validation_rules.md": validation_rules(all_rules(), optional_rules()),
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
