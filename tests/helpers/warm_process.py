"""Import what a night imports, and let Great Expectations judge a row, so that forks need not."""

import dbt.adapters.duckdb
import dbt.cli.main
import duckdb

import small_home
from complaints.expectations.judge import judge
from complaints.expectations.rules import all_rules

__all__ = ["dbt", "small_home"]

with duckdb.connect() as store:
    store.execute("create table line as select '1' as record_id, 1 as field_count")
    store.execute("alter table line add column header_field_count integer")
    judge(store, "line", [rule for rule in all_rules() if rule.judges == "line"], {})
