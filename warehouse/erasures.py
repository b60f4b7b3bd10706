"""Erase cases from everything that a home holds, and refuse them when they are delivered again.

An erasure is a decision: an entry of raw.erasures, append-only, without a word of the case. What
carries it out can be run again, so that one that was interrupted, or a backup from before it, is
brought to the same end.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from complaints.warehouse import clock
from complaints.warehouse.access import share
from complaints.warehouse.erase_from_files import (
    RAW_SCHEMAS,
    ErasedCase,
    clean_tools_files,
    remove_documents,
    remove_leftovers,
    tables_naming,
    take_out_of_copy,
    take_out_of_store,
)
from complaints.warehouse.errors import RunFailedError, UsageError
from complaints.warehouse.layout import OPTIONAL_INPUTS
from complaints.warehouse.published import MARTS_WAITING, replace_marts
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import (
    open_warehouse,
    rewrite_warehouse,
    run_sql,
    sql_name,
    sql_text,
)

REQUEST, RETENTION = "request", "retention"
RETENTION_ROLE = "Retention schedule"
TOKEN = "anonymised-"
LEDGER = "erasures.csv"  # beside the backups: a copy of raw.erasures, which outlives the home
UNDER_WAY = """
create or replace temporary view erasures_under_way as
select * from raw.erasures
where erasure_number > (select coalesce(max(erasure_number), 0) from raw.rewritings)
"""
BLOCK = 64  # of SHA-256, as HMAC uses it (RFC 2104)


class Case(NamedTuple):
    """A case, by the key that names it everywhere."""

    source: str
    case_reference: str


class Erased(NamedTuple):
    """What an erasure did.

    Attributes:
        cases: how many cases it took out.
        documents: how many documents were removed.
        still_named_in: files of the home that are not ours to change.
    """

    cases: int = 0
    documents: int = 0
    still_named_in: Sequence[Path] = ()

    @property
    def rows(self) -> int | None:
        """How many cases, for the log of runs."""
        return self.cases or None


def record_erasures(
    store: duckdb.DuckDBPyConnection,
    settings: Settings,
    cases: Sequence[Case],
    cause: str,
    role: str,
    reason: str,
) -> None:
    """Write an entry for each case, or none; one whose erasure is under way keeps that.

    Raises:
        RunFailedError: the home has lost its key.
        UsageError: the folder of the backups, which has a copy of the entries, cannot be used, or
            is another home's.
    """
    adopt_ledger(settings, settings.backups_path)
    with usable_backups(settings.backups_path):
        # Before the key is made, which would be another than the folder's.
        settings.backups_path.mkdir(parents=True, exist_ok=True)
    if not know_erased_cases(store, settings):
        _make_key(settings)
        use_key(store, settings)
    store.execute(UNDER_WAY)
    store.begin()
    store.execute(
        """
        insert into raw.erasures by name
        select
            coalesce((select max(erasure_number) from raw.erasures), 0)
            + row_number() over (order by keyed.case_key) as erasure_number,
            keyed.case_key, $way as way, $cause as cause, $role as role, $reason as reason,
            $at as recorded_at, $day as recorded_on
        from (
            select distinct case_key(source, case_reference) as case_key
            from (select unnest($sources) as source, unnest($references) as case_reference)
        ) as keyed
        where keyed.case_key not in (select case_key from erasures_under_way)
        """,
        {
            "sources": [case.source for case in cases],
            "references": [case.case_reference for case in cases],
            "way": settings.erasure_way,
            "cause": cause,
            "role": role,
            "reason": reason,
            "at": clock.utc_now(),
            "day": settings.as_of_day,
        },
    )
    _write_ledger(store, settings)
    store.commit()


def use_key(store: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Give a connection the macro case_key(source, case_reference): a keyed hash, HMAC-SHA-256.

    Raises:
        RunFailedError: the home has lost its key.
    """
    path = settings.erasure_key_path
    if not path.exists():
        raise RunFailedError("erasure_key_missing", path=path)
    key = bytes.fromhex(path.read_text(encoding="ascii")).ljust(BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key).hex() for pad in (0x36, 0x5C))
    store.execute(
        "create or replace temporary macro case_key(source, case_reference) as "
        f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') "
        "|| encode(concat_ws(chr(31), source, case_reference)))))"
    )


def adopt_ledger(settings: Settings, folder: Path) -> None:
    """Take over the erasures that a folder of backups knows and this home does not.

    A home that was brought back from a backup, or begun anew, would take the cases in again. What
    it has erased itself meanwhile may have the same numbers.

    Raises:
        UsageError: the folder is another home's.
    """
    refuse_folder_of_another_home(settings, folder)
    ledger, key = folder / LEDGER, folder / settings.erasure_key_path.name
    if not ledger.exists():
        return
    if key.exists() and not settings.erasure_key_path.exists():
        shutil.copyfile(key, settings.erasure_key_path)
    with open_warehouse(settings) as store:
        store.execute(
            "insert into raw.erasures by name "
            "select * replace (greatest(erasure_number::bigint, "
            "coalesce((select max(erasure_number) from raw.erasures), 0) "
            "+ row_number() over (order by erasure_number::bigint)) as erasure_number) "
            f"from {_entries_in(ledger)} anti join raw.erasures using (case_key)"
        )


def keep_ledger(settings: Settings) -> None:
    """Take over the erasures of the folder of backups, and write those there that it lacks.

    It lacks them where it was set or emptied since. One that is not there has no backups yet, or is
    away: the next backup needs it.

    Raises:
        RunFailedError: the home has lost its key.
        UsageError: the folder cannot be used, or is another home's.
    """
    folder = settings.backups_path
    adopt_ledger(settings, folder)
    ledger = folder / LEDGER
    but_known = f"anti join {_entries_in(ledger)} using (case_key)" if ledger.exists() else ""
    with open_warehouse(settings) as store:
        lacking = store.execute(f"from raw.erasures {but_known} limit 1").fetchone()
        if lacking and folder.is_dir() and know_erased_cases(store, settings):
            _write_ledger(store, settings)


def _entries_in(ledger: Path) -> str:
    return f"read_csv({sql_text(ledger)}, all_varchar = true)"


def refuse_folder_of_another_home(settings: Settings, folder: Path) -> None:
    """Refuse a folder of backups whose entries have another key than this home's.

    Each home would write its entries over the other's, and delete the other's backups as old ones.

    Raises:
        UsageError: it is another home's.
    """
    keys = (settings.erasure_key_path, folder / settings.erasure_key_path.name)
    if all(key.exists() for key in keys) and len({key.read_bytes() for key in keys}) > 1:
        raise UsageError("backup_folder_of_another_home", folder=folder, home=settings.home)


def cases_called(store: duckdb.DuckDBPyConnection, reference: str) -> list[Case]:
    """Return the cases of a reference that the store holds, one of each source.

    A source that names it in optional inputs alone speaks of another's case, where there is one.
    """
    _find_cases(store)
    found = store.execute(
        "select source, case_reference from held_cases where case_reference = ? "
        "qualify is_complaint or not bool_or(is_complaint) over () order by all",
        [reference],
    ).fetchall()
    return [Case(*row) for row in found]


def is_closed(store: duckdb.DuckDBPyConnection, case: Case) -> bool:
    """Return whether no stage of a case is open and no row held back, as it was judged last."""
    goes_on = """
        select 1 from intermediate.int_stage_deadlines
        where is_open and source = $source and case_reference = $case_reference
        union all
        select 1 from intermediate.int_held_rows
        where source = $source and case_reference = $case_reference
    """
    try:
        return store.execute(goes_on, case._asdict()).fetchone() is None
    except duckdb.CatalogException:  # nothing was judged yet
        return False


def refuse_on_spark(settings: Settings) -> None:
    """Refuse to erase where a lake holds the records: files of deliveries are not rewritten.

    Raises:
        UsageError: the engine is Spark.
    """
    if settings.engine == "spark":
        raise UsageError("erasing_on_spark")


def erase_cases(settings: Settings) -> Erased:
    """Carry out every erasure that is under way: no file of the home names the case afterwards.

    The working store comes last, for it knows the references that are looked for elsewhere.

    Raises:
        RunFailedError: the home has lost its key.
        UsageError: the engine is Spark.
    """
    with open_warehouse(settings) as store:
        newest = _newest_under_way(store)
        if newest is None:
            return Erased()
        refuse_on_spark(settings)
        cases = _cases_under_way(store, settings)
        documents, still = 0, []
        if cases:
            remove_leftovers(settings)
            _take_out_of_published(settings, cases)
            _take_out_of_log(settings, cases)
            documents = remove_documents(settings, cases)
            still = clean_tools_files(settings, cases)
            take_out_of_store(store, cases)
    rewrite_warehouse(settings)
    with open_warehouse(settings) as store:
        store.execute("insert into raw.rewritings values (?, ?)", [newest, clock.utc_now()])
    return Erased(len({case.number for case in cases}), documents, still)


def erased_on(store: duckdb.DuckDBPyConnection, settings: Settings, reference: str) -> date | None:
    """Return the day on which a case of this reference was erased, if one was."""
    if not know_erased_cases(store, settings):
        return None
    day: date | None = store.execute(
        "select max(recorded_on) from raw.erasures where case_key in "
        "(select case_key(source, $1) from raw.deliveries)",
        [reference],
    ).fetchall()[0][0]
    return day


def know_erased_cases(store: duckdb.DuckDBPyConnection, settings: Settings) -> bool:
    """Let a connection know erased cases by case_key(); return whether there are any.

    Raises:
        RunFailedError: the home has lost its key.
    """
    are_any = store.execute("select count(*) > 0 from raw.erasures").fetchone() == (True,)
    if are_any:
        use_key(store, settings)
    return are_any


def _newest_under_way(store: duckdb.DuckDBPyConnection) -> int | None:
    store.execute(UNDER_WAY)
    newest: int | None = store.execute(
        "select max(erasure_number) from erasures_under_way"
    ).fetchall()[0][0]
    return newest


def _find_cases(store: duckdb.DuckDBPyConnection) -> None:
    """Find every case that a table of the store names, in optional inputs alone or not."""
    inputs = {
        ".".join(map(sql_name, layout.records_table.split(".")))
        for layout in OPTIONAL_INPUTS.values()
    }
    named = " union ".join(
        f"select source, case_reference, {table.name not in inputs} as is_complaint "
        f"from {table.name} where case_reference is not null"
        for table in tables_naming(store, "case_reference")
        if table.schema in RAW_SCHEMAS and "source" in table.columns
    )
    store.execute(
        "create or replace temporary table held_cases as "
        "select source, case_reference, bool_or(is_complaint) as is_complaint "
        f"from ({named}) group by all"
    )


def _cases_under_way(store: duckdb.DuckDBPyConnection, settings: Settings) -> list[ErasedCase]:
    use_key(store, settings)
    _find_cases(store)
    found = store.execute(
        """
        with named as (
            select source, case_reference, source as source_of_case from held_cases
            union
            select held_cases.source, held_cases.case_reference, deliveries.source
            from held_cases, raw.deliveries as deliveries
            where not held_cases.is_complaint
        )
        select
            source, case_reference, arg_max(way, erasure_number) as way,
            any_value($token || left(md5(uuid()::varchar), 16)) as token,
            max(erasure_number) as erasure_number, max(recorded_on) as recorded_on
        from named
        inner join raw.erasures on case_key(source_of_case, case_reference) = case_key
        group by all
        order by erasure_number
        """,
        {"token": TOKEN},
    ).fetchall()
    return [ErasedCase(*row) for row in found]


def _take_out_of_published(settings: Settings, cases: Sequence[ErasedCase]) -> None:
    """Leave the case out of the published marts and the kept states; figures are as they were."""
    waiting = settings.marts_path.with_name(MARTS_WAITING)
    for path in (settings.marts_path, waiting, *settings.published_folder.glob("*.duckdb")):
        new = take_out_of_copy(path, cases, settings.memory_limit) if path.exists() else None
        if new is None:
            continue
        if path == settings.marts_path:
            replace_marts(settings, new)
        else:
            share(settings, new)
            shutil.copystat(path, new)  # when it was published is its time
            os.replace(new, path)


def _take_out_of_log(settings: Settings, cases: Sequence[ErasedCase]) -> None:
    """Take the case out of the log of runs, the outbox and what was sent."""
    if settings.runs_path.exists():
        new = take_out_of_copy(settings.runs_path, cases, settings.memory_limit, had_others=True)
        if new:
            os.replace(new, settings.runs_path)


def _make_key(settings: Settings) -> None:
    path = settings.erasure_key_path
    if not path.exists():
        unfinished = path.with_name(f".{path.name}")
        unfinished.write_text(secrets.token_hex(), encoding="ascii")
        os.replace(unfinished, path)


@contextmanager
def usable_backups(folder: Path) -> Iterator[None]:
    """Meet a folder of backups in which nothing can be written with its sentence.

    Raises:
        UsageError: it is such a folder.
    """
    try:
        yield
    except OSError as problem:
        raise UsageError(
            "backup_folder_unusable", folder=folder, reason=problem.strerror or problem
        ) from None


def _write_ledger(store: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Copy the entries and the key to where the backups are."""
    folder = settings.backups_path
    unfinished = folder / f".{LEDGER}"
    with usable_backups(folder):
        shutil.copyfile(settings.erasure_key_path, folder / settings.erasure_key_path.name)
        store.execute(f"copy raw.erasures to {sql_text(unfinished)} (format csv, header)")
        os.replace(unfinished, folder / LEDGER)


def cases_due(
    store: duckdb.DuckDBPyConnection, years: int, day: date
) -> list[tuple[str, str, date, date]]:
    """Return the cases whose retention has ended by a day.

    Rows of source, case_reference, the day on which the last stage was answered, and the day from
    which the case is erased.
    """
    run_sql(store, "retention")
    return store.execute(
        "select *, (last_answered_on + to_years($years))::date as erased_from from answered_cases "
        "where erased_from <= $day order by erased_from, source, case_reference",
        {"years": years, "day": day},
    ).fetchall()


def delete_rows_of_no_case(store: duckdb.DuckDBPyConnection, years: int, day: date) -> bool:
    """Delete the rows of no case that left so many years before a day; return whether any was."""
    run_sql(store, "rows_of_no_case")
    store.execute(
        "create or replace temporary table expired_rows as "
        "select record_id from rows_of_no_case where left_on + to_years($years) <= $day",
        {"years": years, "day": day},
    )
    store.begin()
    deleted = [
        store.execute(f"delete from {table} where record_id in (from expired_rows)").fetchall()
        for table in ("raw.records", "raw.record_changes", "raw.record_states")
    ]
    store.commit()
    return deleted[0] != [(0,)]
