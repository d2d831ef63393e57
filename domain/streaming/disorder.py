"""Late and out-of-order rows: facts about the order of event times in a partition."""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

_NEVER = np.iinfo(np.int64).min


@frozen
class Disorder:
    """How many rows came out of order, how many of them late; ``latest`` is the new watermark."""

    out_of_order: int
    late: int
    latest: int | None


def disorder(times: NDArray[np.int64], latest: int | None, allowed_lateness: int) -> Disorder:
    """Count what is out of order among ``times``, event times in the order of their offsets.

    All are microseconds. A row is out of order if a row before it in its partition (``latest`` is
    the greatest event time of those stored earlier) has a greater event time, and late if that is
    greater by more than ``allowed_lateness``. Equal times are in order.

    >>> disorder(np.array([10, 12, 11, 5, 20]), 9, 3)
    Disorder(out_of_order=2, late=1, latest=20)
    """
    if len(times) == 0:
        return Disorder(0, 0, latest)
    start = _NEVER if latest is None else latest
    greatest = np.maximum.accumulate(np.concatenate(([start], times)))
    before = greatest[:-1]
    out_of_order = times < before
    behind = before[out_of_order] - times[out_of_order]
    late = int(np.count_nonzero(behind > allowed_lateness))
    return Disorder(int(np.count_nonzero(out_of_order)), late, int(greatest[-1]))
