"""Values that the other side may have instead: those of another moment, version or position."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause
from featuretrail.domain.consistency.column import ColumnPair
from featuretrail.domain.consistency.comparing import agreeing
from featuretrail.domain.consistency.pairing import Ints
from featuretrail.domain.consistency.tolerance import Tolerance


@frozen(eq=False)
class Candidate:
    """What a cause would have put in place of the expected values, one for each wrong pair.

    ``known`` marks the pairs for which there is such a value (``None``: for all).
    """

    cause: str
    told: str
    values: Any = field(repr=False)
    known: Any = field(default=None, repr=False)


def best_candidate(
    found: pa.Array, candidates: Sequence[Candidate], tolerance: Tolerance
) -> Cause | None:
    """Return the candidate whose values most of the ``found`` ones are; the earlier of two alike.

    One explains the rows if 90 % of the found values, of those that it has a value for, are its.
    """
    best: Cause | None = None
    for each in candidates:
        rows = np.arange(len(found)) if each.known is None else np.flatnonzero(each.known)
        if rows.size < max(LEAST, len(found) / 2):
            continue
        right = int(_same(found, each, rows, tolerance).sum())
        if right >= EXPLAINS * rows.size and (best is None or right > best.rows):
            told = f"{right:,} of {rows.size:,} values are {each.told}"
            best = Cause(each.cause, right, told, right / rows.size)
    return best


def _same(found: pa.Array, candidate: Candidate, rows: Ints, tolerance: Tolerance) -> Any:  # noqa: ANN401 - a mask
    column = ColumnPair.of("a candidate", candidate.values, found)
    return agreeing(column, rows, rows, tolerance)


def neighbours(codes: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Return each row's row before and after it, of its entity by time; -1 where there is none."""
    order = np.lexsort((times, codes))
    before, after = np.full(codes.size, -1, np.int64), np.full(codes.size, -1, np.int64)
    same = codes[order][1:] == codes[order][:-1]
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after
