"""Columns of tables as single arrays."""

import pyarrow as pa


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """Return ``column`` as one array, copied only if it has several chunks."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
