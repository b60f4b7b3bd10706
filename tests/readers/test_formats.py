"""Every kind of file is read, by what it is rather than by what it is called."""

import gzip
import io
import itertools
import json
import re
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest

from complaints.flows.readers.export_files import split_date
from complaints.flows.steps.extract import read_delivery
from complaints.flows.steps.find_deliveries import unread_deliveries
from export_helpers import HEADER, ROW, folder_source, landed, read_folder, read_one, run_called

CSV = f"{HEADER},name\nC1,statutory,stage_1,2018-07-02,Jane\n".encode()
RECORD = {
    "case_reference": "C1",
    "procedure": "statutory",
    "stage": "stage_1",
    "received_date": "2018-07-02",
    "name": "Jane",
}
ODS = """<office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
 <table:table table:name="Data">{rows}</table:table>
 </office:spreadsheet></office:body></office:document-content>"""


def zipped(**members):
    """Return a zip of files by their names, with a point for each double underscore."""
    return zipped_files({name.replace("__", "."): content for name, content in members.items()})


def zipped_files(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def ods():
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
            "</table:table-cell>"
            for value in values
        )
        + "</table:table-row>"
        for values in (RECORD, RECORD.values())
    )
    return zipped_files(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:'
            'opendocument:xmlns:manifest:1.0"/>',
            "content.xml": ODS.format(rows=rows),
        }
    )


def workbook(tmp_path, *rows, **changes):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for place, value in changes.items():
        book.active[place] = value
    path = tmp_path / "made.xlsx"
    book.save(path)
    return path.read_bytes()


def parquet(tmp_path):
    path = tmp_path / "made.parquet"
    duckdb.execute(
        f"copy (select 'C1' as case_reference, 'statutory' as procedure, 'stage_1' as stage, "
        f"date '2018-07-02' as received_date, 'Jane' as name) to '{path}' (format parquet)"
    )
    return path.read_bytes()


NAMES = ("a.csv", "a.json", "a.xlsx", "a.zip")
MORE_NAMES = ("a.tsv", "a.csv.gz", "a.jsonl", "a.xls", "a.gz")
NAMES_OF_CSV = ("a.csv", "a.tsv", "a.csv.gz")
KINDS = ("csv", "gz", "zip", "xlsx", "ods", "parquet", "json", "jsonl")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, marks=[pytest.mark.soak] * (name in MORE_NAMES))
        for kind, name in itertools.product(KINDS, NAMES + MORE_NAMES)
        if not (kind in ("json", "jsonl") and name in NAMES_OF_CSV)  # it is CSV
    ],
)
def test_a_file_is_read_as_what_it_is(store, exports, tmp_path, kind, name):
    content = {
        "csv": lambda: CSV,
        "gz": lambda: gzip.compress(CSV),
        "zip": lambda: zipped(b__csv=CSV),
        "xlsx": lambda: workbook(tmp_path, RECORD, RECORD.values()),
        "ods": ods,
        "json": lambda: json.dumps([RECORD]).encode(),
        "jsonl": lambda: json.dumps(RECORD).encode() + b"\n",
        "parquet": lambda: parquet(tmp_path),
    }[kind]()
    record = read_one(store, exports, content, name=name)
    assert (record.status, record.message, record.rows_read) == ("loaded", None, 1)
    assert landed(store) == [(1, "C1", "stage_1", "2018-07-02")]
    store.execute("checkpoint")
    assert b"Jane" not in (tmp_path / "store.duckdb").read_bytes()


@pytest.mark.parametrize("packed", [gzip.compress, lambda content: zipped(b__json=content)])
def test_nested_records(store, exports, packed):
    content = {
        "value": [
            {"Case": {"Id": 7, "Kind": "Stat"}, "at": "2018-07-02T09:00:00Z", "why": ["a", "b"]},
            {"Case": {"Id": 8}, "at": None, "extra": True},
        ]
    }
    record = read_one(
        store,
        exports,
        packed(json.dumps(content).encode()),
        name="cases.json.gz",
        read={"records": "value"},
        columns={
            "case_reference": "Case.Id",
            "procedure": "Case.Kind",
            "stage": "=1",
            "received_date": "at",
            "reasons": "why",
        },
    )
    assert (record.status, record.message) == ("loaded", None)
    assert landed(store, "case_reference", "procedure", "received_date", "reasons") == [
        ("7", "Stat", "2018-07-02T09:00:00Z", "a;b"),
        ("8", None, None, None),
    ]


@pytest.mark.parametrize(
    ("beside", "status"),
    [
        ({"@odata.nextLink": "made-up"}, "rejected"),
        ({"@odata.nextLink": None, "@odata.count": 1}, "loaded"),
        ({"links": {"next_page": "made-up"}}, "rejected"),
        ({"meta": {"has_more": True}}, "rejected"),
        ({"meta": {"has_more": False}, "done": True}, "loaded"),
    ],
)
def test_one_page_of_several_is_rejected(store, exports, beside, status):
    content = json.dumps({"value": [RECORD | {"next_page": "of the record"}]} | beside)
    record = read_one(store, exports, content, name="a.json", read={"records": "value"})
    assert record.status == status
    if status == "rejected":
        assert "says that there are more records; deliver all pages" in record.message


PERSON = {"category": "Delay", "raised_by": "Jane", "where": {"address": "1 High Street"}}


def parquet_of(select: str) -> bytes:
    columns = ", ".join(f"'{value}' as {name}" for name, value in RECORD.items())
    with tempfile.TemporaryDirectory() as folder:
        duckdb.sql(f"select {columns}, {select}").write_parquet(f"{folder}/a")
        return Path(folder, "a").read_bytes()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (json.dumps([RECORD | {"reasons": [PERSON, PERSON]}]).encode(), "a.json", None),
        (json.dumps([RECORD | {"reasons": [[PERSON], []]}]).encode(), "a.json", None),
        (parquet_of("[{'category': 'Delay', 'raised_by': 'Jane'}] as reasons"), "a.parquet", None),
        (json.dumps([RECORD | {"reasons": [["a", "b"], ["c"]]}]).encode(), "a.json", "a;b;c"),
    ],
)
def test_records_in_a_list_are_fields_by_their_path(store, exports, content, name, expected):
    record = read_one(store, exports, content, name=name)
    assert (record.status, record.message) == ("loaded", None)
    assert landed(store, "reasons") == [(expected,)]
    if expected is None:
        columns = {"columns": {"reasons": "reasons.category"}}
        read_one(store, exports, content, name=name, **columns)
        assert {row[0].split(";")[0] for row in landed(store, "reasons")} == {"Delay"}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps([RECORD | {"reasons": PERSON}, RECORD | {"reasons": "x"}]).encode(), "a.json"),
        (json.dumps([RECORD | {"reasons": [PERSON, "x"]}]).encode(), "a.json"),
        (parquet_of("map {'raised_by': 'Jane'} as reasons"), "a.parquet"),
    ],
)
def test_a_record_where_a_text_is_expected_is_refused(store, exports, content, name):
    record = read_one(store, exports, content, name=name)
    assert record.status == "rejected"
    assert "has records in the field 'reasons', where a text is expected" in record.message
    assert landed(store) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_json_as_windows_writes_it(store, exports, encoding):
    content = json.dumps([RECORD | {"reasons": "caf\u00e9"}], ensure_ascii=False)
    record = read_one(store, exports, content.encode(encoding), name="a.json")
    assert (record.status, record.message) == ("loaded", None)
    assert landed(store, "reasons") == [("caf\u00e9",)]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_field_that_is_a_number_here_and_a_text_there(store, exports, name):
    records = [
        {"case_reference": 1001, "received_date": 20180702, "reasons": "Delay"},
        {"case_reference": "1002/A", "received_date": "2018-07-03", "reasons": ["Delay", "Staff"]},
        {"case_reference": "C3", "received_date": None, "reasons": [1, "x", None]},
    ]
    records = [{"procedure": "s", "stage": True, **record} for record in records]
    lines = [json.dumps(record) for record in records]
    content = "\n".join(lines) if name.endswith("l") else f"[{','.join(lines)}]"
    store.execute("set memory_limit = '300MB'")  # less than the default
    record = read_one(store, exports, content.encode(), name=name)
    assert (record.status, record.message) == ("loaded", None)
    assert landed(store, "case_reference", "received_date", "reasons") == [
        ("1001", "20180702", "Delay"),
        ("1002/A", "2018-07-03", "Delay;Staff"),
        ("C3", None, "1;x"),
    ]


XML = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "Jane">]>
<Cases xmlns="urn:x"><Header>run on 1 October</Header>
<Case><CaseDetails><CaseId>K1</CaseId><Name>&a;</Name></CaseDetails>
<CaseStageStage1><DateDue>2018-07-16</DateDue></CaseStageStage1><Why>a</Why><Why>b</Why></Case>
<Case id="2"><CaseDetails><CaseId>K2</CaseId></CaseDetails></Case></Cases>"""


def test_xml(store, exports):
    record = read_one(
        store,
        exports,
        XML,
        name="cases.xml",
        read={"records": "Case"},
        columns={
            "case_reference": "CaseDetails.CaseId",
            "procedure": "=statutory",
            "stage": "=1",
            "received_date": "CaseStageStage1.DateDue",
            "reasons": "Why",
        },
    )
    assert (record.status, record.message) == ("loaded", None)
    assert landed(store, "row_number", "case_reference", "received_date", "reasons") == [
        (1, "K1", "2018-07-16", "a;b"),
        (2, "K2", None, None),
    ]


def test_the_whole_text_of_an_element_is_read(store, exports):
    content = b"""<!DOCTYPE x [<!ENTITY co "North">]><Cases><Case>
<case_reference>C<!-- of 2018 -->1</case_reference><procedure>statutory</procedure>
<stage><![CDATA[stage]]> 1</stage><received_date>2018-07-02<?checked?></received_date>
<outcome>not <!-- ! -->upheld</outcome><service_team>&co;</service_team>
<reasons>A <b>bold</b> reason</reasons></Case></Cases>"""
    record = read_one(store, exports, content, name="cases.xml")
    assert (record.status, record.message) == ("loaded", None)
    columns = ("case_reference", "stage", "received_date", "outcome", "service_team", "reasons")
    assert landed(store, *columns) == [
        ("C1", "stage 1", "2018-07-02", "not upheld", "&co;", "A bold reason")
    ]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<html><table><tr><td>x", "a.xls", "is a web page or an XML sheet under another name"),
        (zipped(a__csv=CSV, b__csv=CSV), "a.zip", "is a zip of 2 files"),
        (gzip.compress(CSV * 50)[:-30], "a.csv.gz", "cannot be unpacked"),
        (b"<Cases><Case>", "a.xml", "cannot be read as XML"),
        (b'[{"a": 1,', "a.json", "cannot be read as JSON"),
        (b"[]", "a.json", "has no data rows"),
        (b"PAR1xxxx", "a.parquet", "cannot be read as Parquet"),
        (gzip.compress(b"x" * (70 << 20)), "a.csv.gz", "unpacks to more than 200 times its size"),
        (zipped(a__csv=b"x" * (70 << 20)), "a.zip", "unpacks to more than 200 times its size"),
    ],
)
def test_what_is_no_export_is_named_as_what_it_is(store, exports, content, name, words):
    record = read_one(store, exports, content, name=name)
    assert record.status == "rejected"
    assert words in record.message


@pytest.mark.parametrize(
    ("name", "pattern", "stamp"),
    [
        ("cases_20180705.csv", None, ("cases_.csv", "2018-07-05")),
        ("cases_05072018.csv", None, ("cases_.csv", "2018-07-05")),
        ("cases_05-07-2018.csv", None, ("cases_.csv", "2018-07-05")),
        ("cases 05.07.2018 0930.csv", None, ("cases .csv", "2018-07-05T09:30:00")),
        ("cases 5 Jul 2018.csv", None, ("cases .csv", "2018-07-05")),
        ("cases_5-July-2018.csv", None, ("cases_.csv", "2018-07-05")),
        ("cases_05-13-2018.csv", None, (None, None)),
        ("cases_20190101_20180705.csv", None, ("cases_20190101_.csv", "2018-07-05")),
        ("20122018 cases.csv", None, (" cases.csv", "2018-12-20")),
        ("cases_07-13-18.csv", "%m-%d-%y", ("cases_.csv", "2018-07-13")),
        ("cases_20181001.csv", "%d.%m.%y", (None, None)),
        ("week 12345678.csv", None, (None, None)),
    ],
)
def test_stamps_in_the_names_of_files(name, pattern, stamp):
    assert split_date(name, pattern) == stamp


def test_files_of_two_days_are_two_deliveries(store, exports):
    for name in ("complaints_05-07-2018.csv", "complaints_05-08-2018.csv"):
        exports.mkdir(exist_ok=True)
        (exports / name).write_bytes(CSV + name.encode())
    found = unread_deliveries(store, folder_source(exports)).deliveries["complaints"]
    assert [[file.file_date for file in delivery.files] for delivery in found] == [
        ["2018-07-05"],
        ["2018-08-05"],
    ]


def test_a_workbook_with_titles_on_another_sheet(store, exports, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    data = book.create_sheet("Data")
    for row in (["Report"], [], HEADER.split(","), ROW.split(","), ["Total", 1]):
        data.append(row)
    book.save(tmp_path / "made.xlsx")
    read = {"sheet": "Data", "header": "3", "footer": "1"}
    content = (tmp_path / "made.xlsx").read_bytes()
    record = read_one(store, exports, content, name="a.xlsx", read=read)
    assert (record.status, record.rows_read) == ("loaded", 1)
    record = read_one(store, exports, content, name="a.xlsx", read={"sheet": "data"})
    assert "has no sheet 'data'; the nearest name found is 'Data'. Correct" in record.message


def test_a_footer_that_is_a_record_is_not_left_out(store, exports):
    content = f"{HEADER}\n{ROW}\n{ROW.replace('C1', 'C2')}\n"
    record = read_one(store, exports, content, read={"footer": "1"})
    assert record.status == "rejected"
    assert "has a record among its last rows, which `footer` (1)" in record.message
    total = ",".join(["Total", *["2"] * HEADER.count(",")])
    record = read_one(store, exports, content + f"{total}\n", read={"footer": "1"})
    assert (record.status, record.rows_read) == ("loaded", 2)


def test_sheets_called_after_people_are_not_named(store, exports, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Jane Doe"
    book.save(tmp_path / "made.xlsx")
    content = (tmp_path / "made.xlsx").read_bytes()
    record = read_one(store, exports, content, name="a.xlsx", read={"sheet": "Cases"})
    assert "has no sheet 'Cases'. Correct" in record.message
    assert "Jane" not in record.message


def test_sheets_with_the_headers_of_the_first_are_spoken_of(store, exports, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Jane Doe"
    for sheet in (book.active, book.create_sheet("May"), book.create_sheet("June")):
        sheet.append(HEADER.split(","))
        sheet.append(ROW.split(","))
    book.create_sheet("Lists").append(["Team", "Outcome"])
    book.create_sheet("Old").append(HEADER.split(","))
    book["Old"].sheet_state = "hidden"
    book.save(tmp_path / "made.xlsx")
    content = (tmp_path / "made.xlsx").read_bytes()
    record = read_one(store, exports, content, name="a.xlsx")
    assert (record.status, record.rows_read) == ("loaded", 1)
    assert record.message == "a.xlsx: other sheets with the same headers are not read: 2."
    for sheet, named, message in (
        ("May", ("Jane Doe", "May"), "a.xlsx: other sheets with the same headers are not read: 1."),
        ("June", ("Jane Doe", "May", "June"), None),
    ):
        read = {"sheet": sheet}
        record = read_one(store, exports, content, name="a.xlsx", read=read, sheets_named=named)
        assert (record.status, record.message) == ("loaded", message)


def test_without_a_name_the_first_sheet_that_is_seen_is_read(store, exports, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Team", "Outcome"])
    book.active.sheet_state = "hidden"
    book.create_chartsheet("Dashboard")
    cases = book.create_sheet("Cases")
    cases.append(HEADER.split(","))
    cases.append(ROW.split(","))
    book.active = 2
    book.save(tmp_path / "made.xlsx")
    record = read_one(store, exports, (tmp_path / "made.xlsx").read_bytes(), name="a.xlsx")
    assert (record.status, record.rows_read, record.message) == ("loaded", 1, None)


def test_error_values_and_formulas_without_a_result_arrive_as_text(store, exports, tmp_path):
    content = workbook(
        tmp_path,
        [*HEADER.split(","), "responded_date", "outcome"],
        [*ROW.split(","), "=DATE(2018,7,10)", "=IF(A2<B2,1,2)"],
        [*ROW.split(","), "#N/A", "#REF!"],
    )
    read_one(store, exports, content, name="a.xlsx")
    assert landed(store, "responded_date", "outcome") == [
        ("=DATE(2018,7,10)", "=IF(A2<B2,1,2)"),
        ("#N/A", "#REF!"),
    ]


# The same workbook as other programs write it.
WRITTEN = {
    "as openpyxl does": lambda xml: xml,
    "with a prefix": lambda xml: re.sub(
        rb"<(/?)(\w)", rb"<\1x:\2", xml.replace(b"xmlns=", b"xmlns:x=").replace(b"<?", b"<\0?")
    ).replace(b"<\0?", b"<?"),
    "the type of a cell before its place": lambda xml: re.sub(
        rb'<c( r="\w+")((?: \w+="\w+")*)', rb"<c\2\1", xml
    ),
    "without places": lambda xml: re.sub(rb'<(c|row) r="\w+"', rb"<\1", xml),
}


def rewritten(content, change):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        members[name] = change(members[name])
    return zipped_files(members)


@pytest.mark.parametrize("how", WRITTEN)
def test_errors_and_the_days_of_1904_whatever_program_wrote_them(store, exports, tmp_path, how):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append([*HEADER.split(","), "responded_date", "outcome", "reasons"])
    book.active.append([41821, "statutory", "1", 41821, "02/07/2018", "#REF!", '=IF(A2="","",1)'])
    book.active.append([41822, "statutory", "1", datetime(2018, 7, 3), "#N/A", "upheld", "x"])
    book.save(tmp_path / "made.xlsx")
    content = rewritten((tmp_path / "made.xlsx").read_bytes(), WRITTEN[how])
    read_one(store, exports, content, name="a.xlsx")
    assert landed(
        store, "case_reference", "received_date", "responded_date", "outcome", "reasons"
    ) == [
        ("41821", "43283", "02/07/2018", "#REF!", '=IF(A2="","",1)'),
        ("41822", "2018-07-03 00:00:00", "#N/A", "upheld", "x"),
    ]


def test_the_empty_text_that_a_formula_gave_is_blank(store, exports, tmp_path):
    content = workbook(tmp_path, [*HEADER.split(","), "outcome"], [*ROW.split(","), "=A1"])
    formula, result = rb"><f>A1</f><v ?/?>(?:</v>)?", rb' t="str"><f>A1</f><v></v>'
    content = rewritten(content, lambda xml: re.sub(formula, result, xml))
    read_one(store, exports, content, name="a.xlsx")
    assert landed(store, "outcome") == [(None,)]


def test_the_day_of_a_serial_number():
    assert duckdb.execute("select (date '1899-12-30' + 43283)::varchar").fetchone() == (
        "2018-07-02",
    )


def test_cells_merged_over_rows_hold_their_value_in_each(store, exports, tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["Cases", None, None, None],
        HEADER.split(","),
        ["C1", "statutory", "1", "a"],
        [None, None, "2", "b"],
        [None, None, None, None],
        ["C2", "statutory", "1", "c"],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:D1")
    book.active.merge_cells("A3:A5")
    book.active.merge_cells("B3:B5")
    book.save(tmp_path / "made.xlsx")
    content = (tmp_path / "made.xlsx").read_bytes()
    read_one(store, exports, content, name="a.xlsx", read={"header": 2})
    assert landed(store, "case_reference", "procedure", "stage") == [
        ("C1", "statutory", "1"),
        ("C1", "statutory", "2"),
        ("C2", "statutory", "1"),
    ]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("XFD1048576", "has a cell far from its table, XFD1048576"),
        ("A1048576", "has a cell far below its table, in row 1048576"),
        ("SG1", "has 501 columns"),
    ],
)
def test_a_stray_cell_spoils_only_its_file(store, exports, tmp_path, place, words):
    exports.mkdir()
    (exports / "b.csv").write_bytes(CSV)
    content = workbook(tmp_path, HEADER.split(","), ROW.split(","), **{place: "x"})
    (exports / "a.xlsx").write_bytes(content)
    bad, good = read_folder(store, folder_source(exports)).files
    assert (bad.status, good.status) == ("rejected", "loaded")
    assert words in bad.message


def test_a_workbook_that_ends_its_process_spoils_only_itself(store, exports, tmp_path, monkeypatch):
    monkeypatch.setattr("complaints.flows.readers.workbook.MOST_SECONDS", 0)
    content = workbook(tmp_path, HEADER.split(","), *([ROW.split(",")] * 20_000))
    record = read_one(store, exports, content, name="a.xlsx")
    assert "takes more memory or time than a workbook may" in record.message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"sep=;\n{HEADER.replace(',', ';')}\nC1;s;1;x\n".encode(), "C1"),
        (f"{HEADER}\nC\u00e91,s,1,x\n".encode("utf-16"), "C\u00e91"),
        (f"{HEADER}\nC\u00e9\u00e9\u00e91,s,1,x\nC2,\xff,1,x\n".encode(), "C\u00e9\u00e9\u00e91"),
        (f'{HEADER}\nC1, s, 1, "x"\n'.encode(), "C1"),
        (f"{HEADER},narrative\nC1,s,1,x,{'long ' * 40_000}\n".encode(), "C1"),
    ],
    ids=["sep=", "UTF-16", "UTF-8", "a space before a quotation mark", "a long field"],
)
def test_csv_as_it_comes(store, exports, content, expected):
    record = read_one(store, exports, content)
    assert (record.status, record.message) == ("loaded", None)
    assert landed(store, "case_reference")[0] == (expected,)


def test_stray_bytes_do_not_turn_utf_8_into_another_encoding(store, exports):
    content = f"{HEADER},service_team\n{ROW},Caf\u00e9 \u2013 \u00e9t\u00e9 ?\n".encode()
    record = read_one(store, exports, content.replace(b"?", b"\xff"))
    assert record.status == "loaded"
    assert record.message == "complaints.csv: bytes that are not UTF-8 were replaced (1)."
    assert landed(store, "service_team") == [("Caf\u00e9 \u2013 \u00e9t\u00e9 \ufffd",)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            f"{HEADER}\nC1,s,1,{'x' * 11_000_000}\n",
            "has a field of more than 10,000,000 characters",
        ),
        (",".join(f"h{n}" for n in range(300_000)), "has a line of 300000 fields"),
        (f"{HEADER}\nx{',' * 10_000}\n{ROW}\n", "has a line of 10001 fields"),
    ],
)
def test_what_would_take_gigabytes_is_refused(store, exports, content, words):
    record = read_one(store, exports, content)
    assert record.status == "rejected"
    assert words in record.message


def test_a_name_that_is_not_utf_8_and_a_link_to_nothing(store, exports):
    exports.mkdir()
    (exports / "caf\udce9.csv").write_bytes(CSV)
    (exports / "gone.csv").symlink_to(exports / "nowhere.csv")
    (exports / "itself.csv").symlink_to(exports / "itself.csv")
    source = folder_source(exports)
    found = unread_deliveries(store, source)
    gone, itself = found.records
    assert gone.message == (
        "gone.csv is a link to a file that is not there; deliver the file itself."
    )
    assert itself.message == gone.message.replace("gone", "itself")
    (delivery,) = found.deliveries["complaints"]
    (record,) = read_delivery(store, run_called("1"), delivery).files
    assert (record.file_name, record.status) == ("caf\ufffd.csv", "loaded")
    assert unread_deliveries(store, source).deliveries["complaints"] == []
