"""Do once what every night does anew, so that forks need not.

That is to import, to let Great Expectations judge a row, and to let dbt read the project.
"""

import os
import tempfile
from pathlib import Path

import dbt.adapters.duckdb
import dbt.cli.main
import pandas as pd

import small_home
from complaints.expectations.judge import judge_frame
from complaints.expectations.rules import rules_for
from complaints.flows.steps.build import read_project
from complaints.warehouse.settings import read_settings
from one_thread import use_one_thread
from remembered_verdicts import remember_verdicts

__all__ = ["dbt", "small_home"]

(line_rule,) = rules_for("complaints", "line")
judge_frame(
    pd.DataFrame({"field_count": [1], "header_field_count": [1]}),
    [(line_rule, expectation) for expectation in line_rule.expectations],
    {},
)

with tempfile.TemporaryDirectory() as home:
    read_project(read_settings(home=Path(home)))

remember_verdicts(Path(os.environ["VERDICTS"]))
use_one_thread()
