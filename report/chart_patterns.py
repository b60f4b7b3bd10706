"""Patterns for the marks of a chart, and its title and description, put into the drawn SVG.

Vega knows colours but no patterns. So each series is drawn in a colour of its own that nothing
else has, and here that colour becomes a pattern in black and white.
"""

import re
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
PLACEHOLDERS = tuple(f"#00fe{place:02x}" for place in range(10))

DARK, MIDDLE, LIGHT = "#12436d", "#8ba6bf", "#eef2f6"
# Neighbours differ strongly in lightness; each pattern is drawn on a tile of 8 by 8.
_LINES = {
    "rising": "M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6",
    "falling": "M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2",
    "upright": "M4,0 L4,8",
    "lying": "M0,4 L8,4",
    "grid": "M4,0 L4,8 M0,4 L8,4",
    "crossed": "M0,8 L8,0 M0,0 L8,8",
}
_PATTERNS: tuple[tuple[str, str | None], ...] = (
    (DARK, None),
    (LIGHT, "rising"),
    (MIDDLE, None),
    (LIGHT, "dots"),
    (LIGHT, "crossed"),
    ("#ffffff", None),
    (LIGHT, "lying"),
    (MIDDLE, "falling"),
    (LIGHT, "upright"),
    (LIGHT, "grid"),
)


def is_dark(place: int) -> bool:
    """Return whether a pattern needs white letters on it."""
    return _PATTERNS[place % len(_PATTERNS)][0] == DARK


def is_drawn(place: int) -> bool:
    """Return whether a pattern has lines, on which letters need a white ground."""
    return _PATTERNS[place % len(_PATTERNS)][1] is not None


def with_patterns(drawn: str, key: str, title: str, alternative: str) -> str:
    """Return the SVG with patterns in place of the placeholders, named and described.

    Args:
        drawn: what Vega drew.
        key: begins every id, so that several charts can stand in one page.
        title: the chart's name.
        alternative: what the chart shows, in words.
    """
    ElementTree.register_namespace("", SVG)
    prefix = "chart-" + (re.sub(r"[^a-z0-9]+", "-", key.casefold()).strip("-") or "one")
    root = ElementTree.fromstring(drawn)
    _forget_vega(root)
    used = _replace_placeholders(root, prefix)
    _rename_ids(root, prefix)
    definitions = ElementTree.Element(f"{{{SVG}}}defs")
    definitions.extend(_pattern(place, prefix) for place in used)
    name = _text("title", f"{prefix}-title", title)
    description = _text("desc", f"{prefix}-desc", alternative or title)
    for place, element in enumerate((name, description, definitions)):
        root.insert(place, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}-title")
    root.set("aria-describedby", f"{prefix}-desc")
    return ElementTree.tostring(root, encoding="unicode")


def _text(tag: str, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": name})
    element.text = text
    return element


def _forget_vega(root: ElementTree.Element) -> None:
    """Take away the marks' own roles and labels: the chart is one image with one description."""
    for element in root.iter():
        for name in list(element.attrib):
            if name == "role" or name == "class" or name.startswith("aria-"):
                del element.attrib[name]


def _replace_placeholders(root: ElementTree.Element, prefix: str) -> list[int]:
    """Fill the marks with patterns and return the places of those used."""
    used = set()
    for element in root.iter():
        fill = element.get("fill", "").casefold()
        if fill in PLACEHOLDERS:
            place = PLACEHOLDERS.index(fill)
            element.set("fill", f"url(#{prefix}-pattern-{place})")
            used.add(place)
    return sorted(used)


def _rename_ids(root: ElementTree.Element, prefix: str) -> None:
    """Give the ids that Vega counts from zero in every chart the chart's own beginning."""
    names = {name: f"{prefix}-{name}" for each in root.iter() if (name := each.get("id"))}
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "id":
                element.set(attribute, names[value])
            elif value.startswith("url(#") and value[5:-1] in names:
                element.set(attribute, f"url(#{names[value[5:-1]]})")


def _pattern(place: int, prefix: str) -> ElementTree.Element:
    """Return the definition of a pattern."""
    ground, drawing = _PATTERNS[place]
    tile = {"width": "8", "height": "8"}
    pattern = ElementTree.Element(
        f"{{{SVG}}}pattern",
        {"id": f"{prefix}-pattern-{place}", "patternUnits": "userSpaceOnUse", **tile},
    )
    ElementTree.SubElement(pattern, f"{{{SVG}}}rect", {**tile, "fill": ground})
    if drawing == "dots":
        for x, y in (("2", "2"), ("6", "6")):
            dot = {"cx": x, "cy": y, "r": "1.5", "fill": DARK}
            ElementTree.SubElement(pattern, f"{{{SVG}}}circle", dot)
    elif drawing:
        stroke = {"d": _LINES[drawing], "stroke": DARK, "stroke-width": "1.6", "fill": "none"}
        ElementTree.SubElement(pattern, f"{{{SVG}}}path", stroke)
    return pattern
