"""Read the validation rules as a person wrote them.

A rule is declared once, in structural.yml, logical.yml or classification.yml, with its code,
severity, sentence, source and remedy. `complaints rules`, the quarantine, the warnings and
docs/validation_rules.md all read it from here.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

SUITES = ("structural", "logical", "classification")
GATES = ("line", "row", "case", "clock")

# The domain of every date: children's services records older than this are not in the exports,
# and Excel's and the systems' null dates (1899, 1900, 1970) lie before it.
EARLIEST_DATE = date(2000, 1, 1)

AS_OF_COLUMN = "as_of_day"


class Expectation(BaseModel):
    """One comparison that Great Expectations makes; `where` limits it to some rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    kwargs: dict[str, Any]
    where: dict[str, str] = Field(default_factory=dict, max_length=1)

    @property
    def columns(self) -> set[str]:
        """The columns that the comparison reads."""
        named = {self.kwargs.get(key) for key in ("column", "column_A", "column_B")}
        return (named | set(self.kwargs.get("column_list", [])) | set(self.where)) - {None}


class Rule(BaseModel):
    """A validation rule: an error holds the row back, a warning lets it through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z0-9_]+$")
    severity: Literal["error", "warning"]
    judges: Literal["line", "row", "case", "clock"]
    sentence: str
    source: str
    remedy: str
    expectations: tuple[Expectation, ...] = Field(min_length=1)
    suite: str
    no_place: str | None = None  # why a row that fails could be counted nowhere

    @property
    def depends_on_as_of_day(self) -> bool:
        """Whether a later as-of day alone can change the verdict."""
        return any(AS_OF_COLUMN in expectation.columns for expectation in self.expectations)

    @property
    def never_accepted_because(self) -> str | None:
        """Why nobody can accept a row that fails; None where a person may find it right."""
        if self.severity == "error" and self.suite == "structural":
            return "a row without what every figure needs cannot be counted"
        return self.no_place


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule: the errors first, then the warnings, each in the order of the files."""
    folder = Path(__file__).parent
    rules = [
        Rule(suite=suite, **declared)
        for suite in SUITES
        for declared in yaml.safe_load((folder / f"{suite}.yml").read_text(encoding="utf-8"))
    ]
    codes = [rule.code for rule in rules]
    if len(codes) != len(set(codes)):
        raise ValueError(f"a rule code is declared twice in {folder}")
    return tuple(sorted(rules, key=lambda rule: rule.severity))


def columns_of(rules: Sequence[Rule]) -> list[str]:
    """Return the columns that these rules read, in alphabetical order."""
    return sorted({c for rule in rules for e in rule.expectations for c in e.columns})
