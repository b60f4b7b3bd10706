"""Spark as the engine: dbt and the gates work in its session, over Parquet in the home's lake.

What stands between two steps is in a folder of this process: nothing of it is state, so each
process begins with an empty one, and the folders of those before go when the marts are published.
Small results cross between Spark and the store as Parquet, so both see the same types.
"""

import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from complaints.warehouse import lake as records
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import sql_text

# Seen to give what DuckDB gives (Spark 3.5.8, 2026-11-26).
CONFIGURATION = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.legacy.createHiveTableByDefault": "false",
    # With joins of many conditions, to look for filters that follow from them takes minutes.
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}

_sessions: dict[Path, "Session"] = {}  # by their homes


class Session:
    """The Spark session of this process and a home, with its folder."""

    def __init__(self, settings: Settings) -> None:
        try:
            from pyspark.errors import PySparkRuntimeError
            from pyspark.sql import SparkSession
        except ImportError:
            raise UsageError("spark_not_installed") from None
        self.folder = settings.lake_folder / "work" / secrets.token_hex(4)
        self.folder.mkdir(parents=True)
        builder = SparkSession.builder.appName("complaints").master(settings.spark_master)
        given = {
            **CONFIGURATION,
            "spark.sql.warehouse.dir": str(self.folder / "tables"),
            "spark.sql.shuffle.partitions": str(settings.spark_partitions),
            "spark.driver.memory": settings.spark_memory,
        }
        for name, value in given.items():
            builder = builder.config(name, value)
        try:
            self.spark = builder.getOrCreate()
        except PySparkRuntimeError:
            raise UsageError("java_not_found") from None
        self.spark.sparkContext.setLogLevel("OFF")
        self.registered: dict[str, tuple[Any, ...]] = {}
        self.results = 0

    def register(self, table: str, folder: Path) -> None:
        """Let Spark see the files of a folder as a table, if they have changed."""
        files = tuple(sorted((path.name, path.stat().st_size) for path in folder.glob("*.parquet")))
        if table not in self.registered:
            self.spark.sql(f"create schema if not exists {table.split('.')[0]}")
            self.spark.sql(
                f"create table {table} using parquet options (mergeSchema 'true') "
                f"location '{folder}'"
            )
        elif self.registered[table] != files:
            self.spark.sql(f"refresh table {table}")
        self.registered[table] = files

    def result_folder(self, name: str) -> Path:
        """Return a new folder for a result."""
        self.results += 1
        return self.folder / "results" / f"{name}-{self.results}"


def session_of(settings: Settings) -> Session:
    """Return the session of this process, started for a home when it is first asked for."""
    if settings.home not in _sessions:
        stop_sessions()
        _sessions[settings.home] = Session(settings)
    return _sessions[settings.home]


def stop_sessions() -> None:
    """End Spark in this process, as its home is left."""
    for session in _sessions.values():
        session.spark.stop()
    _sessions.clear()


class SparkEngine:
    """Spark, beside an open working store."""

    def __init__(self, settings: Settings, store: duckdb.DuckDBPyConnection) -> None:
        self.settings, self.store = settings, store
        self.lake = settings.lake_folder

    @property
    def session(self) -> Session:
        """The session, started when it is first needed."""
        return session_of(self.settings)

    def sync(self) -> None:
        """Give Spark the log's tables as files, and the lake's files that are new."""
        records.write_manifest(self.store, self.lake)
        for table in records.RECORDS:
            self.session.register(table, self.lake / table.replace(".", "/"))
        log = "schema_name in ('raw', 'validation') and table_name <> 'lake_files'"
        for table in records.relations(self.store, "table", log):
            folder = self.session.folder / "log" / table
            folder.mkdir(parents=True, exist_ok=True)
            written = folder / "written"
            self.store.execute(f"copy {table} to {sql_text(written)} (format parquet)")
            before = list(folder.glob("*.parquet"))
            if before and before[0].read_bytes() == written.read_bytes():
                written.unlink()
                continue
            for path in before:
                path.unlink()
            written.rename(folder / f"{self.session.result_folder('log').name}.parquet")
            self.session.register(table, folder)

    def run(self, name: str, query: str) -> None:
        """Keep the result of a query as files, which the rest of the step reads."""
        self._keep(name, query)

    def read(self, name: str, query: str) -> None:
        """Keep the result of a query as files, and read them into the store."""
        folder = self._keep(name, query)
        files = sql_text(folder / "*.parquet")
        self.store.execute(
            f"create or replace temporary table {name} as from read_parquet({files})"
        )

    def give(self, name: str) -> None:
        """Write a temporary table of the store into a file that Spark sees."""
        folder = self.session.result_folder(name)
        folder.mkdir(parents=True)
        self.store.execute(f"copy {name} to {sql_text(folder / 'given.parquet')} (format parquet)")
        self.session.spark.read.parquet(str(folder)).createOrReplaceTempView(name)

    def append(
        self, table: str, delivery_number: int | None, query: str, given: Any = None
    ) -> None:
        """Write a file of the lake."""
        records.append_file(self.store, self.lake, table, delivery_number, query, given)
        records.show(self.store, self.lake, table)

    def forget(self, table: str, column: str, condition: str) -> None:
        """Take the files of those deliveries out of the list."""
        self.store.execute(
            f"delete from raw.lake_files where table_name = ? and delivery_number {condition}",
            [table],
        )
        records.show(self.store, self.lake, table)

    def publish(
        self, relations: Sequence[str], descriptions: Mapping[str, Any], is_all: bool = False
    ) -> None:
        """Show relations in the store as views of the files that Spark wrote."""
        for relation in relations:
            schema, name = relation.split(".")
            folder = self.session.folder / "tables" / f"{schema}.db" / name
            if not folder.exists():  # a view of Spark's
                folder = self._keep(name, f"select * from {relation}")
            self.store.execute(f"create schema if not exists {schema}")
            if records.kind(self.store, relation) == "BASE TABLE":  # of nights of DuckDB's
                self.store.execute(f"drop table {relation}")
            self.store.execute(
                f"create or replace view {relation} as "
                f"from read_parquet({sql_text(folder / '*.parquet')})"
            )
            if description := descriptions.get(name):
                on_view, on_columns = description
                self.store.execute(f"comment on view {relation} is {sql_text(on_view)}")
                for column, text in on_columns.items():
                    self.store.execute(f"comment on column {relation}.{column} is {sql_text(text)}")

        if is_all:  # nothing reads what processes before this one made, or nights of DuckDB's
            built = "schema_name not in ('raw', 'validation') and not temporary"
            for table in records.relations(self.store, "table", built):
                self.store.execute(f"drop table {table}")
            for folder in self.session.folder.parent.iterdir():
                if folder != self.session.folder:
                    shutil.rmtree(folder)

    def _keep(self, name: str, query: str) -> Path:
        folder = self.session.result_folder(name)
        try:
            self.session.spark.sql(query).write.parquet(str(folder))
        except Exception as problem:  # of classes that differ between 3.5 and 4
            raise RunFailedError("spark_failed", reason=type(problem).__name__) from problem
        self.session.spark.read.parquet(str(folder)).createOrReplaceTempView(name)
        return folder
