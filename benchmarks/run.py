"""Measures the night at several sizes and writes docs/performance.md.

`python -m benchmarks.run [--sizes 10000,100000,1000000] [--out docs/performance.md]`
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.make_delivery import AS_OF_DAY, NEXT_DAY
from benchmarks.one_night import NightCost

PROJECT_FOLDER = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)
RUN_COMMAND_LINE = "from flows.cli import main; main()"


@dataclass(frozen=True)
class SizeCost:
    """What the three nights of one size cost."""

    rows: int
    first: NightCost
    again: NightCost
    changed: NightCost

    @property
    def nights(self) -> dict[str, NightCost]:
        """The nights under the names that the report prints."""
        return {
            "first load": self.first,
            "same delivery again": self.again,
            "0.1% of rows changed": self.changed,
        }


def measure(rows: int) -> SizeCost:
    """Measure the three nights of one size in a fresh home."""
    with tempfile.TemporaryDirectory(prefix="complaints-benchmark-") as name:
        folder = Path(name)
        # A process of its own: the memory of a parent counts as that of the children it starts.
        _python("-m", "benchmarks.make_delivery", str(rows), str(folder))
        return SizeCost(
            rows,
            first=_night(folder / "home", folder / "first", AS_OF_DAY),
            again=_night(folder / "home", folder / "first", AS_OF_DAY),
            changed=_night(folder / "home", folder / "changed", NEXT_DAY),
        )


def measure_demo() -> float:
    """Return the seconds of `complaints demo` in a fresh home, its start included."""
    with tempfile.TemporaryDirectory(prefix="complaints-benchmark-") as home:
        started = time.perf_counter()
        _python("-c", RUN_COMMAND_LINE, "demo", "--home", home)
        return time.perf_counter() - started


def _night(home: Path, source: Path, as_of: date) -> NightCost:
    printed = _python("-m", "benchmarks.one_night", str(home), str(source), as_of.isoformat())
    return NightCost(**json.loads(printed.splitlines()[-1]))


def _python(*words: str) -> str:
    """Run Python in the project's folder, with none of the user's own settings."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COMPLAINTS_")
    }
    done = subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"python {' '.join(words)} failed:\n{done.stderr}")
    return done.stdout


def print_size(console: Console, size: SizeCost) -> None:
    """Print the steps of one size's nights."""
    table = Table(title=f"{size.rows:,} stage rows: seconds")
    table.add_column("step")
    for name in size.nights:
        table.add_column(name, justify="right")
    steps = dict.fromkeys(step for night in size.nights.values() for step in night.step_seconds)
    for step in steps:
        seconds = [night.step_seconds.get(step) for night in size.nights.values()]
        table.add_row(step, *("" if each is None else f"{each:.2f}" for each in seconds))
    table.add_section()
    for label, cells in {
        "the night": [f"{night.seconds:.1f}" for night in size.nights.values()],
        "processor time": [f"{night.cpu_seconds:.1f}" for night in size.nights.values()],
        "start-up": [f"{night.startup_seconds:.1f}" for night in size.nights.values()],
        "peak memory, MB": [
            f"{night.peak_memory_bytes / 1e6:,.0f}" for night in size.nights.values()
        ],
    }.items():
        table.add_row(label, *cells)
    console.print(table)


def main() -> None:
    """Measure, print and write the page."""
    from benchmarks.report import goals, performance_page

    words = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    words.add_argument(
        "--sizes",
        type=lambda text: [int(size) for size in text.split(",")],
        default=list(SIZES),
        help="stage rows of each delivery, separated by commas",
    )
    words.add_argument(
        "--out",
        type=Path,
        default=PROJECT_FOLDER / "docs" / "performance.md",
        help="the page to write",
    )
    given = words.parse_args()
    console = Console()
    demo_seconds = measure_demo()  # first: after a million rows the disk is still busy
    measured = []
    for rows in sorted(given.sizes):
        measured.append(measure(rows))
        print_size(console, measured[-1])
    for goal in goals(measured, demo_seconds):
        console.print(f"{goal.verdict}: {goal.sentence} ({goal.measured})")
    given.out.write_text(performance_page(measured, demo_seconds), encoding="utf-8")
    console.print(f"Written: {given.out}")


if __name__ == "__main__":
    main()
