"""Let Great Expectations judge a frame by the rules of one gate."""

import logging
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is imported

import great_expectations as gx
import pandas as pd
from great_expectations.core.batch import Batch
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
)
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
)
from great_expectations.expectations.expectation_configuration import (
    ExpectationConfiguration,
)
from great_expectations.expectations.row_conditions import Column, Condition

from complaints.expectations.rules import Expectation, Rule

# A comparison says nothing about a row that lacks one of its two values, unless it asks
# whether the value is there.
DEFAULT_KWARGS = {
    "expect_column_pair_values_a_to_be_greater_than_b": {
        "ignore_row_if": "either_value_is_missing"
    },
    "expect_column_pair_values_to_be_equal": {"ignore_row_if": "either_value_is_missing"},
    "expect_compound_columns_to_be_unique": {"ignore_row_if": "any_value_is_missing"},
}


# Its log lines could name values of the data; what goes wrong is raised from here.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


class RuleCrashedError(Exception):
    """An expectation could not be evaluated: an error of the run, never a failed row."""


def judge(frame: pd.DataFrame, rules: Sequence[Rule], values: Mapping[str, Any]) -> pd.DataFrame:
    """Return which rule fails on which row.

    Args:
        frame: the rows of whole cases, with `row_id` and the columns of the rules.
        rules: the rules of one gate.
        values: what the suites' parameters stand for (the as-of day, the known codes).

    Returns:
        A frame with `row_id` and `rule_code`, one row per failed rule and row. No value of the
        data is in it, nor in any message.

    Raises:
        RuleCrashedError: an expectation raised instead of judging.
    """
    batch = _whole_frames().get_batch(batch_parameters={"dataframe": frame})
    failed = [
        findings
        for suite in dict.fromkeys(rule.suite for rule in rules)
        for findings in _failures(
            _validate(batch, suite, [rule for rule in rules if rule.suite == suite], values)
        )
    ]
    if not failed:
        return pd.DataFrame(
            {"row_id": pd.Series(dtype="int64"), "rule_code": pd.Series(dtype="str")}
        )
    return pd.concat(failed, ignore_index=True).drop_duplicates()


@cache
def _whole_frames() -> BatchDefinition:
    in_memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=in_memory,
            analytics_enabled=False,
            progress_bars={"globally": False},
        ),
    )
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("whole cases")


def _validate(
    batch: Batch, suite_name: str, rules: Sequence[Rule], values: Mapping[str, Any]
) -> ExpectationSuiteValidationResult:
    suite = gx.ExpectationSuite(name=suite_name)
    for rule in rules:
        for expectation in rule.expectations:
            suite.add_expectation_configuration(_configuration(rule, expectation, values))
    # Only COMPLETE lists every failing row: the others stop at 200. The query that would find
    # them again, a string with every key, costs more than the judging (seen 2026-11-23).
    return batch.validate(
        suite,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": ["row_id"],
            "partial_unexpected_count": 0,
            "return_unexpected_index_query": False,
        },
    )


def _configuration(
    rule: Rule, expectation: Expectation, values: Mapping[str, Any]
) -> ExpectationConfiguration:
    given = {
        name: values[value["$PARAMETER"]] if isinstance(value, dict) else value
        for name, value in expectation.kwargs.items()
    }
    kwargs = DEFAULT_KWARGS.get(expectation.type, {}) | given
    if expectation.where:
        kwargs["row_condition"] = _condition(*next(iter(expectation.where.items())))
    return ExpectationConfiguration(
        type=expectation.type, kwargs=kwargs, meta={"rule_code": rule.code}
    )


def _condition(column: str, wanted: str) -> Condition:
    if wanted == "filled":
        return Column(column).is_not_null()
    if wanted == "blank":
        return Column(column).is_null()
    return Column(column) == wanted


def _failures(result: ExpectationSuiteValidationResult) -> list[pd.DataFrame]:
    failures = []
    for outcome in result.results:
        rule_code = outcome.expectation_config.meta["rule_code"]
        # A crash looks like a failed row but for this: the metric's name stands in the place of
        # the plain answer "no exception" (great_expectations 1.24).
        if outcome.exception_info.get("raised_exception") is not False:
            raise RuleCrashedError(f"the expectation of rule {rule_code} could not be evaluated")
        if outcome.result.get("unexpected_count"):
            row_ids = [row["row_id"] for row in outcome.result["unexpected_index_list"]]
            failures.append(pd.DataFrame({"row_id": row_ids, "rule_code": rule_code}))
    return failures
