"""Versioned events, one module a family; importing this package makes all of them readable."""

from featuretrail.domain.events.base import Event, JsonObject, Metadata, stream_id
from featuretrail.domain.events.definitions import (
    DEFINITION_EVENTS,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
)
from featuretrail.domain.events.snapshots import SNAPSHOT_EVENTS, SnapshotCreated
from featuretrail.domain.events.values import VALUE_EVENTS, ValuesIngested, ValuesRetracted

__all__ = [
    "DEFINITION_EVENTS",
    "SNAPSHOT_EVENTS",
    "VALUE_EVENTS",
    "Event",
    "FeatureDefined",
    "FeatureSetDefined",
    "GroupDefined",
    "JsonObject",
    "Metadata",
    "SnapshotCreated",
    "ValuesIngested",
    "ValuesRetracted",
    "stream_id",
]
