"""Release a report: freeze it as it was issued, and know later what it said.

`<home>/releases/<name>/` has the documents, their checksums, the council's reference data of the
day, and `release.json`: every count that the documents rest on and how the counts hang together.
The working store keeps what each stage counted by (raw.released_stages), so that a later night can
say why a figure has changed. Nothing of it is ever overwritten.
"""

import csv
import json
import os
import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from complaints.report import FORMATS
from complaints.report.content import Cell
from complaints.report.released import Release
from complaints.report.write import Decided, decide, write_files
from complaints.warehouse import clock
from complaints.warehouse.access import keep_private, share
from complaints.warehouse.backup import SUMS, file_sum
from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.published import RELEASE_FIGURES
from complaints.warehouse.query import open_marts
from complaints.warehouse.runs import lock_home, rulebook_hash
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import hold_warehouse, open_warehouse

if TYPE_CHECKING:
    from complaints.report.disclosure import Protection

UNFINISHED = ".unfinished-"
RECORD = "disclosure_record.csv"
COLUMNS = (*Cell._fields, "counted", "is_hidden")


def release(settings: Settings, period: str, profile: str, role: str) -> Release:
    """Freeze the report of a period as it is issued, and return what was kept.

    Raises:
        UsageError: the period or profile is not valid, or the council's own words give a hidden
            number away.
        RunFailedError: the marts are missing, know nothing of the period, or are not those of the
            working store; or another run is in progress in the home.
    """
    decided = decide(settings, period, profile, is_released=True)
    folder = settings.releases_folder
    with (
        keep_private(settings),
        lock_home(settings),
        hold_warehouse(settings),
        open_warehouse(settings) as store,
    ):
        _check_same_run(settings, store)
        folder.mkdir(exist_ok=True)
        share(settings, folder)
        finish_interrupted(settings, store)
        name = _free_name(folder, decided)
        unfinished = folder / f"{UNFINISHED}{name}"
        unfinished.mkdir()
        content = _write(settings, store, decided, unfinished, role)
        store.begin()
        _keep(store, name, content)
        store.commit()
        os.replace(unfinished, folder / name)
    return Release(folder / name, content)


def finish_interrupted(settings: Settings, store: duckdb.DuckDBPyConnection) -> None:
    """Give a release that was kept its name, and remove one that was not: it was interrupted."""
    for left in settings.releases_folder.glob(f"{UNFINISHED}*"):
        name = left.name.removeprefix(UNFINISHED)
        kept = store.execute("select 1 from raw.releases where release = ?", [name]).fetchone()
        if kept:
            os.replace(left, left.with_name(name))
        else:
            shutil.rmtree(left)


def _check_same_run(settings: Settings, store: duckdb.DuckDBPyConnection) -> None:
    """Check that the stages to keep are those that the report was made of."""
    with open_marts(settings.marts_path) as marts:
        published = marts.execute("select run_id from dq_publication").fetchone()
    if published != store.execute("select run_id from raw.run").fetchone():
        raise RunFailedError("marts_not_of_working_store", home=settings.home)
    try:
        store.execute("from intermediate.int_rows_held_by_themselves limit 0")
    except duckdb.CatalogException:
        raise RunFailedError("marts_older_than_code", home=settings.home) from None


def _free_name(folder: Path, decided: Decided) -> str:
    name = f"{decided.report.period.replace(' ', '-').lower()}-{decided.printed.profile}"
    number = 1
    while (folder / f"{name}-{number}").exists():
        number += 1
    return f"{name}-{number}"


def _write(
    settings: Settings,
    store: duckdb.DuckDBPyConnection,
    decided: Decided,
    folder: Path,
    role: str,
) -> dict[str, Any]:
    """Write the documents and what is known of them; return what release.json says."""
    files = write_files(settings, decided.printed, folder, FORMATS)
    if settings.reference_folder.is_dir():
        (folder / "reference").mkdir()
        for path in sorted(settings.reference_folder.glob("*.csv")):
            shutil.copyfile(path, folder / "reference" / path.name)
            files.append(folder / "reference" / path.name)
    (newest,) = store.execute("select max(delivery_number) from raw.deliveries").fetchall()[0]
    printed = decided.printed
    content = {
        "period": printed.period,
        "profile": printed.profile,
        "as_of_day": printed.as_of,
        "released_on": settings.as_of_day.isoformat(),
        "released_at": clock.utc_now().isoformat(timespec="seconds"),
        "role": role,
        "threshold": settings.report_threshold if decided.protection else None,
        "version": metadata.version("complaints-warehouse"),
        "newest_delivery": newest,
        "rulebook": rulebook_hash(settings),
        "given_away": len(decided.protection.given_away) if decided.protection else 0,
    } | decided.document.as_json()
    if decided.protection:
        files.append(_write_record(decided.protection, folder / RECORD))
    (folder / RELEASE_FIGURES).write_text(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    files.append(folder / RELEASE_FIGURES)
    sums = (f"{file_sum(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    (folder / SUMS).write_text("".join(sums), encoding="utf-8")
    for path in (folder, *(path for path in folder.rglob("*"))):
        share(settings, path)
    return content


def _write_record(protection: "Protection", path: Path) -> Path:
    """Write what is hidden, why, and what a reader must still reckon with, for who signs it."""
    bounds = protection.bounds()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*Cell._fields, "reason", "at_least", "at_most", "is_given_away"])
        for cell in sorted(protection.hidden):
            is_given_away = cell in protection.given_away
            rows.writerow([*cell, protection.reasons[cell], *bounds[cell], is_given_away])
        for cell in sorted(protection.given_away - protection.hidden):
            rows.writerow([*cell, "hidden in an earlier release", "", "", True])
    return path


def _keep(store: duckdb.DuckDBPyConnection, name: str, content: Mapping[str, Any]) -> None:
    """Keep the release in the working store, with what each stage counted by."""
    (number,) = store.execute(
        "select coalesce(max(release_number), 0) + 1 from raw.releases"
    ).fetchall()[0]
    names = (
        "period",
        "profile",
        "as_of_day",
        "newest_delivery",
        "rulebook",
        "released_at",
        "released_on",
        "role",
    )
    given = {each: content[each] for each in names} | {"release_number": number, "release": name}
    columns = ", ".join(f"${each} as {each}" for each in given)
    store.execute(f"insert into raw.releases by name select {columns}", given)
    store.execute(
        "insert into raw.released_figures by name "
        "select $number as release_number, count.* from (select unnest($counts) as count)",
        {
            "number": number,
            "counts": [
                dict(zip(COLUMNS, (*cell, counted, is_hidden), strict=True))
                for *cell, counted, is_shown, is_hidden in content["cells"]
                if is_shown and counted is not None
            ],
        },
    )
    keep_stages(store, "intermediate")


def keep_stages(store: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Keep what each stage counts by, with the release that was added last.

    Of a row that a rule on the row alone holds back, only what it is known again by.

    Args:
        store: the working store.
        schema: the schema intermediate, of this store or of another one attached to it.
    """
    columns = ", ".join(
        name
        for (name,) in store.execute(
            "select column_name from information_schema.columns where table_schema = 'raw' "
            "and table_name = 'released_stages' and table_catalog = current_database() "
            "and column_name not in ('release_number', 'is_erased')"
        ).fetchall()
    )
    store.execute(
        f"insert into raw.released_stages by name select {columns}, false as is_erased, "
        "(select max(release_number) from raw.releases) as release_number "
        f"from (from {schema}.int_stage_deadlines "
        f"union all by name from {schema}.int_rows_held_by_themselves)"
    )
