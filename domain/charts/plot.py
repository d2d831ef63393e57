"""The history of a measure as lines of characters: checks are columns, incidents below them."""

from collections.abc import Sequence
from itertools import groupby, pairwise

from attrs import frozen

from featuretrail.domain.charts.blocks import RISING
from featuretrail.domain.charts.history import History, Point
from featuretrail.domain.charts.history_svg import value_scale
from featuretrail.domain.charts.terminal import LEAST, Line, Role
from featuretrail.domain.lettering import columns, visible

HIGH = 8
"""Lines of the plot."""
WIDEST = 3
"""Columns that a check takes where there are few."""


@frozen
class Column:
    """Checks that share a column: the greatest value, drift if one found it, if it was open."""

    value: float | None
    drift: bool
    open: bool


def history_lines(chart: History, width: int, *, blocks: bool = True) -> list[Line]:
    """Return a plot with up to three columns a check, or one for several where there are many.

    Of several the greatest value is shown. Drifting checks and open incidents are marked below it.
    Without ``blocks`` all characters are ASCII but those of names.
    """
    title: Line = [(visible(chart.title), "title")]
    if not chart.points:
        return [title, [("no check yet", "soft")]]
    scale = value_scale(chart, 0.0, float(HIGH))
    labels = [chart.said(value) for value in (scale.high, scale.low)]
    indent = max(columns(label) for label in [*labels, _limit(chart)])
    found = _columns(chart, max(width, LEAST) - indent - 3)
    limit = None if chart.threshold is None else min(int(scale.at(chart.threshold)), HIGH - 1)
    heights = [None if each.value is None else scale.at(each.value) for each in found]
    lines = [title]
    for row in range(HIGH - 1, -1, -1):
        label = {limit: _limit(chart), 0: labels[1], HIGH - 1: labels[0]}.get(row, "")
        cells = [
            _cell(height, each, row, limited=row == limit, blocks=blocks)
            for height, each in zip(heights, found, strict=True)
        ]
        lines.append(
            [(f"{label:>{indent}} ", "soft"), ("│" if blocks else "|", "soft"), *_run(cells)]
        )
    return [*lines, *_below(chart, found, indent + 2, blocks=blocks)]


def _limit(chart: History) -> str:
    return "" if chart.threshold is None else chart.said(chart.threshold)


def _columns(chart: History, room: int) -> list[Column]:
    count = len(chart.points)
    shown = min(count, max(room, 1))
    ends = [place * count // shown for place in range(shown + 1)]
    found = [_column(chart, chart.points[start:end]) for start, end in pairwise(ends)]
    return [each for each in found for _ in range(max(1, min(room // shown, WIDEST)))]


def _column(chart: History, points: Sequence[Point]) -> Column:
    values = [each.value for each in points if each.value is not None]
    first, last = points[0].at, points[-1].at
    within = any(
        each.start <= last and (each.end is None or each.end > first) for each in chart.incidents
    )
    return Column(max(values, default=None), any(each.drift for each in points), within)


def _cell(
    height: float | None, column: Column, row: int, *, limited: bool, blocks: bool
) -> tuple[str, Role]:
    eighths = 0 if height is None else round(max(min(height - row, 1.0), 0.0) * 8)
    if height is not None and row == 0:
        eighths = max(eighths, 1)  # what was measured is seen
    if eighths > 0:
        whole = RISING[eighths - 1] if blocks else "#" if eighths >= 4 else "_"
        return whole, "drift" if column.drift else "current"
    if height is None and row == 0:
        return "·" if blocks else ".", "soft"
    return ("╌" if blocks else "-", "limit") if limited else (" ", "")


def _run(cells: Sequence[tuple[str, Role]]) -> Line:
    """Put neighbours of one role together."""
    return [
        ("".join(text for text, _ in run), role)
        for role, run in ((role, list(run)) for role, run in groupby(cells, lambda each: each[1]))
    ]


def _below(chart: History, found: Sequence[Column], indent: int, *, blocks: bool) -> list[Line]:
    drift, incident, limit, missing = "▲━╌·" if blocks else "^=-."
    lines: list[Line] = []
    if any(each.drift for each in found):
        marks = "".join(drift if each.drift else " " for each in found)
        lines.append([(" " * indent + marks.rstrip(), "drift")])
    if any(each.open for each in found):
        marks = "".join(incident if each.open else " " for each in found)
        lines.append([(" " * indent + marks.rstrip(), "incident")])
    first, last = chart.when(chart.points[0].at), chart.when(chart.points[-1].at)
    apart = max(len(found) - len(first) - len(last), 2)
    lines.append([(" " * indent + first + (" " * apart + last if first != last else ""), "soft")])
    key: Line = []
    marks_shown: list[tuple[str, Role, str, bool]] = [
        (drift, "drift", "drift", any(each.drift for each in found)),
        (incident, "incident", "incident", any(each.open for each in found)),
        (limit, "limit", f"threshold {_limit(chart)}", chart.threshold is not None),
        (missing, "soft", "not evaluated", any(each.value is None for each in found)),
    ]
    for sign, role, word, shown in marks_shown:
        if shown:
            key += [(sign, role), (f" {word}   ", "soft")]
    return [*lines, [(" " * indent, ""), *key]] if key else lines
