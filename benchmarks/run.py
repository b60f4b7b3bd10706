"""Measures the night at several sizes and writes docs/performance.md: `python -m benchmarks.run`.

Each night runs in a process of its own. The figures of one run are compared with each other, never
with those of another machine.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.make_delivery import AS_OF_DAY, NEXT_DAY, make_deliveries
from benchmarks.one_night import NightCost
from flows.settings import PROJECT_FOLDER

SIZES = (10_000, 100_000, 1_000_000)
GIGABYTE = 1024**3
MOST_MEMORY_GB = 2.5
MOST_TIMES_FOR_TEN_TIMES_THE_ROWS = 11
LARGEST_SHARE_OF_A_SMALL_CHANGE = 1 / 3

FIRST, AGAIN, CHANGED = "first load", "same delivery again", "0.1% changed"
Costs = dict[int, dict[str, NightCost]]


def measure(rows: int, folder: Path) -> dict[str, NightCost]:
    """Run three nights on deliveries of one size.

    Args:
        rows: stage rows of each delivery.
        folder: where deliveries and home are written.
    """
    make_deliveries(rows, folder / "first", folder / "changed")
    home = folder / "home"
    return {
        FIRST: _night(home, folder / "first", AS_OF_DAY),
        AGAIN: _night(home, folder / "first", AS_OF_DAY),
        CHANGED: _night(home, folder / "changed", NEXT_DAY),
    }


def _night(home: Path, source: Path, as_of: date) -> NightCost:
    words = [sys.executable, "-m", "benchmarks.one_night", str(home), str(source), str(as_of)]
    run = subprocess.run(words, cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True, check=True)
    return NightCost(**json.loads(run.stdout.splitlines()[-1]))


def targets(costs: Costs) -> list[tuple[str, str, bool]]:
    """Return what is to be reached, what was measured, and whether that reaches it."""
    found = [
        (
            f"{rows:,} rows: the same delivery on the same day does no row work",
            f"{sum(nights[AGAIN].fates.values())} rows read",
            not nights[AGAIN].fates,
        )
        for rows, nights in costs.items()
    ]
    largest = max(costs)
    peak = max(night.peak_memory_bytes for night in costs[largest].values()) / GIGABYTE
    found.append(
        (
            f"{largest:,} rows: peak memory of at most {MOST_MEMORY_GB} GB",
            f"{peak:.2f} GB",
            peak <= MOST_MEMORY_GB,
        )
    )
    share = costs[largest][CHANGED].seconds / costs[largest][FIRST].seconds
    found.append(
        (
            f"{largest:,} rows: a night with 0.1% changed takes at most a third of the first load",
            f"{share:.2f}",
            share <= LARGEST_SHARE_OF_A_SMALL_CHANGE,
        )
    )
    if largest // 10 in costs:
        times = costs[largest][FIRST].seconds / costs[largest // 10][FIRST].seconds
        found.append(
            (
                f"from {largest // 10:,} to {largest:,} rows at most "
                f"{MOST_TIMES_FOR_TEN_TIMES_THE_ROWS} times the time",
                f"{times:.1f} times",
                times <= MOST_TIMES_FOR_TEN_TIMES_THE_ROWS,
            )
        )
    return found


def page(costs: Costs) -> str:
    """Return docs/performance.md."""
    lines = [
        "<!-- Written by `python -m benchmarks.run`: run it again instead of changing this page. -->",
        "",
        "# Performance",
        "",
        f"Measured on {date.today():%-d %B %Y} with {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, DuckDB {version('duckdb')}, dbt {version('dbt-core')} and "
        f"Great Expectations {version('great_expectations')}. Seconds depend on the machine; the "
        "ratios are what counts. Imports (start-up) stand apart; Prefect is not measured.",
        "",
        "## What is to be reached",
        "",
        "| Aim | Measured | Reached |",
        "|---|---|---|",
        *(
            f"| {aim} | {got} | {'yes' if is_met else 'no'} |"
            for aim, got, is_met in targets(costs)
        ),
    ]
    for rows, nights in costs.items():
        lines += ["", f"## {rows:,} stage rows", "", *_size_table(nights)]
    return "\n".join([*lines, "", "## Where the time goes", "", where_the_time_goes(costs), ""])


def _size_table(nights: dict[str, NightCost]) -> list[str]:
    steps = list(dict.fromkeys(step for night in nights.values() for step in night.step_seconds))
    rows = [
        (step.replace("_", " "), *(f"{n.step_seconds.get(step, 0):.2f}" for n in nights.values()))
        for step in steps
    ]
    rows.append(("**whole night**", *(f"**{night.seconds:.2f}**" for night in nights.values())))
    rows.append(("start-up", *(f"{night.startup_seconds:.2f}" for night in nights.values())))
    peaks = (f"{night.peak_memory_bytes / GIGABYTE:.2f} GB" for night in nights.values())
    rows.append(("peak memory", *peaks))
    return [
        f"| Seconds | {' | '.join(nights)} |",
        f"|---|{'---:|' * len(nights)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def where_the_time_goes(costs: Costs) -> str:
    """Say which steps take the most of the largest first load and of the night after it."""
    largest = costs[max(costs)]
    told = []
    for name in (FIRST, CHANGED):
        night = largest[name]
        heaviest = sorted(night.step_seconds.items(), key=lambda step: -step[1])[:4]
        parts = ", ".join(
            f"{step.replace('_', ' ')} {seconds / night.seconds:.0%}" for step, seconds in heaviest
        )
        told.append(f"Of the {name} at {max(costs):,} rows: {parts}.")
    told.append(
        "Reading is one pass of DuckDB in a single thread, so that every record keeps its number; "
        "judging is Great Expectations over frames of whole cases; the models are full tables, "
        "which cost the same whether a thousand rows changed or none."
    )
    return " ".join(told)


def print_costs(costs: Costs) -> None:
    """Print the seconds and memory of each night, and what was reached."""
    table = Table("rows", "night", "seconds", "start-up", "peak memory")
    for rows, nights in costs.items():
        for name, night in nights.items():
            peak = f"{night.peak_memory_bytes / GIGABYTE:.2f} GB"
            seconds, startup = f"{night.seconds:.1f}", f"{night.startup_seconds:.1f}"
            table.add_row(f"{rows:,}", name, seconds, startup, peak)
    console = Console()
    console.print(table)
    for aim, got, is_met in targets(costs):
        console.print(f"{'reached    ' if is_met else 'not reached'} {aim}: {got}")


def main() -> None:
    """Measure, print, and write the page."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    words.add_argument("--sizes", default=",".join(map(str, SIZES)), help="rows, by commas")
    words.add_argument("--out", type=Path, default=PROJECT_FOLDER / "docs" / "performance.md")
    given = words.parse_args()
    costs: Costs = {}
    for rows in map(int, given.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            costs[rows] = measure(rows, Path(folder))
    print_costs(costs)
    given.out.write_text(page(costs), encoding="utf-8")


if __name__ == "__main__":
    main()
