"""Deriving a training matrix: spine, point-in-time features, label, split."""

from collections.abc import Sequence

import pyarrow as pa
from attrs import frozen

from featuretrail.domain.errors import InvalidSpineError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.splits import Split
from featuretrail.infrastructure.database import Database
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


def derive(database: Database, reader: HistoricalReader, source: MatrixSource) -> pa.Table:
    """Return the matrix of ``source``: spine columns, features, label, split, in that order."""
    request = source.request
    for name in (SPLIT_COLUMN,) if source.split is not None else ():
        if name in source.spine.column_names:
            raise InvalidSpineError(f"the spine has a column {name!r}, the name of the split's")
    matrix = reader.get(
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
        matrix = matrix.append_column(request.label_column, labels)
    if source.split is not None:
        matrix = matrix.append_column(SPLIT_COLUMN, source.split.assign(matrix.num_rows))
    return matrix
