"""What several tests share: homes, nights on small deliveries, and one night on the example."""

import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from filelock import FileLock

from browser_programs import CHROMIUM, QUIET, program
from changed_example import Nights, night_on_changes
from command_helpers import AMBIENT, Run, run_here
from complaints.flows.night import NightReport, run_night
from complaints.notices import send
from complaints.warehouse.settings import PROJECT_FOLDER, Settings, read_settings
from export_helpers import open_store
from notice_helpers import FIRST, MANAGER, MARTS, Postbox, change, mail_server
from one_thread import use_one_thread
from remembered_project import remember_project
from remembered_verdicts import remember_verdicts
from small_home import SmallHome, ended, quick_night, small_home, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EXAMPLE_EXPORTS = PROJECT_FOLDER / "examples" / "exports"
EXAMPLE_AS_OF_DAY = date(2018, 11, 27)

# What takes nights of its own, or a browser.
LONG = {
    *("home_of_first_night", "changed_example", "browser"),
    *("door", "after_one_delivery", "warehouse"),
}

Row = Mapping[str, str]


def write_export(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows as a CSV export whose header is the union of their columns."""
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def query(path: Path, sql: str, *given: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a DuckDB file that is opened read-only."""
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql, list(given)).fetchall()


def snapshot(path: Path, but: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of a published file, sorted, for comparisons."""
    with duckdb.connect(path, read_only=True) as connection:
        names = [
            name
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        ]
        return {
            name: sorted(connection.execute(f"from {name}").fetchall(), key=repr)
            for name in names
            if name not in but
        }


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a file's content by its parameter: packed, it differs in each process by its time."""
    is_content = isinstance(val, bytes) or (isinstance(val, str) and len(val) > 1000)
    return argname if is_content else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what takes long to `make soak`.

    Let one worker make the example's home while the others do what needs none.
    """
    for item in items:
        if LONG & set(item.fixturenames):
            item.add_marker("soak")
    items.sort(key=lambda item: "example" in item.fixturenames)
    items[:] = items[-1:] + items[:-1]


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session", autouse=True)
def verdicts(shared_folder: Path) -> None:
    """Great Expectations judges the same values once, in forked nights too."""
    folder = shared_folder / "verdicts"
    folder.mkdir(exist_ok=True)
    os.environ["VERDICTS"] = str(folder)
    remember_verdicts(folder)


@pytest.fixture(scope="session", autouse=True)
def project(shared_folder: Path) -> None:
    """dbt reads the project once, for forked nights too."""
    remember_project(shared_folder)


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Stores have one thread, in forked nights too."""
    use_one_thread()


@pytest.fixture(scope="session", autouse=True)
def without_pages() -> None:
    """Nights write no pages: a second each, and those of the pages' own tests say so."""
    os.environ["COMPLAINTS_SITE"] = "false"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty home whose source is the folder `exports`."""
    (tmp_path / "exports").mkdir()
    return read_settings(
        home=tmp_path / "home", source=tmp_path / "exports", as_of=EXAMPLE_AS_OF_DAY
    )


@pytest.fixture
def night(settings: Settings) -> Callable[..., NightReport]:
    """Deliver rows as one file in place of the one before, and run the whole night."""

    def deliver(rows: Iterable[Row], as_of: date | None = None) -> NightReport:
        write_export(settings.source / "complaints.csv", rows)
        return run_night(settings.model_copy(update={"as_of": as_of or settings.as_of}))

    return deliver


@pytest.fixture(scope="session")
def example(shared_folder: Path) -> Settings:
    """The home of one night on the example, run once for all workers. Read it, never change it."""
    settings = read_settings(
        home=shared_folder / "example-home", source=EXAMPLE_EXPORTS, as_of=EXAMPLE_AS_OF_DAY
    )
    with FileLock(shared_folder / "example.lock"):
        if not settings.marts_path.exists():
            run_night(settings)
    return settings


@pytest.fixture(scope="session")
def changed_example(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """The example before and after the change of two complaints; tests of it share a worker."""
    return night_on_changes(example, tmp_path_factory.mktemp("change"))


@pytest.fixture
def example_copy(example: Settings, tmp_path: Path) -> Settings:
    """A home of one's own in the state after the night on the example."""
    home = tmp_path / "home"
    shutil.copytree(example.home, home)
    return example.model_copy(update={"home": home})


@pytest.fixture(scope="session")
def home_of_first_night(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    """A small home that can be put back as its first night left it; tests of it share a worker."""
    folder = tmp_path_factory.mktemp("small")
    settings = read_settings(home=folder / "home", source=folder / "exports")
    return small_home(folder, settings, example)


@pytest.fixture(scope="session")
def second_night(home_of_first_night: SmallHome) -> Settings:
    """A copy of the small home after an undisturbed second night. Read it, never change it."""
    settings = home_of_first_night.before_second_night()
    assert ended(start(quick_night, settings)) == 0
    copy = home_of_first_night.kept.with_name("second-night")
    shutil.copytree(settings.home, copy)
    return settings.model_copy(update={"home": copy})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run commands in this process, in an empty working directory, with nothing set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(AMBIENT)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("COMPLAINTS_SITE", "false")
    return partial(run_here, capsys)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty working store."""
    with open_store(tmp_path) as connection:
        yield connection


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """The path of a folder for exports, not made yet."""
    return tmp_path / "exports"


@pytest.fixture
def postbox() -> Postbox:
    """What a mail server on loopback took."""
    return Postbox()


@pytest.fixture
def notified(
    tmp_path: Path, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings of a home with empty marts, and a manager who is notified of all but failures."""
    monkeypatch.setattr(send, "PAUSES_SECONDS", (0, 0))
    (tmp_path / "exports").mkdir()
    with mail_server(postbox) as port:
        settings = read_settings(
            home=tmp_path,
            source=tmp_path / "exports",
            as_of=FIRST,
            smtp_host="127.0.0.1",
            smtp_port=port,
            alerts_data_quality=MANAGER,
            alerts_deadlines=MANAGER,
        )
        change(settings, MARTS)
        yield settings


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A headless Chromium with an empty profile, as the system has it."""
    from playwright.sync_api import sync_playwright

    path = program(CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=QUIET)
        yield browser
        browser.close()
