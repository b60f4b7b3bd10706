"""Take cases out of every kind of file that a home holds: databases, documents, logs."""

import html
import json
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from complaints.warehouse.errors import RunFailedError
from complaints.warehouse.layout import ANONYMISED_KEEPS, COMPLAINTS
from complaints.warehouse.published import RELEASE_FIGURES
from complaints.warehouse.settings import Settings
from complaints.warehouse.store import sql_name, sql_text
from complaints.warehouse.system_errors import RESERVE_NAME

# Folders of the home with documents for people; some of them may name a case.
DOCUMENT_FOLDERS = ("reports", "releases", "exports")
NOTE = ".erased.txt"
DOCUMENTS = (".html", ".docx", ".pdf", ".json", ".csv", ".xlsx", ".parquet")
PACKED = (".pdf",)
TABLES = (".csv", ".parquet")
NAMES_CASES = "internal"  # the profile that does
# Folders that the tools make again: what names a case there is removed.
TOOLS_FOLDERS = ("dbt", "prefect")
LINES = (".log", ".jsonl")
DATABASES = (".duckdb", ".wal", ".db", ".db-wal", ".db-shm")
# Columns of free text, which may mention a case wherever they stand; the descriptions of the dbt
# project mark them so.
FREE_TEXT = (
    *("learning", "reason", "action", "evidence", "note", "text", "dropped_why"),
    *("message", "subject", "text_body", "html_body"),
)
# Of Prefect's own tables.
PREFECT_TEXT = ("message", "data", "description", "payload", "state_message")
ERASED = "[erased]"
# A word of its own, as a regular expression of DuckDB: C1 is not in C12.
WORD_ALONE = "'(^|[^\\pL\\pN])' || regexp_escape(word) || '([^\\pL\\pN]|$)'"
SHORT_NUMBER = re.compile(r"\d{1,4}")  # a year, a count
LETTERS = re.compile(r"[^\W_]+")  # and digits
WAIT_SECONDS = 60  # for a server that is writing
LONGEST_IN_NOTICE = 40  # as notices/sql/prepare.sql cuts a reference
RAW_SCHEMAS = ("raw", "validation")


class ErasedCase(NamedTuple):
    """A case that is to be taken out.

    Attributes:
        source: code of its source.
        case_reference: as the complaints system writes it.
        way: forget or anonymise.
        token: the random reference that an anonymised case has from now on.
        number: of the entry, and the day that it was made.
    """

    source: str
    case_reference: str
    way: str
    token: str
    number: int
    recorded_on: date


class Words:
    """How the cases' references are written in texts: as they are, shortened, in HTML, in JSON."""

    def __init__(self, cases: Sequence[ErasedCase], short_numbers: bool = False) -> None:
        """Take the references of cases, those that are any number only where they are asked for."""
        references = [case.case_reference for case in cases]
        self.forms = sorted(
            {
                form
                for reference in references
                if short_numbers or not SHORT_NUMBER.fullmatch(reference)
                for form in _forms(reference)
            }
        )
        # By the first letters and digits: of thousands of forms, those that a text can have.
        self._by_beginning: dict[str, list[str]] = {}
        for form in self.forms:
            for beginning in LETTERS.findall(form)[:1]:
                self._by_beginning.setdefault(beginning, []).append(form)

    def are_in(self, text: str) -> bool:
        """Return whether a text names one of the cases."""
        return self.out_of(text) != text

    def out_of(self, text: str) -> str:
        """Return the text without them."""
        beginnings = self._by_beginning.keys() & set(LETTERS.findall(text))
        forms = [form for each in beginnings for form in self._by_beginning[each]]
        if not forms:
            return text
        either = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
        # As a word of its own: C1 is not in C12, and 2018 not in 20180702.
        return re.sub(rf"(?<![^\W_])(?:{either})(?![^\W_])", ERASED, text)


def _forms(reference: str) -> set[str]:
    written = {reference, " ".join(reference.split())[:LONGEST_IN_NOTICE]}
    return written | {
        form
        for text in written
        for form in (html.escape(text), html.escape(text, quote=False), json.dumps(text)[1:-1])
    }


def name_cases(database: duckdb.DuckDBPyConnection, cases: Sequence[ErasedCase]) -> None:
    """Give a connection the temporary table erased_cases."""
    database.execute(
        "create or replace temporary table erased_cases as select unnest($1) as source, "
        "unnest($2) as case_reference, unnest($3) as way, unnest($4) as token",
        [list(column) for column in zip(*(case[:4] for case in cases), strict=True)],
    )


def take_out_of_store(store: duckdb.DuckDBPyConnection, cases: Sequence[ErasedCase]) -> None:
    """Take cases out of the working store, in one transaction.

    Whatever table has a case_reference or a record_id is treated, as the catalogue lists them. What
    is made of the records is deleted, for the next build makes it again.
    """
    name_cases(store, cases)
    tables = tables_naming(store, "case_reference", "record_id")
    ids = " union ".join(
        f"select record_id, way, token from {table.name} inner join erased_cases using ({keys})"
        for table in tables
        if "record_id" in table.columns and (keys := table.keys)
    )
    store.execute(
        "create or replace temporary table erased_records as select *, "
        "md5(uuid()::varchar) as new_record_id, "
        f"row_number() over (partition by token order by record_id) as place from ({ids})"
    )
    store.begin()
    for table in tables:
        if table.schema in RAW_SCHEMAS:
            _rename(store, table)
        _delete(store, table, has_records=True)
    take_out_of_texts(store, cases)
    store.commit()


def take_out_of_copy(
    path: Path, cases: Sequence[ErasedCase], memory_limit: str, had_others: bool = False
) -> Path | None:
    """Return a new file with what a database says of other cases; None where it names none.

    Figures stay as they were published. A database from which rows were deleted before may name a
    case in bytes that no table has any more, and is copied whatever it says.
    """
    copy, new = path.with_name(f".{path.name}.copy"), path.with_name(f".{path.name}.without")
    new.unlink(missing_ok=True)
    shutil.copyfile(path, copy)
    with duckdb.connect(copy) as database:
        database.execute(f"set memory_limit = '{memory_limit}'")
        name_cases(database, cases)
        tables = tables_naming(database, "case_reference")
        changed = sum(_delete(database, table) for table in tables)
        changed += take_out_of_texts(database, cases) + had_others
        if changed:
            database.execute(f"attach {sql_text(new)} as without")
            database.execute(f"copy from database {sql_name(_catalogue(database))} to without")
            database.execute("detach without")
    copy.unlink()
    return new if changed else None


def take_out_of_texts(database: duckdb.DuckDBPyConnection, cases: Sequence[ErasedCase]) -> int:
    """Take references out of the free text of a database; return in how many rows they were."""
    changed = 0
    for table in tables_naming(database, *FREE_TEXT):
        # A notice that was sent is forgotten: what it is known by names the case.
        is_notice, is_message = "notice_type" in table.columns, "message_id" in table.columns
        _name_words(database, Words(cases, short_numbers=is_notice or is_message))
        if is_notice:
            changed += _without_words(database, table, "key", "delete from {table} where {there}")
        if "attachment" in table.columns:  # a packed list of cases; it goes without
            (rows,) = database.execute(
                f"update {table.name} set attachment_name = null, attachment = null "
                "where attachment is not null"
            ).fetchall()[0]
            changed += rows
        for column in (name for name in table.columns if name in FREE_TEXT):
            update = f"update {{table}} set {column} = {text_without(column)} where {{there}}"
            changed += _without_words(database, table, column, update)
    return changed


def text_without(column: str) -> str:
    """Return the expression of a text without the word of $pattern.

    Twice, for two that share the space between them.
    """
    once = f"regexp_replace({column}, $pattern, '\\1{ERASED}\\2', 'g')"
    return f"regexp_replace({once}, $pattern, '\\1{ERASED}\\2', 'g')"


def _name_words(database: duckdb.DuckDBPyConnection, words: Words) -> None:
    """Give a connection the temporary table erased_words."""
    database.execute(
        "create or replace temporary table erased_words as select unnest($1::varchar[]) as word, "
        "regexp_extract(word, '[\\pL\\pN]+') as beginning, "
        f"{WORD_ALONE} as pattern",
        [words.forms],
    )


def _without_words(
    database: duckdb.DuckDBPyConnection, table: "Table", column: str, statement: str
) -> int:
    """Run a statement for each word that a column has; return the number of rows it changed."""
    named = database.execute(
        "select distinct word, pattern from ("
        f"select {column}, unnest(regexp_extract_all({column}, '[\\pL\\pN]+')) as beginning "
        f"from {table.name}) inner join erased_words using (beginning) "
        f"where regexp_matches({column}, pattern) order by length(word) desc, word"
    ).fetchall()
    changed = 0
    for _word, pattern in named:
        there = f"regexp_matches({column}, $pattern)"
        done = database.execute(
            statement.format(table=table.name, there=there), {"pattern": pattern}
        )
        changed += done.fetchall()[0][0]
    return changed


class Table(NamedTuple):
    """A table as the catalogue has it; its name is quoted, with its schema."""

    schema: str
    name: str
    columns: dict[str, bool]  # whether it may be null

    @property
    def keys(self) -> str | None:
        """The columns by which it names a case."""
        if "case_reference" not in self.columns:
            return None
        return ", ".join(name for name in ("source", "case_reference") if name in self.columns)


def tables_naming(database: duckdb.DuckDBPyConnection, *columns: str) -> list[Table]:
    """Return the tables that have one of the columns, as text."""
    found = database.execute(
        "select schema_name, table_name, map(list(column_name), list(is_nullable)) as columns "
        "from duckdb_columns() inner join duckdb_tables() "
        "using (database_name, schema_name, table_name) "
        "where database_name = current_database() group by all "
        "having bool_or(list_contains($1, column_name) and data_type = 'VARCHAR') order by all",
        [columns],
    ).fetchall()
    return [
        Table(schema, f"{sql_name(schema)}.{sql_name(table)}", columns)
        for schema, table, columns in found
    ]


def _delete(database: duckdb.DuckDBPyConnection, table: Table, has_records: bool = False) -> int:
    """Delete what a table says of the cases, and of their records; return how many rows it was."""
    deleted = 0
    if has_records and "record_id" in table.columns:
        deleted += database.execute(
            f"delete from {table.name} where record_id in (select record_id from erased_records)"
        ).fetchall()[0][0]
    if table.keys:
        match = _match(table, "erased_cases", table.keys.split(", "))
        deleted += database.execute(
            f"delete from {table.name} using erased_cases where {match}"
        ).fetchall()[0][0]
    return deleted


def _rename(store: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Give the anonymised cases of a table new names, and take out all else but what is kept.

    A table with is_erased keeps also the others so: what a release counted stays, of nobody.
    """
    if "record_id" in table.columns:
        erased, key = "erased_records", ["record_id"]
        places = {"file_name": "token", "row_number": "place"}
        places |= {f"first_{name}": value for name, value in places.items()}
        new = {"record_id": "new_record_id", **places}
    else:
        erased, key, new = "erased_cases", (table.keys or "").split(", "), {}
    if table.keys:
        new |= {"case_reference": "token"} | {
            name: "null" if may_be_null else "''"
            for name, may_be_null in table.columns.items()
            if name in FREE_TEXT or (name in COMPLAINTS.names and name not in ANONYMISED_KEEPS)
        }
    new["is_erased"] = "is_erased or way = 'forget'"
    changes = ", ".join(f"{name} = {new[name]}" for name in new if name in table.columns)
    match = _match(table, erased, key)
    if "is_erased" not in table.columns:
        match += " and way = 'anonymise'"
    store.execute(f"update {table.name} set {changes} from {erased} where {match}")


def _match(table: Table, other: str, keys: Sequence[str]) -> str:
    return " and ".join(f"{table.name}.{key} = {other}.{key}" for key in keys)


def _catalogue(database: duckdb.DuckDBPyConnection) -> str:
    (name,) = database.execute("select current_database()").fetchall()[0]
    return str(name)


def remove_documents(settings: Settings, cases: Sequence[ErasedCase]) -> int:
    """Remove each document that names a case, and put a note in its place; return how many.

    The forms of one document are removed together, for a PDF keeps its text packed; one of the
    internal profile that stands alone is removed unread.
    """
    newest = max(cases, key=lambda case: case.number)
    note = (
        f"This document named a case that was erased on {newest.recorded_on.isoformat()} (entry "
        f"{newest.number}), so it was removed.\n"
    )
    words = Words(cases)
    are_short = [case for case in cases if SHORT_NUMBER.fullmatch(case.case_reference)]
    short = Words(are_short, short_numbers=True)
    removed = 0
    for folder in DOCUMENT_FOLDERS:
        paths = [path for path in (settings.home / folder).rglob("*") if _is_document(path)]
        naming = {
            _document(path)
            for path in paths
            if words.are_in(_text_of(path)) or (are_short and short.are_in(_references_of(path)))
        }
        readable = {_document(path) for path in paths if path.suffix.lower() not in PACKED}
        for path in paths:
            is_unread = _document(path) not in readable and NAMES_CASES in path.stem
            if is_unread or _document(path) in naming:
                path.with_name(path.name + NOTE).write_text(note, encoding="utf-8")
                path.unlink()
                removed += 1
    return removed


def _is_document(path: Path) -> bool:
    return path.suffix.lower() in DOCUMENTS and path.name != RELEASE_FIGURES


def _document(path: Path) -> Path:
    """Return what the forms of a document have in common."""
    return path.with_suffix("")


def _text_of(path: Path) -> str:
    """Return the text of a document; of one that is packed, of its parts, or of all its values."""
    if path.suffix.lower() == ".parquet":
        return _values_of(path)
    if not zipfile.is_zipfile(path):
        return html.unescape(path.read_bytes().decode("utf-8", errors="replace"))
    with zipfile.ZipFile(path) as parts:
        texts = [parts.read(name).decode("utf-8", errors="replace") for name in parts.namelist()]
    # A reference may be spread over several runs of a paragraph.
    whole = (re.sub(r"<[^>]*>", "", text.replace("</w:p>", " ")) for text in texts)
    return html.unescape("\n".join([*texts, *whole]))


def _references_of(path: Path) -> str:
    """Return the text of a document in which a short number may be a case."""
    if path.suffix.lower() in TABLES:
        return _values_of(path, "case_reference")
    is_internal = NAMES_CASES in path.stem or path.suffix.lower() == ".xlsx"
    return _text_of(path) if is_internal else ""


def _values_of(path: Path, *columns: str) -> str:
    """Return the values of a table, all or those of some columns; the text of what is no table."""
    reader = f"read_csv({sql_text(path)}, header = true, all_varchar = true)"
    if path.suffix.lower() == ".parquet":
        reader = f"read_parquet({sql_text(path)})"
    try:
        with duckdb.connect() as database:
            rows = database.sql(f"from {reader}")
            names = [name for name in rows.columns if name in columns or not columns]
            texts = ", ".join(f"{sql_name(name)}::varchar" for name in names)
            found = rows.select(f"unnest([{texts}])").distinct().fetchall() if names else []
    except duckdb.Error:
        return path.read_bytes().decode("utf-8", errors="replace")
    return "\n".join(value for (value,) in found if value)


def clean_tools_files(settings: Settings, cases: Sequence[ErasedCase]) -> list[Path]:
    """Take cases out of logs and the tools' own files; return the files that still name one.

    Those are other people's: the council's reference data, say.
    """
    words = Words(cases)
    still = []
    for path in _other_files(settings):
        if not words.are_in(_text_of(path)):
            continue
        if path.suffix in LINES:
            text = path.read_bytes().decode("utf-8", errors="replace")
            kept = [line for line in text.splitlines(keepends=True) if not words.are_in(line)]
            path.write_text("".join(kept), encoding="utf-8")
        elif path.relative_to(settings.home).parts[0] in TOOLS_FOLDERS:
            path.unlink()
        else:
            still.append(path)
    for path in (settings.home / "prefect").glob("*.db"):
        _clean_sqlite(path, words)
    return still


def _other_files(settings: Settings) -> Iterator[Path]:
    for path in sorted(settings.home.rglob("*")):
        folder = path.relative_to(settings.home).parts[0]
        is_apart = folder in ("backups", "published")
        is_apart |= folder in DOCUMENT_FOLDERS and _is_document(path)
        is_text = path.suffix not in DATABASES and path.name != RESERVE_NAME
        if not is_apart and path.is_file() and is_text:
            yield path


def _clean_sqlite(path: Path, words: Words) -> None:
    """Take the words out of a server's own database, and give its free space back."""
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as database:
            database.create_function("out_of", 1, words.out_of, deterministic=True)
            columns = database.execute(
                "select tables.name, columns.name from sqlite_master as tables, "
                "pragma_table_info(tables.name) as columns where tables.type = 'table'"
            ).fetchall()
            for table, column in columns:
                if column in PREFECT_TEXT:
                    name = sql_name(column)
                    text = f"cast(coalesce({name}, '') as text)"
                    database.execute(
                        f"update {sql_name(table)} set {name} = out_of({text}) "
                        f"where out_of({text}) <> {text}"
                    )
            is_changed = database.total_changes > 0
            database.commit()
            if is_changed:
                database.execute("vacuum")
                ((is_busy, _, _),) = database.execute("pragma wal_checkpoint(truncate)").fetchall()
                if is_busy:
                    raise RunFailedError("server_database_busy", path=path)
    except sqlite3.OperationalError:
        raise RunFailedError("server_database_busy", path=path) from None


def remove_leftovers(settings: Settings) -> None:
    """Remove what a killed command left of the home, copies as at a day, and the pages."""
    copies = (".dry-run-*", ".restoring", "as-at", "site", ".site-*")
    for pattern in (*copies, ".marts-*", "published/*.copying", ".*.copy"):
        for path in settings.home.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for unfinished in settings.backups_path.glob(".unfinished-*"):
        shutil.rmtree(unfinished)
