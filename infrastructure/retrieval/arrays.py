"""Numpy and Arrow arrays as parameters of queries that read, and arrays read back."""

from struct import unpack_from
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from numpy.typing import NDArray
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format

from featuretrail.domain.asof import Ints
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.infrastructure.values.arrays import ArrayDumper, ArrayParameter
from featuretrail.infrastructure.values.packing import binary_array

AnyConnection = psycopg.Connection[Any]

POSTGRES_EPOCH = 946_684_800_000_000
"""2000-01-01, from which PostgreSQL counts, in microseconds since 1970."""

_FORMATS = {"float64": ">f8", "int64": ">i8", "timestamptz": ">i8", "bool": "u1"}
_HEADER = 20
_ARRAY_OIDS = (1000, 1009, 1016, 1022, 1185)
"""bool[], text[], bigint[], double precision[], timestamptz[]"""


def integers(values: Ints) -> ArrayParameter:
    """Return a parameter for ``bigint[]``."""
    return ArrayParameter(binary_array(pa.array(values)))


def moments(microseconds: Ints) -> ArrayParameter:
    """Return a parameter for ``timestamptz[]`` of microseconds since 1970."""
    return ArrayParameter(binary_array(pa.array(microseconds).cast(UTC_TIME)))


def key_array(column: pa.Array) -> ArrayParameter:
    """Return a parameter for the array of a key column, text or int64."""
    text = pa.types.is_string(column.type)
    return ArrayParameter(binary_array(column.cast(pa.large_string()) if text else column))


def array_cursor(connection: AnyConnection) -> psycopg.Cursor[Any]:
    """Return a cursor of ``connection`` that takes array parameters and answers in binary."""
    cursor = connection.cursor(binary=True)
    cursor.adapters.register_dumper(ArrayParameter, ArrayDumper)
    return cursor


class _RawLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def raw_array_cursor(connection: AnyConnection) -> psycopg.RawCursor[Any]:
    """Return a cursor for numbered placeholders that reads arrays as bytes, for ``decode``."""
    cursor = psycopg.RawCursor(connection)
    cursor.format = Format.BINARY
    cursor.adapters.register_dumper(ArrayParameter, ArrayDumper)
    for oid in _ARRAY_OIDS:
        cursor.adapters.register_loader(oid, _RawLoader)
    return cursor


def decode(content: bytes | None, dtype: str) -> tuple[Any, NDArray[np.bool_] | None]:
    """Return a binary array's elements of ``dtype`` and which of them are NULL (None: none is).

    Numbers and times come as a numpy array (times as microseconds since 1970), text as a list.
    """
    if content is None or len(content) < _HEADER:
        return _as_array([], dtype), None
    has_null = unpack_from(">i", content, 4)[0]
    if dtype != "text" and not has_null:
        element = np.dtype([("length", ">i4"), ("value", _FORMATS[dtype])])
        return _native(np.frombuffer(content, element, offset=_HEADER)["value"], dtype), None
    elements = _elements(content)
    null = np.array([element is None for element in elements], np.bool_)
    if dtype == "text":
        return [None if e is None else e.decode() for e in elements], null
    zero = bytes(np.dtype(_FORMATS[dtype]).itemsize)
    whole = b"".join(zero if element is None else element for element in elements)
    return _native(np.frombuffer(whole, _FORMATS[dtype]), dtype), null


def to_arrow(values: Any, null: NDArray[np.bool_] | None, dtype: str) -> pa.Array:  # noqa: ANN401
    """Return decoded elements as Arrow, NULL where ``null``."""
    if dtype == "text":
        return pa.array(np.array(values, object), pa.string(), mask=null)
    if dtype == "timestamptz":
        return pa.array(values, mask=null).cast(UTC_TIME)
    return pa.array(values, ARROW_TYPES[dtype], mask=null)


def _as_array(values: list[bytes], dtype: str) -> Any:  # noqa: ANN401
    return values if dtype == "text" else _native(np.array(values, _FORMATS[dtype]), dtype)


def _native(values: NDArray[Any], dtype: str) -> NDArray[Any]:
    if dtype == "bool":
        return values.astype(np.bool_)
    native = values.astype(values.dtype.newbyteorder("="))
    return native + POSTGRES_EPOCH if dtype == "timestamptz" else native


def _elements(content: bytes) -> list[bytes | None]:
    elements: list[bytes | None] = []
    place = _HEADER
    while place < len(content):
        (length,) = unpack_from(">i", content, place)
        place += 4
        elements.append(None if length < 0 else content[place : place + length])
        place += max(length, 0)
    return elements
