"""Every rule decides: its example fails it and nothing else, and passes once it is taken away."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from conftest import query, write_export
from rule_examples import EXAMPLES, NEAR_MISSES, Example

from expectations import rules as declared
from expectations.rules import Rule, all_rules
from flows.night import Steps
from flows.runs import Night, start_night
from flows.settings import Settings, read_settings
from flows.sources import Source
from flows.steps import build, judge_clocks, land, load, validate
from flows.warehouse import open_warehouse

AS_OF_DAY = date(2018, 11, 27)
CODES = [rule.code for rule in all_rules()]
ERRORS = [rule.code for rule in all_rules() if rule.severity == "error"]

# The content of a line that cannot be read is never stored, so that without its own rule these
# still hold it back: a row of blanks.
RULES_ON_BLANKS = {
    "case_reference_missing",
    "procedure_unknown",
    "stage_unknown",
    "received_date_missing",
}
UNREADABLE_LINE = "X1,statutory,stage_1,2018-07-02,2018-07-16,not_upheld,Assessments,one more\n"


def export_of(examples: dict[str, Example], path: Path) -> Path:
    """Write the examples as one export, each a case called after its key."""
    rows = [
        {"case_reference": name} | row for name, example in examples.items() for row in example.rows
    ]
    return write_export(path, rows)


def without(code: str) -> tuple[Rule, ...]:
    """Return the rules less one."""
    gone = RULES_ON_BLANKS | {code} if code == "row_unreadable" else {code}
    return tuple(rule for rule in all_rules() if rule.code not in gone)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A home with every example in it, once under all rules and once under all but its own.

    The variants are sources of one warehouse, so that dbt runs once.
    """
    folder = tmp_path_factory.mktemp("rules")
    settings = read_settings(home=folder / "home", source=folder, as_of=AS_OF_DAY)
    with start_night(settings) as night, pytest.MonkeyPatch.context() as patch:
        steps = Steps()
        assert steps.prepare_reference(settings, night)
        steps.build_reference(settings)
        _load(settings, night, "all_rules", _folder_with(folder, "all_rules", EXAMPLES, True))
        _load(settings, night, "near_misses", _folder_with(folder, "near_misses", NEAR_MISSES))
        for code in CODES:
            example = {code: EXAMPLES[code]} if code in EXAMPLES else {"other": Example([])}
            exports = _folder_with(folder, code, example, code == "row_unreadable")
            _use_rules(patch, without(code))
            _load(settings, night, code, exports)
        build.build_intermediate(settings)
        _judge_clocks_without_each(settings, night, patch)
        build.build_marts(settings)
    yield settings


def _use_rules(patch: pytest.MonkeyPatch, rules: tuple[Rule, ...]) -> None:
    for module in (declared, land, validate):
        patch.setattr(module, "all_rules", lambda: rules)


def _folder_with(
    folder: Path, name: str, examples: dict[str, Example], has_unreadable_line: bool = False
) -> Path:
    path = export_of(
        examples
        | {
            "good": Example(
                [next(iter(EXAMPLES["team_missing"].rows)) | {"service_team": "Assessments"}]
            )
        },
        folder / name / "export.csv",
    )
    if has_unreadable_line:
        with path.open("a", encoding="utf-8") as file:
            file.write(UNREADABLE_LINE + "," * 60 + "\n")
    return path.parent


def _load(settings: Settings, night: Night, code: str, exports: Path) -> None:
    steps = Steps()
    source = Source.model_construct(
        code=code, files=str(exports), database=None, rename={}, constants={}, base_folder=exports
    )
    for delivery in steps.find_deliveries(settings, source).deliveries:
        extracted = steps.extract(settings, delivery)
        steps.land(settings, night, code)
        steps.validate(settings, night, code)
        load.load(settings, night, code, extracted)


def _judge_clocks_without_each(settings: Settings, night: Night, patch: pytest.MonkeyPatch) -> None:
    """Run gate 2 on each variant under its own rules, then on all others under all."""
    all_of_them = tuple(declared_rules())
    for rule in all_of_them:
        if rule.judges == "clock":
            _use_rules(patch, without(rule.code))
            with open_warehouse(settings) as warehouse:
                warehouse.execute(
                    "update intermediate.int_stage_escalations set is_settled = source <> $1",
                    [rule.code],
                )
            judge_clocks.judge_clocks(settings, night)
    _use_rules(patch, all_of_them)
    with open_warehouse(settings) as warehouse:
        clock_codes = [rule.code for rule in all_of_them if rule.judges == "clock"]
        warehouse.execute(
            "update intermediate.int_stage_escalations set is_settled = source in $codes",
            {"codes": clock_codes},
        )
    judge_clocks.judge_clocks(settings, night)


def declared_rules() -> tuple[Rule, ...]:
    """Return all rules, whatever the modules were told to use."""
    return all_rules()


def found(settings: Settings, source: str, case_reference: str | None) -> list[tuple[str, int]]:
    """Return which rules failed on how many rows of a case, from the warehouse."""
    return query(
        settings.warehouse_path,
        "select rule_code, count(*) from raw.findings join raw.stage_rows using (row_id) "
        "where source = $1 and case_reference is not distinct from $2 group by all order by 1",
        source,
        case_reference,
    )
