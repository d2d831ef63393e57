"""How much rows depend on each other: how many of them tell as much as one independent row."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from featuretrail.domain.drift.column import Flags

FEWEST_BLOCKS = 32
"""Blocks that a variance is estimated from at least."""

CERTAINTY = 3.09
"""Standard errors from which a ratio is beyond chance: one in 1,000 of independent rows is."""

SHORT = 2_048
"""Rows below which blocks are too short, and the first lag speaks for all the later ones."""


def dependence(flags: Sequence[Flags]) -> float:
    """Return how many rows count for one independent row, at least 1; the rows are in time order.

    ``flags`` says of each row, for one or more conditions, whether it holds. For each condition
    and for blocks of 2, 4, 8 ... rows, as long as there are 32 blocks, the variance of the blocks'
    shares is compared with that of independent rows (Flyvbjerg and Petersen, "Error estimates on
    averages of correlated data", J. Chem. Phys. 91, 1989). The greatest ratio beyond chance
    counts, also when longer blocks have less: a window is rarely longer than all cycles. Below
    2,048 rows the ratio ``(1 + r) / (1 - r)`` of an AR(1) process of ``autocorrelation`` r counts
    as well.
    """
    usable = [each for each in flags if each.any() and not each.all()]
    if not usable:
        return 1.0
    rows = len(usable[0])
    ratio = _greatest_ratio(usable, rows)
    if rows < SHORT:
        ratio = max(ratio, *(_of_first_lag(each) for each in usable))
    return min(ratio, float(rows))


def autocorrelation(flags: Flags) -> float | None:
    """Return the correlation of neighbouring rows, from whether both are on one side of a median.

    Kendall's arcsine law turned around: of normal values with correlation r, a share
    ``1/2 + arcsin(r) / pi`` of the pairs are. Outliers cannot move it. ``None`` when there are no
    two rows, or all are on one side.
    """
    if len(flags) < 2 or not flags.any() or flags.all():
        return None
    agreeing = float(np.count_nonzero(flags[1:] == flags[:-1])) / (len(flags) - 1)
    return float(np.sin(np.pi * (agreeing - 0.5)))


def _of_first_lag(flags: Flags) -> float:
    share = float(np.count_nonzero(flags)) / len(flags)
    by_chance = share**2 + (1.0 - share) ** 2
    agreeing = float(np.count_nonzero(flags[1:] == flags[:-1])) / (len(flags) - 1)
    correlation = (agreeing - by_chance) / (1.0 - by_chance)
    if correlation <= CERTAINTY / np.sqrt(len(flags)):
        return 1.0
    latent = float(np.sin(np.pi / 2.0 * min(correlation, 0.999)))
    return (1.0 + latent) / (1.0 - latent)


def _greatest_ratio(flags: Sequence[Flags], rows: int) -> float:
    length = 64 if rows >= 256 * 64 else 8 if rows >= SHORT else 1
    sums = np.stack([_sums(each, length) for each in flags])
    means = sums.mean(axis=1, keepdims=True)
    spread = np.maximum((means * (length - means)).ravel() / length**2, 1e-300)
    deviations = sums - means
    greatest = 1.0
    while (blocks := deviations.shape[1]) >= FEWEST_BLOCKS:
        squares = np.einsum("ij,ij->i", deviations, deviations)
        ratio = float((squares / spread).max()) / length / (blocks - 1)
        if ratio > _by_chance(blocks):
            greatest = max(greatest, ratio)
        even = deviations[:, : blocks - blocks % 2]
        deviations, length = even[:, ::2] + even[:, 1::2], length * 2
    return greatest


def _by_chance(blocks: int) -> float:
    """What the ratio of independent rows hardly exceeds (chi-square, Wilson and Hilferty 1931)."""
    error = 2.0 / (9.0 * (blocks - 1))
    return float((1.0 - error + CERTAINTY * np.sqrt(error)) ** 3)


def _sums(flags: Flags, length: int) -> NDArray[np.float64]:
    """How many flags are set in each whole block of 1, 8 or 64 rows."""
    if length == 1:
        return flags.astype(np.float64)
    whole = np.packbits(flags[: len(flags) - len(flags) % length])
    words = whole if length == 8 else whole.view(np.uint64)
    return np.bitwise_count(words).astype(np.float64)
