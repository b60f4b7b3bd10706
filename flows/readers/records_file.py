"""Read records that have fields by name: JSON, Parquet and XML, the mapped fields only.

A field within another is known by its path, with points: `CaseDetails.CaseId`. Several values of
one field become one text, separated by ';'.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from lxml import etree

from complaints.flows.readers.contents import WARY_OF_XML, open_bytes
from complaints.flows.readers.decoded_file import open_for_duckdb
from complaints.flows.readers.mapping import compile_mapping, quoted
from complaints.flows.readers.text_rows import (
    FileRejectedError,
    Target,
    insert_text_rows,
)
from complaints.warehouse.store import sql_text

MOST_FIELDS = 500
# DuckDB keeps twice this much for each thread; where the sources file names the key that holds the
# records, the whole file is one object.
OBJECT_BYTES = 16 << 20


def read_json(connection: duckdb.DuckDBPyConnection, path: Path, target: Target) -> None:
    """Put the records of a JSON file, or one with a record in each line, into text_rows.

    Raises:
        FileRejectedError: it is no JSON, or lacks needed columns or records.
    """
    key = target.source.read.records
    with open_for_duckdb(connection, path) as (name, size):
        source = (
            f"read_json({sql_text(name)}, sample_size = -1, maximum_depth = 6, "
            f"convert_strings_to_integers = false, dateformat = '~', timestampformat = '~', "
            f"maximum_object_size = {max(OBJECT_BYTES, size if key else 0)}, "
            "compression = 'uncompressed')"
        )
        for part in key.split(".") if key else ():
            source = f"(select unnest({quoted(part)}, max_depth := 2) from {source})"
        _read(connection, source, target, "JSON")


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
    mapping = compile_mapping(list(headers), target.source, target.layout)
    names = {position: name for name, position in headers.items()}
    read = [names[position] for position in mapping.read]
    values = [[record.get(name, "") for name in read] for record in _xml_records(path, tag)]
    frame = pd.DataFrame(values, columns=[f"c{position}" for position in mapping.read], dtype="str")
    connection.register("xml_rows", frame)
    _insert(connection, "xml_rows", target, mapping, len(headers))
    connection.unregister("xml_rows")


def sample_xml(path: Path, rows: int) -> list[list[str]]:
    """Return the paths of the fields, then the first records."""
    records = list(islice(_xml_records(path, None), rows))
    headers = list(dict.fromkeys(field for record in records for field in record))
    return [headers, *([record.get(name, "") for name in headers] for record in records)]


def sample_fields(path: Path, kind: str, rows: int) -> list[list[str]]:
    """Return the paths of the fields of a JSON or Parquet file, then its first records."""
    with duckdb.connect() as connection, open_for_duckdb(connection, path) as (name, _):
        reader = "read_json_auto" if kind == "json" else "read_parquet"
        source = f"{reader}({sql_text(name)})"
        fields = _fields_of(connection, source)
        texts = ", ".join(text for _, text in fields)
        found = connection.execute(f"select {texts} from {source} limit {rows}").fetchall()
    return [[name for name, _ in fields], *([value or "" for value in row] for row in found)]


def _fields_of(connection: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str]]:
    """Return name and text of each field of a relation."""
    described = connection.execute(f"describe select * from {source}").fetchall()
    return [field for name, kind, *_ in described for field in _fields(quoted(name), name, kind)]


def _read(connection: duckdb.DuckDBPyConnection, source: str, target: Target, kind: str) -> None:
    """Read a relation of typed columns as text."""
    try:
        fields = _fields_of(connection, source)
        _refuse_width(len(fields))
        mapping = compile_mapping([name for name, _ in fields], target.source, target.layout)
        columns = ", ".join(f"{fields[at][1]} as c{at}" for at in mapping.read)
        _insert(connection, f"(select {columns} from {source})", target, mapping, len(fields))
    except (
        duckdb.InvalidInputException,
        duckdb.IOException,
        duckdb.ConversionException,
        duckdb.BinderException,
    ) as error:
        if isinstance(error, duckdb.IOException) and "Cannot open" in str(error):
            raise OSError(None, "cannot be opened") from None
        # DuckDB's own message repeats what it read, which may name a person.
        raise FileRejectedError("records_unreadable", kind=kind) from None


def _insert(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    target: Target,
    mapping: Any,
    field_count: int,
) -> None:
    connection.execute(
        "create or replace temporary table field_records as select row_number() over () as "
        f"row_number, {field_count} as field_count, * from {relation}"
    )
    (rows,) = connection.execute("select count(*) from field_records").fetchall()[0]
    last_row = rows - target.source.read.footer
    if last_row <= 0:
        raise FileRejectedError("no_data_rows")
    insert_text_rows(connection, target, "field_records", mapping, field_count, last_row)
    connection.execute("drop table field_records")


def _refuse_width(fields: int) -> None:
    if fields > MOST_FIELDS:
        raise FileRejectedError("records_too_wide", fields=fields)


def _fields(expression: str, name: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each field of a column; those of a record within it by their path."""
    if kind.startswith("STRUCT(") and kind.endswith(")"):
        described = duckdb.execute(f"describe select unnest(null::{kind})").fetchall()
        for inner, inner_kind, *_ in described:
            yield from _fields(f"{expression}.{quoted(inner)}", f"{name}.{inner}", inner_kind)
    elif kind == "JSON":  # not the same in all records; a text would keep its quotes
        listed = f"array_to_string({expression} ->> '$[*]', ';')"
        one = f"{expression} ->> '$'"
        yield name, f"case json_type({expression}) when 'ARRAY' then {listed} else {one} end"
    elif kind == "JSON[]":
        yield name, f"array_to_string(to_json({expression}) ->> '$[*]', ';')"
    elif kind.endswith("[]"):
        yield name, f"array_to_string({expression}::varchar[], ';')"
    else:
        yield name, f"{expression}::varchar"


def _xml_records(path: Path, tag: str | None) -> Iterator[dict[str, str]]:
    """Yield the fields of each record by their paths, and forget the record."""
    try:
        with open_bytes(path) as file:
            depth = 0
            context = etree.iterparse(
                file,
                events=("start", "end"),
                huge_tree=False,
                **WARY_OF_XML,
            )
            for event, element in context:
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
