"""A home of version 0.1.0 is taken over by the first night, and its marts stay as they were."""

import gzip
from datetime import date
from pathlib import Path

import duckdb
import pytest

from complaints.expectations.rules import all_rules
from complaints.flows.night import run_night
from complaints.warehouse.settings import Settings, read_settings
from conftest import query
from small_home import COUNCILS_SYNONYMS, FIRST_DELIVERY, SECOND_DELIVERIES, export

# The store and the marts that version 0.1.0 left after two nights on the small deliveries and the
# example's optional inputs, with one accepted exception.
HOME = Path(__file__).parents[1] / "fixtures" / "home_0_1_0"
# What names a row, what is about the runs, and what is read again: the optional inputs.
OF_THE_NIGHT = {"row_id", "record_id", "run_id", "contents", "dataset", "position"}
# Files are read again, and a version may have more rules.
OF_DELIVERIES_AND_RULES = {"dq_deliveries", "dq_rules", "dq_trends"}
# A version may word its rules better; what they say is compared with the rules themselves.
WORDS_OF_RULES = {"description", "remedy"}
# Who complained is counted in another way since, which names nobody: tables and a column.
OF_WHO_COMPLAINED = {
    *("rpt_period_characteristics", "rpt_quarterly_characteristics"),
    "with_advocate",
}
# Half years came after that version, and years of the calendar.
OF_ITS_PERIODS = "where period_length <> 'half_year'"
OF_ITS_CALENDAR = "where date < date '2036-01-01'"

pytestmark = pytest.mark.soak


@pytest.fixture
def old_home(tmp_path: Path) -> Settings:
    """The settings of such a home on the day of its last night, with its complaints' exports."""
    settings = read_settings(
        home=tmp_path / "home", source=tmp_path / "exports", as_of=date(2018, 11, 27)
    )
    settings.reference_folder.mkdir(parents=True)
    (settings.reference_folder / "synonyms.csv").write_text(COUNCILS_SYNONYMS)
    for name in ("warehouse", "marts"):
        content = gzip.decompress((HOME / f"{name}.duckdb.gz").read_bytes())
        (settings.home / f"{name}.duckdb").write_bytes(content)
    export(settings, "20181126", FIRST_DELIVERY)
    for stamp, rows in SECOND_DELIVERIES.items():
        export(settings, stamp, rows)
    return settings


def test_a_home_of_version_0_1_0_is_taken_over_by_the_first_night(old_home: Settings) -> None:
    before = old_home.marts_path.rename(old_home.home / "before.duckdb")
    report = run_night(old_home)
    assert {record.status for record in report.files} == {"superseded", "unchanged"}
    with duckdb.connect() as both:
        both.execute(f"attach '{before}' as before (read_only)")
        both.execute(f"attach '{old_home.marts_path}' as after (read_only)")
        tables = [
            table
            for (table,) in both.execute(
                "select table_name from duckdb_tables() where database_name = 'before'"
            ).fetchall()
            if table not in OF_DELIVERIES_AND_RULES | OF_WHO_COMPLAINED
        ]
        assert len(tables) > 25
        for table in tables:
            columns = ", ".join(
                column
                for (column,) in both.execute(
                    "select column_name from duckdb_columns() where database_name = 'before' "
                    f"and table_name = '{table}' order by column_index"
                ).fetchall()
                if column not in OF_THE_NIGHT | WORDS_OF_RULES | OF_WHO_COMPLAINED
            )
            rows = OF_ITS_PERIODS if "period_length" in columns else ""
            rows = OF_ITS_CALENDAR if table == "dim_date" else rows
            states = [
                both.execute(f"select {columns} from {side}.{table} {rows} order by all").fetchall()
                for side in ("before", "after")
            ]
            assert states[0] == states[1], table
    worded = query(old_home.marts_path, "select rule_code, description, remedy from dq_rules")
    assert set(worded) == {(rule.code, rule.sentence, rule.remedy) for rule in all_rules()}
    kept = "select count(*) from dq_deliveries where run_id <> $1"
    assert query(old_home.marts_path, kept, report.run.run_id) == query(
        before, "select count(*) from dq_deliveries"
    )
    # The acceptance is in force, and ends with the version of the row that it was given to.
    assert query(old_home.marts_path, "select rule_code from dq_accepted") == [
        ("target_date_disagrees",)
    ]
