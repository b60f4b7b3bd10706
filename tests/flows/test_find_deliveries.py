import pytest

from complaints.flows.readers.export_files import split_date
from complaints.flows.steps.find_deliveries import unread_deliveries
from export_helpers import HEADER, ROW, folder_source, night, write_csv


def deliver(exports, name, case="C1"):
    return write_csv(exports, name, HEADER, ROW.replace("C1", case))


def delivered(store, exports, **settings):
    found = unread_deliveries(store, folder_source(exports, **settings))
    return [
        [file.name for file in delivery.files]
        for delivery in found.deliveries.get("complaints", [])
    ]


@pytest.mark.parametrize(
    ("name", "series", "stamp"),
    [
        ("complaints.csv", None, None),
        ("complaints_20181001.csv", "complaints_.csv", "2018-10-01"),
        ("Complaints 2018-10-01.CSV", "complaints .csv", "2018-10-01"),
        ("2018-10-01 complaints.csv", " complaints.csv", "2018-10-01"),
        ("complaints_20181001T0200.csv", "complaints_.csv", "2018-10-01T02:00:00"),
        ("complaints_20181001_020000.csv", "complaints_.csv", "2018-10-01T02:00:00"),
        ("complaints_20181001-0200.csv", "complaints_.csv", "2018-10-01T02:00:00"),
        ("complaints_20181001020000.csv", "complaints_.csv", "2018-10-01T02:00:00"),
        ("complaints 2018-10-01 02-00-00.csv", "complaints .csv", "2018-10-01T02:00:00"),
        ("complaints_2018-10-01T02:00:00Z.csv", "complaints_.csv", "2018-10-01T02:00:00"),
        ("complaints_20181001_v2.csv", "complaints__v2.csv", "2018-10-01"),
        ("complaints_20181001_9999.csv", "complaints__9999.csv", "2018-10-01"),
        (
            "complaints_20180701-20180930_20181001.csv",
            "complaints_20180701-20180930_.csv",
            "2018-10-01",
        ),
        ("complaints_20181399.csv", None, None),
        ("complaints_00010101.csv", None, None),
        ("complaints_120181001.csv", None, None),
        ("complaints_2018-1001.csv", None, None),
        ("2018-10-01/complaints.csv", "/complaints.csv", "2018-10-01"),
    ],
)
def test_date_stamps(name, series, stamp):
    assert split_date(name) == (series, stamp)


def test_which_files_are_read(store, exports):
    for name in ("a.csv", "b.CSV", "c.txt", "d.tsv", "e.xlsx"):
        deliver(exports, name)
    for name in (".hidden.csv", "~$e.xlsx", "README.md", "sources.yml", "x.yaml", "Thumbs.db"):
        deliver(exports, name)
    deliver(exports / "older", "f.csv")
    for name in ("old.xls", "letter.docx", "noending"):
        deliver(exports, name)
    for name in ("learning_actions.csv", "Team Changes 2018-10-01.xlsx", "benchmarks-20181001.csv"):
        deliver(exports, name)
    found = unread_deliveries(store, folder_source(exports))
    assert [[file.name for file in one.files] for one in found.deliveries["complaints"]] == [
        ["a.csv", "b.CSV", "c.txt", "d.tsv", "e.xlsx", "old.xls"]
    ]
    assert {(record.file_name, record.status) for record in found.records} == {
        ("letter.docx", "rejected"),
        ("noending", "rejected"),
    }
    assert found.records[0].message.endswith("cannot be read; save it as .xlsx or CSV.")
    optional = [name for name in found.deliveries if name != "complaints"]
    files = [file for name in optional for each in found.deliveries[name] for file in each.files]
    assert sorted(file.name for file in files) == [
        "Team Changes 2018-10-01.xlsx",
        "benchmarks-20181001.csv",
        "learning_actions.csv",
    ]


def test_an_empty_folder_delivers_nothing(store, exports):
    assert delivered(store, exports) == []


def test_stamped_files_are_successive_deliveries_and_the_others_go_with_the_newest(store, exports):
    for name in (
        "statutory_20181101.csv",
        "statutory_20181001.csv",
        "corporate_2018-11-01.csv",
        "corporate_2018-10-15.csv",
        "ombudsman.csv",
    ):
        deliver(exports, name, case=name)
    assert delivered(store, exports) == [
        ["statutory_20181001.csv"],
        ["corporate_2018-10-15.csv"],
        ["corporate_2018-11-01.csv", "ombudsman.csv", "statutory_20181101.csv"],
    ]


def test_the_exports_of_one_date_are_paired_by_their_place(store, exports):
    for name in (
        "a_20181001_0200.csv",
        "a_20181001_1400.csv",
        "b_20181001_0330.csv",
        "b_20181001_1530.csv",
        "b_20181001_2330.csv",
    ):
        deliver(exports, name, case=name)
    assert delivered(store, exports) == [
        ["a_20181001_0200.csv", "b_20181001_0330.csv"],
        ["a_20181001_1400.csv", "b_20181001_1530.csv"],
        ["b_20181001_2330.csv"],
    ]


def test_the_same_delivery_is_not_read_again(store, exports):
    deliver(exports, "a.csv")
    deliver(exports, "b.csv", case="C2")
    source = folder_source(exports)
    assert night(store, source, "1") == {"a.csv": ("loaded", None), "b.csv": ("loaded", None)}
    for run_id in ("2", "3"):
        assert night(store, source, run_id) == {
            "a.csv": ("unchanged", None),
            "b.csv": ("unchanged", None),
        }
    assert store.execute(
        "select count(*) from raw.delivery_files where status = 'unchanged' and rows_read is null"
    ).fetchone() == (4,)
    deliver(exports, "b.csv", case="C3")
    assert {status for status, _ in night(store, source, "4").values()} == {"loaded"}


def test_a_changed_definition_reads_the_delivery_again(store, exports):
    deliver(exports, "a.csv")
    night(store, folder_source(exports), "1")
    assert delivered(store, exports) == []
    assert delivered(store, exports, constants={"outcome": "upheld"}) == [["a.csv"]]


def test_a_rejected_file_of_an_unchanged_delivery_is_rejected_again(store, exports):
    deliver(exports, "a.csv")
    write_csv(exports, "b.csv", "x,y", "1,2")
    source = folder_source(exports)
    first = night(store, source, "1")
    assert first["b.csv"][0] == "rejected"
    assert night(store, source, "2") == {"a.csv": ("unchanged", None), "b.csv": first["b.csv"]}
    (exports / "b.csv").rename(exports / "c.csv")
    assert night(store, source, "3")["c.csv"] == first["b.csv"]
    deliver(exports, "c.csv", case="C2")
    assert night(store, source, "4") == {"a.csv": ("loaded", None), "c.csv": ("loaded", None)}


def test_a_delivery_of_rejected_files_alone_is_read_again(store, exports):
    write_csv(exports, "b.csv", "x,y", "1,2")
    source = folder_source(exports)
    assert night(store, source, "1") == night(store, source, "2")
    assert delivered(store, exports) == [["b.csv"]]


def test_an_older_stamp_is_superseded_once_loaded_and_rejected_if_it_comes_late(store, exports):
    source = folder_source(exports)
    deliver(exports, "a_20181001.csv", case="C1")
    deliver(exports, "a_20181015.csv", case="C2")
    assert {status for status, _ in night(store, source, "1").values()} == {"loaded"}
    deliver(exports, "a_20180901.csv", case="C3")
    second = night(store, source, "2")
    assert second["a_20181001.csv"] == ("superseded", None)
    assert second["a_20181015.csv"] == ("unchanged", None)
    status, message = second["a_20180901.csv"]
    assert status == "rejected"
    assert "is dated before the newest loaded file of its name (2018-10-15)" in message
    deliver(exports, "a_20181101.csv", case="C4")
    third = night(store, source, "3")
    assert third.pop("a_20181101.csv") == ("loaded", None)
    assert third == second | {"a_20181015.csv": ("superseded", None)}


def test_a_stamped_file_alone_is_not_read_again_when_the_newest_is_taken_away(store, exports):
    source = folder_source(exports)
    deliver(exports, "a_20181001.csv", case="C1")
    newest = deliver(exports, "a_20181015.csv", case="C2")
    night(store, source, "1")
    newest.unlink()
    assert night(store, source, "2") == {"a_20181001.csv": ("superseded", None)}


def test_a_redelivery_under_the_same_stamp_is_read(store, exports):
    source = folder_source(exports)
    deliver(exports, "a_20181001.csv", case="C1")
    night(store, source, "1")
    deliver(exports, "a_20181001.csv", case="C2")
    assert night(store, source, "2") == {"a_20181001.csv": ("loaded", None)}
    assert night(store, source, "3") == {"a_20181001.csv": ("unchanged", None)}


def test_after_an_older_delivery_of_another_series_the_newest_is_read_again(store, exports):
    source = folder_source(exports)
    deliver(exports, "a_20181001.csv", case="C1")
    deliver(exports, "a_20181015.csv", case="C2")
    night(store, source, "1")
    deliver(exports, "b_20181001.csv", case="C3")
    assert delivered(store, exports) == [["b_20181001.csv"], ["a_20181015.csv"]]
    assert night(store, source, "2") == {
        "a_20181001.csv": ("superseded", None),
        "b_20181001.csv": ("loaded", None),
        "a_20181015.csv": ("loaded", None),
    }
    assert delivered(store, exports) == []


def test_a_newer_stamp_on_the_same_content_is_unchanged_and_counts_as_taken(store, exports):
    source = folder_source(exports)
    deliver(exports, "a_20181001.csv", case="C1")
    night(store, source, "1")
    deliver(exports, "a_20181015.csv", case="C1")
    assert night(store, source, "2") == {
        "a_20181001.csv": ("superseded", None),
        "a_20181015.csv": ("unchanged", None),
    }
    deliver(exports, "a_20181101.csv", case="C2")
    assert delivered(store, exports) == [["a_20181101.csv"]]


def test_sources_do_not_see_each_other(store, exports):
    deliver(exports, "a_20181015.csv")
    night(store, folder_source(exports), "1")
    other = folder_source(exports).model_copy(update={"code": "other"})
    assert [
        len(delivery.files) for delivery in unread_deliveries(store, other).deliveries["complaints"]
    ] == [1]


def test_files_by_pattern_are_named_from_the_patterns_folder(store, exports):
    deliver(exports / "north", "a.csv", case="C1")
    deliver(exports / "south", "a.csv", case="C2")
    deliver(exports / "south", "b.txt", case="C3")
    source = folder_source(exports).model_copy(update={"files": "*/*.csv"})
    assert night(store, source, "1") == {
        "north/a.csv": ("loaded", None),
        "south/a.csv": ("loaded", None),
    }


def test_a_file_that_cannot_be_opened_is_rejected(store, exports, monkeypatch):
    deliver(exports, "a.csv")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("complaints.flows.readers.export_files.file_sum", refuse)
    found = unread_deliveries(store, folder_source(exports))
    assert found.deliveries == {}
    assert found.records[0].message == "a.csv cannot be opened (Permission denied)."
