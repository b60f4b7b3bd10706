"""Draw what the marts are made from: the models by their folders, as dbt knows them, in SVG."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from markupsafe import Markup, escape

LAYERS = ("in", "staging", "intermediate", "marts")  # a column each
FONT, LINE, LETTER = 12, 16, 6.7  # in pixels
PADDING, GAP, BETWEEN = 8, 18, 90
TITLE = "What the marts are made from"


class Model(NamedTuple):
    """A table as dbt knows it: its folder, as `staging/inputs`, and the keys of its parents."""

    name: str
    folder: str
    parents: tuple[str, ...]


class Box(NamedTuple):
    """A folder in the picture, with its models."""

    x: float
    y: float
    width: float
    names: list[str]

    @property
    def height(self) -> float:
        """How high it is: a line for each model, and one for its own name."""
        return LINE * (len(self.names) + 1) + 2 * PADDING


def draw_lineage(models: Mapping[str, Model]) -> Markup:
    """Return the picture: a box for each folder, a line to each that is made from it.

    A line is left out where a longer way leads to the same folder.
    """
    feeds = _feeds(models)
    boxes = _boxes(models, feeds)
    width = max(box.x + box.width for box in boxes.values()) + BETWEEN / 2
    height = max(box.y + box.height for box in boxes.values()) + GAP
    lines = [
        _line(boxes[folder], boxes[fed], boxes.values())
        for folder in boxes
        for fed in sorted(feeds[folder])
        if not any(fed in _reached(feeds, other) for other in feeds[folder] - {fed})
    ]
    drawn = "".join(lines + [_box(folder, box) for folder, box in boxes.items()])
    return Markup(
        f'<svg width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img" aria-labelledby="lineage-title" aria-describedby="lineage-desc" '
        f'font-family="Arial, Liberation Sans, sans-serif" font-size="{FONT}">'
        f'<title id="lineage-title">{TITLE}</title><desc id="lineage-desc">The folders of the dbt '
        "models from left to right: what comes in, staging, intermediate, marts. What each mart is "
        "made from is said with its columns below.</desc>"
        '<marker id="lineage-end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#474b4e"/></marker>'
        f"{drawn}</svg>"
    )


def _feeds(models: Mapping[str, Model]) -> dict[str, set[str]]:
    """Return for each folder those whose models are made from its own."""
    feeds: dict[str, set[str]] = {model.folder: set() for model in models.values()}
    for model in models.values():
        for parent in model.parents:
            if models[parent].folder != model.folder:
                feeds[models[parent].folder].add(model.folder)
    return feeds


def _reached(feeds: Mapping[str, set[str]], folder: str) -> set[str]:
    """Return every folder that is made from this one, by however many steps."""
    reached: set[str] = set()
    waiting = [folder]
    while waiting:
        news = feeds[waiting.pop()] - reached
        reached |= news
        waiting += news
    return reached


def _layer(folder: str) -> int:
    return LAYERS.index(folder.partition("/")[0])


def _boxes(models: Mapping[str, Model], feeds: Mapping[str, set[str]]) -> dict[str, Box]:
    """Place the folders: a column for each layer, in it what others are made from above them."""
    boxes: dict[str, Box] = {}
    x = 0.0
    for layer, _ in enumerate(LAYERS):
        folders = [folder for folder in feeds if _layer(folder) == layer]
        reached = {folder: len(_reached(feeds, folder).intersection(folders)) for folder in folders}
        y, widest = float(PADDING), 0.0
        for folder in sorted(folders, key=lambda each: (-reached[each], each)):
            names = sorted(model.name for model in models.values() if model.folder == folder)
            width = max(map(len, (*names, folder))) * LETTER + 2 * PADDING
            widest = max(widest, width)
            boxes[folder] = Box(x, y, width, names)
            y += boxes[folder].height + GAP
        x += widest + BETWEEN
    return boxes


def _line(start: Box, end: Box, boxes: Iterable[Box]) -> str:
    """Draw a line from one box to another, between the columns and through their gaps."""
    columns: dict[float, list[Box]] = {}
    for box in boxes:
        columns.setdefault(box.x, []).append(box)
    edges = {left: max(box.x + box.width for box in column) for left, column in columns.items()}
    x, y, end_y = edges[start.x], start.y + start.height / 2, end.y + end.height / 2
    path = f"M{start.x + start.width:.0f} {y:.0f}H{x:.0f}"
    for left in sorted(left for left in columns if start.x < left < end.x):
        gaps = [GAP / 4, *(box.y + box.height + GAP / 2 for box in columns[left])]
        gap = min(gaps, key=lambda each: abs(each - (y + end_y) / 2))
        path += _curve(x, y, left, gap) + f"H{edges[left]:.0f}"
        x, y = edges[left], gap
    if end.x == start.x:
        path += _curve(x, y, x, end_y, is_back=True) + f"H{end.x + end.width:.0f}"
    else:
        path += _curve(x, y, end.x, end_y)
    return f'<path d="{path}" fill="none" stroke="#474b4e" marker-end="url(#lineage-end)"/>'


def _curve(x: float, y: float, to_x: float, to_y: float, is_back: bool = False) -> str:
    first, second = x + BETWEEN / 2, to_x + (BETWEEN / 2 if is_back else -BETWEEN / 2)
    return f"C{first:.0f} {y:.0f} {second:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"


def _box(folder: str, box: Box) -> str:
    label = folder.removeprefix("in/")
    texts = [f'<tspan font-weight="bold">{escape(label)}</tspan>', *map(escape, box.names)]
    lines = "".join(
        f'<text x="{box.x + PADDING:.0f}" y="{box.y + PADDING + LINE * (n + 0.75):.0f}" '
        f'fill="#0b0c0c">{text}</text>'
        for n, text in enumerate(texts)
    )
    return (
        f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" '
        f'height="{box.height:.0f}" fill="#eef2f6" stroke="#767b80"/>{lines}'
    )
