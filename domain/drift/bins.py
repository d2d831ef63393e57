"""Counts in the same bins, baseline against now: PSI, Jensen-Shannon, chi-square, Cramér's V."""

from fractions import Fraction

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from featuretrail.domain.drift.significance import scaled_gamma_p

Counts = NDArray[np.float64]

MANY_EXPECTED = 100.0
"""Rows expected in each cell from which the limit of the statistic is as good as exact."""

FEWEST_EXPECTED = 3.0
"""Rows that a bin is expected to have now at least; rarer bins are pooled."""


@frozen
class BinMeasures:
    """What counts in bins tell; ``largest`` is the bin whose share changed most.

    ``psi_raw`` is smoothed, ``psi`` debiased as well; ``jensen_shannon`` is the distance, the root
    of the divergence to base 2; ``linf`` the largest change of a share; ``p`` that of the
    chi-square statistic of both rows of counts.
    """

    bins: int
    psi_raw: float
    psi: float
    jensen_shannon: float
    cramers_v: float
    linf: float
    largest: int
    chi_square: float
    p: float


def measure_bins(
    reference: Counts, current: Counts, *, reference_size: float, size: float
) -> BinMeasures | None:
    """Compare two rows of counts; ``None`` with fewer than two bins or an empty row.

    The sizes are effective sizes, numbers of independent rows, at most the rows' sums. The order
    of the bins must not depend on the counts, or not on which row they are in.
    """
    n, m = float(current.sum()), float(reference.sum())
    if len(reference) < 2 or n <= 0.0 or m <= 0.0:
        return None
    changes = np.abs(current / n - reference / m)
    reference, current = pooled(reference, current)
    bins = len(reference)
    p = (reference + 0.5) / (m + 0.5 * bins)
    q = (current + 0.5) / (n + 0.5 * bins)
    noise = 1.0 / size + 1.0 / reference_size
    raw = float(((q - p) * np.log(q / p)).sum())
    statistic = _chi_square(reference, current, n, m)
    mean, variance = _moments(reference, current)
    # dependent rows: the statistic in units of independent ones (Rao and Scott 1981)
    independent = statistic * (1.0 / n + 1.0 / m) / noise
    return BinMeasures(
        bins=bins,
        psi_raw=raw,
        psi=max(0.0, raw - (bins - 1) * noise),
        jensen_shannon=_jensen_shannon(p, q),
        cramers_v=_cramers_v(statistic * (1.0 / n + 1.0 / m), mean * noise, size, reference_size),
        linf=float(changes.max()),
        largest=int(changes.argmax()),
        chi_square=statistic,
        p=scaled_gamma_p(independent, mean, variance),
    )


def pooled(reference: Counts, current: Counts) -> tuple[Counts, Counts]:
    """Return the rows with rare bins pooled, neighbours in how frequent they are on both sides.

    What a bin has on both sides together is given when rows are dealt out anew, so choosing by it
    is no bias; choosing by the baseline's counts alone would be one.
    """
    together = reference + current
    expected = together * (current.sum() / together.sum())
    rare = np.flatnonzero(expected < FEWEST_EXPECTED)
    if len(rare) < 2:
        return reference, current
    rare = rare[np.argsort(-together[rare], kind="stable")]
    reached = (np.cumsum(expected[rare]) / FEWEST_EXPECTED).astype(np.int64)
    group = np.unique(reached, return_inverse=True)[1]
    kept = expected >= FEWEST_EXPECTED
    return tuple(  # type: ignore[return-value] # two rows in, two out
        np.concatenate([row[kept], np.bincount(group, weights=row[rare])])
        for row in (reference, current)
    )


def _jensen_shannon(p: Counts, q: Counts) -> float:
    middle = (p + q) / 2.0
    divergence = (p * np.log2(p / middle) + q * np.log2(q / middle)).sum() / 2.0
    return float(np.sqrt(min(max(divergence, 0.0), 1.0)))


def _chi_square(reference: Counts, current: Counts, n: float, m: float) -> float:
    """Pearson's statistic of the table of two rows; empty columns add nothing."""
    together = reference + current
    held = together > 0.0
    share = n / (n + m)
    expected = together[held] * share
    return float(((current[held] - expected) ** 2 / expected).sum() / (1.0 - share))


def _cramers_v(difference: float, bias: float, size: float, reference_size: float) -> float:
    """Bergsma's bias-corrected V (J. Korean Stat. Soc. 42, 2013) with both rows weighted alike.

    So it hardly depends on how large the window is; for equally many rows it is Bergsma's.
    """
    together = size + reference_size
    return float(
        np.sqrt(max(0.0, difference - bias) / 4.0 / (1.0 - 1.0 / max(together - 1.0, 2.0)))
    )


def _moments(reference: Counts, current: Counts) -> tuple[float, float]:
    """Mean and variance of the statistic when all rows are dealt out anew (Haldane 1940).

    With few rows in a column they are not those of chi-square, however many columns there are;
    from 100 expected rows on in each cell, they are within a hundredth.
    Rational numbers, since the variance is the small difference of two large ones.
    """
    columns = reference + current
    columns = columns[columns > 0.0]
    n, m, c = round(float(current.sum())), round(float(reference.sum())), len(columns)
    whole = n + m
    if whole < 4 or c < 2:
        return 0.0, 0.0
    if float(columns.min()) * min(n, m) >= MANY_EXPECTED * whole:
        return (c - 1.0) * whole / (whole - 1.0), 2.0 * (c - 1.0)
    p = [Fraction(1)]
    for k in range(4):
        p.append(p[-1] * Fraction(n - k, whole - k))
    t = Fraction(float(np.square(columns).sum()))
    r = Fraction(float((1.0 / columns).sum()))
    less = Fraction(whole - c)
    squares = t - 2 * whole + c
    single = p[4] * (t - 6 * whole + 11 * c - 6 * r) + 6 * p[3] * (whole - 3 * c + 2 * r)
    single += 7 * p[2] * (c - r) + p[1] * r
    pairs = p[4] * (less**2 - squares) + 2 * p[3] * (c - 1) * less + p[2] * c * (c - 1)
    expected = p[2] * less + p[1] * c
    scale = Fraction(whole * whole, n * m)
    mean = scale * (expected - Fraction(n * n, whole))
    return float(mean), float(scale**2 * (single + pairs - expected**2))
