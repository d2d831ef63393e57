"""How far two columns lie apart in all: SMAPE, and quantiles of the distances."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}

Floats = NDArray[np.float64]


def smape(expected: NDArray[Any], found: NDArray[Any], distances: Floats, compared: int) -> float:
    """Return the symmetric mean absolute percentage error, ``mean(2|a-b| / (|a|+|b|))``, 0 to 2.

    ``expected``, ``found`` and ``distances`` are those of the pairs that differ; the others of the
    ``compared`` add 0, also where both are 0. A pair whose distance has no number (one is NaN or
    infinite) adds 2, the most there is. Makridakis, "Accuracy measures", International Journal of
    Forecasting 9 (1993), as a share and not in percent.
    """
    if compared == 0:
        return 0.0
    size = np.abs(expected.astype(np.float64)) + np.abs(found.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        parts = 2 * (distances / size)
    return float(np.where(np.isfinite(parts), parts, 2.0).sum() / compared)


def quantiles(distances: Floats, zeros: int) -> Mapping[str, float | None]:
    """Return quantiles of ``distances`` together with as many ``zeros``: the nearest rank.

    That is the smallest distance with at least that share of all at or below it (type 1 of Hyndman
    and Fan, The American Statistician 50, 1996). NaN are left out; without any there is none.
    """
    known = np.sort(distances[~np.isnan(distances)])
    count = zeros + known.size
    if count == 0:
        return dict.fromkeys(QUANTILES)
    ranks = {name: max(1, math.ceil(share * count)) for name, share in QUANTILES.items()}
    return {
        name: 0.0 if rank <= zeros else float(known[rank - zeros - 1])
        for name, rank in ranks.items()
    }
