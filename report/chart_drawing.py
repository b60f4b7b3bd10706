"""Charts: SVG for the HTML report, PNG for Word, both from one drawing.

Vega-Lite draws them inside this process: no browser, no network, and the font comes with the
library. Every figure is printed beside its mark, and marks differ by pattern or panel, so that
nothing is lost in black and white. A figure that is missing or hidden is a gap.
"""

import textwrap
from functools import lru_cache
from typing import Any

import altair as alt
import vl_convert

from complaints.report.chart_patterns import PLACEHOLDERS, is_dark, is_drawn, with_patterns
from complaints.report.clean_text import cleaned
from complaints.report.layout import is_percent, is_time, value_text
from complaints.report.printing import PrintedChart

INK = "#0b0c0c"
GRID = "#d3d6d8"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first comes with the library
PLOT_WIDTH = 440
TIME_WIDTH = 600
LABEL_SIZE = 13
LETTER_WIDTH = 6.6
LABEL_LINE = 15  # the height of a line of a label
MOST_UPRIGHT_BARS = 16
MOST_ON_ONE_LINE = 6  # periods; more are written on two lines
PNG_SCALE = 2.0  # 200 dots per inch in Word

Row = dict[str, Any]


@lru_cache(maxsize=64)  # the HTML and the Word document show the same charts
def chart_svg(chart: PrintedChart) -> str:
    """Return a chart as an SVG element with a title and a description."""
    chart = cleaned(chart)
    drawn = vl_convert.vegalite_to_svg(_drawing(chart).to_dict(), allowed_base_urls=[])
    return with_patterns(drawn, chart.key, chart.title, chart.alternative)


def chart_png(chart: PrintedChart) -> bytes:
    """Return a chart as a picture for Word."""
    return vl_convert.svg_to_png(chart_svg(chart), scale=PNG_SCALE)


def _drawing(chart: PrintedChart) -> alt.TopLevelMixin:
    """Return what Vega-Lite is to draw."""
    if chart.kind == "line":
        drawing = _panels(chart)
    elif chart.kind == "stacked_bar":
        drawing = _stacked_bars(chart)
    elif chart.kind == "bar":
        drawing = _bars(chart)
    else:
        raise ValueError(f"a chart of the kind {chart.kind!r} cannot be drawn")
    return (
        drawing.configure(font=FONT, background="white", padding=6, aria=False)
        .configure_axis(
            labelFontSize=LABEL_SIZE,
            titleFontSize=LABEL_SIZE,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=INK,
            gridColor=GRID,
            domainColor=INK,
            tickColor=INK,
            labelLimit=0,
        )
        .configure_legend(
            orient="top",
            direction="horizontal",
            title=None,
            labelFontSize=LABEL_SIZE,
            labelColor=INK,
            labelLimit=0,
            symbolType="square",
            symbolSize=220,
            symbolStrokeColor=INK,
            symbolStrokeWidth=1,
            columnPadding=16,
        )
        .configure_view(stroke=None)
        .configure_header(labelFontSize=LABEL_SIZE + 1, labelFontWeight="bold", labelColor=INK)
    )


def _rows(chart: PrintedChart) -> list[Row]:
    """Return one row for each figure, with the label that is printed beside its mark."""
    sign = "%" if is_percent(chart) else ""
    return [
        {
            "category": _wrapped(chart, category),
            "series": name,
            "order": order,
            "value": values[place],
            "label": "" if values[place] is None else value_text(values[place], sign),
        }
        for order, (name, values) in enumerate(chart.series)
        for place, category in enumerate(chart.categories)
    ]


def _wrapped(chart: PrintedChart, category: str) -> str:
    """Return a category in short lines; an axis splits its labels at the breaks."""
    width = 30 if not is_time(chart) else 10 if len(chart.categories) <= MOST_ON_ONE_LINE else 7
    return "\n".join(textwrap.wrap(category, width)) or " "


def _categories(chart: PrintedChart, *, upright: bool) -> Row:
    """Return the options of the axis that names the groups."""
    lines = "split(datum.label, '\\n')"
    axis: Row = {"labelExpr": lines, "ticks": False, "grid": False, "labelPadding": 6}
    if upright:
        axis["labelAngle"] = 0
    else:  # Vega writes the first line in the middle: lift the label by half of the others
        lift = f"-{LABEL_LINE / 2} * (length({lines}) - 1)"
        axis["labelOffset"] = {"condition": {"test": "true", "expr": lift}, "value": 0}
    sort = [_wrapped(chart, each) for each in chart.categories]
    return {"sort": sort, "title": None, "axis": alt.Axis(**axis)}


def _values(chart: PrintedChart, highest: float) -> Row:
    """Return the options of the axis that measures; it always starts at zero."""
    top = 100 if is_percent(chart) else max(highest, 4)
    return {
        "title": chart.axis_title or None,
        "scale": alt.Scale(domain=[0, top], nice=not is_percent(chart)),
        "axis": alt.Axis(tickMinStep=1, tickCount=5, format="d", domain=False, ticks=False),
    }


def _fills(chart: PrintedChart) -> alt.Fill:
    """Return a pattern for each series, and a legend where there are several."""
    names = [name for name, _ in chart.series]
    several = len(names) > 1
    room = TIME_WIDTH if _is_upright(chart) else PLOT_WIDTH + 150
    widest = max((len(name) for name in names), default=1) * LETTER_WIDTH + 45
    legend = alt.Legend(columns=max(1, int(room // widest))) if several else None
    patterns = [PLACEHOLDERS[place % len(PLACEHOLDERS)] for place in range(len(names))]
    return alt.Fill("series:N", scale=alt.Scale(domain=names, range=patterns), legend=legend)


def _is_upright(chart: PrintedChart) -> bool:
    """Return whether bars stand: for a few periods; names of groups need lying bars."""
    bars = len(chart.categories) * (1 if chart.kind == "stacked_bar" else len(chart.series))
    return is_time(chart) and bars <= MOST_UPRIGHT_BARS


def _bars(chart: PrintedChart) -> alt.LayerChart:
    """Return bars side by side."""
    names = [name for name, _ in chart.series]
    values = [value for _, each in chart.series for value in each if value is not None]
    along = _values(chart, max(values, default=0))
    base = alt.Chart(alt.Data(values=_rows(chart)))
    offset = {"sort": names, "title": None, "scale": alt.Scale(paddingInner=0.15)}
    if _is_upright(chart):
        bars = base.encode(
            x=alt.X("category:N", **_categories(chart, upright=True)),
            xOffset=alt.XOffset("series:N", **offset),
            y=alt.Y("value:Q", **along),
        )
        labels = bars.mark_text(dy=-8, fontSize=LABEL_SIZE, color=INK)
        size = {"width": TIME_WIDTH, "height": 260}
    else:
        bars = base.encode(
            y=alt.Y("category:N", **_categories(chart, upright=False)),
            yOffset=alt.YOffset("series:N", **offset),
            x=alt.X("value:Q", **along),
        )
        labels = bars.mark_text(align="left", dx=5, fontSize=LABEL_SIZE, color=INK)
        size = {"width": PLOT_WIDTH, "height": _lying_height(chart, len(names))}
    marks = bars.mark_bar(stroke=INK, strokeWidth=1).encode(fill=_fills(chart))
    return alt.layer(marks, labels.encode(text="label:N")).properties(**size)


def _lying_height(chart: PrintedChart, bars: int) -> int:
    """Return the height that lying bars and the lines of their names need."""
    lines = max((_wrapped(chart, each).count("\n") + 1 for each in chart.categories), default=1)
    return max(len(chart.categories), 1) * max(22 * bars + 10, (LABEL_LINE + 2) * lines + 8)


def _stacked_bars(chart: PrintedChart) -> alt.LayerChart:
    """Return bars whose parts stand on each other; parts too small for a label have none."""
    totals = [
        sum(values[place] or 0 for _, values in chart.series)
        for place in range(len(chart.categories))
    ]
    highest = max(totals, default=0)
    upright = _is_upright(chart)
    room = (260 if upright else PLOT_WIDTH) / max(highest, 4)
    rows = _rows(chart)
    for row in rows:
        needed = LABEL_SIZE + 3 if upright else len(row["label"]) * LETTER_WIDTH + 8
        if (row["value"] or 0) * room < needed:
            row["label"] = ""
        row["halo"] = row["label"] if is_drawn(row["order"]) else ""
        row["is_dark"] = is_dark(row["order"])
    base = alt.Chart(alt.Data(values=rows))
    along = _values(chart, highest) | {"stack": "zero"}
    if upright:
        bars = base.encode(
            x=alt.X("category:N", **_categories(chart, upright=True)),
            y=alt.Y("value:Q", **along),
        )
        middle = bars.encode(y=alt.Y("value:Q", bandPosition=0.5, **along))
        size = {"width": TIME_WIDTH, "height": 260}
    else:
        bars = base.encode(
            y=alt.Y("category:N", **_categories(chart, upright=False)),
            x=alt.X("value:Q", **along),
        )
        middle = bars.encode(x=alt.X("value:Q", bandPosition=0.5, **along))
        size = {"width": PLOT_WIDTH, "height": _lying_height(chart, 2)}
    marks = bars.mark_bar(stroke=INK, strokeWidth=1).encode(fill=_fills(chart))
    middle = middle.encode(detail="series:N")
    halo = middle.mark_text(
        fontSize=LABEL_SIZE, stroke="white", strokeWidth=5, strokeJoin="round", fill="white"
    ).encode(text="halo:N")
    ink = alt.condition("datum.is_dark", alt.value("white"), alt.value(INK))
    labels = middle.mark_text(fontSize=LABEL_SIZE).encode(text="label:N", fill=ink)
    ordered = [each.encode(order="order:Q") for each in (marks, halo, labels)]
    return alt.layer(*ordered).properties(**size)


def _panels(chart: PrintedChart) -> alt.TopLevelMixin:
    """Return a line in a panel of its own for each series, all to the same scale."""
    values = [value for _, each in chart.series for value in each if value is not None]
    single = len(chart.series) == 1
    y = _values(chart, max(values, default=0) * 1.15)
    y["title"] = chart.axis_title if single and chart.axis_title else None
    y["axis"].tickCount = 3
    rows = _rows(chart)
    line = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("category:N", **_categories(chart, upright=True)), y=alt.Y("value:Q", **y)
    )
    size = {"width": TIME_WIDTH, "height": 220 if single else 90}
    for row, is_low in zip(rows, _lows(chart), strict=True):
        row["below"], row["above"] = (row["label"], "") if is_low else ("", row["label"])
    drawn = alt.layer(
        line.mark_line(color=INK, strokeWidth=2, invalid="break-paths-show-path-domains"),
        line.mark_point(filled=True, color=INK, opacity=1, size=45),
        line.mark_text(dy=-11, fontSize=LABEL_SIZE, color=INK).encode(text="above:N"),
        line.mark_text(dy=14, fontSize=LABEL_SIZE, color=INK).encode(text="below:N"),
    ).properties(**size)
    if single:
        return drawn
    names = [name for name, _ in chart.series]
    header = alt.Header(title=None, labelOrient="top", labelAnchor="start", labelPadding=4)
    row = alt.Row("series:N", sort=names, title=None, header=header)
    return drawn.facet(row=row, spacing=14).resolve_scale(x="shared")


def _lows(chart: PrintedChart) -> list[bool]:
    """Return for each point whether it lies in a valley, where the line runs through a label."""
    values = [value for _, each in chart.series for value in each if value is not None]
    floor = max(values, default=0) / 4
    lows = []
    for _, line in chart.series:
        around = (*line[:1], *line, *line[-1:])
        for before, value, after in zip(around, around[1:], around[2:], strict=False):
            near = [each for each in (before, after) if each is not None]
            lows.append(
                value is not None
                and floor < value <= min(near, default=0)
                and value < max(near, default=0)
            )
    return lows
