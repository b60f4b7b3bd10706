"""How far a run came: each step is noted as it begins and as it ends, so a killed run shows it.

The notes are lines at the end of a file, which cost nothing. To open the log of runs, a DuckDB
file, takes as long as a short step (20 ms, 2026-11-23), and keeps others from reading it.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import duckdb

from complaints.warehouse import clock

RUNNING, DONE, FAILED, INTERRUPTED = "running", "done", "failed", "interrupted"


@dataclass
class StepRun:
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
        files: those of the delivery at work; in the notes only.
    """

    run_id: str
    position: int
    step: str
    started_at: str
    seconds: float | None = None
    rows: int | None = None
    peak_memory_bytes: int | None = None
    status: str = RUNNING
    files: tuple[str, ...] = ()


class StepLog:
    """The steps of one run.

    Attributes:
        steps: those that began so far.
        files: the names of the files at work, which the run sets; noted with each step.
    """

    def __init__(self, run_id: str, notes: Path | None = None, last_position: int = 0) -> None:
        """Begin the log of a run.

        Args:
            run_id: the run.
            notes: the file for the notes; none where nobody is to read them.
            last_position: of the steps of an interrupted run whose id the run took over.
        """
        self.steps: list[StepRun] = []
        self.files: tuple[str, ...] = ()
        self._run_id = run_id
        self._notes = notes
        self._last_position = last_position

    def run(
        self,
        name: str,
        step: Callable[..., Any],
        *given: Any,
        on_step: Callable[[str], None] = lambda name: None,
    ) -> Any:
        """Call a step and note how it went; `on_step` is told its name as it begins."""
        called = self._begin(name)
        on_step(name)
        started = time.perf_counter()
        try:
            result = step(*given)
        except BaseException:
            _end(called, FAILED, time.perf_counter() - started)
            raise
        _end(called, DONE, time.perf_counter() - started)
        called.rows = rows_handled(result)
        self._note(called)
        return result

    @property
    def last_step(self) -> str | None:
        """The step at which the run stands."""
        return self.steps[-1].step if self.steps else None

    def _begin(self, name: str) -> StepRun:
        position = self._last_position + len(self.steps) + 1
        started_at = clock.utc_now().isoformat()
        called = StepRun(self._run_id, position, name, started_at, files=self.files)
        self.steps.append(called)
        self._note(called)
        return called

    def _note(self, called: StepRun) -> None:
        if self._notes is None:
            return
        with self._notes.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps(asdict(called)) + "\n")


def _end(called: StepRun, status: str, seconds: float) -> None:
    called.status, called.seconds = status, seconds
    called.peak_memory_bytes = peak_memory_bytes()


def rows_handled(result: Any) -> int | None:
    """Return how many rows a step handled, where its result says so."""
    rows = getattr(result, "rows", None)
    return rows if isinstance(rows, int) else None


def peak_memory_bytes() -> int | None:
    """Return the largest resident memory of this process so far; None where the system has none."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def read_notes(notes: Path) -> list[StepRun]:
    """Return the steps that were noted, each as it was noted last."""
    if not notes.exists():
        return []
    lines = notes.read_text(encoding="utf-8").splitlines(keepends=True)
    # A line without an end is one that a killed run had not finished.
    noted = [StepRun(**json.loads(line)) for line in lines if line.endswith("\n")]
    return list({(step.run_id, step.position): step for step in noted}.values())


def write_steps(log: duckdb.DuckDBPyConnection, steps: Iterable[StepRun]) -> None:
    """Write steps into the log of runs, over what it says of them."""
    rows = [astuple(step)[:-1] for step in steps]
    if rows:
        log.executemany("insert or replace into ops_steps values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
