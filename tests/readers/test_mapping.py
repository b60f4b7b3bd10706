"""A mapping compiles to one select, and every foreign shape is read by one."""

import datetime

import pytest

from complaints.flows.night import run_night
from complaints.flows.readers.mapping import compile_mapping
from complaints.flows.readers.sources import Source, read_sources
from complaints.flows.readers.text_rows import FileRejectedError
from complaints.flows.steps.extract import read_delivery
from complaints.flows.steps.find_deliveries import unread_deliveries
from conftest import query
from export_helpers import landed, run_called, write_csv, write_workbook

WIDE = "Ref,Type,S1 Received,S1 Replied,S1 Outcome,S2 Received,S2 Replied"
WIDE_STAGES = """
    columns: {case_reference: Ref, procedure: Type}
    stages:
      stage_1: {received_date: S1 Received, responded_date: S1 Replied, outcome: S1 Outcome}
      stage_2: {received_date: S2 Received, responded_date: S2 Replied}
"""
POINTS = "Ref,Type,Level,Received,Closed,Finding,Cause"


def sources_file(folder, entry, files="exports/*.csv"):
    path = folder / "sources.yml"
    path.write_text(
        f"sources:\n  - code: casework\n    files: '{files}'\n{entry}", encoding="utf-8"
    )
    return path


def read(store, folder, entry, *lines, name="wide.csv", columns=()):
    """Deliver a CSV file under an entry of a sources file; return its record and what landed."""
    if lines:
        write_csv(folder / "exports", name, *lines)
    (source,) = read_sources(sources_file(folder, entry, f"exports/{name}"))
    (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
    (record,) = read_delivery(store, run_called("read"), delivery).files
    rows = landed(store, *columns) if columns else landed(store)
    return record, sorted(rows, key=repr)


@pytest.mark.soak
def test_a_wide_row_is_a_row_for_each_stage_through_the_whole_night(settings):
    write_csv(
        settings.source,
        "wide_20181001.csv",
        WIDE,
        "K1,Statutory,02/07/2018,10/07/2018,Upheld,20/07/2018,",
        "K2,Corporate,03/07/2018,,,,",
    )
    path = sources_file(settings.source.parent, WIDE_STAGES)
    run_night(settings.model_copy(update={"source": path}))
    assert query(
        settings.marts_path,
        "select case_reference, stage, received_date, responded_date, outcome, source_row "
        "from fct_complaint_stages order by all",
    ) == [
        ("K1", "stage_1", datetime.date(2018, 7, 2), datetime.date(2018, 7, 10), "upheld", 1),
        ("K1", "stage_2", datetime.date(2018, 7, 20), None, None, 1),
        ("K2", "stage_1", datetime.date(2018, 7, 3), None, None, 2),
    ]
    assert query(settings.marts_path, "select rows_read, rows_loaded from dq_deliveries") == [
        (3, 3)
    ]


def test_a_record_of_which_no_stage_is_dated_stays_to_be_held(store, tmp_path):
    _, rows = read(
        store, tmp_path, WIDE_STAGES, WIDE, "K1,Stat,,,,,", "K2,Stat,02/07/2018,,,,10/08/2018"
    )
    assert rows == [
        (1, "K1", "stage_1", None),
        (2, "K2", "stage_1", "02/07/2018"),
        (2, "K2", "stage_2", None),
    ]


@pytest.mark.parametrize(
    ("entry", "lines", "columns", "expected"),
    [
        pytest.param(
            "    columns: {case_reference: {sql: \"team || '-' || id\"}, procedure: =statutory, "
            "stage: =1, received_date: Opened}",
            ["team,ID,Opened,Name", "N,7,x,Jane"],
            ("case_reference", "procedure", "stage"),
            [("N-7", "statutory", "1")],
            id="an expression",
        ),
        pytest.param(
            "    columns: {responded_date: [Replied, Closed], reasons: Why}\n"
            "    split: {reasons: ', '}\n    values: {outcome: {Sustained: upheld}}\n"
            "    'null': ['?', N/A]",
            [
                "case_reference,procedure,stage,received_date,Replied,Closed,Why,outcome",
                'C1,s,1,x,,2018-07-09,"Delay, Staff",sustained',
                "C2,s,1,x,2018-07-08,2018-07-09,?,Unfounded",
                "C3,s,1,x,N/A,,n/a,?",
            ],
            ("case_reference", "responded_date", "reasons", "outcome"),
            [
                ("C1", "2018-07-09", "Delay;Staff", "upheld"),
                ("C2", "2018-07-08", None, "Unfounded"),
                ("C3", None, "n/a", None),
            ],
            id="first filled, split, values and null",
        ),
        pytest.param(
            "    where: Status <> 'Cancelled'\n    columns: {reasons: Outcome}",
            [
                "case_reference,procedure,stage,received_date,Status,Outcome",
                "C1,s,1,x,Open,late",
                "C2,s,1,x,Cancelled,late",
                "C3,s,1,x,Open",
                "C4,s,1,x,,late",
            ],
            ("row_number", "case_reference", "reasons", "outcome", "field_count"),
            [(1, "C1", "late", None, 6), (3, None, None, None, 5), (4, "C4", "late", None, 6)],
            id="where, with a blank; a header that is named is not also read as it sounds",
        ),
        pytest.param(
            "    sql: |\n      select Ref as case_reference, 'statutory' as procedure,"
            "\n      '1' as stage, min(Opened) as received_date from export"
            "\n      group by Ref order by Ref",
            ["Ref,Opened,Name", "A,2,Jane", "A,1,Jane", "B,3,Jane"],
            ("row_number", "case_reference", "received_date"),
            [(1, "A", "1"), (2, "B", "3")],
            id="a select instead",
        ),
        pytest.param(
            "    one_row_per: [case_reference, stage]",
            [
                "case_reference,procedure,stage,received_date,responded_date",
                "C1,s,1,43283,10th July 2018",
                "C1,s,1,2 July 2018,22nd August 2018",
                "C2,s,1,03/07/2018,43290",
                "C2,s,1,43283,43340",
                "C3,s,1,x,02/Jul/18 3:42 PM",
                "C3,s,1,x,22/Aug/18 3:42 PM",
                "C4,s,1,x,2018-07-01 23:59",
                "C4,s,1,x,2018-07-01T23:30:00Z",
                "C5,s,1,x,10th July 2018",
                "C5,s,1,x,",
            ],
            ("case_reference", "received_date", "responded_date"),
            [
                ("C1", "43283", "22nd August 2018"),
                ("C2", "43283", "43340"),
                ("C3", "x", "22/Aug/18 3:42 PM"),
                ("C4", "x", "2018-07-01T23:30:00Z"),
                ("C5", "x", None),
            ],
            id="first and last of dates in every form that the night reads",
        ),
        pytest.param(
            "    columns: {service_team: {sql: \"split_part(Team, '-', 2)\"}}",
            [
                "case_reference,procedure,stage,received_date,Team",
                "C1,s,1,x,CS - North",
                "C2,s,1,x,CS -",
            ],
            ("case_reference", "service_team"),
            [("C1", "North"), ("C2", None)],
            id="what an expression gives is trimmed",
        ),
        pytest.param(
            "    sql: |\n      select '\u00a0' || Ref || ' ' as case_reference, 's' as procedure,"
            "\n      '1' as stage, 'x' as received_date, ' ' as service_team from export",
            ["Ref", "C1"],
            ("case_reference", "service_team"),
            [("C1", None)],
            id="what a select gives is trimmed",
        ),
        pytest.param(
            "    read: {header: 3, footer: 1, delimiter: '|', encoding: cp850}",
            [
                "Report run on|01/10/2018",
                "",
                "case_reference|procedure|stage|received_date|service_team",
                "C1|s|1|x|Caf\u00e9",
                "Total|1||",
            ],
            ("case_reference", "service_team"),
            [("C1", "Caf\u00e9")],
            id="how it is written",
        ),
        pytest.param(
            "    read: {short_rows: fill, trailing_delimiter: drop}",
            [
                "case_reference,procedure,stage,received_date,outcome",
                "C1,s,1,x",
                "C2,s,1,x,upheld,",
            ],
            ("case_reference", "outcome", "field_count = header_field_count"),
            [("C1", None, True), ("C2", "upheld", True)],
            id="short rows and a trailing delimiter",
        ),
    ],
)
def test_what_a_mapping_does(store, tmp_path, entry, lines, columns, expected):
    if "cp850" in entry:
        write_csv(tmp_path / "exports", "wide.csv", *lines, encoding="cp850")
        lines = ()
    record, rows = read(store, tmp_path, entry, *lines, columns=columns)
    assert (record.status, record.message) == ("loaded", None)
    assert rows == expected


@pytest.mark.parametrize(
    ("findings", "worst"),
    [
        (["upheld", "not upheld"], "partially_upheld"),
        (["Not upheld", "Withdrawn"], "not_upheld"),
        (["Partly upheld", "No finding", ""], "partially_upheld"),
        (["Justified-ish", "Upheld"], "Justified-ish"),
        (["", ""], None),
    ],
)
def test_points_of_complaint_make_one_row(store, tmp_path, findings, worst):
    entry = """
    columns: {case_reference: Ref, procedure: Type, stage: Level, received_date: Received,
      responded_date: Closed, outcome: Finding, reasons: Cause}
    one_row_per: [case_reference, stage]
    combine: {reasons: join, outcome: worst}
"""
    lines = [
        f"P1,s,1,{date},{closed},{finding},{cause}"
        for date, closed, finding, cause in zip(
            ["09/07/2018", "02/07/2018", "01/08/2018"],
            ["30/07/2018", "02/08/2018", "03/08/2018"],
            findings,
            ["Staff", "Delay", "Staff"],
            strict=False,
        )
    ]
    _, rows = read(
        store,
        tmp_path,
        entry,
        POINTS,
        *lines,
        ",s,1,x,,upheld,",
        ",s,1,x,,upheld,",
        columns=("case_reference", "received_date", "responded_date", "outcome", "reasons"),
    )
    closed = "03/08/2018" if len(findings) == 3 else "02/08/2018"
    assert rows == [
        ("P1", "02/07/2018", closed, worst, "Delay;Staff"),
        (None, "x", None, "upheld", None),
        (None, "x", None, "upheld", None),
    ]


def test_one_open_point_keeps_the_case_open_unless_the_last_is_asked_for(store, tmp_path):
    entry = """
    columns: {case_reference: Ref, procedure: Type, stage: Level, received_date: Received,
      responded_date: Closed}
    one_row_per: [case_reference]
"""
    lines = [POINTS, "P1,s,1,02/07/2018,10/07/2018,,", "P1,s,1,02/07/2018,,,"]
    assert read(store, tmp_path, entry, *lines, columns=("responded_date",))[1] == [(None,)]
    entry += "    combine: {responded_date: last, stage: [2, 1]}\n"
    assert read(store, tmp_path, entry, *lines, columns=("responded_date",))[1] == [("10/07/2018",)]


def test_month_first_dates_are_ordered_as_such(store, tmp_path):
    entry = """
    dates: month-first
    columns: {case_reference: Ref, procedure: Type, stage: Level, received_date: Received}
    one_row_per: [case_reference]
"""
    lines = [POINTS, "P1,s,1,02/10/2018,,,", "P1,s,1,03/09/18,,,"]
    assert read(store, tmp_path, entry, *lines, columns=("received_date",))[1] == [("02/10/2018",)]


def test_a_time_with_its_offset_is_the_same_moment_in_whatever_zone_the_machine_is(store, tmp_path):
    store.execute("set timezone = 'America/New_York'")
    entry = "    dates: '%d.%m.%y %H:%M %z'\n    columns: {case_reference: Ref}\n"
    lines = ["Ref,procedure,stage,received_date", "P1,s,1,02.07.18 00:30 +0100", "P2,s,1,02.07.18"]
    assert read(store, tmp_path, entry, *lines, columns=("received_date",))[1] == [
        ("02.07.18",),  # not of the pattern
        ("2018-07-01 23:30:00Z",),
    ]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            "columns: {outcome: Desision}",
            "has no column 'Desision', which the sources file gives for outcome; the nearest name "
            "found is 'Decision'. Correct the sources file, or name outcome under 'optional'",
        ),
        (
            "columns: {stage: Level}",
            "has no column 'Level', which the sources file gives for stage. Correct the sources "
            "file.",
        ),
        (
            "where: Statuss = 'x'",
            "has no column 'Statuss', which 'where' of the sources file reads; the nearest name "
            "found is 'Status'. Correct the name; if it is a text, put it in single quotes: "
            "'Statuss'.",
        ),
        ("where: Status = T1", "put it in single quotes: 'T1'."),
        (
            "columns: {outcome: {sql: Decision || T1}}\n    optional: [outcome]",
            "has no column 'T1', which 'outcome' of the sources file reads. Correct the name",
        ),
        ("columns: {outcome: {sql: 'upper('}}", "'outcome' of the sources file is no SQL"),
        ("where: 'count(*) from x; drop table y'", "'where' of the sources file is no SQL"),
        ("sql: select * from export", "asks for every column (*)"),
        ("sql: select Decision as outcome from export", "lacks case_reference, procedure, stage"),
        ("sql: select nothing as stage from export", "cannot be read by 'sql' of the sources file"),
        (
            "columns: {outcome: {sql: 'Decision::int'}}",
            "the SQL under 'outcome' in the sources file",
        ),
        (
            "where: Decision::int > 3",
            "the SQL under 'where' or 'sql' in the sources file cannot take",
        ),
        ("split: {learning: x}", "has no learning, which the sources file names under 'split'"),
        ("columns: {outcome: NAME}", "has 2 columns 'NAME'"),
    ],
)
def test_a_mapping_that_does_not_fit_rejects_the_file_in_one_sentence(
    store, tmp_path, entry, words
):
    lines = [
        "case_reference,procedure,stage,received_date,Decision,Status,name,Name ",
        "C1,s,1,x,Jane,,,",
    ]
    record, rows = read(store, tmp_path, f"    {entry}", *lines)
    assert (record.status, rows) == ("rejected", [])
    assert words in record.message
    assert "Jane" not in record.message
    assert record.message.endswith(".")


def test_a_column_marked_as_optional_may_be_missing(store, tmp_path):
    record, rows = read(
        store,
        tmp_path,
        "    columns: {outcome: Decision}\n    optional: [outcome]",
        "case_reference,procedure,stage,received_date",
        "C1,s,1,x",
        columns=("outcome",),
    )
    assert (record.status, rows) == ("loaded", [(None,)])


def test_only_what_is_named_is_read(tmp_path):
    source = Source(
        code="a",
        files="x",
        columns={"case_reference": {"sql": "list_transform([Ref], lambda Name: Name)[1]"}},
    )
    headers = ["Ref", "Name", "procedure", "stage", "received_date", "Address"]
    assert compile_mapping(headers, source).read == [0, 2, 3, 4]


@pytest.mark.parametrize("day", ["", " 2018-08-01"])
def test_several_entries_under_one_code_are_one_source(store, tmp_path, day):
    """A file per stage, and two sheets of one workbook: a case is one case."""
    write_csv(tmp_path / "exports", f"first{day}.csv", "Ref,received_date", "K1,02/07/2018")
    write_workbook(tmp_path / "exports", f"later{day}.xlsx", ["Ref", "received_date"], ["K1", "x"])
    path = tmp_path / "sources.yml"
    path.write_text(
        """
sources:
  - &first
    code: casework
    files: exports/first*.csv
    rename: {Ref: case_reference}
    constants: {procedure: statutory, stage: stage_1}
  - code: casework
    files: exports/later*.xlsx
    columns: {case_reference: Ref, procedure: =statutory, stage: =stage_2}
  - code: casework
    files: exports/later*.xlsx
    read: {sheet: Sheet}
    columns: {case_reference: Ref, procedure: =statutory, stage: =stage_3}
"""
    )
    (source,) = read_sources(path)
    (delivery,) = unread_deliveries(store, source).deliveries["complaints"]
    assert [file.name for file in delivery.files] == [
        f"first{day}.csv",
        f"later{day}.xlsx",
        f"later{day}.xlsx (Sheet)",
    ]
    read_delivery(store, run_called("read"), delivery)
    assert landed(store, "case_reference", "stage") == [
        ("K1", "stage_1"),
        ("K1", "stage_2"),
        ("K1", "stage_3"),
    ]
    assert unread_deliveries(store, source).deliveries["complaints"] == []
    changed = source.model_copy(update={"more": source.more[:1]})
    assert len(unread_deliveries(store, changed).deliveries["complaints"]) == 1


def test_a_rejected_file_says_so_as_a_sentence_of_its_own():
    with pytest.raises(FileRejectedError, match="lacks the columns"):
        compile_mapping(["a"], Source(code="a", files="x"))
