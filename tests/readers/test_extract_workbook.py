"""Workbooks are read as the CSV exports are; what the layout does not name reaches no file."""

import datetime

import pytest

from export_helpers import (
    HEADER,
    ROW,
    folder_source,
    landed,
    read_folder,
    read_one,
    write_csv,
    write_workbook,
)


def test_a_workbook(store, exports):
    write_workbook(
        exports,
        "complaints.xlsx",
        [],
        ["Case Reference", " stage", "Name", "received date", "procedure", "extension_agreed"],
        [1001, "stage_1\u00a0", "Jane Doe", datetime.date(2018, 7, 2), "Stat", True],
        [],
        ["C2", 2, None, datetime.datetime(2018, 7, 3, 14, 5), " ", False],
        ["C3", 2.5, "\u00a0", 43283, None, None, "a note beside the table"],
        ["NULL", "nan", None, "02/07/2018", "None", "=1/0"],
    )
    (record,) = read_folder(store, folder_source(exports)).files
    assert (record.status, record.rows_read) == ("loaded", 4)
    assert landed(
        store,
        "row_number",
        "case_reference",
        "stage",
        "received_date",
        "procedure",
        "extension_agreed",
    ) == [
        (1, "1001", "stage_1", "2018-07-02 00:00:00", "Stat", "True"),
        (2, "C2", "2", "2018-07-03 14:05:00", None, "False"),
        (3, "C3", "2.5", "43283", None, None),
        (4, "NULL", "nan", "02/07/2018", "None", "=1/0"),
    ]
    assert set(landed(store, "field_count = header_field_count")) == {(True,)}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be opened as a workbook"),
        (b"PK\x03\x04 not a workbook", "cannot be opened as a workbook"),
        (b"case_reference,stage\n", "lacks the columns procedure, received_date"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "protected by a password"),
    ],
)
def test_broken_workbooks(store, exports, content, words):
    record = read_one(store, exports, content, name="complaints.xlsx")
    assert record.status == "rejected"
    assert words in record.message


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "has an empty first sheet"),
        ([HEADER.split(",")], "has no data rows"),
        ([HEADER.split(","), [" ", None, "\u00a0"]], "has no data rows"),
        ([["Case Ref"], ["C1"]], "lacks the columns case_reference"),
    ],
)
def test_workbooks_without_what_is_needed(store, exports, rows, words):
    write_workbook(exports, "complaints.xlsx", *rows)
    (record,) = read_folder(store, folder_source(exports)).files
    assert record.status == "rejected"
    assert words in record.message


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_what_is_not_mapped_reaches_no_file(store, exports, tmp_path, encoding):
    header = f"{HEADER},full name,address"
    rows = [f"C{row},statutory,stage_1,x,Zebedee,12 Marmalade \u00e9" for row in range(3_000)]
    ragged = ["C1,statutory,Zebedee,stage_1", "Zebedee,12 Marmalade,x,y,z,Zebedee,Zebedee"]
    write_csv(exports, "a.csv", header, *rows, *ragged, encoding=encoding)
    write_csv(exports, "b.csv", header, *rows, 'C1,"Zebedee', encoding=encoding)
    write_workbook(
        exports, "c.xlsx", header.split(","), [*ROW.split(","), "Zebedee", "12 Marmalade"]
    )
    extracted = read_folder(store, folder_source(exports))
    assert [record.status for record in extracted.files] == ["loaded", "rejected", "loaded"]
    store.execute("checkpoint")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != exports]
    assert written
    for path in written:
        content = path.read_bytes()
        assert b"Zebedee" not in content
        assert b"Marmalade" not in content
    assert not any("Zebedee" in (record.message or "") for record in extracted.files)
