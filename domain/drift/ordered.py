"""The profile of ordered values: numbers, and times in microseconds."""

from functools import cached_property
from typing import Any, Self

import numpy as np
from attrs import cmp_using, field, frozen
from numpy.typing import NDArray

from featuretrail.domain.drift.column import Numbers

Floats = NDArray[np.float64]

DECILES = np.arange(1, 10)
HISTOGRAM_BINS = 30
LEVELS = (np.arange(1_000) + 0.5) / 1_000.0
"""Levels of the quantile function that Wasserstein's distance is a mean over."""

_EQUAL = cmp_using(eq=np.array_equal)


def finite_part(values: Numbers) -> tuple[Numbers, int, int, int]:
    """Return the finite values in order, and how many NaN, +inf and -inf there are besides."""
    ordered: Numbers = np.sort(values)  # type: ignore[assignment] # a union of arrays stays one
    if ordered.dtype != np.float64 or not len(ordered):
        return ordered, 0, 0, 0
    if np.isfinite(ordered[0]) and np.isfinite(ordered[-1]):
        return ordered, 0, 0, 0
    first = int(np.searchsorted(ordered, -np.inf, "right"))
    last, end = (int(np.searchsorted(ordered, np.inf, side)) for side in ("left", "right"))
    return ordered[first:last], len(ordered) - end, end - last, first


def apart(left: Numbers, right: Numbers) -> Floats:
    """Return the absolute differences as floats; exact for int64, however far apart."""
    if left.dtype == np.int64 and right.dtype == np.int64:
        wrapped = np.maximum(left, right).view(np.uint64) - np.minimum(left, right).view(np.uint64)
        return wrapped.astype(np.float64)
    with np.errstate(over="ignore"):
        return np.abs(left.astype(np.float64) - right.astype(np.float64))


@frozen
class OrderedProfile:
    """Finite values of a baseline: at most about 1,000 of them, and exact counts at each.

    ``below`` and ``upto`` count the values less than each of ``points``, and not greater. The
    points are all distinct values when those are few enough, else values at even ranks, so that
    no more than a thousandth of the values lies between two of them. Bins of deciles are open at
    the left, closed at the right, and infinite at both ends; those of the histogram have an end
    for what lies outside at either side. Counts are not whole in a mixture of seasons.
    """

    count: float
    distinct: int
    minimum: float | int
    maximum: float | int
    mean: float | None
    std: float | None
    quartiles: tuple[float | int, float | int, float | int]
    points: Numbers = field(eq=_EQUAL, repr=False)
    below: Floats = field(eq=_EQUAL, repr=False)
    upto: Floats = field(eq=_EQUAL, repr=False)
    decile_edges: Numbers = field(eq=_EQUAL, repr=False)
    decile_counts: Floats = field(eq=_EQUAL, repr=False)
    histogram_edges: Floats = field(eq=_EQUAL, repr=False)
    histogram_counts: Floats = field(eq=_EQUAL, repr=False)

    @classmethod
    def of(cls, ordered: Numbers, knots: int) -> Self | None:
        """Return the profile of finite values in ascending order; ``None`` when there are none."""
        count = len(ordered)
        if count == 0:
            return None
        if ordered.dtype == np.float64:
            ordered = np.add(ordered, 0.0)  # one zero, not two
        first_of_its_kind = np.empty(count, dtype=np.bool_)
        first_of_its_kind[0] = True
        np.not_equal(ordered[1:], ordered[:-1], out=first_of_its_kind[1:])
        distinct = int(np.count_nonzero(first_of_its_kind))
        if distinct <= knots:
            points = ordered[first_of_its_kind]
        else:
            ranks = ((np.arange(knots) + 0.5) / knots * count).astype(np.int64)
            points = np.unique(ordered[np.concatenate([[0], ranks, [count - 1]])])
        edges = decile_edges(ordered)
        lines = histogram_edges(ordered)
        mean, std = _moments(ordered)
        return cls(
            count=float(count),
            distinct=distinct,
            minimum=ordered[0].item(),
            maximum=ordered[-1].item(),
            mean=mean,
            std=std,
            quartiles=quartiles(ordered),
            points=points,
            below=np.searchsorted(ordered, points, "left").astype(np.float64),
            upto=np.searchsorted(ordered, points, "right").astype(np.float64),
            decile_edges=edges,
            decile_counts=bin_counts(ordered, edges),
            histogram_edges=lines,
            histogram_counts=histogram_counts(ordered, lines),
        )

    @property
    def iqr(self) -> float:
        """The distance of the first and third quartile."""
        return _distance(self.quartiles[0], self.quartiles[2])

    @property
    def scale(self) -> float | None:
        """The robust scale: IQR / 1.349 (as sigma of a normal), else std; ``None`` without spread.

        There is no absolute floor: values may be as small as they like.
        """
        for scale in (self.iqr / 1.349, self.std):
            if scale is not None and 0.0 < scale < np.inf:
                return scale
        return None

    @cached_property
    def at_levels(self) -> Numbers:
        """The quantile function: the least points that more than ``LEVELS`` do not exceed."""
        places = np.searchsorted(self.upto, LEVELS * self.count, "right")
        quantiles: Numbers = self.points[np.minimum(places, len(self.points) - 1)]
        return quantiles

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that people read as a JSON object."""
        return {
            "distinct": self.distinct,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "mean": self.mean,
            "std": self.std,
            "quartiles": list(self.quartiles),
        }


def quartiles(ordered: Numbers) -> tuple[float | int, float | int, float | int]:
    """Return the values at a quarter, a half and three quarters of at least one value."""
    count = len(ordered)
    return (
        ordered[count // 4].item(),
        ordered[count // 2].item(),
        ordered[count * 3 // 4].item(),
    )


def decile_edges(ordered: Numbers) -> Numbers:
    """Return the deciles that part at least one value from another, each once."""
    ranks = np.maximum(-(-len(ordered) * DECILES // 10) - 1, 0)
    ends: Numbers = ordered[ranks]
    edges: Numbers = ends[(ends < ordered[-1]) & np.append(ends[:-1] < ends[1:], True)]
    return edges


def bin_counts(ordered: Numbers, edges: Numbers) -> Floats:
    """Count ordered values in (-inf, first edge], ... (last edge, inf)."""
    places = np.searchsorted(ordered, edges, "right")
    return between(places, len(ordered))


def histogram_edges(ordered: Numbers) -> Floats:
    """Return equal-width bins over the values, outliers beyond 3 IQR of the quartiles left out."""
    low, _, high = (float(each) for each in quartiles(ordered))
    reach = 3.0 * (high - low) if high > low else np.inf
    first, last = max(float(ordered[0]), low - reach), min(float(ordered[-1]), high + reach)
    return equal_bins(first, last)


def equal_bins(first: float, last: float) -> Floats:
    """Return the edges of 30 bins; of one bin where they are as near, or far, as floats can be."""
    if not np.isfinite(last - first) or last - first < 1e-300:
        return np.array([first, last])
    inner = first + (last - first) * (np.arange(HISTOGRAM_BINS) / HISTOGRAM_BINS)
    return np.unique(np.append(inner, last))


def histogram_counts(ordered: Numbers, edges: Floats) -> Floats:
    """Count ordered values below, in each bin (the last one closed at both ends), and above."""
    lines = edges.astype(ordered.dtype) if ordered.dtype == np.float64 else edges
    places = np.searchsorted(ordered, lines, "left")
    places[-1] = np.searchsorted(ordered, lines[-1], "right")
    return between(places, len(ordered))


def between(places: NDArray[np.int64] | Floats, count: float) -> Floats:
    """Return how many of ``count`` lie before the first place, between places, and after the last.

    >>> between(np.array([2, 5]), 9)
    array([2., 3., 4.])
    """
    counts = np.full(len(places) + 1, count, dtype=np.float64)
    counts[:-1] = places
    counts[1:] -= counts[:-1].copy()
    return counts


def _moments(ordered: Numbers) -> tuple[float | None, float | None]:
    """Mean and population standard deviation; ``None`` past float64."""
    middle = float(ordered[len(ordered) // 2])
    with np.errstate(over="ignore", invalid="ignore"):
        centred = ordered.astype(np.float64) - middle
        mean, std = middle + float(centred.mean()), float(centred.std())
    if ordered[0] == ordered[-1]:
        return middle, 0.0
    return tuple(each if np.isfinite(each) else None for each in (mean, std))  # type: ignore[return-value] # two in, two out


def _distance(low: float | int, high: float | int) -> float:
    """``high - low``: of Python's whole numbers exactly, of floats infinite past float64."""
    return float(high - low)
