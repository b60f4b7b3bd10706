"""The pages for those who run it: commands, settings and messages, from what declares them."""

import re
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from complaints.flows.cli.main import app
from complaints.flows.cli.options import Format
from complaints.warehouse.env_files import PREFIX
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.messages import catalogue
from complaints.warehouse.settings import Settings
from docs.markdown_lines import generated, one_line, page, table

EXIT_CODES = {
    ExitCode.DONE: "Done. Rows may be held back or warned about.",
    ExitCode.FAILED: (
        "Failed, and nothing was published; the marts of the night before stay. Also: another run "
        "is at work, every file was rejected or every delivery stopped, or there are no marts to "
        "ask."
    ),
    ExitCode.USAGE: (
        "Wrong usage or configuration: an option, path, date, setting, query, sources file or "
        "reference file. Also: the as-of day is before the newest one recorded."
    ),
    ExitCode.PUBLISHED_WITH_REJECTED_FILES: (
        "Published, but at least one file was rejected whole or a delivery stopped; the sentence "
        "printed says why."
    ),
}
KINDS = {
    Path: "a path",
    date: "a day, YYYY-MM-DD",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    SecretStr: "text, kept out of every log",
    str: "text",
}
LIMITS = {"ge": "at least", "gt": "more than", "le": "at most"}


def command_line(program: typer.Typer = app) -> str:
    """Return the page of all commands, their options and the exit codes."""
    commands: dict[str, Any] = typer.main.get_command(program).commands  # type: ignore[attr-defined]
    lines = [
        generated("flows/cli/"),
        "",
        "# Commands",
        "",
        "`complaints --help`, and `--help` after any command, say the same. On a terminal a",
        "command shows how far it is; piped, it prints plain lines. A mistake is met with one",
        "sentence on standard error. What no option says, the [settings](settings.md) decide.",
        "`--home` is the folder that holds all that a run writes; `--format table|csv|json` is how",
        "rows are printed.",
        "",
        " ·\n".join(f"[{name}](#complaints-{name})" for name in commands),
        "",
    ]
    for name, command in commands.items():
        lines += _command_section(name, command)
        for below, each in getattr(command, "commands", {}).items():
            lines += _command_section(f"{name} {below}", each)
    lines += ["## Exit codes", "", "What a command ends with:", ""]
    lines += table(
        ("Code", "Name", "Meaning"),
        [(str(code.value), f"`{code.name}`", EXIT_CODES[code]) for code in ExitCode],
    )
    return page(lines)


def _command_section(name: str, command: Any) -> list[str]:
    shared = [f"`{each.opts[0]}`" for each in command.params if _is_shared(each)]
    own = [
        (_usage(each), each.help, _default(each)) for each in command.params if not _is_shared(each)
    ]
    also = f" Also: {', '.join(shared)}." if shared else ""
    return [
        f"## complaints {name}",
        "",
        f"{one_line(command.help)}{also}",
        "",
        *([*table(("Option", "Meaning", "Default"), own), ""] if own else []),
    ]


def _is_shared(parameter: Any) -> bool:
    """Whether the option means the same for every command that has it."""
    return parameter.name == "home" or isinstance(parameter.default, Format)


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`" + (" (needed)" if parameter.required else "")
    written = ", ".join(parameter.opts)
    if parameter.is_flag:
        return f"`{written}`"
    needed = " (needed)" if parameter.required else ""
    return f"`{written} {parameter.metavar or parameter.name.upper()}`{needed}"


def _default(parameter: Any) -> str:
    return f"`{parameter.default}`" if isinstance(parameter.default, str) else ""


def settings_page() -> str:
    """Return the page of all settings: environment variable, meaning, what it may be, default."""
    rows = [
        (f"`{variable_of(name)}`", field.description or "", _may_be(field), _shown_default(field))
        for name, field in Settings.model_fields.items()
    ]
    return page(
        [
            generated("warehouse/settings.py"),
            "",
            "# Settings",
            "",
            "Each is an environment variable, or a line such as `COMPLAINTS_HOME=/srv/complaints`",
            "in a file `.env`. An option of a [command](command_line.md) goes before the",
            "environment, the environment before `.env` in the home, and that before `.env` in the",
            "working directory. Blank counts as not set. `complaints settings` shows what is",
            "in force, and names that are no setting.",
            "",
            *table(("Variable", "Meaning", "May be", "Default"), rows),
            "",
            "Prefect reads its own: with `PREFECT_API_URL` set, runs show on that server; without",
            "it, a temporary one starts for each run. Its files are in the home unless",
            "`PREFECT_HOME` names another folder. A database's URL is in the variable that the",
            "[sources file](connect.md#a-sources-file) names. Usage statistics of every library",
            "are off.",
        ]
    )


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{setting.upper()}"


def _may_be(field: FieldInfo) -> str:
    kind, choices = get_origin(field.annotation), get_args(field.annotation)
    if kind is Literal:
        return ", ".join(f"`{choice}`" for choice in choices)
    if kind is tuple:
        return ", ".join(f"`{each}`" for each in get_args(choices[0])) + ", separated by commas"
    kinds = set(choices) or {field.annotation}
    words = next(words for kind, words in KINDS.items() if kind in kinds)
    for rule in field.metadata:
        for limit, said in LIMITS.items():
            if getattr(rule, limit, None) is not None:
                words += f", {said} {getattr(rule, limit):,}"
        if getattr(rule, "pattern", None):
            words += f" of the form `{rule.pattern.strip('^$')}`"
    return words


def _shown_default(field: FieldInfo) -> str:
    return "" if field.default in (None, ()) else f"`{field.default}`"


def messages_page() -> str:
    """Return the page of the messages that leave something to be said, by what was being done."""
    lines = [
        generated("warehouse/messages.yml"),
        "",
        "# Messages and what to do",
        "",
        "What is in *italics* differs from time to time. A message that is not here says all there",
        "is to do itself.",
    ]
    for section in catalogue():
        rows = [(_quoted(each.says), each.do) for each in section.messages.values() if each.do]
        if rows:
            lines += ["", f"## {section.title}", "", section.about, ""]
            lines += table(("Message", "What to do"), rows)
    return page(lines)


def _quoted(says: str) -> str:
    """Return a sentence with its places in italics."""
    return re.sub(r"\{(\w+)\}", lambda place: f"*{place[1].replace('_', ' ')}*", says)
