"""Aggregates as deciders: each module has a frozen state, ``decide`` functions and ``evolve``."""

from featuretrail.domain.aggregates.alert import Alert
from featuretrail.domain.aggregates.documentation import DocumentationAggregate
from featuretrail.domain.aggregates.drift_incident import DriftIncident
from featuretrail.domain.aggregates.feature import FeatureAggregate
from featuretrail.domain.aggregates.feature_metadata import FeatureMetadataAggregate
from featuretrail.domain.aggregates.feature_set import FeatureSetAggregate
from featuretrail.domain.aggregates.group import GroupAggregate
from featuretrail.domain.aggregates.lineage import LineageAggregate
from featuretrail.domain.aggregates.monitor import Monitor
from featuretrail.domain.aggregates.record import Record
from featuretrail.domain.aggregates.retention import Retention
from featuretrail.domain.aggregates.snapshot import SnapshotAggregate

__all__ = [
    "Alert",
    "DocumentationAggregate",
    "DriftIncident",
    "FeatureAggregate",
    "FeatureMetadataAggregate",
    "FeatureSetAggregate",
    "GroupAggregate",
    "LineageAggregate",
    "Monitor",
    "Record",
    "Retention",
    "SnapshotAggregate",
]
