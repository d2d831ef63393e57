"""Arrow columns as the bytes of PostgreSQL's binary COPY and binary arrays, packed by numpy.

The format (PostgreSQL manual, "COPY", binary format): each row is a 16-bit count of fields, then
for each field a 32-bit length (-1 for NULL) and that many bytes; all numbers are big-endian. A row
of fixed-width fields without NULLs is one record of a numpy structured array. Adjacent such fields
form a segment; rows with text or NULLs are put together from segments whose places are computed
for all rows at once, so no Python runs a row.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.int64]

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

CHUNK_BYTES = 1 << 20

_POSTGRES_EPOCH = 946_684_800_000_000
_NULL = np.frombuffer(b"\xff\xff\xff\xff", "V4")


@frozen
class _Fixed:
    """A stretch of every row that is equally long in all of them: records of one width."""

    records: NDArray[np.void]

    @property
    def width(self) -> int:
        return self.records.dtype.itemsize

    def lengths(self) -> int:
        return self.width

    def put(self, out: Bytes, places: Offsets) -> None:
        _slots(out, self.width)[places] = self.records.view(f"V{self.width}")


@frozen
class _Nullable:
    """A fixed-width field of which some are NULL."""

    records: NDArray[np.void]
    valid: NDArray[np.bool_]

    def lengths(self) -> Offsets:
        return np.where(self.valid, self.records.dtype.itemsize, 4)

    def put(self, out: Bytes, places: Offsets) -> None:
        width = self.records.dtype.itemsize
        _slots(out, 4)[places[~self.valid]] = _NULL
        _slots(out, width)[places[self.valid]] = self.records[self.valid].view(f"V{width}")


@frozen
class _Text:
    """A text field: where each value begins and ends in ``content``."""

    content: Bytes
    starts: Offsets
    sizes: Offsets
    valid: NDArray[np.bool_] | None

    def lengths(self) -> Offsets:
        return self.sizes + 4

    def put(self, out: Bytes, places: Offsets) -> None:
        heads = self.sizes.astype(">i4")
        if self.valid is not None:
            heads[~self.valid] = -1
        _slots(out, 4)[places] = heads.view("V4")
        within = np.arange(self.sizes.sum()) - np.repeat(
            np.cumsum(self.sizes) - self.sizes, self.sizes
        )
        target = np.repeat(places + 4, self.sizes) + within
        out[target] = self.content[np.repeat(self.starts, self.sizes) + within]


_Segment = _Fixed | _Nullable | _Text


def copy_chunks(
    columns: Sequence[pa.Array], chunk_bytes: int = CHUNK_BYTES
) -> Iterator[bytes | memoryview]:
    """Yield the binary COPY of rows made of ``columns``, in chunks of about ``chunk_bytes``.

    The columns have the types of ``casting.STORED_TYPES`` and one length. The first chunk begins
    with the header; the trailer is the last chunk.
    """
    yield HEADER
    for start, size in slices(columns, chunk_bytes):
        yield _rows([column.slice(start, size) for column in columns]).data
    yield TRAILER


def binary_array(column: pa.Array) -> bytes:
    """Return ``column`` as a one-dimensional PostgreSQL array in binary form."""
    oid = ELEMENT_OIDS[str(column.type)]
    has_nulls = int(column.null_count > 0)
    if len(column) == 0:
        return np.array([0, 0, oid], ">i4").tobytes()
    head = np.array([1, has_nulls, oid, len(column), 1], ">i4").tobytes()
    return head + _joined([_segment(column)], len(column)).tobytes()


ELEMENT_OIDS = {
    "double": 701,
    "int64": 20,
    "bool": 16,
    "large_string": 25,
    "timestamp[us, tz=UTC]": 1184,
}
"""PostgreSQL's type of each stored Arrow type."""


def row_sizes(columns: Sequence[pa.Array]) -> Offsets:
    """Return about how many bytes each row takes (NULLs counted as values)."""
    fixed = sum(4 + (0 if _is_text(c) else _value_type(c).itemsize) for c in columns) + 2
    sizes: Offsets = np.full(len(columns[0]), fixed, np.int64)
    for column in filter(_is_text, columns):
        sizes += _text(column).sizes
    return sizes


def slices(columns: Sequence[pa.Array], slice_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield the start and length of runs of rows that take about ``slice_bytes`` each."""
    ends = np.cumsum(row_sizes(columns))
    start = 0
    while start < len(ends):
        reached = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, reached + slice_bytes, side="right")))
        yield start, stop - start
        start = stop


def _rows(columns: Sequence[pa.Array]) -> Bytes:
    """Return the rows of ``columns`` without header and trailer."""
    segments: list[_Segment] = []
    run: list[pa.Array] = []
    led = False
    for column in columns:
        if _is_text(column) or column.null_count:
            if run or not led:
                segments.append(_fixed(run, None if led else len(columns), len(column)))
            segments.append(_segment(column))
            run, led = [], True
        else:
            run.append(column)
    if run:
        segments.append(_fixed(run, None if led else len(columns), len(columns[0])))
    return _joined(segments, len(columns[0]))


def _joined(segments: Sequence[_Segment], rows: int) -> Bytes:
    if len(segments) == 1 and isinstance(segments[0], _Fixed):
        return segments[0].records.view(np.uint8)
    lengths = [segment.lengths() for segment in segments]
    sizes = reduce(np.add, lengths, np.zeros(rows, np.int64))
    out = np.empty(int(sizes.sum()), np.uint8)
    places = np.cumsum(sizes) - sizes
    for segment, length in zip(segments, lengths, strict=True):
        segment.put(out, places)
        places = places + length
    return out


def _segment(column: pa.Array) -> _Segment:
    if _is_text(column):
        return _text(column)
    records = _fixed([column.fill_null(_zero(column))], None, len(column)).records
    if column.null_count == 0:
        return _Fixed(records)
    return _Nullable(records, _valid(column))


def _fixed(columns: Sequence[pa.Array], fields: int | None, rows: int) -> _Fixed:
    head = [] if fields is None else [("fields", ">i2")]
    cells = [
        part
        for n, column in enumerate(columns)
        for part in ((f"size{n}", ">i4"), (f"value{n}", _value_type(column)))
    ]
    records = np.empty(rows, np.dtype([*head, *cells]))
    if fields is not None:
        records["fields"] = fields
    for n, column in enumerate(columns):
        records[f"size{n}"] = _value_type(column).itemsize
        records[f"value{n}"] = _values(column)
    return _Fixed(records)


def _text(column: pa.Array) -> _Text:
    _, offset_buffer, content = column.buffers()
    if len(column) == 0:
        empty = np.empty(0, np.int64)
        return _Text(np.empty(0, np.uint8), empty, empty, None)
    offsets = np.frombuffer(offset_buffer, np.int64)[
        column.offset : column.offset + len(column) + 1
    ]
    sizes = np.diff(offsets)
    valid = _valid(column) if column.null_count else None
    return _Text(
        np.empty(0, np.uint8) if content is None else np.frombuffer(content, np.uint8),
        offsets[:-1],
        sizes if valid is None else np.where(valid, sizes, 0),
        valid,
    )


def _values(column: pa.Array) -> NDArray[Any]:
    if not pa.types.is_timestamp(column.type):
        plain: NDArray[Any] = column.to_numpy(zero_copy_only=False)
        return plain
    microseconds: Offsets = column.view(pa.int64()).to_numpy()
    return microseconds - _POSTGRES_EPOCH


def _value_type(column: pa.Array) -> np.dtype[Any]:
    if pa.types.is_boolean(column.type):
        return np.dtype("?")
    return np.dtype(">f8") if pa.types.is_floating(column.type) else np.dtype(">i8")


def _zero(column: pa.Array) -> pa.Scalar:
    return pa.scalar(0).cast(column.type)


def _valid(column: pa.Array) -> NDArray[np.bool_]:
    valid: NDArray[np.bool_] = column.is_valid().to_numpy(zero_copy_only=False)
    return valid


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_large_string(column.type))


def _slots(out: Bytes, width: int) -> NDArray[np.void]:
    """Return ``out`` as overlapping items of ``width`` bytes, one beginning at every byte."""
    return np.ndarray(max(0, len(out) - width + 1), f"V{width}", out.data, strides=(1,))
