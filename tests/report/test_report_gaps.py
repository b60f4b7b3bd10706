"""What the report says where something is missing: a period, the marts, an input, complaints."""

import shutil
from pathlib import Path

import duckdb
import pytest

from complaints.report.build import build_report
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.settings import Settings
from report_sections import sections_of

QUARTER = "2018-19 Q2"
OF_THE_CHILD = ["age_band", "gender", "disability", "sexual_orientation", "ethnicity"]
CHARACTERISTICS = "Age, gender, disability, sexual orientation and ethnicity"


@pytest.mark.parametrize(
    ("period", "mistake", "words"),
    [
        ("Q2 in 2018", UsageError, "is not a valid period: write a quarter as"),
        ("2018-19 Q3", UsageError, "ends on 31 December 2018 and the figures are as at 27"),
        ("2018-19", UsageError, "ask for a year that has ended"),
        ("2012-13 Q1", RunFailedError, "begin with 2016-17 Q1 and .* ask for a period between"),
        ("2018-19 Q3", UsageError, "or for a draft with `complaints report --draft`"),
    ],
)
def test_a_period_that_cannot_be_given_is_met_with_one_sentence(
    period: str, mistake: type[Exception], words: str, example: Settings
) -> None:
    with pytest.raises(mistake, match=words) as problem:
        build_report(example.marts_path, period, example)
    assert len(str(problem.value).splitlines()) == 1


def test_marts_that_are_missing_or_old_are_met_with_one_sentence(
    example: Settings, tmp_path: Path
) -> None:
    with pytest.raises(RunFailedError, match="There are no marts in"):
        build_report(tmp_path / "marts.duckdb", QUARTER, example)
    old = Path(shutil.copy(example.marts_path, tmp_path))
    with duckdb.connect(old) as marts:
        marts.execute("alter table rpt_period_stages drop column extension_agreed")
    with pytest.raises(RunFailedError, match="older than this version of complaints"):
        build_report(old, QUARTER, example)
    with duckdb.connect(old) as marts:
        marts.execute("drop table dim_stages")
    with pytest.raises(RunFailedError, match="older than this version of complaints"):
        build_report(old, QUARTER, example)
    old.write_text("not a database")
    with pytest.raises(RunFailedError, match="cannot be opened"):
        build_report(old, QUARTER, example)


def test_a_quarter_in_which_nothing_was_received_has_a_report_without_a_gap(
    example: Settings, tmp_path: Path
) -> None:
    empty = Path(shutil.copy(example.marts_path, tmp_path))
    with duckdb.connect(empty) as marts:
        counts = marts.execute(
            "select column_name from duckdb_columns() where table_name = 'rpt_period_stages' "
            "and data_type = 'BIGINT'"
        ).fetchall()
        zeros = ", ".join(f"{name} = 0" for (name,) in counts)
        marts.execute(f"update rpt_period_stages set {zeros} where period = ?", [QUARTER])
        for name in ("reasons", "teams", "outcomes"):
            marts.execute(f"delete from rpt_period_{name} where period = ?", [QUARTER])
        marts.execute("delete from rpt_themes where period = ?", [QUARTER])
        marts.execute("delete from fct_complaint_stages where financial_quarter = ?", [QUARTER])
        marts.execute("delete from dq_rules")
    alone = example.model_copy(update={"home": tmp_path})  # without the working store
    sections = sections_of(build_report(empty, QUARTER, alone))
    first = sections["1.1"]["paragraphs"][0]
    assert first.startswith("No stage 1 complaints were received in 2018-19 Q2, compared with 26")
    assert sections["2.2"]["paragraphs"] == ["No stage 1 complaints were received in 2018-19 Q2."]
    for number, section in sections.items():
        below = f"{number.removeprefix('Appendix ')}."
        is_parent = any(other.startswith(below) for other in sections)
        assert section["paragraphs"] or section["tables"] or is_parent, number
        assert all(table["rows"] for table in section["tables"]), number


def test_what_could_not_be_read_is_not_said_to_be_unrecorded(
    example: Settings, tmp_path: Path
) -> None:
    alone = example.model_copy(update={"home": tmp_path})  # without the working store
    sections = sections_of(build_report(example.marts_path, "2017-18", alone))
    unread = {
        number
        for number, section in sections.items()
        if "working store, which could not be read" in " ".join(section["paragraphs"])
    }
    places = dict(sections["3.3"]["tables"][0]["rows"])
    assert unread == {"Appendix B", "C.10"}
    assert places["What was learned, and how services have changed"] == "Appendix B"
    assert {places[each] for each in ("Who complained", "Advocacy", CHARACTERISTICS)} == {
        "section C.10"
    }


@pytest.mark.parametrize(
    ("blank", "heading", "place"),
    [
        (["age_band"], CHARACTERISTICS, "section C.10"),
        (OF_THE_CHILD, CHARACTERISTICS, "Nothing has been recorded."),
        (["advocate"], "Advocacy", "Nothing has been recorded."),
        ([], "Advocacy", "section C.5"),
    ],
)
def test_what_is_blank_in_every_case_is_not_said_to_be_recorded(
    blank: list[str], heading: str, place: str, example_copy: Settings
) -> None:
    table = "intermediate.int_period_characteristics"
    with duckdb.connect(example_copy.warehouse_path) as warehouse:
        warehouse.execute(
            f"create temp table blanks as select * replace ('Not recorded' as value, "
            f"sum(complaints)::bigint as complaints, 0 as with_advocate) from {table} "
            "where list_contains($1, characteristic) group by all",
            [blank],
        )
        warehouse.execute(f"delete from {table} where list_contains($1, characteristic)", [blank])
        warehouse.execute(f"insert into {table} from blanks")
    sections = sections_of(build_report(example_copy.marts_path, "2017-18", example_copy))
    assert dict(sections["3.3"]["tables"][0]["rows"])[heading] == place
    columns = sections["C.5"]["tables"][0]["columns"]
    assert ("With an advocate" in columns) == (blank != ["advocate"])


def test_a_missing_optional_input_costs_one_sentence(example: Settings, tmp_path: Path) -> None:
    bare = Path(shutil.copy(example.marts_path, tmp_path))
    with duckdb.connect(bare) as marts:
        for name in ("fct_learning_actions", "rpt_benchmarks", "rpt_indicators"):
            marts.execute(f"delete from {name}")
        marts.execute("delete from dim_team_changes")
        for name in ("contacts", "remedies", "recommendations", "caseload", "directorates"):
            marts.execute(f"delete from rpt_period_{name}")
        marts.execute("delete from fct_recommendations")
        marts.execute("delete from rpt_population")
    sections = sections_of(build_report(bare, QUARTER, example))
    assert sections["Appendix A"]["paragraphs"] == [
        "No figures of other authorities have been recorded."
    ]
    assert sections["2.2"]["paragraphs"] == ["No learning actions have been recorded."]
    assert sections["3.2"]["paragraphs"] == [
        "No learning actions have been recorded.",
        "No indicators of the service's own reports have been recorded.",
    ]
    assert sections["C.7"]["paragraphs"] == ["No changes to team structure have been recorded."]
    assert sections["C.7"]["tables"] == [] and "C.11" not in sections
    assert all(len(table["columns"]) == 3 for table in sections["C.10"]["tables"])


def test_private_figures_are_of_the_run_that_the_marts_are_of(
    example: Settings, tmp_path: Path
) -> None:
    """After a night that failed, or a state published again, the store is of another run."""
    earlier = Path(shutil.copy(example.marts_path, tmp_path))
    with duckdb.connect(earlier) as marts:
        marts.execute("update dq_publication set run_id = 'earlier'")
    sections = sections_of(build_report(earlier, QUARTER, example))
    said = sections["Appendix B"]["paragraphs"][-1]
    assert said.startswith("What was learned is kept in the working store, which could not be read")
    assert not any("With an advocate" in str(each) for each in sections.values())
