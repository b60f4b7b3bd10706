"""Charts: SVG for the HTML report, PNG for Word, both from one drawing.

Every figure is printed beside its mark, and marks differ by pattern or panel, so that nothing is
lost in black and white. A figure that is missing or hidden is a gap. Every axis starts at zero.
"""

import math
import re
import textwrap
from collections.abc import Iterator
from functools import lru_cache

import vl_convert
from markupsafe import escape

from complaints.report.clean_text import cleaned
from complaints.report.layout import is_percent, value_text
from complaints.report.printing import PrintedChart

INK, GRID = "#0b0c0c", "#d3d6d8"
DARK, MIDDLE, LIGHT, WHITE = "#12436d", "#8ba6bf", "#eef2f6", "#ffffff"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first comes with vl_convert
SIZE, LETTER, LINE = 13, 6.6, 15  # of the type, of a letter's width and of a line, in pixels
PLOT_WIDTH, TIME_WIDTH = 440, 600
BAR, STACKED_BAR = 22, 34
MOST_ON_ONE_LINE = 6  # periods; more are written on two lines
PNG_SCALE = 2.0  # 200 dots per inch in Word

# Neighbours differ strongly in lightness; each pattern is lines on a tile of 8 by 8.
PATTERNS = (
    (DARK, ""),
    (LIGHT, "M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6"),
    (MIDDLE, ""),
    (LIGHT, "M1,2 L3,2 M5,6 L7,6"),
    (LIGHT, "M0,8 L8,0 M0,0 L8,8"),
    (WHITE, ""),
    (LIGHT, "M0,4 L8,4"),
    (MIDDLE, "M-2,6 L2,10 M0,0 L8,8 M6,-2 L10,2"),
    (LIGHT, "M4,0 L4,8"),
    (LIGHT, "M4,0 L4,8 M0,4 L8,4"),
)
Drawing = tuple[float, float, list[str]]  # width, height, marks


@lru_cache(maxsize=64)  # the HTML and the Word document show the same charts
def chart_svg(chart: PrintedChart) -> str:
    """Return a chart as an SVG element with a title and a description."""
    chart = cleaned(chart)
    drawn = {"line": _panels, "bar": _bars, "stacked_bar": _bars}.get(chart.kind)
    if drawn is None:
        raise ValueError(f"a chart of the kind {chart.kind!r} cannot be drawn")
    name = "chart-" + (re.sub(r"[^a-z0-9]+", "-", chart.key.casefold()).strip("-") or "one")
    width, height, marks = drawn(chart, name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{name}-title" '
        f'aria-describedby="{name}-desc" font-family="{FONT}" font-size="{SIZE}" fill="{INK}">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.alternative or chart.title)}</desc>'
        f'<rect width="{width:g}" height="{height:g}" fill="{WHITE}"/>{"".join(marks)}</svg>'
    )


def chart_png(chart: PrintedChart) -> bytes:
    """Return a chart as a picture for Word."""
    return vl_convert.svg_to_png(chart_svg(chart), scale=PNG_SCALE)


def _bars(chart: PrintedChart, name: str) -> Drawing:
    """Draw lying bars, side by side or as parts that follow each other."""
    is_stacked = chart.kind == "stacked_bar"
    labels = [textwrap.wrap(each, 30) or [" "] for each in chart.categories]
    left = max((len(line) for lines in labels for line in lines), default=0) * LETTER + 14
    columns = list(zip(*(values for _, values in chart.series), strict=True))
    lengths = [[value or 0 for value in values] for values in columns]
    ticks, top = _scale(chart, max(map(sum if is_stacked else max, lengths), default=0))
    width, unit = left + PLOT_WIDTH + 40, PLOT_WIDTH / top
    marks, y = _legend(chart, name, width)
    start, lines_of = y, max(map(len, labels), default=1)
    bars = STACKED_BAR if is_stacked else BAR * len(chart.series)
    height = max(bars + 10, (LINE + 2) * lines_of + 8)
    rows = []
    for lines, values in zip(labels, columns, strict=True):
        rows += _label(left - 8, y + height / 2, lines, "end")
        x, bar_y = left, y + (height - bars) / 2
        for place, value in enumerate(values):
            if value is not None:
                text = _figure(chart, value)
                length, size = value * unit, STACKED_BAR if is_stacked else BAR
                rows.append(_bar(x, bar_y, length, size, f"url(#{name}-pattern-{place})"))
                if not is_stacked:
                    rows.append(_text(x + length + 5, bar_y + size / 2, text, "start"))
                elif length >= len(text) * LETTER + 8:
                    rows.append(_inside(x + length / 2, bar_y + size / 2, text, place))
                x += length if is_stacked else 0
            bar_y += 0 if is_stacked else BAR
        y += height
    for tick in ticks:
        x = left + tick * unit
        marks += [_line(x, start, x, y), _text(x, y + 12, f"{tick}")]
    title = _text(left + PLOT_WIDTH / 2, y + 32, chart.axis_title)
    return width, y + 44, [*marks, *rows, title]


def _panels(chart: PrintedChart, name: str) -> Drawing:
    """Draw a line in a panel of its own for each series, all to the same scale."""
    values = [value for _, each in chart.series for value in each if value is not None]
    several = len(chart.series) > 1
    ticks, top = _scale(chart, max(values, default=0) * 1.15, intervals=3)
    left, height, y = 40, 90 if several else 220, 8.0
    wide = (TIME_WIDTH - left) / max(len(chart.categories), 1)
    marks = []
    if not several and chart.axis_title:
        marks, y = [_text(left, y + 6, chart.axis_title, "start")], y + 22
    for series, line in chart.series:
        if several:
            bold = 'font-weight="bold"'
            marks, y = [*marks, _text(left, y + 6, series, "start", bold)], y + 18
        y += 12  # for the label of the highest point
        for tick in ticks:
            height_of = y + height * (1 - tick / top)
            marks += [_line(left, height_of, TIME_WIDTH, height_of)]
            marks += [_text(left - 6, height_of, f"{tick}", "end")]
        points = [
            None
            if value is None
            else (left + wide * (place + 0.5), y + height * (1 - value / top), value)
            for place, value in enumerate(line)
        ]
        marks += _drawn_line(chart, points, max(values, default=0) / 4)
        y += height + 12
    letters = 10 if len(chart.categories) <= MOST_ON_ONE_LINE else 7
    for place, category in enumerate(chart.categories):
        lines = textwrap.wrap(category, letters) or [" "]
        marks += _label(left + wide * (place + 0.5), y + LINE, lines, "middle")
    return TIME_WIDTH + 10, y + 40, marks


def _drawn_line(
    chart: PrintedChart, points: list[tuple[float, float, float] | None], floor: float
) -> Iterator[str]:
    """Draw a line with its points and figures; in a valley the figure is below the point."""
    path, is_drawing = "", False
    for point in points:
        if point:
            path += f"{'L' if is_drawing else 'M'}{point[0]:g},{point[1]:g} "
        is_drawing = point is not None
    if path:
        yield f'<path d="{path.strip()}" fill="none" stroke="{INK}" stroke-width="2"/>'
    around = (*points[:1], *points, *points[-1:])
    for before, point, after in zip(around, around[1:], around[2:], strict=False):
        if point:
            x, y, value = point
            near = [each[2] for each in (before, after) if each]
            is_low = floor < value <= min(near, default=0) and value < max(near, default=0)
            yield f'<circle cx="{x:g}" cy="{y:g}" r="4"/>'
            yield _text(x, y + (14 if is_low else -12), _figure(chart, value))


def _scale(chart: PrintedChart, highest: float, intervals: int = 5) -> tuple[list[int], float]:
    """Return the ticks of the axis that measures, and where it ends."""
    top = 100 if is_percent(chart) else max(highest, 4)
    steps = (base * 10**power for power in range(9) for base in (1, 2, 5))
    step = next(each for each in steps if top / each <= intervals)
    if chart.kind != "line":
        top = math.ceil(top / step) * step
    return list(range(0, int(top) + 1, step)), top


def _legend(chart: PrintedChart, name: str, width: float) -> tuple[list[str], float]:
    """Return the patterns of the series, with their names where there are several."""
    marks = []
    for place in range(len(chart.series)):
        ground, lines = PATTERNS[place % len(PATTERNS)]
        marks.append(
            f'<pattern id="{name}-pattern-{place}" patternUnits="userSpaceOnUse" width="8" '
            f'height="8"><rect width="8" height="8" fill="{ground}"/><path d="{lines or "M0,0"}" '
            f'stroke="{DARK}" stroke-width="1.6" fill="none"/></pattern>'
        )
    marks, x, y = [f"<defs>{''.join(marks)}</defs>"], 8.0, 8.0
    if len(chart.series) < 2:
        return marks, y
    for place, (series, _) in enumerate(chart.series):
        room = len(series) * LETTER + 42
        if x > 8 and x + room > width:
            x, y = 8.0, y + 22
        marks.append(_bar(x, y, 15, 15, f"url(#{name}-pattern-{place})"))
        marks.append(_text(x + 22, y + 8, series, "start"))
        x += room
    return marks, y + 28


def _figure(chart: PrintedChart, value: float) -> str:
    return value_text(value, "%" if is_percent(chart) else "")


def _bar(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}" '
        f'stroke="{INK}"/>'
    )


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:g},{y:g} L{to_x:g},{to_y:g}" stroke="{GRID}"/>'


def _inside(x: float, y: float, text: str, place: int) -> str:
    """Return a figure on a bar: white on the dark pattern, else on a white ground."""
    is_dark = PATTERNS[place % len(PATTERNS)][0] == DARK
    halo = f'stroke="{WHITE}" stroke-width="5" stroke-linejoin="round" paint-order="stroke"'
    return _text(x, y, text, more=f'fill="{WHITE}"' if is_dark else halo)


def _label(x: float, y: float, lines: list[str], anchor: str) -> Iterator[str]:
    """Return the lines of a label around a height."""
    for place, line in enumerate(lines):
        yield _text(x, y + LINE * (place - (len(lines) - 1) / 2), line, anchor)


def _text(x: float, y: float, text: str, anchor: str = "middle", more: str = "") -> str:
    """Return a text whose middle is at a height."""
    return f'<text x="{x:g}" y="{y + 4.5:g}" text-anchor="{anchor}" {more}>{escape(text)}</text>'
