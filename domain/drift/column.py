"""A feature's values of one window as the measures of drift read them."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

from featuretrail.domain.columns import one_array
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME, check_dtype
from featuretrail.domain.errors import InvalidInputError

CATEGORICAL = ("text", "bool")
"""Types whose values are counted; the others are ordered numbers, times in microseconds."""

Numbers = NDArray[np.float64] | NDArray[np.int64]
Flags = NDArray[np.bool_]


@frozen(eq=False)
class Column:
    """Values in row order, which is that of event time; ``values`` holds those that are not null.

    ``values`` is a numpy array of float64 or int64 (times: microseconds since 1970, UTC), or an
    Arrow array of text or booleans. ``present`` says of each row whether it has a value, ``None``
    when all have.
    """

    dtype: str
    rows: int
    present: Flags | None
    values: Any

    @property
    def nulls(self) -> int:
        """How many rows have no value."""
        return self.rows - len(self.values)


def read_column(values: object, dtype: str) -> Column:
    """Return an Arrow or numpy array as the column of a feature of type ``dtype``.

    Raises ``InvalidInputError`` for values of another type and ``InvalidDefinitionError`` for a
    type that features do not have.
    """
    wanted = ARROW_TYPES[check_dtype("the feature", dtype)]
    array = _arrow(values, wanted)
    present = None
    if array.null_count:
        present = np.asarray(pc.is_valid(array).to_numpy(zero_copy_only=False))
        array = array.drop_null()
    if dtype in CATEGORICAL:
        return Column(dtype, len(values), present, array)  # type: ignore[arg-type] # has a length
    if dtype == "timestamptz":
        array = array.cast(pa.int64())
    numbers = array.to_numpy(zero_copy_only=False)
    rows = len(numbers) if present is None else len(present)
    return Column(dtype, rows, present, numbers)


def value_text(value: float | int, dtype: str) -> str:
    """Return an ordered value as people read it: six digits of a float, a time from microseconds.

    >>> value_text(0.1234567, "float64"), value_text(86_400_000_000, "timestamptz")
    ('0.123457', '1970-01-02T00:00:00+00:00')
    """
    if dtype != "timestamptz":
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    from featuretrail.domain.cells import moment_text  # noqa: PLC0415 - only for times

    return str(moment_text(pa.scalar(int(value), pa.int64()).cast(UTC_TIME)))


def _arrow(values: object, wanted: pa.DataType) -> pa.Array:
    try:
        array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
        if isinstance(array, pa.ChunkedArray):
            array = one_array(array)
        if isinstance(array, pa.ChunkedArray):  # no chunk at all, in older versions of pyarrow
            array = pa.array([], array.type)
        return array if array.type == wanted else array.cast(wanted)
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError(
            f"values of type {getattr(values, 'type', type(values).__name__)} are not {wanted}: "
            f"{error}; give an Arrow or numpy array of the feature's type"
        ) from error
