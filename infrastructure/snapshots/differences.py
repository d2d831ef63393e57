"""Where two matrices differ: rows only one has, cells that changed."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import asdict, frozen

from featuretrail.domain.cells import python_value
from featuretrail.domain.columns import one_array
from featuretrail.domain.digest import column_digests
from featuretrail.domain.equality import changed_rows


@frozen
class CellDifference:
    """One cell that differs: its row's ordinal on each side, its column and both values."""

    row: int
    other_row: int
    column: str
    value: Any
    other: Any

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as a JSON object; values of other than JSON's types as text."""
        plain = asdict(self)
        for name in ("value", "other"):
            if not isinstance(plain[name], bool | int | float | str | None):
                plain[name] = str(plain[name])
        return plain


def row_ids(tables: Sequence[pa.Table], keys: Sequence[str]) -> list[npt.NDArray[np.int64]]:
    """Return for each table one id a row: equal where the ``keys`` are, numbered by occurrence.

    The third row of some key in one table has the same id as the third in another.
    """
    sizes = [table.num_rows for table in tables]
    codes = np.zeros(sum(sizes), np.int64)
    for key in keys:
        column = pa.chunked_array([chunk for table in tables for chunk in table.column(key).chunks])
        encoded = one_array(column).dictionary_encode(null_encoding="encode")
        part = encoded.indices.to_numpy().astype(np.int64)
        codes = np.unique(codes * (len(encoded.dictionary) + 1) + part, return_inverse=True)[1]
    bounds = np.cumsum([0, *sizes])
    occurrences = [_occurrence(codes[a:b]) for a, b in itertools.pairwise(bounds)]
    ids = codes * (max(sizes, default=0) + 1) + np.concatenate(occurrences)
    return [ids[a:b] for a, b in itertools.pairwise(bounds)]


def _occurrence(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(codes) else order
    runs = np.diff(np.r_[starts, len(codes)])
    occurrence = np.empty(len(codes), np.int64)
    occurrence[order] = np.arange(len(codes)) - np.repeat(starts, runs)
    return occurrence


def differing_columns(table: pa.Table, other: pa.Table) -> list[str]:
    """Return the columns that both tables have with different content, by their digests."""
    left, right = column_digests(table), column_digests(other)
    return [name for name in table.column_names if name in right and left[name] != right[name]]


def cell_differences(
    table: pa.Table,
    other: pa.Table,
    columns: Sequence[str],
    limit: int,
    rows: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None = None,
) -> tuple[dict[str, int], tuple[CellDifference, ...]]:
    """Compare ``columns`` row by row: the number of changed cells a column, and the first few.

    ``rows`` names the ordinals of the rows to compare on each side (by default all, in order).
    """
    counts: dict[str, int] = {}
    found: list[CellDifference] = []
    left_rows, right_rows = rows or (np.arange(table.num_rows), np.arange(other.num_rows))
    for name in columns:
        left = table.column(name).take(left_rows) if rows else table.column(name)
        right = other.column(name).take(right_rows) if rows else other.column(name)
        if left.type != right.type:
            counts[name] = len(left_rows)
            continue
        changed = np.flatnonzero(changed_rows(left, right))
        if len(changed):
            counts[name] = len(changed)
        found += [
            CellDifference(
                int(left_rows[i]),
                int(right_rows[i]),
                name,
                python_value(left[i]),
                python_value(right[i]),
            )
            for i in changed[:limit].tolist()
        ]
    found.sort(key=lambda difference: (difference.row, difference.column))
    return counts, tuple(found[:limit])
