"""Section 3.2: the actions with what has come of them, and the service's own indicators."""

from typing import Any

from complaints.report.content import Section, Sentence
from complaints.report.figures import Figures
from complaints.report.sentences import sentence


def section(figures: Figures) -> Section:
    """Return the section. How many actions there are says nothing about any complainant."""
    indicators = [f"{each.name}: {each.value} ({each.period})." for each in figures.indicators]
    return Section(
        "actions",
        "Actions and their implementation",
        paragraphs=(
            sentence(_lead(figures)),
            *(sentence(_action(each)) for each in figures.actions),
            *input_note(figures, "learning_actions"),
            sentence(
                "Indicators of the service:"
                if indicators
                else "No indicators of the service's own reports have been recorded."
            ),
        ),
        bullets=(*map(sentence, indicators), *input_note(figures, "indicators")),
    )


def input_note(figures: Figures, name: str) -> tuple[Sentence, ...]:
    """Say how many rows of an optional input are held back; nothing where none is."""
    held = figures.inputs_held_back.get(name, 0)
    if not held:
        return ()
    words = f"1 row of {name} is" if held == 1 else f"{held} rows of {name} are"
    return (sentence(f"{words.replace('_', ' ')} held back for correction and not shown."),)


def without_actions(figures: Figures) -> str:
    """Say why there is no action to show."""
    others = figures.actions_on_file
    if not others:
        return "No learning actions have been recorded."
    elsewhere = "1 is due in another year" if others == 1 else f"{others} are due in other years"
    return f"No learning actions were due in {figures.period.name}; {elsewhere}."


def _lead(figures: Figures) -> str:
    actions = figures.actions
    if not actions:
        return without_actions(figures)
    done = sum((each.status or "").casefold() == "done" for each in actions)
    overdue = sum(each.is_overdue for each in actions)
    late = f"{overdue} {_is(overdue)} overdue" if overdue else "none is overdue"
    noun, verb = ("action", "is") if len(actions) == 1 else ("actions", _is(done))
    return f"{done} of {len(actions)} {noun} {verb} done, and {late}."


def _action(action: Any) -> str:
    """Return an action as one paragraph: what, who, by when, how far, and what came of it."""
    status = (action.status or "not recorded").replace("_", " ")
    status = f"{status}, overdue" if action.is_overdue else status
    evidence = f" {action.evidence.rstrip(' .')}." if action.evidence else ""
    return (
        f"{action.action.rstrip(' .')}. {action.owner_role or 'Owner not recorded'}, due "
        f"{action.due_quarter or 'not recorded'}: {status}.{evidence}"
    )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
