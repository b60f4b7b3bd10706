"""The committed example: made again byte for byte, and counted by an independent oracle."""

import csv
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import pytest

from complaints.examples.make_exports import (
    EXPORTS,
    FILE_NAMES,
    expected_counts,
    expected_rows,
    main,
)
from complaints.examples.report_inputs import REPORT_INPUT_FILES
from example_oracle import AS_OF_DAY, STAGES, Row, read_exports
from example_rules import judge

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "dbt_project" / "seeds"
# fmt: off
ERRORS = {
    "row_unreadable", "case_reference_missing", "case_reference_mangled", "procedure_unknown",
    "stage_unknown", "received_date_missing", "received_date_invalid", "received_date_in_future",
    "responded_date_invalid", "responded_date_in_future", "responded_before_received",
    "clock_start_before_received", "stage_not_in_procedure", "stage_row_conflict",
    "stage_received_before_previous_stage",
}
WARNINGS = {
    "closed_date_unknown", "procedure_differs_within_case", "reference_resembles_another",
    "stage_without_previous_stage",
    "day_and_month_may_be_exchanged", "stage_received_before_previous_response",
    "escalated_after_time_limit",
    "closed_without_outcome", "outcome_without_response", "outcome_unknown",
    "extension_unknown", "legal_basis_unknown", "other_date_invalid",
    "clock_start_implausible", "team_missing", "target_date_disagrees",
    "target_met_unknown", "milestones_out_of_order", "extension_date_without_extension",
    "statutory_subject_logged_as_corporate", "corporate_subject_logged_as_statutory",
}
# fmt: on
QUARTERS_BEFORE = {
    "received_change_on_year": "2017-18 Q2",
    "in_sla_change_on_year": "2017-18 Q2",
    "upheld_change_on_year": "2017-18 Q2",
    "received_change_on_quarter": "2018-19 Q1",
    "in_sla_change_on_quarter": "2018-19 Q1",
    "upheld_change_on_quarter": "2018-19 Q1",
}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Give every row of the committed exports, judged."""
    rows = read_exports(EXPORTS)
    judge(rows)
    return rows


@pytest.fixture(scope="module")
def loaded(rows: list[Row]) -> list[Row]:
    """Give the rows that reach the marts."""
    return [row for row in rows if row.fate == "loaded"]


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _of(rows: list[Row], period: str, procedure: str, stage: str) -> list[Row]:
    key = (period, procedure, stage)
    return [row for row in rows if (row.quarter, row.procedure, row.stage) == key]


def _counts(rows: list[Row]) -> dict[str, int]:
    return {
        "received": len(rows),
        "in_sla": sum(row.is_in_time for row in rows),
        "upheld": sum(row.is_upheld for row in rows),
    }


def _printed(value: Fraction) -> int:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _computed(rows: list[Row], figure: dict[str, str]) -> int:
    """Return a figure as the report would print it, from the rows given."""
    scope = figure["procedure"], figure["stage"]
    measure = figure["measure"].split("_change")[0]
    now = _counts(_of(rows, figure["period"], *scope))
    if figure["unit"] == "count":
        return now[measure]
    if figure["measure"] not in QUARTERS_BEFORE:
        return _printed(Fraction(100 * now[measure], now["received"]))
    before = _counts(_of(rows, QUARTERS_BEFORE[figure["measure"]], *scope))
    if measure == "received":
        return _printed(Fraction(100 * (now[measure] - before[measure]), before[measure]))
    share_now = Fraction(100 * now[measure], now["received"])
    return _printed(share_now - Fraction(100 * before[measure], before["received"]))


def test_the_program_makes_the_committed_files(tmp_path: Path) -> None:
    main(tmp_path)
    names = {*FILE_NAMES, *REPORT_INPUT_FILES}
    assert {path.name for path in EXPORTS.iterdir()} == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (EXPORTS / name).read_bytes(), name


def test_the_oracle_finds_the_expected_rows_and_no_others(rows: list[Row]) -> None:
    found = {
        (row.file_name, row.row_number): (
            row.reference,
            row.stage,
            row.fate,
            row.errors,
            row.warnings,
        )
        for row in rows
        if row.fate != "loaded" or row.warnings
    }
    expected = {
        (row.file_name, row.row_number): (
            row.case_reference,
            row.stage,
            row.fate,
            set(row.errors),
            set(row.warnings),
        )
        for row in expected_rows()
    }
    assert found == expected


def test_every_row_has_one_fate(rows: list[Row]) -> None:
    counts = {name: Counter() for name in FILE_NAMES}
    for row in rows:
        counts[row.file_name][row.fate] += 1
    assert counts == expected_counts()


def test_every_rule_that_one_delivery_can_fail_is_seen() -> None:
    expected = expected_rows()
    assert {code for row in expected for code in row.errors} == ERRORS
    assert {code for row in expected for code in row.warnings} == WARNINGS


def test_every_odd_row_is_explained() -> None:
    with (ROOT / "examples" / "bad_rows.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    odd = [line for line in table if line["errors"] or line["warnings"] or line["fate"]]
    assert len(odd) == len(expected_rows())
    assert all(line["shows"] for line in odd)


def test_figures_come_out_as_printed(loaded: list[Row]) -> None:
    figures = _seed("published_figures")
    stayed = [row for row in loaded if row.outcome != "withdrawn"]
    differing = [row for row in figures if _computed(loaded, row) != int(row["printed"])]
    also_without_withdrawn = [
        row for row in differing if _computed(stayed, row) != int(row["printed"])
    ]
    assert [(row["unit"], row["printed"]) for row in differing] == [
        ("percent", "17"),
        ("percentage_points", "11"),
        ("percent", "26"),
        ("percentage_points", "-24"),
    ]
    assert [row["printed"] for row in also_without_withdrawn] == ["26", "-24"]


def test_breakdowns_come_out_as_printed(loaded: list[Row]) -> None:
    breakdowns = _seed("published_breakdowns")
    assert breakdowns
    for row in breakdowns:
        stage = _of(loaded, row["period"], row["procedure"], row["stage"])
        if row["breakdown"] == "service_team":
            part = [one for one in stage if one.text("service_team") == row["value"]]
        else:
            part = [one for one in stage if row["value"] in one.text("reasons").split(";")]
        printed = {name: int(row[name]) for name in ("received", "in_sla", "upheld") if row[name]}
        assert {name: _counts(part)[name] for name in printed} == printed, row


def test_the_printed_rows_lead_their_tables(loaded: list[Row]) -> None:
    stage_1 = _of(loaded, "2018-19 Q2", "statutory", "stage_1")
    teams = Counter(row.text("service_team") for row in stage_1)
    reasons = Counter(one for row in stage_1 for one in row.text("reasons").split(";") if one)
    assert [count for _, count in teams.most_common(3)] == [11, 10, 4]
    assert max(sorted(teams.values())[:-3]) < 4
    assert [count for _, count in reasons.most_common(3)] == [27, 22, 3]
    assert max(sorted(reasons.values())[:-3]) == 1


def test_withdrawn_complaints_are_where_the_report_needs_them(loaded: list[Row]) -> None:
    withdrawn = Counter(
        row.quarter for row in loaded if row.procedure == "statutory" and row.outcome == "withdrawn"
    )
    assert withdrawn["2017-18 Q2"] == 2
    assert not withdrawn["2016-17 Q2"] + withdrawn["2018-19 Q1"] + withdrawn["2018-19 Q2"]


def test_rows_lie_in_the_period_and_quarters_are_plausible(loaded: list[Row]) -> None:
    days = sorted(row.received_date for row in loaded)
    assert (days[0].isoformat() >= "2016-04-01") and (days[-1].isoformat() <= "2018-09-30")
    stage_1 = sorted((row.procedure, row.quarter) for row in loaded if row.stage == "stage_1")
    sizes = {key: len(list(group)) for key, group in groupby(stage_1)}
    assert len(sizes) == 20
    assert all(15 <= size <= 40 for size in sizes.values())


def test_open_stages_are_overdue_in_time_or_without_limit(loaded: list[Row]) -> None:
    still_open = [row for row in loaded if not row.responded_date and row.outcome != "withdrawn"]
    kinds = {
        "no limit" if row.due_date is None else "overdue" if row.due_date < AS_OF_DAY else "in time"
        for row in still_open
    }
    assert kinds == {"no limit", "overdue", "in time"}


def test_extensions_and_clocks_matter(loaded: list[Row]) -> None:
    in_time = [row for row in loaded if row.is_in_time and row.stage in STAGES[:3]]
    assert any(row.word("extension_agreed") in ("yes", "y", "true", "1") for row in in_time)
    assert any(row.clock_start_date for row in in_time)
