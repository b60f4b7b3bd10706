"""The mapping of a source, compiled to one DuckDB select over the rows of a file.

The select reads `export`: the columns of the file that the mapping names, and no other, as trimmed
text under their own headers, blanks as null. What it gives are columns of the layout.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from complaints.flows.readers.headers import Headers, match_headers, nearest_header
from complaints.flows.readers.sources import Source, Supplier
from complaints.flows.readers.text_rows import (
    FileRejectedError,
    in_iso_form,
    trimmed,
    trimmed_result,
)
from complaints.warehouse.dbt_macros import dbt_macros
from complaints.warehouse.layout import COMPLAINTS, Layout, matched_header
from complaints.warehouse.settings import PROJECT_FOLDER
from complaints.warehouse.store import sql_name, sql_text

SEEDS = PROJECT_FOLDER / "dbt_project" / "seeds"
# What is said of one stage, not of the case: where there are `stages`, it is read by them alone.
STAGE_FACTS = (
    *(name for name in COMPLAINTS.dates if name != "last_updated"),
    "extension_agreed",
    "target_met",
    "outcome",
)
# How rows are combined where the sources file does not say. A case with points of which one is not
# answered is open; an audit log, whose earlier rows are blank, says `last`.
COMBINED = {"received_date": "first", "responded_date": "last_of_all", "last_updated": "last"}


@dataclass(frozen=True)
class Mapping:
    """How the columns of one file become those of the layout.

    Attributes:
        headers: those of the file.
        positions: the columns that are read, by the names under which the select knows them.
        columns: the layout's columns that the select gives, in the layout's order.
        select: the select over `export`.
        has_parts: whether a row of the file can become several, numbered by `part`.
        read_for: the positions that each layout column is read from, constants left out.
        source: the entry of the sources file.
        uncombined: the select before several rows become one, where they do.
    """

    headers: tuple[str, ...]
    positions: dict[str, int]
    columns: tuple[str, ...]
    select: str
    has_parts: bool = False
    null: tuple[str, ...] = ()
    read_for: dict[str, tuple[int, ...]] = field(default_factory=dict)
    source: Source | None = None
    uncombined: str | None = None

    @property
    def date_positions(self) -> set[int]:
        """The positions of the columns that are read as dates."""
        return {
            position
            for name, positions in self.read_for.items()
            for position in positions
            if is_date(name)
        }

    @cached_property
    def read(self) -> list[int]:
        """The positions of the columns that are read, each once."""
        return sorted(set(self.positions.values()))

    @property
    def listing(self) -> Headers:
        """What the file's listing says of its headers."""
        headers = [header.strip() for header in self.headers]
        from_file = [
            name for name in self.columns if self.read_for.get(name) or "sql" in self.read_for
        ]
        unread = [name for at, name in enumerate(headers) if name and at not in self.read]
        return Headers(headers, from_file, unread)

    def export(self, table: str, where: str) -> str:
        """Return the select that gives the rows of a table under the names of the headers."""
        names = "".join(
            f", {self._value(f'c{position}')} as {sql_name(name)}"
            for name, position in self.positions.items()
        )
        return f"select row_number{names} from {table} where {where}"

    def prepare(self, connection: duckdb.DuckDBPyConnection, export: str) -> None:
        """Make what the select needs beside `export`, which is given as a select."""
        if "worst_outcome(" in self.select:
            _prepare_outcomes(connection)
        if self.uncombined and self.source:
            dates = ", ".join(filter(is_date, self.columns))
            texts = f"select unnest([{dates}]) as text from ({self.uncombined})"
            prepare_moments(connection, texts, self.source, f"with export as ({export})")

    def _value(self, column: str) -> str:
        value = f"nullif({trimmed(column)}, '')"
        if not self.null:
            return value
        nothing = ", ".join(sql_text(text) for text in self.null)
        return f"case when {trimmed(column)} not in ({nothing}) then {value} end"


def compile_mapping(headers: Sequence[str], source: Source, layout: Layout = COMPLAINTS) -> Mapping:
    """Return how a file with these headers is read.

    Raises:
        FileRejectedError: a needed column is missing, a name of the sources file is no header of
            the file, or an expression is no SQL.
    """
    compiler = _Compiler(headers, source, layout)
    return compiler.whole_select() if source.sql else compiler.mapping()


def is_date(column: str) -> bool:
    """Return whether a layout column holds dates."""
    return column.endswith("_date") or column == "last_updated"


class _Compiler:
    def __init__(self, headers: Sequence[str], source: Source, layout: Layout) -> None:
        self.headers, self.source, self.layout = headers, source, layout
        self.by_matched: dict[str, list[int]] = {}
        for position, header in enumerate(headers):
            self.by_matched.setdefault(matched_header(header), []).append(position)
        self.positions: dict[str, int] = {}
        self.read_for: dict[str, set[int]] = {}

    def mapping(self) -> Mapping:
        """Compile columns, stages and combinations."""
        source = self.source
        of_stages = {column for stage in source.stages.values() for column in stage}
        given = {*source.columns, *of_stages}
        if source.stages:
            given |= {"stage", *STAGE_FACTS}
        named = {matched_header(name) for name in source.headers_named}
        matched = match_headers(self.headers, source, self.layout, given, named)
        common = {name: self._by_header(name, at) for name, at in matched.items()}
        common |= {
            name: sql_text(value)
            for name, value in source.constants.items()
            if name not in common and name not in given
        }
        common |= self._suppliers(source.columns)
        where = []
        if source.where:  # false leaves a row out; a blank, which leaves it open, does not
            where.append(f"({self._expression(source.where, 'where')}) is not false")
        if source.stages:
            selects = self._stage_selects(common, where)
            columns = {*common, *of_stages, "stage"}
        else:
            selects = [self._select(common, where)]
            columns = set(common)
        select = "\nunion all by name\n".join(selects)
        names = tuple(name for name in self.layout.names if name in columns)
        for key in ("values", "split", "one_row_per", "combine"):
            for name in getattr(source, key):
                if name not in columns:
                    raise FileRejectedError("mapped_column_missing", column=name, key=key)
        if source.one_row_per:
            return self._mapping(names, self._combined(select, names), select)
        return self._mapping(names, select)

    def whole_select(self) -> Mapping:
        """Take over the select of the sources file."""
        sql = (self.source.sql or "").strip().rstrip(";")
        for name in self._names_in(sql, "sql"):
            self._position_of(name, "sql", must_exist=False)
        export = ", ".join(f"null::varchar as {sql_name(name)}" for name in self.positions)
        try:
            described = duckdb.execute(
                f"describe with export as (select 1 as row_number{', ' * bool(export)}{export}) "
                f"{sql}"
            ).fetchall()
        except duckdb.Error as error:
            raise FileRejectedError(
                "mapping_select_fails", problem=str(error).splitlines()[0].rstrip(".")
            ) from None
        given = {matched_header(name): name for name, *_ in described}
        names = tuple(name for name in self.layout.names if matched_header(name) in given)
        missing = [name for name in self.layout.needed_names if name not in names]
        if missing:
            raise FileRejectedError("mapping_select_lacks", columns=", ".join(missing))
        columns = ", ".join(
            f"{trimmed_result(sql_name(given[matched_header(name)]))} as {name}" for name in names
        )
        select = f"select row_number() over () as row_number, {columns}\nfrom (\n{sql}\n)"
        return self._mapping(names, select)

    def _mapping(
        self, names: tuple[str, ...], select: str, uncombined: str | None = None
    ) -> Mapping:
        return Mapping(
            tuple(self.headers),
            self.positions,
            names,
            select,
            bool(self.source.stages) and not self.source.one_row_per,
            tuple(self.source.null),
            {name: tuple(sorted(positions)) for name, positions in self.read_for.items()},
            self.source,
            uncombined,
        )

    def _by_header(self, column: str, position: int) -> str:
        name = self.headers[position].strip()
        if self.positions.setdefault(name, position) != position:
            # Another column of the same header is not read; this one has a name of its own.
            name = f"{name} ({position + 1})"
            self.positions[name] = position
        self.read_for.setdefault(column, set()).add(position)
        return self._recoded(column, sql_name(name))

    def _recoded(self, column: str, expression: str) -> str:
        """Return an expression with its values and its separator in the layout's words."""
        if values := self.source.values.get(column):
            cases = " ".join(
                f"when {sql_text(written.strip().lower())} then {sql_text(value)}"
                for written, value in values.items()
            )
            expression = f"case lower({expression}) {cases} else {expression} end"
        if separator := self.source.split.get(column):
            expression = f"replace({expression}, {sql_text(separator)}, ';')"
        return expression

    def _suppliers(self, columns: dict[str, Supplier]) -> dict[str, str]:
        """Return the expression of each column; null for an optional one that is not there."""
        expressions = {}
        for column, supplier in columns.items():
            if supplier.constant is not None:
                expressions[column] = sql_text(supplier.constant)
            elif supplier.sql:
                expression = trimmed_result(self._expression(supplier.sql, column))
                expressions[column] = self._recoded(column, expression)
            else:
                expressions[column] = self._first_filled(column, supplier.headers)
        return expressions

    def _first_filled(self, column: str, headers: Iterable[str]) -> str:
        must_exist = column not in self.source.optional
        names = []
        for header in headers:
            position = self._position_of(header, column, must_exist)
            if position is not None:
                names.append(sql_name(header))
        if not names:
            return "null::varchar"
        filled = names[0] if len(names) == 1 else f"coalesce({', '.join(names)})"
        return self._recoded(column, filled)

    def _position_of(self, name: str, column: str, must_exist: bool = True) -> int | None:
        """Return where a header that the sources file names stands, and read it from there."""
        found = self.by_matched.get(matched_header(name), [])
        exact = [at for at in found if self.headers[at].strip() == name] or found
        if len(exact) > 1:
            raise FileRejectedError(
                "named_header_twice", count=len(exact), header=name, column=column
            )
        if exact:
            self.positions[name] = exact[0]
            self.read_for.setdefault(column, set()).add(exact[0])
            return exact[0]
        if must_exist:
            # with stages, one whose columns are not there is left out
            is_needed = column in self.layout.needed_names and not self.source.stages
            raise FileRejectedError(
                "needed_header_missing" if is_needed else "named_header_missing",
                header=name,
                column=column,
                hint=self._hint(name),
            )
        return None

    def _hint(self, name: str) -> str:
        nearest = nearest_header(name, self.headers)
        return f"; the nearest name found is '{nearest}'" if nearest else ""

    def _expression(self, sql: str, key: str) -> str:
        for name in self._names_in(f"select ({sql})", key):
            if self._position_of(name, key, must_exist=False) is None:
                raise FileRejectedError(
                    "name_in_sql_missing", header=name, column=key, hint=self._hint(name)
                )
        return sql

    def _names_in(self, sql: str, key: str) -> Iterator[str]:
        """Yield the columns that an expression or a select reads."""
        (serialized,) = duckdb.execute("select json_serialize_sql(?::varchar)", [sql]).fetchall()[0]
        parsed = json.loads(serialized)
        if parsed["error"] or len(parsed["statements"]) != 1:
            raise FileRejectedError("mapping_no_sql", key=key)
        nodes = list(_nodes(parsed["statements"]))
        # A lambda's parameter is no column.
        parameters = {
            name
            for node in nodes
            if node.get("class") == "LAMBDA"
            for each in _nodes(node["lhs"])
            for name in each.get("column_names", ())
        }
        for node in nodes:
            if node.get("class") == "STAR":
                raise FileRejectedError("mapping_reads_all", key=key)
            if node.get("class") == "COLUMN_REF" and node["column_names"][-1] not in parameters:
                yield node["column_names"][-1]

    def _select(self, columns: dict[str, str], where: Sequence[str], part: str = "") -> str:
        listed = "".join(
            f",\n    {columns[name]} as {name}" for name in self.layout.names if name in columns
        )
        condition = "\nwhere " + " and ".join(f"({each})" for each in where) if where else ""
        return f"select\n    row_number{', ' * bool(part)}{part}{listed}\nfrom export{condition}"

    def _stage_selects(self, common: dict[str, str], where: list[str]) -> list[str]:
        """Return a select for each stage: a row where its receipt, response or outcome is filled.

        A record of which no stage is filled stays one row of the first, which is then held back
        for its missing date: no record leaves in silence. An outcome by SQL says nothing of this,
        for its `else` is of every record.
        """
        stages = {stage: self._suppliers(columns) for stage, columns in self.source.stages.items()}
        filled = {
            stage: " or ".join(
                f"{columns[name]} is not null"
                for name in ("received_date", "responded_date", "outcome")
                if name in columns and (is_date(name) or self.source.stages[stage][name].headers)
            )
            for stage, columns in stages.items()
        }
        none_filled = " and ".join(f"not ({condition})" for condition in filled.values())
        selects = []
        for number, (stage, columns) in enumerate(stages.items()):
            condition = filled[stage] if number else f"{filled[stage]} or ({none_filled})"
            together = {**common, **columns, "stage": sql_text(stage)}
            selects.append(self._select(together, [*where, condition], f"{number} as part"))
        return selects

    def _combined(self, select: str, names: tuple[str, ...]) -> str:
        """Return a select that makes one row of several; a row without a key stays alone."""
        keys = self.source.one_row_per
        alone = " or ".join(f"{key} is null" for key in keys)
        values = []
        for name in names:
            how = self.source.combine.get(name, COMBINED.get(name, "first"))
            value = name if name in keys else self._combination(name, how)
            values.append(f",\n    {value}{'' if name in keys else f' as {name}'}")
        inner = "\n".join(f"    {line}" for line in select.splitlines())
        return (
            f"select\n    min(row_number) as row_number{''.join(values)}\nfrom (\n{inner}\n)\n"
            f"group by {', '.join(keys)}, case when {alone} then row_number end"
        )

    def _combination(self, name: str, how: str | list[str]) -> str:
        if isinstance(how, list):
            order = "[" + ", ".join(sql_text(each.lower()) for each in how) + "]"
            # A value that is not in the list comes first: it is to be seen.
            return f"arg_min({name}, coalesce(list_position({order}, lower({name})), 0))"
        if how == "join":
            return f"string_agg(distinct {name}, ';' order by {name})"
        if how == "worst":
            return f"worst_outcome(list({name}))"
        # Of a text that is no date nobody knows when it was: it goes first and last, to be seen.
        first_day, last_day = (
            f"coalesce(moment_of({name}), '{day}')" if is_date(name) else "row_number"
            for day in ("0001-01-01", "9999-12-31")
        )
        if how == "first":
            return f"arg_min({name}, {first_day})"
        last = f"arg_max({name}, {last_day})"
        return last if how == "last" else f"case when count({name}) = count(*) then {last} end"


def prepare_moments(
    connection: duckdb.DuckDBPyConnection, texts: str, source: Source, given: str = ""
) -> None:
    """Make the macro moment_of: when a text of a source was, as the night will read it.

    Args:
        connection: where the macro is made.
        texts: a select of the texts, as `text`.
        source: whose texts they are.
        given: what stands before the select.
    """
    dbt = dbt_macros()
    reading = dbt.reading(sql_text(source.dates), sql_text(source.zone))
    connection.execute(
        f"create or replace temporary table date_texts as {given} select distinct text, "
        f"{in_iso_form('text', source)} as written, {reading} as reading "
        f"from ({texts}) where text is not null"
    )
    connection.execute(
        "create or replace temporary table text_moments as select text, moment from date_texts "
        f"inner join ({dbt.written_dates('date_texts')}) using (written, reading)"
    )
    connection.execute(
        "create or replace temporary macro moment_of(given) as "
        "(select moment from text_moments where text = given)"
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every node of a parsed statement."""
    if isinstance(tree, dict):
        yield tree
        for child in tree.values():
            yield from _nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)


def _prepare_outcomes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the macro worst_outcome: the outcome of a complaint from those of its points.

    The worst is the first in the order of the outcomes; upheld with not upheld is partially
    upheld. A text that no synonym knows goes before all: it is to be seen.
    """
    is_built = connection.execute(
        "select count(*) = 2 from information_schema.tables where table_schema = 'staging' "
        "and table_name in ('stg_synonyms', 'stg_outcomes')"
    ).fetchone() == (True,)
    synonyms, outcomes = (
        ("staging.stg_synonyms", "staging.stg_outcomes")
        if is_built
        else (
            f"read_csv({sql_text(str(SEEDS / f'{name}.csv'))})" for name in ("synonyms", "outcomes")
        )
    )
    connection.execute(
        "create or replace temporary table outcome_words as "
        "select written, outcome, outcome_number "
        f"from {synonyms} as words inner join {outcomes} on value = outcome "
        "where field = 'outcome' union "
        f"select replace(outcome, '_', ' '), outcome, outcome_number from {outcomes}"
    )
    connection.execute(
        """
        create or replace temporary macro worst_outcome(texts) as (
            select case
                when bool_or(outcome = 'upheld') and bool_or(outcome = 'not_upheld')
                    and bool_and(outcome is not null) then 'partially_upheld'
                else arg_min(coalesce(outcome, text), coalesce(outcome_number, 0))
            end
            from (
                select unnest(texts) as text,
                    trim(regexp_replace(lower(text), '[^\\pL\\pN]+', ' ', 'g')) as form
            )
            left join outcome_words on form = written
            where text is not null
        )
        """
    )
