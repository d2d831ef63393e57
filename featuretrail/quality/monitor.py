"""Quality and drift of features, as users meet them: ``store.quality``."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from featuretrail.domain.events import Metadata
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.drift_check import DriftCheck, RecordedCheck
from featuretrail.domain.quality.feature_quality import FeatureQuality, SetQuality
from featuretrail.domain.quality.incident import Incident
from featuretrail.requests import Features

DecidedBy = Callable[[str | None, str | None], Metadata]

Window = tuple[datetime | None, datetime | None] | timedelta
"""Event times ``[start, end)``, or this long up to the newest event."""

Thresholds = Mapping[str, Any]


class FeatureQualityMonitor:
    """Judges features: their quality, their drift from baselines; ``store.quality``."""

    def check_feature_quality(
        self,
        feature: str | FeatureReference,
        data: Any = None,  # noqa: ANN401
        window: Window | None = None,
        *,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> FeatureQuality:
        """Judge the values of a feature."""
        raise NotImplementedError

    def check_set_quality(
        self,
        features: Features,
        window: Window | None = None,
        *,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> SetQuality:
        """Judge the features of a set or a group."""
        raise NotImplementedError

    def check_snapshot_quality(
        self,
        snapshot_id: str,
        *,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> SetQuality:
        """Judge a snapshot's own matrix."""
        raise NotImplementedError

    def create_baseline(
        self,
        features: Features | None = None,
        *,
        snapshot: str | None = None,
        window: Window | None = None,
        season: str | None = None,
        time_zone: str | None = None,
        thresholds: Any = None,  # noqa: ANN401
        name: str | None = None,
        actor: str | None = None,
        reason: str | None = None,
    ) -> Baseline:
        """Profile features once and pin that."""
        raise NotImplementedError

    def baselines(self) -> list[Baseline]:
        """Return the baselines, oldest first."""
        raise NotImplementedError

    def baseline(self, name: str) -> Baseline:
        """Return a baseline; raise ``NotFoundError``."""
        raise NotImplementedError

    def check_drift(
        self,
        baseline: str | Baseline,
        *,
        window: Window | None = None,
        snapshot: str | None = None,
        data: Any = None,  # noqa: ANN401
        alpha: float = 0.05,
        thresholds: Any = None,  # noqa: ANN401
        known_at: int | datetime | None = None,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> DriftCheck:
        """Compare values with a baseline and move the incidents of its features."""
        raise NotImplementedError

    def check_concept_drift(
        self,
        reference: str,
        current: str | None = None,
        *,
        window: Window | None = None,
        alpha: float = 0.05,
        thresholds: Any = None,  # noqa: ANN401
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> DriftCheck:
        """Compare how features relate to the label of a snapshot with how they do now."""
        raise NotImplementedError

    def recheck(
        self,
        start: datetime | int,
        end: datetime | int,
        *,
        alpha: float | None = None,
        thresholds: Any = None,  # noqa: ANN401
        baseline: str | None = None,
    ) -> list[RecordedCheck]:
        """Ask the checks recorded in ``[start, end)`` again, with other thresholds."""
        raise NotImplementedError

    def checks(self, baseline: str, *, last: int = 20) -> list[DriftCheck]:
        """Return the newest recorded checks against a baseline, newest first."""
        raise NotImplementedError

    def incidents(
        self,
        *,
        open: bool | None = True,
        feature: str | None = None,
    ) -> list[Incident]:
        """Return drift incidents, oldest first: open ones, resolved ones or (``None``) all."""
        raise NotImplementedError

    def incident(self, incident_id: UUID | str) -> Incident:
        """Return one incident; raise ``NotFoundError``."""
        raise NotImplementedError

    def acknowledge(
        self,
        incident: UUID | str | Incident,
        *,
        actor: str | None = None,
        reason: str | None = None,
    ) -> Incident:
        """Take notice of an open incident."""
        raise NotImplementedError

    def resolve(
        self,
        incident: UUID | str | Incident,
        action: str,
        *,
        actor: str | None = None,
        reason: str | None = None,
    ) -> Incident:
        """End an incident by an action."""
        raise NotImplementedError
