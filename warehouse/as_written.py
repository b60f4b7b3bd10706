"""What is written in the exports, for the owner of the working store; no mart holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import duckdb

from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.query import open_marts
from complaints.warehouse.runs import lock_home
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import sql_text

HELD = """
select
    file_name, row_number, source, case_reference, stage, rule_codes, remedies,
    record_id as known_by
from dq_quarantine
union all
select
    file_name, row_number, source, null, null, string_agg(rule_code, ',' order by position),
    string_agg(remedy, ' ' order by position), concat_ws('/', source, file_name, row_number)
from dq_optional_inputs
where severity = 'error'
group by all
"""
WARNED = """
select
    file_name, row_number, dq_warnings.source, case_reference, stage,
    string_agg(rule_code, ',' order by position) as rule_codes,
    string_agg(remedy, ' ' order by position) as remedies, record_id as known_by
from dq_warnings inner join dq_rules using (rule_code)
group by all
"""
# Another person's list takes a moment; a run takes longer.
WAIT_SECONDS = 3
# Of the row's rules each column once. A row of complaints is known by its record, for a row of a
# file can become several; one of an optional input by its place.
LISTED = """
with
listed as ({listed}),
as_written as (
    select
        case
            when dataset = 'complaints' then record_id
            else concat_ws('/', source, file_name, row_number)
        end as known_by,
        any_value(spreadsheet_row) as spreadsheet_row,
        list_sort(list_distinct(flatten(array_agg(coalesce(what_is_written, []))))) as texts
    from ({as_written})
    where severity = $severity
    group by known_by
)
select
    listed.file_name,
    listed.row_number,
    as_written.spreadsheet_row,
    listed.source,
    listed.case_reference,
    listed.stage,
    listed.rule_codes,
    nullif(regexp_replace(array_to_string(as_written.texts, '; '), '[[:cntrl:]]', ' ', 'g'), '')
        as what_is_written,
    listed.remedies as what_to_do
from listed
left join as_written on listed.known_by = as_written.known_by
order by listed.file_name, listed.row_number
"""
AS_WRITTEN = "from warehouse.intermediate.int_findings_as_written"
NOTHING = (
    "select null as dataset, null as record_id, null as source, null as file_name, "
    "null as row_number, null as severity, null as spreadsheet_row, "
    "null::varchar[] as what_is_written"
)
# How a text is made known, in either place: for a person to check before it is pasted.
SPELLINGS = """
select
    source,
    field,
    regexp_replace(written, '[[:cntrl:]]', ' ', 'g') as written,
    rows_written as rows,
    value as understood_as,
    nearest_value as nearest,
    case when value is null and regexp_matches(written, '[\\pL\\pN]') then format(
        '{},{},{}',
        field,
        case when regexp_matches(written, '[,"\\n]')
            then '"' || replace(written, '"', '""') || '"' else written end,
        coalesce(nearest_value, '')
    ) end as row_of_synonyms_csv,
    case when value is null then format(
        'values: {{{}: {{{}: {}}}}}', field, to_json(written), coalesce(nearest_value, '')
    ) end as or_in_the_sources_file
from intermediate.int_spellings
where value is null or $with_understood
order by value is not null, field, rows desc, written, source
"""


class Listing(NamedTuple):
    """Rows to print; has_texts says whether what is written in them could be read."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    has_texts: bool = True


def list_findings(settings: Settings, is_of_warnings: bool = False) -> Listing:
    """Return the rows now held back, or those loaded with a warning, with what is written there.

    What is written is left out where the working store is not to be opened: by an account that may
    not read it, or while a run is at work.

    Raises:
        RunFailedError: nothing has been published yet, or it cannot be opened.
    """
    listed, severity = (WARNED, "warning") if is_of_warnings else (HELD, "error")
    with open_marts(settings.marts_path) as marts:
        marts.execute("set memory_limit = $limit", {"limit": settings.memory_limit})
        try:
            with _working_store(settings):
                warehouse = sql_text(settings.warehouse_path)
                marts.execute(f"attach {warehouse} as warehouse (read_only)")
                query = LISTED.format(listed=listed, as_written=AS_WRITTEN)
                return _listing(marts, query, {"severity": severity})
        except (RunFailedError, OSError, duckdb.IOException, duckdb.CatalogException):
            query = LISTED.format(listed=listed, as_written=NOTHING)
            return _listing(marts, query, {"severity": severity})._replace(has_texts=False)


def list_spellings(settings: Settings, with_understood: bool = False) -> Listing:
    """Return the texts of coded columns that no synonym knows, or also those that one does.

    Raises:
        RunFailedError: there is no working store, it is of an older version, or a run is at work.
    """
    with _working_store(settings), duckdb.connect(settings.warehouse_path, read_only=True) as store:
        store.execute("set memory_limit = $limit", {"limit": settings.memory_limit})
        try:
            return _listing(store, SPELLINGS, {"with_understood": with_understood})
        except duckdb.CatalogException:
            raise RunFailedError("marts_older_than_code", home=settings.home) from None


@contextmanager
def _working_store(settings: Settings) -> Iterator[None]:
    """Keep every run out of the working store while it is read; wait for another who reads it."""
    if not settings.warehouse_path.exists():
        raise RunFailedError("no_rows", home=settings.home)
    with lock_home(settings, WAIT_SECONDS):
        yield


def _listing(
    connection: duckdb.DuckDBPyConnection, query: str, given: dict[str, object]
) -> Listing:
    result = connection.execute(query, given)
    return Listing([name for name, *_ in result.description or []], result.fetchall())
