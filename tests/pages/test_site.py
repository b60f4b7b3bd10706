"""The pages: every figure is that of the query printed with it, every link leads somewhere."""

import shutil
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browser_programs import WCAG
from command_helpers import Run
from complaints.pages.site import START, write_site
from complaints.warehouse.settings import Settings
from conftest import query
from html_page import read_page, text_of

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def site(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the example."""
    home = tmp_path_factory.mktemp("site")
    shutil.copyfile(example.marts_path, home / "marts.duckdb")
    return write_site(example.model_copy(update={"home": home})).parent


def test_every_table_is_what_its_query_returns(site: Path, example: Settings) -> None:
    shown = 0
    for path in site.glob("*.html"):
        page = read_page(path.read_text("utf-8"))
        for section in page.iter("section"):
            said = section.find(".//pre")
            if said is None:  # of the page of the dictionary
                continue
            rows = query(example.marts_path, text_of(said))
            assert len(section.findall(".//tbody/tr")) == len(rows), path.name
            shown += len(rows)
    assert shown > 500


def test_a_reader_gets_from_each_page_to_every_other(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    waiting, seen = [START], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        page.goto((site / name).as_uri())
        assert "Internal: not for release" in page.inner_text("header")
        for place in range(page.locator("nav a").count()):
            page.goto((site / name).as_uri())
            page.locator("nav a").nth(place).click()
            waiting.append(page.url.rpartition("/")[2])
    assert seen == {path.name for path in site.iterdir()}
    assert all(url.startswith("file:") for url in asked)


@pytest.mark.parametrize("name", ["today", "quarter-2018-19-q2", "trends", "runs", "data"])
@pytest.mark.parametrize("width", [1280, 400])
def test_a_page_has_no_fault_that_axe_finds_and_fits_a_narrow_screen(
    site: Path, browser: Browser, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((site / f"{name}.html").as_uri())
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.response["violations"] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_pages_are_replaced_as_a_whole_and_the_command_names_the_first(
    example_copy: Settings, run: Run
) -> None:
    first = example_copy.site_folder / START
    assert run("site", "--home", example_copy.home).out == f"The pages begin with {first}\n"
    (example_copy.site_folder / "left.html").write_text("of before", encoding="utf-8")
    run("site", "--home", example_copy.home)
    assert not (example_copy.site_folder / "left.html").exists()
    assert not list(example_copy.home.glob(".site-*"))


def test_a_name_from_an_export_cannot_break_a_page(example_copy: Settings) -> None:
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute("update rpt_open_stages set service_team = '<script>alert(1)</script>'")
    text = write_site(example_copy).read_text("utf-8")
    assert "<script>" not in text and "&lt;script&gt;" in text
