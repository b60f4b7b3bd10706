"""Read a rendered report as a member of the public would: from the files, not from the product.

Every text of the page, of the Word file and of the JSON is taken, with those of charts, pictures
and their alternative texts.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from helpers.html_page import read_page, text_of

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MARKS = {f"{WORD}noBreakHyphen": "-", f"{WORD}tab": " ", f"{WORD}br": " "}
UNSEEN = {"style", "script", "clippath", "defs"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
TEXTS = HEADINGS | {"p", "li", "dt", "dd", "figcaption", "title", "desc", "caption"}


@dataclass
class Table:
    """A table with the words around it."""

    section: str
    title: str
    columns: list[str]
    rows: list[list[str]]


@dataclass
class Document:
    """What can be read in a rendering."""

    tables: list[Table] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    drawn: dict[str, list[str]] = field(default_factory=dict)  # numbers in charts, by title

    @property
    def sentences(self) -> list[str]:
        """The texts outside tables, one sentence each; a chart's text is one."""
        return [
            each
            for text in self.texts
            for each in ([text] if " chart: " in text else re.split(r"(?<=[.!?]) +", text))
            if each
        ]

    @property
    def everything(self) -> str:
        """All that can be read, tables too."""
        cells = (text for t in self.tables for row in [t.columns, *t.rows] for text in row)
        titles = (table.title for table in self.tables)
        return "\n".join([*self.texts, *titles, *cells])


def read_json(text: str) -> Document:
    """Read the JSON rendering."""
    document = Document()
    content = json.loads(text)
    for section in content["sections"]:
        document.texts += [section["title"], *section["paragraphs"]]
        for table in section["tables"]:
            document.texts += table.get("notes", [])
            document.tables.append(
                Table(section["title"], table["title"], table["columns"], table["rows"])
            )
        for chart in section.get("charts", []):
            document.texts += [chart["title"], chart["alternative"]]
            document.tables.append(_table_of_chart(section["title"], chart))
    return document


def _table_of_chart(section: str, chart: dict) -> Table:
    """The numbers of a chart, as the table that they would be."""
    names = [each["name"] for each in chart["series"]]
    sign = "%" if "%" in chart["axis_title"] else ""
    rows = [
        [category, *(_drawn(each["values"][place], sign) for each in chart["series"])]
        for place, category in enumerate(chart["categories"])
    ]
    return Table(section, f"{chart['title']}, {chart['axis_title']}", ["", *names], rows)


def _drawn(value: float | None, sign: str) -> str:
    return "–" if value is None else f"{value:g}{sign}"


def read_html(text: str) -> Document:
    """Read the page: its tables, its other texts, the texts and descriptions of its drawings."""
    document = Document()
    section = ""
    for element in _seen(read_page(text)):
        words = text_of(element)
        for name in ("aria-label", "alt", "title"):
            if element.get(name):
                document.texts.append(element.get(name, ""))
        if element.tag in HEADINGS:
            section = words
        if element.tag == "svg":
            words = text_of(next(element.iter("title")))
            texts = [" ".join(each.itertext()) for each in element.iter("text")]
            document.drawn[words] = [each for each in texts if re.fullmatch(r"\d+%?", each)]
            document.texts += [each for each in texts if not re.fullmatch(r"\d+%?", each)]
        if element.tag == "table":
            document.tables.append(_table_of_page(section, element))
        elif element.tag in TEXTS and words and element.find(".//li") is None:
            document.texts.append(words)
    return document


def _seen(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Walk through a page; what is inside a table is left to the table."""
    yield element
    for child in element if element.tag != "table" else ():
        if child.tag not in UNSEEN:
            yield from _seen(child)


def _table_of_page(section: str, element: ElementTree.Element) -> Table:
    rows = [
        [text_of(cell) for cell in row if cell.tag in ("th", "td")] for row in element.iter("tr")
    ]
    captions = [text_of(each) for each in element.iter("caption")]
    groups = [
        (text_of(cell), int(cell.get("colspan", "1")))
        for row in list(element.iter("tr"))[:2]
        for cell in row
        if cell.get("scope") == "colgroup"
    ]
    return Table(section, " ".join(captions), *_header(rows, groups))


def _header(
    rows: list[list[str]], groups: list[tuple[str, int]]
) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, each with that of its group, and the rows below them."""
    if not groups:
        return rows[0], rows[1:]
    names = [name for name, size in groups for _ in range(size)]
    heads = [f"{head}, {name}" for head, name in zip(rows[1], names, strict=True)]
    return [rows[0][0], *heads], rows[2:]


def read_docx(path: Path) -> Document:
    """Read the Word file: its body in order, its pictures' texts, heads, feet and properties."""
    document = Document()
    with zipfile.ZipFile(path) as parts:
        names = [name for name in parts.namelist() if name.endswith(".xml")]
        trees = {name: ElementTree.fromstring(parts.read(name)) for name in names}
    body = trees.pop("word/document.xml").find(f"{WORD}body")
    assert body is not None
    section = title = ""
    for element in body:
        if element.tag == f"{WORD}p":
            words, style = _word_text(element), _style(element)
            if style.startswith("Heading"):
                section = words
            if style == "Caption":
                title = words
            document.texts.append(words)
        elif element.tag == f"{WORD}tbl":
            _read_word_table(document, section, title, element)
        for picture in element.iter():
            if picture.tag.endswith("}docPr"):
                document.texts += [picture.get(name, "") for name in ("title", "descr", "name")]
    for name, tree in trees.items():
        if re.search(r"header|footer|notes|comments", name):
            document.texts += [_word_text(each) for each in tree.iter(f"{WORD}p")]
        elif name == "docProps/core.xml":
            given = [each for each in tree if not re.search(r"revision|created|modified", each.tag)]
            document.texts += [each.text or "" for each in given]
    return document


def _read_word_table(
    document: Document, section: str, title: str, element: ElementTree.Element
) -> None:
    """Add a table; one without a header row is the committee template's, and only text."""
    rows = [
        [" ".join(map(_word_text, cell.iter(f"{WORD}p"))) for cell in row.iter(f"{WORD}tc")]
        for row in element.iter(f"{WORD}tr")
    ]
    heads = len(list(element.iter(f"{WORD}tblHeader")))
    if not heads:
        document.texts += [text for row in rows for text in row]
        return
    spans = [
        (" ".join(map(_word_text, cell.iter(f"{WORD}p"))), int(span.get(f"{WORD}val", "1")))
        for cell in next(element.iter(f"{WORD}tr")).iter(f"{WORD}tc")
        for span in cell.iter(f"{WORD}gridSpan")
    ]
    if heads == 2:
        rows[1] = rows[1][1:]  # the rest of the cell over both rows
    document.tables.append(Table(section, title, *_header(rows, spans)))


def _word_text(element: ElementTree.Element) -> str:
    return "".join(MARKS.get(each.tag, each.text or "") for each in _runs(element)).strip()


def _runs(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (each for each in element.iter() if each.tag == f"{WORD}t" or each.tag in MARKS)


def _style(paragraph: ElementTree.Element) -> str:
    found = next(paragraph.iter(f"{WORD}pStyle"), None)
    return "" if found is None else found.get(f"{WORD}val", "")
