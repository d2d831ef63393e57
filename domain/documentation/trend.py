"""The trend of what a feature costs as SVG: its median and 95th percentile, and the budget."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from featuretrail.domain.charts.clock import DAY, microseconds, spelled, time_ticks
from featuretrail.domain.charts.figures import counted, figure
from featuretrail.domain.charts.scales import Scale, ticks
from featuretrail.domain.charts.sheet import (
    MARGIN,
    WIDTH,
    Label,
    level,
    sheet,
    spaced,
    text,
    told,
)
from featuretrail.domain.lettering import number
from featuretrail.domain.performance.summary import TrendPoint

LEFT, RIGHT, TOP, BOTTOM = 84.0, WIDTH - MARGIN, 76.0, 240.0
HEIGHT = BOTTOM + 44.0


def trend_svg(name: str, points: Sequence[TrendPoint], budget_ms: float) -> str:
    """Return an SVG document of what uses of ``name`` took in the parts of a period.

    The line is the 95th percentile, dots are medians, both of the parts that had uses; the budget
    is a dashed line where it is not far above. The same points give the same text.
    """
    used = [each for each in points if each.p95_ms is not None]
    title = f"{name}: time of a use"
    return sheet(title, _words(used, budget_ms), (WIDTH, HEIGHT), _body(title, used, budget_ms))


def _words(used: Sequence[TrendPoint], budget_ms: float) -> str:
    if not used:
        return "No use was measured."
    uses = counted(sum(each.uses for each in used), "use")
    slowest = max(each.p95_ms or 0.0 for each in used)
    last = used[-1].p95_ms or 0.0
    return (
        f"{uses} in {counted(len(used), 'part')} of the period: the 95th percentile was at most "
        f"{figure(slowest)} ms, the last is {figure(last)} ms; the budget is "
        f"{figure(budget_ms)} ms."
    )


def _body(title: str, used: Sequence[TrendPoint], budget_ms: float) -> Iterator[str]:
    yield text(MARGIN, 30, title, "ink name", 46)
    yield text(MARGIN, 56, "line: 95th percentile, dots: median, milliseconds", "soft")
    if not used:
        yield text((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, "no use was measured", "soft middle")
        return
    most = max(each.p95_ms or 0.0 for each in used) or 1.0
    shown_budget = budget_ms <= 3 * most
    up = Scale(0.0, max(most, budget_ms if shown_budget else 0.0) * 1.05, BOTTOM, TOP)
    moments = [microseconds(each.since) for each in used]
    beside = 0 if len(used) > 1 else 2 * DAY  # a single part stands in the middle of some days
    across = Scale(moments[0] - beside, moments[-1] + beside, LEFT + 8, RIGHT - 8)
    for tick in ticks(0.0, up.high, 4):
        yield level("grid", up.at(tick.value), LEFT, RIGHT)
        yield text(LEFT - 10, up.at(tick.value) + 5, tick.label, "soft end")
    if shown_budget:
        words = f"budget {figure(budget_ms)} ms"
        yield told(words, level("limit", up.at(budget_ms), LEFT, RIGHT))
    places = [(across.at(at), each) for at, each in zip(moments, used, strict=True)]
    way = "L".join(f"{number(x)} {number(up.at(each.p95_ms or 0.0))}" for x, each in places)
    yield f'<path class="line" d="M{way}"/>'
    for x, each in places:
        yield from _dots(x, each, up)
    yield level("axis", BOTTOM, LEFT, RIGHT)
    labels: list[Label] = [
        (across.at(tick.value), tick.label) for tick in time_ticks(across.low, across.high, 6)
    ]
    yield from spaced(labels, BOTTOM + 24, LEFT, RIGHT)


def _dots(x: float, each: TrendPoint, up: Scale) -> Iterator[str]:
    p50, p95 = each.p50_ms or 0.0, each.p95_ms or 0.0
    words = (
        f"{_when(each.since)}: {counted(each.uses, 'use')}, median {figure(p50)} ms, "
        f"95th percentile {figure(p95)} ms"
    )
    dots = (
        f'<circle class="current" cx="{number(x)}" cy="{number(up.at(value))}" r="{radius}"/>'
        for value, radius in ((p50, 2), (p95, 3.5))
    )
    yield told(words, *dots)


def _when(moment: datetime) -> str:
    return spelled(microseconds(moment), DAY)
