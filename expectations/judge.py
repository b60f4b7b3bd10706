"""Let Great Expectations judge a relation by the rules of one gate.

A rule's verdict on a row follows from the values in the columns that the rule reads. So each
distinct combination of them is judged once, and the verdict is joined back; for a column of which
a rule only asks whether it is filled, presence is the value. Only a rule across rows sees rows, and
only those whose key another row shares. What is too much for this machine is judged in parts.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is imported

import duckdb
import great_expectations as gx
import pandas as pd
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation_configuration import (
    ExpectationConfiguration,
)
from great_expectations.expectations.row_conditions import Column, Condition

from complaints.expectations.rules import Expectation, Rule
from complaints.warehouse.engine import Engine

# A comparison says nothing about a row that lacks one of its two values, unless it asks
# whether the value is there.
DEFAULT_KWARGS = {
    "expect_column_pair_values_a_to_be_greater_than_b": {
        "ignore_row_if": "either_value_is_missing"
    },
    "expect_column_pair_values_to_be_equal": {"ignore_row_if": "either_value_is_missing"},
    "expect_compound_columns_to_be_unique": {"ignore_row_if": "any_value_is_missing"},
}

# Only COMPLETE lists every failing row: the others stop at 200. The values, and the query that
# would find the rows again, cost more than the judging (seen 2026-11-23), and values are personal.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "partial_unexpected_count": 0,
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}

# Its log lines could name values of the data; what goes wrong is raised from here.
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


# Each column that expectations read, with the expression of what they read of it.
_Columns = tuple[tuple[str, str], ...]


class RuleCrashedError(Exception):
    """An expectation could not be evaluated: an error of the run, never a failed row."""


def judge(
    engine: Engine,
    store: duckdb.DuckDBPyConnection,
    relation: str,
    rules: Sequence[Rule],
    values: Mapping[str, Any],
    at_once: int,
) -> None:
    """Fill the temporary table `found` with which rule fails on which row.

    The engine makes the combinations and joins the verdicts back; Great Expectations judges here.

    Args:
        engine: where the relation is.
        store: the open working store.
        relation: a table, a view or a subquery with `record_id` and the columns of the rules.
        rules: the rules of one gate.
        values: what the rules' parameters stand for (the codes that the reference data know).
        at_once: how many combinations, or rows with a shared key, are judged at once.

    Raises:
        RuleCrashedError: an expectation raised instead of judging.
    """
    alike: dict[tuple[bool, _Columns], list[tuple[Rule, Expectation]]] = {}
    for rule in rules:
        for expectation in rule.expectations:
            reads = (expectation.is_across_rows, _selected(expectation))
            alike.setdefault(reads, []).append((rule, expectation))
    found: list[str] = []
    for (is_across_rows, _), declared in alike.items():
        name = f"failing_{len(found)}"
        find = _rows_with_shared_keys if is_across_rows else _combinations
        search = find(relation, declared[0][1], name)
        engine.read("judged_rows", search.read)
        failed = _judge_parts(store, search.row, declared, values, at_once)
        if failed.empty:
            continue
        store.register("failed", failed)
        # The rows as the engine gave them: a frame has other types for dates and blanks.
        store.execute(
            f"create or replace temporary table {name} as select {search.kept}, failed.rule_code "
            f'from judged_rows inner join failed on judged_rows.{search.row} = failed."row"'
        )
        store.unregister("failed")
        engine.give(name)
        found.append(search.found)
    nothing = "select '' as record_id, '' as rule_code where false"
    engine.read("found", " union all ".join(found) or nothing)


def judge_frame(
    frame: pd.DataFrame,
    declared: Sequence[tuple[Rule, Expectation]],
    values: Mapping[str, Any],
) -> pd.DataFrame:
    """Return which rule fails on which row of a frame.

    Args:
        frame: the columns that the expectations read; the index names the rows.
        declared: expectations, each with its rule.
        values: what the rules' parameters stand for.

    Returns:
        A frame with `row`, a label of the index, and `rule_code`: one row per failed rule and row.
        No value of the data is in it, nor in any message.

    Raises:
        RuleCrashedError: an expectation raised instead of judging.
    """
    frame = frame.rename_axis(None)  # a named index would come back in dictionaries
    suite = gx.ExpectationSuite(name="gate")
    for rule, expectation in declared:
        suite.add_expectation_configuration(_configuration(rule, expectation, values))
    batch = _whole_frames().get_batch(batch_parameters={"dataframe": frame})
    failed = [pd.DataFrame({"row": frame.index[:0], "rule_code": pd.Series(dtype="str")})]
    for outcome in batch.validate(suite, result_format=RESULT_FORMAT).results:
        assert outcome.expectation_config is not None  # for the type checker
        rule_code = outcome.expectation_config.meta["rule_code"]
        # A crash looks like a failed row but for this: the metric's name takes the place of
        # the plain answer "no exception" (great_expectations 1.24).
        if outcome.exception_info.get("raised_exception") is not False:
            raise RuleCrashedError(f"the expectation of rule {rule_code} could not be evaluated")
        if outcome.result.get("unexpected_count"):
            rows = outcome.result["unexpected_index_list"]
            failed.append(pd.DataFrame({"row": rows, "rule_code": rule_code}))
    return pd.concat(failed, ignore_index=True).drop_duplicates()


def _judge_parts(
    store: duckdb.DuckDBPyConnection,
    row: str,
    declared: Sequence[tuple[Rule, Expectation]],
    values: Mapping[str, Any],
    at_once: int,
) -> pd.DataFrame:
    """Return which rule fails on which of `judged_rows`: rows that are alike are in one part."""
    counted = store.execute("select count(*) from judged_rows").fetchone()
    assert counted is not None  # for the type checker
    parts = -(-counted[0] // at_once)
    alike = ", ".join(sorted(declared[0][1].columns))
    failed = []
    for part in range(parts):
        frame = store.execute(
            f"select {row} as judged_row, * from judged_rows where hash({alike}) % {parts} = {part}"
        ).df()
        if not frame.empty:
            failed.append(judge_frame(frame.set_index("judged_row"), declared, values))
    return pd.concat(failed, ignore_index=True) if failed else pd.DataFrame()


class _Search(NamedTuple):
    """How the rows that fail are found."""

    read: str  # the query of what is judged
    row: str  # the column that names a row of it
    kept: str  # what is kept of those that fail
    found: str  # the query that finds them in the relation


def _combinations(relation: str, expectation: Expectation, name: str) -> _Search:
    columns = _selected(expectation)
    selected = ", ".join(f"{value} as {column}" for column, value in columns)
    same = " and ".join(
        f"{value} is not distinct from {name}.{column}" for column, value in columns
    )
    return _Search(
        f"select distinct {selected} from {relation} as judged",
        "rowid",
        "judged_rows.*",
        f"select judged.record_id, {name}.rule_code from {relation} as judged "
        f"inner join {name} on {same}",
    )


def _rows_with_shared_keys(relation: str, expectation: Expectation, name: str) -> _Search:
    columns = ", ".join(sorted(expectation.columns))
    return _Search(
        f"select judged.record_id, {columns} from {relation} as judged inner join ("
        f"select {columns} from {relation} group by {columns} having count(*) > 1"
        f") as shared using ({columns})",
        "record_id",
        "record_id",
        f"select record_id, rule_code from {name}",
    )


def _selected(expectation: Expectation) -> _Columns:
    """Return the columns that an expectation reads, each with the expression of what it reads."""
    asked = expectation.columns_only_asked_for
    return tuple(
        (column, f"case when judged.{column} is not null then true end")
        if column in asked
        else (column, f"judged.{column}")
        for column in sorted(expectation.columns)
    )


@cache
def _whole_frames() -> BatchDefinition[None]:
    in_memory = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=in_memory,
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False),
        ),
    )
    asset = context.data_sources.add_pandas("gate").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("whole relations")


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
