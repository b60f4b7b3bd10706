"""The lake's files against the store's list of them; Spark is not needed for it."""

import json
from pathlib import Path

import duckdb
import pytest

from complaints.warehouse import lake
from complaints.warehouse.engine import engine_of
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
