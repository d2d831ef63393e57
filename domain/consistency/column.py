"""Two columns of one feature in one type, so that their cells can be compared."""

from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.cells import python_value
from featuretrail.domain.columns import one_array
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError, NaiveTimeError

Numbers = NDArray[Any]
Mask = NDArray[np.bool_]

KINDS = {
    "number": pa.float64(),
    "integer": pa.int64(),
    "bool": pa.bool_(),
    "text": pa.string(),
    "time": UTC_TIME,
}
"""How cells are compared, and the Arrow type that they are compared in."""

EXACT = 2**53
"""The magnitude up to which a double holds every whole number."""


@frozen(eq=False)
class Cells:
    """One side of a column: comparable numbers, and where it is NULL (``None``: nowhere)."""

    numbers: Numbers = field(repr=False)
    null: Mask | None = field(repr=False)
    array: pa.Array = field(repr=False)

    def value(self, row: int) -> Any:  # noqa: ANN401 - as the column holds it
        """Return one cell as a Python value."""
        return python_value(self.array[row])


@frozen(eq=False)
class ColumnPair:
    """A feature's cells as expected and as found; ``kind`` is one of ``KINDS``."""

    name: str
    kind: str
    expected: Cells
    found: Cells

    @classmethod
    def of(cls, name: str, expected: Any, found: Any) -> Self:  # noqa: ANN401 - Arrow columns
        """Bring two columns to one type: numbers are compared as numbers, 1 as 1.0.

        Raises ``InvalidInputError`` for types that cannot be the same values, such as text and
        numbers, and ``NaiveTimeError`` for times without a zone.
        """
        left, right = _plain(name, expected), _plain(name, found)
        kind = _common(name, left, right)
        return cls(name, kind, *_cells(name, kind, left, right))


def zero(kind: str, cells: Cells, rows: NDArray[np.int64]) -> Mask:
    """Tell which rows hold what a missing value is often written as: 0, false, an empty text."""
    if kind == "text":
        empty: Any = pc.equal(cells.array.take(pa.array(rows)), "")
        return np.asarray(empty.fill_null(False).to_numpy(zero_copy_only=False))  # noqa: FBT003 - Arrow's signature
    if kind == "time":
        return np.zeros(rows.size, np.bool_)
    return np.asarray(cells.numbers[rows] == 0)


def _plain(name: str, column: Any) -> pa.Array:  # noqa: ANN401 - an Arrow column
    array = one_array(column) if isinstance(column, pa.ChunkedArray) else column
    if pat.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pat.is_timestamp(array.type) and array.type.tz is None:
        raise NaiveTimeError(f"column {name!r}")
    return array


def _kind(kind: pa.DataType) -> str | None:
    if pat.is_boolean(kind):
        return "bool"
    if pat.is_integer(kind):
        return "integer"
    if pat.is_floating(kind) or pat.is_decimal(kind):
        return "number"
    if pat.is_timestamp(kind):
        return "time"
    texts = pat.is_string(kind) or pat.is_large_string(kind) or pat.is_string_view(kind)
    return "text" if texts else None


def _common(name: str, left: pa.Array, right: pa.Array) -> str:
    if pat.is_null(right.type):
        right = left
    if pat.is_null(left.type):
        left = right
    if pat.is_null(left.type):
        return "integer"  # nothing but NULL on both sides
    kinds = {_kind(left.type), _kind(right.type)}
    if kinds == {"number", "integer"}:
        return "integer" if _beyond_doubles(left, right) else "number"
    kind = kinds.pop()
    if kinds or kind is None:
        raise InvalidInputError(
            f"column {name!r} is {left.type} here and {right.type} there, which cannot be the same "
            "values; convert it in the source, or map another column"
        )
    return kind


def _beyond_doubles(left: pa.Array, right: pa.Array) -> bool:
    """Tell whether whole numbers are too large for doubles, and the others can be whole ones."""
    whole, other = (left, right) if _kind(left.type) == "integer" else (right, left)
    ends = pc.min_max(whole).as_py()
    if ends["min"] is None or -EXACT <= ends["min"] <= ends["max"] <= EXACT:
        return False
    try:
        other.cast(pa.int64())
    except pa.ArrowInvalid:
        return False
    return True


def _cells(name: str, kind: str, left: pa.Array, right: pa.Array) -> tuple[Cells, Cells]:
    left, right = (_cast(name, each, KINDS[kind]) for each in (left, right))
    if kind != "text":
        return _numeric(left, kind), _numeric(right, kind)
    known: Any = left.dictionary_encode().dictionary
    return _coded(left, known), _coded(right, known)


def _cast(name: str, array: pa.Array, target: pa.DataType) -> pa.Array:
    if array.type == target:
        return array
    try:
        return array.cast(target, safe=not pat.is_floating(target))
    except pa.ArrowInvalid as error:
        raise InvalidInputError(f"column {name!r} cannot be read as {target}: {error}") from error


def _numeric(array: pa.Array, kind: str) -> Cells:
    filled = array.fill_null(False if kind == "bool" else 0) if _holes(array, kind) else array
    if kind == "time":
        filled = array.cast(pa.int64()).fill_null(0) if array.null_count else array.cast(pa.int64())
    return Cells(filled.to_numpy(zero_copy_only=False), _null(array), array)


def _holes(array: pa.Array, kind: str) -> bool:
    return bool(array.null_count) and kind != "time"


def _coded(array: pa.Array, known: pa.Array) -> Cells:
    codes: Any = pc.index_in(array, value_set=known)
    return Cells(codes.fill_null(-1).to_numpy(zero_copy_only=False), _null(array), array)


def _null(array: pa.Array) -> Mask | None:
    return array.is_null().to_numpy(zero_copy_only=False) if array.null_count else None
