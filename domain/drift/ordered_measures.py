"""Ordered values now against their baseline: Kolmogorov-Smirnov, Wasserstein, bins of deciles."""

import sys

import numpy as np
from attrs import frozen

from featuretrail.domain.drift.bins import BinMeasures, measure_bins
from featuretrail.domain.drift.column import Numbers
from featuretrail.domain.drift.ordered import (
    LEVELS,
    OrderedProfile,
    apart,
    bin_counts,
    histogram_counts,
    quartiles,
)
from featuretrail.domain.drift.significance import kolmogorov_p

GREATEST = sys.float_info.max


@frozen
class OrderedMeasures:
    """How finite values of a window differ from those of the baseline.

    ``ks`` is the Kolmogorov-Smirnov distance (at most a thousandth below the true one), ``ks_p``
    its p. ``wasserstein`` is the first Wasserstein distance in units of the values, and
    ``wasserstein_scaled`` over the baseline's robust scale; ``None`` without spread or past
    float64. ``moved`` is the median's way up (down: negative) in values, ``iqr_ratio`` the spread
    now over then. ``equal`` is the single value that all are, if they are; ``equal_p`` the chance
    of that. ``histogram`` and ``deciles`` are counts in the profile's bins.
    """

    ks: float
    ks_p: float
    wasserstein: float | None
    wasserstein_scaled: float | None
    bins: BinMeasures | None
    median: float | int
    moved: float | int
    iqr_ratio: float | None
    equal: float | int | None
    equal_p: float | None
    minimum: float | int
    maximum: float | int
    histogram: tuple[float, ...]
    deciles: tuple[float, ...]


def measure_ordered(
    profile: OrderedProfile, ordered: Numbers, *, size: float, reference_size: float
) -> OrderedMeasures:
    """Compare at least one finite value, in ascending order, with the profile.

    The values were sorted once; the profile's few points are looked up in them, never the many
    values in the profile. Sizes are numbers of independent rows.
    """
    count = len(ordered)
    ks = _distance(profile, ordered)
    with np.errstate(over="ignore"):
        wasserstein = _finite(
            apart(profile.at_levels, ordered[(LEVELS * count).astype(np.int64)]).mean()
        )
    scale = profile.scale
    scaled = None if wasserstein is None or scale is None else _finite(wasserstein / scale)
    deciles = bin_counts(ordered, profile.decile_edges)
    first, median, third = quartiles(ordered)
    equal, equal_p = _all_equal(profile, ordered, size)
    return OrderedMeasures(
        ks=ks,
        ks_p=kolmogorov_p(ks, size, reference_size),
        wasserstein=wasserstein,
        wasserstein_scaled=scaled,
        bins=measure_bins(profile.decile_counts, deciles, size=size, reference_size=reference_size),
        median=median,
        moved=max(-GREATEST, min(GREATEST, median - profile.quartiles[1])),
        iqr_ratio=_finite((third - first) / profile.iqr) if profile.iqr > 0 else None,
        equal=equal,
        equal_p=equal_p,
        minimum=ordered[0].item(),
        maximum=ordered[-1].item(),
        histogram=tuple(histogram_counts(ordered, profile.histogram_edges).tolist()),
        deciles=tuple(deciles.tolist()),
    )


def _distance(profile: OrderedProfile, ordered: Numbers) -> float:
    """The Kolmogorov-Smirnov distance, from both sides of each of the profile's points."""
    below = np.searchsorted(ordered, profile.points, "left")
    upto = below.copy()
    tied = ordered[np.minimum(below, len(ordered) - 1)] == profile.points
    if tied.any():
        upto[tied] = np.searchsorted(ordered, profile.points[tied], "right")
    return float(
        max(
            np.abs(below / len(ordered) - profile.below / profile.count).max(),
            np.abs(upto / len(ordered) - profile.upto / profile.count).max(),
        )
    )


def _all_equal(
    profile: OrderedProfile, ordered: Numbers, size: float
) -> tuple[float | int | None, float | None]:
    """The one value of a window, and the chance of it when the baseline has several."""
    if ordered[0] != ordered[-1]:
        return None, None
    value = ordered[0]
    if profile.distinct == 1:
        return value.item(), None
    place = int(np.searchsorted(profile.points, value))
    held = 0.0
    if place < len(profile.points) and profile.points[place] == value:
        held = float(profile.upto[place] - profile.below[place])
    return value.item(), float((max(held, 1.0) / profile.count) ** max(size - 1.0, 0.0))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
