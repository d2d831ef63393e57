"""``feature_snapshot_versions``: one row a snapshot."""

from featuretrail.domain.events import SnapshotAssessed, SnapshotCreated, SnapshotErased
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision

FEATURE_SNAPSHOT_VERSIONS = ReadModel("feature_snapshot_versions", time="created_at")


@FEATURE_SNAPSHOT_VERSIONS.on(SnapshotCreated)
def created(event: SnapshotCreated, at: Place) -> list[Change]:
    """A snapshot begins unchecked."""
    paths = [feature["reference"].partition("@")[0] for feature in event.features]
    return [
        {
            "id": event.originator_id,
            "created_at": at.recorded_at,
            "snapshot_id": f"{event.feature_set}@{event.version}",
            "feature_set_name": event.feature_set,
            "version": event.version,
            "metadata": event.annotations,
            "feature_count": len(paths),
            "data_points_count": event.rows,
            "streaming_data_version": event.position,
            "consistency_hash": event.digest,
            "validation_status": "pending",
            "computation_time_ms": event.computation_time_ms,
            "memory_usage_mb": event.memory_usage_mb,
            "quality_score": None,
            "drift_detected": None,
            "feature_set_version": event.feature_set_version,
            "features": paths,
            "actor": event.metadata.actor,
        }
    ]


@FEATURE_SNAPSHOT_VERSIONS.on(SnapshotAssessed)
def assessed(event: SnapshotAssessed, at: Place) -> list[Change]:  # noqa: ARG001
    """What the assessment leaves out stays as it was."""
    judged = {
        "validation_status": event.validation_status,
        "quality_score": event.quality_score,
        "drift_detected": event.drift_detected,
    }
    known = {name: value for name, value in judged.items() if value is not None}
    return [Revision(event.originator_id, known)]


@FEATURE_SNAPSHOT_VERSIONS.on(SnapshotErased)
def erased(event: SnapshotErased, at: Place) -> list[Change]:  # noqa: ARG001
    """What is left of it, under its own digest; what checks said of it before stands."""
    left = {"data_points_count": event.rows, "consistency_hash": event.digest}
    return [Revision(event.originator_id, left)]
