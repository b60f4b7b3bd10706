"""A file that is still being written while it is read: not loaded, said so, read the next night."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compiled_models import WITHOUT_DBT
from complaints.flows.night import NightReport, run_night
from complaints.flows.steps import extract as extracting
from complaints.flows.steps.extract import read_delivery
from complaints.flows.steps.find_deliveries import unread_deliveries
from complaints.warehouse.errors import ExitCode, RunFailedError
from complaints.warehouse.settings import Settings
from conftest import query
from export_helpers import folder_source, night, run_called, write_csv
from small_home import HEADER, SmallHome, export

pytestmark = pytest.mark.xdist_group("night_shift")

ROW = "{},statutory,stage_1,2018-11-26,,,,Assessments,,\n"
SENTENCE = (
    "{} was still being written while it was read, so it was not loaded; the next night reads it."
)


def night_while(write: Callable[[], Any], settings: Settings) -> NightReport:
    """Run a night in which somebody writes between the finding of the files and the reading."""

    def find(*given: Any) -> Any:
        found = WITHOUT_DBT["find_deliveries"](*given)
        write()
        return found

    return run_night(settings, WITHOUT_DBT | {"find_deliveries": find})


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def published_cases(settings: Settings) -> set[str]:
    cases = query(settings.marts_path, "select case_reference from fct_complaints")
    return {case for (case,) in cases}


def assert_every_row_has_one_fate(settings: Settings) -> None:
    wrong = query(
        settings.marts_path,
        "from dq_deliveries where status = 'loaded' and rows_read is distinct from rows_loaded "
        "+ rows_unchanged + rows_duplicate + rows_superseded + rows_quarantined",
    )
    assert wrong == []


def test_newer_deliveries_wait_for_it_the_other_files_are_loaded_and_the_next_night_reads_all(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    export(settings, "20181127_0100", ROW.format("C13") + "C14,statu")
    export(settings, "20181127_0200", ROW.format("C15"))
    growing, newer, other = (
        settings.source / f"{name}.csv"
        for name in ("complaints_20181127_0100", "complaints_20181127_0200", "corporate_20181127")
    )
    other.write_text(HEADER + ROW.format("C12"), encoding="utf-8")
    rest = "tory,stage_1,2018-11-26,,,,Assessments,,\n"

    report = night_while(lambda: append(growing, rest), settings)
    assert report.exit_code == ExitCode.PUBLISHED_WITH_REJECTED_FILES
    assert {record.file_name: record.message for record in report.rejected} == {
        growing.name: SENTENCE.format(growing.name),
        newer.name: (
            f"{newer.name} waits for an older file that could not be read yet; "
            "the next night reads both."
        ),
    }
    assert published_cases(settings) >= {"C1", "C12"}
    assert not published_cases(settings) & {"C13", "C14", "C15"}

    assert run_night(settings, WITHOUT_DBT).exit_code == ExitCode.DONE
    assert published_cases(settings) >= {"C12", "C13", "C14", "C15"}
    assert_every_row_has_one_fate(settings)


def test_alone_it_leaves_the_marts_of_the_night_before(home_of_first_night: SmallHome) -> None:
    settings = home_of_first_night.put_back()
    before = settings.marts_path.read_bytes()
    (growing,) = settings.source.iterdir()
    append(growing, ROW.format("C12"))
    with pytest.raises(RunFailedError) as failed:
        night_while(lambda: append(growing, ROW.format("C13")), settings)
    assert str(failed.value).endswith(SENTENCE.format(growing.name))
    assert settings.marts_path.read_bytes() == before


@pytest.mark.parametrize("is_emptied", [True, False], ids=["emptied", "cut off within a quote"])
def test_whatever_else_is_wrong_with_it_the_sentence_is_the_same(
    store: Any, exports: Path, is_emptied: bool
) -> None:
    path = write_csv(exports, "a.csv", HEADER.strip(), ROW.format("C1"))
    (delivery,) = unread_deliveries(store, folder_source(exports)).deliveries["complaints"]
    path.write_text("" if is_emptied else HEADER + 'C1,"statu', encoding="utf-8")
    (record,) = read_delivery(store, run_called("1"), delivery).files
    assert (record.status, record.message) == ("rejected", SENTENCE.format("a.csv"))


def test_a_file_that_the_disk_did_not_give_once_is_read_the_next_time(
    store: Any, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its content is the same the next night, and must not be taken for known and rejected."""
    for name in "ab":
        write_csv(exports, f"{name}.csv", HEADER.strip(), ROW.format(name))
    source = folder_source(exports)
    read = extracting.read_file

    def refuse(connection: Any, path: Path, target: Any) -> Any:
        if path.name == "b.csv":
            raise OSError(5, "Input/output error")
        return read(connection, path, target)

    with monkeypatch.context() as patch:
        patch.setattr(extracting, "read_file", refuse)
        assert night(store, source, "1") == {
            "a.csv": ("loaded", None),
            "b.csv": ("rejected", "b.csv cannot be opened (Input/output error)."),
        }
    assert night(store, source, "2")["b.csv"] == ("loaded", None)
