"""The page docs/performance.md, made of what the benchmark measured."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from benchmarks.one_night import NightCost
    from benchmarks.run import SizeCost

LARGE, MIDDLE = 1_000_000, 100_000
MEMORY_LIMIT_BYTES = 2.5e9
GROWTH_LIMIT = 11
CHANGED_SHARE_LIMIT = 1 / 3
DEMO_LIMIT_SECONDS = 45
# The steps that read, judge or build rows; a night without news does none of them.
ROW_STEPS = (
    "extract",
    "land",
    "validate",
    "load",
    "build_intermediate",
    "judge_clocks",
    "build_marts",
    "check_marts",
)
WHAT_STEPS_DO = {
    "prepare_reference": "the council's own reference data",
    "build_reference": "dbt reads the project and builds the seeds",
    "find_deliveries": "the content hashes of the files",
    "extract": "the CSV is surveyed, then read as text",
    "land": "hashes, differences and types, in SQL",
    "validate": "Great Expectations, gate 1",
    "load": "versions, states and findings, in one transaction",
    "check_as_of_day": "the as-of day against the calendar",
    "load_optional_inputs": "the report's own files",
    "record_files": "the record of the files",
    "build_intermediate": "due dates, in dbt",
    "judge_clocks": "Great Expectations, gate 2",
    "build_marts": "facts and reports, in dbt",
    "check_marts": "dbt's data tests, while the marts are copied",
    "copy_log": "the log of runs, for dbt",
    "build_deliveries": "the marts that a night without news changes, in dbt",
    "publish": "the copy that analysts open",
}
HARDLY_GREW = 3  # times, where the rows are ten times as many


class Goal(NamedTuple):
    """Something to reach, and what was measured."""

    sentence: str
    measured: str
    is_reached: bool | None

    @property
    def verdict(self) -> str:
        """Reached, not reached or not measured."""
        if self.is_reached is None:
            return "not measured"
        return "reached" if self.is_reached else "not reached"


def goals(sizes: Sequence["SizeCost"], demo_seconds: float) -> list[Goal]:
    """Return what is to be reached, with what was measured."""
    by_rows = {size.rows: size for size in sizes}
    large, middle = by_rows.get(LARGE), by_rows.get(MIDDLE)
    return [
        _memory_goal(large),
        _growth_goal(middle, large),
        _no_row_work_goal(sizes),
        _changed_goal(large),
        Goal(
            f"`complaints demo` ends within {DEMO_LIMIT_SECONDS} seconds, start-up included",
            f"{demo_seconds:.0f} s",
            demo_seconds <= DEMO_LIMIT_SECONDS,
        ),
    ]


def _memory_goal(large: "SizeCost | None") -> Goal:
    sentence = f"peak memory at most {MEMORY_LIMIT_BYTES / 1e9:.1f} GB at {LARGE:,} rows"
    if large is None:
        return Goal(sentence, "", None)
    peak = max(night.peak_memory_bytes for night in large.nights.values())
    return Goal(sentence, f"{peak / 1e9:.2f} GB", peak <= MEMORY_LIMIT_BYTES)


def _growth_goal(middle: "SizeCost | None", large: "SizeCost | None") -> Goal:
    sentence = (
        f"from {MIDDLE:,} to {LARGE:,} rows the first load takes at most {GROWTH_LIMIT} times as "
        "long"
    )
    if middle is None or large is None:
        return Goal(sentence, "", None)
    growth = large.first.seconds / middle.first.seconds
    of_processor = large.first.cpu_seconds / middle.first.cpu_seconds
    return Goal(
        sentence,
        f"{growth:.1f} times (processor time {of_processor:.1f})",
        growth <= GROWTH_LIMIT,
    )


def _no_row_work_goal(sizes: Iterable["SizeCost"]) -> Goal:
    done = {step for size in sizes for step in size.again.step_seconds if step in ROW_STEPS}
    counted = any(size.again.fates for size in sizes)
    return Goal(
        "the same delivery on the same day does no row work",
        f"ran: {', '.join(sorted(done))}" if done else "no step that touches rows ran",
        not done and not counted,
    )


def _changed_goal(large: "SizeCost | None") -> Goal:
    sentence = f"the night with 0.1% of {LARGE:,} rows changed takes at most a third of the first"
    if large is None:
        return Goal(sentence, "", None)
    share = large.changed.seconds / large.first.seconds
    of_processor = large.changed.cpu_seconds / large.first.cpu_seconds
    return Goal(
        sentence,
        f"{share:.0%} (processor time {of_processor:.0%})",
        share <= CHANGED_SHARE_LIMIT,
    )


def performance_page(sizes: Sequence["SizeCost"], demo_seconds: float) -> str:
    """Return the whole page."""
    parts = [
        "# Performance",
        "Written by `make benchmark` (`python -m benchmarks.run`); do not edit it by hand.",
        _setting(),
        "## To reach",
        _goals_table(goals(sizes, demo_seconds)),
        "## Where the time goes",
        where_the_time_goes(sizes),
        *(part for size in sizes for part in (f"## {size.rows:,} stage rows", _size_table(size))),
        "## How it is measured",
        _method(),
    ]
    return "\n\n".join(parts) + "\n"


def _setting() -> str:
    packages = ", ".join(
        f"{name} {version(name)}"
        for name in ("duckdb", "dbt-core", "dbt-duckdb", "great_expectations", "pandas")
    )
    return (
        f"Measured on {_written_day(date.today())} on {os.cpu_count()} cores "
        f"({platform.system()}, {platform.machine()}), with Python {platform.python_version()}, "
        f"{packages}. The settings are the shipped ones."
    )


def _goals_table(reached: Iterable[Goal]) -> str:
    return _table(
        ["to reach", "result", "measured"],
        [[goal.sentence, goal.verdict, goal.measured] for goal in reached],
        numbers=False,
    )


def where_the_time_goes(sizes: Sequence["SizeCost"]) -> str:
    """Return the paragraph on the largest steps, made from the figures."""
    largest = sizes[-1]
    sentences = [
        f"At {largest.rows:,} rows the first load takes {largest.first.seconds:.0f} seconds: "
        f"{_largest_steps(largest.first)}.",
        f"With 0.1% of the rows changed the night takes {largest.changed.seconds:.0f} seconds, "
        f"{largest.changed.seconds / largest.first.seconds:.0%} of the first load: "
        f"{_largest_steps(largest.changed)}.",
        "Landing, validation and load follow the change; the file is read and the marts are "
        "built as a whole, so these are what is left.",
        f"The same delivery again takes {_again_seconds(sizes)}: "
        f"{_largest_steps(largest.again, 1)}.",
    ]
    if len(sizes) > 1:
        smaller = sizes[-2]
        steady = [
            f"`{step}`"
            for step, seconds in largest.first.step_seconds.items()
            if seconds > 1 and seconds < HARDLY_GREW * smaller.first.step_seconds.get(step, 0)
        ]
        growth = largest.first.seconds / smaller.first.seconds
        sentences.append(
            f"From {smaller.rows:,} to {largest.rows:,} rows the first load takes {growth:.1f} "
            f"times as long"
            + (
                f"; {_listed(steady)} hardly grew, so what they do beside the rows outweighs these."
                if steady
                else "."
            )
        )
    return " ".join(sentences)


def _again_seconds(sizes: Sequence["SizeCost"]) -> str:
    smallest, largest = sizes[0], sizes[-1]
    if smallest is largest:
        return f"{largest.again.seconds:.1f} seconds"
    return (
        f"{smallest.again.seconds:.1f} seconds at {smallest.rows:,} rows and "
        f"{largest.again.seconds:.1f} at {largest.rows:,}"
    )


def _largest_steps(night: "NightCost", count: int = 4) -> str:
    largest = sorted(night.step_seconds.items(), key=lambda step: -step[1])[:count]
    return _listed(
        f"`{step}` {seconds / night.seconds:.0%} ({WHAT_STEPS_DO.get(step, 'a step')})"
        for step, seconds in largest
    )


def _size_table(size: "SizeCost") -> str:
    nights = size.nights
    steps = dict.fromkeys(step for night in nights.values() for step in night.step_seconds)
    rows = [
        [f"`{step}`", *(_seconds(night.step_seconds.get(step)) for night in nights.values())]
        for step in steps
    ]
    rows += [
        ["**the night**", *(f"**{night.seconds:.1f}**" for night in nights.values())],
        ["its processor time", *(f"{night.cpu_seconds:.1f}" for night in nights.values())],
        ["start-up, apart", *(f"{night.startup_seconds:.1f}" for night in nights.values())],
        ["peak memory, MB", *(f"{n.peak_memory_bytes / 1e6:,.0f}" for n in nights.values())],
        ["rows loaded", *(_rows(night, "loaded") for night in nights.values())],
        ["rows unchanged", *(_rows(night, "unchanged") for night in nights.values())],
        ["rows held back", *(_rows(night, "quarantined") for night in nights.values())],
    ]
    return _table(["seconds", *nights], rows)


def _method() -> str:
    return (
        "`benchmarks/make_delivery.py` makes the deliveries: made-up cases with 1 to 4 stages, "
        "both procedures, 2010 to 2026, three faults in a thousand rows, always the same rows. "
        "Each night runs in a fresh process, by `flows.night.run_night`, without Prefect; the "
        "three nights of a size share one home. The first two are seen from 30 September 2026, "
        "the third, with changed rows, from the day after. Start-up is the import of the "
        "libraries and dbt's reading of its project, which `complaints nightly` does while "
        "Prefect's server starts. Peak memory is the largest resident size of the process, its "
        "start-up included. Nights were measured once each, so single seconds mean little."
    )


def _table(header: list[str], rows: Iterable[list[str]], numbers: bool = True) -> str:
    aligned = ["---", *("---:" if numbers else "---" for _ in header[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, aligned, *rows))


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"


def _rows(night: "NightCost", fate: str) -> str:
    return f"{night.fates[fate]:,}" if fate in night.fates else "not read"


def _written_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
