"""``feature_performance_metrics``: one row a measurement."""

from featuretrail.domain.events import PerformanceSampled
from featuretrail.projections.read_model import Change, Place, ReadModel, row_id

FEATURE_PERFORMANCE_METRICS = ReadModel(
    "feature_performance_metrics", time="recorded_at", past_since="recorded_at"
)


@FEATURE_PERFORMANCE_METRICS.on(PerformanceSampled)
def sampled(event: PerformanceSampled, at: Place) -> list[Change]:
    """Each measurement of the event is a row that never changes."""
    stream = event.originator_id
    return [
        {
            "id": row_id(stream, f"{event.originator_version}/{place}"),
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
            "cpu_time_ms": measured.cpu_time_ms,
            "row_count": measured.row_count,
            "operation": measured.operation,
        }
        for place, measured in enumerate(event.measurements)
    ]
