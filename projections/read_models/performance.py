"""``feature_performance_metrics``: one row a measurement."""

from uuid import UUID

from featuretrail.domain.events import PerformanceSampled
from featuretrail.projections.read_model import Change, Place, ReadModel

FEATURE_PERFORMANCE_METRICS = ReadModel("feature_performance_metrics", time="recorded_at")


@FEATURE_PERFORMANCE_METRICS.on(PerformanceSampled)
def sampled(event: PerformanceSampled, at: Place) -> list[Change]:
    """Each measurement of the event is a row that never changes."""
    first = event.originator_id.int ^ event.originator_version << 32
    return [
        {
            "id": UUID(int=first ^ place),  # a quarter of the cost of a version 5 UUID
            "recorded_at": at.recorded_at,
            "feature_name": measured.feature_name,
            "computation_time_ms": measured.computation_time_ms,
            "memory_usage_mb": measured.memory_usage_mb,
            "usage_frequency": measured.usage_frequency,
            "performance_score": measured.performance_score,
            "snapshot_id": measured.snapshot_id,
            "computation_context": measured.computation_context,
            "accuracy_impact": measured.accuracy_impact,
            "version": measured.version,
            "measured_at": measured.measured_at,
        }
        for place, measured in enumerate(event.measurements)
    ]
