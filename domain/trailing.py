"""The largest of what lies behind each row: within a reach of event time, of one entity."""

import numpy as np

from featuretrail.domain.asof import Ints


def trailing_max(values: Ints, times: Ints, starts: Ints, reach: int | None) -> Ints:
    """Return for each row the largest value of its entity's rows from ``reach`` before it up to it.

    Entities begin at ``starts``, whose last element is the end; ``times`` ascend within each and
    are, as ``reach``, microseconds (``None``: all rows before). By a table of maxima of runs of
    1, 2, 4... rows (Bender and Farach-Colton, *The LCA Problem Revisited*, 2000, section 3).
    """
    first = _firsts(times, starts, reach)
    last = np.arange(len(values))
    level = np.frexp((last - first + 1).astype(np.float64))[1] - 1  # floor of the logarithm
    largest = values.copy()
    runs = values
    for power in range(1, int(level.max(initial=0)) + 1):
        runs = np.maximum(runs[: len(runs) - (1 << power - 1)], runs[1 << power - 1 :])
        wide = np.flatnonzero(level == power)
        early, late = first[wide], last[wide] - (1 << power) + 1
        largest[wide] = np.maximum(runs[early], runs[late])
    return largest


def _firsts(times: Ints, starts: Ints, reach: int | None) -> Ints:
    """Return where the rows begin that each row reaches back to."""
    begins = np.repeat(starts[:-1], np.diff(starts))
    if reach is None or not len(times):
        return begins
    first = begins.copy()
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        of_entity = times[start:end]
        first[start:end] += np.searchsorted(of_entity, of_entity - reach, side="left")
    return first
