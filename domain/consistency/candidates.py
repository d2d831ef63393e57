"""Values that the other side may have instead: those of another moment, version or position."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause
from featuretrail.domain.consistency.column import ColumnPair, Mask, zero
from featuretrail.domain.consistency.comparing import agreeing
from featuretrail.domain.consistency.evidence import fits
from featuretrail.domain.consistency.pairing import Ints
from featuretrail.domain.consistency.tolerance import Tolerance


@frozen(eq=False)
class Candidate:
    """What a cause would have put in place of the expected values, one for each wrong pair.

    ``known`` marks the pairs for which there is such a value (``None``: for all). ``certain`` says
    that the values are the store's own of the same rows, so that even one value for all rows shows
    something, unless it is 0, false or an empty text.
    """

    cause: str
    told: str
    values: Any = field(repr=False)
    known: Any = field(default=None, repr=False)
    certain: bool = False


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
        held = each.values.take(pa.array(rows))
        column = ColumnPair.of("a candidate", held, found.take(pa.array(rows)))
        holds, shown = fits(partial(_same, column, tolerance), np.arange(rows.size), None)
        right = int(holds.sum())
        if not (shown or (each.certain and _telling(column, holds))):
            continue
        if right >= EXPLAINS * rows.size and (best is None or right > best.rows):
            told = f"{right:,} of {rows.size:,} values are {each.told}"
            best = Cause(each.cause, right, told, right / rows.size)
    return best


def _same(column: ColumnPair, tolerance: Tolerance, candidates: Ints, _: object) -> Mask:
    return agreeing(column, candidates, np.arange(candidates.size), tolerance)


def _telling(column: ColumnPair, holds: Mask) -> bool:
    """Tell whether enough of the values that hold are not what anything lost becomes."""
    rows = np.flatnonzero(holds)
    return int((~zero(column.kind, column.found, rows)).sum()) >= LEAST


def neighbours(codes: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Return each row's row before and after it, of its entity by time; -1 where there is none."""
    order = np.lexsort((times, codes))
    before, after = np.full(codes.size, -1, np.int64), np.full(codes.size, -1, np.int64)
    same = codes[order][1:] == codes[order][:-1]
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after
