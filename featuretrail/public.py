"""Where each public name of featuretrail is defined, and how it is found when it is asked for."""

import sys
from importlib import import_module
from typing import Final

_NAMES: Final = {
    "featuretrail.alerts.results": ("AlertInfo", "AlertRule", "AlertStatus", "DeliveryReport"),
    "featuretrail.audit.differences": ("Difference", "FieldChange"),
    "featuretrail.audit.entries": ("LogEntry",),
    "featuretrail.audit.findings": ("AuditFault", "NotEvaluated"),
    "featuretrail.audit.origins": ("RowOrigin",),
    "featuretrail.audit.states": ("RegistryAt", "StateAt"),
    "featuretrail.audit.tables": ("TableAt",),
    "featuretrail.audit.verification": ("AuditReport",),
    "featuretrail.connection": ("connect",),
    "featuretrail.documentation.site": ("SiteReport",),
    "featuretrail.domain.changes": ("Change", "Registration"),
    "featuretrail.domain.charts.picture": ("FeaturePicture",),
    "featuretrail.domain.consistency.comparison": ("FeatureComparison", "TableComparison"),
    "featuretrail.domain.consistency.judging": ("ConsistencyLimits",),
    "featuretrail.domain.consistency.report": ("CheckResult", "ConsistencyReport"),
    "featuretrail.domain.consistency.tolerance": ("Tolerance",),
    "featuretrail.domain.constraints": ("NotNull", "OneOf", "Range"),
    "featuretrail.domain.definitions": ("Feature", "FeatureGroup", "FeatureSet"),
    "featuretrail.domain.documentation.completeness": ("Missing",),
    "featuretrail.domain.documentation.policy": ("DocumentationPolicy", "PolicyFinding"),
    "featuretrail.domain.documentation.record": ("FeatureDocumentation",),
    "featuretrail.domain.documentation.scoring": ("Criterion",),
    "featuretrail.domain.drift.thresholds": ("Thresholds",),
    "featuretrail.domain.errors": (
        "AccessDeniedError",
        "AlreadyExistsError",
        "BrokerError",
        "ChainBrokenError",
        "ConcurrencyError",
        "ConflictError",
        "ContentAlteredError",
        "DatabaseError",
        "DatabaseUnavailableError",
        "DefinitionChangedError",
        "DeliveryError",
        "EndpointError",
        "EngineError",
        "FeatureTrailError",
        "IdempotencyError",
        "IntegrityError",
        "InvalidDefinitionError",
        "InvalidInputError",
        "InvalidNameError",
        "InvalidSpineError",
        "InvalidValuesError",
        "LineageCycleError",
        "MissingPackageError",
        "NaiveTimeError",
        "NotFoundError",
        "NotYetError",
        "OutcomeConflictError",
        "PoisonMessageError",
        "ProjectionError",
        "ProjectionTimeoutError",
        "RetentionError",
        "RuleError",
        "SchemaError",
        "SourceError",
        "StorageError",
        "StreamBlockedError",
        "StreamFencedError",
    ),
    "featuretrail.domain.lineage.cost": ("CostEstimate",),
    "featuretrail.domain.lineage.feature_lineage": ("FeatureLineage",),
    "featuretrail.domain.lineage.graph": ("LineageGraph",),
    "featuretrail.domain.lineage.impact": ("Affected", "Impact"),
    "featuretrail.domain.lineage.node": ("Node", "NodeFacts"),
    "featuretrail.domain.lineage.quality": ("LineageQuality", "ParentQuality"),
    "featuretrail.domain.names": ("FeatureReference",),
    "featuretrail.domain.parents": ("Parent",),
    "featuretrail.domain.performance.hints": ("Hint",),
    "featuretrail.domain.performance.regressions": ("Comparison",),
    "featuretrail.domain.performance.summary": ("CostSummary", "FeaturePerformance", "VersionCost"),
    "featuretrail.domain.quality.baseline": ("Baseline",),
    "featuretrail.domain.quality.drift_check": ("DriftCheck", "FeatureVerdict", "RecordedCheck"),
    "featuretrail.domain.quality.feature_quality": ("Dimension", "FeatureQuality", "SetQuality"),
    "featuretrail.domain.quality.incident": ("Incident",),
    "featuretrail.domain.receipts": ("Receipt",),
    "featuretrail.domain.rules": ("Rule",),
    "featuretrail.domain.splits": ("Split",),
    "featuretrail.domain.versions": ("Version",),
    "featuretrail.infrastructure.alerts.settings": ("AlertSettings",),
    "featuretrail.infrastructure.computing.functions": ("rule", "sql_rule"),
    "featuretrail.infrastructure.computing.report": ("ComputedFeature", "ComputeReport"),
    "featuretrail.infrastructure.consistency.frames": ("FrameSource",),
    "featuretrail.infrastructure.consistency.parquet": ("ParquetSource",),
    "featuretrail.infrastructure.consistency.postgres": ("PostgresSource",),
    "featuretrail.infrastructure.consistency.source": ("SourceRequest", "ValueSource"),
    "featuretrail.infrastructure.erasing.erasure": ("Erasure",),
    "featuretrail.infrastructure.lineage.training": ("TrainingRun",),
    "featuretrail.infrastructure.outcomes.receipt": ("OutcomeReceipt",),
    "featuretrail.infrastructure.performance.recorder": ("Recording",),
    "featuretrail.infrastructure.retrieval.leakage": ("LeakageReport",),
    "featuretrail.infrastructure.serving.served_log": ("Logging",),
    "featuretrail.infrastructure.settings": ("Settings",),
    "featuretrail.infrastructure.snapshots.comparison": ("SnapshotDiff",),
    "featuretrail.infrastructure.snapshots.snapshot": ("FeatureSnapshot", "SnapshotInfo"),
    "featuretrail.infrastructure.snapshots.verification": ("SnapshotVerification",),
    "featuretrail.infrastructure.stopping": ("Stop",),
    "featuretrail.lineage.exporting": ("LineageExport",),
    "featuretrail.monitoring.results": ("MonitorInfo", "MonitorReport", "MonitorRun"),
    "featuretrail.outcomes.coverage": ("LabelCoverage", "OutcomeCoverage"),
    "featuretrail.performance.performance": ("StorePerformance",),
    "featuretrail.projections.dead_letters": ("ParkedEvent", "ReplayReport"),
    "featuretrail.projections.maintenance": ("MaintenanceReport",),
    "featuretrail.projections.retention": ("TableRetention",),
    "featuretrail.projections.status": ("GenerationStatus", "ProjectionStatus"),
    "featuretrail.store": ("TimescaleDBFeatureStore",),
}
HOMES: Final = {name: module for module, names in _NAMES.items() for name in names}
"""The module of each public name."""


def asked(name: str) -> object:
    """Return what ``featuretrail.name`` is, and keep it there; raise ``AttributeError``."""
    home = HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'featuretrail' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    setattr(sys.modules["featuretrail"], name, value)
    return value


def listed() -> list[str]:
    """Return the attributes of ``featuretrail``, those not yet asked for too."""
    return sorted({*vars(sys.modules["featuretrail"]), *HOMES})
