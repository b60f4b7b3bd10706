"""The catalogue of messages: each is used, and is given the places that its sentence has."""

import ast
import pickle
from collections.abc import Iterator
from string import Formatter

from complaints.warehouse.errors import UsageError
from complaints.warehouse.messages import catalogue
from complaints.warehouse.settings import PROJECT_FOLDER
from complaints.warehouse.system_errors import MESSAGES

SAYS = {code: message.says for each in catalogue() for code, message in each.messages.items()}
TAKE_A_CODE = {
    *("sentence_of", "UsageError", "RunFailedError"),
    *("FileRejectedError", "NotSentError", "NoServerError", "RefusedError"),
}


def calls() -> Iterator[tuple[str, set[str], set[str | None]]]:
    """Give the place of every call that takes a code, its codes and the places that it fills."""
    for folder in ("expectations", "flows", "notices", "pages", "report", "warehouse"):
        for path in (PROJECT_FOLDER / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TAKE_A_CODE:
                    where = f"{path.name}:{node.lineno}"
                    yield where, codes(node.args[0]), {each.arg for each in node.keywords}


def codes(given: ast.expr) -> set[str]:
    if isinstance(given, ast.IfExp):
        return codes(given.body) | codes(given.orelse)
    if isinstance(given, ast.Constant):
        return {given.value}
    assert ast.unparse(given) in ("MESSAGES[code]", "code", "self.code")
    return set(MESSAGES.values()) if "MESSAGES" in ast.unparse(given) else set()


def places(says: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(says) if name is not None}


def test_every_code_is_in_the_catalogue_and_given_the_places_of_its_sentence() -> None:
    wrong = [
        (where, code, given)
        for where, chosen, given in calls()
        for code in chosen
        if code not in SAYS or places(SAYS[code]) != given
    ]
    assert wrong == []


def test_every_message_of_the_catalogue_is_used() -> None:
    assert set(SAYS) - {code for _, chosen, _ in calls() for code in chosen} == set()


def test_no_code_is_used_twice() -> None:
    assert len(SAYS) == sum(len(each.messages) for each in catalogue())


def test_error_keeps_its_sentence_when_it_goes_from_one_process_to_another() -> None:
    error = pickle.loads(pickle.dumps(UsageError("home_is_a_file", home="/srv")))
    assert str(error) == "The home /srv is a file: give a folder, or one yet to be made."
