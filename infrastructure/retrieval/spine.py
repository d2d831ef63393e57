"""The spine: a caller's rows, checked, with their entities and times as arrays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.asof import Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.errors import InvalidSpineError, NaiveTimeError, NotFoundError
from featuretrail.infrastructure.values.casting import (
    ColumnError,
    checked_text,
    without_dictionary,
)
from featuretrail.infrastructure.values.frames import to_table

_SHOWN_ROWS = 5
_YEAR_1 = -62_135_596_800_000_000
_YEAR_9999_END = 253_402_300_799_999_999
_ADVICE = {"text": "give text", "int64": "give integers (in pandas: column.astype('int64'))"}


@frozen(eq=False)
class Spine:
    """Rows to answer: ``table`` as it is carried into the output, times in microseconds of UTC.

    ``keys`` holds each key column in the type its groups give it.
    """

    table: pa.Table
    times: Ints = field(repr=False)
    keys: Mapping[tuple[str, str], pa.Array] = field(repr=False)

    @classmethod
    def read(cls, given: object, groups: Iterable[FeatureGroup], time_column: str) -> Self:
        """Check ``given`` as the spine of a join to ``groups``.

        Raises ``NotFoundError`` for a missing column, ``NaiveTimeError`` for times without a zone
        and ``InvalidSpineError`` for anything else that cannot be joined.
        """
        table = to_table(given, "the spine")
        column = _column(table, time_column, "the spine")
        times = _times(column, time_column)
        place = table.column_names.index(time_column)
        table = table.set_column(place, time_column, times)
        keys = read_keys(table, groups, "the spine")
        return cls(table, times.cast(pa.int64()).to_numpy(), keys)

    def keys_of(self, group: FeatureGroup) -> list[pa.Array]:
        """Return the key columns of ``group``, in its order."""
        return [self.keys[key] for key in group.keys.items()]

    def __len__(self) -> int:
        return int(self.table.num_rows)


def read_keys(
    table: pa.Table, groups: Iterable[FeatureGroup], what: str
) -> dict[tuple[str, str], pa.Array]:
    """Return the key columns that ``groups`` need from ``table``, by name and type."""
    keys: dict[tuple[str, str], pa.Array] = {}
    for group in groups:
        for name, dtype in group.keys.items():
            if (name, dtype) not in keys:
                column = _column(table, name, f"{what} (a key of group {group.name!r})")
                keys[name, dtype] = _key(column, name, dtype, what)
    return keys


def _column(table: pa.Table, name: str, what: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise NotFoundError(f"column in {what} named", name, table.column_names)
    return table.column(name)


def _times(column: pa.ChunkedArray, name: str) -> pa.Array:
    if pat.is_null(column.type):
        refuse_rows(range(len(column)), f"time column {name!r} is NULL")
        return pa.array([], UTC_TIME)
    if not pat.is_timestamp(column.type):
        raise InvalidSpineError(
            f"time column {name!r} has type {column.type}; give times with a time zone"
        )
    if column.type.tz is None:
        raise NaiveTimeError(f"time column {name!r} of the spine")
    refuse_rows(null_rows(column), f"time column {name!r} is NULL")
    try:
        times = one_array(column.cast(UTC_TIME))
    except pa.ArrowInvalid:
        coarse = column.cast(UTC_TIME, safe=False).cast(column.type, safe=False)
        differing = np.flatnonzero(pc.not_equal(coarse, column).to_numpy())
        refuse_rows(differing, f"time column {name!r} is finer than microseconds, or out of range")
        raise
    moments = times.cast(pa.int64()).to_numpy()
    outside = np.flatnonzero((moments < _YEAR_1) | (moments > _YEAR_9999_END))
    refuse_rows(outside, f"time column {name!r} lies outside the years 1 to 9999")
    return times


def _key(column: pa.ChunkedArray, name: str, dtype: str, what: str) -> pa.Array:
    column = without_dictionary(column)
    fits = _is_text(column.type) if dtype == "text" else pat.is_integer(column.type)
    if not fits and not pat.is_null(column.type):
        raise InvalidSpineError(
            f"key column {name!r} of {what} has type {column.type} but is {dtype}; {_ADVICE[dtype]}"
        )
    refuse_rows(null_rows(column), f"key column {name!r} is NULL", what)
    try:
        if dtype == "text":
            return checked_text(name, column).cast(pa.string())
        return one_array(column.cast(ARROW_TYPES[dtype]))
    except ColumnError as error:
        raise InvalidSpineError(f"{what}: {error.fault}") from error
    except pa.ArrowInvalid as error:
        raise InvalidSpineError(f"key column {name!r} of {what} is not {dtype}: {error}") from error


def _is_text(arrow: pa.DataType) -> bool:
    return bool(pat.is_string(arrow) or pat.is_large_string(arrow) or pat.is_string_view(arrow))


def null_rows(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return the ordinals of the NULLs in ``column``."""
    if column.null_count == 0:
        return np.empty(0, np.int64)
    return np.flatnonzero(column.is_null().to_numpy())


def refuse_rows(
    rows: Sequence[int] | NDArray[np.int64], fault: str, what: str = "the spine"
) -> None:
    """Raise ``InvalidSpineError`` naming the first of ``rows``, if there are any."""
    if len(rows) == 0:
        return
    shown = ", ".join(str(row) for row in rows[:_SHOWN_ROWS])
    more = f" and {len(rows) - _SHOWN_ROWS} more" if len(rows) > _SHOWN_ROWS else ""
    raise InvalidSpineError(f"{what}: {fault} in row{'s' * (len(rows) > 1)} {shown}{more}")
