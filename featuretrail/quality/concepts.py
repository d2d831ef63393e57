"""Concept drift: how features relate to a label, in a snapshot and now."""

from attrs import frozen

from featuretrail.domain.events import Metadata
from featuretrail.domain.quality.drift_check import DriftCheck
from featuretrail.domain.quality.limits import Limits
from featuretrail.domain.quality.window import Window
from featuretrail.quality.drifts import DriftChecks
from featuretrail.quality.sources import QualitySources


@frozen
class ConceptOrder:
    reference: str
    current: str | None
    window: Window | None
    alpha: float
    thresholds: Limits | None
    metadata: Metadata | None


@frozen(eq=False)
class ConceptChecks:
    _sources: QualitySources
    _drifts: DriftChecks

    def check(self, order: ConceptOrder) -> DriftCheck:
        raise NotImplementedError
