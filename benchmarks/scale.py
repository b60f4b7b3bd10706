"""Measures first nights of ever more rows, on both engines, and a thousand authorities compared.

`.venv/spark/bin/python -m benchmarks.scale [--duckdb ROWS …] [--spark ROWS …] [--write]`
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.contenders import night, night_on_spark
from benchmarks.made_up_authorities import QUARTER, joint_store_of, made_up
from benchmarks.make_delivery import AS_OF_DAY, make_deliveries
from benchmarks.run import ALMOST_EMPTY, PROJECT_FOLDER, Cost, measure, write_into_page

PAGE = PROJECT_FOLDER / "docs" / "scale.md"
MILLION = 1_000_000
AUTHORITIES = 1_000
ENGINES = {"DuckDB": night.__name__, "Spark": night_on_spark.__name__}


def measure_nights(engine: str, sizes: Sequence[int], memory: str) -> Iterator[tuple[int, Cost]]:
    """Yield the cost of a first night of each size."""
    limits = {"COMPLAINTS_MEMORY_LIMIT": memory, "COMPLAINTS_SPARK_MEMORY": f"{memory[:-2]}g"}
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="complaints-scale-") as name:
            folder = Path(name)
            make_deliveries(rows, folder / "first")
            cost = measure(ENGINES[engine], folder / "first", folder / "home", AS_OF_DAY, limits)
        print(engine, f"{rows:,}", cost, flush=True)
        yield rows, cost


def lines_of_nights(engine: str, sizes: Sequence[int], memory: str) -> Iterator[str]:
    """Yield a row of the table for each size, start-up beside it."""
    if not sizes:
        return
    ((_, start_up),) = measure_nights(engine, [ALMOST_EMPTY], memory)
    for rows, cost in measure_nights(engine, sorted(sizes), memory):
        work = cost.without(start_up)
        cells = (
            memory,
            f"{cost.seconds:,.0f}",
            f"{start_up.seconds:,.0f}",
            f"{work.seconds * MILLION / rows:,.0f}",
            f"{work.processor_seconds * MILLION / rows:,.0f}",
            f"{cost.peak_megabytes:,.0f}",
        )
        yield f"| {engine} | {rows:,} | {' | '.join(cells)} |"


def lines_of_authorities() -> Iterator[str]:
    """Yield a row for each part of comparing a thousand authorities of random size."""
    from complaints.report.authorities import build_authorities
    from complaints.report.disclosure import hidden_cells

    with tempfile.TemporaryDirectory(prefix="complaints-scale-") as name:
        authorities, counts = made_up(AUTHORITIES, seed=2026)
        settings = joint_store_of(Path(name), authorities, counts)
        begun = time.perf_counter()
        report = build_authorities(settings, QUARTER)
        built = time.perf_counter()
        hidden = hidden_cells(report, settings.report_threshold)
        protected = time.perf_counter()
    yield f"| comparing them | {built - begun:.1f} |"
    yield f"| hiding small counts, and {len(hidden):,} in all | {protected - built:.1f} |"


def main() -> None:
    """Measure, print and, where asked to, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--duckdb", type=int, nargs="*", default=(MILLION, 10 * MILLION))
    parser.add_argument("--spark", type=int, nargs="*", default=(MILLION,))
    parser.add_argument("--memory", default="2GB", help="what the engine may use")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    given = parser.parse_args()
    today = date.today()
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyspark"))
    lines = [
        f"Measured on {today.day} {today:%B %Y} on {os.cpu_count()} cores ({platform.system()}, "
        f"{platform.machine()}), with {versions}.",
        "",
        "| Engine | Rows | it may use | first night, s | of which start-up, s | "
        "s per million rows | processor s per million | peak memory, MB |",
        "| --- |" + " ---: |" * 7,
        *lines_of_nights("DuckDB", given.duckdb, given.memory),
        *lines_of_nights("Spark", given.spark, given.memory),
        "",
        f"| {AUTHORITIES:,} authorities of random size | s |",
        "| --- | ---: |",
        *lines_of_authorities(),
    ]
    tables = "\n".join(lines) + "\n"
    print(tables)
    if given.write:
        write_into_page(PAGE, tables)


if __name__ == "__main__":
    main()
