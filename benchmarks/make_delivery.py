"""Makes deliveries of any size: `python -m benchmarks.make_delivery ROWS FOLDER`.

The rows are made up and realistic in what costs time: 1 to 4 stages a case, both procedures, 2010
to 2026, a few faults in a thousand rows, a line in ten thousand that cannot be read. The seed is
fixed: every run writes the same bytes.
"""

import argparse
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from complaints.warehouse.layout import LAYOUT_NAMES
from complaints.warehouse.settings import PROJECT_FOLDER

SEED = 20260930
AS_OF_DAY = date(2026, 9, 30)
NEXT_DAY = AS_OF_DAY + timedelta(days=1)
FILE_NAME = "complaints.csv"

BANK_HOLIDAYS = PROJECT_FOLDER / "dbt_project" / "seeds" / "bank_holidays.csv"
ROWS_PER_CHANGE = 1_000
ROWS_PER_UNREADABLE_LINE = 10_000

# The next day's state: of one row in a thousand, an open stage is answered and in a closed one the
# learning is written anew.
CHANGE_ROWS = """
update export_rows
set
    outcome = if(responded_date is null, 'Not upheld', outcome),
    responded_date = coalesce(responded_date, written_day(getvariable('as_of_day'))),
    learning = 'The complaints team went through this record again.',
    last_updated = written_day(getvariable('as_of_day') + 1) || ' 01:30'
where position in (
    select position from export_rows order by hash(position, getvariable('seed')), position
    limit getvariable('wanted_rows') // $rows_per_change
)
"""


def make_deliveries(rows: int, first: Path, changed: Path, seed: int = SEED) -> None:
    """Write a delivery into one folder, and the next day's, with 0.1% of it changed, into another.

    Args:
        rows: how many stage rows each delivery has.
        first: the folder of the first delivery; it is made where it does not exist.
        changed: the folder of the second one.
        seed: another seed gives other rows.
    """
    connection = duckdb.connect(config={"memory_limit": "2GB"})
    try:
        for name, value in {
            "wanted_rows": rows - _unreadable(rows),
            "seed": seed,
            "as_of_day": AS_OF_DAY,
            "bank_holidays": str(BANK_HOLIDAYS),
        }.items():
            connection.execute(f"set variable {name} = $value", {"value": value})
        connection.execute(Path(__file__).with_name("delivery.sql").read_text(encoding="utf-8"))
        _write(connection, first, _unreadable(rows))
        connection.execute(CHANGE_ROWS, {"rows_per_change": ROWS_PER_CHANGE})
        _write(connection, changed, _unreadable(rows))
    finally:
        connection.close()


def _unreadable(rows: int) -> int:
    return rows // ROWS_PER_UNREADABLE_LINE


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, unreadable: int) -> None:
    """Write the rows, and after them some lines with a field too many."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(LAYOUT_NAMES)
    export, lines = folder / FILE_NAME, folder / f".{FILE_NAME}"
    for path, query, header in (
        (export, f"select {columns} from export_rows order by position", "true"),
        (
            lines,
            f"select {columns}, 'left over' from export_rows where position <= {unreadable}",
            "false",
        ),
    ):
        target = str(path).replace("'", "''")
        connection.execute(f"copy ({query}) to '{target}' (format csv, header {header})")
    with export.open("ab") as whole, lines.open("rb") as tail:
        shutil.copyfileobj(tail, whole)
    lines.unlink()


def main() -> None:
    """Write FOLDER/first and FOLDER/changed."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.make_delivery", description=__doc__)
    words.add_argument("rows", type=int, help="stage rows of each delivery")
    words.add_argument("folder", type=Path, help="where first/ and changed/ are written")
    words.add_argument("--seed", type=int, default=SEED, help="another seed gives other rows")
    given = words.parse_args()
    make_deliveries(given.rows, given.folder / "first", given.folder / "changed", given.seed)


if __name__ == "__main__":
    main()
