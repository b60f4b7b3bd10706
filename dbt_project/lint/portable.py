"""Refuse words that only one engine knows, outside the files that hold what is particular to it.

`make lint` runs it over the project; it names file, line, word and what to write instead.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).resolve().parents[1]
OF_ONE_ENGINE = ("macros/engines.sql", "macros/materializations.sql", "macros/spark.sql")
CHECKED = ("models/**/*.sql", "tests/**/*.sql", "macros/**/*.sql", "models/**/*.yml", "seeds/*.yml")

IN_ENGINES = "a macro of macros/engines.sql"
# What is refused, as a pattern, and what both engines know.
WORDS = {
    r"\bqualify\b": "a ranked CTE and a condition on it",
    r"\bexclude\s*\(": "the columns by name",
    r"\*\s*(rename|replace)\s*\(": "the columns by name",
    r"\bunion\s+(all\s+)?by\s+name\b": "union all of the same columns",
    r"\bfilter\s*\(\s*where\b": "count_where, or case when … end",
    r"::\s*[a-z]": "cast(… as …)",
    r"\b(varchar|text\[\]|hugeint|ubigint)\b(?!\s*\()": "string or bigint",
    r"\b(anti|semi|asof|positional)\s+join\b": "exists, or not exists",
    r"\barg_(max|min)\s*\(": "max_by or min_by",
    r"\b(starts_with|startswith)\s*\(": "instr(…) = 1",
    r"\b(strftime|strptime|try_strptime|date_format|to_date|to_timestamp)\s*\(": "cast",
    r"(?<![:/])//(?!/)|\bdiv\b": f"{IN_ENGINES}: whole_quotient",
    r"\b(unnest|explode|posexplode)\s*\(|\blateral\s+view\b": f"{IN_ENGINES}: row_for_each",
    r"\b(len|size|array_size|cardinality)\s*\(": f"{IN_ENGINES}: list_length",
    r"\b(array_to_string|array_join)\s*\(": f"{IN_ENGINES}: list_joined",
    r"\b(string_agg|listagg|group_concat|collect_list|collect_set)\s*\(": (
        f"{IN_ENGINES}: texts_joined, or array_agg"
    ),
    r"\b(list|array)_(value|filter|transform|distinct_by|contains_all)\s*\(|\blist_[a-z]+\s*\("
    r"|\blambda\b|\btransform\s*\(": IN_ENGINES,
    r"\bregexp_[a-z_]+\s*\(|\b[ri]?rlike\b|\bsimilar\s+to\b": (
        f"{IN_ENGINES}: has_match, is_of_pattern, matched_part or matches_replaced"
    ),
    r"(?<![\w'])r'": IN_ENGINES,
    r"(?<=\w)''(?=\w)": "chr(39): Spark joins the parts of a text and leaves the quote out",
    r"\b(generate_series|range|sequence)\s*\(": f"{IN_ENGINES}: every_day",
    r"\b(isodow|dayofweek|weekday)\s*\(": f"{IN_ENGINES}: day_of_week",
    r"\b(date_diff|datediff|timestampdiff|date_sub|age|epoch\w*)\s*\(": (
        f"{IN_ENGINES}: days_between"
    ),
    r"\b(timezone|convert_timezone|from_utc_timestamp)\s*\(": f"{IN_ENGINES}: london_time",
    r"(?<!raise_)\berror\(|\braise_error\(": f"{IN_ENGINES}: fail_with",
    r"\bchr\((25[6-9]|2[6-9]\d|[3-9]\d\d|\d{4,})\)": "url_decode: Spark takes chr() by 256",
    r"\b(struct_pack|named_struct|map_from_arrays|row)\s*\(": IN_ENGINES,
    r"\b(string_split|str_split|jaro_winkler_similarity|jaccard)\s*\(": "split, or levenshtein",
    r"\b(stack|pivot|unpivot)\s*\(": f"{IN_ENGINES}: rows_of_columns",
}
# A macro's own name is no word of an engine.
MACROS = re.compile(r"\b(list_of|list_length|list_joined)\s*\(")
COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*|\{%-?\s*(?:end)?macro[^%]*%\}", re.DOTALL)


class Word(NamedTuple):
    """A word that one engine alone knows, and where it stands."""

    line: int
    word: str
    instead: str


def words_of_one_engine(text: str) -> Iterator[Word]:
    """Give the words that one engine alone knows, comments left out."""

    def blank(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", found[0])

    bare = MACROS.sub(blank, COMMENTS.sub(blank, text))
    for pattern, instead in WORDS.items():
        for found in re.finditer(pattern, bare, re.IGNORECASE):
            yield Word(bare.count("\n", 0, found.start()) + 1, found[0], instead)


def problems(project: Path = PROJECT) -> list[str]:
    """Return a sentence for each such word of a dbt project."""
    paths: Iterable[Path] = (path for pattern in CHECKED for path in project.glob(pattern))
    return [
        f"{path.relative_to(project.parent)}:{found.line}: `{found.word.strip()}` is not known to "
        f"both DuckDB and Spark; write {found.instead}"
        for path in sorted(paths)
        if path.relative_to(project).as_posix() not in OF_ONE_ENGINE
        for found in sorted(words_of_one_engine(path.read_text(encoding="utf-8")))
    ]


if __name__ == "__main__":
    found = problems()
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))
