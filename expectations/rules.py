"""Read the validation rules as a person wrote them.

A rule is declared once, in one of the yml files here, with its code, severity, sentence, source
and remedy. `complaints rules`, the quarantine, the warnings and docs/validation_rules.md all read
it from here.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

SUITES = ("deliveries", "structural", "logical", "classification", "optional_inputs")

COMPLAINTS = "complaints"
EVERY_INPUT = "every_input"
DELIVERIES = "deliveries"

NOT_NULL = "expect_column_values_to_not_be_null"
NOT_AFTER = "expect_column_pair_values_a_to_be_greater_than_b"
UNIQUE = "expect_compound_columns_to_be_unique"

# The domain of every date: children's services records older than this are not in the exports,
# and Excel's and the systems' null dates (1899, 1900, 1970) lie before it.
EARLIEST_DATE = date(2000, 1, 1)


class Expectation(BaseModel):
    """One comparison that Great Expectations makes; `where` limits it to some rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    kwargs: dict[str, Any]
    where: dict[str, str] = Field(default_factory=dict, max_length=1)

    @property
    def is_across_rows(self) -> bool:
        """Whether the verdict on a row follows from other rows too."""
        return self.type == UNIQUE

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the comparison reads."""
        named = {self.kwargs.get(key) for key in ("column", "column_A", "column_B")}
        return frozenset({*named, *self.kwargs.get("column_list", []), *self.where} - {None})

    @property
    def columns_only_asked_for(self) -> frozenset[str]:
        """Those of which it reads no value, only whether there is one."""
        asked = {column for column, wanted in self.where.items() if wanted in ("filled", "blank")}
        if self.type == NOT_NULL:
            return frozenset(asked | {self.kwargs["column"]})
        return frozenset(
            asked - {self.kwargs.get(key) for key in ("column", "column_A", "column_B")}
        )


class Rule(BaseModel):
    """A validation rule: an error holds the row back, a warning lets it through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    dataset: str = COMPLAINTS
    severity: Literal["error", "warning"]
    judges: Literal["delivery", "line", "row", "case", "deadline"]
    sentence: str
    source: str
    remedy: str
    expectations: tuple[Expectation, ...] = Field(min_length=1)
    suite: str
    never_accepted_because: str | None = None  # why a row that fails could be counted nowhere

    @model_validator(mode="before")
    @classmethod
    def _spell_out(cls, declared: dict[str, Any]) -> dict[str, Any]:
        """Spell out what is short in a file.

        `filled`, `readable` (filled where something is written), `not_in_future` (of days) and
        `unique`.
        """
        spelled = dict(declared)
        expectations = list(spelled.get("expectations", ()))
        for column in spelled.pop("filled", ()):
            expectations.append({"type": NOT_NULL, "kwargs": {"column": column}})
        for column in spelled.pop("readable", ()):
            written = {f"{column}_text": "filled"}
            expectations.append({"type": NOT_NULL, "kwargs": {"column": column}, "where": written})
        for column in spelled.pop("not_in_future", ()):
            days = {"column_A": "as_of_day", "column_B": column, "or_equal": True}
            expectations.append({"type": NOT_AFTER, "kwargs": days})
        if columns := spelled.pop("unique", ()):
            expectations.append({"type": UNIQUE, "kwargs": {"column_list": columns}})
        return spelled | {"expectations": expectations}

    @property
    def columns(self) -> frozenset[str]:
        """The columns that its expectations read."""
        return frozenset(name for each in self.expectations for name in each.columns)

    @property
    def refusal_to_accept(self) -> str | None:
        """Why nobody can accept a row that fails; None where a person may find it right."""
        if self.severity == "error" and self.suite == "structural":
            return "a row without what every figure needs cannot be counted"
        return self.never_accepted_because


@cache
def every_rule() -> tuple[Rule, ...]:
    """Return every rule of every dataset, each as its file declares it."""
    folder = Path(__file__).parent
    rules = [
        Rule(suite=suite, **declared)
        for suite in SUITES
        for declared in yaml.safe_load((folder / f"{suite}.yml").read_text(encoding="utf-8"))
    ]
    codes = [rule.code for rule in rules]
    if len(codes) != len(set(codes)):
        raise ValueError(f"a rule code is declared twice in {folder}")
    return tuple(rules)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return the rules for complaints: the errors first, each in the order of the files."""
    rules = [rule for rule in every_rule() if rule.dataset == COMPLAINTS]
    return tuple(sorted(rules, key=lambda rule: rule.severity))


@cache
def delivery_rules() -> tuple[Rule, ...]:
    """Return the rules for deliveries as a whole, in the order of their file."""
    return tuple(rule for rule in every_rule() if rule.dataset == DELIVERIES)


@cache
def optional_rules() -> tuple[Rule, ...]:
    """Return the rules for the optional inputs of the report, in the order of their file."""
    return tuple(rule for rule in every_rule() if rule.dataset not in (COMPLAINTS, DELIVERIES))


def rules_for(dataset: str, gate: str) -> Sequence[Rule]:
    """Return the rules that judge a dataset at a gate."""
    applying = (dataset,) if dataset == COMPLAINTS else (dataset, EVERY_INPUT)
    return [rule for rule in every_rule() if rule.dataset in applying and rule.judges == gate]
