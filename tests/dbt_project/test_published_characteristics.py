"""The published file does not say who complained: neither a table of it nor two together."""

from itertools import combinations

import duckdb
import pytest

from complaints.warehouse.settings import Settings

CHARACTERISTICS = {  # and what is counted of one
    "complainant_type",
    "age_band",
    "gender",
    "ethnicity",
    "disability",
    "sexual_orientation",
    "advocate",
    "with_advocate",
}
# Beside the counts of complaints, the council's own numbers of all its people.
COUNTED = {"rpt_quarterly_characteristics", "rpt_population"}
# Each stage says whether a parent or a carer complained.
OF_EACH_STAGE = {("fct_complaint_stages", "complainant_type")}
QUARTERS = {"": "1234", "H1": "12", "H2": "34", "Q1": "1", "Q2": "2", "Q3": "3", "Q4": "4"}
GROUP = "period, procedure, stage, characteristic"


@pytest.fixture
def marts(example: Settings) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(example.marts_path, read_only=True)


def test_one_table_alone_counts_who_complained(marts: duckdb.DuckDBPyConnection) -> None:
    columns = marts.execute(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and not internal"
    ).fetchall()
    assert len({table for table, *_ in columns}) > 40
    for table, column, kind in columns:
        if (table, column) in OF_EACH_STAGE:
            continue
        assert column not in CHARACTERISTICS, table
        if kind == "VARCHAR" and table not in COUNTED | {"dim_date"}:
            values = {
                value
                for (value,) in marts.execute(f"select distinct {column} from {table}").fetchall()
            }
            assert not values & CHARACTERISTICS, (table, column)


def test_no_count_of_a_group_that_another_table_names_tells_of_one_of_them(
    marts: duckdb.DuckDBPyConnection, example: Settings
) -> None:
    """Linked with the facts, the one table with such counts names all cases of each group.

    What any other table names of them is a part of the group, of which nothing is counted.
    """
    groups = marts.execute(f"""
        with named as (
            select period, procedure, stage, count(*) as cases
            from fct_complaint_stages, unnest([
                financial_quarter,
                financial_year || if(right(financial_quarter, 1) in ('1', '2'), ' H1', ' H2'),
                financial_year
            ]) as periods (period)
            group by all
        ),
        counted as (
            select {GROUP}, list(value) as shown, list(complaints) as counts
            from rpt_quarterly_characteristics
            group by all
        )
        select {GROUP}, cases, shown, counts
        from counted
        inner join named using (period, procedure, stage)
    """).fetchall()
    assert len(groups) > 50
    for *group, cases, shown, counts in groups:
        assert sum(counts) == cases, group
        says_nothing = shown in (["Other values"], ["Not recorded"])
        assert says_nothing or (len(shown) > 1 and min(counts) > example.report_threshold), group


def test_no_quarter_is_counted_in_two_periods(marts: duckdb.DuckDBPyConnection) -> None:
    """What is counted for a year and for a part of it would tell the rest by subtraction."""
    periods = marts.execute(
        f"select distinct left(period, 7), {GROUP}, trim(period[8:]) "
        "from rpt_quarterly_characteristics"
    ).fetchall()
    parts: dict[tuple[str, ...], list[set[str]]] = {}
    for year, _, *group, part in periods:
        parts.setdefault((year, *group), []).append(set(QUARTERS[part]))
    assert any(len(each) > 1 for each in parts.values())
    for group, each in parts.items():
        assert all(one.isdisjoint(other) for one, other in combinations(each, 2)), group
