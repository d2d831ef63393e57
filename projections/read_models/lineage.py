"""``feature_lineage``: one row a version of a feature whose lineage was declared."""

from featuretrail.domain.events import LineageDeclared, LineageRetired
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision, Row

FEATURE_LINEAGE = ReadModel("feature_lineage", time="created_at")


@FEATURE_LINEAGE.on(LineageDeclared)
def declared(event: LineageDeclared, at: Place) -> list[Change]:
    """The first declaration makes the row, a later one replaces what it says."""
    said: Row = {
        "parent_features": event.parents,
        "computation_rule": event.computation_rule,
        "streaming_source": event.streaming_source,
        "outcome_tracking_version": event.outcome_tracking_version,
        "cross_system_consistency": event.cross_system_consistency,
        "computation_complexity": event.computation_complexity,
        "estimated_computation_time_ms": event.estimated_computation_time_ms,
        "lineage_quality_score": event.lineage_quality_score,
        "dependency_count": len(event.parents),
        "retired_at": None,
    }
    if event.originator_version > 1:
        return [Revision(event.originator_id, said)]
    first = {
        "id": event.originator_id,
        "created_at": at.recorded_at,
        "feature_name": event.feature_name,
        "version": event.version,
    }
    return [first | said]


@FEATURE_LINEAGE.on(LineageRetired)
def retired(event: LineageRetired, at: Place) -> list[Change]:
    """The row stays as a tombstone."""
    return [Revision(event.originator_id, {"retired_at": at.recorded_at})]
