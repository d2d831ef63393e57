"""Labels: given with the spine, or looked up as the first value at or after each spine time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from attrs import field, frozen
from psycopg import sql

from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidSpineError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.arrays import (
    decode,
    key_array,
    moments,
    raw_array_cursor,
    to_arrow,
)
from featuretrail.infrastructure.retrieval.removals import removals
from featuretrail.infrastructure.retrieval.spine import read_keys
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.tables import retracted_table, values_table

_ARRAYS = {"text": sql.SQL("text[]"), "int64": sql.SQL("bigint[]")}


@frozen(eq=False)
class FoundLabels:
    """The label of each spine row and its event time; NULL, both, where there is none."""

    values: pa.ChunkedArray = field(repr=False)
    event_times: pa.ChunkedArray = field(repr=False)


def with_labels(spine: pa.Table, labels: Any, name: str) -> tuple[pa.Table, str]:  # noqa: ANN401
    """Return ``spine`` with the given labels as its last column, and that column's name.

    ``labels`` is a sequence or array of one label a spine row, or a frame of exactly one column,
    whose name is then the column's. Raises ``InvalidSpineError``.
    """
    if isinstance(labels, pa.Array | pa.ChunkedArray | np.ndarray | list | tuple):
        table = to_table({name: labels}, "labels")
    else:
        table = to_table(labels, "labels")
    if table.num_columns != 1:
        raise InvalidSpineError(
            f"labels has {table.num_columns} columns ({', '.join(table.column_names)}); give one"
        )
    if table.num_rows != spine.num_rows:
        raise InvalidSpineError(
            f"labels has {table.num_rows} rows and the spine {spine.num_rows}; give one a spine row"
        )
    column = table.column_names[0]
    if column in spine.column_names:
        raise InvalidSpineError(f"the spine has a column {column!r} already, the label's name")
    return spine.append_column(column, table.column(0)), column


def label_name(label: ResolvedFeature, features: Sequence[ResolvedFeature]) -> str:
    """Return the column of a looked-up label: ``group__name`` where a feature has its name."""
    shared = label.name in {feature.name for feature in features}
    return f"{label.group.name}__{label.name}" if shared else label.name


def look_up_labels(
    connection: psycopg.Connection,
    spine: pa.Table,
    label: ResolvedFeature,
    time_column: str,
    position: int,
) -> FoundLabels:
    """Find for each spine row the label's first value at or after the spine time.

    Only what was known at ``position`` counts; of several values of one event time the last one
    ingested holds; retracted values are no labels. A row without a label gets NULL. Raises
    ``RetentionError`` where the label may be among what retention removed.
    """
    keys = label.group.keys
    missing = [key for key in keys if key not in spine.column_names]
    if missing:
        raise InvalidSpineError(
            f"label {label.reference} is looked up by {', '.join(keys)}, but the spine has no "
            f"{', '.join(missing)}; add the column or pass labels="
        )
    entities = read_keys(spine, [label.group], "the spine")
    times = spine.column(time_column).cast(UTC_TIME).cast(pa.int64()).to_numpy()
    parameters = [key_array(entities[key]) for key in label.group.keys.items()]
    with raw_array_cursor(connection) as cursor:
        cursor.execute(
            _statement(label),
            [*parameters, moments(times), label.group.name, position, label.column],
        )
        [found] = cursor.fetchall()
    for each in removals(connection, [label.group.name]):
        each.check_forward(times)
    return _placed(found, spine.num_rows, label.dtype)


def _placed(found: Sequence[bytes | None], rows: int, dtype: str) -> FoundLabels:
    ordinals, _ = decode(found[0], "int64")
    places = np.full(rows, -1, np.int64)
    places[ordinals - 1] = np.arange(ordinals.size)
    taken = pa.array(places, mask=places < 0)
    values = to_arrow(*decode(found[1], dtype), dtype).take(taken)
    event_times = to_arrow(*decode(found[2], "timestamptz"), "timestamptz").take(taken)
    return FoundLabels(pa.chunked_array([values]), pa.chunked_array([event_times]))


def _statement(label: ResolvedFeature) -> sql.Composed:
    keys = list(label.group.keys)
    arrays = [
        sql.SQL("${}::{}").format(sql.Literal(index), _ARRAYS[dtype])
        for index, dtype in enumerate(label.group.keys.values(), start=1)
    ]
    places = [sql.SQL("$") + sql.Literal(len(keys) + index) for index in range(1, 5)]
    names = [sql.Identifier(f"key{index}") for index in range(len(keys))]
    columns = [sql.Identifier(key) for key in keys]
    return query("snapshots/labels").format(
        arrays=sql.SQL(", ").join(arrays),
        times=places[0],
        group=places[1],
        position=places[2],
        column_name=places[3],
        names=sql.SQL(", ").join(names),
        column=sql.Identifier(label.column),
        values=values_table(label.group.name),
        retracted=retracted_table(label.group.name),
        same_key=_equal("stored", columns, "spine", names),
        same_retracted=_equal("retracted", columns, "stored", columns),
    )


def _equal(
    left: str,
    columns: Sequence[sql.Identifier],
    right: str,
    others: Sequence[sql.Identifier],
) -> sql.Composable:
    return sql.SQL(" AND ").join(
        sql.SQL("{}.{} = {}.{}").format(sql.Identifier(left), column, sql.Identifier(right), other)
        for column, other in zip(columns, others, strict=True)
    )
