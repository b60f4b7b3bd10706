"""Charts of figures, each with a text that says the same for those who cannot see it."""

from collections.abc import Callable
from fractions import Fraction

from complaints.report.content import Chart, Figure, Part, Sentence, Series, Share
from complaints.report.figures import Figures, Stage
from complaints.report.periods import Period
from complaints.report.printing import share_of
from complaints.report.sentences import listed, sentence

KINDS = {"bar": "Bar chart", "stacked_bar": "Stacked bar chart", "line": "Line chart"}
FULLY_LISTED = 6  # the alternative text names every figure of a series up to so many
MOST_NAMED = 3  # else so many of the longest bars


def chart(
    key: str,
    title: str,
    kind: str,
    categories: tuple[str, ...],
    series: tuple[Series, ...],
    axis_title: str,
    table: str = "",
) -> Chart:
    """Return a chart with its alternative text; its table has its own title, or another one."""
    lead = sentence(f"{KINDS[kind]}: {title}. A table of the same section has the figures.")
    describe = _course if kind == "line" else _heights
    values = tuple(describe(each, categories) for each in series)
    alternative = (lead, *values)
    return Chart(key, title, kind, categories, series, axis_title, alternative, table or title)


def chart_over_time(
    key: str,
    title: str,
    periods: tuple[Period, ...],
    stages: tuple[Stage, ...],
    figure: Callable[[Stage, Period], Figure],
    axis_title: str,
    table: str = "",
) -> Chart:
    """Return a figure of each stage over periods, as lines."""
    series = tuple(
        Series(stage.title, tuple(figure(stage, each) for each in periods)) for stage in stages
    )
    names = tuple(each.name for each in periods)
    return chart(key, title, "line", names, series, axis_title, table)


def parts_chart(
    figures: Figures, title: str, stage: Stage, breakdown: str, measure: str, table: str = ""
) -> Chart:
    """Return one bar for each value of a breakdown, the longest first."""
    values = tuple(figures.by_size(breakdown, measure, stage))
    bars = tuple(figures.count(measure, stage, None, breakdown, each) for each in values)
    series = (Series("Complaints", bars),)
    key = f"{stage.name}_{breakdown}"
    return chart(key, title, "bar", values, series, "Complaints", table)


def _course(series: Series, categories: tuple[str, ...]) -> Sentence:
    """Say where a line begins and ends, and its highest point."""
    known = [each for each in zip(categories, series.figures, strict=True) if _has_value(each[1])]
    hidden = f"{series.name}: not every number can be shown."
    about = tuple(count for figure in series.figures for count in figure.counts)
    if not known:
        return sentence(f"{series.name}: no figures.", about=about, hidden=hidden)
    top = max(_size(figure) for _, figure in known)
    tops = [name for name, figure in known if _size(figure) == top]
    figure = next(figure for _, figure in known if _size(figure) == top)
    parts: list[Part] = [f"{series.name}: ", known[0][1], f" in {known[0][0]}"]
    if len(known) > 1:
        parts += [", ", known[-1][1], f" in {known[-1][0]}"]
        if top:
            parts += ["; highest in ", listed(tops), ", ", figure]
    return sentence(*parts, ".", about=about, hidden=hidden)


def _heights(series: Series, categories: tuple[str, ...]) -> Sentence:
    """Say how long the bars are: all of a few, else the longest; none of no length."""
    hidden = f"{series.name}: not every number can be shown."
    about = tuple(count for figure in series.figures for count in figure.counts)
    pairs = [each for each in zip(categories, series.figures, strict=True) if _has_value(each[1])]
    shown = [each for each in pairs if _size(each[1])]
    if not shown:
        return sentence(f"{series.name}: none.", about=about, hidden=hidden)
    parts: list[Part] = [f"{series.name}: "]
    if len(pairs) > FULLY_LISTED:
        shown = _longest(shown)
        parts.append("the longest bar is " if len(shown) == 1 else "the longest bars are ")
    for position, (category, figure) in enumerate(shown):
        parts += [", " if position else "", f"{category} (", figure, ")"]
    return sentence(*parts, ".", about=about, hidden=hidden)


def _longest(pairs: list[tuple[str, Figure]]) -> list[tuple[str, Figure]]:
    """Return the longest bars: up to three, with none left out that is as long."""
    ordered = sorted(pairs, key=lambda each: _size(each[1]), reverse=True)
    sizes = [_size(figure) for _, figure in ordered]
    for number in range(MOST_NAMED, 0, -1):
        if len(ordered) <= number or sizes[number - 1] > sizes[number]:
            return ordered[:number]
    return [each for each in ordered if _size(each[1]) == sizes[0]]


def _has_value(figure: Figure) -> bool:
    if isinstance(figure, Share):
        return share_of(figure) is not None
    return all(count.value is not None for count in figure.counts)


def _size(figure: Figure) -> Fraction:
    if isinstance(figure, Share):
        return share_of(figure) or Fraction(0)
    return Fraction(figure.counts[0].value or 0)
