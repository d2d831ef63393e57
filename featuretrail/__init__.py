"""featuretrail: an event-sourced feature store on PostgreSQL and TimescaleDB.

A public name is imported from its module when it is first asked for (PEP 562), so that a command
loads only what it needs. Type checkers read the imports below; ``public.HOMES`` says the same.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from featuretrail.alerts.results import AlertInfo, AlertRule, AlertStatus, DeliveryReport
    from featuretrail.audit.differences import Difference, FieldChange
    from featuretrail.audit.entries import LogEntry
    from featuretrail.audit.findings import AuditFault, NotEvaluated
    from featuretrail.audit.origins import RowOrigin
    from featuretrail.audit.states import RegistryAt, StateAt
    from featuretrail.audit.tables import TableAt
    from featuretrail.audit.verification import AuditReport
    from featuretrail.connection import connect
    from featuretrail.documentation.site import SiteReport
    from featuretrail.domain.changes import Change, Registration
    from featuretrail.domain.charts.picture import FeaturePicture
    from featuretrail.domain.consistency.comparison import FeatureComparison, TableComparison
    from featuretrail.domain.consistency.judging import ConsistencyLimits
    from featuretrail.domain.consistency.report import CheckResult, ConsistencyReport
    from featuretrail.domain.consistency.tolerance import Tolerance
    from featuretrail.domain.constraints import NotNull, OneOf, Range
    from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
    from featuretrail.domain.documentation.completeness import Missing
    from featuretrail.domain.documentation.policy import DocumentationPolicy, PolicyFinding
    from featuretrail.domain.documentation.record import FeatureDocumentation
    from featuretrail.domain.documentation.scoring import Criterion
    from featuretrail.domain.drift.thresholds import Thresholds
    from featuretrail.domain.errors import (
        AccessDeniedError,
        AlreadyExistsError,
        BrokerError,
        ChainBrokenError,
        ConcurrencyError,
        ConflictError,
        ContentAlteredError,
        DatabaseError,
        DatabaseUnavailableError,
        DefinitionChangedError,
        DeliveryError,
        EndpointError,
        EngineError,
        FeatureTrailError,
        IdempotencyError,
        IntegrityError,
        InvalidDefinitionError,
        InvalidInputError,
        InvalidNameError,
        InvalidSpineError,
        InvalidValuesError,
        LineageCycleError,
        MissingPackageError,
        NaiveTimeError,
        NotFoundError,
        NotYetError,
        OutcomeConflictError,
        PoisonMessageError,
        ProjectionError,
        ProjectionTimeoutError,
        RetentionError,
        RuleError,
        SchemaError,
        SourceError,
        StorageError,
        StreamBlockedError,
        StreamFencedError,
    )
    from featuretrail.domain.lineage.cost import CostEstimate
    from featuretrail.domain.lineage.feature_lineage import FeatureLineage
    from featuretrail.domain.lineage.graph import LineageGraph
    from featuretrail.domain.lineage.impact import Affected, Impact
    from featuretrail.domain.lineage.node import Node, NodeFacts
    from featuretrail.domain.lineage.quality import LineageQuality, ParentQuality
    from featuretrail.domain.names import FeatureReference
    from featuretrail.domain.parents import Parent
    from featuretrail.domain.performance.hints import Hint
    from featuretrail.domain.performance.regressions import Comparison
    from featuretrail.domain.performance.summary import CostSummary, FeaturePerformance, VersionCost
    from featuretrail.domain.quality.baseline import Baseline
    from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict, RecordedCheck
    from featuretrail.domain.quality.feature_quality import Dimension, FeatureQuality, SetQuality
    from featuretrail.domain.quality.incident import Incident
    from featuretrail.domain.receipts import Receipt
    from featuretrail.domain.rules import Rule
    from featuretrail.domain.splits import Split
    from featuretrail.domain.versions import Version
    from featuretrail.infrastructure.alerts.settings import AlertSettings
    from featuretrail.infrastructure.computing.functions import rule, sql_rule
    from featuretrail.infrastructure.computing.report import ComputedFeature, ComputeReport
    from featuretrail.infrastructure.consistency.frames import FrameSource
    from featuretrail.infrastructure.consistency.parquet import ParquetSource
    from featuretrail.infrastructure.consistency.postgres import PostgresSource
    from featuretrail.infrastructure.consistency.source import SourceRequest, ValueSource
    from featuretrail.infrastructure.erasing.erasure import Erasure
    from featuretrail.infrastructure.lineage.training import TrainingRun
    from featuretrail.infrastructure.outcomes.receipt import OutcomeReceipt
    from featuretrail.infrastructure.performance.recorder import Recording
    from featuretrail.infrastructure.retrieval.leakage import LeakageReport
    from featuretrail.infrastructure.serving.served_log import Logging
    from featuretrail.infrastructure.settings import Settings
    from featuretrail.infrastructure.snapshots.comparison import SnapshotDiff
    from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot, SnapshotInfo
    from featuretrail.infrastructure.snapshots.verification import SnapshotVerification
    from featuretrail.infrastructure.stopping import Stop
    from featuretrail.lineage.exporting import LineageExport
    from featuretrail.monitoring.results import MonitorInfo, MonitorReport, MonitorRun
    from featuretrail.outcomes.coverage import LabelCoverage, OutcomeCoverage
    from featuretrail.performance.performance import StorePerformance
    from featuretrail.projections.dead_letters import ParkedEvent, ReplayReport
    from featuretrail.projections.maintenance import MaintenanceReport
    from featuretrail.projections.retention import TableRetention
    from featuretrail.projections.status import GenerationStatus, ProjectionStatus
    from featuretrail.store import TimescaleDBFeatureStore
else:
    from featuretrail import public

    __getattr__, __dir__ = public.asked, public.listed

__all__ = [
    "AccessDeniedError",
    "Affected",
    "AlertInfo",
    "AlertRule",
    "AlertSettings",
    "AlertStatus",
    "AlreadyExistsError",
    "AuditFault",
    "AuditReport",
    "Baseline",
    "BrokerError",
    "ChainBrokenError",
    "Change",
    "CheckResult",
    "Comparison",
    "ComputeReport",
    "ComputedFeature",
    "ConcurrencyError",
    "ConflictError",
    "ConsistencyLimits",
    "ConsistencyReport",
    "ContentAlteredError",
    "CostEstimate",
    "CostSummary",
    "Criterion",
    "DatabaseError",
    "DatabaseUnavailableError",
    "DefinitionChangedError",
    "DeliveryError",
    "DeliveryReport",
    "Difference",
    "Dimension",
    "DocumentationPolicy",
    "DriftCheck",
    "EndpointError",
    "EngineError",
    "Erasure",
    "Feature",
    "FeatureComparison",
    "FeatureDocumentation",
    "FeatureGroup",
    "FeatureLineage",
    "FeaturePerformance",
    "FeaturePicture",
    "FeatureQuality",
    "FeatureReference",
    "FeatureSet",
    "FeatureSnapshot",
    "FeatureTrailError",
    "FeatureVerdict",
    "FieldChange",
    "FrameSource",
    "GenerationStatus",
    "Hint",
    "IdempotencyError",
    "Impact",
    "Incident",
    "IntegrityError",
    "InvalidDefinitionError",
    "InvalidInputError",
    "InvalidNameError",
    "InvalidSpineError",
    "InvalidValuesError",
    "LabelCoverage",
    "LeakageReport",
    "LineageCycleError",
    "LineageExport",
    "LineageGraph",
    "LineageQuality",
    "LogEntry",
    "Logging",
    "MaintenanceReport",
    "Missing",
    "MissingPackageError",
    "MonitorInfo",
    "MonitorReport",
    "MonitorRun",
    "NaiveTimeError",
    "Node",
    "NodeFacts",
    "NotEvaluated",
    "NotFoundError",
    "NotNull",
    "NotYetError",
    "OneOf",
    "OutcomeConflictError",
    "OutcomeCoverage",
    "OutcomeReceipt",
    "Parent",
    "ParentQuality",
    "ParkedEvent",
    "ParquetSource",
    "PoisonMessageError",
    "PolicyFinding",
    "PostgresSource",
    "ProjectionError",
    "ProjectionStatus",
    "ProjectionTimeoutError",
    "Range",
    "Receipt",
    "RecordedCheck",
    "Recording",
    "Registration",
    "RegistryAt",
    "ReplayReport",
    "RetentionError",
    "RowOrigin",
    "Rule",
    "RuleError",
    "SchemaError",
    "SetQuality",
    "Settings",
    "SiteReport",
    "SnapshotDiff",
    "SnapshotInfo",
    "SnapshotVerification",
    "SourceError",
    "SourceRequest",
    "Split",
    "StateAt",
    "Stop",
    "StorageError",
    "StorePerformance",
    "StreamBlockedError",
    "StreamFencedError",
    "TableAt",
    "TableComparison",
    "TableRetention",
    "Thresholds",
    "TimescaleDBFeatureStore",
    "Tolerance",
    "TrainingRun",
    "ValueSource",
    "Version",
    "VersionCost",
    "connect",
    "rule",
    "sql_rule",
]
