"""Read records that have fields by name: JSON, Parquet and XML, the mapped fields only.

A field within another is known by its path, with points: `CaseDetails.CaseId`. Several values of
one field become one text, separated by ';'. A record is never taken for a text: whatever it holds,
a name perhaps, would come with it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd
from lxml import etree

from complaints.flows.readers.contents import WARY_OF_XML, open_bytes
from complaints.flows.readers.decoded_file import open_for_duckdb
from complaints.flows.readers.mapping import Mapping, compile_mapping
from complaints.flows.readers.text_rows import (
    FileRejectedError,
    Target,
    insert_text_rows,
)
from complaints.warehouse.store import sql_name, sql_text

MOST_FIELDS = 500
# DuckDB keeps twice this much for each thread; where the sources file names the key that holds the
# records, the whole file is one object.
OBJECT_BYTES = 16 << 20
MOST_ELEMENTS_SEEN = 10_000  # of an XML file, to see where its records are
FIRST_LEVEL = 2  # the root's own elements
MOST_SAMPLED_BYTES = 64 << 20
# By which a web API says that there are more records than in its answer.
NAMES_ANOTHER_PAGE = {
    **dict.fromkeys(
        ("@odata.nextLink", "odata.nextLink", "__next", "nextRecordsUrl", "next_page"), "<> ''"
    ),
    "has_more": "= 'true'",
}
# What is said of a name that a file lacks.
MISSING = (
    "columns_missing_of_complaints",
    "columns_missing",
    "named_header_missing",
    "needed_header_missing",
    "name_in_sql_missing",
)


class Field(NamedTuple):
    """A field of a relation, and the expressions of its text and of whether it is a record."""

    name: str
    text: str
    is_record: str = "false"


def read_json(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> None:
    """Put the records of a JSON file, or one with a record in each line, into text_rows.

    Raises:
        FileRejectedError: it is no JSON, or lacks needed columns or records.
    """
    key = target.source.read.records
    with open_for_duckdb(connection, path) as (name, size):
        source = _json(name, size if key else 0)
        if key:
            _refuse_one_page_of_several(connection, source, key)
            _read(connection, _within(source, key), target, "JSON")
        else:
            _read(connection, source, target, "JSON", lambda: _only_list(connection, source))


def _refuse_one_page_of_several(
    connection: duckdb.DuckDBPyConnection, source: str, key: str
) -> None:
    """Refuse the answer of a web API that names another beside its records."""
    with _refused("JSON"):
        fields = [f for f in _fields_of(connection, source) if not f.name.startswith(f"{key}.")]
        for field, (name, condition) in product(fields, NAMES_ANOTHER_PAGE.items()):
            if not f".{field.name}".endswith(f".{name}"):
                continue
            asked = f"select bool_or({field.text} {condition}) from {source}"
            if connection.execute(asked).fetchall() == [(True,)]:
                raise FileRejectedError("records_of_one_page", field=field.name)


def _within(source: str, key: str) -> str:
    """Return the relation of the records under a key."""
    for part in key.split("."):
        source = f"(select unnest({sql_name(part)}, max_depth := 2) from {source})"
    return source


def _only_list(connection: duckdb.DuckDBPyConnection, source: str) -> str | None:
    """Return the key of the records, where the file is one object with one list of them."""
    with _refused("JSON"):
        if len(connection.execute(f"select 1 from {source} limit 2").fetchall()) != 1:
            return None
        described = connection.execute(f"describe select * from {source}").fetchall()
    lists = [key for name, kind, *_ in described for key in _lists_in(name, kind)]
    return ".".join(lists[0]) if len(lists) == 1 and "." not in "".join(lists[0]) else None


def _lists_in(name: str, kind: str) -> Iterator[tuple[str, ...]]:
    """Yield the path of each list of records in a field, other than within a list."""
    if kind.startswith("STRUCT("):
        if kind.endswith(")[]"):
            yield (name,)
        elif kind.endswith(")"):
            for inner, inner_kind, *_ in _described_record(kind):
                yield from ((name, *path) for path in _lists_in(inner, inner_kind))


def _json(name: str, object_bytes: int = 0) -> str:
    return (
        f"read_json({sql_text(name)}, sample_size = -1, maximum_depth = 6, "
        "convert_strings_to_integers = false, dateformat = '~', timestampformat = '~', "
        "map_inference_threshold = -1, compression = 'uncompressed', "
        f"maximum_object_size = {max(OBJECT_BYTES, object_bytes)})"
    )


def read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> None:
    """Put the rows of a Parquet file into text_rows.

    Raises:
        FileRejectedError: it is no Parquet, or lacks needed columns or rows.
    """
    with open_for_duckdb(connection, path) as (name, _):
        _read(connection, f"read_parquet({sql_text(name)})", target, "Parquet")


def read_xml(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> None:
    """Put the records of an XML file into text_rows.

    The element that holds one record is that of the sources file, or the one that the root holds.

    Raises:
        FileRejectedError: it is no XML, or lacks needed columns or records.
    """
    headers: dict[str, int] = {}
    tag = target.source.read.records
    for record in _xml_records(path, tag):
        for field in record:
            headers.setdefault(field, len(headers))
    if not headers:
        raise FileRejectedError("no_data_rows")
    _refuse_width(len(headers))
    mapping = _mapping(list(headers), target, lambda: None if tag else _only_xml_list(path))
    names = {position: name for name, position in headers.items()}
    read = [names[position] for position in mapping.read]
    values = [[record.get(name, "") for name in read] for record in _xml_records(path, tag)]
    frame = pd.DataFrame(values, columns=[f"c{position}" for position in mapping.read], dtype="str")
    connection.register("xml_rows", frame)
    rows = _rows_numbered(connection, "xml_rows", len(headers))
    connection.unregister("xml_rows")
    _insert(connection, rows, target, mapping, len(headers))


def sample_xml(path: Path, rows: int) -> dict[str, list[list[str]]]:
    """Return the paths of the fields, then the first records; by the element, where it needs one.

    Raises:
        FileRejectedError: it is no XML.
    """
    tag = _only_xml_list(path)
    records = list(islice(_xml_records(path, tag), rows))
    headers = list(dict.fromkeys(field for record in records for field in record))
    return {tag or "": [headers, *([each.get(name, "") for name in headers] for each in records)]}


def sample_fields(path: Path, kind: str, rows: int) -> dict[str, list[list[str]]]:
    """Return the paths of the fields of a JSON or Parquet file, then its first records.

    Where the file is one object with one list, those of the list are first, under its key.

    Raises:
        FileRejectedError: it is no such file.
    """
    with duckdb.connect() as connection, open_for_duckdb(connection, path) as (name, size):
        if kind == "parquet":
            source, form = f"read_parquet({sql_text(name)})", "Parquet"
            key = None
        else:
            source, form = _json(name, min(size, MOST_SAMPLED_BYTES)), "JSON"
            key = _only_list(connection, source)
        sampled = ({key: _within(source, key)} if key else {}) | {"": source}
        with _refused(form):
            return {
                each: _first_records(connection, relation, rows)
                for each, relation in sampled.items()
            }


def _first_records(
    connection: duckdb.DuckDBPyConnection, source: str, rows: int
) -> list[list[str]]:
    fields = _fields_of(connection, source)
    texts = ", ".join(field.text for field in fields)
    found = connection.execute(f"select {texts} from {source} limit {rows}").fetchall()
    return [[field.name for field in fields], *([value or "" for value in row] for row in found)]


def _fields_of(connection: duckdb.DuckDBPyConnection, source: str) -> list[Field]:
    """Return the fields of a relation."""
    described = connection.execute(f"describe select * from {source}").fetchall()
    return [field for name, kind, *_ in described for field in _fields(sql_name(name), name, kind)]


def _read(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    target: Target,
    kind: str,
    find_list: Callable[[], str | None] = lambda: None,
) -> None:
    """Read a relation of typed columns as text."""
    with _refused(kind):
        if not connection.execute(f"select 1 from {source} limit 1").fetchall():
            raise FileRejectedError("no_data_rows")
        fields = _fields_of(connection, source)
        _refuse_width(len(fields))
        mapping = _mapping([each.name for each in fields], target, find_list)
        _refuse_records(connection, source, [fields[at] for at in mapping.read])
        columns = ", ".join(f"{fields[at].text} as c{at}" for at in mapping.read)
        relation = f"(select {columns} from {source})"
        rows = _rows_numbered(connection, relation, len(fields))
    _insert(connection, rows, target, mapping, len(fields))


def _mapping(headers: list[str], target: Target, find_list: Callable[[], str | None]) -> Mapping:
    """Compile the mapping; of a file whose records are in a list, say that nothing names it.

    References that are read from within that list would be one text, and many cases one.
    """
    try:
        mapping = compile_mapping(headers, target.source, target.layout)
    except FileRejectedError as problem:
        if problem.code in MISSING and (name := find_list()):
            raise FileRejectedError("records_in_a_list", name=name) from None
        raise
    references = [headers[at] for at in mapping.read_for.get("case_reference", ())]
    within = [f".{header}" for header in references if "." in header]
    name = find_list() if within else None
    if name and any(f".{name}." in header for header in within):
        raise FileRejectedError("records_in_a_list", name=name)
    return mapping


@contextmanager
def _refused(kind: str) -> Iterator[None]:
    """Refuse what DuckDB cannot read; its own message repeats what it read, perhaps a name."""
    try:
        yield
    except (
        duckdb.InvalidInputException,
        duckdb.IOException,
        duckdb.ConversionException,
        duckdb.BinderException,
    ) as error:
        if isinstance(error, duckdb.IOException) and "Cannot open" in str(error):
            raise OSError(None, "cannot be opened") from None
        raise FileRejectedError("records_unreadable", kind=kind) from None


def _rows_numbered(connection: duckdb.DuckDBPyConnection, relation: str, field_count: int) -> int:
    """Make the temporary table field_records of a relation; return how many rows it has."""
    connection.execute(
        "create or replace temporary table field_records as select row_number() over () as "
        f"row_number, {field_count} as field_count, * from {relation}"
    )
    (rows,) = connection.execute("select count(*) from field_records").fetchall()[0]
    return int(rows)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    rows: int,
    target: Target,
    mapping: Mapping,
    field_count: int,
) -> None:
    last_row = rows - target.source.read.footer
    if last_row <= 0:
        raise FileRejectedError("no_data_rows")
    insert_text_rows(connection, target, "field_records", mapping, field_count, last_row)
    connection.execute("drop table field_records")


def _refuse_width(fields: int) -> None:
    if fields > MOST_FIELDS:
        raise FileRejectedError("records_too_wide", fields=fields)


def _refuse_records(
    connection: duckdb.DuckDBPyConnection, source: str, fields: Sequence[Field]
) -> None:
    asked = ", ".join(f"bool_or({field.is_record})" for field in fields)
    found = connection.execute(f"select {asked or 'false'} from {source}").fetchall()[0]
    for field, is_record in zip(fields, found, strict=False):
        if is_record:
            raise FileRejectedError("record_within_a_field", field=field.name)


def _fields(expression: str, name: str, kind: str) -> Iterator[Field]:
    """Yield each field of a column; those of records within it, one or several, by their path."""
    depth = kind.count("[]", len(kind.rstrip("[]")))
    one = kind.removesuffix("[]" * depth)
    if depth > 1:  # a list of lists is one list
        yield from _fields(f"flatten({expression})", name, kind.removesuffix("[]"))
    elif one.startswith("STRUCT(") and one.endswith(")"):
        for inner, inner_kind, *_ in _described_record(one):
            within = f"{expression}.{sql_name(inner)}"
            if depth:
                within = f"list_transform({expression}, lambda each: each.{sql_name(inner)})"
            yield from _fields(within, f"{name}.{inner}", inner_kind + "[]" * depth)
    elif one == "JSON":  # not the same in all records; a text would keep its quotes
        whole = f"to_json({expression})"
        listed = f"array_to_string({whole} ->> '$[*]', ';')"
        text = f"case json_type({whole}) when 'ARRAY' then {listed} else {whole} ->> '$' end"
        kinds = f"list_transform(json_extract({whole}, '$[*]'), lambda each: json_type(each))"
        yield Field(
            name,
            text,
            f"json_type({whole}) = 'OBJECT' or list_has_any({kinds}, ['OBJECT', 'ARRAY'])",
        )
    elif one.startswith("MAP("):
        yield Field(name, "null::varchar", f"{expression} is not null")
    elif depth:
        yield Field(name, f"array_to_string({expression}::varchar[], ';')")
    else:
        yield Field(name, f"{expression}::varchar")


def _described_record(kind: str) -> list[tuple[Any, ...]]:
    return duckdb.execute(f"describe select unnest(null::{kind})").fetchall()


def _xml_records(path: Path, tag: str | None) -> Iterator[dict[str, str]]:
    """Yield the fields of each record by their paths, and forget the record."""
    depth = 0
    for event, element in _xml_events(path):
        if event == "start":
            depth += 1
            continue
        depth -= 1
        is_record = _local_name(element) == tag if tag else depth == 1
        if is_record:
            fields: dict[str, str] = {}
            _collect(element, "", fields)
            yield fields
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _only_xml_list(path: Path) -> str | None:
    """Return the element of the records, where the root holds none of them itself.

    That is so where the root holds no two elements alike, and one element below it repeats.
    """
    seen: dict[tuple[str, ...], int] = {}
    with_fields: set[tuple[str, ...]] = set()
    for at in islice(_xml_paths(path), MOST_ELEMENTS_SEEN):
        seen[at] = seen.get(at, 0) + 1
        with_fields.add(at[:-1])
    if any(count > 1 for at, count in seen.items() if len(at) == FIRST_LEVEL):
        return None
    lists = [
        at
        for at, count in seen.items()
        if count > 1 and at in with_fields and all(seen[at[:n]] == 1 for n in range(1, len(at)))
    ]
    tags = [at[-1] for at in seen]
    return lists[0][-1] if len(lists) == 1 and tags.count(lists[0][-1]) == 1 else None


def _xml_paths(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the path of each element, and forget it."""
    at: list[str] = []
    for event, element in _xml_events(path):
        if event == "start":
            at.append(_local_name(element))
            yield tuple(at)
        else:
            at.pop()
            element.clear()


def _xml_events(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield where each element starts and ends.

    Raises:
        FileRejectedError: it is no XML.
    """
    try:
        with open_bytes(path) as file:
            yield from etree.iterparse(file, ("start", "end"), huge_tree=False, **WARY_OF_XML)
    except etree.XMLSyntaxError as error:
        raise FileRejectedError("xml_unreadable", line=error.lineno) from None


def _collect(element: Any, path: str, fields: dict[str, str]) -> None:
    for name, value in element.attrib.items():
        _add(fields, f"{path}{etree.QName(name).localname}", value)
    for child in element.iterchildren(tag=etree.Element):
        name = path + _local_name(child)
        if child.find("*") is not None:
            _collect(child, f"{name}.", fields)
            if "".join(child.xpath("text()")).strip():  # elements within a text, such as <b>
                _add(fields, name, _text(child))
        else:
            _add(fields, name, _text(child))
            for attribute, value in child.attrib.items():
                _add(fields, f"{name}.{etree.QName(attribute).localname}", value)


def _text(element: Any) -> str:
    """Return all text of an element: comments are none, an entity stands as it is written."""
    parts = [element.text or ""]
    for node in element:
        if node.tag is etree.Entity:
            parts.append(node.text)
        elif isinstance(node.tag, str):
            parts.append(_text(node))
        parts.append(node.tail or "")
    return "".join(parts)


def _add(fields: dict[str, str], name: str, value: str) -> None:
    fields[name] = f"{fields[name]};{value}" if fields.get(name) else value


def _local_name(element: Any) -> str:
    return str(etree.QName(element).localname)
