"""Section 3.2: how far the actions have come, and what the service's own indicators say."""

from complaints.report.content import Section, Sentence, Table
from complaints.report.figures import Figures, LearningAction
from complaints.report.words import say


def section(figures: Figures) -> Section:
    """Return the section. How many actions there are says nothing about any complainant."""
    tables = (*_actions(figures), *_indicators(figures))
    return Section(
        "actions",
        "Actions and their progress",
        paragraphs=_words(figures),
        tables=tables,
    )


def _words(figures: Figures) -> tuple[Sentence, ...]:
    words = []
    actions = figures.actions
    if actions:
        done = sum((each.status or "").casefold() == "done" for each in actions)
        overdue = sum(each.is_overdue for each in actions)
        verb = "is" if done == 1 else "are"
        late = "none is overdue" if not overdue else f"{overdue} {_is(overdue)} overdue"
        noun = "action" if len(actions) == 1 else "actions"
        words.append(f"{done} of {len(actions)} {noun} {verb} done, and {late}.")
    else:
        words.append("No learning actions have been recorded.")
    if not figures.indicators:
        words.append("No indicators of the service's own reports have been recorded.")
    return tuple(say(each) for each in words)


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _actions(figures: Figures) -> tuple[Table, ...]:
    if not figures.actions:
        return ()
    rows = tuple(
        (
            each.action,
            each.theme,
            each.owner_role or "Not recorded",
            each.due_quarter or "Not recorded",
            _status(each),
            each.evidence or "None recorded",
        )
        for each in figures.actions
    )
    columns = ("Action", "Theme", "Owner", "Due", "Status", "Evidence")
    notes = input_note(figures, "learning_actions")
    return (Table("Progress of actions", columns, rows, notes),)


def _indicators(figures: Figures) -> tuple[Table, ...]:
    if not figures.indicators:
        return ()
    rows = tuple((each.name, each.period, each.value) for each in figures.indicators)
    columns, notes = ("Indicator", "Period", "Value"), input_note(figures, "indicators")
    return (Table("Indicators of the service", columns, rows, notes),)


def input_note(figures: Figures, name: str) -> tuple[Sentence, ...]:
    """Say how many rows of an optional input are held back; nothing where none is."""
    held = figures.inputs_held_back.get(name, 0)
    if not held:
        return ()
    words = "1 row of this table is" if held == 1 else f"{held} rows of this table are"
    return (say(f"{words} held back for correction and not shown."),)


def _status(action: LearningAction) -> str:
    words = (action.status or "not recorded").replace("_", " ").capitalize()
    return f"{words}, overdue" if action.is_overdue else words
