"""The canonical digest of a table: what its cells say, however they are laid out in memory.

``docs/digest.md`` defines it byte for byte. A table's digest covers its row count and, in column
order, each column's name, logical type and column digest; a column's digest covers its logical
type, row count, validity and values in blocks of 131,072 rows. A batch's digest is the same
function over the batch's rows in their canonical order, which is the caller's to establish.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import attrs
import pyarrow as pa
from blake3 import blake3

from featuretrail.domain.digest_types import LogicalType, logical_type, packed_bits
from featuretrail.domain.errors import InvalidInputError

DIGEST_FORMAT = "featuretrail/digest/1"
BLOCK_ROWS = 131_072

_THREADS = 4
_CELLS_WORTH_THREADS = 1 << 20


@attrs.frozen
class ColumnDigest:
    """A column's name, logical type (``float64``, ``text``, ...) and digest (64 hex characters)."""

    name: str
    type: str
    digest: str


@attrs.frozen
class TableDigest:
    """A table's row count and its columns' digests, which together determine its own digest."""

    rows: int
    columns: tuple[ColumnDigest, ...]

    @property
    def digest(self) -> str:
        """The table's digest, 64 hex characters."""
        hasher = blake3(_text(DIGEST_FORMAT) + _count(self.rows) + _count(len(self.columns)))
        for column in self.columns:
            hasher.update(_text(column.name) + _text(column.type) + bytes.fromhex(column.digest))
        return hasher.hexdigest()


def table_digest(table: pa.Table) -> str:
    """Return the canonical digest of ``table``: 64 hex characters of BLAKE3.

    Equal for equal cells under equal names and logical types in equal order; independent of
    chunking, offsets, bytes under nulls, compression, dictionary encoding, text layout, schema
    metadata, platform and library version. Raises ``InvalidInputError`` for a type outside the
    definition, a repeated column name, or a time that is no whole number of microseconds, and
    ``NaiveTimeError`` for a time without a time zone.
    """
    return digest_table(table).digest


def column_digests(table: pa.Table) -> dict[str, str]:
    """Return each column's digest by name; equal digests mean equal type, length and cells."""
    return {column.name: column.digest for column in digest_table(table).columns}


def digest_table(table: pa.Table) -> TableDigest:
    """Return the digests of ``table`` and of its columns; errors as of ``table_digest``."""
    _refuse_repeated_names(table.schema.names)
    types = [logical_type(field.name, field.type) for field in table.schema]
    work = zip(table.schema.names, types, table.columns, strict=True)
    if table.num_rows * table.num_columns < _CELLS_WORTH_THREADS:
        columns = [_column_digest(*item) for item in work]
    else:
        with ThreadPoolExecutor(_THREADS) as threads:
            columns = list(threads.map(lambda item: _column_digest(*item), work))
    return TableDigest(table.num_rows, tuple(columns))


def _refuse_repeated_names(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidInputError(
                f"column {name!r} appears more than once; a digest needs distinct names"
            )
        seen.add(name)


def _column_digest(name: str, kind: LogicalType, column: pa.ChunkedArray) -> ColumnDigest:
    head = _text(f"{DIGEST_FORMAT}/column") + _text(kind.name) + _count(len(column))
    hasher = blake3(head)
    for start in range(0, len(column), BLOCK_ROWS):
        block = kind.read(name, column.slice(start, BLOCK_ROWS))
        hasher.update(_validity(block))
        for piece in kind.value_pieces(block):
            hasher.update(piece)
    return ColumnDigest(name, kind.name, hasher.hexdigest())


def _validity(block: pa.Array) -> bytes:
    if block.null_count == 0:
        return b"\x00"
    return b"\x01" + packed_bits(block.is_valid())


def _count(number: int) -> bytes:
    return number.to_bytes(8, "little")


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _count(len(encoded)) + encoded
