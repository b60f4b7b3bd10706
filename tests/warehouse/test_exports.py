"""`complaints export`: the marts as files that a data package describes, the same in every form."""

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import Package
from openpyxl import load_workbook

from command_helpers import Run
from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.warehouse import exports
from complaints.warehouse.errors import ExitCode, RunFailedError
from complaints.warehouse.exports import export_marts
from complaints.warehouse.plain_text import safe_in_spreadsheet
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import SECOND_DAY, SmallHome

HOSTILE = [
    *("=1+1", "+44", "-5", "@SUM(A1)", "\t=1", "\r\n=1", "\uff1d1", "plain", "", " =1", "a=b"),
    *("\x1b[2J=1", "\u202eabc", "\x1b=1", "line\nbreak", 'quo"te;,', "\x00", "caf\u00e9", None),
]


@pytest.fixture(scope="module")
def exported(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of the example."""
    folder = tmp_path_factory.mktemp("exports")
    export_marts(example, out=folder)
    return folder


def columns_of(settings: Settings) -> dict[str, list[str]]:
    """Return the columns of each published mart."""
    found: dict[str, list[str]] = {}
    for table, column in query(
        settings.marts_path,
        "select table_name, column_name from duckdb_columns() where not internal "
        "order by table_name, column_index",
    ):
        found.setdefault(table, []).append(column)
    return found


@pytest.mark.soak
def test_parquet_has_the_marts_as_they_are(example: Settings, exported: Path) -> None:
    marts = columns_of(example)
    assert {path.stem for path in (exported / "parquet").iterdir()} == set(marts)
    with duckdb.connect(example.marts_path, read_only=True) as connection:
        for mart in marts:
            file = f"'{exported}/parquet/{mart}.parquet'"
            described = connection.execute(f"describe from {file}").fetchall()
            assert described == connection.execute(f"describe from {mart}").fetchall()
            for one, other in ((file, mart), (mart, file)):
                left = connection.execute(f"from {one} except all from {other}").fetchall()
                assert left == []


@pytest.mark.soak
def test_the_package_is_valid_and_so_is_every_csv_file_by_it(exported: Path) -> None:
    package = Package(str(exported / "datapackage.json"))
    tables = [resource for resource in package.resources if resource.format == "csv"]
    assert len(tables) > 30
    for resource in tables:
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])[:3]


@pytest.mark.soak
def test_the_package_describes_every_column_and_knows_its_files(
    example: Settings, exported: Path
) -> None:
    package = json.loads((exported / "datapackage.json").read_text(encoding="utf-8"))
    resources = {each["path"]: each for each in package["resources"]}
    assert {path.relative_to(exported).as_posix() for path in exported.rglob("*.*")} == {
        *resources,
        "datapackage.json",
    }
    assert package["as_of_day"] == "2018-11-27"
    for mart, columns in columns_of(example).items():
        for kind in ("csv", "parquet"):
            resource = resources[f"{kind}/{mart}.{kind}"]
            fields = resource["schema"]["fields"]
            assert [field["name"] for field in fields] == columns
            assert all(field["description"] for field in fields) and resource["description"]
    for path, resource in resources.items():
        assert (exported / path).stat().st_size == resource["bytes"]


@pytest.mark.soak
def test_the_workbook_has_the_marts_as_sheets_with_dates_as_dates(
    example: Settings, exported: Path
) -> None:
    book = load_workbook(exported / "complaints.xlsx", read_only=True)
    marts = columns_of(example)
    assert book.sheetnames == ["Contents", "Columns", *marts]
    for mart in ("fct_complaint_stages", "rpt_quarterly_stages", "ops_runs"):
        header, *rows = book[mart].iter_rows(values_only=True)
        assert list(header) == marts[mart]
        expected = [
            tuple(_shown(v) for v in row) for row in query(example.marts_path, f"from {mart}")
        ]
        assert [tuple(_shown(value) for value in row) for row in rows] == expected


def _shown(value: Any) -> Any:
    """Return a value as both a workbook and DuckDB have it; a workbook's days have midnights."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return pytest.approx(value) if value % 1 else int(value)
    return value


def made_by_hand(home: Path, rows: int = 0) -> Settings:
    """Return the settings of a home whose only mart has hostile texts."""
    home.mkdir(exist_ok=True)
    settings = Settings(home=home)
    settings.marts_path.unlink(missing_ok=True)
    with duckdb.connect(settings.marts_path) as marts:
        marts.execute("create table dim_texts (place integer, written varchar)")
        for place, text in enumerate(HOSTILE):
            marts.execute("insert into dim_texts values ($1, $2)", [place, text])
        marts.execute("insert into dim_texts select range, 'x' from range($1)", [rows])
    return settings


def test_no_text_of_a_csv_file_is_a_formula_or_unseen(tmp_path: Path) -> None:
    export_marts(made_by_hand(tmp_path), ["csv"])
    with (tmp_path / "exports/csv/dim_texts.csv").open(encoding="utf-8", newline="") as file:
        written = [row["written"] for row in csv.DictReader(file)]
    assert written == [safe_in_spreadsheet(text) or "" for text in HOSTILE], "one rule in both"
    assert not any(text.startswith(tuple("=+-@\t\r\n\uff1d")) for text in written)
    assert "\x1b" not in "".join(written) and "caf\u00e9" in written and "line\nbreak" in written


def test_a_mistyped_home_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(RunFailedError):
        export_marts(Settings(home=tmp_path / "hoem"), ["csv"])
    assert not (tmp_path / "hoem").exists()


def test_a_mart_too_long_for_a_sheet_is_said_to_be_in_parquet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_SHEET_ROWS", 100)
    export_marts(made_by_hand(tmp_path, 100), ["xlsx"])
    book = load_workbook(tmp_path / "exports/complaints.xlsx")
    assert book.sheetnames == ["Contents", "Columns"]
    assert book["Contents"]["C2"].value == "More than 100 rows: open the Parquet file."


def test_an_export_replaces_its_own_files_and_no_others(tmp_path: Path) -> None:
    settings = made_by_hand(tmp_path)
    folder = tmp_path / "exports"
    export_marts(settings)
    (folder / "mine.pbix").write_text("a report of an analyst")
    export_marts(settings, ["csv"])
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert left == {"csv/dim_texts.csv", "datapackage.json", "mine.pbix"}


def test_the_command_writes_where_it_is_told(run: Run, example: Settings, tmp_path: Path) -> None:
    out = tmp_path / "for analysts"
    said = run("export", "--home", example.home, "--format", "csv, parquet", "--out", out)
    assert said.exit_code == ExitCode.DONE
    assert (
        said.out
        == f"{2 * len(columns_of(example)) + 1} files, described in {out}/datapackage.json\n"
    )
    assert not (example.home / "exports").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--format", "xls"], '"xls" is not a format of an export: choose from parquet, csv, xlsx'),
        (["--format", ""], "is not a format of an export"),
        (["--out", "notes.txt"], "notes.txt cannot be written"),
        (["--out", "other"], "datapackage.json is no data package of an export"),
    ],
)
def test_a_mistake_is_one_sentence(
    run: Run, example: Settings, tmp_path: Path, words: list[str], problem: str
) -> None:
    (tmp_path / "notes.txt").write_text("a file")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "datapackage.json").write_text("[]")
    said = run("export", "--home", example.home, *words)
    assert said.exit_code == ExitCode.USAGE and said.out == ""
    assert said.err.splitlines()[-1].startswith("Error: ") and problem in said.err


@pytest.mark.xdist_group("night_shift")
def test_a_night_exports_what_it_published_where_a_setting_says_so(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back().model_copy(
        update={"nightly_exports": ("csv", "parquet")}
    )
    run_night(settings, WITHOUT_DBT)
    package = json.loads((settings.exports_folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["as_of_day"] == str(SECOND_DAY)
    assert {each["format"] for each in package["resources"]} == {"csv", "parquet"}


@pytest.mark.xdist_group("night_shift")
def test_a_night_whose_export_fails_has_published_and_says_so(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back().model_copy(update={"nightly_exports": ("csv",)})
    settings.exports_folder.write_text("in the way")
    report = run_night(settings, WITHOUT_DBT)
    assert report.is_published and report.failure
    assert report.notes[-1].startswith("The marts were published, but something failed after that")
    assert "exports" in report.notes[-1]
