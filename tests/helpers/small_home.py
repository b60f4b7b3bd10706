"""A home after one night on a dozen cases, and nights in processes of their own to be killed.

The processes are forked by a server that has imported everything, so that a kill costs no import
and no thread of the tests is copied. A home is always put back in the same place, because dbt
reads its project again for any other.
"""

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import duckdb
import pytest

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_and_notify, run_night
from complaints.warehouse.errors import OperatorError, RunFailedError
from complaints.warehouse.settings import Settings

FIRST_DAY = date(2018, 11, 26)
SECOND_DAY = date(2018, 11, 27)

HEADER = (
    "case_reference,procedure,stage,received_date,target_date,responded_date,outcome,"
    "service_team,reasons,last_updated\n"
)
FIRST_DELIVERY = """\
C1,statutory,stage_1,2018-07-02,,2018-07-16,not_upheld,Assessments,Delay;Staff,
C2,statutory,stage_1,2018-08-01,2018-08-16,,,Assessments,Delay,2018-11-01 09:00
C3,statutory,stage_1,2018-07-02,,2018-07-16,upheld,Fostering,Delay,
C3,statutory,stage_2,2018-08-14,,2018-09-14,upheld,Fostering,Delay,
C4,corporate,stage_1,2018-10-01,,,,,Staff,
C5,statutory,stage_1,31/02/2018,,,,Fostering,,
C6,statutory,stage_1,2018-09-03,,,withdrawn,Assessments,,
C7,statutory,stage_1,2018-09-03,,,,Assessments,Delay,
C7,statutory,stage_1,2018-09-03,,,,Assessments,Staff,
C8,statutory,ombudsman,2018-11-27,,,,Assessments,,
,statutory,stage_1,2018-09-04,,,,Assessments,,
"""
# Two deliveries on one night: a case answered, corrected, spoilt, spoilt and corrected, a clash
# solved, new cases good and bad, an unreadable line, and a spelling that the council adds.
SECOND_DELIVERIES = {
    "20181126_1800": """\
C1,statutory,stage_1,2018-07-02,,2018-07-16,not_upheld,Assessments,Delay;Staff,
C2,statutory,stage_1,2018-08-01,2018-08-16,2018-11-20,upheld,Assessments,Delay,2018-11-21 09:00
C3,statutory,stage_1,soon,,2018-07-16,upheld,Fostering,Delay,
C5,statutory,stage_1,2018-10-08,,,,Fostering,,
C6,statutory,stage_1,,,,withdrawn,Assessments,,
C9,corporate,stage_3,2018-11-01,,,,Transport,,
""",
    "20181127": """\
C3,statutory,stage_1,2018-07-02,,2018-07-17,upheld,Fostering,Delay,
C7,statutory,stage_1,2018-09-03,,2018-09-10,no_finding,Assessments,Staff,
C10,statutory,first answer,2018-11-26,2018-12-11,,,Assessments,,
C10,statutory,first answer,2018-11-26,2018-12-11,,,Assessments,,
C11,statutory,stage_2,2018-11-26,,,,,,one,field,too,many
""",
}
COUNCILS_SYNONYMS = "field,written,value\nstage,first answer,stage_1\n"

PROCESSES = multiprocessing.get_context("forkserver")


class Moment(NamedTuple):
    """When a night is killed: before a step begins for the n-th time."""

    step: str
    time: int = 1


MARTS_REPLACED = Moment("publish, after the rename")
PUBLISHED = Moment("publish, after the step")


@dataclass(frozen=True)
class SmallHome:
    """The home after the first night, put back at will.

    Attributes:
        settings: of the home, as at the day after the first night.
        kept: the copy from which it is put back.
    """

    settings: Settings
    kept: Path

    def put_back(self) -> Settings:
        """Return the settings of the home as the first night left it, with its own export only."""
        shutil.rmtree(self.settings.home, ignore_errors=True)
        shutil.copytree(self.kept, self.settings.home)
        shutil.rmtree(self.settings.source, ignore_errors=True)
        export(self.settings, "20181126", FIRST_DELIVERY)
        return self.settings

    def before_second_night(self) -> Settings:
        """Return the settings of the home as the first night left it, with what is new since."""
        settings = self.put_back()
        settings.reference_folder.mkdir(exist_ok=True)
        (settings.reference_folder / "synonyms.csv").write_text(COUNCILS_SYNONYMS)
        for stamp, rows in SECOND_DELIVERIES.items():
            export(settings, stamp, rows)
        return settings


def export(settings: Settings, stamp: str, rows: str) -> None:
    """Write a stamped delivery into the source's folder."""
    settings.source.mkdir(exist_ok=True)
    path = settings.source / f"complaints_{stamp}.csv"
    path.write_text(HEADER + rows, encoding="utf-8")


def small_home(folder: Path, settings: Settings, example: Settings) -> SmallHome:
    """Run the first night in a process of its own, in a store that dbt built for the example."""
    home = SmallHome(settings.model_copy(update={"as_of": SECOND_DAY}), folder / "kept")
    export(settings, "20181126", FIRST_DELIVERY)
    borrow_store(settings, example)
    first = settings.model_copy(update={"as_of": FIRST_DAY})
    assert ended(start(quick_night, first)) == 0
    shutil.copytree(settings.home, home.kept)
    return home


def borrow_store(settings: Settings, example: Settings) -> None:
    """Make a home with the store that dbt built for the example, in which nothing is loaded."""
    settings.home.mkdir()
    shutil.copytree(example.home / "dbt", settings.home / "dbt")
    shutil.copyfile(example.warehouse_path, settings.warehouse_path)
    with duckdb.connect(settings.warehouse_path) as warehouse:
        for schema, table in warehouse.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where schema_name in ('raw', 'validation')"
        ).fetchall():
            warehouse.execute(f"delete from {schema}.{table}")


def start(work: Callable[..., None], *given: Any) -> ForkServerProcess:
    """Start a function of a test's module in a process of its own."""
    _start_server()
    process = PROCESSES.Process(target=work, args=given)
    process.start()
    return process


@cache
def _start_server() -> None:
    """Start the server that imports everything once; killed processes leave semaphores to sweep."""
    PROCESSES.set_forkserver_preload(["warm_process"])
    given = {
        "PYTHONPATH": str(Path(__file__).parent),
        "PYTHONWARNINGS": "ignore:resource_tracker:UserWarning",
    }
    with patch.dict(os.environ, given):
        forkserver.ensure_running()


def ended(process: ForkServerProcess, seconds: float = 120) -> int:
    """Wait for a process; return its exit code, or minus the signal that ended it."""
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode if process.exitcode is not None else 1


def quick_night(settings: Settings, killed_at: Moment | None = None) -> None:
    """Run a night without dbt, which is killed at a moment."""
    begun: Counter[str] = Counter()

    def begin(step: str) -> None:
        begun[step] += 1
        if killed_at == Moment(step, begun[step]):
            die()

    def publish(*given: Any) -> list[str]:
        if killed_at == MARTS_REPLACED:
            rename = os.replace
            os.replace = lambda *paths: (rename(*paths), die())
        notes = WITHOUT_DBT["publish"](*given)
        if killed_at == PUBLISHED:
            die()
        return notes

    exit_with(lambda: run_and_notify(settings, WITHOUT_DBT | {"publish": publish}, begin))


def failing_night(settings: Settings) -> None:
    """Run a night with news whose second step fails."""

    def refuse(*given: Any) -> None:
        raise RunFailedError("dbt_not_run", reason="The share does not answer.")

    with pytest.raises(RunFailedError):
        run_night(settings, WITHOUT_DBT | {"build_reference": refuse})


def exit_with(night: Callable[[], Any]) -> None:
    """Run a night and exit as the command line would."""
    try:
        report = night()
    except OperatorError as mistake:
        raise SystemExit(mistake.exit_code) from mistake
    raise SystemExit(report.exit_code)


def die() -> None:
    """Be killed, here and now."""
    os.kill(os.getpid(), signal.SIGKILL)
