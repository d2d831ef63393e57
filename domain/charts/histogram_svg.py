"""A histogram as SVG: the baseline as pale bars with an edge, current values as bars before it."""

from collections.abc import Iterator
from math import inf, isfinite

from attrs import frozen

from featuretrail.domain.charts.clock import spelled, time_ticks
from featuretrail.domain.charts.figures import counted, percent
from featuretrail.domain.charts.histogram import Bin, Histogram, Shares
from featuretrail.domain.charts.scales import Scale, Tick, ticks
from featuretrail.domain.charts.sheet import (
    MARGIN,
    WIDTH,
    Label,
    level,
    rect,
    sheet,
    spaced,
    text,
    told,
)

LEFT, RIGHT, TOP, BOTTOM = 84.0, WIDTH - MARGIN, 112.0, 300.0
HEIGHT = BOTTOM + 68.0
APART, GAP = 86.0, 18.0
"""Room for rows that have no place on the axis, and the gap before it."""
CUT = 2.0
"""Times that a bar apart may be as high as the highest bin; one that is higher is cut."""


@frozen
class Slot:
    """Where the bars of a bin, or of what stands apart, are drawn."""

    x: float
    width: float
    words: str
    shares: Shares


def histogram_svg(chart: Histogram) -> str:
    """Return ``chart`` as an SVG document of 640 pixels; the same for the same chart."""
    body = [*legend(chart.title, chart.names, chart.rows), *_drawn(chart)]
    height = HEIGHT if _caption(chart) else HEIGHT - 30
    return sheet(chart.title, chart.description, (WIDTH, height), body)


def legend(title: str, names: tuple[str, str], rows: tuple[float, float]) -> Iterator[str]:
    """Return the title and what the two kinds of bars are."""
    yield text(MARGIN, 30, title, "ink name", 46)
    for y, kind, name, count in ((58, "baseline edge", names[0], rows[0]),
                                 (84, "current", names[1], rows[1])):  # fmt: skip
        if not name:
            continue
        thin = 3.0 if kind == "current" else 0.0
        yield rect(kind, MARGIN + thin, y - 11, 14 - 2 * thin, 12)
        yield text(MARGIN + 24, y, f"{name}, {counted(count, 'row')}", "soft", 48)


def slots(chart: Histogram) -> list[Slot]:
    """Return the place of each bin, open ends a little apart, and of what is not on the axis."""
    right = RIGHT - (GAP + APART * len(chart.apart) if chart.apart else 0.0)
    if not chart.bins:
        right = LEFT - GAP
    ends = [chart.bins[0].low == -inf, chart.bins[-1].high == inf] if chart.bins else []
    step = (right - LEFT - 6.0 * sum(ends)) / max(len(chart.bins), 1)
    found, x = [], LEFT
    for place, held in enumerate(chart.bins):
        x += 6.0 if held.high == inf and place > 0 else 0.0
        found.append(Slot(x, step, chart.words(held), held.shares))
        x += step + (6.0 if held.low == -inf and held.high != inf else 0.0)
    for place, (word, each) in enumerate(chart.apart.items()):
        found.append(Slot(right + GAP + APART * place, APART, word, each))
    return found


def _drawn(chart: Histogram) -> Iterator[str]:
    found = slots(chart)
    most = max((held.shares.largest for held in chart.bins), default=0.0)
    apart = [
        each.largest for each in chart.apart.values() if not most or each.largest <= CUT * most
    ]
    scale = Scale(0.0, max([most, *apart]) or 1.0, BOTTOM, TOP)
    for tick in ticks(0.0, scale.high, 5):
        yield level("grid", scale.at(tick.value), LEFT, RIGHT)
        yield text(LEFT - 10, scale.at(tick.value) + 5, _axis(tick), "soft end")
    for place, slot in enumerate(found):
        yield told(f"{slot.words}: {slot.shares.told(chart.names)}", *_bars(slot, scale))
        if place >= len(chart.bins):
            yield from _cut(slot, scale)
    if not found:
        yield text((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, "no values", "soft middle")
    yield level("axis", BOTTOM, LEFT, RIGHT)
    yield from spaced(_labels(chart, found), BOTTOM + 22, LEFT - 40, RIGHT)
    if _caption(chart):
        yield text((LEFT + RIGHT) / 2, BOTTOM + 52, _caption(chart), "soft middle", 50)


def _bars(slot: Slot, scale: Scale) -> Iterator[str]:
    room = min(slot.width * 0.1, 6.0)
    inset = (slot.width - 2 * room) * 0.2
    for kind, share, side in (
        ("baseline edge", slot.shares.baseline, room),
        ("current", slot.shares.current, room + inset),
    ):
        if share:
            top = scale.at(share)
            yield rect(kind, slot.x + side, top, slot.width - 2 * side, BOTTOM - top)


def _cut(slot: Slot, scale: Scale) -> Iterator[str]:
    """Tell the share above a bar, and where the bar is cut because it is higher than all."""
    largest = slot.shares.largest
    if largest > scale.high:
        yield (
            f'<path class="paper" d="M{slot.x:.0f} {TOP + 18:.0f}l{slot.width:.0f} -10v6'
            f'l-{slot.width:.0f} 10z"/>'
        )
    yield text(
        slot.x + slot.width / 2, scale.at(largest) - 7, _moved(slot.shares), "ink middle small"
    )


def _moved(shares: Shares) -> str:
    """Return both shares, short enough to stand above a bar."""
    if shares.baseline is None or shares.current is None:
        return percent(shares.largest)
    if shares.largest >= 0.1:
        return f"{100 * shares.baseline:.0f} → {100 * shares.current:.0f} %"
    return f"{100 * shares.baseline:.1f} → {100 * shares.current:.1f} %"


def _axis(tick: Tick) -> str:
    return percent(tick.value)


def _labels(chart: Histogram, found: list[Slot]) -> list[Label]:
    """Return the labels under the bars, those that matter most first."""
    count = len(chart.bins)
    apart = [(slot.x + slot.width / 2, slot.words) for slot in found[count:]]
    ends = [
        (slot.x + slot.width / 2, _end(chart, held))
        for slot, held in zip(found, chart.bins, strict=False)
        if not (isfinite(held.low) and isfinite(held.high))
    ]
    inner = [(slot, held) for slot, held in zip(found, chart.bins, strict=False)
             if isfinite(held.low) and isfinite(held.high)]  # fmt: skip
    return [*apart, *ends, *_within(chart, inner)]


def _end(chart: Histogram, held: Bin) -> str:
    if held.low == -inf:
        return "all" if held.high == inf else f"< {chart.said(held.high)}"
    return f"> {chart.said(held.low)}"


def _within(chart: Histogram, inner: list[tuple[Slot, Bin]]) -> list[Label]:
    """Return round values where bins are of one width, and else the edges of bins."""
    if not inner:
        return []
    low, high = inner[0][1].low, inner[-1][1].high
    widths = [held.high / 2 - held.low / 2 for _, held in inner]
    start, end = inner[0][0].x, inner[-1][0].x + inner[-1][0].width
    if low == high:
        return [((start + end) / 2, chart.said(low))]
    if max(widths) - min(widths) > 1e-6 * max(widths):
        edges = [(slot.x + slot.width, chart.said(held.high)) for slot, held in inner]
        return [(start, chart.said(low)), *edges]
    scale = Scale(low, high, start, end)
    named = time_ticks(low, high, 7) if chart.temporal else ticks(low, high, 9)
    return [(scale.at(tick.value), tick.label) for tick in named]


def _caption(chart: Histogram) -> str:
    low, high = chart.span
    if not chart.temporal or not chart.bins:
        return chart.unit
    return f"{spelled(low, high - low)} to {spelled(high, high - low)}, UTC"
