"""Reference data: the shipped bank holidays, and the council's own rows laid over the seeds."""

import csv
import importlib.util
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pytest

from compiled_models import TESTED_WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.flows.steps.reference import prepare_reference
from complaints.warehouse.errors import UsageError
from complaints.warehouse.layout import OPTIONAL_INPUTS
from complaints.warehouse.settings import PROJECT_FOLDER, Settings, read_settings
from complaints.warehouse.store import hold_warehouse
from conftest import query

DBT_PROJECT = PROJECT_FOLDER / "dbt_project"
SEEDS = DBT_PROJECT / "seeds"
THANKSGIVING = date(2018, 7, 4)
LIMITS_HEADER = (
    "procedure,stage,milestone,clock_starts,working_days,extended_working_days,"
    "valid_from,valid_to,source"
)
COUNCIL_FILES = {
    "bank_holidays.csv": f"date,title\n{THANKSGIVING},Day of Thanksgiving\n",
    "synonyms.csv": "field,written,value\nstage,Informal,stage_1\n",
    "time_limits.csv": f"{LIMITS_HEADER}\n"
    "corporate,stage_1,response,received,15,25,2018-04-01,2018-06-30,cabinet decision\n",
}


def shipped_holidays() -> list[tuple[date, str]]:
    with (SEEDS / "bank_holidays.csv").open(encoding="utf-8", newline="") as file:
        return [(date.fromisoformat(row["date"]), row["title"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def make_bank_holidays() -> ModuleType:
    """Give the program that wrote the seed; it stands beside the seeds, not in a package."""
    spec = importlib.util.spec_from_file_location("program", SEEDS / "make_bank_holidays.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_bank_holidays_are_those_of_the_holidays_package(make_bank_holidays: ModuleType) -> None:
    assert shipped_holidays() == make_bank_holidays.bank_holidays(2000, 2060)


def test_program_writes_the_seed_again(make_bank_holidays: ModuleType, tmp_path: Path) -> None:
    make_bank_holidays.write_seed(tmp_path / "seed.csv")
    assert (tmp_path / "seed.csv").read_bytes() == (SEEDS / "bank_holidays.csv").read_bytes()


def test_bank_holidays_know_what_no_formula_gives() -> None:
    days = {day for day, _ in shipped_holidays()}
    proclaimed = [
        "2002-06-04",
        "2011-04-29",
        "2012-06-05",
        "2022-06-03",
        "2022-09-19",
        "2023-05-08",
    ]
    assert {date.fromisoformat(day) for day in proclaimed} <= days
    assert date(2020, 5, 8) in days and date(2020, 5, 4) not in days  # moved to VE Day
    assert all(day.weekday() < 5 for day in days)
    assert {day.year for day in days} == set(range(2000, 2061))


class Nights(NamedTuple):
    """The home before and after the night that met the council's rows."""

    before: Settings
    after: Settings
    run_id: str


@pytest.fixture(scope="module")
def nights(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    """Give the council its own rows, and run a night on the same delivery and the same day."""
    home = tmp_path_factory.mktemp("council") / "home"
    shutil.copytree(example.home, home)
    after = example.model_copy(update={"home": home})
    for name, text in COUNCIL_FILES.items():
        (after.reference_folder / name).write_text(text, encoding="utf-8")
    report = run_night(after, TESTED_WITHOUT_DBT)
    yield Nights(example, after, report.run.run_id)


council = pytest.mark.xdist_group("council_rows")


def stages_of(settings: Settings) -> dict[tuple[str, str], dict[str, Any]]:
    with duckdb.connect(settings.marts_path, read_only=True) as connection:
        result = connection.execute("from fct_complaint_stages")
        columns = [column[0] for column in result.description]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    return {(row["case_reference"], row["stage"]): row for row in rows}


@council
def test_nothing_was_delivered_and_the_repository_was_left_alone(nights: Nights) -> None:
    tonight = query(
        nights.after.marts_path,
        "select distinct dataset, status, rows_read from dq_deliveries where run_id = $1",
        nights.run_id,
    )
    assert ("complaints", "unchanged", None) in tonight
    # The files of the optional inputs are small: under new rules they are read again.
    assert {dataset for dataset, *_ in tonight} == {"complaints", *OPTIONAL_INPUTS}
    assert len(tonight) == 1 + len(OPTIONAL_INPUTS)
    counted = "select (select count(*) from seeds.{0}), (select count(*) from staging.stg_{0})"
    seeds, in_force = query(nights.after.warehouse_path, counted.format("bank_holidays"))[0]
    assert seeds == len(shipped_holidays()) and in_force == seeds + 1


@council
def test_council_synonym_releases_a_held_row(nights: Nights) -> None:
    held = "select case_reference from dq_quarantine where case_reference = 'CO-16-0901'"
    assert query(nights.before.marts_path, held) == [("CO-16-0901",)]
    assert query(nights.after.marts_path, held) == []
    before, after = stages_of(nights.before), stages_of(nights.after)
    assert set(after) - set(before) == {("CO-16-0901", "stage_1")}


@council
def test_council_limit_holds_from_its_first_to_its_last_day(nights: Nights) -> None:
    first, last = date(2018, 4, 1), date(2018, 6, 30)
    limits = set()
    for stage in stages_of(nights.after).values():
        if (stage["procedure"], stage["stage"]) == ("corporate", "stage_1"):
            is_covered = first <= stage["received_date"] <= last
            given = (stage["working_days_limit"], stage["extended_working_days_limit"])
            assert given == ((15, 25) if is_covered else (20, 20)), stage
            limits.add(given)
    assert limits == {(15, 25), (20, 20)}


@council
@pytest.mark.parametrize("night", ["before", "after"])
def test_due_dates_follow_the_council(nights: Nights, night: str) -> None:
    holidays = [day for day, _ in shipped_holidays()]
    holidays += [THANKSGIVING] if night == "after" else []
    # Those that no panel has met on are counted from their clock's start.
    stages = [
        stage
        for stage in stages_of(getattr(nights, night)).values()
        if stage["due_date"] and not stage["findings_due_date"]
    ]
    limits = [
        stage["extended_working_days_limit" if stage["extension_agreed"] else "working_days_limit"]
        for stage in stages
    ]
    clock_starts = np.array([stage["clock_start_date"] for stage in stages], "datetime64[D]")
    due = np.busday_offset(clock_starts, limits, roll="backward", holidays=holidays)
    assert [stage["due_date"] for stage in stages] == due.tolist()


@council
def test_proclaimed_holiday_moves_a_due_date_and_the_verdict_on_it(nights: Nights) -> None:
    case = ("CH-18-0033", "stage_1")
    assert stages_of(nights.before)[case]["due_date"] == date(2018, 7, 11)
    assert stages_of(nights.after)[case]["due_date"] == date(2018, 7, 12)
    is_working_day = "select is_working_day from dim_date where date = $1"
    assert query(nights.before.marts_path, is_working_day, THANKSGIVING) == [(True,)]
    assert query(nights.after.marts_path, is_working_day, THANKSGIVING) == [(False,)]


@council
def test_target_dates_are_compared_with_the_new_due_dates(nights: Nights) -> None:
    warned = query(
        nights.after.marts_path,
        "select case_reference, stage from dq_warnings "
        "where rule_code = 'target_date_disagrees' order by all",
    )
    disagreeing = query(
        nights.after.warehouse_path,
        "select case_reference, stage from intermediate.int_stage_deadlines "
        "where target_date <> due_date and target_date is distinct from due_date_overall "
        "and not is_held order by all",
    )
    assert warned == disagreeing
    before = query(
        nights.before.marts_path,
        "select count(*) from dq_warnings where rule_code = 'target_date_disagrees'",
    )
    assert len(warned) > before[0][0]


def prepare(home: Path, name: str, content: bytes) -> Settings:
    settings = read_settings(home=home)
    settings.reference_folder.mkdir(parents=True)
    (settings.reference_folder / name).write_bytes(content)
    with hold_warehouse(settings):
        prepare_reference(settings)
    return settings


LIMIT = "corporate,stage_1,response,received"
FIGURE = "Q2,1,2018-19 Q2,statutory"


def council_file(name: str, *rows: str) -> bytes:
    """Return a file with the header of its seed, without the optional columns at its end."""
    header = (SEEDS / name).read_text(encoding="utf-8").splitlines()[0].split(",")
    return "\n".join([",".join(header[: rows[0].count(",") + 1]), *rows]).encode()


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [
        (
            "stages.csv",
            ["statutory,stage_4,5"],
            "row 1: stage must be one of stage_1, stage_2, stage_3, ombudsman, not 'stage_4'.",
        ),
        (
            "stages.csv",
            ["statutory,stage_1,1", "statuary,stage_2,2"],
            "row 2: procedure must be one of statutory, corporate, not 'statuary'.",
        ),
        ("stages.csv", [",stage_1,1"], "row 1: procedure must be filled in."),
        (
            "stages.csv",
            ["statutory,stage_1,1st"],
            "row 1: stage_number must be a whole number, not '1st'.",
        ),
        *(
            (
                "stages.csv",
                rows,
                f"row {number}: stage_number must be more than that of every earlier stage and "
                "less than that of every later one, of any procedure, in the order stage_1, "
                f"stage_2, stage_3, ombudsman, not '{value}'.",
            )
            for rows, number, value in (
                (["corporate,stage_3,2"], 1, 2),
                (["corporate,stage_1,1", "corporate,ombudsman,2"], 2, 2),
                (["statutory,stage_3,4"], 1, 4),
                (["statutory,stage_2,1"], 1, 1),
                (["statutory,ombudsman,2"], 1, 2),
                # A case may pass from one procedure to the other.
                ([f"corporate,{stage},10" for stage in ("stage_2", "ombudsman")], 1, 10),
            )
        ),
        (
            "outcomes.csv",
            ["resolved,perhaps,Resolved"],
            "row 1: is_upheld must be true or false, not 'perhaps'.",
        ),
        (
            "outcomes.csv",
            ["resolved,true,a", " resolved ,true,b"],
            "row 2: outcome must not be 'resolved' twice; remove one of the two rows.",
        ),
        (
            "bank_holidays.csv",
            ["2018-07-04,a", "2108-07-04,b"],
            "row 2: date must be a day from 2000 to 2099, not '2108-07-04'.",
        ),
        (
            "bank_holidays.csv",
            ["2018-07-04,a", "2018-07-05,b", "2018-07-04,c"],
            "row 3: date must not be '2018-07-04' twice; remove one of the two rows.",
        ),
        (
            "bank_holidays.csv",
            ["2018-02-30,a"],
            "row 1: date must be a date (YYYY-MM-DD), not '2018-02-30'.",
        ),
        (
            "time_limits.csv",
            [f"{LIMIT},20,10,2018-04-01,,x"],
            "row 1: extended_working_days must be no less than working_days, not '10'.",
        ),
        (
            "time_limits.csv",
            [f"{LIMIT},0,,2018-04-01,,x"],
            "row 1: working_days must be more than 0, not '0'.",
        ),
        (
            "time_limits.csv",
            [f"{LIMIT},10,20,2018-04-01,2018-03-31,x"],
            "row 1: valid_to must be no earlier than valid_from, not '2018-03-31'.",
        ),
        ("time_limits.csv", [f"{LIMIT},10,20,,,x"], "row 1: valid_from must be filled in."),
        (
            "time_limits.csv",
            ["corporate,stage_3,response,received,10,20,2018-04-01,,x"],
            "row 1: procedure and stage must be one of corporate ombudsman, corporate stage_1, "
            "corporate stage_2, statutory ombudsman, statutory stage_1, statutory stage_2, "
            "statutory stage_3, not 'corporate stage_3'.",
        ),
        (
            "time_limits.csv",
            ["corporate,stage_1,reply,received,10,20,2018-04-01,,x"],
            "row 1: milestone must be one of acknowledgement, response, panel, findings, overall, "
            "request, not 'reply'.",
        ),
        (
            "time_limits.csv",
            ["statutory,stage_3,findings,received,5,5,2018-04-01,,x"],
            "row 1: clock_starts must be received (a response also acknowledged or findings), for "
            "findings panel, for a request previous_response, not 'received'.",
        ),
        (
            "time_limits.csv",
            ["statutory,stage_1,response,findings,10,20,2018-07-01,2018-09-30,Cabinet"],
            "row 1: clock_starts must be received or acknowledged where the stage has no row "
            "overall with working_days that holds on all days of this row, not 'findings'.",
        ),
        (
            "time_limits.csv",
            [
                "statutory,stage_1,overall,received,50,50,2018-07-01,2018-08-31,x",
                "statutory,stage_1,response,findings,10,20,2018-07-01,2018-09-30,x",
            ],
            "row 2: clock_starts must be received or acknowledged where the stage has no row "
            "overall with working_days that holds on all days of this row, not 'findings'.",
        ),
        (
            "synonyms.csv",
            ["team,Informal,stage_1"],
            "row 1: field must be one of procedure, stage, outcome, legal_basis, extension_agreed, "
            "target_met, status, advocate, contact_type, not 'team'.",
        ),
        (
            "synonyms.csv",
            ["stage,Informal,stage_0"],
            "row 1: value must be one of ombudsman, stage_1, stage_2, stage_3, not 'stage_0'.",
        ),
        (
            "synonyms.csv",
            ["extension_agreed,Ja,true"],
            "row 1: value must be one of yes, no, not 'true'.",
        ),
        ("synonyms.csv", ["stage,Informal,"], "row 1: value must be filled in."),
        (
            "synonyms.csv",
            ["extension_agreed,\u2713,yes"],
            "row 1: written must have a letter or a digit, not '\u2713'; what a sign means is said "
            "under 'values' in the sources file.",
        ),
        (
            "synonyms.csv",
            ["stage,Informal stage,stage_1", "stage,INFORMAL - stage,stage_2"],
            "row 2: field and written must have one value, but 'stage INFORMAL - stage' has "
            "another in an earlier row; capitals and punctuation make no difference.",
        ),
        (
            "legal_bases.csv",
            ["s99,Anything,both"],
            "row 1: procedure must be one of statutory, corporate, either, not 'both'.",
        ),
        (
            "published_figures.csv",
            [f"{FIGURE},stage_1,received,points,3"],
            "row 1: unit must be one of count, percent, percentage_points, not 'points'.",
        ),
        (
            "published_breakdowns.csv",
            [f"{FIGURE},stage_1,team,A,1,,"],
            "row 1: breakdown must be one of service_team, reason, not 'team'.",
        ),
    ],
)
def test_mistake_names_file_row_column_value_and_what_is_allowed(
    tmp_path: Path, name: str, rows: list[str], sentence: str
) -> None:
    with pytest.raises(UsageError) as mistake:
        prepare(tmp_path / "home", name, council_file(name, *rows))
    assert str(mistake.value) == f"{tmp_path / 'home' / 'reference' / name}, {sentence}"


def test_codes_of_one_council_file_are_known_to_the_others(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "home")
    settings.reference_folder.mkdir(parents=True)
    for name, row in (
        ("stages.csv", "corporate,stage_3,3"),
        ("time_limits.csv", "corporate,stage_3,response,received,10,20,2018-04-01,,x"),
        ("outcomes.csv", "resolved,false,Put right at once"),
        ("synonyms.csv", "outcome,Put right,resolved"),
    ):
        (settings.reference_folder / name).write_bytes(council_file(name, row))
    with hold_warehouse(settings):
        prepare_reference(settings)
    stages = query(settings.warehouse_path, "select procedure, stage from raw.council_stages")
    assert stages == [("corporate", "stage_3")]


def test_stages_may_have_other_numbers_in_the_same_order(tmp_path: Path) -> None:
    with (SEEDS / "stages.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            f"{row['procedure']},{row['stage']},{10 * int(row['stage_number'])}"
            for row in csv.DictReader(file)
        ]
    settings = prepare(tmp_path / "home", "stages.csv", council_file("stages.csv", *rows))
    highest = query(settings.warehouse_path, "select max(stage_number) from raw.council_stages")
    assert highest == [(40,)]


FINDINGS = "response,findings,15,15,2018-07-01,2018-09-30,Cabinet"


@pytest.mark.parametrize(
    "rows",
    [
        [f"statutory,stage_3,{FINDINGS}"],
        [
            f"corporate,stage_2,{FINDINGS}",
            "corporate,stage_2,overall,received,50,50,2018-04-01,,Cabinet",
        ],
    ],
    ids=["the shipped limit overall", "a limit overall of the council's own"],
)
def test_a_response_may_be_counted_from_the_findings_beside_a_limit_overall(
    tmp_path: Path, rows: list[str]
) -> None:
    settings = prepare(tmp_path / "home", "time_limits.csv", council_file("time_limits.csv", *rows))
    counted = query(settings.warehouse_path, "select count(*) from raw.council_time_limits")
    assert counted == [(len(rows),)]


@pytest.mark.parametrize(
    "row",
    [
        "statutory,stage_3,overall,received,,,2018-07-01,,x",
        "statutory,stage_3,overall,received,50,50,2006-09-01,2018-06-30,x",
    ],
    ids=["no limit", "an end"],
)
def test_a_row_that_leaves_a_shipped_row_without_what_it_needs_is_refused(
    tmp_path: Path, row: str
) -> None:
    with pytest.raises(UsageError) as mistake:
        prepare(tmp_path / "home", "time_limits.csv", council_file("time_limits.csv", row))
    assert str(mistake.value) == (
        f"{tmp_path / 'home' / 'reference' / 'time_limits.csv'}: beside its rows, the shipped row "
        "statutory stage_3 response 2006-09-01 is wrong, for clock_starts must be received or "
        "acknowledged where the stage has no row overall with working_days that holds on all days "
        "of this row, not 'findings'; write that row here as it should be."
    )


def test_spellings_that_agree_may_be_written_twice(tmp_path: Path) -> None:
    rows = ["stage,Informal stage,stage_1", "stage,informal  stage.,stage_1"]
    settings = prepare(tmp_path / "home", "synonyms.csv", council_file("synonyms.csv", *rows))
    assert query(settings.warehouse_path, "select count(*) from raw.council_synonyms") == [(2,)]


def test_first_night_makes_a_folder_with_examples_that_are_read_once_renamed(
    tmp_path: Path,
) -> None:
    settings = read_settings(home=tmp_path / "home")
    with hold_warehouse(settings):
        prepare_reference(settings)
        examples = sorted(settings.reference_folder.glob("*.csv.example"))
        assert [each.name for each in examples] == [
            f"{seed.name}.example" for seed in sorted(SEEDS.glob("*.csv"))
        ]
        readme = (settings.reference_folder / "README.md").read_text(encoding="utf-8")
        assert "## time_limits.csv" in readme and "- `valid_to`: Last received date" in readme
        for example in examples:
            example.rename(example.with_suffix(""))
        prepare_reference(settings)
    rows = query(settings.warehouse_path, "select count(*) from raw.council_time_limits")
    assert rows == [(1,)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("holidays.csv", b"date,title\n", ["no reference data called holidays", "bank_holidays"]),
        ("bank_holidays.csv", b"day,title\n", ["must be date,title", "it is day,title"]),
        ("bank_holidays.csv", b"", ["must be date,title"]),
        ("bank_holidays.csv", b"date;title\n2018-07-04;x\n", ["must be date,title"]),
        (
            "bank_holidays.csv",
            b"date,title\n2018-07-04,a\n2018-07-05,b\n06/07/2018,c\n",
            ["row 3", "date must be"],
        ),
        (
            "time_limits.csv",
            f"{LIMITS_HEADER}\ncorporate,stage_1,response,received,ten,,2018-04-01,,x\n".encode(),
            ["row 1", "working_days must be"],
        ),
        (
            "time_limits.csv",
            f"{LIMITS_HEADER}\ncorporate,stage_1,response,received,7.5,,2018-04-01,,x\n".encode(),
            ["row 1", "working_days must be a whole number, not '7.5'"],
        ),
        (
            "bank_holidays.csv",
            b"date,title\n2018-07-04 23:00,x\n",
            ["row 1", "date must be a date (YYYY-MM-DD), not '2018-07-04 23:00'"],
        ),
        ("time_limits.xlsx", b"PK", ["is not read", "time_limits.csv"]),
        ("time_limits.csv.txt", b"x", ["is not read", "time_limits.csv"]),
        ("bank_holidays.csv", "date,title\n2018-07-04,Café\n".encode("cp1252"), ["not UTF-8"]),
        ("bank_holidays.csv", "date,title\n".encode("utf-16"), ["not UTF-8"]),
        ("bank_holidays.csv", b"date,title\n2018-07-04,a\n2018-07-05,b,c\n", ["row 2"]),
        ("bank_holidays.csv", b"date,title\n2018-07-04,a\n2018-07-05\n", ["row 2"]),
        ("synonyms.csv", b"field,written,value\n ,x,stage_1\n", ["row 1", "field must be filled"]),
        (
            "time_limits.csv",
            f"{LIMITS_HEADER}\ncorporate,stage_1,response,,10,,2018-04-01,,x\n".encode(),
            ["row 1", "clock_starts must be filled"],
        ),
    ],
    ids=[
        *("unknown file", "wrong header", "empty", "semicolons", "bad date", "bad number"),
        *("half a number", "a moment", "workbook", "another ending"),
        *("cp1252", "utf-16", "long line", "short line"),
        *("blank key", "blank where a value is needed"),
    ],
)
def test_mistake_in_a_council_file_names_file_row_and_column(
    tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    with pytest.raises(UsageError) as mistake:
        prepare(tmp_path / "home", name, content)
    sentence = str(mistake.value)
    assert str(Path("reference") / name) in sentence
    assert "\n" not in sentence and "Error:" not in sentence
    for word in words:
        assert word in sentence


def test_a_council_file_may_end_in_capitals(tmp_path: Path) -> None:
    settings = prepare(tmp_path, "bank_holidays.CSV", b"date,title\n2018-07-04,Thanksgiving\n")
    rows = query(settings.warehouse_path, "select date from raw.council_bank_holidays")
    assert rows == [(THANKSGIVING,)]


def test_folder_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path)
    (settings.reference_folder / "stages.csv").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"stages\.csv is not a file"):
        prepare_reference(settings)


@pytest.mark.parametrize(
    "content",
    [
        b"date,title\n2018-07-04,Thanksgiving\n",
        b"\xef\xbb\xbftitle,date\r\nThanksgiving,2018-07-04\r\n",
        b'date,title\n\n"2018-07-04","Thanksgiving"\n\n',
    ],
    ids=["plain", "as Excel saves it", "quoted, with blank lines"],
)
def test_council_file_is_read_as_it_was_saved(tmp_path: Path, content: bytes) -> None:
    settings = prepare(tmp_path / "home", "bank_holidays.csv", content)
    rows = query(settings.warehouse_path, "select date, title from raw.council_bank_holidays")
    assert rows == [(THANKSGIVING, "Thanksgiving")]
