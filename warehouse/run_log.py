"""The log of runs, `<home>/runs.duckdb`, and the journal of the run at work.

The journal is lines at the end of a file, which cost nothing. To open the log of runs, a DuckDB
file, takes as long as a short step (20 ms, 2026-11-23), and keeps others from reading it.
"""

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import duckdb

from complaints.warehouse import clock
from complaints.warehouse.errors import RunFailedError

RUNNING, DONE, FAILED, INTERRUPTED = "running", "done", "failed", "interrupted"
PUBLISHED = "published"
# The audiences of messages, in the order in which a message has them.
DATA_QUALITY, DEADLINES, FAILURES = "data_quality", "deadlines", "failures"
AUDIENCES = (DEADLINES, DATA_QUALITY, FAILURES)
OF_TEAMS = (DEADLINES, DATA_QUALITY)

OPS_TABLES = """
create table if not exists ops_runs (
    run_id varchar primary key,
    as_of_day date not null,
    started_at timestamp not null,
    finished_at timestamp,
    status varchar not null,
    failed_step varchar,
    message varchar,
    run_number bigint
);
create table if not exists ops_steps (
    run_id varchar,
    position integer,
    step varchar,
    started_at timestamp,
    seconds double,
    rows bigint,
    peak_memory_bytes bigint,
    status varchar,
    primary key (run_id, position)
);
create table if not exists ops_alerts (
    message_id varchar primary key,
    run_id varchar,
    as_of_day date,
    audience varchar,
    recipients integer,
    items integer,
    created_at timestamp,
    sent_at timestamp,
    attempts integer,
    status varchar
);
comment on table ops_runs is 'Every run: running, published, failed or interrupted.';
comment on table ops_steps is 'Every step of a run: running, done, failed or interrupted.';
comment on table ops_alerts is 'Every message about a night: waiting or sent.';
"""
# By these a log that has these tables is known from an older one.
NEWEST_COLUMNS = {
    ("ops_runs", "run_number"),
    ("ops_steps", "position"),
    ("ops_alerts", "message_id"),
}
GIVEN_UP_AFTER_DAYS = 30  # a message that could not be sent is stale by then
WAIT_SECONDS = 10  # for another program that holds the log open for a moment


@dataclass
class StepCall:
    """One call of a step, as `ops_steps` keeps it.

    Attributes:
        run_id: the run.
        position: place among the calls of the run; 1 is the first.
        step: name of the step.
        started_at: when it began, UTC, in ISO form.
        seconds: how long it took; none while it runs.
        rows: how many rows it handled; none where that has no meaning.
        peak_memory_bytes: the largest resident memory of the process until the step ended.
        status: running, done, failed or interrupted.
        files: those of the delivery that it reads; in the journal only.
    """

    run_id: str
    position: int
    step: str
    started_at: str
    seconds: float | None = None
    rows: int | None = None
    peak_memory_bytes: int | None = None
    status: str = RUNNING
    files: Sequence[str] = ()


class Journal:
    """How far a run came: each step is noted as it begins and ends, so a killed run shows it.

    Attributes:
        calls: the calls of steps that began so far.
    """

    def __init__(self, run_id: str = "", path: Path | None = None, last_position: int = 0) -> None:
        """Begin the journal of a run.

        Args:
            run_id: the run.
            path: the file; none where nobody is to read it.
            last_position: of the steps of an interrupted run whose id the run took over.
        """
        self.calls: list[StepCall] = []
        self._run_id = run_id
        self._path = path
        self._last_position = last_position

    @contextmanager
    def step(self, name: str, files: Sequence[str] = ()) -> Iterator[StepCall]:
        """Note how the step within goes; what is within may say how many rows it handled."""
        position = self._last_position + len(self.calls) + 1
        call = StepCall(self._run_id, position, name, clock.utc_now().isoformat(), files=files)
        self.calls.append(call)
        self._note(call)
        started = time.perf_counter()
        status = FAILED
        try:
            yield call
            status = DONE
        finally:
            call.status, call.seconds = status, time.perf_counter() - started
            call.peak_memory_bytes = peak_memory_bytes()
        self._note(call)

    @property
    def last_step(self) -> str | None:
        """The step at which the run is."""
        return self.calls[-1].step if self.calls else None

    @property
    def files(self) -> Sequence[str]:
        """The files that this step reads."""
        return self.calls[-1].files if self.calls else ()

    def _note(self, call: StepCall) -> None:
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(asdict(call)) + "\n")


def read_journal(path: Path) -> list[StepCall]:
    """Return the calls of steps that were noted, each as it was noted last."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    # A line without an end is one that a killed run had not finished.
    noted = [StepCall(**json.loads(line)) for line in lines if line.endswith("\n")]
    return list({(call.run_id, call.position): call for call in noted}.values())


def write_calls(log: duckdb.DuckDBPyConnection, calls: Iterable[StepCall]) -> None:
    """Write calls of steps into the log of runs, over what it says of them."""
    rows = [astuple(call)[:-1] for call in calls]
    if rows:
        log.executemany("insert or replace into ops_steps values (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def peak_memory_bytes() -> int | None:
    """Return the largest resident memory of this process so far; None where the system has none."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextmanager
def open_log(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the log of runs with its tables in place, and close it again.

    Raises:
        RunFailedError: it cannot be opened, or another program keeps it open.
    """
    log = _connect(path)
    try:
        columns = log.execute("select table_name, column_name from duckdb_columns()").fetchall()
        if not set(columns) >= NEWEST_COLUMNS:
            log.begin()
            _take_over_older_tables(log, set(columns))
            log.commit()
        yield log
    finally:
        log.close()


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return duckdb.connect(path)
        except duckdb.Error as problem:
            sentence = " ".join(str(problem).split())
            is_held = "lock" in sentence or "used by another process" in sentence
            if not is_held or time.monotonic() > deadline:
                raise RunFailedError(
                    "log_not_opened", path=path, reason=sentence.rstrip(".")
                ) from None
            time.sleep(0.05)


def _take_over_older_tables(log: duckdb.DuckDBPyConnection, columns: set[tuple[str, str]]) -> None:
    """Make the tables, with what a log holds from before they had these names and columns."""
    tables = {table for table, _ in columns}
    if "ops_steps" in tables and ("ops_steps", "position") not in columns:
        log.execute("alter table ops_steps rename to steps")
        tables.add("steps")
    log.execute(OPS_TABLES)
    for added in ("failed_step varchar", "run_number bigint"):
        log.execute(f"alter table ops_runs add column if not exists {added}")
    if "runs" in tables:
        log.execute("insert into ops_runs by name from runs")
        log.execute("drop table runs")
    if "steps" in tables:
        log.execute(
            "insert into ops_steps by name select run_id, step, seconds, 'done' as status, "
            "row_number() over (partition by run_id order by rowid) as position from steps"
        )
        log.execute("drop table steps")
    log.execute(
        "update ops_runs set run_number = numbered.run_number from ("
        "select run_id, row_number() over (order by started_at) as run_number from ops_runs"
        ") as numbered where ops_runs.run_id = numbered.run_id and ops_runs.run_number is null"
    )
