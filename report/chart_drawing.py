"""Charts: SVG for the HTML report, PNG for Word, both from one drawing of Vega-Lite.

Every figure is printed beside its point, and each series has a panel of its own, so that nothing is
lost in black and white. A figure that is missing or hidden is a gap. Every axis starts at zero.
"""

import json
import re
from functools import lru_cache
from typing import Any

import vl_convert
from markupsafe import escape

from complaints.report.layout import is_percent, value_text
from complaints.report.printing import PrintedChart, cleaned
from complaints.warehouse.plain_text import LONGEST_NAME, cut

INK, GRID = "#0b0c0c", "#d3d6d8"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first comes with vl_convert
WIDTH, PANEL, ONE_PANEL = 560, 70, 160  # of the plot, and how high a panel is, in pixels
PNG_SCALE = 2.0  # 200 dots per inch in Word
CONFIG = {
    "font": FONT,
    "aria": False,  # the whole is one image, with a title and a description
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "gridColor": GRID, "labelColor": INK, "tickCount": 3},
    "header": {"labelFontSize": 13, "labelColor": INK},
}
ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')


@lru_cache(maxsize=64)  # the HTML and the Word document show the same charts
def chart_svg(chart: PrintedChart) -> str:
    """Return a chart as an SVG element with a title and a description."""
    chart = cleaned(chart)
    name = "chart-" + (re.sub(r"[^a-z0-9]+", "-", chart.key.casefold()).strip("-") or "one")
    drawing = ROLES.sub("", vl_convert.vegalite_to_svg(_specification(chart)))
    size = re.search(r'width="[\d.]+" height="[\d.]+" viewBox="[\d. ]+"', drawing)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size[0] if size else ""} role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc">'
        f'<title id="{name}-title">{escape(chart.title)}</title>'
        f'<desc id="{name}-desc">{escape(chart.alternative or chart.title)}</desc>'
        f"{drawing[drawing.index('>') + 1 :]}"
    )


def chart_png(chart: PrintedChart) -> bytes:
    """Return a chart as a picture for Word."""
    return vl_convert.svg_to_png(chart_svg(chart), scale=PNG_SCALE)


def _specification(chart: PrintedChart) -> dict[str, Any]:
    """Return the drawing in the words of Vega-Lite: a panel for each series, all to one scale."""
    sign = "%" if is_percent(chart) else ""
    # Two names may be the same once they are cut, so a series goes by its place.
    names = [cut(name, LONGEST_NAME) for name, _ in chart.series]
    periods = [cut(period, LONGEST_NAME) for period in chart.categories]
    values = [
        {"series": place, "period": period, "value": value, "label": value_text(value, sign)}
        for place, (_, line) in enumerate(chart.series)
        for period, value in zip(periods, line, strict=True)
    ]
    top = 100 if sign else max((each["value"] or 0 for each in values), default=0) * 1.2 or 1
    line = {"type": "line", "color": INK, "invalid": "break-paths-show-path-domains"}
    figures = [each | {"is_known": each["value"] is not None} for each in values]
    known = [{"filter": "datum.is_known"}]
    axes = {
        "x": {
            "field": "period",
            "type": "ordinal",
            "sort": periods,
            "axis": {"title": None, "labelAngle": 0, "labelExpr": "split(datum.label, ' ')"},
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "scale": {"domain": [0, top]},
            "axis": {"title": None, "format": "d", "tickMinStep": 1},
        },
    }
    return {
        "data": {"values": figures},
        "config": CONFIG,
        "facet": {
            "row": {
                "field": "series",
                "title": None,
                "header": {
                    "labelExpr": f"{json.dumps(names)}[datum.value]",
                    "labelOrient": "top",
                    "labelAnchor": "start",
                    "labelFontWeight": "bold",
                },
            }
        },
        "spec": {
            "width": WIDTH,
            "height": PANEL if len(names) > 1 else ONE_PANEL,
            "encoding": axes,
            "layer": [
                {"mark": line},
                {"mark": {"type": "point", "filled": True, "color": INK}, "transform": known},
                {
                    "mark": {"type": "text", "dy": -9, "fontSize": 12, "color": INK},
                    "transform": known,
                    "encoding": {"text": {"field": "label"}},
                },
            ],
        },
    }
