from pathlib import Path

import pytest

from complaints.flows.readers.check import describe_sources
from complaints.flows.readers.sources import Authority, Source, read_authority, read_sources
from complaints.warehouse.errors import UsageError
from complaints.warehouse.layout import LAYOUT

DOCS = Path(__file__).parents[2] / "docs"

TWO_SYSTEMS = """
sources:
  - code: casework
    files: exports/casework_*.csv
    rename:
      Case Ref: case_reference
      Date In: Received Date
    constants:
      procedure: statutory
      extension_agreed: no
  - code: portal
    database:
      url_env: PORTAL_URL
      table: complaints.stages
"""


def write_sources(folder: Path, text: str) -> Path:
    (folder / "exports").mkdir(exist_ok=True)
    path = folder / "sources.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_is_one_source(tmp_path):
    (source,) = read_sources(tmp_path)
    assert source.code == "complaints"
    assert source.folder_and_pattern == (tmp_path / ".", "*")


def test_a_sources_file_names_several(tmp_path):
    casework, portal = read_sources(write_sources(tmp_path, TWO_SYSTEMS))
    assert casework.rename == {"Case Ref": "case_reference", "Date In": "received_date"}
    assert casework.constants == {"procedure": "statutory", "extension_agreed": "no"}
    assert casework.folder_and_pattern == (tmp_path / "exports", "casework_*.csv")
    assert portal.database.table == "complaints.stages"
    assert portal.files is None


def test_a_sources_file_names_the_authority(tmp_path):
    named = "authority: {code: bromley, name: London Borough of Bromley}\n" + TWO_SYSTEMS
    path = write_sources(tmp_path, named)
    assert [source.code for source in read_sources(path)] == ["casework", "portal"]
    assert read_authority(path) == Authority(code="bromley", name="London Borough of Bromley")


@pytest.mark.parametrize("text", [None, TWO_SYSTEMS])
def test_without_a_name_there_is_one_authority(tmp_path, text):
    path = write_sources(tmp_path, text) if text else tmp_path
    assert read_authority(path) == Authority(code="council", name="")


@pytest.mark.parametrize(
    ("authority", "words"),
    [
        ("{code: London Borough}", "key 'authority': key 'code', needs 1 to 20 lower-case letters"),
        ("{code: a, title: b}", "key 'authority': key 'title', is not a key that is known here"),
        ("Bromley", "key 'authority': needs keys and values"),
    ],
)
def test_an_authority_that_cannot_be_used_is_one_sentence(tmp_path, authority, words):
    path = write_sources(tmp_path, f"authority: {authority}\n{TWO_SYSTEMS}")
    for read in (read_authority, describe_sources):
        with pytest.raises(UsageError, match=words):
            read(path)


def test_a_pattern_may_leave_the_folder_of_the_sources_file(tmp_path):
    inner = tmp_path / "settings"
    inner.mkdir()
    (tmp_path / "exports").mkdir()
    path = inner / "sources.yml"
    path.write_text("sources: [{code: a, files: '../exports/*.csv'}]")
    (source,) = read_sources(path)
    folder, pattern = source.folder_and_pattern
    assert folder.resolve() == tmp_path / "exports"
    assert pattern == "*.csv"


def test_one_file_can_be_named_though_its_name_looks_like_a_pattern(tmp_path):
    path = write_sources(tmp_path, "sources: [{code: a, files: 'exports/all [1].csv'}]")
    (tmp_path / "exports" / "all [1].csv").write_text("x")
    (source,) = read_sources(path)
    folder, pattern = source.folder_and_pattern
    assert [found.name for found in folder.glob(pattern)] == ["all [1].csv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs the key 'sources'"),
        ("sources: []", "at least one source"),
        ("sources: [", "line 1 is not valid YAML"),
        ("files: x", "needs the key 'sources'"),
        ("authority: {code: a}", "needs the key 'sources'"),
        ("sources: [exports]", "source 1, needs keys"),
        ("sources: [{files: exports}]", "key 'code', is missing"),
        ("sources: [{code: Case Work, files: exports}]", "key 'code', needs 1 to 20 lower-case"),
        (f"sources: [{{code: {'a' * 21}, files: exports}}]", "key 'code', needs 1 to 20"),
        ("sources: [{code: a}]", "needs either 'files' or 'database'"),
        ("sources: [{code: a, files: ''}]", "key 'files', is empty"),
        ("sources: [{code: a, files: nowhere/*.csv}]", "key 'files': the folder"),
        ("sources: [{code: a, files: exports/a.csv}]", "does not exist"),
        ("sources: [{code: a, files: exports, folder: b}]", "key 'folder', is not a key"),
        ("sources: [{code: a, files: exports, base_folder: b}]", "key 'base_folder', is not"),
        ("sources: [{code: a, files: exports, rename: {Ref: case_ref}}]", "'case_reference'?"),
        ("sources: [{code: a, files: exports, rename: x}]", "key 'rename', needs keys"),
        (
            "sources: [{code: a, files: exports, rename: {Ref: stage, REF: outcome}}]",
            "gives the header 'REF' to two columns",
        ),
        (
            "sources: [{code: a, files: exports, constants: {stage: }}]",
            "constants.stage', is empty",
        ),
        (
            "sources: [{code: a, files: exports, rename: {S: stage}, constants: {stage: '1'}}]",
            "has 'stage' both under 'rename' and under 'constants'",
        ),
        ("sources: [{code: a, files: exports}, {code: a, files: exports}]", "two sources with the"),
        (
            "sources: [{code: a, files: exports}, {code: a, files: ., dates: month-first}]",
            "the entries of the source 'a' differ in 'dates'",
        ),
        ("sources: [{code: a, files: exports, zone: Europe/Paris}]", "Europe/London, UTC"),
        ("sources: [{code: a, files: exports, dates: US}]", "needs one of day-first"),
        ("sources: [{code: a, files: exports, reference_pattern: '['}]", "no regular expression"),
        ("sources: [{code: a, files: exports, door: {rows_shar: 1}}]", "mean 'rows_share'?"),
        ("sources: [{code: a, files: exports, door: {rows_share: 30}}]", "which is at most 1"),
        ("sources: [{code: a, files: exports, door: {rows_from: 0}}]", "which is at least 1"),
        ("sources: [{code: a, code: b, files: exports}]", "the key 'code' is given twice"),
        ("sources: [{code: a, database: {url_env: URL}}]", "needs either 'table' or 'query'"),
        (
            "sources: [{code: a, database: {url_env: URL, table: t, query: select 1}}]",
            "needs either 'table' or 'query'",
        ),
        ("sources: [{code: a, database: {table: t}}]", "key 'database.url_env', is missing"),
    ],
)
def test_a_wrong_sources_file_is_one_sentence(tmp_path, text, words):
    path = write_sources(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_sources(path)
    message = str(caught.value)
    assert words in message
    assert message.startswith(str(path))
    assert message.endswith(".")
    assert "\n" not in message


def test_a_url_in_the_wrong_place_is_not_repeated(tmp_path):
    path = write_sources(
        tmp_path,
        "sources: [{code: a, database: {url_env: 'postgresql://me:secret@host/x', table: t}}]",
    )
    with pytest.raises(UsageError, match="not the URL itself") as caught:
        read_sources(path)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere", "export.csv"])
def test_a_path_that_is_no_source(tmp_path, name):
    (tmp_path / "export.csv").write_text("x")
    with pytest.raises(UsageError, match=name):
        read_sources(tmp_path / name)


def test_a_sources_file_that_is_not_there_or_not_text(tmp_path):
    with pytest.raises(UsageError, match="cannot be opened"):
        read_sources(tmp_path / "sources.yml")
    (tmp_path / "sources.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="save it as UTF-8"):
        read_sources(tmp_path / "sources.yml")


def test_the_definition_hash_follows_what_decides_the_reading():
    def hash_of(**settings: object) -> str:
        return Source(code="a", files="exports", **settings).definition_hash

    plain = hash_of()
    assert plain == Source(code="b", files="elsewhere").definition_hash
    assert plain != hash_of(rename={"Ref": "case_reference"})
    assert plain != hash_of(constants={"procedure": "corporate"})


def test_the_docs_show_the_layout_as_it_is():
    text = (DOCS / "connect.md").read_text(encoding="utf-8")
    for column in LAYOUT:
        needed = "yes" if column.is_needed else ""
        assert f"| `{column.name}` | {needed} | {column.meaning} |" in text


def test_the_examples_of_the_docs_are_sources_files(tmp_path):
    text = (DOCS / "connect.md").read_text(encoding="utf-8")
    examples = [part.split("```")[0] for part in text.split("```yaml\n")[1:]]
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "tracker.xlsx").write_bytes(b"")
    read = [read_sources(write_sources(tmp_path, example)) for example in examples]
    assert [[source.code for source in sources] for sources in read] == [
        ["casework", "portal"],
        ["casework"],
        ["tracker"],
        ["crm"],
    ]


def test_every_key_is_on_the_page():
    text = (DOCS / "connect.md").read_text(encoding="utf-8")
    for key in {*Source.model_fields, "preset"} - {"code", "base_folder", "more", "sheets_named"}:
        assert f"`{key}`" in text.split("| Key | Says |")[1].split("\n\n")[0], key
