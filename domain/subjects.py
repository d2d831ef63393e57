"""Subjects: what an event is about, as people and the audit trail name it."""

from featuretrail.domain.events import (
    AlertAcknowledged,
    AlertDelivered,
    AlertDeliveryFailed,
    AlertHeldBack,
    AlertRaised,
    AlertResolved,
    AlertRuleRemoved,
    AlertRuleSet,
    AlertsEvaluated,
    BaselineCreated,
    ComputeFailed,
    ConsistencyChecked,
    DocumentationGenerated,
    DriftAcknowledged,
    DriftChecked,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
    LineageDeclared,
    LineageRetired,
    MessagesDiscarded,
    MetadataRecorded,
    MonitorRan,
    MonitorScheduled,
    MonitorUnscheduled,
    OnlineRefreshed,
    OutcomesRecorded,
    PerformanceSampled,
    QualityChecked,
    RetentionApplied,
    RetentionSet,
    ServedLogged,
    SnapshotAssessed,
    SnapshotCreated,
    SnapshotErased,
    TrainingRunRecorded,
    ValuesErased,
    ValuesIngested,
    ValuesRemoved,
    ValuesRetracted,
)
from featuretrail.domain.events.baselines import checks_name


def subject(event: Event) -> str:
    """Return the name of what an event is about, such as ``feature weather.temp@1.0.0``.

    All events of a drift incident have its id, as the later ones name nothing else.
    """
    match event:
        case GroupDefined():
            return f"group {event.name}@{event.version}"
        case FeatureDefined():
            return f"feature {event.group}.{event.name}@{event.version}"
        case FeatureSetDefined():
            return f"set {event.name}@{event.version}"
        case ValuesIngested() | ValuesRetracted():
            return f"batch {event.group}#{event.batch}"
        case SnapshotCreated():
            return f"snapshot {event.feature_set}@{event.version}"
        case _:
            return _of_the_rest(event)


def _of_the_rest(event: Event) -> str:
    match event:
        case TrainingRunRecorded():
            name = f"training run {event.model}@{event.version}"
        case LineageDeclared() | LineageRetired():
            name = f"lineage {event.feature_name}@{event.version}"
        case DocumentationGenerated():
            name = f"documentation {event.feature_name}@{event.documentation_version}"
        case MetadataRecorded():
            name = f"metadata {event.feature_name} {event.metadata_type} {event.metadata_key}"
        case ComputeFailed():
            name = f"computation {event.group}"
        case PerformanceSampled():
            name = f"performance sample {event.originator_id}"
        case ValuesRemoved():
            name = f"retention {event.group}"
        case RetentionSet() | RetentionApplied():
            name = f"retention {event.table}"
        case SnapshotAssessed():  # its stream's id is made from the snapshot's name, which it lacks
            name = f"snapshot {event.originator_id}"
        case _:
            name = _of_serving(event)
    return name


def _of_serving(event: Event) -> str:
    match event:
        case MessagesDiscarded():
            return f"parked messages {event.group}"
        case OutcomesRecorded():
            return f"outcomes {event.label}@{event.version}"
        case ServedLogged():
            return f"served batch {event.originator_id}"
        case ValuesErased():
            return f"erasure {event.group}"
        case SnapshotErased():
            return f"snapshot {event.snapshot_id}"
        case _:
            return _of_a_check(event)


def _of_a_check(event: Event) -> str:
    match event:
        case QualityChecked():
            version = "" if event.version is None else f"@{event.version}"
            return f"quality {event.feature_name}{version}"
        case ConsistencyChecked():
            return f"consistency {event.snapshot_id}"
        case BaselineCreated():
            return f"baseline {event.name}"
        case DriftChecked():
            return f"drift check {checks_name(event.baseline, event.checked)}"
        case DriftDetected() | DriftUpdated() | DriftAcknowledged() | DriftResolved():
            return f"drift incident {event.originator_id}"
        case _:
            return _of_watching(event)


def _of_watching(event: Event) -> str:
    match event:
        case AlertRuleSet() | AlertRuleRemoved():
            return f"alert rule {event.name}"
        case AlertsEvaluated():
            return "alert evaluation"
        case (
            AlertRaised()
            | AlertHeldBack()
            | AlertDelivered()
            | AlertDeliveryFailed()
            | AlertAcknowledged()
            | AlertResolved()
        ):
            return f"alert {event.originator_id}"
        case OnlineRefreshed():
            return f"online {event.group}"
        case MonitorScheduled() | MonitorUnscheduled() | MonitorRan():
            return f"monitor {event.name}"
        case _:
            return f"stream {event.originator_id}"
