"""Exponential smoothing that begins with a plain mean, as charting programs do it."""

from collections.abc import Callable

import numpy as np

from rules.rolling import Floats


def smoothed(values: Floats, rows: int, weight: float) -> Floats:
    """Return values smoothed by ``s += weight * (value - s)``.

    The first result is the mean of the first ``rows`` values; before it stands NaN.
    """
    result = np.full(len(values), np.nan)
    if len(values) < rows:
        return result
    last = float(values[:rows].sum() / rows)
    result[rows - 1] = last
    for row, value in enumerate(values[rows:].tolist(), start=rows):
        last += weight * (value - last)
        result[row] = last
    return result


def ema(values: Floats, rows: int) -> Floats:
    """Return the exponential moving average of ``rows`` rows: weight ``2 / (rows + 1)``."""
    return smoothed(values, rows, 2.0 / (rows + 1))


def wilder(values: Floats, rows: int) -> Floats:
    """Return Wilder's smoothing, weight ``1 / rows`` (New Concepts in Technical Trading, 1978)."""
    return smoothed(values, rows, 1.0 / rows)


def of_known(values: Floats, compute: Callable[[Floats], Floats]) -> Floats:
    """Return what ``compute`` makes of the values that are known, NaN where none is.

    So a day without a price has no indicator, and leaves those of the next days as they would be.
    """
    known = ~np.isnan(values)
    result = np.full(len(values), np.nan)
    result[known] = compute(values[known])
    return result
