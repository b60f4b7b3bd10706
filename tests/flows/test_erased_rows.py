"""What is read of a delivery that names erased cases: not them, and nothing of them elsewhere."""

from datetime import date

import duckdb
import pytest

from complaints.flows.readers.export_files import FileRecord
from complaints.flows.readers.text_rows import create_text_rows
from complaints.flows.steps.erase import carry_out_erasures
from complaints.flows.steps.extract import _without_erased
from complaints.warehouse.backup import back_up
from complaints.warehouse.erasures import (
    LEDGER,
    REQUEST,
    Case,
    adopt_ledger,
    cases_called,
    cases_due,
    erase_cases,
    record_erasures,
)
from complaints.warehouse.errors import UsageError
from complaints.warehouse.layout import COMPLAINTS, LAYOUTS, OPTIONAL_INPUTS
from complaints.warehouse.restore import restore_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, make_tables, open_warehouse
from conftest import query


@pytest.fixture
def store():
    """A store in which the cases ZQ-12 and 12 of the source complaints were erased."""
    with duckdb.connect() as connection:
        make_tables(connection)
        connection.execute(
            "create macro case_key(source, case_reference) as source || '|' || case_reference"
        )
        for number, key in enumerate(("complaints|ZQ-12", "complaints|12"), start=1):
            connection.execute(
                "insert into raw.erasures by name select $1 as erasure_number, $2 as case_key, "
                "'forget' as way, 'request' as cause, 'Officer' as role, 'Asked' as reason, "
                "now()::timestamp as recorded_at, date '2018-11-27' as recorded_on",
                [number, key],
            )
        for number, source in enumerate(("complaints", "casework"), start=1):
            connection.execute(
                "insert into raw.deliveries by name select $1 as delivery_number, $2 as source, "
                "'complaints' as dataset, '1' as run_id, date '2018-11-27' as as_of_day, "
                "'x' as identity",
                [number, source],
            )
        create_text_rows(connection)
        rows = [("ZQ-12", None), ("C1", "In 12 weeks, like ZQ-12, ZQ-12 and ZQ-123.")]
        for number, row in enumerate(rows, start=1):
            connection.execute(
                "insert into text_rows by name select 'a.csv' as file_name, 0 as file_order, "
                "$1 as row_number, 0 as part, 1 as field_count, 1 as header_field_count, "
                "'r' || $1 as record_id, false as is_known, $2 as case_reference, $3 as learning",
                [number, *row],
            )
        yield connection


def test_a_word_of_an_erased_case_is_taken_out_as_a_word(store):
    file = _without_erased(store, COMPLAINTS, FileRecord("complaints", "a.csv"), 0)
    assert (file.rows_erased, file.message) == (1, None)
    assert store.execute("select case_reference, learning from text_rows").fetchall() == [
        ("C1", "In 12 weeks, like [erased], [erased] and ZQ-123.")
    ]


def test_an_erased_reference_under_another_source_is_said(store):
    file = _without_erased(store, COMPLAINTS, FileRecord("casework", "a.csv", message="Odd."), 0)
    assert file.rows_erased == 0
    assert file.message == (
        "Odd. a.csv: cases have the reference of one that was erased under another source (1): "
        "if this source had another code before, erase them again."
    )


def test_a_remedy_of_another_sources_erased_case_is_refused_but_not_of_its_own_case(store):
    """Of several sources with the same files the first has the optional inputs (D36)."""
    remedies = OPTIONAL_INPUTS["remedies"]
    create_text_rows(store, remedies)

    def refused() -> int:
        store.execute(
            "insert into text_rows by name select 'r.csv' as file_name, 0 as file_order, "
            "1 as row_number, 0 as part, 3 as field_count, 3 as header_field_count, "
            "'r' as record_id, false as is_known, 'ZQ-12' as case_reference"
        )
        record = _without_erased(store, remedies, FileRecord("casework", "r.csv"), 0)
        return record.rows_erased

    assert refused() == 1
    store.execute(
        "insert into raw.records by name select 'x' as record_id, 'casework' as source, "
        "1 as first_delivery, 'a.csv' as first_file_name, 1 as first_row_number, "
        "1 as field_count, 1 as header_field_count, 'ZQ-12' as case_reference"
    )
    assert refused() == 0


@pytest.mark.parametrize(
    ("second_stage", "due_on"),
    [
        ("'2015-06-01', null, null, 'loaded'", date(2021, 6, 1)),
        ("null, 'withdrawn', null, 'loaded'", date(2021, 5, 20)),
        ("null, 'upheld', 'closed', 'loaded'", date(2021, 5, 20)),
        ("null, null, 'closed', 'loaded'", date(2021, 5, 20)),
        ("null, 'upheld', null, 'loaded'", None),
        ("null, null, null, 'loaded'", None),
        ("null, null, 'open', 'loaded'", None),
        ("'2015-06-01', null, null, 'held'", None),
    ],
)
def test_retention_ends_for_a_case_of_which_nothing_is_open_or_held(store, second_stage, due_on):
    store.execute(f"""
        create schema if not exists intermediate;
        create table given as from (values
            ('1', '2015-05-01'::date, '2015-05-15'::date, 'upheld', null::varchar, 'loaded'),
            ('2', '2015-05-20', {second_stage})
        ) as given (record_id, received_date, responded_date, outcome, status, state);
        create table intermediate.int_complaint_rows as
        select *, 'a' as source, 'C1' as case_reference, null::timestamp as last_updated from given;
        create table intermediate.int_record_states as select record_id, state from given;
    """)
    due = [row[3] for row in cases_due(store, 6, date(2026, 7, 31))]
    assert due == ([due_on] if due_on else [])


@pytest.mark.parametrize("use", [back_up, adopt_ledger])
def test_a_backup_folder_of_another_home_is_refused(tmp_path, use):
    """It would lose its erasures, and its backups as old ones."""
    home, folder = tmp_path / "home", tmp_path / "backups"
    for each, key in ((home, "aa"), (folder, "bb")):
        each.mkdir()
        (each / "erasures.key").write_text(key)
    with pytest.raises(UsageError, match="has the erasures of another home"):
        use(Settings(home=home, backup_folder=folder), folder)
    assert (folder / "erasures.key").read_text() == "bb"


def erase(settings: Settings, *references: str) -> None:
    with hold_warehouse(settings), open_warehouse(settings) as store:
        cases = [Case("complaints", each) for each in references]
        record_erasures(store, settings, cases, REQUEST, "Officer", "Asked")


def entries(settings: Settings) -> list[tuple[int, str]]:
    with hold_warehouse(settings):
        carry_out_erasures(settings)
    entries = query(settings.warehouse_path, "select erasure_number, case_key from raw.erasures")
    beside = f"select erasure_number, case_key from '{settings.backups_path / LEDGER}'"
    assert sorted(entries) == sorted(duckdb.sql(beside).fetchall())
    return sorted(entries)


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path / "home", backup_folder=tmp_path / "disk")


def test_an_erasure_that_cannot_be_written_beside_the_backups_is_none(settings):
    settings.backups_path.touch()
    with pytest.raises(UsageError, match=r"disk cannot be used: File exists"):
        erase(settings, "C1")
    assert query(settings.warehouse_path, "from raw.erasures") == []
    assert not settings.erasure_key_path.exists()
    settings.backups_path.unlink()
    erase(settings, "C1")
    assert len(entries(settings)) == 1


@pytest.mark.parametrize("step", [carry_out_erasures, back_up])
def test_a_backup_folder_set_anew_gets_the_erasures(settings, tmp_path, step):
    erase(settings, "C1")
    elsewhere = settings.model_copy(update={"backup_folder": tmp_path / "new disk"})
    if step is carry_out_erasures:
        step(elsewhere)
        assert not elsewhere.backups_path.exists(), "there is no backup yet"
        elsewhere.backups_path.mkdir()
    step(elsewhere)
    assert (elsewhere.backups_path / LEDGER).exists()
    assert entries(elsewhere) == entries(settings)


def test_erasures_that_only_the_backup_folder_knows_are_kept_by_the_next(settings, tmp_path):
    """A home is restored without its settings, erases a case, and is given them back."""
    erase(settings, "C1")
    backup = back_up(settings, tmp_path / "elsewhere")
    erase(settings, "C2", "C3")
    known = entries(settings)
    restored = settings.model_copy(update={"home": tmp_path / "restored", "backup_folder": None})
    (note,) = restore_home(restored, backup)
    assert "if a case was erased since this backup, it is back" in note
    erase(restored, "C4")
    entries(restored)
    restored = restored.model_copy(update={"backup_folder": settings.backup_folder})
    erase(restored, "C5")
    assert {key for _, key in known} < {key for _, key in entries(restored)}
    assert [number for number, _ in entries(restored)] == [1, 2, 3, 4, 5]
    carried_out = query(restored.warehouse_path, "select max(erasure_number) from raw.rewritings")
    assert carried_out == [(5,)]
    again = settings.model_copy(update={"home": tmp_path / "again"})
    assert restore_home(again, backup) == []
    assert len(entries(again)) == 5


def test_an_erased_case_leaves_the_optional_inputs_that_another_source_has(settings):
    """Not where that source has a complaint of the same reference: it is another child's."""
    named = {
        ("corp", "complaints"): ["C1", "C2"],
        ("stat", "complaints"): ["C2"],
        ("stat", "remedies"): ["C1", "C2", "C3"],
        ("stat", "recommendations"): ["C1"],
    }
    with hold_warehouse(settings), open_warehouse(settings) as store:
        for number, ((source, dataset), references) in enumerate(named.items(), start=1):
            store.execute(
                "insert into raw.deliveries by name select $1 as delivery_number, $2 as source, "
                "$3 as dataset, '1' as run_id, date '2018-11-27' as as_of_day, 'x' as identity",
                [number, source, dataset],
            )
            store.execute(
                f"insert into {LAYOUTS[dataset].records_table} by name "
                "select unnest($1) as case_reference, $2 || case_reference as record_id, "
                "$3 as source, 1 as first_delivery, 'a' as first_file_name, "
                "1 as first_row_number, 1 as field_count, 1 as header_field_count",
                [references, f"{source} {dataset} ", source],
            )
        assert cases_called(store, "C1") == [Case("corp", "C1")]
        assert cases_called(store, "C2") == [Case("corp", "C2"), Case("stat", "C2")]
        assert cases_called(store, "C3") == [Case("stat", "C3")]
        due = [Case("corp", "C1"), Case("corp", "C2")]
        record_erasures(store, settings, due, REQUEST, "Officer", "Asked")
    with hold_warehouse(settings):
        assert erase_cases(settings).cases == 2
    left = " union all ".join(
        f"select record_id from {LAYOUTS[dataset].records_table}"
        for dataset in ("complaints", "remedies", "recommendations")
    )
    assert sorted(query(settings.warehouse_path, left)) == [
        ("stat complaints C2",),
        ("stat remedies C2",),
        ("stat remedies C3",),
    ]
