"""The logical types the canonical digest knows, and the bytes it takes of each one's values."""

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError

Pieces = tuple[memoryview, ...]

_UTC_SPELLINGS = frozenset({"UTC", "Etc/UTC", "+00:00", "Z"})


@attrs.frozen
class LogicalType:
    """A type of the digest: its name, the Arrow type it is read as, what stands under a null.

    ``pieces`` gives the bytes of an array of the Arrow type ``arrow`` that has rows and no nulls.
    """

    name: str
    arrow: pa.DataType
    zero: object
    pieces: Callable[[pa.Array], Pieces]

    def read(self, column: str, block: pa.ChunkedArray) -> pa.Array:
        """Return ``block``, which has rows, as one array of the type's plain Arrow layout.

        Raises ``InvalidInputError`` for a time that is no whole number of microseconds.
        """
        chunks = [self._plain(column, chunk) for chunk in block.chunks]
        return chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)

    def value_pieces(self, block: pa.Array) -> Pieces:
        """Return the bytes of the values of ``block``, its nulls taken for the type's zero."""
        return self.pieces(block.fill_null(self.zero) if block.null_count else block)

    def _plain(self, column: str, chunk: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(chunk.type):
            return self._plain(column, chunk.dictionary).take(chunk.indices)
        try:
            return chunk.cast(self.arrow)
        except pa.ArrowInvalid as error:
            raise InvalidInputError(
                f"column {column!r} of type {chunk.type} cannot be read as {self.arrow}: {error}; "
                "times are kept in whole microseconds, so round them first, for example with "
                "pyarrow.compute.round_temporal(column, unit='microsecond')"
            ) from error


def logical_type(column: str, arrow: pa.DataType) -> LogicalType:
    """Return the logical type of ``column``, whose Arrow type is ``arrow``.

    Raises ``NaiveTimeError`` for a timestamp without a time zone and ``InvalidInputError`` for a
    type that has no canonical digest.
    """
    if pa.types.is_dictionary(arrow):
        return logical_type(column, arrow.value_type)
    if pa.types.is_timestamp(arrow):
        return _instant(column, arrow)
    found = _BY_ARROW_TYPE.get(arrow)
    if found is None:
        raise InvalidInputError(
            f"column {column!r} has type {arrow}, which has no canonical digest; supported are "
            "bool, int8 to int64, uint8 to uint64, float32, float64, text and binary in any "
            "layout of variable length, timestamps in UTC, date32, null, and dictionaries of these"
        )
    return found


def _instant(column: str, arrow: pa.DataType) -> LogicalType:
    if arrow.tz is None:
        raise NaiveTimeError(f"column {column!r}")
    if arrow.tz not in _UTC_SPELLINGS:
        raise InvalidInputError(
            f"column {column!r} has type {arrow}; times are kept in UTC, so convert it, for "
            "example with column.cast(pyarrow.timestamp('us', tz='UTC'))"
        )
    return _TIMESTAMP


def _integers(block: pa.Array) -> Pieces:
    return (_little_endian(block.to_numpy()),)


def _days(block: pa.Array) -> Pieces:
    return _integers(block.view(pa.int32()))


def _microseconds(block: pa.Array) -> Pieces:
    return _integers(block.view(pa.int64()))


def _floats(block: pa.Array) -> Pieces:
    """Give every NaN one bit pattern and -0.0 that of 0.0, copying only where there is either.

    On the bits, because arithmetic depends on the processor's mode (flushed denormals).
    """
    values = block.to_numpy()
    width = values.dtype.itemsize
    signed, unsigned = values.view(f"i{width}"), values.view(f"u{width}")
    bits = _FLOAT_BITS[width]
    if signed.max() > bits.infinity or unsigned.max() > bits.minus_infinity:
        signed = np.where(np.isnan(values), bits.nan, signed)
    if signed.min() == bits.minus_zero:
        signed = np.where(signed == bits.minus_zero, 0, signed)
    return (_little_endian(signed),)


def packed_bits(flags: pa.Array) -> memoryview:
    """Return a boolean array that has rows and no nulls as bits, the first the least significant.

    The bits past the last row are zero.
    """
    end = flags.offset + len(flags)
    stored = np.frombuffer(flags.buffers()[1], np.uint8)[flags.offset // 8 : -(-end // 8)]
    bits = np.unpackbits(stored, bitorder="little")[flags.offset % 8 :][: len(flags)]
    return np.packbits(bits, bitorder="little").data


def _flags(block: pa.Array) -> Pieces:
    return (packed_bits(block),)


def _lengths_and_bytes(block: pa.Array) -> Pieces:
    _, offset_buffer, content = block.buffers()
    rows = slice(block.offset, block.offset + len(block) + 1)
    offsets: NDArray[np.int64] = np.frombuffer(offset_buffer, np.int64)[rows]
    lengths = _little_endian(np.diff(offsets))
    if offsets[0] == offsets[-1]:
        return (lengths,)
    return lengths, memoryview(content).cast("B")[offsets[0] : offsets[-1]]


def _nothing(_: pa.Array) -> Pieces:
    return ()


def _little_endian(values: NDArray[Any]) -> memoryview:
    return values.astype(values.dtype.newbyteorder("<"), copy=False).view(np.uint8).data


@attrs.frozen
class _FloatBits:
    minus_zero: int
    infinity: int
    minus_infinity: int
    nan: int


_FLOAT_BITS = {
    4: _FloatBits(-(1 << 31), 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000),
    8: _FloatBits(-(1 << 63), 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_0000),
}

_TIMESTAMP = LogicalType("timestamptz", pa.timestamp("us", tz="UTC"), 0, _microseconds)
_TEXT = LogicalType("text", pa.large_string(), "", _lengths_and_bytes)
_BINARY = LogicalType("binary", pa.large_binary(), b"", _lengths_and_bytes)
_INTEGERS = (
    pa.int8(), pa.int16(), pa.int32(), pa.int64(),
    pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
)  # fmt: skip

_BY_ARROW_TYPE: dict[pa.DataType, LogicalType] = {
    **{arrow: LogicalType(str(arrow), arrow, 0, _integers) for arrow in _INTEGERS},
    **dict.fromkeys((pa.string(), pa.large_string(), pa.string_view()), _TEXT),
    **dict.fromkeys((pa.binary(), pa.large_binary(), pa.binary_view()), _BINARY),
    pa.bool_(): LogicalType("bool", pa.bool_(), zero=False, pieces=_flags),
    pa.float32(): LogicalType("float32", pa.float32(), 0.0, _floats),
    pa.float64(): LogicalType("float64", pa.float64(), 0.0, _floats),
    pa.date32(): LogicalType("date", pa.date32(), 0, _days),
    pa.null(): LogicalType("null", pa.null(), None, _nothing),
}
