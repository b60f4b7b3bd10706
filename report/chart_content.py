"""Charts of figures over time, each with a text that says the same for those who cannot see it.

What a table shows at a glance has no chart.
"""

from collections.abc import Callable

from complaints.report.content import Chart, Figure, Part, Sentence, Series, Share
from complaints.report.figures import Stage
from complaints.report.periods import Period
from complaints.report.printing import share_of
from complaints.report.sentences import listed, sentence


def chart_over_time(
    key: str,
    title: str,
    periods: tuple[Period, ...],
    stages: tuple[Stage, ...],
    figure: Callable[[Stage, Period], Figure],
    axis_title: str,
    table: str,
) -> Chart:
    """Return a figure of each stage over periods, as lines, with its alternative text.

    Its table, of the same section, has every figure.
    """
    names = tuple(each.name for each in periods)
    series = tuple(
        Series(stage.title, tuple(figure(stage, each) for each in periods)) for stage in stages
    )
    lead = sentence(f"Line chart: {title}. A table of the same section has the figures.")
    alternative = (lead, *(_course(each, names) for each in series))
    return Chart(key, title, names, series, axis_title, alternative, table)


def _course(series: Series, categories: tuple[str, ...]) -> Sentence:
    """Say where a line begins and ends, and its highest point."""
    pairs = zip(categories, series.figures, strict=True)
    known = [(name, figure, size) for name, figure in pairs if (size := _size(figure)) is not None]
    hidden = f"{series.name}: not every number can be shown."
    about = tuple(count for figure in series.figures for count in figure.counts)
    if not known:
        return sentence(f"{series.name}: no figures.", about=about, hidden=hidden)
    top = max(size for *_, size in known)
    tops = [(name, figure) for name, figure, size in known if size == top]
    parts: list[Part] = [f"{series.name}: ", known[0][1], f" in {known[0][0]}"]
    if len(known) > 1:
        parts += [", ", known[-1][1], f" in {known[-1][0]}"]
        if top:
            parts += ["; highest in ", listed([name for name, _ in tops]), ", ", tops[0][1]]
    return sentence(*parts, ".", about=about, hidden=hidden)


def _size(figure: Figure) -> float | None:
    if isinstance(figure, Share):
        exact = share_of(figure)
        return None if exact is None else float(exact)
    return figure.counts[0].value
