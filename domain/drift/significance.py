"""Probabilities of such differences by chance, and their adjustment for asking many questions.

Sizes are effective sizes, numbers of independent rows, and need not be whole. scipy is imported
where it is used: it takes half a second that only a check is worth.
"""

from collections.abc import Sequence

import numpy as np


def kolmogorov_p(distance: float, size: float, reference_size: float) -> float:
    """Return p of the two-sample Kolmogorov-Smirnov ``distance`` (Smirnov 1939, in the limit).

    Ties make it larger than it is, never smaller.
    """
    from scipy import special  # noqa: PLC0415

    together = size * reference_size / (size + reference_size)
    return float(special.kolmogorov(np.sqrt(together) * distance))


def chi_square_p(statistic: float, degrees: float) -> float:
    """Return p of a chi-square ``statistic`` with ``degrees`` of freedom; 1 with none."""
    return scaled_gamma_p(statistic, degrees, 2.0 * degrees)


def scaled_gamma_p(statistic: float, mean: float, variance: float) -> float:
    """Return p of a ``statistic`` that has a gamma distribution with this mean and variance."""
    from scipy import special  # noqa: PLC0415

    if mean <= 0.0 or variance <= 0.0:
        return 1.0
    return float(special.gammaincc(mean * mean / variance, statistic * mean / variance))


def share_p(
    count: float, size: float, reference_count: float, reference_size: float, *, more: bool = False
) -> float:
    """Return p of ``count`` of ``size`` rows against ``reference_count`` of ``reference_size``.

    Given how many there are together, those of one side are binomial (Przyborowski and Wilenski,
    Biometrika 31, 1940): exact for rare rows, and too careful for others; the rarer of the rows
    with and without are counted. Two-sided, unless ``more`` asks for a higher share only.
    """
    if 2.0 * (count + reference_count) > size + reference_size and not more:
        count, reference_count = size - count, reference_size - reference_count
    together = count + reference_count
    part = size / (size + reference_size)
    above = _at_least(count, together, part)
    if more:
        return above
    return min(1.0, 2.0 * min(above, _at_least(reference_count, together, 1.0 - part)))


def _at_least(count: float, together: float, part: float) -> float:
    """P(X >= count) of a binomial X, continued to counts that are not whole."""
    from scipy import special  # noqa: PLC0415

    if count <= 0.0:
        return 1.0
    return float(special.betainc(count, together - count + 1.0, part))


def adjusted(probabilities: Sequence[float]) -> list[float]:
    """Return each p adjusted so that those below alpha have a false discovery rate below alpha.

    Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57, 1995.

    >>> adjusted([0.01, 0.04, 0.03, 0.5])
    [0.04, 0.05333333333333334, 0.05333333333333334, 0.5]
    """
    if not probabilities:
        return []
    p = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(p, kind="stable")[::-1]
    ranks = np.arange(len(p), 0, -1)
    smallest = np.minimum.accumulate(np.minimum(1.0, p[order] * len(p) / ranks))
    result = np.empty_like(p)
    result[order] = smallest
    return [float(each) for each in result]
