"""Import what a night imports, and let Great Expectations judge a row, so that forks need not."""

import dbt.adapters.duckdb
import dbt.cli.main
import pandas as pd

import small_home
from complaints.expectations.judge import judge_frame
from complaints.expectations.rules import rules_for

__all__ = ["dbt", "small_home"]

(line_rule,) = rules_for("complaints", "line")
judge_frame(
    pd.DataFrame({"field_count": [1], "header_field_count": [1]}),
    [(line_rule, expectation) for expectation in line_rule.expectations],
    {},
)
