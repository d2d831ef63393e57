"""featuretrail: an event-sourced feature store on PostgreSQL and TimescaleDB."""

from featuretrail.connection import connect
from featuretrail.domain.changes import Change, Registration
from featuretrail.domain.constraints import NotNull, OneOf, Range
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.errors import (
    AlreadyExistsError,
    ChainBrokenError,
    ConcurrencyError,
    ConflictError,
    ContentAlteredError,
    DatabaseError,
    DatabaseUnavailableError,
    DefinitionChangedError,
    EngineError,
    FeatureTrailError,
    IdempotencyError,
    IntegrityError,
    InvalidDefinitionError,
    InvalidInputError,
    InvalidNameError,
    InvalidSpineError,
    InvalidValuesError,
    NaiveTimeError,
    NotFoundError,
    ProjectionError,
    ProjectionTimeoutError,
    RetentionError,
    SchemaError,
    StorageError,
)
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.splits import Split
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.audit import AuditReport, LogEntry
from featuretrail.infrastructure.retrieval.leakage import LeakageReport
from featuretrail.infrastructure.settings import Settings
from featuretrail.infrastructure.snapshots.comparison import SnapshotDiff
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot, SnapshotInfo
from featuretrail.infrastructure.snapshots.verification import SnapshotVerification
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.dead_letters import ParkedEvent, ReplayReport
from featuretrail.projections.maintenance import MaintenanceReport
from featuretrail.projections.retention import TableRetention
from featuretrail.projections.status import GenerationStatus, ProjectionStatus
from featuretrail.store import TimescaleDBFeatureStore

__all__ = [
    "AlreadyExistsError",
    "AuditReport",
    "ChainBrokenError",
    "Change",
    "ConcurrencyError",
    "ConflictError",
    "ContentAlteredError",
    "DatabaseError",
    "DatabaseUnavailableError",
    "DefinitionChangedError",
    "EngineError",
    "Feature",
    "FeatureGroup",
    "FeatureReference",
    "FeatureSet",
    "FeatureSnapshot",
    "FeatureTrailError",
    "GenerationStatus",
    "IdempotencyError",
    "IntegrityError",
    "InvalidDefinitionError",
    "InvalidInputError",
    "InvalidNameError",
    "InvalidSpineError",
    "InvalidValuesError",
    "LeakageReport",
    "LogEntry",
    "MaintenanceReport",
    "NaiveTimeError",
    "NotFoundError",
    "NotNull",
    "OneOf",
    "ParkedEvent",
    "ProjectionError",
    "ProjectionStatus",
    "ProjectionTimeoutError",
    "Range",
    "Receipt",
    "Registration",
    "ReplayReport",
    "RetentionError",
    "SchemaError",
    "Settings",
    "SnapshotDiff",
    "SnapshotInfo",
    "SnapshotVerification",
    "Split",
    "Stop",
    "StorageError",
    "TableRetention",
    "TimescaleDBFeatureStore",
    "Version",
    "connect",
]
