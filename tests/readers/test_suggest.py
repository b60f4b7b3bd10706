"""What is guessed of an unknown export loads, unedited, where it says that it is understood."""

import json
import re
from itertools import pairwise

import openpyxl
import pytest
from test_formats import XML

from complaints.flows.readers.check import describe_sources
from complaints.flows.readers.export_files import inputs_not_read, list_files
from complaints.flows.readers.guesses import usual_words, words_of
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
    for value in ("Jane", "He said", "C1", "North"):
        assert value not in text


def test_general_columns_beside_those_of_a_later_stage_are_of_stage_1(store, tmp_path):
    write_csv(
        tmp_path / "exports",
        "a.csv",
        "Ref,Type,Date Received,Date Closed,Stage,Outcome,Level 2 Date Received,Remark",
        "C1,Statutory,02/07/2018,10/07/2018,1,Upheld,10/08/2018,x",
    )
    text, (file,) = suggested(store, tmp_path)
    assert "other columns, not read: 2: Stage, Remark\n" in text
    assert file.status == "loaded"
    assert landed(store, "stage", "received_date", "responded_date", "outcome") == [
        ("stage_1", "02/07/2018", "10/07/2018", "Upheld"),
        ("stage_2", "10/08/2018", None, None),
    ]


STORY = "Mr X shouted at mum"
NAMES_OR_NARRATIVE = {
    "Complainant": ("complainant_type", "Jane Doe", "other columns"),
    "Subject": ("reasons", STORY, "other columns"),
    "Nature of complaint": ("reasons", STORY, "other columns"),
    "Decision": ("outcome", STORY, "looks like names or narrative"),
    "Category": ("reasons", STORY, "looks like names or narrative"),
    "Theme": ("reasons", STORY, "looks like names or narrative"),
    "Service": ("service_team", "Jane Doe", "looks like names or narrative"),
    "Reasons": ("reasons", STORY, "looks like names or narrative"),
    "Ethnicity": ("ethnicity", STORY, "looks like names or narrative"),
    "Advocate": ("advocate", "Jane Doe", "looks like names, not like yes or no"),
}


@pytest.mark.parametrize("header", NAMES_OR_NARRATIVE)
def test_names_and_narrative_are_not_read(store, tmp_path, header):
    column, text, said = NAMES_OR_NARRATIVE[header]
    rows = [f"C{n},Statutory,1,02/07/2018,{text} {n}" for n in range(13)]
    write_csv(tmp_path / "exports", "a.csv", f"Ref,Type,Stage,Received,{header}", *rows)
    suggestion, (file,) = suggested(store, tmp_path)
    assert "a.csv is understood" in suggestion
    if said != "other columns":
        assert f"# {header} {said}" in suggestion
        assert f"and is therefore not read as {column}." in suggestion
    assert text not in suggestion
    assert (file.status, file.message) == ("loaded", None)
    assert {value for (value,) in landed(store, column)} == {None}


@pytest.mark.parametrize("header", ["Decision", "Category", "Service"])
def test_a_column_of_sentences_is_not_read(tmp_path, header):
    story = "They said that nobody had called; " * 4
    write_csv(
        tmp_path / "exports",
        "a.csv",
        f"Ref,Type,Stage,Received,{header}",
        f'C1,Statutory,1,02/07/2018,"{story.replace(";", ",")}"',
    )
    assert f"# {header} looks like names or narrative" in suggest_sources(tmp_path / "exports")


def test_codes_are_read(store, tmp_path):
    rows = [f"C{n},Statutory,1,02/07/2018,Delay {n % 12};Lost,10-15,no" for n in range(40)]
    header = "Ref,Type,Stage,Received,Category,Age Band,Advocate"
    write_csv(tmp_path / "exports", "a.csv", header, *rows)
    text, _ = suggested(store, tmp_path)
    assert "reasons: Category" in text
    assert "looks like" not in text
    assert landed(store, "reasons", "age_band", "advocate")[1] == ("Delay 1;Lost", "10-15", "no")


def test_the_check_cautions_of_names(tmp_path):
    rows = [f"C{n},Jane Doe {n}" for n in range(13)]
    write_csv(tmp_path / "exports", "a.csv", "Ref,Complainant", *rows)
    path = tmp_path / "sources.yml"
    path.write_text(
        "sources: [{code: crm, files: exports, columns: {case_reference: Ref, procedure: "
        "=statutory, stage: =1, received_date: =2018-07-02, complainant_type: Complainant}}]"
    )
    lines, can_all_be_read = describe_sources(path)
    assert can_all_be_read
    (caution,) = (line for line in lines if "Caution" in line)
    assert caution.strip() == (
        "Caution: 'Complainant' of crm looks like names or narrative; unless it is a list, write "
        "complainant_type: {sql: 'null'} under 'columns', so that it is not read."
    )
    assert "Jane" not in "\n".join(lines)


PREFERRED = {
    "received_date": (
        ["Received_Date", "Received", "Requested", "Opened", "Created", "Logged"],
        ["received_date", "Date Received", "Date Opened", "Date Created", "Date Logged"],
    ),
    "responded_date": (
        ["Responded_Date", "Responded", "Response", "Replied", "Answered", "Completed", "Closed"],
        ["Date Responded", "Reply Date", "Date Completed", "Closure Date"],
    ),
}


@pytest.mark.parametrize("column", PREFERRED)
@pytest.mark.parametrize("turn", [1, -1], ids=["the best first", "the best last"])
def test_the_better_of_two_columns_wins_wherever_it_stands(tmp_path, column, turn):
    for headers in PREFERRED[column]:
        for better, worse in pairwise(headers):
            row = ",".join(["02/07/2018", "13/07/2018"])
            named = ",".join([better, worse][::turn])
            write_csv(tmp_path, "a.csv", f"Ref,Type,Stage,{named}", f"C1,Statutory,1,{row}")
            text = suggest_sources(tmp_path / "a.csv")
            assert re.search(rf" {column}: {better}   # .*; or {worse}: see which is right\n", text)


OTHER_WORDS = (
    "Extended",
    "Response Dues On",
    "Treated",
    "Recorded",
    "Reference Mark",
    "Extended By",
)
SLIPS = {
    "Recieved Date": "received_date",
    "Date Recived": "received_date",
    "Acknowleged": "acknowledged_date",
    "Respnse Due": "target_date",
    "Outcmoe": "outcome",
}


@pytest.mark.parametrize("header", SLIPS)
def test_a_slip_of_the_typist_is_seen(tmp_path, header):
    value = "Upheld" if header == "Outcmoe" else "02/07/2018"
    write_csv(tmp_path, "a.csv", f"Ref,{header}", f"C1,{value}")
    assert f"{SLIPS[header]}: {header}   # near" in suggest_sources(tmp_path / "a.csv")


@pytest.mark.parametrize("header", OTHER_WORDS)
def test_another_word_is_no_typing_error(tmp_path, header):
    write_csv(tmp_path, "a.csv", f"Ref,{header}", "C1,02/07/2018")
    assert "typing error" not in suggest_sources(tmp_path / "a.csv")


OF_STAGES = {
    "Stage 1 Received": ("stage_1", "received_date"),
    "Stage 1 Response": ("stage_1", "responded_date"),
    "Stage1ResponseDue": ("stage_1", "target_date"),
    "stage_1_decision_date": ("stage_1", "responded_date"),
    "Stage 2 Requested": ("stage_2", "received_date"),
    "2nd Stage Date Requested": ("stage_2", "received_date"),
    "Stage 2 Review Requested": ("stage_2", "received_date"),
    "Stage 2 Decision": ("stage_2", "outcome"),
    "Panel Requested": ("stage_3", "received_date"),
    "Review Panel Requested": ("stage_3", "received_date"),
    "Review Requested": ("stage_3", "received_date"),
    "Stage 3 Panel Date": ("stage_3", "panel_date"),
    "Date of Panel": ("stage_3", "panel_date"),
    "Panel Decision": ("stage_3", "outcome"),
    "LGSCO Received": ("ombudsman", "received_date"),
    "LGO Decision Date": ("ombudsman", "responded_date"),
    "Ombudsman's Decision": ("ombudsman", "outcome"),
    "Local Government and Social Care Ombudsman Decision": ("ombudsman", "outcome"),
    "Stage 1 Extended To": ("stage_1", "target_date"),
    "Stage 1 Extended On": ("stage_1", "extension_agreed_date"),
    "IO Appointed": ("stage_2", "investigator_appointed_date"),
}
FOR_EACH_STAGE = ("Stage 1 Received", "Stage 2 Requested", "Stage 3 Requested", "LGSCO Received")


@pytest.mark.parametrize("header", OF_STAGES)
def test_a_column_of_a_stage_is_understood(store, tmp_path, header):
    stage, column = OF_STAGES[header]
    value = "Upheld" if column == "outcome" else "13/07/2018"
    headers = [each for each in FOR_EACH_STAGE if OF_STAGES.get(each) != (stage, column)]
    if column == "received_date" and stage == "stage_3":
        headers.remove("Stage 3 Requested")
    row = ",".join(["02/07/2018"] * len(headers))
    names = ",".join([*headers, header])
    write_csv(tmp_path / "exports", "a.csv", f"Ref,Type,{names}", f"C1,Statutory,{row},{value}")
    text, (file,) = suggested(store, tmp_path)
    assert "a.csv is understood" in text
    assert (file.status, file.message) == ("loaded", None)
    assert (stage, value) in landed(store, "stage", column)


def test_no_stage_of_a_row_of_a_case_is_lost(store, tmp_path):
    write_csv(
        tmp_path / "exports",
        "a.csv",
        "Ref,Procedure,Stage 1 Received,Stage 1 Acknowledged,Stage 1 Response Due,Stage 1 Response,"
        "Stage 1 Extended To,Stage 1 Decision,Stage 2 Requested,Stage 2 Response Due,"
        "Stage 2 Responded,Stage 2 Decision,LGSCO Ref,LGSCO Received,LGSCO Decision Date,"
        "LGSCO Decision",
        "A1,Statutory,06/05/2025,07/05/2025,20/05/2025,19/05/2025,,Upheld,01/06/2025,10/07/2025,"
        "09/07/2025,Not upheld,L1,01/09/2025,13/11/2025,Upheld",
    )
    text, _ = suggested(store, tmp_path)
    assert "a.csv is understood" in text
    assert "target_date: Stage 1 Response Due   # a usual word; or Stage 1 Extended To: see" in text
    assert "other columns, not read: 2: Stage 1 Extended To, LGSCO Ref\n" in text
    assert landed(store, "stage", "received_date", "responded_date", "outcome") == [
        ("stage_1", "06/05/2025", "19/05/2025", "Upheld"),
        ("stage_2", "01/06/2025", "09/07/2025", "Not upheld"),
        ("ombudsman", "01/09/2025", "13/11/2025", "Upheld"),
    ]


S1 = "Ref,Type,Stage 1 Received"
NOT_UNDERSTOOD = {
    f"{S1},Stage 2 Gone,S2 Back": "of stage 2 it does not understand Stage 2 Gone, S2 Back",
    f"{S1},Stage 2 Responded": "no column is like received_date of stage 2, which has Stage 2 Resp",
    f"{S1},LGSCO involved,x": "of the Ombudsman it does not understand LGSCO involved",
    f"{S1},Stage 2,x": "of stage 2 it does not understand Stage 2",
    f"{S1},Review requested,x": "of the panel or review it does not understand Review requested",
    f"{S1},Panel date,x": "no column is like received_date of stage 3, which has Panel date",
    f"{S1},Date closed,x": "Date closed names no stage, and stage 1 has none",
    f"{S1},Stage 1 Received,x": "2 columns are called Stage 1 Received",
    "Ref,Type,Date received,LGO received": "",
    "Ref,Type,Date received,LGO received,Stage": "it has rows of several stages (Stage) and",
}


@pytest.mark.parametrize("header", NOT_UNDERSTOOD)
def test_what_would_lose_rows_is_not_understood(tmp_path, header):
    values = ("Stage 1", "Stage 2") if header.endswith("Stage") else ("03/02/2018", "")
    rows = [f"C1,Statutory,01/02/2018,02/02/2018,{value}" for value in values]
    write_csv(tmp_path, "a.csv", header, *rows)
    text = suggest_sources(tmp_path / "a.csv")
    said = NOT_UNDERSTOOD[header]
    assert ("a.csv is not understood" in text) == bool(said)
    assert said in text


def test_notes_of_a_stage_are_left_out(tmp_path):
    rows = [f"C{n},Statutory,02/07/2018,{STORY} {n}" for n in range(13)]
    write_csv(tmp_path, "a.csv", f"{S1},Stage 1 Notes", *rows)
    text = suggest_sources(tmp_path / "a.csv")
    assert "a.csv is understood" in text
    assert "# Stage 1 Notes looks like names or narrative, and is therefore not read." in text


def test_a_header_of_two_lines_is_one_line(tmp_path):
    write_csv(tmp_path, "a.csv", '"Ref\nNo",Type,Stage,"Com\n  ment: x"', "C1,Statutory,1,")
    text = suggest_sources(tmp_path / "a.csv")
    assert 'case_reference: "Ref\\nNo"   # a usual word\n' in text
    assert "not read: 1: Com ment: x\n" in text
    assert all(line.lstrip().startswith("#") for line in text.splitlines())


def test_a_line_of_data_is_not_repeated_as_headers(tmp_path):
    write_csv(tmp_path, "a.csv", "Jane Doe,Closed,mother", "Joe Doe,Closed,father")
    text = suggest_sources(tmp_path / "a.csv")
    assert "not understood" in text
    assert "Doe" not in text


ROWS_OF_A_LIST = [
    {"Ref": f"C{n}", "Type": "Statutory", "Stage": "1", "ReceivedOn": f"2018-07-0{n}"}
    for n in (1, 2, 3)
]
CASES_IN_XML = "".join(
    f"<Case>{''.join(f'<{key}>{value}</{key}>' for key, value in row.items())}</Case>"
    for row in ROWS_OF_A_LIST
)
LISTS = {
    "OData": ("json", json.dumps({"@odata.context": "x", "value": ROWS_OF_A_LIST}), "value"),
    "within": ("json", json.dumps({"d": {"results": ROWS_OF_A_LIST, "n": 3}}), "d.results"),
    "XML": ("xml", f"<Export><Run><By>x</By></Run><Cases>{CASES_IN_XML}</Cases></Export>", "Case"),
}


@pytest.mark.parametrize("form", LISTS)
def test_the_list_of_the_records_is_found(store, tmp_path, form):
    ending, content, key = LISTS[form]
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / f"a.{ending}").write_text(content, encoding="utf-8")
    text, (file,) = suggested(store, tmp_path)
    assert f"read: {{records: {key}}}" in text
    assert (file.status, file.message) == ("loaded", None)
    assert [row[0] for row in landed(store, "case_reference")] == ["C1", "C2", "C3"]


@pytest.mark.parametrize("form", LISTS)
@pytest.mark.parametrize("way", ["plain", "within"])
def test_a_list_of_records_that_is_not_named_is_said(tmp_path, form, way):
    ending, content, key = LISTS[form]
    (tmp_path / f"a.{ending}").write_text(content, encoding="utf-8")
    within = "" if way == "plain" else "Cases.Case." if form == "XML" else f"{key}."
    columns = {"case_reference": f"{within}Ref", "received_date": f"{within}ReceivedOn"}
    entry = {"code": "a", "files": f"a.{ending}", "columns": columns}
    entry["constants"] = {"procedure": "statutory", "stage": "1"}
    (tmp_path / "sources.yml").write_text(json.dumps({"sources": [entry]}))
    lines, can_all_be_read = describe_sources(tmp_path / "sources.yml")
    assert not can_all_be_read
    assert lines[-1].strip() == (
        f"a.{ending} has its records in the list '{key}'; let a sources file name it under `read`, "
        f"as `records: {key}`."
    )


def test_a_list_within_one_record_is_not_the_records(store, tmp_path):
    ticket = {**ROWS_OF_A_LIST[0], "comments": [{"by": "x", "created_at": "2018-07-02"}] * 2}
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "a.json").write_text(json.dumps(ticket))
    text, _ = suggested(store, tmp_path)
    assert "records:" not in text
    assert landed(store, "case_reference") == [("C1",)]


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


def test_each_sheet_of_complaints_has_an_entry_and_the_others_are_named(tmp_path):
    (tmp_path / "exports").mkdir()
    book = openpyxl.Workbook()
    headers = ["Ref", "Stage", "Date in", "Outcome"]
    for title in ("Statutory", "Corporate", "Archive"):
        sheet = book.create_sheet(title)
        sheet.append(headers)
        sheet.append([title, 1, "13/07/2018", "Upheld"])
    book["Archive"].sheet_state = "hidden"
    book.active.append(["Team", "Stage", "Outcome"])
    book.save(tmp_path / "exports" / "a.xlsx")
    text = suggest_sources(tmp_path / "exports")
    (tmp_path / "sources.yml").write_text(text)
    (source,) = read_sources(tmp_path / "sources.yml")
    read = [(each.read.sheet, each.columns["procedure"].constant) for each in source.entries]
    assert read == [("Statutory", "statutory"), ("Corporate", "corporate")]
    assert text.count("# other sheets, not read: Sheet, Archive (hidden)\n") == 2
    for title in ("Statutory", "Corporate"):
        del book[title]
    book.save(tmp_path / "exports" / "a.xlsx")
    text = suggest_sources(tmp_path / "exports")
    assert "# other sheets, not read: Sheet\n" in text, "what is hidden, where nothing else is"


def test_rows_of_points_and_answers_without_a_date_are_said(tmp_path):
    header = "Ref,Type,Stage,Date in,Finding,Sent off"
    points = [f"C{n % 5},Stat,1,13/07/2018,{('Upheld', 'Not upheld')[n % 2]}," for n in range(10)]
    write_csv(tmp_path / "exports", "a.csv", header, *points)
    text = suggest_sources(tmp_path / "exports")
    said = "a.csv is not understood: 10 of its first 10 different rows have the case and stage of"
    assert said in text and "add one_row_per: [case_reference, stage])" in text
    assert "# no column is like responded_date, so every stage would stay open." in text
    # the same row again is a duplicate, and of one changed since the newest counts
    write_csv(tmp_path / "exports", "a.csv", header, *points[:5], *points[:5])
    assert "a.csv is understood" in suggest_sources(tmp_path / "exports")
    changed = [f"{line},{number:02}/08/2018" for number, line in enumerate(points, start=1)]
    write_csv(tmp_path / "exports", "a.csv", f"{header},Updated", *changed)
    assert "a.csv is understood" in suggest_sources(tmp_path / "exports")


def test_a_sheet_may_be_called_anything(store, tmp_path):
    (tmp_path / "exports").mkdir()
    book = openpyxl.Workbook()
    book.active.append(["Read me"])
    for number, title in enumerate(("Apr, May 2018", "{old} #1", "2018-19 ", "null")):
        sheet = book.create_sheet(title)
        sheet.append(["Ref", "Type", "Stage", "Date in"])
        sheet.append([f"C{number}", "Stat", 1, "13/07/2018"])
    book.save(tmp_path / "exports" / "a.xlsx")
    _, files = suggested(store, tmp_path)
    assert [(file.status, file.message) for file in files] == [("loaded", None)] * 4


@pytest.mark.parametrize(
    "name",
    [
        "statutory and corporate stage 1.csv",
        "non-statutory stage 1.csv",
        "statutory stage 1 and 2.csv",
        "statutory stage 2 and LGO.csv",
    ],
)
def test_a_name_that_could_mean_several_gives_none(tmp_path, name):
    write_csv(tmp_path / "exports", name, "Ref,Received", "C1,13/07/2018")
    assert f"{name} is not understood" in suggest_sources(tmp_path / "exports")


def test_month_first_dates_are_seen(store, tmp_path):
    write_csv(
        tmp_path / "exports",
        "statutory stage 1.csv",
        "Ref,Received",
        "C1,07/02/2018",
        "C2,07/13/2018",
    )
    text, (file,) = suggested(store, tmp_path)
    assert "dates: month-first   # 1 date has a day after the 12th in second place" in text
    assert file.status == "loaded"
    assert landed(store, "procedure", "stage")[0] == ("statutory", "stage_1")


BASE = "Ref,Type,Stage"
ORDERS = {
    "a column that is not read": (
        f"{BASE},Timestamp",
        ["4/15/2025", "4/2/2025"],
        "dates: month-first   # 1 date has a day after the 12th in second place\n",
    ),
    "what is read decides": (
        f"{BASE},Received,Timestamp",
        ["13/04/2025,4/15/2025", "14/04/2025,4/2/2025"],
        "dates: day-first   # 2 dates have a day after the 12th in first place; they contradict "
        "each other, see Timestamp\n",
    ),
    "the other says what is read does not": (
        f"{BASE},Received,Timestamp",
        ["02/04/2025,4/15/2025"],
        "dates: month-first   # 1 date has a day after the 12th in second place\n",
    ),
    "one mistyped": (
        f"{BASE},Received",
        [*(f"{day}/04/2025" for day in range(13, 21)), "4/15/2025"],
        "dates: day-first   # 8 dates have a day after the 12th in first place; they contradict "
        "each other, see Received\n",
    ),
    "of either order": (
        f"{BASE},Received",
        ["02/04/2025"],
        "dates: day-first   # no day after the 12th was seen: check the order by hand\n",
    ),
    "written out": (
        f"{BASE},Received",
        ["2 April 2025", "2025-04-13"],
        "dates: day-first   # the dates say their order themselves\n",
    ),
    "none": (f"{BASE},Team", ["North 1/2", "13/14"], None),
    "blank": (f"{BASE},Received", ["", ""], None),
}


@pytest.mark.parametrize("case", ORDERS)
def test_the_order_is_what_the_dates_say(tmp_path, case):
    header, rows, expected = ORDERS[case]
    write_csv(tmp_path, "a.csv", header, *(f"C1,Statutory,1,{row}" for row in rows))
    text = suggest_sources(tmp_path / "a.csv")
    if expected:
        assert expected in text
    else:
        assert "dates:" not in text


@pytest.mark.parametrize(
    "rows", [["13/04/2025,4/15/2025"], ["13/04/2025,", "4/15/2025,", "14/04/2025,"]]
)
def test_dates_that_no_order_reads_are_not_understood(tmp_path, rows):
    rows = [f"C1,Statutory,1,{row}" for row in rows]
    write_csv(tmp_path, "a.csv", f"{BASE},Received,Responded", *rows)
    text = suggest_sources(tmp_path / "a.csv")
    assert "a.csv is not understood: its dates contradict each other (Received" in text


def test_what_is_not_understood_says_so_and_is_left_out(tmp_path):
    write_csv(tmp_path / "exports", "a.csv", "Ref,Received", "C1,02/07/2018")
    write_csv(tmp_path / "exports", "indicators.csv", "Name,Value,Periode", "a,b,c")
    write_csv(tmp_path / "exports", "wide.csv", "Ref,Story", f"C1,{'x' * 10_000_001}")
    (tmp_path / "exports" / "cut.json").write_text('[{"case_reference": "Jane",')
    text = suggest_sources(tmp_path / "exports")
    assert "# cut.json cannot be read as JSON" in text
    assert "# wide.csv cannot be read as CSV" in text
    assert "Jane" not in text
    assert "a.csv is not understood: no column is like procedure" in text
    assert "# indicators.csv is the optional input indicators." in text
    assert "It lacks period; rename the header 'Periode'." in text
    assert not [line for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]


def test_optional_inputs_have_entries_and_one_without_is_named(tmp_path):
    exports = tmp_path / "exports"
    header = "case_reference,procedure,stage,received_date"
    write_csv(exports, "a.csv", header, "C1,statutory,stage_1,07/13/2018")
    write_csv(exports, "contacts_20180801.csv", "type,received_date", "mp_enquiry,07/13/2018")
    write_csv(exports, "caseload.csv", "team,day,children", "North,07/13/2018,3")
    path = tmp_path / "sources.yml"
    path.write_text(suggest_sources(exports))
    (source,) = read_sources(path)
    files, _ = list_files(source)
    assert {file.name: file.dataset for file in files} == {
        "a.csv": "complaints",
        "caseload.csv": "caseload",
        "contacts_20180801.csv": "contacts",
    }
    assert inputs_not_read([source]) == []
    only = source.model_copy(update={"more": ()})
    assert inputs_not_read([only]) == ["caseload.csv", "contacts_20180801.csv"]
    path.write_text("sources: [{code: complaints, files: exports/a.csv}]")
    lines, _ = describe_sources(path)
    assert "no entry of the sources file reads them: caseload.csv, contacts_2018" in lines[-1]


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
    write_csv(tmp_path / "exports", "c.csv", "Ref,Received", "C0,07/02/2018")
    path = tmp_path / "sources.yml"
    path.write_text(
        "sources: [{code: a, files: exports, dates: month-first, columns: {case_reference: Ref, "
        "procedure: =statutory, stage: =1, received_date: Received}, where: Ref <> 'C0'}]"
    )
    lines, can_all_be_read = describe_sources(path)
    text = "\n".join(lines)
    assert not can_all_be_read
    assert "a.csv: csv, 3 columns, 2 rows" in text
    assert "received_date: 'Received' (07/02/2018 is 2 July 2018; 07/13/2018 is 13 July" in text
    assert "not read: Name" in text
    assert "'statutory' as procedure" in text
    assert "b.csv has no column 'Ref', which the sources file gives for case_reference" in text
    assert "c.csv has no rows that the sources file takes ('where')." in text
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
        "ticketnumber,createdon,modifiedon,actualend,resolveby,statecode,owningteam,description\n"
        "CAS-1,2018-07-01T23:30:00Z,2018-07-10T09:00:00Z,2018-07-09T09:00:00Z,,1,North,He said\n"
        "CAS-2,2018-07-01T23:30:00Z,2018-07-10T09:00:00Z,,,2,North,He said\n",
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
    if preset == "dynamics365":
        assert landed(store, "responded_date") == [("2018-07-09T09:00:00Z",)]
    if preset == "salesforce_case":
        assert landed(store, "service_team") == [(None,)]
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
    assert set(usual_words()) <= set(LAYOUT_NAMES)
    forms = [
        " ".join(sorted(words_of(word).split()))
        for words in usual_words().values()
        for word in words
    ]
    assert len(forms) == len(set(forms))
