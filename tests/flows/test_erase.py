"""An erased case is in no file of the home, is refused from then on, and figures go without it."""

import hmac
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accept_helpers import DAY, HELD, ROWS, Home
from command_helpers import Run, assert_mistake
from compiled_models import TESTED_WITHOUT_DBT, WITHOUT_DBT
from complaints.flows.erase import erase
from complaints.flows.night import Function, NightReport, run_night
from complaints.flows.steps.erase import carry_out_erasures
from complaints.notices.collect import open_notices
from complaints.report.write import write_report
from complaints.warehouse import backup as backing_up
from complaints.warehouse import erasures
from complaints.warehouse.backup import back_up, backups_before
from complaints.warehouse.erasures import RETENTION_ROLE
from complaints.warehouse.errors import ExitCode, OperatorError, RunFailedError, UsageError
from complaints.warehouse.restore import restore_home
from complaints.warehouse.run_log import open_log
from complaints.warehouse.settings import Settings, read_settings
from conftest import Row, query, write_export
from load_helpers import row
from rule_examples import STAGE_2
from small_home import borrow_store
from traces_of_cases import naming

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("erase")]

CASE = "ZQ/2018-4711 & Co"
DELIVERED = (
    *ROWS,
    row(CASE, reasons="Delay", gender="Female", learning="Write sooner.", target_date="2018-07-17"),
    row(CASE, STAGE_2),
    row("ZQ-12"),
    row("OTHER", learning="As in ZQ-12, letters come late."),
    row("STILL OPEN", responded_date="", outcome=""),
)
NEXT_DAY = date(2018, 11, 28)
ROLE, REASON = "Information Officer", "Asked for on 26 November"
STAGES = "select count(*) from fct_complaint_stages"
# Every figure, and what they are made of but for the case itself.
FIGURES = "select * from rpt_quarterly_stages order by all"
NEWEST_FILE = (
    "select rows_read, rows_erased from dq_deliveries "
    "where run_id = (select max(run_id) from dq_deliveries) order by file_name"
)


@pytest.fixture(scope="module")
def delivered(example: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home after one night on the rows, in a store that dbt built for the example."""
    folder = tmp_path_factory.mktemp("erase")
    settings = read_settings(home=folder / "home", source=folder / "exports", as_of=DAY)
    borrow_store(settings, example)
    write_export(settings.source / "complaints.csv", DELIVERED)
    run_night(settings, WITHOUT_DBT)
    return settings


@pytest.fixture
def home(delivered: Settings, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of that home for one test, in which it is the day of the delivery."""
    monkeypatch.setenv("COMPLAINTS_AS_OF", DAY.isoformat())
    shutil.copytree(delivered.home, tmp_path / "home")
    shutil.copytree(delivered.source, tmp_path / "exports")
    given = {"home": tmp_path / "home", "source": tmp_path / "exports"}
    return Home(delivered.model_copy(update=given), run)


def erased(
    settings: Settings, *references: str, steps: Mapping[str, Function] = WITHOUT_DBT
) -> list[str]:
    """Erase cases as the command does."""
    return erase(settings, references, None, ROLE, REASON, functions=steps)


def night(
    settings: Settings,
    day: date = NEXT_DAY,
    *more: Row,
    steps: Mapping[str, Function] = WITHOUT_DBT,
    **changed: Any,
) -> NightReport:
    """Run a night on the rows and more of them."""
    write_export(settings.source / "complaints.csv", (*DELIVERED, *more))
    return run_night(settings.model_copy(update={"as_of": day, **changed}), steps)


def entries(settings: Settings) -> list[tuple[Any, ...]]:
    return query(
        settings.warehouse_path, "select way, cause, role, recorded_on from raw.erasures order by 1"
    )


def test_an_erased_case_is_in_no_file_and_is_refused_from_then_on(home: Home) -> None:
    settings = home.settings
    assert len(naming(settings.home, CASE)) == 3
    (before,) = query(settings.marts_path, STAGES)[0]
    said = erased(settings, CASE, "ZQ-12", steps=TESTED_WITHOUT_DBT)
    assert said[0].startswith("Erased: 2 cases.")
    assert naming(settings.home, CASE) == naming(settings.home, "ZQ-12") == []
    assert query(settings.marts_path, STAGES) == [(before - 3,)]
    received = "select sum(received) from rpt_quarterly_stages"
    assert query(settings.marts_path, received) == [(before - 3,)]
    assert query(settings.marts_path, "select * exclude (authority) from dq_erasures") == [
        (DAY, "forget", "request", ROLE, 2)
    ]
    learning = "select learning from raw.records where case_reference = 'OTHER'"
    assert query(settings.warehouse_path, learning) == [("As in [erased], letters come late.",)]

    mentions = row("NEW", learning="Like ZQ-12.")
    (settings.source / "remedies.csv").write_text(
        f"case_reference,type,agreed\n{CASE},Apology,2018-07-10\nOTHER,Apology,2018-07-10\n"
    )
    (settings.source / "recommendations.csv").write_text(
        "case_reference,stage,text\nZQ-12,LGO,Apologise\nOTHER,LGO,As in ZQ-12\n"
    )
    report = night(settings, DAY, mentions, steps=TESTED_WITHOUT_DBT)
    assert naming(settings.home, CASE) == naming(settings.home, "ZQ-12") == []
    assert [(each.file_name, each.rows_read, each.rows_erased) for each in report.files] == [
        ("complaints.csv", len(DELIVERED) + 1, 3),
        ("recommendations.csv", 2, 1),
        ("remedies.csv", 2, 1),
    ]
    assert query(settings.marts_path, NEWEST_FILE) == [
        (len(DELIVERED) + 1, 3),
        (2, 1),
        (2, 1),
    ]
    learning = "select learning from raw.records where case_reference = 'NEW'"
    assert query(settings.warehouse_path, learning) == [("Like [erased].",)]
    texts = "select case_reference, text from fct_recommendations"
    assert query(settings.marts_path, texts) == [("OTHER", "As in [erased]")]
    with pytest.raises(UsageError, match="was erased on 2018-11-27"):
        erased(settings, CASE)

    key = bytes.fromhex(settings.erasure_key_path.read_text())
    assert settings.erasure_key_path.stat().st_mode & 0o777 == 0o600
    expected = hmac.new(key, f"complaints\x1f{CASE}".encode(), "sha256").hexdigest()
    hashes = "select case_key from raw.erasures"
    assert (expected,) in query(settings.warehouse_path, hashes)
    for path in (settings.erasure_key_path, settings.backups_path / "erasures.key"):
        path.unlink()
    with pytest.raises(OperatorError, match=r"erasures\.key is missing"):
        night(settings, DAY)


def test_logs_outbox_documents_and_the_tools_files_forget_it_too(home: Home) -> None:
    settings = home.settings
    write_report(settings, "2018-19 Q2", "internal")
    write_report(settings, "2018-19 Q2", "publication", ["html"])
    kept = settings.reports_folder / "complaints-report-2018-19-q2-publication.html"
    release = settings.home / "releases" / "2018-19 Q2"
    release.mkdir(parents=True)
    shutil.copy(kept, release)
    shutil.copy(kept.with_name("complaints-report-2018-19-q2-internal.docx"), release)
    (release / "complaints-report-2018-19-q2-internal.pdf").write_bytes(b"packed")
    (release / "release.json").write_text("{}")
    html = CASE.replace("&", "&amp;")
    with open_notices(settings) as log:
        log.execute(
            "insert into sent_notices (audience, key, notice_type, title, text, last_sent_day) "
            "values ('deadlines', $1, 'overdue', null, $2, $3), "
            "('deadlines', 'held|OTHER', 'overdue', null, 'OTHER', $3)",
            [f"overdue|complaints|{CASE}|stage_1", f"{CASE}, stage 1", DAY],
        )
        log.execute(
            "insert into alert_outbox (message_id, created_at, subject, text_body, html_body) "
            "values ('1', now(), 'Two new', $1, $2)",
            [f"{CASE}, stage 1: late\nOTHER: late", f"<li>{html}, stage 1</li>"],
        )
        log.execute("update ops_runs set message = 'Could not convert ' || $1", [f"'{CASE}'"])
    (settings.home / "service.log").write_text(f"started\nfailed on {CASE}\nended\n")
    (settings.home / ".dry-run-killed").mkdir()
    (settings.home / ".dry-run-killed" / "warehouse.duckdb").write_text(CASE)
    (settings.reference_folder / "notes.txt").write_text(f"{CASE} is odd.")
    prefect = settings.home / "prefect"
    prefect.mkdir()
    with closing(sqlite3.connect(prefect / "prefect.db")) as server:
        server.execute("pragma journal_mode = wal")
        server.execute("create table log (id integer primary key, message text)")
        server.execute("insert into log (message) values (?), ('ended')", [f"near {CASE}."])
        server.commit()

        said = erased(settings, CASE)
        assert server.execute("select message from log").fetchall() == [
            ("near [erased].",),
            ("ended",),
        ]
    assert naming(settings.home, CASE) == ["reference/notes.txt"]
    assert "notes.txt names a case still" in said[-1]
    assert "6 documents" in "\n".join(said)
    assert kept.exists()
    assert sorted(path.name for path in release.iterdir()) == [
        "complaints-report-2018-19-q2-internal.docx.erased.txt",
        "complaints-report-2018-19-q2-internal.pdf.erased.txt",
        kept.name,
        "release.json",
    ]
    note = (release / "complaints-report-2018-19-q2-internal.docx.erased.txt").read_text()
    assert note == (
        "This document named a case that was erased on 2018-11-27 (entry 1), so it was removed.\n"
    )
    with open_log(settings.runs_path) as log:
        assert log.execute("select text_body, html_body from alert_outbox").fetchall() == [
            ("[erased], stage 1: late\nOTHER: late", "<li>[erased], stage 1</li>")
        ]
        assert log.execute("select key from sent_notices").fetchall() == [("held|OTHER",)]
        assert ("Could not convert '[erased]'",) in log.execute(
            "select message from ops_runs"
        ).fetchall()
    assert (settings.home / "service.log").read_text() == "started\nended\n"


def test_an_anonymised_case_stays_in_the_figures_without_its_name(home: Home) -> None:
    settings = home.settings
    home.accepts("ANSWERED", "stage_1", HELD["ANSWERED"])
    night(settings, DAY)
    before = query(settings.marts_path, FIGURES)
    anonymising = settings.model_copy(update={"erasure_way": "anonymise"})
    erased(anonymising, CASE, "ANSWERED")
    assert naming(settings.home, CASE) == naming(settings.home, "ANSWERED") == []
    assert query(settings.marts_path, FIGURES) == before
    night(settings)
    assert query(settings.marts_path, FIGURES) == before, "refused, and nothing has left"
    assert query(
        settings.warehouse_path,
        "select procedure, received_date, service_team, reasons, gender, learning, "
        "first_file_name = case_reference from raw.records where stage = 'stage_1' "
        "and case_reference like 'anonymised-%' and reasons is not null",
    ) == [("statutory", "2018-07-02", "Assessments", "Delay", None, None, True)]
    assert (
        query(
            settings.warehouse_path, "select reason from raw.acceptances where reason is not null"
        )
        == []
    )
    assert entries(settings) == [("anonymise", "request", ROLE, DAY)] * 2


@pytest.mark.parametrize("case", ["STILL OPEN", "CLOCK", "ORDER"])
def test_a_case_that_goes_on_is_not_anonymised(home: Home, case: str) -> None:
    anonymising = home.settings.model_copy(update={"erasure_way": "anonymise"})
    with pytest.raises(UsageError, match=f"{case} has an open stage or a row held back"):
        erased(anonymising, CASE, case)
    assert entries(home.settings) == []


def test_what_was_interrupted_is_carried_out_by_the_next_run_even_if_it_fails(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_given: Any) -> None:
        raise KeyboardInterrupt

    def fail(*_given: Any) -> None:
        raise RunFailedError("dbt_failed", failures="a test failed")

    settings = home.settings
    for step in ("take_out_of_store", "rewrite_warehouse"):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(erasures, step, interrupt)
            erased(settings, CASE)
        assert entries(settings) == [("forget", "request", ROLE, DAY)]
        assert naming(settings.home, CASE) == ["warehouse.duckdb"]
    with pytest.raises(RunFailedError):
        night(settings, steps=WITHOUT_DBT | {"check_marts": fail})
    assert naming(settings.home, CASE) == []
    night(settings)
    assert naming(settings.home, CASE) == []


def test_a_restore_erases_again_and_old_backups_expire(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home.settings.model_copy(update={"backup_folder": tmp_path / "disk"})
    backup = back_up(settings)
    said = erased(settings, CASE)
    ((path, expires_on),) = backups_before(settings)
    assert path == backup
    assert f"{backup} was made before: it expires on {expires_on}." in said[1]
    assert back_up(settings).exists()
    assert [each.path for each in backups_before(settings)] == [backup]

    elsewhere = settings.model_copy(update={"home": tmp_path / "new"})
    restore_home(elsewhere, backup)
    assert naming(elsewhere.home, CASE) == []

    # A home that is begun anew would take the case in again, but for what is beside the backups.
    anew = settings.model_copy(update={"home": tmp_path / "anew"})
    borrow_store(anew, settings)
    night(anew)
    assert naming(anew.home, CASE) == []
    assert query(anew.marts_path, STAGES) == query(settings.marts_path, STAGES)

    monkeypatch.setattr(backing_up.clock, "today", lambda: expires_on)
    carry_out_erasures(settings)
    assert backups_before(settings) == [] and not backup.exists()


def test_backups_of_the_home_are_named_also_where_newer_go_elsewhere(
    home: Home, tmp_path: Path
) -> None:
    backup = back_up(home.settings)
    settings = home.settings.model_copy(update={"backup_folder": tmp_path / "disk"})
    assert f"{backup} was made before: it expires on " in erased(settings, CASE)[1]


@pytest.mark.parametrize("way", ["forget", "anonymise"])
def test_retention_ends_whole_years_after_the_last_answer(home: Home, way: str) -> None:
    settings = home.settings
    given = ("--years", 1, "--as-of", "2019-10-01", "--format", "csv", "--home", settings.home)
    due = home.run("retention", *given)
    assert f"complaints,{CASE},2018-09-05,2019-09-05" in due.out
    assert "STILL OPEN" not in due.out and "ORDER" not in due.out, "open, or a row is held back"
    closed = row("CLOSED WITHOUT A DAY", responded_date="", outcome="", status="closed")
    retained = {"retention_years": 1, "erasure_way": way}

    counts = "select way, cause, role, sum(cases) from dq_erasures group by all"
    night(settings, date(2019, 9, 4), closed, **retained)
    assert naming(settings.home, "CLOSED WITHOUT A DAY") == [], "it was received in 2018"
    assert naming(settings.home, CASE) != []
    (stages,) = query(settings.marts_path, STAGES)[0]
    for day in (date(2019, 9, 5), date(2019, 9, 6)):  # the second finds nothing left to do
        night(settings, day, **retained)
        assert naming(settings.home, CASE) == []
        assert query(settings.marts_path, STAGES) == [(2 if way == "forget" else stages,)]
        assert query(settings.marts_path, counts) == [(way, "retention", RETENTION_ROLE, 6)]


def test_retention_reaches_a_row_of_no_case_years_after_it_left(home: Home) -> None:
    settings = home.settings
    night(settings, NEXT_DAY, row("1.01003E+11", learning="ZQORPHAN", reasons="Delay"))
    corrected = row("ZQ-99", reasons="Delay")
    night(settings, date(2018, 11, 29), corrected)
    night(settings, date(2019, 11, 28), corrected, retention_years=2)
    assert naming(settings.home, "ZQORPHAN") != []
    retained = "select count(*) from raw.records where case_reference = 'STILL OPEN'"
    for day in (date(2020, 11, 29), date(2020, 11, 30)):
        night(settings, day, corrected, retention_years=2)
        assert naming(settings.home, "ZQORPHAN") == []
        assert query(settings.warehouse_path, retained) == [(1,)]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["NOBODY", "--reason", "Asked"], "There is no case NOBODY"),
        ([CASE, "--reason", "  "], "--reason must not be blank"),
        ([CASE, "--reason", f"{CASE} asked"], "names the case"),
        ([CASE, "--reason", "Asked", "--source", "south"], "in the source south"),
    ],
    ids=["unknown", "blank", "named", "other source"],
)
def test_a_mistake_erases_nothing(home: Home, words: list[str], problem: str) -> None:
    said = home.run("erase", *words, "--home", home.settings.home)
    assert_mistake(said, ExitCode.USAGE, problem)
    assert entries(home.settings) == []
