"""``feature_consistency_checks``: one row a check."""

from featuretrail.domain.events import ConsistencyChecked
from featuretrail.projections.read_model import Change, Place, ReadModel

FEATURE_CONSISTENCY_CHECKS = ReadModel(
    "feature_consistency_checks", time="check_timestamp", past_since="check_timestamp"
)


@FEATURE_CONSISTENCY_CHECKS.on(ConsistencyChecked)
def checked(event: ConsistencyChecked, at: Place) -> list[Change]:
    """A check is a row that never changes."""
    return [
        {
            "id": event.originator_id,
            "check_timestamp": at.recorded_at,
            "snapshot_id": event.snapshot_id,
            "check_type": event.check_type,
            "status": event.status,
            "details": event.details,
            "auto_fixed": event.auto_fixed,
            "check_duration_ms": event.check_duration_ms,
            "confidence_score": event.confidence_score,
        }
    ]
