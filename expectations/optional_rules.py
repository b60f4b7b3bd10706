"""Read the rules for the optional inputs of the quarterly report, as a person wrote them.

They stand in optional_inputs.yml and are a list of their own: the rules for complaints, which the
quarantine and `dq_rules` count, are those of expectations/rules.py.
"""

from functools import cache
from pathlib import Path

import yaml

from complaints.expectations.rules import Rule, all_rules

SUITE = "optional_inputs"
EVERY_INPUT = "every_input"


class OptionalRule(Rule):
    """A rule for one optional input, which `contents` names, or for `every_input`."""

    contents: str


@cache
def optional_rules() -> tuple[OptionalRule, ...]:
    """Return the rules for the optional inputs, in the order of their file."""
    path = Path(__file__).with_name(f"{SUITE}.yml")
    inputs = yaml.safe_load(path.read_text(encoding="utf-8"))
    rules = [
        OptionalRule(suite=SUITE, contents=contents, **declared)
        for contents, rules in inputs.items()
        for declared in rules
    ]
    codes = [rule.code for rule in (*all_rules(), *rules)]
    if len(codes) != len(set(codes)):
        raise ValueError(f"a rule code of {path} is declared twice")
    return tuple(rules)
