"""The sources of a night: one folder of exports, or several systems named in a sources file."""

import difflib
import glob
import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import duckdb
import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from complaints.warehouse.errors import UsageError
from complaints.warehouse.layout import LAYOUT_NAMES, matched_header
from complaints.warehouse.settings import DOOR_SETTINGS

DEFAULT_CODE = "complaints"
SOURCES_FILE_ENDINGS = (".yml", ".yaml")
DAY_FIRST, LONDON = "day-first", "Europe/London"
ORDERS = (DAY_FIRST, "month-first", "year-first")
ZONES = (LONDON, "UTC")
READING = {"dates", "zone", "reference_pattern"}

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


class Source(BaseModel):
    """One system that complaints come from; its code is part of every key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    files: Text | None = None
    database: DatabaseInput | None = None
    rename: dict[str, Text] = {}
    constants: dict[str, Text] = {}
    dates: Text = DAY_FIRST
    zone: Text = LONDON
    reference_pattern: Text | None = None
    door: dict[str, float] = {}
    base_folder: Path = Path()

    @field_validator("code")
    @classmethod
    def _code_is_short(cls, code: str) -> str:
        if not _CODE.fullmatch(code):
            raise ValueError("needs 1 to 20 lower-case letters, digits or underscores")
        return code

    @field_validator("rename")
    @classmethod
    def _rename_gives_layout_columns(cls, rename: dict[str, str]) -> dict[str, str]:
        columns = {header: _layout_column(column) for header, column in rename.items()}
        targets: dict[str, str] = {}
        for header, column in columns.items():
            if targets.setdefault(matched_header(header), column) != column:
                raise ValueError(f"gives the header '{header}' to two columns")
        return columns

    @field_validator("constants")
    @classmethod
    def _constants_fill_layout_columns(cls, constants: dict[str, str]) -> dict[str, str]:
        return {_layout_column(column): value for column, value in constants.items()}

    @field_validator("dates")
    @classmethod
    def _dates_name_an_order(cls, dates: str) -> str:
        if dates not in ORDERS and "%" not in dates:
            raise ValueError(f"needs one of {', '.join(ORDERS)}, or a pattern such as %d %b %Y")
        return dates

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, zone: str) -> str:
        if zone not in ZONES:
            raise ValueError(f"needs one of {', '.join(ZONES)}")
        return zone

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
        return door

    @model_validator(mode="after")
    def _one_input_and_one_supplier_for_each_column(self) -> "Source":
        if (self.files is None) == (self.database is None):
            raise ValueError("needs either 'files' or 'database'")
        for column in sorted(set(self.rename.values()) & set(self.constants)):
            raise ValueError(f"has '{column}' both under 'rename' and under 'constants'")
        return self

    def without_mapping(self) -> "Source":
        """Return the source as its files are read by the layout's own names."""
        return self.model_copy(update={"rename": {}, "constants": {}})

    @property
    def unusual_reading(self) -> dict[str, str]:
        """How the source writes dates and times, where it is not as the layout says."""
        return self.model_dump(include={"dates", "zone"}, exclude_defaults=True)

    @property
    def definition_hash(self) -> str:
        """A hash of all that decides how the source's content is read, other than its content."""
        definition = self.model_dump(mode="json", include={"rename", "constants", "database"})
        definition |= self.model_dump(mode="json", include=READING, exclude_defaults=True)
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
    entries = _entries(path)
    sources = [_source(path, number, entry) for number, entry in enumerate(entries, start=1)]
    codes = [source.code for source in sources]
    for code in codes:
        if codes.count(code) > 1:
            raise UsageError("source_code_twice", path=path, code=code)
    return sources


def _entries(path: Path) -> list[Any]:
    """Return what is under `sources`, every scalar as its text."""
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
    if not isinstance(content, dict) or list(content) != ["sources"]:
        raise UsageError("sources_key_missing", path=path)
    entries = content["sources"]
    if not isinstance(entries, list) or not entries:
        raise UsageError("sources_list_empty", path=path)
    return entries


def _source(path: Path, number: int, entry: Any) -> Source:
    """Return one source of a sources file, or say which key is wrong."""
    place = f"{path}, source {number}"
    if not isinstance(entry, dict):
        raise UsageError("source_without_keys", place=place)
    if "base_folder" in entry:
        raise UsageError("source_key_unknown", place=place)
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


def _first_problem(error: ValidationError) -> str:
    """Return a validation error's first problem as words, without the value that caused it."""
    problem = error.errors(include_input=False, include_url=False)[0]
    words = _PLAIN_WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    key = ".".join(str(part) for part in problem["loc"])
    return f"key '{key}', {words}" if key else words


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
