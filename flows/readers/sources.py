"""The sources of a night: one folder of exports, or several systems named in a sources file."""

import difflib
import glob
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    NonNegativeInt,
    PositiveInt,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from complaints.warehouse.errors import UsageError
from complaints.warehouse.layout import LAYOUT_NAMES, matched_header
from complaints.warehouse.settings import DOOR_SETTINGS, Settings

DEFAULT_CODE = "complaints"
SOURCES_FILE_ENDINGS = (".yml", ".yaml")
DAY_FIRST = "day-first"
DATE_ORDERS = (DAY_FIRST, "month-first", "year-first")
LOCAL_ZONE = "Europe/London"
ZONES = (LOCAL_ZONE, "UTC")
# What is said of a source as a whole: the same in all its entries.
OF_THE_SOURCE = ("dates", "zone", "reference_pattern", "sla", "door")
# How its dates are written, in the optional inputs too.
OF_ITS_DATES = ("dates", "zone")
PRESETS_FOLDER = Path(__file__).parent / "presets"
# The keys that decide how a file is read, other than the first three there were.
MAPPING_KEYS = (
    "read",
    "null",
    "dates",
    "zone",
    "reference_pattern",
    "sla",
    "where",
    "columns",
    "optional",
    "values",
    "split",
    "stages",
    "one_row_per",
    "combine",
    "sql",
)

_LAYOUT_BY_MATCHED = {matched_header(name): name for name in LAYOUT_NAMES}
_WILDCARD = re.compile(r"[*?\[]")
_CODE = re.compile(r"[a-z0-9_]{1,20}")
_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key that is known here",
    "model_type": "needs keys and values",
    "model_attributes_type": "needs keys and values",
    "dict_type": "needs keys and values",
    "string_type": "needs a single value",
    "string_too_short": "is empty",
}

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Authority(BaseModel):
    """Whose complaints these are: part of every key where the marts of several lie together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = "council"
    name: str = ""  # as in the report's title

    @field_validator("code")
    @classmethod
    def _code_is_short(cls, code: str) -> str:
        return _short_code(code)


class DatabaseInput(BaseModel):
    """A table or a query of a database, whose URL is held by an environment variable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url_env: Text
    table: Text | None = None
    query: Text | None = None

    @field_validator("url_env")
    @classmethod
    def _url_env_is_a_name(cls, url_env: str) -> str:
        # The value is not repeated: somebody may have put the URL here, with its password.
        if not _VARIABLE_NAME.fullmatch(url_env):
            raise ValueError("needs the name of an environment variable, not the URL itself")
        return url_env

    @model_validator(mode="after")
    def _one_of_table_and_query(self) -> "DatabaseInput":
        if (self.table is None) == (self.query is None):
            raise ValueError("needs either 'table' or 'query'")
        return self

    @property
    def name(self) -> str:
        """What is shown as the file's name: the table, or 'query'."""
        return self.table or "query"


class Supplier(BaseModel):
    """Where the values of a layout column come from: headers, a constant, or an expression."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headers: tuple[Text, ...] = ()  # the first that is filled
    constant: str | None = None
    sql: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_it_is_written(cls, written: Any) -> Any:
        if isinstance(written, str) and written.startswith("="):
            return {"constant": written[1:].strip()}
        if isinstance(written, str):
            return {"headers": [written]}
        if isinstance(written, list) and written:
            return {"headers": written}
        if isinstance(written, dict) and set(written) == {"sql"}:
            return written
        raise ValueError("needs a header, a list of headers, =constant or {sql: …}")


class ReadOptions(BaseModel):
    """How a file is written, where the file itself does not show it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    header: PositiveInt | None = None  # the line with the headers, counted from 1
    footer: NonNegativeInt = 0  # how many last rows are no records
    sheet: Text | None = None
    encoding: Text | None = None
    records: Text | None = None  # the element or key that holds one record
    short_rows: Literal["hold", "fill"] = "hold"
    trailing_delimiter: Literal["hold", "drop"] = "hold"

    @field_validator("delimiter", mode="before")
    @classmethod
    def _tab_in_letters(cls, delimiter: Any) -> Any:
        return "\t" if delimiter in ("tab", "\\t") else delimiter

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f"names '{encoding}', which is no encoding that is known") from None
        return encoding


ByColumn = Annotated[dict[str, Supplier], AfterValidator(lambda given: _by_layout_column(given))]
Combining = Literal["first", "last", "last_of_all", "join", "worst"] | list[Text]


class Source(BaseModel):
    """One entry of a sources file: files or a database, and how they are read as the layout.

    Its code is part of every key. Several entries under one code are one source: the first, with
    the others in `more`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    files: Text | None = None
    database: DatabaseInput | None = None
    rename: dict[str, Text] = {}
    constants: dict[str, Text] = {}
    read: ReadOptions = ReadOptions()
    stamp: Text | None = None  # how the date in a file's name is written: %d%m%y
    null: list[str] = []  # texts that mean that there is nothing
    dates: Text = DAY_FIRST
    zone: Text = LOCAL_ZONE
    reference_pattern: Text | None = None
    sla: Literal["source_target"] | None = None  # its target dates are the limits
    door: dict[str, float] = {}
    where: Text | None = None
    columns: ByColumn = {}
    optional: list[Text] = []  # layout columns whose headers may be missing
    values: dict[str, dict[str, str]] = {}
    split: dict[str, Annotated[str, StringConstraints(min_length=1)]] = {}
    stages: dict[str, ByColumn] = {}
    one_row_per: list[Text] = []
    combine: dict[str, Combining] = {}
    sql: Text | None = None
    base_folder: Path = Path()
    sheets_named: tuple[Text, ...] = ()  # by any entry of the file
    more: tuple["Source", ...] = ()

    @field_validator("code")
    @classmethod
    def _code_is_short(cls, code: str) -> str:
        return _short_code(code)

    @field_validator("rename")
    @classmethod
    def _rename_gives_layout_columns(cls, rename: dict[str, str]) -> dict[str, str]:
        columns = {header: _layout_column(column) for header, column in rename.items()}
        targets: dict[str, str] = {}
        for header, column in columns.items():
            if targets.setdefault(matched_header(header), column) != column:
                raise ValueError(f"gives the header '{header}' to two columns")
        return columns

    @field_validator("constants", "values", "split", "combine")
    @classmethod
    def _keys_are_layout_columns(cls, given: dict[str, Any]) -> dict[str, Any]:
        return _by_layout_column(given)

    @field_validator("optional", "one_row_per")
    @classmethod
    def _items_are_layout_columns(cls, given: list[str]) -> list[str]:
        return [_layout_column(column) for column in given]

    @field_validator("dates")
    @classmethod
    def _dates_are_an_order_or_a_pattern(cls, dates: str) -> str:
        if dates not in DATE_ORDERS and not _is_pattern(dates):
            raise ValueError(
                f"needs one of {', '.join(DATE_ORDERS)}, or a pattern of day, month and year such "
                "as '%d.%m.%Y'"
            )
        return dates

    @field_validator("stamp")
    @classmethod
    def _stamp_is_a_pattern(cls, stamp: str) -> str:
        if not _is_pattern(stamp):
            raise ValueError("needs a pattern of day, month and year such as '%d%m%y'")
        return stamp

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        if zone not in ZONES:
            raise ValueError(f"needs one of {', '.join(ZONES)}")
        return zone

    @field_validator("stages")
    @classmethod
    def _stages_have_dates(
        cls, stages: dict[str, dict[str, Supplier]]
    ) -> dict[str, dict[str, Supplier]]:
        for stage, columns in stages.items():
            if "received_date" not in columns:
                raise ValueError(f"needs a received_date for {stage}")
            if "stage" in columns or "case_reference" in columns:
                raise ValueError(f"has case_reference or stage under {stage}; give it in 'columns'")
        return stages

    @field_validator("reference_pattern")
    @classmethod
    def _pattern_can_be_used(cls, pattern: str | None) -> str | None:
        try:
            duckdb.execute("select regexp_full_match('', $pattern)", {"pattern": pattern})
        except duckdb.Error:
            raise ValueError("is no regular expression that can be used") from None
        return pattern

    @field_validator("door")
    @classmethod
    def _door_has_settings(cls, door: dict[str, float]) -> dict[str, float]:
        for name in set(door) - set(DOOR_SETTINGS):
            raise ValueError(
                f"has '{name}', which is no setting of the door{_hint(name, DOOR_SETTINGS)}"
            )
        for name, value in door.items():
            for limit in Settings.model_fields[f"door_{name}"].metadata:
                if value < getattr(limit, "ge", value):
                    raise ValueError(f"has {value:g} for '{name}', which is at least {limit.ge}")
                if value > getattr(limit, "le", value):
                    raise ValueError(f"has {value:g} for '{name}', which is at most {limit.le}")
        return door

    @model_validator(mode="after")
    def _one_input_and_one_supplier_for_each_column(self) -> "Source":
        if (self.files is None) == (self.database is None):
            raise ValueError("needs either 'files' or 'database'")
        renamed = set(self.rename.values())
        for one, other, both in (
            ("rename", "constants", renamed & set(self.constants)),
            ("rename", "columns", renamed & set(self.columns)),
            ("columns", "constants", set(self.columns) & set(self.constants)),
        ):
            for column in sorted(both):
                raise ValueError(f"has '{column}' both under '{one}' and under '{other}'")
        steps = ("rename", "constants", "columns", "where", "stages", "one_row_per")
        other_steps = [name for name in (*steps, "values", "split") if getattr(self, name)]
        if self.sql and other_steps:
            raise ValueError(f"has 'sql' and '{other_steps[0]}'; the select does all of it")
        if self.stages and "stage" in {*self.columns, *self.constants, *renamed}:
            raise ValueError("has 'stages', which give the stage, and another supplier of 'stage'")
        if self.combine and not self.one_row_per:
            raise ValueError("has 'combine' without 'one_row_per'")
        for column in self.combine:
            if column in self.one_row_per:
                raise ValueError(f"has '{column}' both under 'one_row_per' and under 'combine'")
            if self.combine[column] == "worst" and column != "outcome":
                raise ValueError(f"has 'worst' for '{column}'; only an outcome has an order")
        return self

    @property
    def entries(self) -> tuple["Source", ...]:
        """The entries of the sources file under this code."""
        return (self, *self.more)

    @property
    def has_mapping(self) -> bool:
        """Whether the sources file says how the columns become the layout's."""
        return self != self.without_mapping()

    @property
    def headers_named(self) -> set[str]:
        """The headers that the mapping names, other than within SQL."""
        suppliers = [self.columns, *self.stages.values()]
        return {name for each in suppliers for column in each.values() for name in column.headers}

    def without_mapping(self) -> "Source":
        """Return the source as its files are read by the layout's own names."""
        plain = {name: _plain(name) for name in MAPPING_KEYS if name not in OF_ITS_DATES}
        return self.model_copy(
            update={"rename": {}, "constants": {}}
            | plain
            | {"more": tuple(entry.without_mapping() for entry in self.more)}
        )

    @property
    def unusual_reading(self) -> dict[str, str]:
        """How the source writes dates and times, where it is not as the layout says."""
        return self.model_dump(include=set(OF_ITS_DATES), exclude_defaults=True)

    @property
    def definition_hash(self) -> str:
        """A hash of all that decides how the source's content is read, other than its content.

        What is not given is left out, so that a new key changes no source that lacks it.
        """
        definition = self.model_dump(mode="json", include={"rename", "constants", "database"})
        definition |= self.model_dump(mode="json", include=set(MAPPING_KEYS), exclude_defaults=True)
        if self.more:
            definition["more"] = [entry.definition_hash for entry in self.more]
        return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()

    @property
    def folder_and_pattern(self) -> tuple[Path, str]:
        """The folder of the files, and the pattern of their names within it."""
        if self.files is None:
            raise ValueError(f"The source {self.code} has no files.")
        path = self.base_folder / self.files
        if path.is_dir():
            return path, "*"
        parts = path.parts
        wild = next((i for i, part in enumerate(parts) if _WILDCARD.search(part)), None)
        if wild is None or path.is_file():
            return path.parent, glob.escape(path.name)
        return Path(*parts[:wild]), str(Path(*parts[wild:]))


def read_sources(path: Path) -> list[Source]:
    """Return the sources that a folder of exports, or a sources file, describes."""
    if path.is_dir():
        return [Source(code=DEFAULT_CODE, files=".", base_folder=path)]
    if path.suffix.lower() not in SOURCES_FILE_ENDINGS:
        raise UsageError("source_unusable" if path.exists() else "source_missing", path=path)
    entries = _content(path)["sources"]
    sources = [_source(path, number, entry) for number, entry in enumerate(entries, start=1)]
    named = tuple(source.read.sheet for source in sources if source.read.sheet)
    sources = [source.model_copy(update={"sheets_named": named}) for source in sources]
    by_code: dict[str, list[Source]] = {}
    for source in sources:
        by_code.setdefault(source.code, []).append(source)
    for code, entries_of_code in by_code.items():
        given = [(entry.files, entry.database, entry.read) for entry in entries_of_code]
        if len(given) > 1 and (len(set(given)) < len(given) or any(each[1] for each in given)):
            raise UsageError("source_code_twice", path=path, code=code)
        for key in OF_THE_SOURCE:
            if any(
                getattr(entry, key) != getattr(entries_of_code[0], key) for entry in entries_of_code
            ):
                raise UsageError("source_entries_differ", path=path, code=code, key=key)
    return [first.model_copy(update={"more": tuple(others)}) for first, *others in by_code.values()]


def read_authority(path: Path) -> Authority:
    """Return the authority that a sources file names, and without one the authority there is."""
    if path.is_dir():
        return Authority()
    try:
        return Authority.model_validate(_content(path).get("authority", {}))
    except ValidationError as error:
        problem = _first_problem(error)
        raise UsageError("authority_unusable", path=path, problem=problem) from None


def _content(path: Path) -> dict[str, Any]:
    """Return what a sources file says, every scalar as its text."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_TextLoader)
    except OSError as error:
        raise UsageError("sources_file_not_opened", path=path, reason=error.strerror) from None
    except UnicodeDecodeError:
        raise UsageError("sources_file_not_utf_8", path=path) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f", line {mark.line + 1}" if mark else ""
        raise UsageError(
            "sources_file_not_yaml_at", path=path, place=place, problem=error.problem
        ) from None
    except yaml.YAMLError:
        raise UsageError("sources_file_not_yaml", path=path) from None
    if not isinstance(content, dict) or set(content) - {"authority"} != {"sources"}:
        raise UsageError("sources_key_missing", path=path)
    if not isinstance(content["sources"], list) or not content["sources"]:
        raise UsageError("sources_list_empty", path=path)
    return content


def _source(path: Path, number: int, entry: Any) -> Source:
    """Return one source of a sources file, or say which key is wrong."""
    place = f"{path}, source {number}"
    if not isinstance(entry, dict):
        raise UsageError("source_without_keys", place=place)
    for key in {"base_folder", "more", "sheets_named"} & set(entry):
        raise UsageError("source_key_unknown", place=place, key=key)
    if "preset" in entry:
        entry = _over_preset(place, entry)
    try:
        source = Source.model_validate({**entry, "base_folder": path.resolve().parent})
    except ValidationError as error:
        problem = _first_problem(error)
        raise UsageError("source_key_unusable", place=place, problem=problem) from None
    if source.files is not None:
        folder, pattern = source.folder_and_pattern
        if not folder.is_dir():
            raise UsageError("source_folder_missing", place=place, folder=folder)
        if not _WILDCARD.search(pattern) and not (folder / pattern).exists():
            raise UsageError("source_file_missing", place=place, path=folder / pattern)
    return source


def _over_preset(place: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return a preset's keys with those of the entry laid over them."""
    name = entry["preset"]
    presets = {path.stem: path for path in sorted(PRESETS_FOLDER.glob("*.yml"))}
    if name not in presets:
        raise UsageError("preset_unknown", place=place, preset=name, presets=", ".join(presets))
    preset = yaml.load(presets[name].read_text(encoding="utf-8"), Loader=_TextLoader)
    return _laid_over(preset, {key: value for key, value in entry.items() if key != "preset"})


def _laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return one mapping over another; what is a mapping in both is laid over in turn."""
    both = {
        key: _laid_over(below[key], above[key])
        for key in above
        if isinstance(above[key], dict)
        and isinstance(below.get(key), dict)
        and set(above[key]) != {"sql"}
    }
    return below | above | both


def _first_problem(error: ValidationError) -> str:
    """Return a validation error's first problem as words, without the value that caused it."""
    problem = error.errors(include_input=False, include_url=False)[0]
    words = _PLAIN_WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    key = ".".join(str(part) for part in problem["loc"])
    return f"key '{key}', {words}" if key else words


def _by_layout_column(given: dict[str, Any]) -> dict[str, Any]:
    """Return what is given by column, under the layout's spelling of its name."""
    columns = {_layout_column(name): value for name, value in given.items()}
    if len(columns) < len(given):
        raise ValueError("gives a column twice")
    return columns


def _is_pattern(text: str) -> bool:
    """Return whether a text has the marks of a day: year, month and day as strptime names them."""
    marks = set(re.findall("%.", text))
    return all(marks & set(part) for part in (("%Y", "%y"), ("%m", "%b", "%B"), ("%d",)))


def _short_code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise ValueError("needs 1 to 20 lower-case letters, digits or underscores")
    return code


def _plain(name: str) -> Any:
    """Return what a key of the mapping is when it is not given."""
    return Source.model_fields[name].default


def _layout_column(name: str) -> str:
    """Return the layout's spelling of a column's name."""
    column = _LAYOUT_BY_MATCHED.get(matched_header(name))
    if column is None:
        raise ValueError(f"names '{name}', which is not a column of the layout{_hint(name)}")
    return column


def _hint(name: str, names: Iterable[str] = LAYOUT_NAMES) -> str:
    nearest = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""


class _TextLoader(yaml.BaseLoader):
    """Reads every scalar as text ('no' stays 'no', 1 stays '1') and refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen and isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key_node.value}' is given twice", key_node.start_mark
                )
            if isinstance(key_node, yaml.ScalarNode):
                seen.add(key_node.value)
        return super().construct_mapping(node, deep)
