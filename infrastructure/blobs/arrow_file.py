"""Tables as Arrow IPC files of one record batch, uncompressed, so that they can be memory-mapped.

Uncompressed, because writing is then twice as fast as with lz4 and reading needs no copy; identity
is the canonical digest and never the bytes.
"""

from typing import IO

import pyarrow as pa
import pyarrow.ipc

from featuretrail.domain.digest import table_digest
from featuretrail.domain.digest_types import LogicalType, logical_type
from featuretrail.domain.errors import ContentAlteredError, InvalidInputError

_SHORT_OFFSETS = {pa.large_string(): pa.string(), pa.large_binary(): pa.binary()}
_SHORT_BYTES = 2**31 - 1


def write_arrow(table: pa.Table, sink: IO[bytes] | pa.NativeFile) -> None:
    """Write ``table`` to ``sink`` in its plain layout: what its digest covers and nothing else.

    Dictionaries are decoded, times are microseconds in UTC, schema metadata is dropped. Raises
    ``InvalidInputError`` for a table that has no canonical digest.
    """
    batch = _plain_batch(table)
    options = pa.ipc.IpcWriteOptions(allow_64bit=True)
    with pa.ipc.new_file(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)


def read_arrow(source: pa.Buffer | pa.NativeFile, digest: str, what: str) -> pa.Table:
    """Return the table in ``source``, without a copy where ``source`` is memory.

    Raises ``ContentAlteredError`` naming ``what`` when it cannot be decoded or when its canonical
    digest is another than ``digest``.
    """
    try:
        table = pa.ipc.open_file(source).read_all()
        table.validate(full=True)
        actual = table_digest(table)
    except (pa.ArrowException, OSError, UnicodeDecodeError, InvalidInputError) as error:
        unreadable = f"none, as it cannot be decoded ({error})"
        raise ContentAlteredError(what, digest, unreadable) from error
    if actual != digest:
        raise ContentAlteredError(what, digest, actual)
    return table


def checked_digest(digest: str) -> str:
    """Return ``digest`` if it is one (64 lowercase hex characters), or raise InvalidInputError."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise InvalidInputError(f"{digest!r} is no digest: 64 lowercase hex characters are needed")
    return digest


def _plain_batch(table: pa.Table) -> pa.RecordBatch:
    if not table.num_columns:
        rows = pa.array([{}] * table.num_rows, pa.struct([]))
        return pa.RecordBatch.from_struct_array(rows)
    arrays = [
        _plain_array(field.name, logical_type(field.name, field.type), column)
        for field, column in zip(table.schema, table.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=table.column_names)


def _plain_array(name: str, kind: LogicalType, column: pa.ChunkedArray) -> pa.Array:
    array = kind.read(name, column) if len(column) else pa.array([], kind.arrow)
    short = _SHORT_OFFSETS.get(kind.arrow)
    return array if short is None or array.nbytes > _SHORT_BYTES else array.cast(short)
