"""Lines of Markdown, as every generated page is made of them."""

from collections.abc import Iterable, Sequence


def generated(source: str) -> str:
    """Return the line that says what to change instead of the page."""
    return f"<!-- Written by docs/build_docs.py. Change {source}, not this page. -->"


def one_line(text: str) -> str:
    """Return a text on one line that may be in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return [f"| {' | '.join(one_line(cell) for cell in line)} |" for line in lines]


def page(lines: Iterable[str]) -> str:
    """Return the text of a page with exactly one line break at its end."""
    return "\n".join(lines).rstrip("\n") + "\n"
