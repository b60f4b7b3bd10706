"""The council's own rows over the shipped reference data, from `<home>/reference/*.csv`.

What a row may say is declared once, by the tests of dbt_project/seeds/_seeds.yml: dbt tests the
shipped rows by them, and the council's rows are checked by them here, at the start of a night.
"""

import csv
import glob
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import yaml

from complaints.flows.readers.sources import Authority
from complaints.flows.readers.text_rows import trimmed
from complaints.warehouse.dbt_macros import dbt_macros
from complaints.warehouse.engine import engine_of
from complaints.warehouse.errors import UsageError
from complaints.warehouse.runs import Run
from complaints.warehouse.settings import PROJECT_FOLDER, Settings
from complaints.warehouse.store import open_warehouse, sql_text

TYPES = {"date": "a date (YYYY-MM-DD)", "integer": "a whole number", "boolean": "true or false"}
# DuckDB casts 7.5, 1e1 and 0x10 to whole numbers, and a moment to its day (1.5.5).
FORMS = {"date": r"\d{4}-\d\d-\d\d", "integer": r"[+-]?\d+"}
SEEDS_FOLDER = PROJECT_FOLDER / "dbt_project" / "seeds"
README = """\
# The council's own reference data

A file here adds rows to the reference data that the warehouse comes with, or replaces rows that
have the same key. To begin one, copy its example to the name without `.example`, keep the first
line and write your own rows below it: CSV in UTF-8, with commas, dates as YYYY-MM-DD.

The next night reads it. A mistake stops that night before it begins, with a sentence that names
the file, row and column; yesterday's marts stay. To return to the shipped rows, delete the file.
"""


class Check(NamedTuple):
    """What the columns of each row must keep to."""

    columns: Sequence[str]
    fails: str  # an expression over the rows
    problem: str  # how the sentence goes on from the columns; {value} is what the row says
    is_of_all: bool = False  # over the shipped rows that stay in force as well


def prepare_reference(settings: Settings, authority: Authority | None = None) -> None:
    """Load the council's rows; in the first night, make the folder for them.

    Args:
        settings: where the home is.
        authority: whose complaints these are; as it was, when not given.

    Raises:
        UsageError: a file of `<home>/reference/` that cannot be used, with file, row and column.
    """
    folder = settings.reference_folder
    if not folder.exists():
        _make_folder(folder)
    files = _files(folder)
    with open_warehouse(settings) as warehouse:
        warehouse.begin()
        if authority:
            warehouse.execute(
                "update raw.authority set code = $code, name = $name", authority.model_dump()
            )
        for name in _seeds():
            _load_council_rows(warehouse, name, files.get(name))
        for name, path in files.items():
            for check in _checks(warehouse, name):
                kind = "in_force" if check.is_of_all else "council"
                _refuse_mistake(warehouse, name, path, f"{kind}_{name}", check)
        warehouse.commit()


def check_as_of_day(settings: Settings, run: Run) -> None:
    """Check that the calendar has the as-of day, before anything is recorded under that day.

    Raises:
        UsageError: it has not; the sentence says which year to add.
    """
    with open_warehouse(settings) as warehouse:
        engine_of(settings, warehouse).read(
            "calendar_ends",
            "select min(date) as first_day, max(date) as last_day from intermediate.int_calendar",
        )
        first, last = warehouse.execute("from calendar_ends").fetchall()[0]
    if not first <= run.as_of_day <= last:
        year = last.year + 1 if run.as_of_day > last else first.year - 1
        raise UsageError(
            "as_of_day_outside_calendar",
            day=run.as_of_day,
            first=first,
            last=last,
            year=year,
            path=settings.reference_folder / "bank_holidays.csv",
        )


def _files(folder: Path) -> dict[str, Path]:
    """Return the council's files by the names of what they are laid over."""
    files = {}
    for path in sorted(folder.iterdir()):
        name, _, form = path.name.partition(".")
        is_csv = form.lower() == "csv"
        if is_csv and not path.is_file():
            raise UsageError("reference_not_a_file", path=path)
        if is_csv and name not in _seeds():
            raise UsageError(
                "reference_unknown", path=path, name=name, known=", ".join(sorted(_seeds()))
            )
        if name in _seeds() and form != "csv.example":
            if not is_csv or name in files:
                raise UsageError("reference_not_csv", path=path, name=name)
            files[name] = path
    return files


@cache
def _seeds() -> dict[str, Any]:
    declared = yaml.safe_load((SEEDS_FOLDER / "_seeds.yml").read_text(encoding="utf-8"))
    return {seed["name"]: seed for seed in declared["seeds"]}


def _tests(name: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield the column (blank for the whole row), kind and content of each test of a seed."""
    seed = _seeds()[name]
    for tested in (seed, *seed["columns"]):
        for test in tested.get("data_tests", []):
            kind, content = (test, {}) if isinstance(test, str) else next(iter(test.items()))
            yield "" if tested is seed else tested["name"], kind, content


def _key(name: str) -> Sequence[str]:
    """Return the columns by which a row of the council replaces a shipped one."""
    return next(
        content["arguments"]["columns"] if content else [column]
        for column, kind, content in _tests(name)
        if kind in ("unique", "unique_combination")
    )


def _make_folder(folder: Path) -> None:
    """Make the folder, with a README and an example of each file: the first row of its seed."""
    folder.mkdir(parents=True)
    text = [README]
    for name, seed in _seeds().items():
        with (SEEDS_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as rows:
            example = "".join(islice(rows, 2))
        (folder / f"{name}.csv.example").write_text(example, encoding="utf-8", newline="")
        columns = [f"- `{column['name']}`: {column['description']}" for column in seed["columns"]]
        text += [f"## {name}.csv", "", seed["description"], "", *columns, ""]
    (folder / "README.md").write_text("\n".join(text), encoding="utf-8")


def _load_council_rows(warehouse: duckdb.DuckDBPyConnection, name: str, path: Path | None) -> None:
    """Fill raw.council_<name>; the temporary council_<name> has the rows' numbers as well.

    The temporary in_force_<name> has the shipped rows too that no row of the council replaces.
    """
    kinds = _seeds()[name]["config"]["column_types"]
    typed = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
    warehouse.execute(f"create or replace table raw.council_{name} ({typed})")
    if path is None:
        return
    _read_texts(warehouse, name, path)
    for column, kind in kinds.items():
        is_no_such = f"{column} is not null and try_cast({column} as {kind}) is null"
        if form := FORMS.get(kind):
            is_no_such += f" or not regexp_full_match({column}, {sql_text(form)})"
        must_be = f"must be {TYPES.get(kind, kind)}, not '{{value}}'"
        check = Check([column], is_no_such, must_be)
        _refuse_mistake(warehouse, name, path, "council_texts", check)
    casts = ", ".join(f"cast({column} as {kind}) as {column}" for column, kind in kinds.items())
    warehouse.execute(
        f"create or replace temporary table council_{name} as "
        f"select csv_row, {casts} from council_texts"
    )
    warehouse.execute(
        f"insert into raw.council_{name} select * exclude (csv_row) from council_{name}"
    )
    warehouse.execute(
        f"create or replace temporary table in_force_{name} as from council_{name} "
        f"union all by name select {casts} from {_shipped(name)} as shipped "
        f"anti join council_{name} using ({', '.join(_key(name))})"
    )


def _read_texts(warehouse: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Create the temporary table council_texts: the rows of a file, numbered and as written."""
    header, rows = _read_rows(name, path)
    columns = [
        f"nullif({trimmed(f'fields[{header.index(column) + 1}]')}, '') as {column}"
        if column in header
        else f"cast(null as varchar) as {column}"
        for column in _seeds()[name]["config"]["column_types"]
    ]
    warehouse.execute(
        f"create or replace temporary table council_texts as select csv_row, {', '.join(columns)} "
        "from (select unnest($rows::varchar[][]) as fields, "
        "generate_subscripts($rows::varchar[][], 1) as csv_row)",
        {"rows": rows},
    )


def _read_rows(name: str, path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header of a file and its rows, all of which have as many values.

    Python's csv reads them: DuckDB's reader, where a quotation mark is not closed, takes what
    follows for one short row and says nothing (1.5.5).
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file, strict=True) if row] or [[]]
    except UnicodeDecodeError:
        raise UsageError("reference_not_utf_8", path=path) from None
    except csv.Error:
        raise UsageError("reference_quotation_open", path=path) from None
    config = _seeds()[name]["config"]
    meta = config.get("meta", {})
    optional = meta.get("optional_columns", [])
    header = [meta.get("other_headers", {}).get(column, column) for column in header]
    left_out = [column for column in optional if column not in header]
    if sorted([*header, *left_out]) != sorted(config["column_types"]):
        raise UsageError(
            "reference_header_wrong",
            path=path,
            expected=",".join(config["column_types"]),
            found=",".join(header) or "blank",
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise UsageError(
                "reference_row_uneven", path=path, row=number, values=len(row), columns=len(header)
            )
    return header, rows


def _checks(warehouse: duckdb.DuckDBPyConnection, name: str) -> Iterator[Check]:
    """Yield what the tests of a seed ask of the council's rows."""
    for column, kind, content in _tests(name):
        given = content.get("arguments", {})
        where = content.get("config", {}).get("where", "true")
        match kind:
            case "not_null":
                yield Check([column], f"{column} is null", "must be filled in")
            case "unique" | "unique_combination":
                yield from _key_checks(given.get("columns", [column]))
            case "accepted_values":
                yield _one_of([column], where, given["values"])
            case "relationships" | "combination_in":
                columns = given.get("columns", [column])
                fields = given.get("columns", [given.get("field")])
                yield _one_of(columns, where, _known(warehouse, given["to"], fields))
            case "rows_hold":
                allowed = f"must be {content['description']}, not '{{value}}'"
                yield Check([column], f"not coalesce({given['expression']}, false)", allowed, True)
            case "spellings_agree":
                spelling = (
                    f"partition by field, {dbt_macros().matched_form('written')} order by csv_row"
                )
                yield Check(
                    ["field", "written"],
                    f"value <> first_value(value) over ({spelling})",
                    "must have one value, but '{value}' has another in an earlier row; capitals "
                    "and punctuation make no difference",
                )
            case "in_matched_form":  # the council may write a spelling as its export does
                yield Check(
                    [column],
                    f"{dbt_macros().matched_form(column)} = ''",
                    "must have a letter or a digit, not '{value}'; what a sign means is said under "
                    "'values' in the sources file",
                )
            case _:
                raise AssertionError(f"what the test {kind} asks of a council's rows is not said")


def _key_checks(columns: Sequence[str]) -> Iterator[Check]:
    for column in columns:
        yield Check([column], f"{column} is null", "must be filled in")
    is_seen = f"row_number() over (partition by {', '.join(columns)} order by csv_row) > 1"
    yield Check(columns, is_seen, "must not be '{value}' twice; remove one of the two rows")


def _one_of(columns: Sequence[str], where: str, allowed: Sequence[str]) -> Check:
    listed = ", ".join(sql_text(value) for value in allowed)
    return Check(
        columns,
        f"({where}) and {_words(columns)} not in ({listed})",
        f"must be one of {', '.join(allowed)}, not '{{value}}'",
    )


def _known(warehouse: duckdb.DuckDBPyConnection, to: str, columns: Sequence[str]) -> list[str]:
    """Return what a seed, with the council's rows, has in columns; `to` is written as in dbt."""
    seed = to.removeprefix("ref('").removesuffix("')")
    listed = ", ".join(columns)
    rows = warehouse.execute(
        f"select distinct {_words(columns)} from (select {listed} from {_shipped(seed)} "
        f"union all select {listed} from raw.council_{seed}) order by all"
    ).fetchall()
    return [value for (value,) in rows]


def _shipped(name: str) -> str:
    """Return the shipped rows of a seed as texts, for a query."""
    path = glob.escape(str(SEEDS_FOLDER / f"{name}.csv"))
    return f"read_csv({sql_text(path)}, header = true, all_varchar = true)"


def _refuse_mistake(
    warehouse: duckdb.DuckDBPyConnection, name: str, path: Path, relation: str, check: Check
) -> None:
    mistake = warehouse.execute(
        f"select csv_row, {_words(check.columns)}, {_words(_key(name))} "
        f"from (select *, {check.fails} as is_wrong from {relation}) "
        "where is_wrong order by csv_row nulls last limit 1"
    ).fetchone()
    if mistake:
        row_number, value, key = mistake
        raise UsageError(
            "reference_value_wrong" if row_number else "reference_shipped_row_wrong",
            path=path,
            row=row_number or key,
            columns=" and ".join(check.columns),
            problem=check.problem.replace("{value}", value),
        )


def _words(columns: Sequence[str]) -> str:
    return f"concat_ws(' ', {', '.join(columns)})"
