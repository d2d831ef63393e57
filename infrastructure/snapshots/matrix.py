"""Deriving a training matrix: spine, point-in-time features, label, split."""

from collections.abc import Sequence

import pyarrow as pa
from attrs import frozen

from featuretrail.domain.errors import InvalidSpineError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.splits import Split
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.performance.usage import CallCost
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.snapshots.labels import look_up_labels
from featuretrail.infrastructure.snapshots.request import MatrixRequest
from featuretrail.infrastructure.snapshots.snapshot import SPLIT_COLUMN


@frozen
class MatrixSource:
    """Everything a matrix is a function of: the same source gives the same digest for ever."""

    spine: pa.Table
    features: Sequence[ResolvedFeature]
    label: ResolvedFeature | None
    position: int
    request: MatrixRequest
    split: Split | None


def derive(
    database: Database, reader: HistoricalReader, source: MatrixSource
) -> tuple[pa.Table, CallCost]:
    """Return the matrix of ``source``: spine columns, features, label, split, in that order.

    Beside it, what joining cost each feature: neither label nor split is in that.
    """
    request = source.request
    matrix, cost = reader.metered(
        source.spine,
        source.features,
        time_column=request.time_column,
        position=source.position,
        knowledge=request.knowledge,
        closed=request.closed,
    )
    if source.label is not None and request.label_column is not None:
        with database.connection() as connection:
            labels = look_up_labels(
                connection,
                matrix.select(source.spine.column_names),
                source.label,
                request.time_column,
                source.position,
            )
        matrix = _with_column(matrix, request.label_column, "label", labels.values)
    if source.split is not None:
        parts = source.split.assign(matrix.num_rows)
        matrix = _with_column(matrix, SPLIT_COLUMN, "split", parts)
    return matrix, cost


def _with_column(
    matrix: pa.Table, name: str, what: str, column: pa.Array | pa.ChunkedArray
) -> pa.Table:
    if name in matrix.column_names:
        raise InvalidSpineError(
            f"the {what} needs a column {name!r}, and the matrix has one of that name from the "
            "spine or a feature; rename it in the spine, or leave the feature out"
        )
    return matrix.append_column(name, column)
