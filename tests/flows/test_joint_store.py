"""Several authorities in one joint store: each replaces its own, whole or not at all.

The catalogue is a real PostgreSQL. The authorities' homes are copies of one, under other codes.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pgserver
import pytest
from pydantic import SecretStr

from complaints.flows.steps import publish_to_joint_store as step
from complaints.flows.steps.publish_to_joint_store import (
    OF_OTHERS,
    RECORDS,
    publish_to_joint_store,
)
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.joint_store import open_joint_store
from complaints.warehouse.settings import Settings, read_settings
from complaints.warehouse.store import open_warehouse
from small_home import SmallHome, die, ended, quick_night, start

pytestmark = pytest.mark.xdist_group("small_home")

AUTHORITIES, PROCESSES = 24, 4


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pgserver.PostgresServer]:
    with pgserver.get_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def joint(
    server: pgserver.PostgresServer, home_of_first_night: SmallHome, tmp_path: Path
) -> Settings:
    """The home after the first night, with an empty joint store of its own."""
    name = f"joint_{abs(hash(tmp_path))}"
    server.psql(f"create database {name};")
    address = f"ducklake:postgres:{server.get_uri(database=name)}"
    return home_of_first_night.put_back().model_copy(
        update={"store": SecretStr(address), "store_files": str(tmp_path / "files")}
    )


def home_of(joint: Settings, code: str) -> Settings:
    """Return a copy of the home whose authority has another code."""
    home = joint.home.parent / code
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    for name in ("warehouse.duckdb", "marts.duckdb"):
        shutil.copyfile(joint.home / name, home / name)
    settings = joint.model_copy(update={"home": home})
    with duckdb.connect(settings.warehouse_path) as warehouse:
        warehouse.execute("update raw.authority set code = $1", [code])
    names = tables(settings)
    with duckdb.connect(settings.marts_path) as marts:
        for table in names:
            marts.execute(f"update {table} set authority = $1", [code])
    return settings


def tables(settings: Settings) -> list[str]:
    with duckdb.connect(settings.marts_path, read_only=True) as marts:
        found = marts.execute(
            "select table_name from duckdb_tables() where table_name not in $1 order by 1",
            [OF_OTHERS],
        ).fetchall()
    return [name for (name,) in found]


def assert_joint_store_has(joint: Settings, *homes: Settings) -> None:
    """Check that every mart of the joint store is the homes' own, cell by cell, and no more."""
    names = tables(homes[0])
    with open_joint_store(joint) as store:
        theirs = checksums(store, names)
    ours = set()
    for home in homes:
        with duckdb.connect(home.marts_path, read_only=True) as marts:
            ours |= checksums(marts, names)
    assert theirs == ours


def checksums(store: duckdb.DuckDBPyConnection, names: list[str]) -> set[tuple[Any, ...]]:
    """Return the number of rows and the sum of their hashes, by table and authority."""
    query = " union all ".join(
        f"select '{name}', authority, count(*), sum(hash(t)::hugeint) from {name} as t group by all"
        for name in names
    )
    return set(store.execute(query).fetchall())


def publish_each(homes: list[Settings]) -> None:
    for home in homes:
        publish_to_joint_store(home)


def publish_and_die(home: Settings) -> None:
    """Be killed when all is written and nothing is committed."""
    replace = step._replace

    def replace_and_die(*given: object) -> int:
        replace(*given)  # type: ignore[arg-type]
        die()
        return 0

    with patch.object(step, "_replace", replace_and_die):
        publish_to_joint_store(home)


def test_a_night_puts_there_what_it_publishes(joint: Settings) -> None:
    assert ended(start(quick_night, joint)) == 0
    assert_joint_store_has(joint, joint)


def test_authorities_that_write_at_once_are_all_there(joint: Settings) -> None:
    homes = [home_of(joint, f"a{number:02}") for number in range(AUTHORITIES)]
    for night in (homes, homes[:PROCESSES]):  # the second is a night repeated
        writing = [start(publish_each, night[n::PROCESSES]) for n in range(PROCESSES)]
        assert [ended(process) for process in writing] == [0] * PROCESSES
        assert_joint_store_has(joint, *homes)


def test_a_killed_night_changes_nothing_and_the_next_replaces_its_own_alone(
    joint: Settings,
) -> None:
    ours, other = home_of(joint, "ours"), home_of(joint, "other")
    publish_each([ours, other])
    before = home_of(joint, "before").model_copy(update={"home": ours.home.with_name("before")})
    shutil.copyfile(ours.marts_path, before.marts_path)
    with duckdb.connect(ours.marts_path) as marts:
        marts.execute("delete from fct_complaints where procedure = 'corporate'")
    assert ended(start(publish_and_die, ours)) == -9
    assert_joint_store_has(joint, before, other)

    with duckdb.connect(ours.marts_path) as marts:
        marts.execute("alter table dim_outcomes add column colour varchar")
    publish_to_joint_store(ours)
    with open_joint_store(joint) as store:
        counted = store.execute(
            "select authority, count(*) from fct_complaints group by all order by all"
        ).fetchall()
        assert counted == [("other", 5), ("ours", 4)]
        store.execute("select colour from dim_outcomes")  # a column of a newer version


def test_after_an_erasure_nothing_of_before_is_left_in_a_file(joint: Settings) -> None:
    home = home_of(joint, "ours")
    publish_each([home, home])
    assert b"C8" in contents(joint), "the night before can still be read"
    with duckdb.connect(home.marts_path) as marts:
        for table, column in marts.execute(
            "select table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and not internal"
        ).fetchall():
            marts.execute(f"delete from {table} where contains({column}, 'C8')")
    publish_to_joint_store(home, False)
    assert b"C8" not in contents(joint)


def contents(joint: Settings) -> bytes:
    """Return what all files of the joint store have, uncompressed."""
    files = f"{joint.store_files}/**/*.parquet"
    written = []
    for (file,) in duckdb.execute("select file from glob($1)", [files]).fetchall():
        written.append(repr(duckdb.read_parquet(file).fetchall()).encode())
    return b"".join(written)


def test_records_are_put_there_where_a_setting_says_so_and_go_again(joint: Settings) -> None:
    home = home_of(joint, "ours")
    asked = home.model_copy(update={"store_records": True})
    publish_to_joint_store(asked)
    with open_warehouse(home) as warehouse:
        held = [warehouse.execute(f"from {name}").fetchall() for name in RECORDS]
    assert len(held[0]) == 11
    with open_joint_store(joint) as store:
        theirs = [
            store.execute(f"select * exclude (authority) from joint.{name}").fetchall()
            for name in RECORDS
        ]
    assert [sorted(rows, key=repr) for rows in theirs] == [sorted(r, key=repr) for r in held]

    publish_to_joint_store(home)
    with open_joint_store(joint) as store:
        left = store.execute("select count(*) from joint.raw.records").fetchall()
    assert left == [(0,)]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ducklake:postgres:host=/nowhere dbname=a password=geheim", "No such file or directory"),
        ("ducklake:postgres:postgresql://a:geheim@127.0.0.1:9/b", "Connection refused"),
        ("ducklake:postgres:geheim", "missing"),
    ],
)
def test_a_store_that_does_not_answer_is_one_sentence_without_its_password(
    address: str, reason: str
) -> None:
    settings = read_settings(store=address, store_files="files")
    with pytest.raises(RunFailedError, match=reason) as refused, open_joint_store(settings):
        pass
    assert "geheim" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="it must begin with ducklake:") as refused:
        read_settings(store="postgresql://a:geheim@b/c")
    assert "geheim" not in str(refused.value)
    with pytest.raises(UsageError, match="No joint store"), open_joint_store(read_settings()):
        pass
