"""Versioned events, one module a family; importing this package makes all of them readable."""

from featuretrail.domain.events.alerts import (
    ALERT_EVENTS,
    ALERT_RULE_EVENTS,
    AlertAcknowledged,
    AlertDelivered,
    AlertDeliveryFailed,
    AlertHeldBack,
    AlertRaised,
    AlertResolved,
    AlertRuleRemoved,
    AlertRuleSet,
    AlertsEvaluated,
)
from featuretrail.domain.events.base import Event, JsonObject, Metadata, stream_id
from featuretrail.domain.events.baselines import BASELINE_EVENTS, BaselineCreated, DriftChecked
from featuretrail.domain.events.checks import CHECK_EVENTS, ConsistencyChecked, QualityChecked
from featuretrail.domain.events.computing import COMPUTING_EVENTS, ComputeFailed
from featuretrail.domain.events.definitions import (
    DEFINITION_EVENTS,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
)
from featuretrail.domain.events.documentation import DOCUMENTATION_EVENTS, DocumentationGenerated
from featuretrail.domain.events.drift import (
    DRIFT_EVENTS,
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
)
from featuretrail.domain.events.erasing import (
    ERASING_EVENTS,
    ErasedBatch,
    ErasedOutcomes,
    ErasedServed,
    SnapshotErased,
    ValuesErased,
)
from featuretrail.domain.events.lineage import LINEAGE_EVENTS, LineageDeclared, LineageRetired
from featuretrail.domain.events.metadata import METADATA_EVENTS, MetadataRecorded
from featuretrail.domain.events.monitoring import (
    MONITOR_EVENTS,
    MonitorRan,
    MonitorScheduled,
    MonitorUnscheduled,
)
from featuretrail.domain.events.outcomes import OUTCOME_EVENTS, OutcomesRecorded
from featuretrail.domain.events.performance import (
    PERFORMANCE_EVENTS,
    Measurement,
    PerformanceSampled,
)
from featuretrail.domain.events.refreshing import REFRESHING_EVENTS, OnlineRefreshed
from featuretrail.domain.events.retention import (
    RETENTION_EVENTS,
    RetentionApplied,
    RetentionSet,
)
from featuretrail.domain.events.serving import SERVING_EVENTS, ServedLogged, ServedSheet
from featuretrail.domain.events.snapshots import SNAPSHOT_EVENTS, SnapshotAssessed, SnapshotCreated
from featuretrail.domain.events.streaming import (
    STREAM_EVENTS,
    MessagePlace,
    MessagesDiscarded,
    PartitionMoved,
    StreamFacts,
)
from featuretrail.domain.events.training import TRAINING_EVENTS, TrainingRunRecorded
from featuretrail.domain.events.values import (
    VALUE_EVENTS,
    ValuesIngested,
    ValuesRemoved,
    ValuesRetracted,
)

__all__ = [
    "ALERT_EVENTS",
    "ALERT_RULE_EVENTS",
    "BASELINE_EVENTS",
    "CHECK_EVENTS",
    "COMPUTING_EVENTS",
    "DEFINITION_EVENTS",
    "DOCUMENTATION_EVENTS",
    "DRIFT_EVENTS",
    "ERASING_EVENTS",
    "LINEAGE_EVENTS",
    "METADATA_EVENTS",
    "MONITOR_EVENTS",
    "OUTCOME_EVENTS",
    "PERFORMANCE_EVENTS",
    "REFRESHING_EVENTS",
    "RETENTION_EVENTS",
    "SERVING_EVENTS",
    "SNAPSHOT_EVENTS",
    "STREAM_EVENTS",
    "TRAINING_EVENTS",
    "VALUE_EVENTS",
    "AlertAcknowledged",
    "AlertDelivered",
    "AlertDeliveryFailed",
    "AlertHeldBack",
    "AlertRaised",
    "AlertResolved",
    "AlertRuleRemoved",
    "AlertRuleSet",
    "AlertsEvaluated",
    "BaselineCreated",
    "ComputeFailed",
    "ConsistencyChecked",
    "DocumentationGenerated",
    "DriftAcknowledged",
    "DriftChecked",
    "DriftDetected",
    "DriftResolved",
    "DriftUpdated",
    "ErasedBatch",
    "ErasedOutcomes",
    "ErasedServed",
    "Event",
    "FeatureDefined",
    "FeatureSetDefined",
    "GroupDefined",
    "JsonObject",
    "LineageDeclared",
    "LineageRetired",
    "Measurement",
    "MessagePlace",
    "MessagesDiscarded",
    "Metadata",
    "MetadataRecorded",
    "MonitorRan",
    "MonitorScheduled",
    "MonitorUnscheduled",
    "OnlineRefreshed",
    "OutcomesRecorded",
    "PartitionMoved",
    "PerformanceSampled",
    "QualityChecked",
    "RetentionApplied",
    "RetentionSet",
    "ServedLogged",
    "ServedSheet",
    "SnapshotAssessed",
    "SnapshotCreated",
    "SnapshotErased",
    "StreamFacts",
    "TrainingRunRecorded",
    "ValuesErased",
    "ValuesIngested",
    "ValuesRemoved",
    "ValuesRetracted",
    "stream_id",
]
