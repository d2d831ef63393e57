"""When two values are the same: NULL equals NULL, and NaN equals NaN."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from featuretrail.domain.columns import one_array


def changed_rows(column: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Return where two columns of one length and type differ; NULL and NaN equal themselves."""
    left, right = one_array(column), one_array(other)
    if pa.types.is_null(left.type):
        return np.zeros(len(left), np.bool_)
    if pa.types.is_floating(left.type):
        same = pc.or_(pc.equal(left, right), pc.and_(pc.is_nan(left), pc.is_nan(right)))
    else:
        same = pc.equal(left, right)
    both_null = pc.and_(pc.is_null(left), pc.is_null(right))
    equal = pc.or_(pc.fill_null(same, fill_value=False), both_null)
    changed: npt.NDArray[np.bool_] = ~equal.to_numpy(zero_copy_only=False)
    return changed
