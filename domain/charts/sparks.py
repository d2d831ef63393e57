"""Sparklines as SVG: a histogram or a history so small that it stands in a table."""

from collections.abc import Iterator, Sequence

from featuretrail.domain.charts.categories import Categories
from featuretrail.domain.charts.histogram import Histogram, Shares
from featuretrail.domain.charts.history import History
from featuretrail.domain.charts.history_svg import time_scale, value_scale
from featuretrail.domain.charts.palette import spark_style
from featuretrail.domain.charts.scales import Scale
from featuretrail.domain.charts.sheet import document, level, rect
from featuretrail.domain.charts.thinning import placed, runs
from featuretrail.domain.lettering import number

WIDTH, HEIGHT = 120.0, 28.0
TOP, BOTTOM = 3.0, HEIGHT - 3.0


def histogram_spark(chart: Histogram) -> str:
    """Return ``chart`` as an SVG document of 120 by 28 pixels: pale baseline, current before it."""
    found: list[Shares | None] = [held.shares for held in chart.bins]
    if chart.apart:
        found += [None, *chart.apart.values()]
    return _spark(chart.title, chart.description, _bars(found))


def categories_spark(chart: Categories) -> str:
    """Return ``chart`` as an SVG document of 120 by 28 pixels, a bar a category from the left."""
    found = [each.shares for each in chart.listed]
    return _spark(chart.title, chart.description, _bars(found))


def history_spark(chart: History) -> str:
    """Return ``chart`` as an SVG document of 120 by 28 pixels: a line, drift as diamonds."""
    return _spark(chart.title, chart.description, _line(chart))


def _spark(title: str, description: str, body: Iterator[str]) -> str:
    return document("ft-spark", spark_style(), title, description, (WIDTH, HEIGHT), body)


def _bars(found: Sequence[Shares | None]) -> Iterator[str]:
    step = WIDTH / max(len(found), 1)
    most = max((each.largest for each in found if each is not None), default=0.0)
    scale = Scale(0.0, most or 1.0, BOTTOM, TOP)
    before, now = "", []
    for place, each in enumerate(found):
        left, right = number(place * step), number((place + 1) * step)
        if each is not None and each.baseline:
            top = number(scale.at(each.baseline))
            before += f"M{left} {number(BOTTOM)}V{top}H{right}V{number(BOTTOM)}"
        if each is not None and each.current:
            high = scale.at(each.current)
            now.append(rect("current", (place + 0.25) * step, high, step / 2, BOTTOM - high))
    if before:
        yield f'<path class="baseline edge" d="{before}"/>'
    yield from now
    yield level("axis", BOTTOM, 0, WIDTH)


def _line(chart: History) -> Iterator[str]:
    across, up = time_scale(chart, 4, WIDTH - 4), value_scale(chart, BOTTOM, TOP + 2)
    if chart.threshold is not None:
        yield level("limit", up.at(chart.threshold), 0, WIDTH)
    found = placed(chart.points, across)
    for run in runs(found):
        way = [f"{number(x)} {number(up.at(point.value))}" for x, point in run
               if point.value is not None]  # fmt: skip
        points = way if len(way) > 1 else way * 2  # a line to itself is a dot
        yield f'<path class="line" stroke-linecap="round" d="M{"L".join(points)}"/>'
    drifting = "".join(
        f"M{number(x)} {number(BOTTOM - 3 if point.value is None else up.at(point.value) - 3)}"
        "l3 3l-3 3l-3 -3z"
        for x, point in found
        if point.drift
    )
    if drifting:
        yield f'<path class="drift" d="{drifting}"/>'
