"""Write the pages: static files that need no server and no network, replaced in one rename."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from complaints.report.chart_drawing import chart_svg
from complaints.report.layout import long_date
from complaints.report.printing import PrintedChart
from complaints.report.render_html import TEMPLATES as REPORT_TEMPLATES
from complaints.warehouse.access import share
from complaints.warehouse.errors import UsageError
from complaints.warehouse.plain_text import cut, without_unseen
from complaints.warehouse.query import open_marts
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import sql_text

VIEWS = Path(__file__).with_name("views.yml")
TEMPLATES = Path(__file__).with_name("templates")
START = "today.html"
DICTIONARY = """
    select marts.table_name, marts.comment, columns.column_name, columns.data_type, columns.comment
    from duckdb_tables() as marts inner join duckdb_columns() as columns using (table_name)
    order by marts.table_name, columns.column_index
"""


class View(NamedTuple):
    """A table of a page, its chart where it has one, and the query that made it."""

    title: str
    says: str
    sql: str
    columns: list[str]
    rows: list[tuple[str, ...]]
    numeric: set[int]
    chart: Markup | None


class Page(NamedTuple):
    """A page: its file, title and views."""

    file: str
    title: str
    about: str
    views: list[View]


class Mart(NamedTuple):
    """A mart as the dictionary page shows it."""

    name: str
    description: str
    columns: list[tuple[str, str, str]]


def write_site(settings: Settings) -> Path:
    """Write the pages of what is published, and return the one to begin with.

    Raises:
        RunFailedError: nothing has been published yet.
    """
    unfinished = settings.home / ".site-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with open_marts(settings.marts_path) as marts:
        as_of, _, _, last = marts.execute("from dq_publication").fetchall()[0]
        quarters = _column(marts, "select distinct financial_quarter from rpt_quarterly_stages")
        pages = list(_pages(marts, quarters))
        dictionary = _dictionary(marts)
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, REPORT_TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    common = {
        "as_of": long_date(as_of.isoformat()),
        "menu": [
            (page.file, page.title.partition(" ")[0])
            for page in pages
            if not page.file.startswith("quarter-") or page.file == quarter_file(last)
        ]
        + [("data.html", "Data")],
        "quarters": [(quarter_file(each), each) for each in sorted(quarters, reverse=True)],
    }
    template = environment.get_template("page.html.j2")
    for page in pages:
        text = template.render(page=page, marts=[], **common)
        (unfinished / page.file).write_text(text, encoding="utf-8")
    data = Page("data.html", "Data", "The marts and their columns, as dbt describes them.", [])
    text = template.render(page=data, marts=dictionary, **common)
    (unfinished / data.file).write_text(text, encoding="utf-8")
    return _put_in_place(settings, unfinished)


def quarter_file(quarter: str) -> str:
    """Return the file of a quarter's page.

    >>> quarter_file("2018-19 Q2")
    'quarter-2018-19-q2.html'
    """
    return f"quarter-{quarter.replace(' ', '-').lower()}.html"


def _pages(marts: duckdb.DuckDBPyConnection, quarters: list[str]) -> Iterator[Page]:
    for declared in _declared():
        if declared["page"] == "quarter":
            for quarter in sorted(quarters, reverse=True):
                yield _page(marts, declared, quarter_file(quarter), quarter)
        else:
            yield _page(marts, declared, f"{declared['page']}.html")


def _page(
    marts: duckdb.DuckDBPyConnection, declared: dict[str, Any], file: str, quarter: str = ""
) -> Page:
    title = f"{declared['title']} {quarter}".strip()
    about = declared["about"].replace("$quarter", quarter)
    views = [_view(marts, each, quarter, f"{file}-{n}") for n, each in enumerate(declared["views"])]
    return Page(file, title, about, views)


@cache
def _declared() -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = yaml.safe_load(VIEWS.read_text(encoding="utf-8"))
    return pages


def _view(
    marts: duckdb.DuckDBPyConnection, declared: dict[str, Any], quarter: str, key: str
) -> View:
    sql = declared["sql"].replace("$quarter", sql_text(quarter))
    result = marts.execute(sql)
    columns = [name for name, *_ in result.description or ()]
    numeric = {
        place
        for place, (_, kind, *_) in enumerate(result.description or ())
        if str(kind) in ("NUMBER", "BIGINT", "INTEGER", "DOUBLE")
    }
    found = result.fetchall()
    chart = _chart(declared, columns, found, key) if declared.get("chart") and found else None
    rows = [tuple(_text(value) for value in row) for row in found]
    return View(declared["title"], declared["says"], sql, columns, rows, numeric, chart)


def _chart(
    declared: dict[str, Any], columns: list[str], rows: list[tuple[Any, ...]], key: str
) -> Markup:
    """Draw the third column over the first, a line for each value of the second."""
    categories = tuple(sorted({row[0] for row in rows}))
    values = {(name, category): value for category, name, value in rows}
    names = dict.fromkeys(row[1] for row in rows)
    series = tuple(
        (name, tuple(values.get((name, category)) for category in categories)) for name in names
    )
    title = declared["title"]
    alternative = f"Line chart: {title}. The table below has the figures."
    chart = PrintedChart(key, title, categories, series, declared["chart"], alternative)
    return Markup(re.sub(r' xmlns(:xlink)?="[^"]*"', "", chart_svg(chart)))


def _text(value: Any) -> str:
    """Return a value as a reader writes it."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:g}"
    return without_unseen(cut(str(value)))


def _column(marts: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    return [value for (value,) in marts.execute(query).fetchall()]


def _dictionary(marts: duckdb.DuckDBPyConnection) -> list[Mart]:
    found: dict[str, Mart] = {}
    for name, description, column, kind, comment in marts.execute(DICTIONARY).fetchall():
        mart = found.setdefault(name, Mart(name, description or "", []))
        mart.columns.append((column, kind.lower(), comment or ""))
    return list(found.values())


def _put_in_place(settings: Settings, unfinished: Path) -> Path:
    """Give the pages their place; for a moment there are none, never half of them."""
    folder, former = settings.site_folder, settings.home / ".site-former"
    shutil.rmtree(former, ignore_errors=True)
    if folder.exists():
        os.replace(folder, former)
    os.replace(unfinished, folder)
    shutil.rmtree(former, ignore_errors=True)
    for path in (folder, *folder.iterdir()):
        share(settings, path)
    return folder / START


def serve_site(settings: Settings, port: int, say: Callable[[str], None]) -> None:
    """Serve the pages on loopback until somebody stops it.

    Raises:
        UsageError: the port is taken.
    """
    handler = partial(SimpleHTTPRequestHandler, directory=str(settings.site_folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        raise UsageError("site_port_taken", port=port) from None
    with server, suppress(KeyboardInterrupt):
        say(f"Open http://127.0.0.1:{server.server_port}/{START}; Ctrl-C ends it.")
        server.serve_forever()
