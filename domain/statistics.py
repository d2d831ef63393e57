"""Statistics of a matrix's columns, kept with a snapshot for people; no part of its identity."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def column_statistics(table: pa.Table) -> list[dict[str, Any]]:
    """Return a JSON object for each column of ``table``: name, type, rows, nulls and more by type.

    Numbers add ``nan``, ``minimum``, ``maximum``, ``mean`` and ``std`` (population; Welford's by
    numpy) over finite values, ``None`` without any; text and booleans add ``distinct``; times add
    ``minimum`` and ``maximum`` in ISO 8601.
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
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        statistics |= _numbers(column)
    elif pa.types.is_temporal(column.type):
        bounds = pc.min_max(column).as_py()
        statistics |= {
            "minimum": None if bounds["min"] is None else bounds["min"].isoformat(),
            "maximum": None if bounds["max"] is None else bounds["max"].isoformat(),
        }
    else:
        statistics["distinct"] = pc.count_distinct(column).as_py()
    return statistics


def _numbers(column: pa.ChunkedArray) -> dict[str, Any]:
    values = column.drop_null().combine_chunks().to_numpy(zero_copy_only=False)
    finite = values[np.isfinite(values)]
    nans = int(np.isnan(values).sum())
    if finite.size == 0:
        return {"nan": nans, "minimum": None, "maximum": None, "mean": None, "std": None}
    return {
        "nan": nans,
        "minimum": finite.min().item(),
        "maximum": finite.max().item(),
        "mean": float(finite.mean(dtype=np.float64)),
        "std": float(finite.std(dtype=np.float64)),
    }
