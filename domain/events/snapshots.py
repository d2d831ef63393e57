"""Events of snapshots."""

from typing import ClassVar

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events


class SnapshotCreated(Event):
    """A training matrix was frozen.

    ``position`` is the log position the matrix was derived at; ``features`` lists each feature's
    pinned reference, column and definition digest; ``request`` holds what re-derivation needs
    besides (time column, knowledge, bounds, label rule).
    """

    TOPIC: ClassVar[str] = "featuretrail.snapshot.created"

    feature_set: str
    feature_set_version: str
    feature_set_digest: str
    version: str
    digest: str
    column_digests: dict[str, str]
    rows: int
    position: int
    features: list[JsonObject]
    spine_columns: list[str]
    request: JsonObject
    split: JsonObject | None
    statistics: list[JsonObject]
    annotations: JsonObject
    storage: str
    stored_bytes: int
    computation_time_ms: float
    idempotency_key: str | None = None


SNAPSHOT_EVENTS = (SnapshotCreated,)

register_events(*SNAPSHOT_EVENTS)
