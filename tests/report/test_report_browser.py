"""The report as people meet it: in Chromium, on a narrow screen, on paper, in a word processor.

The programs are Debian's `chromium` and `libreoffice-writer`. Where they are missing these tests
are skipped, but not under CI=true: there a missing program is a failure.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from browser_programs import LIBREOFFICE, WCAG, program
from complaints.report.render_docx import render_docx
from complaints.report.render_html import render_html
from complaints.report.write import write_report
from complaints.warehouse.settings import Settings
from prefect_server import until
from report_sample import CASES, SAMPLE

pytestmark = pytest.mark.xdist_group("browser")

DESKTOP, NARROW = (1280, 800), (320, 640)
PAPER = 658  # the width between the margins, in pixels


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Return the size of each page of a PDF in points."""
    pages = (each for each in pdf.split(b"endobj") if re.search(rb"/Type ?/Page\b", each))
    boxes = (re.search(rb"/MediaBox ?\[ ?0 0 ([\d.]+) ([\d.]+) ?\]", each) for each in pages)
    return [(round(float(box[1])), round(float(box[2]))) for box in boxes if box]


@pytest.fixture(scope="module")
def folder(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, and the report of the example quarter in both profiles."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "sample.html").write_text(render_html(SAMPLE), encoding="utf-8")
    render_docx(SAMPLE, folder / "sample.docx")
    for profile in ("committee", "internal", "publication"):
        for path in write_report(example, "2018-19 Q2", profile, ("html", "docx"), folder):
            path.rename(folder / f"{profile}{path.suffix}")
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a context of its own."""
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    yield context.new_page()
    context.close()


REPORTS = pytest.mark.parametrize("name", ["sample", "committee", "internal", "publication"])


@REPORTS
def test_axe_finds_nothing_and_nothing_is_cut_off(page: Page, folder: Path, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = (folder / f"{name}.html").as_uri()
    page.goto(address)
    for width, height in (DESKTOP, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        options = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [address]


@REPORTS
def test_the_report_works_without_javascript(browser: Browser, folder: Path, name: str) -> None:
    texts = []
    for has_javascript in (True, False):
        context = browser.new_context(java_script_enabled=has_javascript)
        page = context.new_page()
        page.goto((folder / f"{name}.html").as_uri())
        texts.append(page.inner_text("body"))
        page.get_by_role("link").nth(3).click()
        assert "#section-" in page.url
        context.close()
    assert texts[0] == texts[1] and len(texts[0]) > 1000


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Page, folder: Path) -> None:
    page.goto((folder / "sample.html").as_uri())
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the report"
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#report")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.goto("about:blank")
    page.goto((folder / "sample.html").as_uri())
    stops = page.locator("a, [tabindex='0']").count()
    for _ in range(stops):
        page.keyboard.press("Tab")
        outline, width = page.evaluate(
            "(s => [s.outlineStyle, parseFloat(s.outlineWidth)])"
            "(getComputedStyle(document.activeElement))"
        )
        assert outline == "solid" and width >= 2
        assert page.evaluate("document.activeElement !== document.body")


def test_a_wide_table_scrolls_by_the_keyboard(page: Page, folder: Path) -> None:
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    page.goto((folder / "sample.html").as_uri())
    table = page.get_by_role("group", name=CASES.title)
    table.focus()
    page.keyboard.press("ArrowRight")
    # The page's policy forbids eval, by which Playwright's own wait_for_function polls.
    until(lambda: page.evaluate("document.activeElement.scrollLeft") > 0, 10, "the table to scroll")


@REPORTS
def test_the_report_prints_on_a4(page: Page, folder: Path, name: str, tmp_path: Path) -> None:
    page.goto((folder / f"{name}.html").as_uri())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    cut = page.evaluate(
        f"""[...document.querySelectorAll('table')]
        .filter(table => table.getBoundingClientRect().width > {PAPER})
        .map(table => table.caption.textContent)"""
    )
    assert cut == []
    style = page.evaluate("getComputedStyle(document.querySelector('thead')).display")
    assert style == "table-header-group"
    assert not page.locator(".skip").is_visible() and not page.locator("nav").is_visible()
    assert_a4(page_sizes(page.pdf(prefer_css_page_size=True)), name)


def assert_a4(sizes: list[tuple[int, int]], name: str) -> None:
    """Assert that a document has pages of A4 only."""
    assert len(sizes) >= 5 and set(sizes) == {(595, 842)}, name


@pytest.mark.soak
@REPORTS
def test_libreoffice_opens_the_word_document(folder: Path, name: str, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    done = subprocess.run(
        [
            program(LIBREOFFICE),
            "--headless",
            f"-env:UserInstallation={profile.as_uri()}",
            "--convert-to",
            "pdf",
            "--outdir",
            tmp_path,
            folder / f"{name}.docx",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    pdf = tmp_path / f"{name}.pdf"
    assert done.returncode == 0 and pdf.exists(), done.stderr
    assert_a4(page_sizes(pdf.read_bytes()), name)
