import re

import pgserver
import pytest
import sqlalchemy as sa
import yaml

from complaints.flows.readers.check import describe_sources
from complaints.flows.readers.sources import DatabaseInput, Source
from complaints.warehouse.errors import RunFailedError, UsageError
from export_helpers import landed, night, read_folder

COLUMNS = {"Case Ref": "case_reference", "type": "procedure", "opened": "received_date"}
CREATE_TABLE = """
    create table stages (
        "Case Ref" varchar(20), type varchar(20), stage integer, opened {timestamp},
        extension_agreed {boolean}, "full name" varchar(40)
    )
"""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    with pgserver.get_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server.get_uri()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path, monkeypatch):
    """Fill a table of a real database and put its URL into the environment."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'portal.db'}"
        engine = sa.create_engine(url)
        types = {"timestamp": "text", "boolean": "integer"}
        values = ("'2018-07-02 00:30'", "1")
    else:
        url = request.getfixturevalue("postgres")
        engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        types = {"timestamp": "timestamp with time zone", "boolean": "boolean"}
        values = ("'2018-07-01 23:30:00+00'", "true")
    with engine.begin() as connection:
        if request.param == "postgresql":
            connection.exec_driver_sql("drop schema if exists crm cascade")
        connection.exec_driver_sql("drop table if exists stages")
        connection.exec_driver_sql(CREATE_TABLE.format(**types))
        connection.exec_driver_sql(
            f"insert into stages values ('C2 ', 'Stat', 1, {values[0]}, {values[1]}, 'Jane Doe'), "
            f"('C1', ' ', 2, {values[0]}, null, 'Jane Doe')"
        )
    engine.dispose()
    monkeypatch.setenv("PORTAL_URL", url)
    return url


def portal(**settings):
    given = {"rename": COLUMNS} | settings
    database = DatabaseInput(
        url_env=given.pop("url_env", "PORTAL_URL"),
        table=given.pop("table", None if "query" in given else "stages"),
        query=given.pop("query", None),
    )
    return Source(code="portal", database=database, **given)


def change(url, statement):
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_table(store, url):
    extracted = read_folder(store, portal())
    (record,) = extracted.files
    assert (record.file_name, record.status, record.rows_read) == ("stages", "loaded", 2)
    rows = landed(store, "row_number", "case_reference", "procedure", "stage", "field_count")
    assert rows == [(1, "C1", None, "2", 5), (2, "C2", "Stat", "1", 5)]
    times = {value for (value,) in landed(store, "received_date")}
    assert {time[:16] for time in times} == {"2018-07-02 00:30"}
    assert not any("+" in time for time in times)
    assert landed(store, "extension_agreed")[1] in {("true",), ("1",)}


def test_a_query(store, url):
    query = """
        select "Case Ref", '1' as stage, '50% :x' as reasons, opened -- a comment: and more
        from stages where "Case Ref" <> 'C1';
    """
    source = portal(
        query=query, constants={"procedure": "corporate"}, rename=COLUMNS | {"type": "legal_basis"}
    )
    (record,) = read_folder(store, source).files
    assert (record.file_name, record.rows_read) == ("query", 1)
    assert landed(store, "case_reference", "procedure", "stage", "reasons") == [
        ("C2", "corporate", "1", "50% :x")
    ]


def test_a_table_of_a_schema_and_a_view(store, url):
    if url.startswith("sqlite"):
        table = "main.stages"
    else:
        change(url, "create schema crm")
        change(url, 'create view crm."All stages" as select * from stages')
        table = "crm.All stages"
    (record,) = read_folder(store, portal(table=table)).files
    assert (record.file_name, record.rows_read) == (table, 2)


def test_rows_come_in_chunks(store, url, monkeypatch):
    monkeypatch.setattr("complaints.flows.readers.database.CHUNK_ROWS", 1)
    read_folder(store, portal())
    assert landed(store, "row_number", "case_reference") == [(1, "C1"), (2, "C2")]


def test_the_same_rows_are_unchanged_whatever_their_order(store, url):
    source = portal()
    assert night(store, source, "1") == {"stages": ("loaded", None)}
    assert night(store, source, "2") == {"stages": ("unchanged", None)}
    change(url, "create table moved as select * from stages")
    change(url, "delete from stages")
    change(url, 'insert into stages select * from moved order by "Case Ref"')
    change(url, "drop table moved")
    change(url, "update stages set \"full name\" = 'John Doe'")
    assert night(store, source, "3") == {"stages": ("unchanged", None)}
    assert night(store, portal(constants={"outcome": "x"}), "4")["stages"][0] == "loaded"
    change(url, "update stages set stage = 3 where stage = 2")
    assert night(store, source, "5") == {"stages": ("loaded", None)}


def test_a_table_without_rows_is_rejected(store, url):
    change(url, "delete from stages")
    (record,) = read_folder(store, portal()).files
    assert (record.status, record.message) == ("rejected", "stages has no data rows.")


def test_columns_that_are_not_mapped_are_not_asked_for(store, url, tmp_path):
    read_folder(store, portal())
    store.execute("checkpoint")
    assert b"Jane Doe" not in (tmp_path / "store.duckdb").read_bytes()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"table": "nothing"}, "has no table nothing"),
        ({"rename": {}}, "stages lacks the columns case_reference, procedure, received_date"),
        ({"query": "select nothing from stages"}, "refuses the query"),
        ({"query": "delete from stages"}, "refuses the query"),
        ({"url_env": "NOT_SET"}, "NOT_SET, needed by the source 'portal', is not set"),
    ],
)
def test_configuration_mistakes(store, url, settings, words):
    with pytest.raises(UsageError) as caught:
        read_folder(store, portal(**settings))
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert url not in message


def test_the_check_reads_a_database_as_the_night_does(url, tmp_path, monkeypatch):
    path = tmp_path / "sources.yml"

    def described(**changed):
        given = portal(**changed).model_dump(
            include={"code", "database", "rename"}, exclude_none=True
        )
        path.write_text(yaml.safe_dump({"sources": [given]}))
        lines, can_all_be_read = describe_sources(path)
        return "\n".join(lines), can_all_be_read

    text, can_all_be_read = described()
    assert can_all_be_read and "Jane" not in text
    assert "stages: table, 6 columns, 2 rows" in text
    assert re.search(r"received_date: 'opened' \(2018-07-02 00:30.* is 2 July 2018;", text)
    assert "not read: full name" in text
    with pytest.raises(UsageError, match="stages lacks the column received_date"):
        described(rename={"Case Ref": "case_reference", "type": "procedure"})
    change(url, "delete from stages")
    text, can_all_be_read = described()
    assert "stages has no data rows." in text and not can_all_be_read
    monkeypatch.delenv("PORTAL_URL")
    with pytest.raises(UsageError, match="PORTAL_URL, needed by the source 'portal', is not set"):
        described()


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        ("secret", UsageError, "does not hold a database URL"),
        ("nosuch://me:secret@host/x", UsageError, "driver is not installed"),
        ("mysql+nosuch://me:secret@host/x", UsageError, "driver is not installed"),
        ("sqlite:////nowhere/secret.db", UsageError, "does not exist"),
        ("sqlite://", UsageError, "does not exist"),
        ("postgresql://me:secret@127.0.0.1:1/x", RunFailedError, "cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_reached(store, monkeypatch, value, error, words):
    monkeypatch.setenv("PORTAL_URL", value)
    with pytest.raises(error) as caught:
        read_folder(store, portal())
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("postgresql", 'cast("full name" as integer)'),
        ("sqlite", "cast(x'ff' as text)"),
    ],
    indirect=["url"],
)
def test_a_value_that_is_no_text_spoils_only_its_source(store, url, query):
    query = f'select "Case Ref", type, opened, {query} as stage from stages'
    (record,) = read_folder(store, portal(query=query)).files
    assert record.status == "rejected"
    assert (
        "query holds a value that cannot be read as text, after the first 0 rows" in record.message
    )
    assert "Jane" not in record.message
