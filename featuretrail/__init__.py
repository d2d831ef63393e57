"""featuretrail: an event-sourced feature store on PostgreSQL and TimescaleDB."""

from featuretrail.connection import connect
from featuretrail.domain.changes import Change, Registration
from featuretrail.domain.constraints import NotNull, OneOf, Range
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.splits import Split
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.settings import Settings
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot, SnapshotInfo
from featuretrail.store import TimescaleDBFeatureStore

__all__ = [
    "Change",
    "Feature",
    "FeatureGroup",
    "FeatureReference",
    "FeatureSet",
    "FeatureSnapshot",
    "FeatureTrailError",
    "NotNull",
    "OneOf",
    "Range",
    "Receipt",
    "Registration",
    "Settings",
    "SnapshotInfo",
    "Split",
    "TimescaleDBFeatureStore",
    "Version",
    "connect",
]
