"""Runs one night and says what it cost, as JSON: `python -m benchmarks.one_night HOME SOURCE DAY`.

Each night has a process of its own, so that its peak memory is its own.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class NightCost:
    """What one night cost.

    Attributes:
        startup_seconds: importing the libraries and reading the dbt project, before the first step.
        seconds: the night itself, from the first step to the last.
        cpu_seconds: the processor time of the night itself; on a busy machine this says more.
        step_seconds: of each step, in the order in which they ran.
        peak_memory_bytes: the largest resident memory of the process.
        fates: how many rows met each fate; none where no file was read.
    """

    startup_seconds: float
    seconds: float
    cpu_seconds: float
    step_seconds: dict[str, float]
    peak_memory_bytes: int
    fates: dict[str, int]


def run_one_night(home: Path, source: Path, as_of: date) -> NightCost:
    """Run a night in this process, without Prefect."""
    started = time.perf_counter()
    import complaints.expectations.judge  # noqa: F401 - the first step that needs it would import it otherwise
    from complaints.flows.night import run_night
    from complaints.flows.steps.build import read_project
    from complaints.flows.steps.load import FATES
    from complaints.warehouse.settings import read_settings
    from complaints.warehouse.step_log import peak_memory_bytes

    settings = read_settings(home=home, source=source, as_of=as_of)
    read_project(settings)  # as `complaints nightly` does while Prefect's server starts
    imported, processor = time.perf_counter(), time.process_time()
    report = run_night(settings)
    ended, processor_ended = time.perf_counter(), time.process_time()
    counts = {fate: [getattr(file, f"rows_{fate}") for file in report.files] for fate in FATES}
    return NightCost(
        startup_seconds=imported - started,
        seconds=ended - imported,
        cpu_seconds=processor_ended - processor,
        step_seconds=report.night.step_seconds,
        peak_memory_bytes=peak_memory_bytes() or 0,
        fates={
            fate: sum(count for count in of_files if count is not None)
            for fate, of_files in counts.items()
            if any(count is not None for count in of_files)
        },
    )


def main() -> None:
    """Run the night and print its cost."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.one_night", description=__doc__)
    words.add_argument("home", type=Path)
    words.add_argument("source", type=Path)
    words.add_argument("as_of", type=date.fromisoformat)
    given = words.parse_args()
    cost = run_one_night(given.home, given.source, given.as_of)
    print(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
