"""Attack the published reports of the example: no hidden count can be worked out from them.

The attacker reads the three renderings as files, every number of their tables, sentences, charts
and alternative texts, and bounds each hidden count by integer programming.
"""

import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from math import gcd
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from compiled_models import WITHOUT_DBT
from complaints.flows.night import run_night
from complaints.report.build import build_report
from complaints.report.disclosure import hidden_cells, protect
from complaints.report.printing import print_report
from complaints.report.render_docx import render_docx
from complaints.report.render_html import render_html
from complaints.report.render_json import render_json
from complaints.report.tables import STATUSES
from complaints.report.visible_cells import visible_cells, visible_figures
from complaints.warehouse.settings import Settings
from conftest import query, write_export
from report_attack import Attack
from report_documents import Document, read_docx, read_html, read_json
from report_labels import measure_of
from report_sections import printed_report
from report_sentences import unread_numbers
from small_home import borrow_store

QUARTER = "2018-19 Q2"
PERIODS = (
    QUARTER,
    pytest.param("2017-18 Q2", marks=pytest.mark.soak),
    pytest.param("2017-18", marks=pytest.mark.soak),
)
THRESHOLD = 5

pytestmark = pytest.mark.xdist_group("published_report")


class Renderings(NamedTuple):
    """A published report: what can be read in each file, and the files' raw contents."""

    documents: dict[str, Document]
    raw: dict[str, str]


@pytest.fixture(scope="module")
def published(
    example: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Renderings]:
    """Publish a report of the example in its three renderings, each period once."""
    done: dict[str, Renderings] = {}

    def publish(period: str) -> Renderings:
        if period not in done:
            printed = printed_report(example, period, "publication")
            path = tmp_path_factory.mktemp("published") / "report.docx"
            render_docx(printed, path)
            page, data = render_html(printed), render_json(printed)
            documents = {"html": read_html(page), "json": read_json(data), "docx": read_docx(path)}
            done[period] = Renderings(documents, {"html": page, "json": data, "docx": raw(path)})
        return done[period]

    return publish


def raw(path: Path) -> str:
    """Every text inside a Word file, its properties and relations too."""
    with zipfile.ZipFile(path) as parts:
        names = (name for name in parts.namelist() if not name.endswith(".png"))
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in names)


def attack_of(period: str, *documents: Document) -> Attack:
    attack = Attack(period)
    for document in documents:
        attack.read(document)
    return attack


@pytest.mark.parametrize(("measure", "printed"), STATUSES.items())
def test_the_attacker_knows_each_status_by_the_words_of_the_report(
    measure: str, printed: str
) -> None:
    assert measure_of("Complaints of 2017-18 by time-limit status", "Stage 1", printed) == measure


@pytest.mark.soak
@pytest.mark.parametrize("period", PERIODS)
def test_every_hidden_count_keeps_two_values(
    published: Callable[[str], Renderings], period: str
) -> None:
    attack = attack_of(period, *published(period).documents.values())
    assert len(attack.hidden) > 100 and len(attack.known) > 100
    assert attack.exposed() == {}


@pytest.mark.parametrize("period", PERIODS)
def test_the_attacker_reads_every_number_and_the_renderings_agree(
    published: Callable[[str], Renderings], period: str
) -> None:
    attacks = {}
    for form, document in published(period).documents.items():
        attacks[form] = attack = attack_of(period, document)
        assert attack.not_understood == []
        unread = {
            each: found for each in document.sentences if (found := unread_numbers(each, period))
        }
        assert unread == {}, form
    assert attacks["html"].known == attacks["json"].known == attacks["docx"].known
    assert attacks["html"].hidden.keys() == attacks["json"].hidden.keys()
    assert attacks["docx"].hidden.keys() == attacks["json"].hidden.keys()


@pytest.mark.parametrize("period", PERIODS)
def test_no_small_count_is_printed(published: Callable[[str], Renderings], period: str) -> None:
    for document in published(period).documents.values():
        known = attack_of(period, document).known
        assert {what: n for what, n in known.items() if 1 <= n <= THRESHOLD} == {}


@pytest.mark.parametrize("period", PERIODS)
def test_charts_draw_no_number_that_is_hidden(
    published: Callable[[str], Renderings], period: str
) -> None:
    """What a drawing prints is a figure of its data, or a tick of an axis that starts at zero."""
    documents = published(period).documents
    charts = {
        table.title.split(", % ")[0]: {text.rstrip("%") for row in table.rows for text in row[1:]}
        for table in documents["json"].tables
        if table.columns[0] == ""
    }
    assert len(documents["html"].drawn) == len(charts)
    for title, numbers in documents["html"].drawn.items():
        figures = next(given for name, given in charts.items() if name.startswith(title))
        ticks = sorted({int(each) for each in numbers if each.rstrip("%") not in figures})
        assert not ticks or max(ticks) / gcd(*ticks) <= 12, (title, ticks)


@pytest.mark.parametrize("period", PERIODS)
def test_no_case_reference_is_anywhere_in_the_files(
    published: Callable[[str], Renderings], example: Settings, period: str
) -> None:
    rows = query(example.marts_path, "select distinct case_reference from fct_complaint_stages")
    references = {reference for (reference,) in rows}
    assert len(references) > 400
    for form, content in published(period).raw.items():
        words = set(re.findall(r"[\w/-]+", content))
        assert references.isdisjoint(words), form
        assert not any(reference in content for reference in references), form


@pytest.mark.soak
def test_without_secondary_suppression_the_attack_finds_hidden_counts(example: Settings) -> None:
    report = build_report(example.marts_path, QUARTER, example)
    shown = visible_cells(list(visible_figures(report)))
    small = {cell for cell, value in shown.items() if value and value <= THRESHOLD}
    printed = print_report(report, "publication", small, example.report_symbol)
    assert len(attack_of(QUARTER, read_json(render_json(printed))).exposed()) > 10


AGE = "characteristic = 'age_band' and value = ?"
BREAKDOWNS = (
    ("rpt_period_teams", "service_team", "service_team = ?", "received"),
    ("rpt_period_reasons", "reason", "reason = ?", "complaints"),
    ("rpt_themes", "reason", "reason = ?", "complaints"),
    ("intermediate.int_period_characteristics", "age_band", AGE, "complaints"),
)


@pytest.mark.soak
def test_with_other_hidden_counts_the_document_would_read_the_same(
    example_copy: Settings,
) -> None:
    """Neither the order of rows nor a word depends on a count that is not shown."""
    period, path = QUARTER, example_copy.marts_path
    report = build_report(path, period, example_copy)
    hidden = hidden_cells(report, THRESHOLD)
    before = render_json(print_report(report, "publication", hidden))
    shown = visible_cells(list(visible_figures(report)))
    with duckdb.connect(path) as marts:
        marts.execute(f"attach '{example_copy.warehouse_path}' as store")
        for table, breakdown, row, measure in BREAKDOWNS:
            group = (measure, period, "statutory", "stage_1", breakdown)
            values = {cell.value: shown[cell] or 0 for cell in hidden if cell[:5] == group}
            more, less = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
            assert values[less] > 1 and more != less
            for value, change in ((more, values[less] - 1), (less, 1 - values[less])):
                where = "store." if table.startswith("intermediate") else ""
                marts.execute(
                    f"update {where}{table} set {measure} = {measure} + ? where period = ? "
                    f"and procedure = 'statutory' and stage = 'stage_1' and {row}",
                    [change, period, value],
                )
    other = build_report(path, period, example_copy)
    assert visible_cells(list(visible_figures(other))) != shown
    assert render_json(print_report(other, "publication", hidden)) == before


def test_the_attacker_is_right_about_what_the_internal_profile_shows(
    published: Callable[[str], Renderings], example: Settings
) -> None:
    """What is hidden has a number there, and every equation of the attack holds for them."""
    attack = attack_of(QUARTER, published(QUARTER).documents["json"])
    attack.reason()
    internal = read_json(render_json(printed_report(example, QUARTER, "internal")))
    truth = attack_of(QUARTER, internal).known
    assert attack.hidden.keys() <= truth.keys()
    assert attack.known.items() <= truth.items()
    assert min(truth[what] for what in attack.hidden) == 1
    for terms, least, most in attack.rows:
        if terms.keys() <= truth.keys():
            total = sum(truth[what] * factor for what, factor in terms.items())
            assert least <= total <= most, terms


@pytest.mark.soak
def test_what_has_no_limit_and_what_is_closed_without_a_date_give_nothing_away(
    settings: Settings, example: Settings
) -> None:
    """More has no outcome then than what is open in time, overdue or decided without one."""
    borrow_store(settings, example)
    rows = [
        {
            "case_reference": f"{start:%y%m}-{n}",
            "procedure": "statutory",
            "stage": "stage_1",
            "received_date": f"{start + timedelta(days=3 * n)}",
            "responded_date": f"{start + timedelta(days=3 * n + (7 if n % 2 else 30))}",
            "outcome": "withdrawn" if n < withdrawn else "upheld" if n % 3 else "not_upheld",
        }
        for start, withdrawn in (
            (date(2024, 4, 8), 0),
            (date(2024, 7, 8), 0),
            (date(2024, 10, 7), 0),
            (date(2025, 1, 6), 2),
        )
        for n in range(12)
    ]
    open_ = {"procedure": "statutory", "received_date": "2025-02-10"}
    rows.append(open_ | {"case_reference": "X1", "stage": "ombudsman"})
    rows.append(open_ | {"case_reference": "X2", "stage": "stage_1", "status": "closed"})
    write_export(settings.source / "complaints.csv", rows)
    settings = settings.model_copy(update={"as_of": date(2025, 6, 30)})
    run_night(settings, WITHOUT_DBT)
    report = build_report(settings.marts_path, "2024-25", settings)
    assert protect(report, THRESHOLD).given_away == set()
    printed = printed_report(settings, "2024-25", "publication")
    attack = attack_of("2024-25", read_json(render_json(printed)))
    assert len(attack.hidden) > 5 and attack.exposed() == {}
