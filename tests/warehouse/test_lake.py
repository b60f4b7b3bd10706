"""The lake's files against the store's list of them; Spark is not needed for it."""

import json
from pathlib import Path

import duckdb
import pytest

from complaints.flows.erase import erase, list_due
from complaints.flows.steps.erase import carry_out_erasures
from complaints.warehouse import lake
from complaints.warehouse.engine import engine_of
from complaints.warehouse.erasures import REQUEST, Case, erase_cases, record_erasures
from complaints.warehouse.errors import UsageError
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.store import hold_warehouse, open_warehouse

CHANGE = """
select {} as delivery_number, '{}' as record_id, true as is_delivered, 'a.csv' as file_name,
    1 as row_number
"""
IDS = "select record_id from raw.record_changes order by 1"


@pytest.fixture
def spark(tmp_path: Path) -> Settings:
    return read_settings(home=tmp_path / "home", engine="spark")


def append(store: duckdb.DuckDBPyConnection, settings: Settings, number: int, record: str) -> None:
    query = CHANGE.format(number, record)
    engine_of(settings, store).append("raw.record_changes", number, query)


def parquet_files(settings: Settings) -> set[str]:
    return {path.name for path in (settings.lake_folder / "raw" / "record_changes").iterdir()}


def test_what_is_not_committed_is_in_no_list_and_its_file_is_removed(spark: Settings) -> None:
    with hold_warehouse(spark), open_warehouse(spark) as store:
        append(store, spark, 1, "kept")
        store.begin()
        append(store, spark, 2, "lost")
        assert store.execute(IDS).fetchall() == [("kept",), ("lost",)]
        store.rollback()
        assert store.execute(IDS).fetchall() == [("kept",)]
        assert len(parquet_files(spark)) == 3  # the columns' own, the listed one, the lost one
        lake.write_manifest(store, spark.lake_folder)
    listed = json.loads((spark.lake_folder / "manifest.json").read_text())["raw.record_changes"]
    assert parquet_files(spark) == {"0.parquet", *listed}
    assert len(listed) == 1


def test_a_delivery_that_is_taken_back_leaves_with_its_file(spark: Settings) -> None:
    with hold_warehouse(spark), open_warehouse(spark) as store:
        for number in (1, 2):
            append(store, spark, number, f"of {number}")
        engine_of(spark, store).forget("raw.record_changes", "delivery_number", "in (select 2)")
        assert store.execute(IDS).fetchall() == [("of 1",)]


def test_a_home_changes_its_engine_and_keeps_its_records(spark: Settings) -> None:
    embedded = spark.model_copy(update={"engine": "duckdb"})
    with hold_warehouse(embedded), open_warehouse(embedded) as store:
        for number in (1, 2):
            append(store, embedded, number, f"of {number}")
    with hold_warehouse(spark), open_warehouse(spark) as store:
        append(store, spark, 3, "of 3")
        engine_of(spark, store).forget("raw.record_changes", "delivery_number", "in (select 1)")
    with hold_warehouse(embedded), open_warehouse(embedded) as store:
        append(store, embedded, 4, "of 4")
        assert store.execute(IDS).fetchall() == [("of 2",), ("of 3",), ("of 4",)]
    with hold_warehouse(spark), open_warehouse(spark) as store:
        assert store.execute(IDS).fetchall() == [("of 2",), ("of 3",), ("of 4",)]


def test_what_spark_showed_goes_with_the_lake(spark: Settings) -> None:
    with hold_warehouse(spark), open_warehouse(spark) as store:
        file = f"{spark.lake_folder}/raw/records/0.parquet"
        store.execute("create schema marts")
        store.execute(f"create view marts.dim_shown as from read_parquet('{file}')")
    embedded = spark.model_copy(update={"engine": "duckdb"})
    with hold_warehouse(embedded), open_warehouse(embedded) as store:
        shown = "select count(*) from duckdb_views() where not internal"
        assert store.execute(shown).fetchall() == [(0,)]
    assert not spark.lake_folder.exists()


def test_nothing_is_erased_on_spark(spark: Settings) -> None:
    refusal = "cases are erased in DuckDB's store alone"
    with hold_warehouse(spark), open_warehouse(spark) as store:
        record_erasures(store, spark, [Case("system", "C1")], REQUEST, "Head", "Asked.")
        with pytest.raises(UsageError, match=refusal):
            erase_cases(spark)
    kept = spark.model_copy(update={"retention_years": 6})
    for refused in (lambda: erase(spark, ["C1"], None, "Head", "Asked."), lambda: list_due(kept)):
        with pytest.raises(UsageError, match=refusal):
            refused()
    with pytest.raises(UsageError, match=refusal):
        carry_out_erasures(kept)
