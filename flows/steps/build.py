"""Let dbt build and test the models, in this process."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb

from complaints.flows.steps.publish import copy_marts, remove_candidates
from complaints.warehouse.engine import engine_of
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.store import open_warehouse
from complaints.warehouse.system_errors import OUT_OF_MEMORY

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# What went wrong is in the sentence that the operator reads.
LOGGING = ("--log-level", "none", "--log-level-file", "none")

# Not the shipped rows of reference data, which change with a release; the council's are checked
# before the night (prepare_reference).
TESTED_EACH_NIGHT = (
    *("--select", "path:tests", "marts", "tag:reference,resource_type:model"),
    *("--exclude-resource-type", "unit_test"),
)

# What commands read in the working store: the words of as-written listings, reports and mappings,
# the stages that a release keeps, and what of a report is not published.
READ_IN_STORE = (
    "int_complaint_rows",
    "int_findings_as_written",
    "int_period_characteristics",
    "int_period_measures",
    "int_rows_held_by_themselves",
    "int_spellings",
    "int_stage_deadlines",
    "int_theme_learnings",
)
READ_BY_EXTRACT = ("staging.stg_synonyms", "staging.stg_outcomes")

# The marts that change on a night without news too: what became of the files, and the log of runs.
RUN_MARTS = ("dq_deliveries", "ops_alerts", "ops_runs", "ops_steps")


def read_project(settings: Settings) -> "Manifest":
    """Let dbt read the project, once for all commands of this process.

    Raises:
        RunFailedError: dbt does not understand the project.
    """
    from dbt.cli.main import dbtRunner

    project = (settings.dbt_project_folder, settings.engine)
    if project not in _projects:
        with dbt_environment(settings):
            result = dbtRunner().invoke(["parse", *dbt_flags(settings)])
        if not result.success:
            raise RunFailedError(
                "dbt_project_unreadable", reason=_first_lines(str(result.exception))
            )
        _projects[project] = cast("Manifest", result.result)
    return _projects[project]


_projects: dict[tuple[Path, str], "Manifest"] = {}  # by their folders and engines


def build_reference(settings: Settings) -> None:
    """Build the seeds and the models of reference data."""
    _on_engine(
        settings,
        ["build", "--select", "tag:reference", "--exclude-resource-type", "test", "unit_test"],
    )
    _show(settings, READ_BY_EXTRACT)


def build_records(settings: Settings) -> None:
    """Type what was delivered and find the current records: what gate 1 judges."""
    _run(settings, "staging", "intermediate.current")


def build_deadlines(settings: Settings) -> None:
    """Work out the due dates: what gate 2 judges."""
    _run(settings, "intermediate.deadlines")


def build_marts(settings: Settings) -> None:
    """Build the measures and the marts in the working store."""
    _run(settings, "intermediate.measures", "intermediate.restatements", "marts")
    models = [node for node in read_project(settings).nodes.values() if is_shown(node)]
    shown = [f"{node.schema}.{node.name}" for node in models]
    _show(settings, [*shown, *READ_BY_EXTRACT], is_all=True)


def build_restatements(settings: Settings) -> None:
    """Build only what says why figures have changed since a release."""
    _run(settings, "intermediate.restatements", "rpt_restatements", "rpt_restated_figures")


def is_shown(node: Any) -> bool:
    """Return whether a node of dbt is a model that is copied out, or read in the store."""
    return node.resource_type == "model" and (node.schema == "marts" or node.name in READ_IN_STORE)


def _show(settings: Settings, relations: Sequence[str], is_all: bool = False) -> None:
    described = {
        node.name: (
            node.description,
            {name: column.description for name, column in node.columns.items()},
        )
        for node in read_project(settings).nodes.values()
        if node.schema == "marts" and is_shown(node)
    }
    with open_warehouse(settings) as store:
        engine_of(settings, store).publish(relations, described, is_all)


def _run(settings: Settings, *selected: str) -> None:
    _on_engine(settings, ["run", "--select", *selected, "--exclude", "tag:reference"])


def build_run_marts(settings: Settings) -> None:
    """Build the marts that change on a night without news."""
    # Of Spark's tables, those that they read are gone with the process that made them.
    reads = "+" if settings.engine == "spark" else ""
    _on_engine(settings, ["run", "--select", *(f"{reads}{mart}" for mart in RUN_MARTS)])
    _show(settings, [f"marts.{mart}" for mart in RUN_MARTS])


def check_marts(settings: Settings, run: Run) -> Path:
    """Test what is to be published, while it is copied to the file that analysts open.

    That is the identities, the marts and the models of reference data. The keys of what they are
    made from, the shipped rows and the unit tests belong to the development of the project.

    Returns:
        That file.

    Raises:
        RunFailedError: a test failed, or a mart has a private column. The marts of the night
            before stay.
    """
    # dbt is busy with itself for most of this time, so a core is free (1,000,000 rows, 2026-11-23).
    with ThreadPoolExecutor(1) as beside, duckdb.connect(settings.warehouse_path) as warehouse:
        copied = beside.submit(copy_marts, settings, run, warehouse.cursor())
        try:
            _on_engine(settings, ["test", *TESTED_EACH_NIGHT])
            return copied.result()
        except BaseException:
            wait([copied])
            remove_candidates(settings)
            raise


def generate_docs(settings: Settings, folder: Path) -> Path:
    """Let dbt write its docs of the models into a folder, in one file that needs no other.

    Nothing is asked of the store: the types are those of the contracts.
    """
    from dbt.parser.manifest import write_manifest

    write_manifest(read_project(settings), str(folder))
    words = ["docs", "generate", "--static", "--no-compile", "--empty-catalog"]
    _invoke(settings, words, folder)
    return folder / "static_index.html"


def _on_engine(settings: Settings, words: Sequence[str]) -> None:
    with open_warehouse(settings) as store:
        engine_of(settings, store).sync()
    _invoke(settings, words)


def _invoke(settings: Settings, words: Sequence[str], target: Path | None = None) -> None:
    from dbt.cli.main import dbtRunner

    with dbt_environment(settings):
        runner = dbtRunner(manifest=read_project(settings))
        result = runner.invoke([*words, *dbt_flags(settings, target)])
    if result.success:
        return
    if result.exception is not None:
        if not isinstance(result.exception, Exception):  # a signal that met dbt at work
            raise result.exception
        raise RunFailedError("dbt_not_run", reason=_first_lines(str(result.exception)))
    results: Any = result.result  # of a type of its own for each command of dbt
    failed = [r for r in results if r.status in ("error", "fail")]
    if any(OUT_OF_MEMORY in (r.message or "") for r in failed):
        raise RunFailedError("memory_too_small")
    raise RunFailedError(
        "dbt_failed",
        failures="; ".join(
            f"{r.node.name} failed: {_first_lines(r.message or '')}" for r in failed
        ),
    )


def dbt_flags(settings: Settings, target: Path | None = None) -> list[str]:
    """Return the flags that every dbt command needs; where its files go, if not where always."""
    return [
        "--project-dir",
        str(settings.dbt_project_folder),
        "--profiles-dir",
        str(PROJECT_FOLDER),
        "--target",
        "warehouse" if settings.engine == "duckdb" else settings.engine,
        "--target-path",
        str(target or settings.home / "dbt" / "target"),
        "--log-path",
        str(settings.home / "dbt" / "logs"),
        *LOGGING,
        "--no-use-colors",
        "--no-write-json",
    ]


@contextmanager
def dbt_environment(settings: Settings) -> Iterator[None]:
    """Tell profiles.yml where the home is, for the time of one command."""
    given = {
        "COMPLAINTS_HOME": str(settings.home),
        "COMPLAINTS_MEMORY_LIMIT": settings.memory_limit,
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _first_lines(message: str) -> str:
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(lines[:3])
