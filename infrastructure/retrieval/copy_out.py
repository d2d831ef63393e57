"""Rows in PostgreSQL's binary COPY format as Arrow arrays, decoded column by column in numpy."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from featuretrail.domain.asof import Ints
from featuretrail.domain.dtypes import ARROW_TYPES

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = len(_SIGNATURE) + 8
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH = 946_684_800_000_000
_WIDTHS = {"float64": ">f8", "int64": ">i8", "timestamptz": ">i8", "bool": "u1"}

Bytes = NDArray[np.uint8]


def decode(
    messages: Sequence[bytes | bytearray | memoryview], types: Mapping[str, str]
) -> pa.Table:
    """Return the rows of ``messages`` (one row each) as columns of ``types`` (dtypes by name).

    The format is that of PostgreSQL's manual, COPY, "Binary Format": a 16-bit count of fields, and
    for each a 32-bit length (-1 for NULL) and the value in network byte order.
    """
    sizes = np.fromiter(map(len, messages), np.int64, len(messages))
    content = np.frombuffer(b"".join(messages), np.uint8)
    starts = np.cumsum(sizes) - sizes
    if content[: len(_SIGNATURE)].tobytes() == _SIGNATURE:
        starts[0] = _HEADER
        if sizes[0] == _HEADER:
            starts = starts[1:]
    if starts.size and content[starts[-1] :].tobytes() == _TRAILER:
        starts = starts[:-1]
    columns = {}
    places = starts + 2
    for name, dtype in types.items():
        lengths = _gather(content, places, ">i4").astype(np.int64)
        places = places + 4
        columns[name] = _column(content, places, lengths, dtype)
        places = places + np.maximum(lengths, 0)
    return pa.table(columns)


def _gather(content: Bytes, places: Ints, dtype: str) -> NDArray[np.generic]:
    """Return the values of ``dtype`` that begin at ``places``, aligned or not."""
    width = np.dtype(dtype).itemsize
    if places.size == 0:
        return np.empty(0, dtype)
    windows: NDArray[np.generic] = np.ndarray(
        (content.size - width + 1,), dtype, buffer=content, strides=(1,)
    )
    return windows[np.minimum(places, windows.size - 1)]


def _column(content: Bytes, places: Ints, lengths: Ints, dtype: str) -> pa.Array:
    null = lengths < 0
    if dtype == "text":
        return _text(content, places, np.maximum(lengths, 0), null)
    raw = _gather(content, places, _WIDTHS[dtype])
    if dtype == "bool":
        return pa.array(raw != 0, mask=null)
    values = raw.astype(raw.dtype.newbyteorder("="))
    if dtype == "timestamptz":
        values = np.where(null, 0, values) + _POSTGRES_EPOCH
    array = pa.array(values, mask=null if null.any() else None)
    return array.cast(ARROW_TYPES[dtype])


def _text(content: Bytes, places: Ints, lengths: Ints, null: NDArray[np.bool_]) -> pa.Array:
    offsets = np.zeros(lengths.size + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    gathered = content[np.repeat(places - offsets[:-1], lengths) + np.arange(offsets[-1])]
    valid = np.packbits(~null, bitorder="little")
    buffers = [pa.py_buffer(part) for part in (valid, offsets.astype(np.int32), gathered)]
    return pa.StringArray.from_buffers(lengths.size, buffers[1], buffers[2], buffers[0])
