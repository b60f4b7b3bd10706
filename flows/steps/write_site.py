"""Write the pages, with what dbt knows: what each mart is made from, and its docs of the models."""

import hashlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from complaints.flows.steps.build import generate_docs, read_project
from complaints.pages import site
from complaints.pages.lineage import Model
from complaints.warehouse.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


def write_site(settings: Settings) -> Path:
    """Write the pages of what is published, and return the one to begin with.

    Raises:
        RunFailedError: nothing has been published yet.
    """
    return site.write_site(settings, _models(read_project(settings)), _docs(settings))


def _models(project: "Manifest") -> dict[str, Model]:
    """Return the models, seeds and sources by dbt's keys."""
    models = {}
    for key, node in {**project.nodes, **project.sources}.items():
        folder = {
            "model": "/".join(node.fqn[1:-1]),
            "seed": "in/seeds (shipped)",
            "source": f"in/{getattr(node, 'source_name', '')}",
        }.get(str(node.resource_type))
        if folder:
            models[key] = Model(node.name, folder, tuple(getattr(node, "depends_on_nodes", ())))
    return models


def _docs(settings: Settings) -> Path:
    """Return dbt's docs in one file, which is made again when the project has changed."""
    content = hashlib.sha256()
    for path in sorted(settings.dbt_project_folder.rglob("*")):
        if path.suffix in (".sql", ".yml", ".md"):
            content.update(path.read_bytes())
    folder = settings.home / "dbt" / "docs"
    made = folder / f"{content.hexdigest()[:16]}.html"
    if not made.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with TemporaryDirectory(dir=folder) as unfinished:
            generate_docs(settings, Path(unfinished)).replace(made)
    return made
