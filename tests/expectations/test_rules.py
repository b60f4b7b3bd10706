"""Every rule decides: its example fails it and nothing else, and passes once it is taken away."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import duckdb
import pandas as pd
import pytest

from compiled_models import WITHOUT_DBT, compiled_models, fill
from complaints.expectations.judge import RuleCrashedError, judge, judge_frame
from complaints.expectations.rules import Expectation, Rule, all_rules, rules_for
from complaints.flows.readers.sources import read_sources
from complaints.flows.steps import validate
from complaints.flows.steps.extract import extract
from complaints.flows.steps.find_deliveries import find_deliveries
from complaints.warehouse.engine import EmbeddedEngine
from complaints.warehouse.runs import start_run
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.store import open_warehouse
from conftest import write_export
from rule_examples import EXAMPLES, NEAR_MISSES, STAGE_1, Example
from small_home import borrow_store

pytestmark = pytest.mark.xdist_group("rules")

AS_OF_DAY = date(2018, 11, 27)
RULES = {rule.code: rule for rule in all_rules()}
# Their examples need a reference of their own, or a delivery before: tests/flows/test_load.py.
BY_REFERENCE_OR_HISTORY = {
    "case_reference_mangled",
    "last_updated_went_back",
    "received_date_moved",
    "reference_resembles_another",
}
EXEMPLIFIED = {code: rule for code, rule in RULES.items() if code not in BY_REFERENCE_OR_HISTORY}
ERRORS = [code for code, rule in EXEMPLIFIED.items() if rule.severity == "error"]
WARNINGS = [code for code, rule in EXEMPLIFIED.items() if rule.severity == "warning"]
DEADLINE_RULES = [code for code, rule in RULES.items() if rule.judges == "deadline"]

# The content of a line that cannot be read is never stored: without its own rule these still hold
# the row of blanks back.
RULES_ON_BLANKS = {
    "case_reference_missing",
    "procedure_unknown",
    "stage_unknown",
    "received_date_missing",
}
UNREADABLE = "row_unreadable"


def export_of(examples: dict[str, Example], path: Path) -> Path:
    """Write the examples as one export, each a case called after its key; a good case goes first.

    The example of an unreadable line is a line with a field too many.
    """
    rows = [{"case_reference": "good"} | STAGE_1]
    for name, example in examples.items():
        rows += [{"case_reference": name} | row for row in example.rows]
    write_export(path, rows)
    if UNREADABLE in examples:
        with path.open("a", encoding="utf-8") as file:
            file.write("," * (len({column for row in rows for column in row}) + 1) + "x\n")
    return path.parent


def without(codes: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules less some."""
    gone = {*RULES_ON_BLANKS, *codes} if UNREADABLE in codes else codes
    return tuple(rule for rule in all_rules() if rule.code not in gone)


def variants() -> dict[str, tuple[str, ...]]:
    """Return under which name which rules are removed together.

    An example fails its own rule and no other, so taking away several rules at once says of each
    what taking it away alone would; it saves judging 29 deliveries. The line's own rule and those
    that look at due dates need a variant each.
    """
    alone = [UNREADABLE, *DEADLINE_RULES]
    others = [code for code in RULES if code not in alone]
    several = {f"without_{start}": tuple(others[start::4]) for start in range(4)}
    return {code: (code,) for code in alone} | several


VARIANT_OF = {code: name for name, codes in variants().items() for code in codes}


class Judged(NamedTuple):
    """What the gates make of the examples under some rules.

    Attributes:
        failed: how many rows of a source and case fail a rule.
        loaded: how many rows of a source and case the facts show.
        warned: the warnings, by source, case and rule.
    """

    failed: dict[tuple[str, str | None, str], int]
    loaded: dict[tuple[str, str | None], int]
    warned: dict[tuple[str, str | None, str], int]

    def failed_rules(self, source: str, case_reference: str | None) -> dict[str, int]:
        """Return, for a case, the rules that failed and on how many rows."""
        return {
            code: rows
            for (of_source, case, code), rows in self.failed.items()
            if (of_source, case) == (source, case_reference)
        }


@pytest.fixture(scope="module")
def judged(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    """What every example is under all rules (`all_rules`), and under all but its own."""
    folder = tmp_path_factory.mktemp("rules")
    settings = read_settings(home=folder / "home", source=folder, as_of=AS_OF_DAY)
    borrow_store(settings, example)
    examples = EXAMPLES | {UNREADABLE: Example([])}
    with start_run(settings) as night, pytest.MonkeyPatch.context() as patch:
        for code, exported in (("examples", examples), ("near_misses", NEAR_MISSES)):
            origin = read_sources(export_of(exported, folder / code / "export.csv"))[0]
            found = find_deliveries(settings, origin.model_copy(update={"code": code}))
            for delivery in found.deliveries["complaints"]:
                extract(settings, night, delivery)
        validate.begin_judging(settings, night)
        WITHOUT_DBT["build_records"](settings)
        marts = [
            model
            for model in compiled_models(settings.home, "marts")
            if model.relation in ("marts.fct_complaint_stages", "marts.dq_warnings")
        ]
        by_variant = {}
        for name, rules in (
            ("all_rules", all_rules()),
            *((name, without(codes)) for name, codes in variants().items()),
        ):
            patch.setattr(
                validate,
                "rules_for",
                lambda dataset, gate, rules=rules: [
                    rule for rule in rules if (rule.dataset, rule.judges) == (dataset, gate)
                ],
            )
            validate.validate_records(settings)
            WITHOUT_DBT["build_deadlines"](settings)
            validate.validate_deadlines(settings, night)
            with open_warehouse(settings) as store:
                fill(store, marts)
            by_variant[name] = judged_now(settings)
    return by_variant


def judged_now(settings: Settings) -> Judged:
    """Return what the store says now."""

    def counted(columns: str, relation: str) -> dict[Any, int]:
        with open_warehouse(settings) as store:
            rows = store.execute(f"select {columns}, count(*) {relation} group by all").fetchall()
        return {tuple(key): count for *key, count in rows}

    return Judged(
        failed=counted(
            "source, case_reference, rule_code",
            "from validation.findings inner join intermediate.int_complaint_rows using (record_id)",
        ),
        loaded=counted("source, case_reference", "from marts.fct_complaint_stages"),
        warned=counted("source, case_reference, rule_code", "from marts.dq_warnings"),
    )


def case_of(code: str) -> str | None:
    """Return the case reference under which an example is found."""
    return None if code in (UNREADABLE, "case_reference_missing") else code


def test_every_rule_of_the_contract_has_an_example() -> None:
    assert set(EXAMPLES) | {UNREADABLE} | BY_REFERENCE_OR_HISTORY == set(RULES)
    assert len(RULES) == 40


@pytest.mark.parametrize("code", [code for code in EXAMPLES if case_of(code)])
def test_an_example_fails_its_rule_and_no_other(judged: dict[str, Judged], code: str) -> None:
    assert judged["all_rules"].failed_rules("examples", code) == {code: EXAMPLES[code].failing}


def test_rows_without_a_case_reference_fail_their_own_rules(judged: dict[str, Judged]) -> None:
    assert judged["all_rules"].failed_rules("examples", None) == {
        "case_reference_missing": 1,
        UNREADABLE: 1,
    }


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_what_is_on_the_edge_but_right_fails_nothing(judged: dict[str, Judged], name: str) -> None:
    assert judged["all_rules"].failed_rules("near_misses", name) == {}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_keeps_its_row_from_the_marts_until_its_expectation_is_removed(
    judged: dict[str, Judged], code: str
) -> None:
    if code == UNREADABLE:
        rows = 1 + len(EXAMPLES["case_reference_missing"].rows)  # without the rules on blanks
    else:
        rows, failing = len(EXAMPLES[code].rows), EXAMPLES[code].failing
        assert judged["all_rules"].loaded.get(("examples", case_of(code)), 0) == (
            0 if code == "case_reference_missing" else rows - failing
        )
    assert judged[VARIANT_OF[code]].loaded.get(("examples", case_of(code)), 0) == rows
    assert code not in judged[VARIANT_OF[code]].failed_rules("examples", case_of(code))


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_is_reported_until_its_expectation_is_removed(
    judged: dict[str, Judged], code: str
) -> None:
    reported = ("examples", code, code)
    assert judged["all_rules"].warned.get(reported) == 1
    assert reported not in judged[VARIANT_OF[code]].warned
    assert judged["all_rules"].loaded.get(("examples", case_of(code)), 0) == len(
        EXAMPLES[code].rows
    )


def declared(rule: Rule) -> list[tuple[Rule, Expectation]]:
    """Return the expectations of a rule, each with the rule."""
    return [(rule, expectation) for expectation in rule.expectations]


def test_an_expectation_that_crashes_is_an_error_of_the_run() -> None:
    crashing = Expectation(
        type="expect_column_values_to_not_be_null", kwargs={"column": "no_such_column"}
    )
    frame = pd.DataFrame({"service_team": ["Assessments"]})
    with pytest.raises(RuleCrashedError, match="team_missing"):
        judge_frame(frame, [(RULES["team_missing"], crashing)], {})


def test_a_finding_names_rows_and_rules_but_no_value() -> None:
    frame = pd.DataFrame({"service_team": ["Assessments", None]}, index=["one", "other"])
    found = judge_frame(frame, declared(RULES["team_missing"]), {})
    assert found.to_dict("records") == [{"row": "other", "rule_code": "team_missing"}]


KNOWN = {
    "statutory_stages": ["stage_1", "stage_2"],
    "corporate_stages": ["stage_1"],
    "statutory_legal_bases": ["s17"],
    "corporate_legal_bases": ["s20"],
}
CODES = [
    "closed",
    "statutory",
    "corporate",
    "stage_1",
    "stage_2",
    "none",
    "unknown",
    "withdrawn",
    "s17",
    "s20",
]


def random_rows(numbers: Random, columns: set[str]) -> pd.DataFrame:
    """Return rows with few different values, so that combinations repeat and blanks are many."""
    days = [None, *(date(2018, 7, day) for day in range(1, 6)), date(1999, 12, 31)]

    def value(column: str) -> object:
        if column.endswith(("_count", "_moved")) or "working_days" in column:
            return numbers.choice([3, 4, 190])
        if column.endswith(("_date", "_day", "last_updated", "_before")):
            return numbers.choice(days)
        return numbers.choice([None, *CODES])

    return pd.DataFrame([{c: value(c) for c in sorted(columns)} for _ in range(400)])


@pytest.mark.soak
@pytest.mark.parametrize(("seed", "at_once"), [(0, 1000), (1, 1000), (2, 7)])
@pytest.mark.parametrize("gate", ["line", "row", "case", "deadline"])
def test_judging_combinations_finds_what_judging_every_row_finds(
    gate: str, seed: int, at_once: int
) -> None:
    rules = rules_for("complaints", gate)
    expectations = [each for rule in rules for each in declared(rule)]
    columns = {column for _, expectation in expectations for column in expectation.columns}
    rows = random_rows(Random(seed), columns)
    rows["record_id"] = [f"r{number}" for number in range(len(rows))]
    with duckdb.connect() as store:
        store.execute("create table all_rows as from rows")
        judge(EmbeddedEngine(store), store, "all_rows", rules, KNOWN, at_once)
        by_combination = store.execute("select distinct record_id, rule_code from found").fetchall()
        frame = store.execute("from all_rows").df().set_index("record_id")
    by_row = judge_frame(frame, expectations, KNOWN)
    assert set(by_combination) == set(by_row.itertuples(index=False, name=None))
    assert {code for _, code in by_combination} == {rule.code for rule in rules}


def test_every_rule_says_what_to_do_and_belongs_to_a_gate() -> None:
    for rule in RULES.values():
        assert all(text.strip() for text in (rule.sentence, rule.source, rule.remedy))
        assert all(expectation.columns for expectation in rule.expectations)
