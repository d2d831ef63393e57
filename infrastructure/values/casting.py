"""One given column as the type its feature or key has: lossless casts only."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from featuretrail.domain.columns import one_array
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError, NaiveTimeError
from featuretrail.infrastructure.values.columns import Target

STORED_TYPES: dict[str, pa.DataType] = {
    "float64": pa.float64(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "text": pa.large_string(),
    "timestamptz": UTC_TIME,
}
"""Text has 64-bit offsets here, so that one array holds any batch."""

SHOWN_ROWS = 5


class ColumnError(InvalidInputError):
    """A column cannot be kept as its type; ``rows`` holds the first offending ordinals."""

    def __init__(self, column: str, fault: str, rows: Sequence[int] = ()) -> None:
        self.column = column
        self.fault = fault
        self.rows = tuple(rows)
        super().__init__(fault)


_EARLIEST = -62_135_596_800_000_000
_LATEST = 253_402_300_799_999_999


def _is_text(arrow: pa.DataType) -> bool:
    return bool(pat.is_string(arrow) or pat.is_large_string(arrow) or pat.is_string_view(arrow))


def _is_number(arrow: pa.DataType) -> bool:
    return bool(pat.is_floating(arrow) or pat.is_integer(arrow))


_ACCEPTS: dict[str, Callable[[pa.DataType], bool]] = {
    "float64": _is_number,
    "int64": pat.is_integer,
    "bool": pat.is_boolean,
    "text": _is_text,
    "timestamptz": pat.is_timestamp,
}

_ADVICE = {
    "float64": "give numbers",
    "int64": "give integers (in pandas, integers with missing values are column.astype('Int64'))",
    "bool": "give booleans",
    "text": "give text (decode bytes, and write numbers out, first)",
    "timestamptz": "give times with a time zone, not text or dates",
}


def cast_column(target: Target, column: pa.ChunkedArray) -> pa.Array:
    """Return ``column`` as one array of the target's type, every value kept exactly.

    Integers become wider integers and, up to 2**53, floats; floats become wider floats; times of
    any unit and zone become microseconds in UTC. Raises ``ColumnError`` with the first rows
    that cannot be kept and ``NaiveTimeError`` for times without a zone.
    """
    arrow = column.type
    if pat.is_dictionary(arrow):
        return cast_column(target, without_dictionary(column))
    if not (pat.is_null(arrow) or _ACCEPTS[target.dtype](arrow)):
        raise ColumnError(
            target.given,
            f"column {target.given!r} has type {arrow} but must be {target.dtype}; "
            f"{_ADVICE[target.dtype]}",
        )
    if pat.is_timestamp(arrow) and arrow.tz is None:
        raise NaiveTimeError(f"column {target.given!r}")
    if target.dtype == "text":
        return checked_text(target.given, column)
    array = _cast(target, column)
    if target.dtype == "timestamptz":
        _refuse_unreadable_years(target, array)
    return array


def without_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ``column`` with the values of its dictionary, if it has one, in their places."""
    if not pat.is_dictionary(column.type):
        return column
    values = column.type.value_type
    # Arrow takes no elements of text views, which polars' categories are
    plain = pa.large_string() if _is_text(values) else values
    chunks = [chunk.dictionary.cast(plain).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, plain)


def refuse_rows(column: str, rows: np.ndarray, fault: str) -> None:
    """Raise ``ColumnError`` if ``rows`` (ordinals) holds any, naming the first ones."""
    if len(rows) == 0:
        return
    shown = ", ".join(str(row) for row in rows[:SHOWN_ROWS])
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    raise ColumnError(
        column,
        f"column {column!r} {fault} (row{'s' if len(rows) > 1 else ''} {shown}{more})",
        [int(row) for row in rows[:SHOWN_ROWS]],
    )


def _cast(target: Target, column: pa.ChunkedArray) -> pa.Array:
    stored = STORED_TYPES[target.dtype]
    try:
        return one_array(column.cast(stored))
    except pa.ArrowInvalid as error:
        refuse_rows(
            target.given,
            _lost_rows(column, stored),
            f"of type {column.type} holds values that {target.dtype} cannot keep exactly"
            + _exactness(target.dtype),
        )
        raise ColumnError(target.given, f"column {target.given!r}: {error}") from error


def _lost_rows(column: pa.ChunkedArray, stored: pa.DataType) -> np.ndarray:
    forth = column.cast(stored, safe=False)
    if pat.is_unsigned_integer(column.type) and pat.is_integer(stored):
        lost = pc.less(forth, 0)
    else:
        lost = pc.not_equal(forth.cast(column.type, safe=False), column)
    return _true_rows(pc.fill_null(lost, fill_value=False))


def _exactness(dtype: str) -> str:
    if dtype == "timestamptz":
        return ", which has whole microseconds; round them first"
    return ": integers beyond 2**53" if dtype == "float64" else ""


def checked_text(name: str, column: pa.ChunkedArray) -> pa.Array:
    """Return the text ``column``, called ``name`` in errors, as one array of large text.

    Raises ``ColumnError`` for what PostgreSQL cannot store: bytes that are no UTF-8, and NUL.
    """
    array = one_array(_as_large_text(name, column))
    content = _content(array)
    if len(content) and not content.min():
        with_nul = pc.fill_null(
            pc.greater_equal(pc.find_substring(array, "\0"), 0), fill_value=False
        )
        refuse_rows(
            name,
            _true_rows(with_nul),
            "holds text with the character NUL, which PostgreSQL cannot store; remove it",
        )
    return array


def _as_large_text(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        refuse_rows(
            name,
            np.array([row for row, value in enumerate(_as_bytes(column)) if not _is_utf8(value)]),
            "holds bytes that are not valid UTF-8; decode them with the encoding they have",
        )
        raise
    return column.cast(pa.large_string())


def _as_bytes(column: pa.ChunkedArray) -> list[bytes | None]:
    binary = pa.binary_view() if pat.is_string_view(column.type) else pa.large_binary()
    values: list[bytes | None] = column.cast(binary).to_pylist()
    return values


def _is_utf8(value: bytes | None) -> bool:
    if value is None:
        return True
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _content(array: pa.Array) -> np.ndarray:
    _, offsets, content = array.buffers()
    if content is None or len(array) == 0:
        return np.empty(0, np.uint8)
    ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]


def _refuse_unreadable_years(target: Target, array: pa.Array) -> None:
    outside = pc.or_(
        pc.less(array.view(pa.int64()), _EARLIEST), pc.greater(array.view(pa.int64()), _LATEST)
    )
    refuse_rows(
        target.given,
        _true_rows(pc.fill_null(outside, fill_value=False)),
        "holds times outside the years 1 to 9999",
    )


def _true_rows(mask: pa.Array | pa.ChunkedArray) -> np.ndarray:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False) if isinstance(mask, pa.Array)
                          else mask.to_numpy())  # fmt: skip
