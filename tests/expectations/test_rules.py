"""Every rule decides: its example fails it and nothing else, and passes once it is taken away."""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import pytest

from complaints.expectations.judge import RuleCrashedError, judge
from complaints.expectations.rules import GATES, Expectation, Rule, all_rules
from complaints.flows.night import Steps
from complaints.flows.readers.sources import read_sources
from complaints.flows.steps import build, land, validate
from complaints.warehouse.runs import Night, start_night
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.store import open_warehouse
from conftest import query, write_export
from rule_examples import EXAMPLES, NEAR_MISSES, STAGE_1, Example

pytestmark = pytest.mark.xdist_group("rules")

AS_OF_DAY = date(2018, 11, 27)
RULES = {rule.code: rule for rule in all_rules()}
ERRORS = [code for code, rule in RULES.items() if rule.severity == "error"]
WARNINGS = [code for code, rule in RULES.items() if rule.severity == "warning"]
CLOCK_RULES = [code for code, rule in RULES.items() if rule.judges == "clock"]

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
    that look at clocks need a variant each.
    """
    alone = [UNREADABLE, *CLOCK_RULES]
    others = [code for code in RULES if code not in alone]
    several = {f"without_{start}": tuple(others[start::4]) for start in range(4)}
    return {code: (code,) for code in alone} | several


VARIANT_OF = {code: name for name, codes in variants().items() for code in codes}


class Variants:
    """One warehouse in which every variant of the rules has judged its own source.

    So dbt runs once for all of them: a source's code is part of every key.
    """

    def __init__(self, settings: Settings, night: Night, patch: pytest.MonkeyPatch) -> None:
        self.settings, self.night, self.patch = settings, night, patch
        self.rules: dict[str, tuple[Rule, ...]] = {}

    def load(self, source: str, examples: dict[str, Example], rules: tuple[Rule, ...]) -> None:
        """Land, judge and load the examples under some rules."""
        exports = export_of(examples, self.settings.home.parent / source / "export.csv")
        self.rules[source] = rules
        self._use(rules)
        steps = Steps()
        origin = read_sources(exports)[0].model_copy(update={"code": source})
        for delivery in steps.find_deliveries(self.settings, origin).deliveries:
            extracted = steps.extract(self.settings, self.night, delivery)
            steps.land(self.settings, self.night, source)
            steps.validate(self.settings, self.night, source)
            steps.load(self.settings, self.night, source, extracted)

    def judge_clocks(self) -> None:
        """Run gate 2: on each variant that lacks one of its rules, then on all the others."""
        for code in CLOCK_RULES:
            self._use(self.rules[code])
            self._leave_to_judge("source = $1", code)
            Steps().judge_clocks(self.settings, self.night)
        self._use(all_rules())
        self._leave_to_judge("not list_contains($1, source)", CLOCK_RULES)
        Steps().judge_clocks(self.settings, self.night)

    def _use(self, rules: tuple[Rule, ...]) -> None:
        for module in (land, validate):
            self.patch.setattr(module, "all_rules", lambda: rules)

    def _leave_to_judge(self, condition: str, value: object) -> None:
        with open_warehouse(self.settings) as warehouse:
            warehouse.execute(
                f"update intermediate.int_stage_deadlines set is_settled = not ({condition})",
                [value],
            )


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The marts of every example: under all rules (`all_rules`), and under all but its own."""
    folder = tmp_path_factory.mktemp("rules")
    settings = read_settings(home=folder / "home", source=folder, as_of=AS_OF_DAY)
    with start_night(settings) as night, pytest.MonkeyPatch.context() as patch:
        assert Steps().prepare_reference(settings, night)
        build.build_reference(settings)
        judging = Variants(settings, night, patch)
        examples = EXAMPLES | {UNREADABLE: Example([])}
        for name, codes in variants().items():
            judging.load(name, {code: examples[code] for code in codes}, without(codes))
        judging.load("all_rules", examples, all_rules())
        judging.load("near_misses", NEAR_MISSES, all_rules())
        build.build_intermediate(settings)
        judging.judge_clocks()
        build.build_marts(settings)
    yield settings


def failed_rules(settings: Settings, source: str, case_reference: str | None) -> dict[str, int]:
    """Return, for a case, the rules that failed and on how many rows."""
    return dict(
        query(
            settings.warehouse_path,
            "select rule_code, count(*) from raw.findings inner join raw.stage_rows using (row_id) "
            "where source = $1 and case_reference is not distinct from $2 group by all",
            source,
            case_reference,
        )
    )


def case_of(code: str) -> str | None:
    """Return the case reference under which an example is found."""
    return None if code in (UNREADABLE, "case_reference_missing") else code


def rows_in_marts(settings: Settings, source: str, code: str) -> int:
    """Return how many rows of an example's case the facts show."""
    return query(
        settings.warehouse_path,
        "select count(*) from marts.fct_complaint_stages "
        "where source = $1 and case_reference is not distinct from $2",
        source,
        case_of(code),
    )[0][0]


def test_every_rule_of_the_contract_has_an_example() -> None:
    assert set(EXAMPLES) | {UNREADABLE} == set(RULES)
    assert len(RULES) == 29


@pytest.mark.parametrize("code", [code for code in EXAMPLES if case_of(code)])
def test_an_example_fails_its_rule_and_no_other(judged: Settings, code: str) -> None:
    assert failed_rules(judged, "all_rules", code) == {code: EXAMPLES[code].failing}


def test_rows_without_a_case_reference_fail_their_own_rules(judged: Settings) -> None:
    assert failed_rules(judged, "all_rules", None) == {"case_reference_missing": 1, UNREADABLE: 1}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_what_is_on_the_edge_but_right_fails_nothing(judged: Settings, name: str) -> None:
    assert failed_rules(judged, "near_misses", name) == {}


@pytest.mark.parametrize("code", ERRORS)
def test_an_error_keeps_its_row_from_the_marts_until_its_expectation_is_removed(
    judged: Settings, code: str
) -> None:
    failing = EXAMPLES[code].failing if code in EXAMPLES else 1
    rows = len(EXAMPLES[code].rows) if code in EXAMPLES else 1
    if code in EXAMPLES:
        assert rows_in_marts(judged, "all_rules", code) == (
            0 if code == "case_reference_missing" else rows - failing
        )
    assert rows_in_marts(judged, VARIANT_OF[code], code) == rows
    assert code not in failed_rules(judged, VARIANT_OF[code], case_of(code))


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_is_reported_until_its_expectation_is_removed(
    judged: Settings, code: str
) -> None:
    reported = (
        "select count(*) from marts.dq_warnings where source = $1 and rule_code = $2 "
        "and case_reference = $2"
    )
    assert query(judged.warehouse_path, reported, "all_rules", code) == [(1,)]
    assert query(judged.warehouse_path, reported, VARIANT_OF[code], code) == [(0,)]
    assert rows_in_marts(judged, "all_rules", code) == len(EXAMPLES[code].rows)


def test_an_expectation_that_crashes_is_an_error_of_the_run() -> None:
    import pandas as pd

    crashing = RULES["team_missing"].model_copy(
        update={
            "expectations": (
                Expectation(
                    type="expect_column_values_to_not_be_null", kwargs={"column": "no_such_column"}
                ),
            )
        }
    )
    frame = pd.DataFrame({"row_id": [1], "service_team": ["Assessments"]})
    with pytest.raises(RuleCrashedError, match="team_missing"):
        judge(frame, [crashing], {})


def test_a_finding_names_rows_and_rules_but_no_value() -> None:
    import pandas as pd

    frame = pd.DataFrame({"row_id": [7, 8], "service_team": ["Assessments", None]})
    found = judge(frame, [RULES["team_missing"]], {})
    assert found.to_dict("records") == [{"row_id": 8, "rule_code": "team_missing"}]


def test_every_rule_says_what_to_do_and_belongs_to_a_gate() -> None:
    for rule in RULES.values():
        assert rule.judges in GATES
        assert all(text.strip() for text in (rule.sentence, rule.source, rule.remedy))
        assert all(expectation.columns for expectation in rule.expectations)
