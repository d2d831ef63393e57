"""Aggregates as deciders: each module has a frozen state, ``decide`` functions and ``evolve``."""

from featuretrail.domain.aggregates.feature import FeatureAggregate
from featuretrail.domain.aggregates.feature_set import FeatureSetAggregate
from featuretrail.domain.aggregates.group import GroupAggregate
from featuretrail.domain.aggregates.snapshot import SnapshotAggregate

__all__ = ["FeatureAggregate", "FeatureSetAggregate", "GroupAggregate", "SnapshotAggregate"]
