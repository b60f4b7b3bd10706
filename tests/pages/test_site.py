"""The pages: every figure is that of the query printed with it, every link leads somewhere."""

import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browser_programs import WCAG
from command_helpers import Run
from complaints.flows.steps.write_site import write_site
from complaints.pages.site import DOCS, START
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.worklist import DUE_SOON, OVERDUE, read_worklist
from conftest import query
from html_page import read_page, text_of

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def site(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the example."""
    home = tmp_path_factory.mktemp("site")
    shutil.copyfile(example.marts_path, home / "marts.duckdb")
    return write_site(example.model_copy(update={"home": home})).parent


def test_the_pages_are_made_of_the_marts_alone(site: Path) -> None:
    """A home to which only the marts were copied gets no working store."""
    assert not (site.parent / "warehouse.duckdb").exists()


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


def test_a_rule_has_one_line_a_day_whatever_the_number_of_sources() -> None:
    pages = yaml.safe_load((PROJECT_FOLDER / "pages" / "views.yml").read_text("utf-8"))
    views = {view["title"]: view for page in pages for view in page["views"]}
    with duckdb.connect() as marts:
        marts.execute(
            "create table dq_trends as select date '2018-11-27' as as_of_day, 'one' as rule_code, "
            "* from (values ('a', 1, 1, 0), ('b', 2, 2, 0)) "
            "as t(source, rows_failing, rows_held_back, rows_warned)"
        )
        found = marts.execute(views["Data quality by rule"]["sql"]).fetchall()
    assert [row[1:] for row in found] == [("one", 3, 0)]


def test_a_percentage_is_the_reports(example: Settings, tmp_path: Path) -> None:
    """As a fraction of two, 23 / 40 is a little less than 0.575, and 58% in the report."""
    shutil.copyfile(example.marts_path, tmp_path / "marts.duckdb")
    with duckdb.connect(tmp_path / "marts.duckdb") as marts:
        marts.execute(
            "update rpt_quarterly_stages set received = 40, in_sla = 23, in_sla_rate = 23 / 40 "
            "where procedure = 'statutory' and stage = 'stage_1'"
        )
    site = write_site(example.model_copy(update={"home": tmp_path})).parent
    page = read_page((site / "quarter-2018-19-q2.html").read_text("utf-8"))
    rows = [[text_of(cell) for cell in row] for row in page.iter("tr")]
    assert ["Statutory", "Stage 1", "40", "23", "58"] in [
        [row[0].capitalize(), *row[1:5]] for row in rows if len(row) > 4
    ]
    trends = read_page((site / "trends.html").read_text("utf-8"))
    assert ["2018-19 Q2", "Stage 1", "57.5"] in [
        [text_of(cell) for cell in row] for row in trends.iter("tr")
    ]


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
        assert "Internal: not for release" in page.inner_text("body" if name == DOCS else "header")
        if name == DOCS:  # dbt's, with its own ways about
            page.goto(f"{(site / name).as_uri()}#!/model/model.complaints.fct_complaints")
            page.locator("h1", has_text="fct_complaints").first.wait_for()
            continue
        links = page.eval_on_selector_all("nav a, main a", "all => all.map(a => a.href)")
        for place, target in enumerate(links):
            file = target.removeprefix(f"{site.as_uri()}/").partition("#")[0]
            assert (site / file).is_file(), (name, target)
            if file not in {*seen, *waiting}:
                page.goto((site / name).as_uri())
                page.locator("nav a, main a").nth(place).click()
                assert page.url.partition("#")[0] == (site / file).as_uri()
                waiting.append(file)
    assert seen == {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert all(url.startswith(("file:", "data:")) for url in asked)


@pytest.mark.parametrize(
    "name", ["today", "quarter-2018-19-q2", "trends", "runs", "data", "decisions"]
)
@pytest.mark.parametrize("width", [1280, 400])
def test_a_page_has_no_fault_that_axe_finds_and_fits_a_narrow_screen(
    site: Path, browser: Browser, name: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((site / f"{name}.html").as_uri())
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.response["violations"] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_picture_has_every_mart_and_dbts_docs_can_ask_nothing_of_a_network(
    site: Path, example: Settings
) -> None:
    data = read_page((site / "data.html").read_text("utf-8"))
    shown = {text_of(each) for each in data.iter("text")}
    marts = query(example.marts_path, "select table_name from duckdb_tables()")
    assert len(marts) > 40 and {name for (name,) in marts} <= shown
    made_from = [text_of(each) for each in data.iter("p") if "Made from" in text_of(each)]
    assert len(made_from) == len(marts)
    docs = (site / DOCS).read_text("utf-8")
    places = [str(each) for each in (PROJECT_FOLDER, example.home) if str(each) in docs]
    assert places == [] and docs.count("content=\"default-src 'none';") == 1


def test_the_pages_are_replaced_as_a_whole_and_the_command_names_the_first(
    example_copy: Settings, run: Run
) -> None:
    first = example_copy.site_folder / START
    assert run("site", "--home", example_copy.home).out == f"The pages begin with {first}\n"
    (example_copy.site_folder / "left.html").write_text("of before", encoding="utf-8")
    run("site", "--home", example_copy.home)
    assert not (example_copy.site_folder / "left.html").exists()
    assert not list(example_copy.home.glob(".site-*"))


def test_today_says_what_the_worklist_says(example_copy: Settings) -> None:
    with duckdb.connect(example_copy.marts_path) as marts:
        marts.execute("update rpt_worklist set service_team = '<script>alert(1)</script>'")
    settings = example_copy.model_copy(update={"alerts_due_within_days": 9})
    today = write_site(settings).read_text("utf-8")
    assert "<script>" not in today and "Due within 9 working days" in today
    sections = {
        text_of(section.find("h2")): section.findall(".//tbody/tr")
        for section in read_page(today).iter("section")
    }
    states = Counter(row[0] for row in read_worklist(settings).rows)
    assert states[OVERDUE] and states[DUE_SOON]
    assert len(sections[OVERDUE]) == states[OVERDUE]
    assert len(sections[DUE_SOON]) == states[DUE_SOON]
    (of_team,) = sections["Overdue and due soon, by team"]
    assert [text_of(cell) for cell in of_team[1:3]] == [
        str(states[OVERDUE]),
        str(states[DUE_SOON]),
    ]
