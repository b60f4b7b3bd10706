import itertools
import random

import pytest

from complaints.flows.steps.extract import read_delivery
from complaints.flows.steps.find_deliveries import unread_deliveries
from complaints.warehouse.layout import LAYOUT_NAMES
from complaints.warehouse.store import make_tables
from export_helpers import (
    HEADER,
    ROW,
    folder_source,
    landed,
    read_folder,
    read_one,
    run_called,
    write_csv,
    write_workbook,
)


def test_the_landing_table_has_the_agreed_columns(store, exports):
    read_one(store, exports, f"{HEADER}\n{ROW}\n")
    described = store.execute("describe text_rows").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("file_name", "VARCHAR"),
        ("file_order", "INTEGER"),
        ("row_number", "BIGINT"),
        *((count, "INTEGER") for count in ("part", "field_count", "header_field_count")),
        ("record_id", "VARCHAR"),
        ("is_known", "BOOLEAN"),
        *((name, "VARCHAR") for name in LAYOUT_NAMES),
    ]
    assert landed(store, "file_name", "file_order", "field_count") == [("complaints.csv", 0, 4)]


def test_a_home_from_before_a_column_of_the_layout_is_given_it(store, exports):
    store.execute("alter table raw.records drop column adjudication_date")
    make_tables(store)
    read_one(store, exports, f"{HEADER},adjudication_date\n{ROW},2018-07-02\n")
    assert store.execute("select adjudication_date from raw.records").fetchall() == [
        ("2018-07-02",)
    ]


@pytest.mark.parametrize(
    ("encoding", "delimiter", "line_end"),
    [
        ("cp1252", ";", "\r\n"),
        *itertools.product(["utf-8", "utf-8-sig"], [",", ";", "\t"], ["\n", "\r\n", "\r"]),
    ],
)
def test_encodings_delimiters_and_line_ends(store, exports, encoding, delimiter, line_end):
    rows = [
        ["case_reference", "procedure", "stage", "received_date", "service_team"],
        [
            "C1",
            "statutory",
            "stage_1",
            "2018-07-02",
            "Children\u2019s \u201cCare\u201d \u2013 caf\u00e9",
        ],
        ["C2", "corporate", "stage_2", "2018-07-03", ""],
    ]
    content = line_end.join(delimiter.join(row) for row in rows)
    record = read_one(store, exports, content.encode(encoding))
    assert (record.status, record.rows_read) == ("loaded", 2)
    assert landed(store, "row_number", "case_reference", "service_team") == [
        (1, "C1", "Children\u2019s \u201cCare\u201d \u2013 caf\u00e9"),
        (2, "C2", None),
    ]


def test_lines_that_end_in_different_ways(store, exports):
    record = read_one(store, exports, f"{HEADER}\r\n{ROW}\nC2,corporate,stage_1,x\r\n{ROW}\n")
    assert record.rows_read == 3


@pytest.mark.parametrize(
    "header",
    [
        "Case Reference,PROCEDURE,stage,Received_Date",
        " case_reference , pro cedure,\u00a0Stage,receiveddate",
        '"case reference","procedure","stage","Received\nDate"',
        "case\u200breference\u00ad,\u200eprocedure,stage,received_date\ufeff",
    ],
)
def test_headers_are_matched_without_case_space_and_underscores(store, exports, header):
    read_one(store, exports, f"{header}\n{ROW}\n")
    assert landed(store) == [(1, "C1", "stage_1", "2018-07-02")]


def test_values_are_trimmed_and_blank_ones_are_null(store, exports):
    read_one(
        store,
        exports,
        f"{HEADER},outcome,learning,reasons\n"
        '\u00a0 C1\t,statutory," stage\u00a01\r\n",2018-07-02,\u00a0 ,'
        '"two\nlines, one ""quoted""",\'; \n',
    )
    assert landed(store, "case_reference", "stage", "outcome", "learning", "reasons") == [
        ("C1", "stage\u00a01", None, 'two\nlines, one "quoted"', "';")
    ]


def test_blank_lines_are_no_records(store, exports):
    record = read_one(
        store,
        exports,
        f"\r\n ,\r\n{HEADER}\r\n\r\n{ROW}\r\n   \r\n,,,\r\n\u00a0,\t\r\n,,,,,,\r\nC2,a,b,c\r\n\r\n",
    )
    assert record.rows_read == 2
    assert landed(store, "row_number", "case_reference") == [(1, "C1"), (2, "C2")]


def test_ragged_rows_keep_their_number_and_none_of_their_fields(store, exports):
    record = read_one(
        store,
        exports,
        f"{HEADER}\nC1,statutory\n{ROW}\nC2,Jane,Doe,stage_1,x,y,,\nC3\nC4,a,b,\n",
        constants={"outcome": "upheld"},
    )
    assert record.rows_read == 5
    assert landed(
        store, "row_number", "field_count", "header_field_count", "case_reference", "outcome"
    ) == [
        (1, 2, 4, None, None),
        (2, 4, 4, "C1", "upheld"),
        (3, 8, 4, None, None),
        (4, 1, 4, None, None),
        (5, 4, 4, "C4", "upheld"),
    ]


def test_a_row_may_be_wide(store, exports):
    record = read_one(store, exports, f"{HEADER}\n{ROW}{',' * 496}\n{ROW}\n")
    assert (record.status, record.rows_read) == ("loaded", 2)
    assert landed(store, "field_count") == [(500,), (4,)]


def test_a_bare_quotation_mark_within_a_field_is_text(store, exports):
    read_one(store, exports, f'{HEADER},learning\n{ROW},a 6" pipe\n{ROW},"x"\n')
    assert landed(store, "learning") == [('a 6" pipe',), ("x",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_put_together_of_two(store, exports, encoding):
    lines = [HEADER, "C1,s,1,x", "\ufeffC2,s,1,x"]
    read_one(store, exports, "\n".join(lines).encode(encoding))
    assert landed(store, "case_reference") == [("C1",), ("C2",)]
    record = read_one(store, exports, "\n".join([*lines, '\ufeff"C3",s,1,x']).encode(encoding))
    assert record.status == "rejected"
    assert "has a byte order mark in line 4, as where two files were joined" in record.message


def test_a_mark_at_the_beginning_is_none_whatever_the_sources_file_says(store, exports):
    content = f'\ufeff"case_reference"{HEADER.removeprefix("case_reference")}\n{ROW}'
    assert read_one(store, exports, content.encode(), read={"encoding": "utf8"}).rows_read == 1


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ([ROW, 'C2,"open,stage_1,x', ROW, ROW], 3),
        ([ROW, ROW, 'C2,stage_1,x,"open'], 4),
        (["", ROW, '"two\nlines",a,b,c', 'C2,"Secret"Name,stage_1,x', ROW], 6),
        ([ROW, f'{ROW},"over'], 3),
        ([ROW, 'C2,"open,stage_1,x', 'C3,"closed",a,b'], 3),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_an_open_quotation_mark_rejects_the_file_with_its_line(
    store, exports, lines, line, encoding
):
    content = "\n".join([HEADER + "\u00e9", *lines]) + "\n"
    record = read_one(
        store, exports, content.encode(encoding), rename={"received_date\u00e9": "received_date"}
    )
    assert record.status == "rejected"
    assert f"begins at line {line};" in record.message
    assert "ecret" not in record.message
    assert landed(store) == []


def test_a_quotation_mark_that_two_readers_take_differently_rejects_the_file(store, exports):
    record = read_one(store, exports, f'{HEADER}\n  "a,b",statutory,stage_1\n{ROW}\n')
    assert record.status == "rejected"
    assert "quotation marks" in record.message
    assert landed(store) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (HEADER.encode(), "has no data rows"),
        (f"{HEADER}\n,,,\n\n".encode(), "has no data rows"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-le"), "zero bytes"),
        (f"{HEADER}\n{ROW}\nC2,\x81\n".encode("latin-1"), "neither in UTF-8 nor in cp1252"),
        (f"{HEADER}\n{',' * 2000}x\n".encode(), "a line of 2001 fields"),
        (b"PK\x03\x04\x00", "zero bytes"),
    ],
)
def test_files_that_cannot_be_read(store, exports, content, words):
    record = read_one(store, exports, content)
    assert record.status == "rejected"
    assert record.rows_read is None
    assert record.message.startswith("complaints.csv ")
    assert record.message.endswith(".")
    assert words in record.message


def test_a_missing_column_is_named_with_the_nearest_names_found(store, exports):
    record = read_one(store, exports, "Case Refrence,procedure,stages,Date rcvd\nC1,a,b,c\n")
    assert record.message == (
        "complaints.csv lacks the columns case_reference, stage, received_date; the nearest names "
        "found are 'Case Refrence' (for case_reference), 'stages' (for stage); its headers are "
        "Case Refrence, procedure, stages, Date rcvd. Correct the header line, or let `complaints "
        "sources suggest` begin a sources file."
    )


@pytest.mark.parametrize(
    "line",
    [
        "Sage,Stag,C-1001",
        "Siân Example,Mum said,MASH",
        "Siân Example,advocate,MASH",
        "Complaints about Siân Example (mum: Jane Example)",
    ],
)
def test_a_first_line_of_data_or_a_title_is_not_repeated(store, exports, line):
    record = read_one(store, exports, f"{line}\nStage,Page,C-1002\n")
    assert "no name found is similar; its first line is not shown" in record.message
    assert not any(name in record.message for name in line.split(","))


def test_two_headers_for_one_column_reject_the_file(store, exports):
    record = read_one(store, exports, f"{HEADER},Case Reference\n{ROW},C1\n")
    assert "two columns for case_reference: 'case_reference' and 'Case Reference'" in record.message


def test_other_headers_may_repeat(store, exports):
    assert read_one(store, exports, f"{HEADER},name,name,\n{ROW},a,b,\n").status == "loaded"


def test_rename_and_constants(store, exports):
    record = read_one(
        store,
        exports,
        "Ref No,stage,outcome,decision,received\nC1,1,late reply,upheld,2018-07-02\n",
        rename={
            "REF_NO": "case_reference",
            "Case No": "case_reference",
            "outcome": "reasons",
            "decision": "outcome",
            "Received": "received_date",
        },
        constants={"procedure": "it's statutory", "stage": "9"},
    )
    assert record.status == "loaded"
    assert landed(store, "case_reference", "procedure", "stage", "reasons", "outcome") == [
        ("C1", "it's statutory", "1", "late reply", "upheld")
    ]


def test_one_rejected_file_does_not_stop_the_others(store, exports):
    write_csv(exports, "a.csv", HEADER, ROW)
    write_csv(exports, "b.csv", "x,y", "1,2")
    write_workbook(exports, "c.XLSX", HEADER.split(","), ROW.split(","))
    write_csv(exports, "d.TSV", HEADER.replace(",", "\t"), ROW.replace(",", "\t"))
    extracted = read_folder(store, folder_source(exports))
    assert [(record.file_name, record.status) for record in extracted.files] == [
        ("a.csv", "loaded"),
        ("b.csv", "rejected"),
        ("c.XLSX", "loaded"),
        ("d.TSV", "loaded"),
    ]
    assert landed(store, "file_name", "file_order", "row_number") == [
        ("a.csv", 0, 1),
        ("c.XLSX", 2, 1),
        ("d.TSV", 3, 1),
    ]


def test_a_second_delivery_replaces_the_first_in_landing(store, exports):
    write_csv(exports, "a.csv", HEADER, ROW, ROW)
    read_folder(store, folder_source(exports))
    write_csv(exports, "a.csv", HEADER, ROW)
    read_folder(store, folder_source(exports))
    assert len(landed(store)) == 1


def test_a_file_that_vanishes_before_it_is_read(store, exports):
    path = write_csv(exports, "a.csv", HEADER, ROW)
    (delivery,) = unread_deliveries(store, folder_source(exports)).deliveries["complaints"]
    path.unlink()
    (record,) = read_delivery(store, run_called("later"), delivery).files
    assert record.status == "rejected"
    assert "cannot be opened" in record.message


def test_a_name_with_the_characters_of_a_pattern(store, exports):
    write_csv(exports, "a.csv", HEADER, ROW)
    write_csv(exports, "[a]*.csv", HEADER, ROW, ROW)
    extracted = read_folder(store, folder_source(exports))
    assert {record.file_name: record.rows_read for record in extracted.files} == {
        "[a]*.csv": 2,
        "a.csv": 1,
    }


def test_rows_keep_the_order_of_the_file(store, exports):
    rows = [f'C{number},statutory,stage_1,"x\ny"' for number in range(1, 20_001)]
    write_csv(exports, "a.csv", HEADER, *rows)
    assert read_folder(store, folder_source(exports)).files[0].rows_read == 20_000
    wrong = store.execute(
        "select count(*) from text_rows where case_reference <> 'C' || row_number"
    ).fetchone()
    assert wrong == (0,)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_no_line_is_lost_at_the_end_of_a_buffer(store, exports, encoding, monkeypatch):
    monkeypatch.setattr("complaints.flows.readers.csv_file.BUFFER_BYTES", 1_000)
    monkeypatch.setattr("complaints.flows.readers.decoded_file.CHUNK_CHARACTERS", 300)
    numbers = random.Random(7)
    for _ in range(3):
        rows = numbers.randint(20, 200)
        lines = [f"C{row},\u00e9,{'x' * numbers.randint(0, 9)}y,z" for row in range(rows)]
        content = "\n".join([HEADER, *lines]).encode(encoding)
        assert read_one(store, exports, content).rows_read == rows
