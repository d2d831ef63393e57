"""Statistics of a matrix's columns, kept with a snapshot for people; no part of its identity."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from featuretrail.domain.cells import moment_text
from featuretrail.domain.digest_types import logical_type


def column_statistics(table: pa.Table) -> list[dict[str, Any]]:
    """Return a JSON object for each column of ``table``: name, type, rows, nulls and more by type.

    Numbers add ``nan``, ``minimum``, ``maximum``, ``mean`` and ``std`` (population; Welford's by
    numpy) over finite values, ``None`` without any or past float64; text and booleans add
    ``distinct``; times add ``minimum`` and ``maximum`` in ISO 8601. A dictionary counts as its
    values. Raises ``InvalidInputError`` for a type that has no canonical digest.
    """
    return [
        _statistics(name, column)
        for name, column in zip(table.column_names, table.columns, strict=False)
    ]


def _statistics(name: str, column: pa.ChunkedArray) -> dict[str, Any]:
    statistics: dict[str, Any] = {
        "name": name,
        "type": str(column.type),
        "rows": len(column),
        "nulls": column.null_count,
    }
    kind = logical_type(name, column.type)
    column = pa.chunked_array([kind.read(name, column)] if len(column) else [], kind.arrow)
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        statistics |= _numbers(column)
    elif pa.types.is_temporal(column.type):
        bounds = pc.min_max(column)
        statistics |= {
            "minimum": moment_text(bounds["min"]),
            "maximum": moment_text(bounds["max"]),
        }
    elif pa.types.is_null(column.type):
        statistics["distinct"] = 0
    else:
        statistics["distinct"] = pc.count_distinct(column).as_py()
    return statistics


def _numbers(column: pa.ChunkedArray) -> dict[str, Any]:
    values = column.drop_null().combine_chunks().to_numpy(zero_copy_only=False)
    finite = values[np.isfinite(values)]
    nans = int(np.isnan(values).sum())
    if finite.size == 0:
        return {"nan": nans, "minimum": None, "maximum": None, "mean": None, "std": None}
    with np.errstate(over="ignore", invalid="ignore"):
        mean, std = finite.mean(dtype=np.float64), finite.std(dtype=np.float64)
    return {
        "nan": nans,
        "minimum": finite.min().item(),
        "maximum": finite.max().item(),
        "mean": float(mean) if np.isfinite(mean) else None,
        "std": float(std) if np.isfinite(std) else None,
    }
