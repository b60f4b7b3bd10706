"""Measures the night beside the two yardsticks, on the same file in one run.

`python -m benchmarks.run [--rows 10000 100000 1000000] [--write]`
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import duckdb
import psutil

from benchmarks.contenders import hand_written_sql, night, pandas_script
from benchmarks.make_delivery import AS_OF_DAY, NEXT_DAY, make_deliveries

PROJECT_FOLDER = Path(__file__).resolve().parents[1]
PAGE = PROJECT_FOLDER / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"
SIZES = (10_000, 100_000, 1_000_000)
ALMOST_EMPTY = 10  # rows; what such a delivery costs is start-up
SAMPLE_SECONDS = 0.1
LEAST_SECONDS = 0.5  # of a yardstick's work; below, a ratio would be noise

PANDAS, SQL = "pandas script", "hand-written SQL"
FIRST, CHANGED, AGAIN = "first night", "next night, 0.1% changed", "same delivery again"
YARDSTICKS = {PANDAS: pandas_script.__name__, SQL: hand_written_sql.__name__}

# What the yardsticks' tables must equal. The delivery contains only faults that all three treat
# alike, so that every cell is compared.
COMPARED = {
    "stages": "select financial_quarter, procedure, stage, received, in_sla, late, open_in_time, "
    "open_overdue, not_applicable, upheld, withdrawn from rpt_quarterly_stages where received > 0",
    "teams": "select financial_quarter, procedure, stage, service_team, received, in_sla, upheld "
    "from rpt_quarterly_teams",
    "reasons": "select financial_quarter, procedure, stage, reason, complaints "
    "from rpt_quarterly_reasons",
}


class Cost(NamedTuple):
    """What one process and its children cost."""

    seconds: float
    processor_seconds: float
    peak_megabytes: float

    def without(self, start_up: "Cost") -> "Cost":
        """Return the cost of the work alone; the memory stays, start-up included."""
        return Cost(
            max(0, self.seconds - start_up.seconds),
            max(0, self.processor_seconds - start_up.processor_seconds),
            self.peak_megabytes,
        )


Costs = Mapping[str, Cost]


def measure_size(rows: int) -> Costs:
    """Measure both yardsticks and three nights of one home on deliveries of one size.

    Raises:
        SystemExit: a contender failed, or their tables differ.
    """
    with tempfile.TemporaryDirectory(prefix="complaints-benchmark-") as name:
        folder = Path(name)
        first, changed, home = folder / "first", folder / "changed", folder / "home"
        make_deliveries(rows, first, changed)
        costs = {}
        for yardstick, contender in YARDSTICKS.items():
            (folder / contender).mkdir()
            costs[yardstick] = measure(contender, first, folder / contender, AS_OF_DAY)
        costs[FIRST] = measure(night.__name__, first, home, AS_OF_DAY)
        for yardstick, contender in YARDSTICKS.items():
            differing = differing_cells(home / "marts.duckdb", folder / contender)
            if differing:
                raise SystemExit(f"{yardstick} and marts differ at {rows:,} rows: {differing}")
        costs[CHANGED] = measure(night.__name__, changed, home, NEXT_DAY)
        costs[AGAIN] = measure(night.__name__, changed, home, NEXT_DAY)
        return costs


def measure(
    contender: str, source: Path, out: Path, as_of: date, given: Mapping[str, str] | None = None
) -> Cost:
    """Run a contender in a fresh process, with the settings given and none of the user's own."""
    words = ["-m", "benchmarks.contenders", contender, str(source), str(out), as_of.isoformat()]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COMPLAINTS_")
    } | dict(given or {})
    with tempfile.TemporaryFile() as printed:
        before, started = os.times(), time.perf_counter()
        process = psutil.Popen(
            [sys.executable, *words],
            cwd=PROJECT_FOLDER,
            env=environment,
            stdout=printed,
            stderr=printed,
        )
        peak = 0
        used: dict[int, float] = {}  # by process; Java's is ended without being waited for
        while True:
            try:
                code = process.wait(timeout=SAMPLE_SECONDS)
                break
            except psutil.TimeoutExpired:
                peak = max(peak, _memory_of_tree(process, used))
        seconds, after = time.perf_counter() - started, os.times()
        if code:
            printed.seek(0)
            raise SystemExit(f"{contender} failed:\n{printed.read().decode(errors='replace')}")
    processor = sum(after[2:4]) - sum(before[2:4])  # of the children that were waited for
    return Cost(seconds, max(processor, sum(used.values())), peak / 1e6)


def _memory_of_tree(process: psutil.Process, used: dict[int, float]) -> int:
    """Return the memory of a process and its children now, and note what each has used so far."""
    memory = 0
    with suppress(psutil.NoSuchProcess):  # it ended meanwhile
        for each in [process, *process.children(recursive=True)]:
            memory += each.memory_info().rss
            used[each.pid] = sum(each.cpu_times()[:2])
    return memory


def differing_cells(marts: Path, tables: Path) -> dict[str, list[tuple]]:
    """Return the cells that a yardstick and the published marts count differently, by table."""
    with duckdb.connect(marts, read_only=True) as connection:
        differing = {}
        for table, published in COMPARED.items():
            ours = connection.sql(published)
            theirs = connection.read_csv(str(tables / f"{table}.csv"))
            differing[table] = ours.except_(theirs).union(theirs.except_(ours)).fetchall()
    return {table: cells for table, cells in differing.items() if cells}


def tables_of(sizes: Mapping[int, Costs], start_up: Costs) -> str:
    """Return what was measured, as Markdown."""
    work = {
        rows: {name: cost.without(start_up[name]) for name, cost in costs.items()}
        for rows, costs in sizes.items()
    }
    today = date.today()
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dbt-core", "pandas"))
    lines = [
        f"Measured on {today.day} {today:%B %Y} on {os.cpu_count()} cores ({platform.system()}, "
        f"{platform.machine()}), with Python {platform.python_version()}, {versions}.",
        "",
        "| to reach | at most | measured |",
        "| --- | ---: | ---: |",
        *(f"| {goal} | {limit} | {measured} |" for goal, limit, measured in goals(work)),
    ]
    for rows, costs in work.items():
        lines += [
            "",
            f"| {rows:,} rows | "
            + " | ".join(
                f"{measure} | to pandas | to SQL"
                for measure in ("seconds", "processor seconds", "peak memory, MB")
            )
            + " |",
            "| --- |" + " ---: |" * 9,
        ]
        for name, cost in costs.items():
            cells = []
            for place, (value, digits) in enumerate(zip(cost, (1, 1, 0), strict=True)):
                cells.append(f"{value:,.{digits}f}")
                cells += [ratio(value, costs[each][place]) for each in YARDSTICKS]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [
        "",
        "| start-up, taken off above | seconds | processor seconds |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {cost[0]:.1f} | {cost[1]:.1f} |" for name, cost in start_up.items()),
    ]
    return "\n".join(lines) + "\n"


def goals(work: Mapping[int, Costs]) -> list[tuple[str, str, str]]:
    """Return what is to be reached, its limit and what was measured, where it was."""
    middle, large = work.get(100_000), work.get(1_000_000)
    found = []
    if large:
        first, pandas = large[FIRST], large[PANDAS]
        memory = first.peak_megabytes / pandas.peak_megabytes
        found += [
            ("first night of 1,000,000 rows", "2 times pandas", ratio(first[0], pandas[0])),
            ("its peak memory", "0.6 times pandas", f"{memory:.2f}"),
            ("same delivery of 1,000,000 rows again", "1 s", f"{large[AGAIN].seconds:.1f} s"),
        ]
    if middle:
        times = ratio(middle[FIRST].seconds, middle[PANDAS].seconds)
        found.append(("first night of 100,000 rows", "5 times pandas", times))
    if middle and large:
        times = ratio(large[FIRST].seconds, middle[FIRST].seconds)
        found.append(("first night, from 100,000 to 1,000,000 rows", "8-fold", times))
    return found


def ratio(value: float, yardstick: float) -> str:
    """Return how many times the yardstick something is; nothing where that says nothing."""
    return f"{value / yardstick:.1f}" if yardstick >= LEAST_SECONDS else ""


def write_into_page(page: Path, tables: str) -> None:
    """Put what was measured into a page, in the place of what was measured before."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(before + BEGIN + tables + END + after, encoding="utf-8")


def main() -> None:
    """Measure, print and, where asked to, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="rows of each delivery")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    given = parser.parse_args()
    start_up = measure_size(ALMOST_EMPTY)
    tables = tables_of({rows: measure_size(rows) for rows in sorted(given.rows)}, start_up)
    print(tables)
    if given.write:
        write_into_page(PAGE, tables)


if __name__ == "__main__":
    main()
