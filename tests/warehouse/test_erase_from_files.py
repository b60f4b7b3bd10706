"""What an erasure takes out of tables and documents, tried on small ones."""

import zipfile
from datetime import date
from pathlib import Path

import duckdb
import pytest

from complaints.warehouse.erase_from_files import (
    ErasedCase,
    Words,
    clean_tools_files,
    remove_documents,
    take_out_of_store,
    take_out_of_texts,
)
from complaints.warehouse.settings import read_settings

DAY = date(2018, 11, 27)


def case(reference: str, way: str = "forget") -> ErasedCase:
    return ErasedCase("crm", reference, way, f"anonymised-{reference[::-1]}", 7, DAY)


@pytest.mark.parametrize(
    ("reference", "text", "left"),
    [
        ("C1", "C1, C12 and AC1; C1 C1", "[erased], C12 and AC1; [erased] [erased]"),
        ("2018/07", "of 2018/07, not 2018/071", "of [erased], not 2018/071"),
        ("A & B", "A &amp; B is A & B", "[erased] is [erased]"),
        ("Ä-1", 'Ä-1 "\\u00c4-1"', '[erased] "[erased]"'),
        ("2018", "received in 2018", "received in 2018"),
        ("***", "*** and more", "*** and more"),
    ],
)
def test_a_reference_leaves_a_text_where_it_is_a_word(reference: str, text: str, left: str) -> None:
    assert Words([case(reference)]).out_of(text) == left
    with duckdb.connect() as database:
        database.execute("create table notes (learning varchar)")
        database.execute("insert into notes values ($1), ('nothing')", [text])
        take_out_of_texts(database, [case(reference)])
        assert database.execute("from notes").fetchall() == [(left,), ("nothing",)]


def test_a_message_that_waits_loses_its_list_and_a_notice_is_forgotten() -> None:
    with duckdb.connect() as log:
        log.execute("create table alert_outbox (message_id varchar, text_body varchar, "
                    "attachment_name varchar, attachment blob)")  # fmt: skip
        log.execute("insert into alert_outbox values ('1', '12, stage 1', 'a.xlsx', '12'::blob)")
        log.execute("create table sent_notices (key varchar, notice_type varchar, text varchar)")
        log.execute(
            "insert into sent_notices values ('held|12|x', 'held_row', '12'), ('a', '', '')"
        )
        take_out_of_texts(log, [case("12")])
        assert log.execute("from alert_outbox").fetchall() == [
            ("1", "[erased], stage 1", None, None)
        ]
        assert log.execute("from sent_notices").fetchall() == [("a", "", "")]


def test_tables_are_found_by_their_columns_and_what_a_release_counted_stays_of_nobody() -> None:
    cases = [case("GONE"), case("HIDDEN", "anonymise")]
    with duckdb.connect() as store:
        store.execute("create schema raw; create schema marts")
        for name, more in (
            ("raw.anything", "gender varchar, received_date date"),
            ("raw.released_stages", "is_erased boolean not null, received_date date"),
            ("marts.facts", "is_open boolean"),
        ):
            store.execute(
                f"create table {name} (record_id varchar, source varchar, case_reference varchar, "
                f"{more})"
            )
        store.execute(
            "insert into raw.anything values ('1', 'crm', 'GONE', 'x', '2018-07-02'), "
            "('2', 'crm', 'HIDDEN', 'x', '2018-07-03'), ('3', 'crm', 'STAYS', 'x', '2018-07-04'), "
            "('4', 'other', 'GONE', 'x', '2018-07-05')"
        )
        store.execute(
            "insert into raw.released_stages select record_id, source, case_reference, false, "
            "received_date from raw.anything"
        )
        store.execute(
            "insert into marts.facts select record_id, source, case_reference, true "
            "from raw.anything"
        )
        store.execute("create table raw.by_record (record_id varchar)")
        store.execute("insert into raw.by_record select record_id from raw.anything")
        take_out_of_store(store, cases)

        def left(table: str, columns: str) -> list[tuple[str, ...]]:
            return store.execute(f"select {columns} from {table} order by received_date").fetchall()

        hidden, gone = cases[1].token, cases[0].token
        assert left("raw.anything", "source, case_reference, gender") == [
            ("crm", hidden, None),
            ("crm", "STAYS", "x"),
            ("other", "GONE", "x"),
        ]
        assert left("raw.released_stages", "case_reference, is_erased") == [
            (gone, True),
            (hidden, False),
            ("STAYS", False),
            ("GONE", False),
        ]
        assert store.execute("select case_reference from marts.facts order by all").fetchall() == [
            ("GONE",),
            ("STAYS",),
        ]
        ids = "select record_id from {} order by all"
        kept = store.execute(ids.format("raw.by_record")).fetchall()
        assert kept == store.execute(ids.format("raw.anything")).fetchall()
        released = store.execute(ids.format("raw.released_stages")).fetchall()
        assert {"1", "2"}.isdisjoint(each for (each,) in released)


def test_documents_that_name_a_case_are_removed_with_all_their_forms(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    texts = {
        "reports/q1-internal.html": "<p>2018, stage 1</p>",
        "reports/q1-internal.pdf": "packed",
        "reports/q2-internal.pdf": "packed, and alone",
        "reports/q1-publication.html": "<p>in 2018</p>",
        "reports/q1-publication.pdf": "packed",
        "releases/one/release.json": "2018",
        "releases/one/SHA256SUMS": "2018",
        "exports/fct_complaints.csv": "case_reference\nC&D-12\n",
        "exports/dim_date.csv": "2018-07-02",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with duckdb.connect() as database:
        database.sql("select 'C&D-12' as case_reference").write_parquet(
            str(tmp_path / "exports" / "fct_complaint_stages.parquet")
        )
        database.sql("select 1 as day").write_parquet(str(tmp_path / "exports" / "dim.parquet"))
    assert remove_documents(settings, [case("2018"), case("C&D-12")]) == 5
    notes = {path.name.removesuffix(".erased.txt") for path in tmp_path.rglob("*.erased.txt")}
    assert notes == {
        *("q1-internal.html", "q1-internal.pdf", "q2-internal.pdf"),
        *("fct_complaints.csv", "fct_complaint_stages.parquet"),
    }
    assert not any(next(tmp_path.rglob(name), None) for name in notes)


@pytest.mark.parametrize("reference", ["1234", "C-2018-0417"])
def test_what_was_exported_or_put_there_by_hand_goes_or_is_named(
    tmp_path: Path, reference: str
) -> None:
    settings = read_settings(home=tmp_path)
    row = f"select '{reference}' as case_reference, 'x' as team"
    other = "select 'C-1' as case_reference, 'in 1234 and so on' as team, 1234 as days"
    for name in ("exports/csv", "exports/parquet", "reports"):
        (tmp_path / name).mkdir(parents=True)
    with duckdb.connect() as database:
        for name, rows in (("named", row), ("other", other)):
            database.sql(rows).write_csv(str(tmp_path / f"exports/csv/{name}.csv"))
            database.sql(rows).write_parquet(str(tmp_path / f"exports/parquet/{name}.parquet"))
        database.sql(row).write_csv(str(tmp_path / "reports/list.CSV"))
        database.sql(f"select 'see file {reference}.' as evidence").write_parquet(
            str(tmp_path / "exports/parquet/actions.parquet")
        )
    with zipfile.ZipFile(tmp_path / "reports" / "worklist-2018-11-27.xlsx", "w") as workbook:
        workbook.writestr("sheet1.xml", f"<t>{reference}</t>")
    (tmp_path / "exports" / "datapackage.json").write_text('{"bytes": 1234}')
    (tmp_path / "reports" / "for-the-director.txt").write_text(f"It was {reference}.")
    remove_documents(settings, [case(reference)])
    still = clean_tools_files(settings, [case(reference)])
    kept = {path.name for path in tmp_path.rglob("*.*") if not path.name.endswith(".erased.txt")}
    expected = {"other.csv", "other.parquet", "datapackage.json", "for-the-director.txt"}
    is_short = len(reference) < 5  # in free text it is any number
    assert kept == expected | ({"actions.parquet"} if is_short else set())
    assert [path.name for path in still] == ([] if is_short else ["for-the-director.txt"])
