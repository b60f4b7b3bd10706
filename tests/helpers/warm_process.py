"""Import what a night imports, and let Great Expectations judge a row, so that forks need not."""

import dbt.adapters.duckdb
import dbt.cli.main
import pandas as pd

import small_home
from complaints.expectations.judge import judge
from complaints.expectations.rules import all_rules

__all__ = ["dbt", "small_home"]

judge(
    pd.DataFrame({"row_id": [1], "field_count": [1], "header_field_count": [1]}),
    [rule for rule in all_rules() if rule.judges == "line"],
    {},
)
