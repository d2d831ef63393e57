"""Values that a caller brings, or that a snapshot holds, as a check looks at them."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v1 as nw
import numpy as np
import pyarrow as pa

from featuretrail.domain.asof import Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.digest import table_digest
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot
from featuretrail.infrastructure.values.casting import ColumnError, cast_column
from featuretrail.infrastructure.values.columns import Target
from featuretrail.infrastructure.values.frames import to_array, to_table
from featuretrail.infrastructure.values.ordering import canonical_order

EVENT_TIME = "event_time"


def given_values(data: object, features: Sequence[ResolvedFeature]) -> list[FeatureValues]:
    """Return the values of ``features`` in ``data``: a table with their columns, or one column.

    A table may have ``event_time``, which orders the rows, and the entity keys. Raises
    ``InvalidInputError`` for what is no such thing or of another type, ``NotFoundError`` for a
    column that is missing.
    """
    if _is_column(data):
        if len(features) != 1:
            raise InvalidInputError(
                f"data is one column for {len(features)} features; give a table with a column each"
            )
        array = to_array(data, "data")
        [feature] = features
        column = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
        return [_values(feature, _cast(feature, feature.name, column), None, None)]
    table = to_table(data, "data")
    times = _times(table)
    return [_from_table(feature, table, times) for feature in features]


def snapshot_values(
    snapshot: FeatureSnapshot, features: Sequence[str] | None
) -> list[FeatureValues]:
    """Return the feature columns of a snapshot's matrix; ``features`` are paths (``None``: all).

    Raises ``NotFoundError`` for a feature that is not in it.
    """
    manifest = snapshot.manifest
    outputs = {item["reference"].partition("@")[0]: item for item in manifest["features"]}
    table = snapshot.to_arrow()
    times = _ordered(table, manifest["request"]["time_column"])
    found = []
    for path in outputs if features is None else features:
        if path not in outputs:
            raise NotFoundError(f"feature of {snapshot.info.snapshot_id}", path, list(outputs))
        item = outputs[path]
        column = one_array(table.column(item["output"]))
        values = column if times is None else column.take(pa.array(times[0]))
        found.append(
            FeatureValues(
                path=path,
                version=item["reference"].partition("@")[2],
                dtype=dtype_of(column.type),
                values=values,
                times=None if times is None else times[1],
                written=None,
            )
        )
    return found


def ordered_column(snapshot: FeatureSnapshot, name: str) -> pa.Array:
    """Return any column of a snapshot's matrix in the order that ``snapshot_values`` has."""
    table = snapshot.to_arrow()
    order = _ordered(table, snapshot.manifest["request"]["time_column"])
    column = one_array(table.column(name))
    return column if order is None else column.take(pa.array(order[0]))


def content_digest(values: Sequence[FeatureValues]) -> str:
    """Return the digest of what a caller brought: the same rows are the same check."""
    return table_digest(pa.table({each.path: each.values for each in values}))


def _is_column(data: object) -> bool:
    if isinstance(data, np.ndarray | pa.Array | pa.ChunkedArray) or hasattr(
        data, "__arrow_c_array__"
    ):
        return not isinstance(data, pa.RecordBatch)
    if nw.dependencies.is_into_series(data):
        return True
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return not data or not isinstance(data[0], Mapping | pa.RecordBatch)
    return False


def _from_table(
    feature: ResolvedFeature, table: pa.Table, times: tuple[Ints, Ints] | None
) -> FeatureValues:
    names = (feature.name, feature.reference.path, f"{feature.group.name}__{feature.name}")
    name = next((each for each in names if each in table.column_names), None)
    if name is None:
        raise NotFoundError("column of data", feature.name, table.column_names)
    array = _cast(feature, name, table.column(name))
    return _values(feature, array, times, _distinct(feature, table))


def _values(
    feature: ResolvedFeature,
    array: pa.Array,
    times: tuple[Ints, Ints] | None,
    distinct: Any,  # noqa: ANN401
) -> FeatureValues:
    written = None
    if distinct is not None and times is not None:
        written = len(array)
        array, moments = array.take(pa.array(distinct)), _at(times, distinct)
        order = np.argsort(moments, kind="stable")
        times = (order, moments[order])
    return FeatureValues(
        path=feature.reference.path,
        version=str(feature.version.version),
        dtype=feature.dtype,
        values=array if times is None else array.take(pa.array(times[0])),
        times=None if times is None else times[1],
        written=written,
    )


def _at(times: tuple[Ints, Ints], rows: Ints) -> Ints:
    order, ordered = times
    given = np.empty_like(ordered)
    given[order] = ordered
    return given[rows]


def _distinct(feature: ResolvedFeature, table: pa.Table) -> Ints | None:
    """Return the last row of each entity and event time, if the table tells those."""
    keys = list(feature.group.keys)
    wanted = [*keys, EVENT_TIME]
    if any(name not in table.column_names or table.column(name).null_count for name in wanted):
        return None
    columns = [
        cast_column(Target(key, key, dtype), table.column(key))
        for key, dtype in feature.group.keys.items()
    ]
    order = canonical_order(columns, one_array(table.column(EVENT_TIME).cast(UTC_TIME)))
    last = np.append(~order.same_row, np.full(min(1, len(order.rows)), fill_value=True))
    rows: Ints = np.sort(order.rows[last])
    return rows


def _times(table: pa.Table) -> tuple[Ints, Ints] | None:
    if EVENT_TIME not in table.column_names:
        return None
    column = Target(EVENT_TIME, EVENT_TIME, "timestamptz")
    try:
        array = cast_column(column, table.column(EVENT_TIME))
    except ColumnError as error:
        raise InvalidInputError(f"data: {error.fault}") from error
    if array.null_count:
        raise InvalidInputError(f"data has {array.null_count} rows without event_time")
    return _ordered(pa.table({EVENT_TIME: array}), EVENT_TIME)


def _ordered(table: pa.Table, name: str) -> tuple[Ints, Ints] | None:
    """Return the order of the rows by a column of times, and the times in that order."""
    if name not in table.column_names or table.column(name).null_count:
        return None
    times: Ints = one_array(table.column(name).cast(UTC_TIME)).view(pa.int64()).to_numpy()
    order = np.argsort(times, kind="stable")
    return order, times[order]


def _cast(feature: ResolvedFeature, name: str, column: pa.ChunkedArray) -> pa.Array:
    try:
        return cast_column(Target(name, feature.column, feature.dtype), column)
    except ColumnError as error:
        raise InvalidInputError(f"data: {error.fault}") from error


def dtype_of(arrow: pa.DataType) -> str:
    """Return the feature type of an Arrow type."""
    if pa.types.is_floating(arrow):
        return "float64"
    if pa.types.is_integer(arrow):
        return "int64"
    if pa.types.is_boolean(arrow):
        return "bool"
    return "timestamptz" if pa.types.is_timestamp(arrow) else "text"
