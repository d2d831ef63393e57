"""Thinning a long history without hiding what it shows: extremes, drift and gaps stay."""

from collections.abc import Sequence
from itertools import groupby

from featuretrail.domain.charts.clock import microseconds
from featuretrail.domain.charts.history import Point
from featuretrail.domain.charts.scales import Scale

MOST = 400
"""Points that are drawn one by one."""
COLUMNS = 180
"""Columns into which more are put together."""

Drawn = tuple[float, Point]
"""Where on the axis of time a point is, and the point."""


def placed(points: Sequence[Point], scale: Scale) -> list[Drawn]:
    """Return the points to draw, each with its place on the axis of time.

    Of more than 400, each of 180 columns keeps its first, last, least and greatest value, its
    greatest drifting one, and a point without a value if it has no other.
    """
    found = [(scale.at(microseconds(point.at)), point) for point in points]
    if len(found) <= MOST:
        return found
    width = abs(scale.end - scale.start) / COLUMNS or 1.0
    kept: list[Drawn] = []
    for _, column in groupby(found, key=lambda each: int((each[0] - scale.start) / width)):
        kept += _kept(list(column))
    return kept


def runs(found: Sequence[Drawn]) -> list[list[Drawn]]:
    """Return the stretches of points that have values: between them nothing was evaluated."""
    return [
        list(run) for known, run in groupby(found, key=lambda each: each[1].value is not None)
        if known
    ]  # fmt: skip


def _kept(column: list[Drawn]) -> list[Drawn]:
    known = [each for each in column if each[1].value is not None]
    if not known:
        return column[:1]

    def value(each: Drawn) -> float:
        return 0.0 if each[1].value is None else each[1].value

    chosen = [known[0], known[-1], min(known, key=value), max(known, key=value)]
    drifting = [each for each in known if each[1].drift]
    if drifting:
        chosen.append(max(drifting, key=value))
    identities = {id(each) for each in chosen}
    return [each for each in known if id(each) in identities]
