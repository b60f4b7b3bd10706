"""One night on the example gives the printed figures, the expected rows and every promised table.

What the rows are is known from the program that made them, not from the warehouse.
"""

import csv
import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

from complaints.examples.make_exports import (
    EXPORTS,
    FILE_NAMES,
    ExpectedRow,
    expected_counts,
    expected_rows,
    records_by_file,
)
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from conftest import query
from promised import ERRORS, TABLES, WARNINGS

SEEDS = PROJECT_FOLDER / "dbt_project" / "seeds"

EMPTY_WORDS = {"a", "an", "the", "of", "is", "that", "for", "in", "to", "it", "and", "or"}
PERSONAL = {
    *("age_band", "gender", "ethnicity", "disability", "sexual_orientation", "advocate"),
    "learning",
}

# The printed numbers that do not simply come out: (section, unit, printed) and what is said of it.
EXCEPTIONS = {
    ("2.1", "percent", 17): ("matches_excluding_withdrawn", False, None),
    ("2.1", "percentage_points", 11): ("matches_excluding_withdrawn", None, None),
    ("3.1", "percent", 26): ("differs", False, "2.1: 28%"),
    ("3.1", "percentage_points", -24): ("differs", None, "2.1: 28%"),
    ("2.1", "percent", 28): ("matches", True, "3.1: 26%"),
}


@cache
def odd_rows() -> list[ExpectedRow]:
    """Return what becomes of every row that is not simply loaded."""
    return expected_rows()


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def half_away_from_zero(value: float) -> int:
    return int(Decimal(repr(value)).quantize(Decimal(1), ROUND_HALF_UP))


def texts_of(settings: Settings, database: str) -> set[str]:
    """Return every text in every table of one of the home's databases."""
    with duckdb.connect(settings.home / database, read_only=True) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where not internal and data_type = 'VARCHAR'"
        ).fetchall()
        return {
            text
            for schema, table, column in columns
            for (text,) in connection.execute(
                f'select distinct "{column}" from "{schema}"."{table}"'
            ).fetchall()
            if text
        }


@pytest.fixture(scope="module")
def figures(example: Settings) -> list[dict[str, Any]]:
    """Give the rows of rpt_published_figures as dictionaries."""
    columns = TABLES["rpt_published_figures"].split()
    rows = query(example.marts_path, f"select {', '.join(columns)} from rpt_published_figures")
    return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.mark.parametrize("table", TABLES)
def test_every_promised_column_is_published(example: Settings, table: str) -> None:
    found = query(example.marts_path, f"select column_name from (describe main.{table})")
    assert set(TABLES[table].split()) <= {name for (name,) in found}


def test_every_table_and_column_says_more_than_its_name(example: Settings) -> None:
    comments = query(
        example.marts_path,
        "select table_name, table_name, comment from duckdb_tables() union all "
        "select table_name, column_name, comment from duckdb_columns() where not internal",
    )
    assert len(comments) > sum(len(columns.split()) for columns in TABLES.values())
    for table, name, comment in comments:
        words = re.findall(r"[a-z]+", (comment or "").lower())
        said = set(words) - EMPTY_WORDS - set(name.split("_"))
        assert len(words) >= 3, f"{table}.{name}: {comment}"
        assert said, f"{table}.{name}: {comment}"


def test_published_file_has_no_column_about_a_person(example: Settings) -> None:
    names = query(example.marts_path, "select column_name from duckdb_columns() where not internal")
    assert not {name for (name,) in names} & PERSONAL


def test_learning_stays_in_the_warehouse(example: Settings) -> None:
    lessons = {
        str(record.values["learning"])
        for records in records_by_file().values()
        for record in records
        if record.values["learning"] and not record.errors
    }
    assert lessons & texts_of(example, "warehouse.duckdb")
    assert not lessons & texts_of(example, "marts.duckdb")


@pytest.mark.parametrize("database", ["marts.duckdb", "warehouse.duckdb"])
def test_columns_outside_the_layout_are_stored_nowhere(example: Settings, database: str) -> None:
    header, *rows = load_workbook(EXPORTS / FILE_NAMES[-1]).worksheets[0].values
    steps = {row[header.index("Workflow Step")] for row in rows} - {None}
    assert steps
    assert not steps & texts_of(example, database)


def test_every_printed_figure_is_reconciled(figures: list[dict[str, Any]]) -> None:
    printed = sorted(tuple(row.values()) for row in seed("published_figures"))
    columns = list(seed("published_figures")[0])
    assert printed == sorted(tuple(str(row[column]) for column in columns) for row in figures)


def test_every_figure_comes_out_but_those_that_cannot(figures: list[dict[str, Any]]) -> None:
    odd = {}
    for row in figures:
        key = (row["section"], row["unit"], row["printed"])
        verdict = (row["agreement"], row["attainable"], row["contradicts"])
        if verdict != ("matches", True if row["unit"] == "percent" else None, None):
            odd[key] = verdict
    assert odd == EXCEPTIONS
    assert sum(row["agreement"] == "matches" for row in figures) == 56


def test_agreement_says_what_the_computed_numbers_round_to(figures: list[dict[str, Any]]) -> None:
    for row in figures:
        over_received = half_away_from_zero(row["computed"]) == row["printed"]
        over_eligible = half_away_from_zero(row["computed_excluding_withdrawn"]) == row["printed"]
        expected = (
            "matches"
            if over_received
            else "matches_excluding_withdrawn"
            if over_eligible
            else "differs"
        )
        assert row["agreement"] == expected, row


def test_every_printed_breakdown_comes_out(example: Settings) -> None:
    found = query(
        example.marts_path,
        "select section, breakdown, value, received, in_sla, upheld, agreement, contradicts "
        "from rpt_published_breakdowns order by all",
    )

    def number(text: str) -> int | None:
        return int(text) if text else None

    assert found == sorted(
        (
            row["section"],
            row["breakdown"],
            row["value"],
            *(number(row[name]) for name in ("received", "in_sla", "upheld")),
            "matches",
            None,
        )
        for row in seed("published_breakdowns")
    )


def test_breakdowns_say_which_share_of_the_whole_was_printed(example: Settings) -> None:
    shares = query(
        example.marts_path,
        "select distinct section, breakdown, received_covered_share, in_sla_covered_share, "
        "upheld_covered_share from rpt_published_breakdowns order by all",
    )
    assert shares == [
        ("2.2", "reason", 52 / 55, None, None),
        ("2.2", "service_team", 25 / 40, 9 / 11, 1 / 4),
        ("2.3", "service_team", 1.0, None, None),
        ("2.4", "service_team", 1.0, None, None),
    ]


@pytest.mark.parametrize(
    ("quarter", "received", "withdrawn", "in_sla", "upheld"),
    [("2017-18 Q2", 26, 2, 4, 0), ("2018-19 Q2", 40, 0, 11, 4)],
)
def test_headline_quarters_of_statutory_stage_1(
    example: Settings, quarter: str, received: int, withdrawn: int, in_sla: int, upheld: int
) -> None:
    found = query(
        example.marts_path,
        "select received, withdrawn, in_sla, upheld, in_sla_rate, is_complete "
        "from rpt_quarterly_stages "
        "where procedure = 'statutory' and stage = 'stage_1' and financial_quarter = $1",
        quarter,
    )
    assert found == [(received, withdrawn, in_sla, upheld, in_sla / received, True)]


def test_quarantine_holds_exactly_the_expected_rows(example: Settings) -> None:
    found = query(
        example.marts_path,
        "select file_name, row_number, source, case_reference, stage, rule_codes "
        "from dq_quarantine",
    )
    expected = [
        (
            row.file_name,
            row.row_number,
            "complaints",
            row.case_reference,
            row.stage,
            ",".join(sorted(row.errors, key=ERRORS.index)),
        )
        for row in odd_rows()
        if row.errors
    ]
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_warnings_are_exactly_the_expected_ones(example: Settings) -> None:
    found = query(
        example.marts_path,
        "select rule_code, file_name, row_number, source, case_reference, stage from dq_warnings",
    )
    expected = [
        (code, row.file_name, row.row_number, "complaints", row.case_reference, row.stage)
        for row in odd_rows()
        for code in row.warnings
    ]
    assert sorted(found) == sorted(expected)


def test_every_rule_counts_its_rows(example: Settings) -> None:
    found = query(
        example.marts_path,
        "select rule_code, severity, rows_failing from dq_rules order by position",
    )
    codes = Counter(code for row in odd_rows() for code in (*row.errors, *row.warnings))
    assert [code for code, severity, _ in found if severity == "error"] == list(ERRORS)
    assert {code for code, severity, _ in found if severity == "warning"} == set(WARNINGS)
    assert {code: rows_failing for code, _, rows_failing in found if rows_failing} == codes


def test_deliveries_account_for_every_row(example: Settings) -> None:
    found = query(
        example.marts_path,
        "select file_name, status, rows_read, rows_loaded, rows_unchanged, rows_duplicate, "
        "rows_superseded, rows_quarantined from dq_deliveries where dataset = 'complaints' "
        "order by file_name",
    )
    fates = ("loaded", "unchanged", "duplicate", "superseded", "quarantined")
    assert found == [
        (name, "loaded", counts.total(), *(counts[fate] for fate in fates))
        for name, counts in sorted(expected_counts().items())
    ]
