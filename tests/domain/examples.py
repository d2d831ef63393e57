"""Events that tests of several aggregates begin with."""

from featuretrail.domain.aggregates import SnapshotAggregate
from featuretrail.domain.events import SnapshotCreated, SnapshotErased, stream_id


def snapshot_created(feature_set: str, version: str, set_digest: str = "a") -> SnapshotCreated:
    """The event of an empty snapshot."""
    return SnapshotCreated.in_stream(
        stream_id("snapshot", f"{feature_set}@{version}"),
        1,
        feature_set=feature_set,
        feature_set_version="1.0.0",
        feature_set_digest=set_digest,
        version=version,
        digest="",
        column_digests={},
        rows=0,
        position=1,
        features=[],
        spine_columns=[],
        request={},
        split=None,
        statistics=[],
        annotations={},
        storage="",
        stored_bytes=0,
        computation_time_ms=0.0,
        memory_usage_mb=0.0,
    )


def snapshot_erased(state: SnapshotAggregate, rows: int) -> SnapshotErased:
    """The event that leaves ``rows`` rows of a snapshot."""
    return SnapshotErased.in_stream(
        state.id,
        state.version + 1,
        snapshot_id=state.snapshot_id,
        groups=["weather"],
        erased=1,
        rows=rows,
        digest=f"{rows} rows are left",
        column_digests={},
        statistics=[],
        storage="",
        stored_bytes=0,
        former_digest="",
        former_storage="",
    )
