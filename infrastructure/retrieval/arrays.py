"""Numpy arrays as query parameters, in PostgreSQL's binary array format."""

from struct import pack
from typing import Any, Self, cast

import numpy as np
import psycopg
import pyarrow as pa
from attrs import field, frozen
from psycopg.abc import DumperKey
from psycopg.adapt import Dumper, PyFormat
from psycopg.pq import Format

from featuretrail.domain.asof import Ints

_POSTGRES_EPOCH = 946_684_800_000_000
_INT8, _INT8_ARRAY = 20, 1016
_TIMESTAMPTZ, _TIMESTAMPTZ_ARRAY = 1184, 1185


@frozen(eq=False)
class BinaryArray:
    """An array parameter as its bytes and the object id of its type."""

    oid: int
    content: bytes = field(repr=False)

    @classmethod
    def integers(cls, values: Ints) -> Self:
        """Return ``bigint[]``."""
        return cls(_INT8_ARRAY, _packed(values, _INT8))

    @classmethod
    def moments(cls, microseconds: Ints) -> Self:
        """Return ``timestamptz[]`` of microseconds since 1970."""
        return cls(_TIMESTAMPTZ_ARRAY, _packed(microseconds - _POSTGRES_EPOCH, _TIMESTAMPTZ))


def key_array(column: pa.Array) -> BinaryArray | list[str]:
    """Return a key column (text or int64) as an array parameter."""
    if pa.types.is_int64(column.type):
        return BinaryArray.integers(column.to_numpy())
    return cast("list[str]", column.to_pylist())


def _packed(values: Ints, element: int) -> bytes:
    if values.size == 0:
        return pack(">iii", 0, 0, element)
    elements = np.empty(values.size, [("length", ">i4"), ("value", ">i8")])
    elements["length"] = 8
    elements["value"] = values
    return pack(">iiiii", 1, 0, element, values.size, 1) + elements.tobytes()


class BinaryArrayDumper(Dumper):
    """Hands a ``BinaryArray`` to psycopg as it is."""

    format = Format.BINARY

    def get_key(self, obj: BinaryArray, format: PyFormat) -> DumperKey:  # noqa: A002, ARG002
        """Tell arrays of different types apart."""
        return (self.cls, cast("type", obj.oid))

    def upgrade(self, obj: BinaryArray, format: PyFormat) -> Dumper:  # noqa: A002, ARG002
        """Return a dumper for the type of ``obj``."""
        dumper = type(self)(self.cls)
        dumper.oid = obj.oid
        return dumper

    def dump(self, obj: BinaryArray) -> bytes:
        """Return the bytes."""
        return obj.content


def array_cursor(connection: psycopg.Connection[Any]) -> psycopg.Cursor[Any]:
    """Return a cursor of ``connection`` that takes ``BinaryArray`` and answers in binary."""
    cursor = connection.cursor(binary=True)
    cursor.adapters.register_dumper(BinaryArray, BinaryArrayDumper)
    return cursor
