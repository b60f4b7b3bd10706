"""Let dbt read the project once in a run of the tests, for all workers and homes.

To read it takes longer than most tests, and what is read is the same in every home.
"""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from complaints.flows.steps import build
from complaints.warehouse.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def remember_project(folder: Path) -> None:
    """Keep what dbt read in a folder, for this process and others."""
    read = build.read_project
    kept = folder / "project.msgpack"

    def recall(settings: Settings) -> "Manifest":
        from dbt.contracts.graph.manifest import Manifest
        from dbt.flags import set_from_args
        from dbt.parser.manifest import extended_mashumaro_encoder, extended_mashumuro_decoder

        project = (settings.dbt_project_folder, settings.engine)
        if project not in build._projects and settings.engine == "duckdb":
            with FileLock(kept.with_suffix(".lock")):
                if kept.exists():
                    build._projects[project] = Manifest.from_msgpack(
                        kept.read_bytes(), decoder=extended_mashumuro_decoder
                    )
                    # A flag of dbt's that it asks for when the project is written.
                    set_from_args(Namespace(send_anonymous_usage_stats=False), None)
                else:
                    kept.write_bytes(read(settings).to_msgpack(extended_mashumaro_encoder))
        return read(settings)

    build.read_project = recall
