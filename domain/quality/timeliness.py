"""Timeliness: how fresh the newest value is, and whether as many rows come as before."""

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

import numpy as np
from attrs import frozen

from featuretrail.domain.quality.dimensions import share
from featuretrail.domain.quality.feature_quality import Dimension
from featuretrail.domain.quality.values import Ints

LEAST_GAPS = 3
"""The fewest gaps between event times that tell how often values come."""

PREVIOUS = 4
"""How many windows before the one that is checked tell how many rows to expect."""

LEAST_PREVIOUS = 2
"""The fewest of them that must hold rows."""

_MICROSECOND = timedelta(microseconds=1)


@frozen
class Timing:
    """What timeliness is judged by: ages in microseconds, rows of windows of equal length.

    ``age`` is how long before the moment of judging the newest value became true; ``previous`` the
    rows of the windows before, newest first; ``rows`` those of the one that is checked. What is
    ``None`` is not judged.
    """

    age: int | None
    ttl: int | None
    rows: int
    previous: Sequence[int] | None


def timeliness(timing: Timing, times: Ints | None) -> Dimension:
    """Return the worse of freshness and volume.

    Fresh is what is no older than the TTL or, without one, than the larger of twice the median
    and the 99th percentile of the gaps between event times; of what is ``k`` times as old the
    score is ``100 / k``. Enough rows are the median of up to four windows before: of less the
    score is the share, of more than twice as many twice their inverse.
    """
    parts = [_freshness(timing, times), _volume(timing)]
    judged = [each for each in parts if each.score is not None]
    reason = "; ".join(each.reason for each in parts if each.reason)
    if not judged:
        return Dimension(None, reason or "there is nothing to judge it by")
    return Dimension(min(each.score for each in judged if each.score is not None), reason)


def cadence(times: Ints) -> int | None:
    """Return how old the newest value may be by the gaps of ``times``, in microseconds."""
    gaps = np.diff(np.unique(times))
    if gaps.size < LEAST_GAPS:
        return None
    return int(max(2 * float(np.median(gaps)), float(np.quantile(gaps, 0.99))))


def duration(microseconds: float) -> str:
    """Return a duration as people say it.

    >>> duration(5_400_000_000), duration(864_000_000_000 * 2), duration(2_000)
    ('1.5 hours', '20 days', '0.002 seconds')
    """
    seconds = microseconds / 1e6
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if abs(seconds) >= size:
            count = seconds / size
            return _counted(count, unit)
    return _counted(seconds, "seconds")


def _counted(count: float, unit: str) -> str:
    told = f"{count:,.0f}" if abs(count) >= 100 else f"{count:.3g}"
    return f"{told} {unit.removesuffix('s') if told == '1' else unit}"


def _freshness(timing: Timing, times: Ints | None) -> Dimension:
    if timing.age is None:
        return Dimension(None, "the rows have no event times to judge freshness by")
    age = max(timing.age, 0)
    if timing.ttl is not None:
        allowed, rule = timing.ttl, "its TTL of"
    else:
        learnt = None if times is None else cadence(times)
        if learnt is None:
            return Dimension(None, "too few event times tell how often values come")
        allowed, rule = learnt, "by their cadence at most"
    told = f"the newest value is {duration(age)} old, {rule} {duration(allowed)}"
    return Dimension(100.0 if age <= allowed else share(allowed, age), told)


def _volume(timing: Timing) -> Dimension:
    if timing.previous is None:
        return Dimension(None, "")
    full = [rows for rows in timing.previous if rows > 0]
    if len(full) < LEAST_PREVIOUS:
        return Dimension(None, "too few windows before it tell how many rows to expect")
    expected = median(full)
    told = f"{timing.rows:,} rows where {expected:,g} are usual"
    if timing.rows < expected:
        return Dimension(share(timing.rows, expected), told)
    if timing.rows > 2 * expected:
        return Dimension(share(2 * expected, timing.rows), told)
    return Dimension(100.0, told)
