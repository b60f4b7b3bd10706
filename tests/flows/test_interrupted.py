"""A night that is killed, at whatever moment, is made good by the next one.

The processes are real and are killed by SIGKILL. What comes after a step comes before the next, so
each moment between two steps is named once, by the step that did not begin.
"""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from command_helpers import Run
from complaints.flows.night import STEPS
from complaints.warehouse.errors import ExitCode
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import (
    MARTS_REPLACED,
    PUBLISHED,
    SECOND_DAY,
    Moment,
    SmallHome,
    ended,
    export,
    quick_night,
    start,
)

pytestmark = pytest.mark.xdist_group("small_home")

KILLED = -9

# Each night is killed, and the one that goes on is killed again further on. A delivery that is
# among the records is not read again; where its rows have no fates yet, they are judged first.
KILLS = (
    (Moment("carry_out_erasures"), Moment("prepare_reference"), Moment("build_reference")),
    (Moment("check_as_of_day"), Moment("forget_expired")),
    tuple(map(Moment, ("find_deliveries", "extract", "build_records", "validate_records"))),
    (Moment("validate_deliveries"), Moment("build_records"), Moment("validate_deliveries")),
    (Moment("record_fates"), Moment("extract"), Moment("record_fates"), Moment("record_files")),
    (Moment("extract", 2), Moment("build_records"), Moment("build_deadlines")),
    (Moment("validate_records", 2), Moment("validate_deadlines"), Moment("copy_log")),
    (Moment("record_fates", 2), Moment("build_marts"), Moment("check_marts"), Moment("publish")),
    (MARTS_REPLACED, PUBLISHED, Moment("build_run_marts"), Moment("publish")),
)
# The kills around publishing are tried each time.
ALWAYS, SOAK = KILLS[-1], pytest.mark.soak

# What names a run or an internal version, and when a run was.
OWN_TO_A_RUN = {
    "run_id",
    "first_run_id",
    "run_at",
    "started_at",
    "finished_at",
    "seconds",
    "published_at",
    "state_number",
    "run_number",
    "newest_state_number",
}
# How often a run published, and which of its steps were left to do when it went on.
NOT_COMPARED = {"publications", "ops_steps"}


@pytest.fixture(scope="module")
def uninterrupted(second_night: Settings) -> dict[str, Any]:
    """What the second night leaves when nothing happens."""
    return left_by_a_night(second_night)


def left_by_a_night(settings: Settings) -> dict[str, Any]:
    """Return all that a night leaves behind, but for names and times of runs."""
    return {
        "marts": rows_of(settings.marts_path, "main"),
        "warehouse": rows_of(settings.warehouse_path, "raw"),
        "log": rows_of(settings.runs_path, "main"),
        "relations": relations_in(settings.warehouse_path),
        "files": files_in(settings.home),
    }


def rows_of(path: Path, schema: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table of a schema, sorted, without what is a run's own."""
    with duckdb.connect(path, read_only=True) as connection:
        columns: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = $1 and not internal order by column_index",
            [schema],
        ).fetchall():
            columns.setdefault(table, []).append(column)
        compared = {
            table: [name for name in names if name not in OWN_TO_A_RUN]
            for table, names in columns.items()
            if table not in NOT_COMPARED
        }
        return {
            table: sorted(
                connection.execute(f"select {', '.join(names)} from {schema}.{table}").fetchall(),
                key=repr,
            )
            for table, names in compared.items()
            if names
        }


def relations_in(path: Path) -> list[tuple[Any, ...]]:
    """Return every table and view of the working store: nothing half built may stay."""
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(
            "select table_schema, table_name, table_type "
            "from information_schema.tables order by all"
        ).fetchall()


def files_in(home: Path) -> Counter[str]:
    """Return the files of a home, dbt's own apart; of a kept state only that it is one."""
    return Counter(
        "a kept state" if path.match("published/marts-*.duckdb") else str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and "dbt" not in path.relative_to(home).parts
    )


@pytest.mark.parametrize(
    "moments",
    [
        pytest.param(moments, id=moments[0].step, marks=() if moments == ALWAYS else SOAK)
        for moments in KILLS
    ],
)
def test_killed_between_any_two_steps_the_next_night_ends_as_if_nothing_had_happened(
    home_of_first_night: SmallHome, uninterrupted: dict[str, Any], moments: tuple[Moment, ...]
) -> None:
    settings = home_of_first_night.before_second_night()
    for moment in moments:
        assert ended(start(quick_night, settings, moment)) == KILLED, moment
    assert ended(start(quick_night, settings)) == 0
    assert left_by_a_night(settings) == uninterrupted


def test_every_step_of_the_night_is_among_those_that_are_killed() -> None:
    killed = {moment.step for moments in KILLS for moment in moments}
    # What these write beside the marts is written anew, as a whole, by the next night.
    beside = {"publish_to_joint_store", "export_published", "write_site"}
    assert {step.name for step in STEPS} - beside <= killed


def test_other_content_under_the_name_of_a_file_loaded_before_the_kill_has_its_own_record(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    export(settings, "20181127", "C12,statutory,stage_1,2018-11-26,,,,Assessments,,\n")
    assert ended(start(quick_night, settings, Moment("record_files"))) == KILLED
    (settings.source / "complaints_20181127.csv").write_text("case_reference,stage\nC12,stage_1\n")
    assert ended(start(quick_night, settings)) == ExitCode.PUBLISHED_WITH_REJECTED_FILES
    fates = query(
        settings.marts_path,
        "select status, rows_read from dq_deliveries "
        "where file_name = 'complaints_20181127.csv' order by all",
    )
    assert fates == [("loaded", 1), ("rejected", None)]


def test_the_log_names_the_file_that_a_killed_night_was_reading(
    run: Run, home_of_first_night: SmallHome
) -> None:
    settings = home_of_first_night.before_second_night()
    assert ended(start(quick_night, settings, Moment("extract"))) == KILLED
    said = run("status", "--home", settings.home, "--format", "csv").out
    reading = "It was reading complaints_20181126_1800.csv."
    assert f",interrupted,extract,{reading}\n" in said, "before the next night"
    assert reading in run("check", "--home", settings.home).out
    next_day = settings.model_copy(update={"as_of": SECOND_DAY + timedelta(days=1)})
    assert ended(start(quick_night, next_day)) == 0
    logged = query(settings.runs_path, "select status, message from ops_runs order by run_number")
    assert logged == [("published", None), ("interrupted", reading), ("published", None)]


@SOAK
def test_a_delivery_after_a_night_killed_when_published_is_published_too(
    home_of_first_night: SmallHome,
) -> None:
    """The next night goes on under the run id of one whose marts are published."""
    settings = home_of_first_night.before_second_night()
    assert ended(start(quick_night, settings, PUBLISHED)) == KILLED
    export(settings, "20181127_2100", "C12,statutory,stage_1,2018-11-27,,,,Assessments,,\n")
    assert ended(start(quick_night, settings, Moment("build_marts"))) == KILLED
    assert ended(start(quick_night, settings)) == 0
    assert ("C12",) in query(settings.marts_path, "select case_reference from fct_complaints")


def test_a_file_loaded_before_the_kill_still_counts_where_the_next_one_is_rejected(
    home_of_first_night: SmallHome,
) -> None:
    """Not every file of the run was rejected, so it publishes and says 3, as without the kill."""
    settings = home_of_first_night.put_back()
    for delivered in settings.source.iterdir():
        delivered.unlink()
    export(settings, "20181126_1800", "C12,statutory,stage_1,2018-11-26,,,,Assessments,,\n")
    (settings.source / "complaints_20181127.csv").write_text("case_reference,stage\nC12,stage_1\n")
    assert ended(start(quick_night, settings, Moment("record_files"))) == KILLED
    assert ended(start(quick_night, settings)) == ExitCode.PUBLISHED_WITH_REJECTED_FILES
    assert ("C12",) in query(settings.marts_path, "select case_reference from fct_complaints")
