"""The wheel, built without network and installed where there is nothing else of the project."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from complaints.warehouse.settings import PROJECT_FOLDER
from conftest import query

pytestmark = pytest.mark.xdist_group("wheel")
LEFT_BEHIND = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "complaints-home", "target", "logs"
)


def run_python(*words: str | Path, cwd: Path, **environment: str) -> str:
    """Run Python without what is set for the tests, and return what it prints."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "-P", *words],
        cwd=cwd,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # From a copy: a build leaves its folders in the project, and takes what an older one left.
    project = Path(shutil.copytree(PROJECT_FOLDER, folder / "project", ignore=LEFT_BEHIND))
    offline = ("--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    run_python("-m", "pip", "wheel", *offline, "--wheel-dir", folder, project, cwd=folder)
    shutil.rmtree(project)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with the wheel in it; only it and the libraries are on the path."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def files_of(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def complaints(installed: Path, cwd: Path, *words: str | Path) -> str:
    """Run a command of the wheel; `complaints` must not be found anywhere else."""
    program = "from complaints.flows.cli.main import main; main()"
    return run_python("-c", program, *words, cwd=cwd, PYTHONPATH=str(installed))


def test_everything_in_the_wheel_is_under_one_name(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {name.split("/")[0].partition("-")[0] for name in names} == {
        "complaints",
        "complaints_warehouse",
    }
    for folder in ("tests", "benchmarks", "dbt_project/target", "dbt_project/logs"):
        assert not [name for name in names if name.startswith(f"complaints/{folder}/")]


def test_version_is_that_of_the_wheel(wheel: Path, installed: Path, tmp_path: Path) -> None:
    version = wheel.name.split("-")[1]
    assert complaints(installed, tmp_path, "--version") == f"complaints {version}\n"


@pytest.mark.soak
def test_demo_runs_anywhere_and_writes_only_into_its_home(installed: Path, tmp_path: Path) -> None:
    where = "import complaints.warehouse.settings as settings; print(settings.PROJECT_FOLDER)"
    found = run_python("-c", where, cwd=tmp_path, PYTHONPATH=str(installed)).strip()
    assert Path(found) == (installed / "complaints").resolve()
    before = files_of(installed)
    printed = complaints(installed, tmp_path, "demo", "--home", "the home")
    assert "The marts are in" in printed
    assert files_of(installed) == before
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == [
        "the home"
    ]
    (stages,) = query(
        tmp_path / "the home" / "marts.duckdb", "select count(*) from fct_complaint_stages"
    )
    assert stages[0] > 0
