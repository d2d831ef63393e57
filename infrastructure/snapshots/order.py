"""What a caller asks to be frozen, and whether an earlier snapshot is the answer to it."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from attrs import frozen

from featuretrail.domain.aggregates.feature_set import FeatureSetVersion
from featuretrail.domain.digest import column_digests
from featuretrail.domain.errors import IdempotencyError, InvalidInputError
from featuretrail.domain.events import Metadata, SnapshotCreated
from featuretrail.domain.splits import Split
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.retrieval.spine import Spine
from featuretrail.infrastructure.snapshots.request import Closed, Knowledge


@frozen
class SnapshotOrder:
    """A request for a snapshot; ``position`` is ``None`` for the log's head."""

    feature_set: FeatureSetVersion
    spine: Any
    version: Version | None
    time_column: str
    position: int | None
    knowledge: Knowledge
    closed: Closed
    labels: Any
    split: Split | None
    annotations: Mapping[str, Any]
    metadata: Metadata
    idempotency_key: str | None


def check_repeats(order: SnapshotOrder, spine: pa.Table, created: SnapshotCreated) -> None:
    """Raise ``IdempotencyError`` unless ``order`` asks again for the snapshot ``created``.

    The same set, join, split and spine (with its labels); a version and a position if one is named.
    """
    request = created.request
    split = None if order.split is None else order.split.to_dict()
    for what, first, again in (
        ("feature set", created.feature_set, order.feature_set.definition.name),
        ("version", created.version, None if order.version is None else str(order.version)),
        ("position", created.position, order.position),
        ("time column", request["time_column"], order.time_column),
        ("knowledge", request["knowledge"], order.knowledge),
        ("closed", request["closed"], order.closed),
    ):
        if again is not None and first != again:
            raise IdempotencyError(order.idempotency_key or "", f"{what} {first!r}")
    if split != created.split:
        raise IdempotencyError(order.idempotency_key or "", f"split {created.split!r}")
    rows = column_digests(Spine.read(spine, (), order.time_column).table)
    if rows != {name: created.column_digests[name] for name in created.spine_columns}:
        raise IdempotencyError(
            order.idempotency_key or "", f"another spine, of {created.rows} rows, or other labels"
        )


def check_split(given: object) -> Split | None:
    """Return the argument ``split`` if it is one."""
    if given is not None and not isinstance(given, Split):
        raise InvalidInputError(
            f"split is {given!r}; give Split(seed=7, fractions={{'train': 0.8, 'test': 0.2}})"
        )
    return given
