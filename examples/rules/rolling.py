"""Rolling windows whose values have the same bits wherever a run begins.

Each value is summed from the rows of its own window, newest first; a running sum would carry the
rounding of rows that are no longer in it. NaN (NULL) is left out.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Times = NDArray[np.datetime64]
Span = np.timedelta64


def rolling_mean(event_time: Times, values: Floats, span: Span) -> Floats:
    """Return the mean of what is known within ``span`` up to each row, NaN where nothing is."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    total, count = filled.copy(), known.astype(np.float64)
    for lag in range(1, widest(event_time, span) + 1):
        inside = event_time[lag:] - event_time[:-lag] <= span
        total[lag:] += np.where(inside, filled[:-lag], 0.0)
        count[lag:] += inside & known[:-lag]
    mean: Floats = np.full(len(values), np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean


def rolling_rate(event_time: Times, values: Floats, span: Span) -> Floats:
    """Return the change an hour since the oldest known value within ``span``.

    NaN where a row has no value, or is the only one within ``span`` that has.
    """
    oldest = np.full(len(values), np.nan)
    hours = np.full(len(values), np.nan)
    for lag in range(1, widest(event_time, span) + 1):
        age = event_time[lag:] - event_time[:-lag]
        older = (age <= span) & ~np.isnan(values[:-lag])
        oldest[lag:] = np.where(older, values[:-lag], oldest[lag:])
        hours[lag:] = np.where(older, age / np.timedelta64(1, "h"), hours[lag:])
    rate: Floats = (values - oldest) / hours
    return rate


def widest(event_time: Times, span: Span) -> int:
    """Return how many rows before its own a window of ``span`` holds at most."""
    first = np.searchsorted(event_time, event_time - span, side="left")
    return int((np.arange(len(event_time)) - first).max(initial=0))


def rows_mean(values: Floats, rows: int) -> Floats:
    """Return the mean of the last ``rows`` values, NaN for the first ``rows - 1``."""
    total = np.zeros(len(values))
    for lag in range(min(rows, len(values))):
        total[lag:] += values[: len(values) - lag]
    return np.where(np.arange(len(values)) < rows - 1, np.nan, total / rows)


def rows_deviation(values: Floats, rows: int) -> Floats:
    """Return the population's standard deviation of the last ``rows`` values, as ``rows_mean``."""
    mean = rows_mean(values, rows)
    squares = np.zeros(len(values))
    for lag in range(min(rows, len(values))):
        squares[lag:] += (values[: len(values) - lag] - mean[lag:]) ** 2
    return np.sqrt(squares / rows)
