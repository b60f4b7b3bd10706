"""What is guessed of an unknown export loads, unedited, where it says that it is understood."""

import json

import openpyxl
import pytest
from test_formats import XML

from complaints.flows.readers.check import describe_sources
from complaints.flows.readers.sources import PRESETS_FOLDER, read_sources
from complaints.flows.readers.suggest import suggest_sources
from complaints.flows.steps.extract import read_delivery
from complaints.flows.steps.find_deliveries import unread_deliveries
from complaints.warehouse.layout import LAYOUT_NAMES
from export_helpers import HEADER, landed, run_called, write_csv


def suggested(store, folder):
    """Read the exports of a folder by what is suggested; return the suggestion and their files."""
    text = suggest_sources(folder / "exports")
    path = folder / "sources.yml"
    path.write_text(text, encoding="utf-8")
    (source,) = read_sources(path)
    (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
    return text, read_delivery(store, run_called("1"), delivery).files


EXPORTS = {
    "usual words": (
        "Ref No,Case Type,Stage,Date Received,Closed On,Decision,Team,Complainant Name,Details",
        "C1,Statutory,1,02/07/2018,13/07/2018,Upheld,North,Jane Doe,He said",
    ),
    "typing errors": (
        "Case Refrence;Proceedure;Stage;Recieved Date;Outcom",
        "C1;Statutory;1;02/07/2018;Upheld",
    ),
    "titles above": (
        "Complaints of the quarter",
        "Run on,01/10/2018",
        "Reference,Complaint Type,Level,Received on",
        "C1,Statutory,1,02/07/2018",
    ),
    "a row of a case": (
        "Ref,Type,S1 Received,S1 Replied,S1 Outcome,S2 Received",
        "C1,Statutory,02/07/2018,10/07/2018,Upheld,",
    ),
    "stages in words": (
        "Case ID|Type|Stage 1 Date Received|First stage response date|Stage Two Received Date",
        "C1|Statutory|02/07/2018|10/07/2018|",
    ),
    "camel case": (
        "CaseId,CaseType,Stage,DateReceived",
        "C1,Statutory,1,02/07/2018",
    ),
}


@pytest.mark.parametrize("lines", EXPORTS.values(), ids=EXPORTS)
def test_what_is_understood_loads(store, tmp_path, lines):
    write_csv(tmp_path / "exports", "cases_20181001.csv", *lines)
    text, (file,) = suggested(store, tmp_path)
    assert "cases_20181001.csv is understood" in text
    assert "exports/cases_*.csv" in text
    assert (file.status, file.message) == ("loaded", None)
    assert landed(store, "case_reference", "procedure", "received_date") == [
        ("C1", "Statutory", "02/07/2018")
    ]
    for value in ("Jane", "He said", "Name", "Details", "C1", "North"):
        assert value not in text


def test_general_columns_beside_those_of_a_later_stage_are_of_stage_1(store, tmp_path):
    write_csv(
        tmp_path / "exports",
        "a.csv",
        "Ref,Type,Date Received,Date Closed,Stage,Outcome,Level 2 Date Received,Remark",
        "C1,Statutory,02/07/2018,10/07/2018,1,Upheld,10/08/2018,x",
    )
    text, (file,) = suggested(store, tmp_path)
    assert "other columns, not read: 2" in text
    assert file.status == "loaded"
    assert landed(store, "stage", "received_date", "responded_date", "outcome") == [
        ("stage_1", "02/07/2018", "10/07/2018", "Upheld"),
        ("stage_2", "10/08/2018", None, None),
    ]


def test_a_table_on_another_sheet(store, tmp_path):
    (tmp_path / "exports").mkdir()
    book = openpyxl.Workbook()
    book.active.append(["Read me"])
    data = book.create_sheet("Cases")
    for row in (
        ["Title"],
        [],
        ["Ref", "Type", "Stage", "Date in"],
        ["C1", "Stat", 1, "02/07/2018"],
    ):
        data.append(row)
    book.save(tmp_path / "exports" / "a.xlsx")
    text, (file,) = suggested(store, tmp_path)
    assert "read: {sheet: Cases, header: 4}" in text.replace("header: 3", "header: 4")
    assert file.status == "loaded"
    assert landed(store)[0][1:] == ("C1", "1", "02/07/2018")


def test_month_first_dates_are_seen(store, tmp_path):
    write_csv(
        tmp_path / "exports",
        "statutory stage 1.csv",
        "Ref,Received",
        "C1,07/02/2018",
        "C2,07/13/2018",
    )
    text, (file,) = suggested(store, tmp_path)
    assert "dates: month-first   # 1 dates have a day after the 12th in second place" in text
    assert file.status == "loaded"
    assert landed(store, "procedure", "stage")[0] == ("statutory", "stage_1")


def test_what_is_not_understood_says_so_and_is_left_out(tmp_path):
    write_csv(tmp_path / "exports", "a.csv", "Ref,Received", "C1,02/07/2018")
    write_csv(tmp_path / "exports", "indicators.csv", "Name,Value,Periode", "a,b,c")
    text = suggest_sources(tmp_path / "exports")
    assert "a.csv is not understood: no column is like procedure" in text
    assert "# indicators.csv is the optional input indicators" in text
    assert "It lacks period; rename the header 'Periode'." in text
    assert not [line for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2018-07-01T23:30:00.000+0000", "2 July 2018"),
        ("02/07/2018 3:42 PM", "2 July 2018"),
        ("43283", "2 July 2018"),
        ("10th July 2018", "10 July 2018"),
    ],
)
def test_the_check_reads_dates_as_the_night_does(tmp_path, written, day):
    write_csv(tmp_path / "exports", "a.csv", HEADER, f"C1,statutory,stage_1,{written}")
    lines, _ = describe_sources(tmp_path / "exports")
    assert f"received_date: 'received_date' ({written} is {day})" in "\n".join(lines)


def test_the_check_shows_the_columns_the_dates_and_the_select(tmp_path):
    write_csv(
        tmp_path / "exports",
        "a.csv",
        "Ref,Received,Name",
        "C1,07/02/2018,Jane",
        "C2,07/13/2018,Joe",
    )
    write_csv(tmp_path / "exports", "b.csv", "x", "1")
    path = tmp_path / "sources.yml"
    path.write_text(
        "sources: [{code: a, files: exports, dates: month-first, columns: {case_reference: Ref, "
        "procedure: =statutory, stage: =1, received_date: Received}}]"
    )
    lines, can_all_be_read = describe_sources(path)
    text = "\n".join(lines)
    assert not can_all_be_read
    assert "a.csv: csv, 3 columns, 2 rows" in text
    assert "received_date: 'Received' (07/02/2018 is 2 July 2018; 07/13/2018 is 13 July" in text
    assert "not read: Name" in text
    assert "'statutory' as procedure" in text
    assert "b.csv has no column 'Ref', which the sources file gives for case_reference" in text
    assert "Jane" not in text


PRESETS = {
    "icasework": (
        XML.replace(b"<CaseDetails><CaseId>K1", b"<CaseDetails><CaseType>Stat</CaseType><CaseId>K1")
        .replace(
            b"</Case>\n",
            b"<CaseStatusReceipt><DateReceived>2018-07-02</DateReceived></CaseStatusReceipt>"
            b"<CaseStageStage2><DateReceived>2018-08-01</DateReceived><DateDue/><DateCompleted/>"
            b"<Outcome/></CaseStageStage2></Case>\n",
            1,
        )
        .decode(),
        "xml",
        [("K1", "Stat", "stage_1", "2018-07-02"), ("K1", "Stat", "stage_2", "2018-08-01")],
    ),
    "dynamics365": (
        "ticketnumber,createdon,modifiedon,resolveby,statecode,owningteam,description\n"
        "CAS-1,2018-07-01T23:30:00Z,2018-07-10T09:00:00Z,,1,North,He said\n"
        "CAS-2,2018-07-01T23:30:00Z,2018-07-10T09:00:00Z,,2,North,He said\n",
        "csv",
        [("CAS-1", "corporate", "stage_1", "2018-07-01T23:30:00Z")],
    ),
    "salesforce_case": (
        "CaseNumber,CreatedDate,ClosedDate,Reason,Owner.Name\n001,2018-07-02T09:00:00.000Z,,Delay,N\n",
        "csv",
        [("001", "corporate", "stage_1", "2018-07-02T09:00:00.000Z")],
    ),
    "zendesk_ticket": (
        json.dumps(
            {
                "id": 7,
                "status": "open",
                "created_at": "2018-07-02T09:00:00Z",
                "updated_at": "2018-07-03T09:00:00Z",
                "metric_set": {"solved_at": None},
            }
        ),
        "json",
        [("7", "corporate", "stage_1", "2018-07-02T09:00:00Z")],
    ),
    "hocs": (
        "Case Reference,DateReceived,DateResponded,Withdrawn,CctCaseOutcome,OwningCSU,BusArea,"
        "CatDelay,CatPoorComm,CatWrongInfo,CatRude\nCOMP/1,2018-07-02,,,,N,,Yes,No,,Yes\n",
        "csv",
        [("COMP/1", "corporate", "stage_1", "2018-07-02")],
    ),
}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_reads_an_export_of_its_system(store, tmp_path, preset):
    content, ending, expected = PRESETS[preset]
    (tmp_path / f"cases.{ending}").write_text(content, encoding="utf-8")
    path = tmp_path / "sources.yml"
    entry = f"{{code: a, files: cases.{ending}, preset: {preset}}}"
    if preset == "icasework":  # made up of the least that such an export has
        entry = entry[:-1] + ", where: \"CaseDetails.CaseId <> 'K2'\"}"
        entry = entry.replace("CaseDetails.CaseId", '\\"CaseDetails.CaseId\\"')
    path.write_text(f"sources: [{entry}]")
    (source,) = read_sources(path)
    (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
    (file,) = read_delivery(store, run_called("1"), delivery).files
    assert (file.status, file.message) == ("loaded", None)
    rows = landed(store, "case_reference", "procedure", "stage", "received_date")
    assert sorted(rows) == expected
    if preset == "hocs":
        assert landed(store, "reasons") == [("Delay;Rudeness",)]


def test_an_export_of_icasework_in_which_no_case_has_reached_stage_2(store, tmp_path):
    content = b"""<Cases><Case>
<CaseDetails><CaseId>K1</CaseId><CaseType>Stat</CaseType></CaseDetails>
<CaseStatusReceipt><DateReceived>2018-07-02</DateReceived></CaseStatusReceipt></Case></Cases>"""
    (tmp_path / "a.xml").write_bytes(content)
    (tmp_path / "sources.yml").write_text("sources: [{code: a, files: a.xml, preset: icasework}]")
    (source,) = read_sources(tmp_path / "sources.yml")
    (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
    (file,) = read_delivery(store, run_called("1"), delivery).files
    assert (file.status, file.message) == ("loaded", None)
    assert landed(store, "stage", "received_date") == [("stage_1", "2018-07-02")]


def test_presets_are_short_and_every_one_is_tested():
    files = {path.stem: path for path in PRESETS_FOLDER.glob("*.yml")}
    assert set(files) == set(PRESETS)
    for path in files.values():
        assert len(path.read_text(encoding="utf-8").splitlines()) < 40


def test_every_usual_word_is_of_a_column_and_of_one_only():
    from complaints.flows.readers.suggest import _usual_words

    assert set(_usual_words().values()) <= set(LAYOUT_NAMES)
