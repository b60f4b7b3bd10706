"""Section 3.2: how far the actions have come, and what the service's own indicators say."""

from typing import Any

from complaints.report.content import Section, Sentence, Table
from complaints.report.figures import Figures
from complaints.report.sentences import sentence
from complaints.report.tables import matrix


def section(figures: Figures) -> Section:
    """Return the section. How many actions there are says nothing about any complainant."""
    tables = (
        matrix(
            "Progress of actions",
            "Action",
            [(each.action, each) for each in figures.actions],
            {
                "Theme": lambda each: each.theme,
                "Owner": lambda each: each.owner_role or "Not recorded",
                "Due": lambda each: each.due_quarter or "Not recorded",
                "Status": _status,
                "Evidence": lambda each: each.evidence or "None recorded",
            },
            *input_note(figures, "learning_actions"),
        ),
        matrix(
            "Indicators of the service",
            "Indicator",
            [(each.name, each) for each in figures.indicators],
            {"Period": lambda each: each.period, "Value": lambda each: each.value},
            *input_note(figures, "indicators"),
        ),
    )
    return Section(
        "actions",
        "Actions and their progress",
        paragraphs=_words(figures),
        tables=tuple(each for each in tables if each.rows),
    )


def action_plan(figures: Figures, title: str) -> Table:
    """Return the actions as they were planned."""
    return matrix(
        title,
        "Theme",
        [(each.theme, each) for each in figures.actions],
        {
            "Action": lambda each: each.action,
            "Owner": lambda each: each.owner_role or "Not recorded",
            "Due": lambda each: each.due_quarter or "Not recorded",
        },
        *input_note(figures, "learning_actions"),
    )


def input_note(figures: Figures, name: str) -> tuple[Sentence, ...]:
    """Say how many rows of an optional input are held back; nothing where none is."""
    held = figures.inputs_held_back.get(name, 0)
    if not held:
        return ()
    words = "1 row of this table is" if held == 1 else f"{held} rows of this table are"
    return (sentence(f"{words} held back for correction and not shown."),)


def _words(figures: Figures) -> tuple[Sentence, ...]:
    words = []
    actions = figures.actions
    if actions:
        done = sum((each.status or "").casefold() == "done" for each in actions)
        overdue = sum(each.is_overdue for each in actions)
        late = f"{overdue} {_is(overdue)} overdue" if overdue else "none is overdue"
        noun = "action" if len(actions) == 1 else "actions"
        words.append(f"{done} of {len(actions)} {noun} {_is(done)} done, and {late}.")
    else:
        words.append("No learning actions have been recorded.")
    if not figures.indicators:
        words.append("No indicators of the service's own reports have been recorded.")
    return tuple(sentence(each) for each in words)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _status(action: Any) -> str:
    words = (action.status or "not recorded").replace("_", " ").capitalize()
    return f"{words}, overdue" if action.is_overdue else words
