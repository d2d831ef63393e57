"""The history of a measure as SVG: a line, its threshold, drift as diamonds, incidents shaded."""

from collections.abc import Iterator, Sequence

from featuretrail.domain.charts.clock import DAY, microseconds, moment_of, time_ticks
from featuretrail.domain.charts.figures import percent
from featuretrail.domain.charts.history import History, Point
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
from featuretrail.domain.charts.thinning import Drawn, placed, runs
from featuretrail.domain.lettering import number

LEFT, RIGHT, TOP, BOTTOM = 84.0, WIDTH - MARGIN, 92.0, 280.0
HEIGHT = BOTTOM + 68.0
KEY_LETTER = 10.8
"""Room for a letter of the key, as wide as a phone shows it."""
DOTS = 60
"""Points up to which each is a dot; and drifting ones that are told one by one."""


def history_svg(chart: History) -> str:
    """Return ``chart`` as an SVG document of 640 by 348 pixels; the same for the same chart."""
    return sheet(chart.title, chart.description, (WIDTH, HEIGHT), _drawn(chart))


def time_scale(chart: History, start: float, end: float) -> Scale:
    """Return the axis of time; a single moment stands in the middle of a day."""
    low, high = chart.span
    if low == high:
        return Scale(low - DAY / 2, high + DAY / 2, start, end)
    return Scale(low, high, start, end)


def value_scale(chart: History, start: float, end: float) -> Scale:
    """Return the axis of values: from 0 unless some are below, and with room for the threshold."""
    values = [each.value for each in chart.points if each.value is not None]
    if chart.threshold is not None:
        values.append(chart.threshold)
    low, high = min([0.0, *values]), max([0.0, *values])
    if low == high:
        return Scale(0.0, 1.0, start, end)
    return Scale(low, high, start, end)


def _drawn(chart: History) -> Iterator[str]:
    across = time_scale(chart, LEFT + 10, RIGHT - 10)
    up = value_scale(chart, BOTTOM, TOP + 12)
    yield text(MARGIN, 30, chart.title, "ink name", 46)
    yield from _key(chart)
    yield from _incidents(chart, across)
    for tick in ticks(up.low, up.high, 5):
        yield level("grid", up.at(tick.value), LEFT, RIGHT)
        yield text(LEFT - 10, up.at(tick.value) + 5, _axis(chart, tick), "soft end", 9)
    if chart.threshold is not None:
        yield level("limit", up.at(chart.threshold), LEFT, RIGHT)
    yield level("axis", up.at(max(up.low, min(0.0, up.high))), LEFT, RIGHT)
    found = placed(chart.points, across)
    yield from _line(chart, found, up)
    yield from _unevaluated(found)
    yield from _drift(chart, found, up)
    if not chart.points:
        yield text((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2, "no check yet", "soft middle")
    else:
        yield from spaced(_labels(across), BOTTOM + 24, LEFT - 40, RIGHT)
        yield text((LEFT + RIGHT) / 2, BOTTOM + 54, _caption(chart), "soft middle", 50)


def _axis(chart: History, tick: Tick) -> str:
    return percent(tick.value) if chart.shares and 0 <= tick.value <= 1 else tick.label


def _key(chart: History) -> Iterator[str]:
    """Say what the line, the dashes, the diamonds and the shade are."""
    marks = [("line", chart.measure)]
    if chart.threshold is not None:
        marks.append(("limit", f"threshold {chart.said(chart.threshold)}"))
    if any(each.drift for each in chart.points):
        marks.append(("drift", "drift"))
    if chart.incidents:
        marks.append(("incident", "incident"))
    x, y = MARGIN, 62.0
    for kind, word in marks:
        match kind:
            case "drift":
                yield f'<path class="drift" d="{_diamond(x + 10, y - 5)}"/>'
            case "incident":
                yield rect("incident", x, y - 12, 20, 14) + rect("mark", x, y - 12, 20, 3)
            case _:
                yield level(kind, y - 5, x, x + 20)
        yield text(x + 26, y, word, "soft", 17)
        x += 44 + KEY_LETTER * min(len(word), 17)


def _incidents(chart: History, across: Scale) -> Iterator[str]:
    for each in chart.incidents:
        start = across.at(microseconds(each.start))
        # one that is open goes on to the edge of the picture
        end = RIGHT if each.end is None else across.at(microseconds(each.end))
        until = "on, still open" if each.end is None else f"to {chart.when(each.end)}"
        yield told(
            f"incident from {chart.when(each.start)} {until}",
            rect("incident", start, TOP, max(end - start, 3.0), BOTTOM - TOP),
            rect("mark", start, TOP, max(end - start, 3.0), 3),
        )


def _line(chart: History, found: Sequence[Drawn], up: Scale) -> Iterator[str]:
    for run in runs(found):
        points = [(x, up.at(point.value)) for x, point in run if point.value is not None]
        if len(points) > 1:
            way = "L".join(f"{number(x)} {number(y)}" for x, y in points)
            yield f'<path class="line" d="M{way}"/>'
        if len(points) == 1 or len(found) <= DOTS:
            for (x, y), (_, point) in zip(points, run, strict=True):
                dot = f'<circle class="current" cx="{number(x)}" cy="{number(y)}" r="3"/>'
                yield told(_words(chart, point), dot)


def _unevaluated(found: Sequence[Drawn]) -> Iterator[str]:
    """Mark on the axis, with a small cross, where a check could not evaluate the feature."""
    missing = [x for x, point in found if point.value is None]
    if missing:
        cross = "".join(f"M{number(x - 3)} {number(BOTTOM - 9)}l6 6m0 -6l-6 6" for x in missing)
        yield told("not evaluated", f'<path class="axis" d="{cross}"/>')


def _drift(chart: History, found: Sequence[Drawn], up: Scale) -> Iterator[str]:
    # a drifting check without a measured value, such as one of nulls alone, stands on the axis
    drifting = [
        (_diamond(x, BOTTOM if point.value is None else up.at(point.value)), point)
        for x, point in found
        if point.drift
    ]
    if len(drifting) > DOTS:
        yield f'<path class="drift" d="{"".join(shape for shape, _ in drifting)}"/>'
        return
    for shape, point in drifting:
        yield told(_words(chart, point), f'<path class="drift" d="{shape}"/>')


def _diamond(x: float, y: float) -> str:
    return f"M{number(x)} {number(y - 6)}l6 6l-6 6l-6 -6z"


def _words(chart: History, point: Point) -> str:
    value = "not evaluated" if point.value is None else f"{chart.measure} {chart.said(point.value)}"
    return f"{chart.when(point.at)}: {value}{', drift' if point.drift else ''}"


def _labels(across: Scale) -> list[Label]:
    return [(across.at(tick.value), tick.label) for tick in time_ticks(across.low, across.high, 8)]


def _caption(chart: History) -> str:
    first, last = (chart.when(moment_of(value)) for value in chart.span)
    return f"{first}, UTC" if first == last else f"{first} to {last}, UTC"
