"""One profile of several: the seasons of a baseline in the proportions that a window has them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from featuretrail.domain.drift.categories import CategoryProfile, bucket_counts
from featuretrail.domain.drift.column import Numbers
from featuretrail.domain.drift.ordered import DECILES, OrderedProfile, between, equal_bins
from featuretrail.domain.drift.profile import KNOTS, Profile

Floats = NDArray[np.float64]


def mix(profiles: Sequence[Profile], shares: Sequence[float], overall: Profile) -> Profile:
    """Return the profile of a baseline that had ``profiles`` in these shares, which add up to 1.

    It counts as many rows as tell its shares as surely, ``1 / sum(share^2 / rows)``. Which
    categories there were, and how rows depend on each other, is that of ``overall``.
    """
    rows = np.array([each.rows for each in profiles])
    together = 1.0 / float((np.square(shares) / rows).sum())
    weights = np.asarray(shares) * together / rows
    part = overall.categories
    return Profile(
        dtype=overall.dtype,
        rows=together,
        nulls=_sum(weights, [each.nulls for each in profiles]),
        nans=_sum(weights, [each.nans for each in profiles]),
        positive_infinities=_sum(weights, [each.positive_infinities for each in profiles]),
        negative_infinities=_sum(weights, [each.negative_infinities for each in profiles]),
        dependence=overall.dependence,
        null_dependence=overall.null_dependence,
        autocorrelation=overall.autocorrelation,
        ordered=_ordered(
            [(each.ordered, w) for each, w in zip(profiles, weights, strict=True) if each.ordered]
        ),
        categories=None if part is None else _categories(profiles, weights, part),
    )


def _sum(weights: Floats, counts: Sequence[float]) -> float:
    return float(np.dot(weights, counts))


def _ordered(parts: Sequence[tuple[OrderedProfile, float]]) -> OrderedProfile | None:
    if not parts:
        return None
    points = _points(parts)
    below, upto = np.zeros(len(points)), np.zeros(len(points))
    for part, weight in parts:
        low, high = _counts_at(part, points)
        below += weight * low
        upto += weight * high
    count = sum(part.count * weight for part, weight in parts)
    upto[-1] = count
    ends = points[np.minimum(np.searchsorted(upto, count * DECILES / 10.0), len(points) - 1)]
    edges = np.unique(ends[ends < points[-1]])
    at_edges = upto[np.searchsorted(points, edges)]
    thirds = points[np.searchsorted(upto, count * np.arange(1, 4) / 4.0, "right")]
    lines = _lines(points, thirds)
    under = np.zeros(len(lines))
    for part, weight in parts:
        under += weight * _counts_at(part, lines)[0]
    mean, std = _moments(parts, count)
    return OrderedProfile(
        count=count,
        distinct=max(len(points), *(part.distinct for part, _ in parts)),
        minimum=points[0].item(),
        maximum=points[-1].item(),
        mean=mean,
        std=std,
        quartiles=(thirds[0].item(), thirds[1].item(), thirds[2].item()),
        points=points,
        below=below,
        upto=upto,
        decile_edges=edges,
        decile_counts=between(at_edges, count),
        histogram_edges=lines,
        histogram_counts=np.maximum(between(under, count), 0.0),
    )


def _points(parts: Sequence[tuple[OrderedProfile, float]]) -> Numbers:
    """All points of the parts, or those at even shares of the whole when there are too many."""
    points = np.concatenate([part.points for part, _ in parts])
    held = np.concatenate([np.diff(part.upto, prepend=0.0) * weight for part, weight in parts])
    order = np.argsort(points, kind="stable")
    points, reached = points[order], np.cumsum(held[order])
    if len(points) > 2 * KNOTS:
        levels = (np.arange(2 * KNOTS) + 0.5) / (2 * KNOTS) * reached[-1]
        chosen = np.searchsorted(reached, levels)
        points = points[np.concatenate([[0], chosen, [len(points) - 1]])]
    unique: Numbers = np.unique(points)
    return unique


def _counts_at(part: OrderedProfile, points: Numbers | Floats) -> tuple[Floats, Floats]:
    """How many values of a part are below, and up to, each point; between its own points, evenly.

    Exact where the part has all its distinct values, since nothing lies between them.
    """
    last = len(part.points) - 1
    left = np.searchsorted(part.points, points, "right") - 1
    at, after = np.clip(left, 0, last), np.clip(left + 1, 0, last)
    start, end = part.points[at].astype(np.float64), part.points[after].astype(np.float64)
    width = np.where(end > start, end - start, 1.0)
    way = np.clip((np.asarray(points, dtype=np.float64) - start) / width, 0.0, 1.0)
    between = part.upto[at] + way * np.maximum(part.below[after] - part.upto[at], 0.0)
    between = np.where(left < 0, 0.0, np.where(left >= last, part.upto[last], between))
    own = (left >= 0) & (part.points[at] == points)
    return np.where(own, part.below[at], between), np.where(own, part.upto[at], between)


def _lines(points: Numbers, thirds: Numbers) -> Floats:
    low, high = float(thirds[0]), float(thirds[2])
    reach = 3.0 * (high - low) if high > low else np.inf
    first, last = max(float(points[0]), low - reach), min(float(points[-1]), high + reach)
    return equal_bins(first, last)


def _moments(
    parts: Sequence[tuple[OrderedProfile, float]], count: float
) -> tuple[float | None, float | None]:
    known = [(p.mean, p.std, p.count * w / count) for p, w in parts]
    if any(mean is None or std is None for mean, std, _ in known):
        return None, None
    mean = sum(mean * share for mean, _, share in known if mean is not None)
    with np.errstate(over="ignore"):
        square = sum(
            share * (np.float64(std) ** 2 + np.float64(each - mean) ** 2)
            for each, std, share in known
            if each is not None and std is not None
        )
    return float(mean), float(np.sqrt(square)) if np.isfinite(square) else None


def _categories(
    profiles: Sequence[Profile], weights: Floats, overall: CategoryProfile
) -> CategoryProfile | None:
    parts = [(each.categories, w) for each, w in zip(profiles, weights, strict=True)]
    held = [(part, w) for part, w in parts if part is not None]
    if not held:
        return None
    named: dict[str, float] = dict.fromkeys(overall.names, 0.0)
    for part, weight in held:
        for name, n in zip(part.names, part.counts.tolist(), strict=True):
            if name in named:
                named[name] += weight * n
    count = sum(part.count * weight for part, weight in held)
    buckets = None
    if overall.buckets is not None:
        buckets = sum((w * _buckets(part) for part, w in held), np.zeros(len(overall.buckets)))
    return CategoryProfile(
        count=count,
        distinct=overall.distinct,
        singletons=count * overall.singletons / overall.count,
        names=overall.names,
        counts=np.array(list(named.values())),
        buckets=buckets,
        seen=overall.seen,
    )


def _buckets(part: CategoryProfile) -> Floats:
    if part.buckets is not None:
        return part.buckets
    return bucket_counts(part.names, part.counts)
