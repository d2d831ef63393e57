"""Events of snapshots."""

from typing import ClassVar, Literal

from featuretrail.domain.events.base import Event, JsonObject, Score
from featuretrail.domain.events.registry import register_events

ValidationStatus = Literal["passed", "warning", "failed"]


class SnapshotCreated(Event):
    """A training matrix was frozen.

    ``position`` is the log position the matrix was derived at; ``features`` lists each feature's
    pinned reference, column and definition digest; ``request`` holds what re-derivation needs
    besides (time column, knowledge, bounds, label rule). ``memory_usage_mb`` is what the matrix
    takes as Arrow buffers, in MiB (null in events of class version 1, which did not say).
    """

    TOPIC: ClassVar[str] = "featuretrail.snapshot.created"
    class_version: ClassVar[int] = 2

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
    memory_usage_mb: float | None
    idempotency_key: str | None = None

    @staticmethod
    def upcast_v1_v2(state: JsonObject) -> JsonObject:
        """Return the state of an event that did not say what memory its matrix took."""
        return {**state, "memory_usage_mb": None}


class SnapshotAssessed(Event):
    """Checks judged a snapshot; what is null stays as it was.

    ``validation_status`` is the verdict on the checks (``worst_status`` of the aggregate's module
    finds the worst of the latest of each type), ``quality_score`` 0 to 100. ``evidence`` lists the
    positions of the events of the checks.
    """

    TOPIC: ClassVar[str] = "featuretrail.snapshot.assessed"

    validation_status: ValidationStatus | None = None
    quality_score: Score | None = None
    drift_detected: bool | None = None
    evidence: list[int]


SNAPSHOT_EVENTS = (SnapshotCreated, SnapshotAssessed)

register_events(*SNAPSHOT_EVENTS)
