"""Whose complaints these are: in every mart's key, in the report's title, once said also kept."""

import pytest

from complaints.flows.night import run_night
from complaints.report.build import build_report
from complaints.warehouse.settings import Settings
from conftest import query
from small_home import SmallHome, ended, quick_night, start

pytestmark = pytest.mark.xdist_group("small_home")


def named(settings: Settings, authority: str) -> Settings:
    """Return the settings with a sources file over the same exports, of a named authority."""
    path = settings.source.parent / "sources.yml"
    path.write_text(
        f"authority: {authority}\nsources: [{{code: complaints, files: {settings.source.name}}}]\n"
    )
    return settings.model_copy(update={"source": path})


def authorities(settings: Settings) -> set[str]:
    """Return what the last column of every mart says."""
    columns = query(
        settings.marts_path,
        "select table_name, last(column_name order by column_index) from duckdb_columns() "
        "where not internal and table_name <> 'rpt_benchmarks' group by all",
    )
    assert {last for _, last in columns} == {"authority"}
    every = " union ".join(f"select authority from {table}" for table, _ in columns)
    return {code for (code,) in query(settings.marts_path, every)}


def test_a_night_without_news_puts_another_authority_into_every_mart(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    assert authorities(settings) == {"council"}
    assert ended(start(quick_night, named(settings, "{code: bromley, name: Bromley}"))) == 0
    assert authorities(settings) == {"bromley"}
    report = build_report(settings.marts_path, "2018-19 Q2", settings)
    assert report.front.subject == (
        "Report on children's complaints, Bromley, 2018-19 Q2 (July to September 2018)"
    )


def test_marts_that_are_made_again_without_a_source_keep_the_authority(
    home_of_first_night: SmallHome,
) -> None:
    settings = home_of_first_night.put_back()
    assert ended(start(quick_night, named(settings, "{code: bromley}"))) == 0
    assert ended(start(night_without_sources, settings)) == 0
    assert authorities(settings) == {"bromley"}


def night_without_sources(settings: Settings) -> None:
    """Make the marts again of what is there, as an erasure does."""
    from compiled_models import WITHOUT_DBT
    from complaints.warehouse.store import open_warehouse

    with open_warehouse(settings) as store:
        store.execute("update raw.publications set inputs_hash = ''")
    run_night(settings, WITHOUT_DBT, sources=[])
