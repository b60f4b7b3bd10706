"""Write the pages: static files that need no server and no network, replaced in one rename."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import duckdb
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from complaints.pages.lineage import Model, draw_lineage
from complaints.report.chart_drawing import chart_svg
from complaints.report.layout import long_date
from complaints.report.printing import PrintedChart
from complaints.report.render_html import TEMPLATES as REPORT_TEMPLATES
from complaints.warehouse.access import share
from complaints.warehouse.errors import UsageError
from complaints.warehouse.plain_text import cut, without_unseen
from complaints.warehouse.query import open_marts
from complaints.warehouse.settings import PROJECT_FOLDER, Settings

VIEWS = Path(__file__).with_name("views.yml")
TEMPLATES = Path(__file__).with_name("templates")
DECISIONS = PROJECT_FOLDER / "docs" / "decisions.md"
START = "today.html"
DOCS = "dbt/index.html"
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
    rows: Sequence[tuple[str, ...]]
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
    made_from: str
    columns: list[tuple[str, str, str]]


def write_site(settings: Settings, models: Mapping[str, Model], docs: Path) -> Path:
    """Write the pages of what is published, and return the one to begin with.

    Args:
        settings: where the home is.
        models: the models of the marts, by the keys that their parents have.
        docs: dbt's own docs, in one file.

    Raises:
        RunFailedError: nothing has been published yet.
    """
    unfinished = settings.home / ".site-unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with open_marts(settings.marts_path) as marts:
        ((as_of, last),) = marts.execute(
            "select as_of_day, last_quarter from dq_publication"
        ).fetchall()
        quarters = _column(marts, "select distinct financial_quarter from rpt_quarterly_stages")
        pages = [*_pages(marts, settings, quarters), _decisions()]
        dictionary = _dictionary(marts, models)
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
        ],
        "quarters": [(quarter_file(each), each) for each in sorted(quarters, reverse=True)],
    }
    template = environment.get_template("page.html.j2")
    for page in pages:
        of_data = (
            {"marts": dictionary, "picture": draw_lineage(models), "docs": DOCS}
            if page.file == "data.html"
            else {"marts": []}
        )
        text = template.render(page=page, **of_data, **common)
        (unfinished / page.file).write_text(text, encoding="utf-8")
    (unfinished / DOCS).parent.mkdir()
    (unfinished / DOCS).write_text(_marked(docs.read_text(encoding="utf-8")), encoding="utf-8")
    return _put_in_place(settings, unfinished)


def quarter_file(quarter: str) -> str:
    """Return the file of a quarter's page.

    >>> quarter_file("2018-19 Q2")
    'quarter-2018-19-q2.html'
    """
    return f"quarter-{quarter.replace(' ', '-').lower()}.html"


def _pages(
    marts: duckdb.DuckDBPyConnection, settings: Settings, quarters: list[str]
) -> Iterator[Page]:
    given = {"due_within": str(settings.alerts_due_within_days)}
    for declared in _declared():
        if declared["page"] == "quarter":
            for quarter in sorted(quarters, reverse=True):
                yield _page(marts, declared, quarter_file(quarter), given | {"quarter": quarter})
        else:
            yield _page(marts, declared, f"{declared['page']}.html", given)


def _page(
    marts: duckdb.DuckDBPyConnection, declared: dict[str, Any], file: str, given: dict[str, str]
) -> Page:
    title = f"{declared['title']} {given.get('quarter', '')}".strip()
    about = Template(declared["about"]).substitute(given)
    views = [_view(marts, each, given, f"{file}-{n}") for n, each in enumerate(declared["views"])]
    return Page(file, title, about, views)


@cache
def _declared() -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = yaml.safe_load(VIEWS.read_text(encoding="utf-8"))
    return pages


def _view(
    marts: duckdb.DuckDBPyConnection, declared: dict[str, Any], given: dict[str, str], key: str
) -> View:
    sql = Template(declared["sql"]).substitute(given)
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
    says = Template(declared["says"]).substitute(given)
    return View(declared["title"], says, sql, columns, rows, numeric, chart)


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


def _decisions() -> Page:
    """Return the decisions as a page: a table for each subject."""
    before, *subjects = DECISIONS.read_text(encoding="utf-8").split("\n## ")
    views = []
    for subject in subjects:
        title, _, text = subject.partition("\n")
        columns, _, *rows = [
            tuple(_of_markdown(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1])
            for line in text.splitlines()
            if line.startswith("|")
        ]
        views.append(View(title, "", "", list(columns), rows, set(), None))
    about = " ".join(before.splitlines()[1:]).strip()
    return Page("decisions.html", "Decisions", about, views)


def _of_markdown(cell: str) -> Markup:
    """Return a cell of a table with its code marked, and of a link its words."""
    words = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", cell.strip().replace("\\|", "|"))
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(words))))


def _marked(docs: str) -> str:
    """Return dbt's docs marked as the other pages are, and unable to ask anything of a network.

    Its program, of dbt 1.11, has the address of a counter of visits, which it does not use here.
    Where the project and the home lay when it was made is nobody's business.
    """
    allowed = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src "
    allowed += "'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    marking = (
        '<p style="position:fixed;right:0;bottom:0;z-index:99;margin:0;padding:4px 12px;'
        'background:#fff;border:1px solid #0b0c0c;color:#0b0c0c"><b>Internal: not for release</b>. '
        '<a href="../data.html">Back to the pages</a></p>'
    )
    head = f'<head><meta http-equiv="Content-Security-Policy" content="{allowed}">'
    return (
        re.sub('"(build|compiled|root)_path": "[^"]*"', r'"\1_path": null', docs)
        .replace(str(PROJECT_FOLDER), "")
        .replace("<head>", head, 1)
        .replace("<body>", f"<body>{marking}", 1)
    )


def _dictionary(marts: duckdb.DuckDBPyConnection, models: Mapping[str, Model]) -> list[Mart]:
    made_from = {
        model.name: ", ".join(sorted({models[parent].name for parent in model.parents}))
        for model in models.values()
        if model.folder.startswith("marts/")
    }
    found: dict[str, Mart] = {}
    for name, description, column, kind, comment in marts.execute(DICTIONARY).fetchall():
        mart = found.setdefault(name, Mart(name, description or "", made_from.get(name, ""), []))
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
    for path in (folder, *folder.rglob("*")):
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
