"""Quality and drift of features, as users meet them: ``store.quality``."""

from datetime import datetime
from typing import Any

from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.events import Metadata
from featuretrail.domain.inputs import check_count
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.drift_check import DriftCheck, RecordedCheck
from featuretrail.domain.quality.feature_quality import FeatureQuality, SetQuality
from featuretrail.domain.quality.incident import Incident
from featuretrail.domain.quality.limits import Limits
from featuretrail.domain.quality.window import Window
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.quality.baselines import BaselineOrder, Baselines, find_baseline
from featuretrail.quality.concepts import ConceptChecks, ConceptOrder
from featuretrail.quality.drifts import DriftChecks, DriftOrder
from featuretrail.quality.incidents import Incidents, Named
from featuretrail.quality.pictures import LAST, DriftPictures, Pictured
from featuretrail.quality.qualities import QualityChecks
from featuretrail.quality.rechecking import Rechecks
from featuretrail.quality.recording import CheckRecords
from featuretrail.quality.sources import QualitySources
from featuretrail.requests import Features


class FeatureQualityMonitor:
    """Judges features: their quality, their drift from baselines; ``store.quality``.

    Windows are event times: ``(start, end)``, where the end is not in it and either may be
    ``None``, or a ``timedelta`` up to the newest value. Checks are recorded, with who asked and
    why, unless ``record=False``, which needs the role auditor alone.
    """

    def __init__(self, sources: QualitySources) -> None:
        self.sources = sources
        self._qualities = QualityChecks(sources)
        self._baselines = Baselines(sources)
        self._drifts = DriftChecks(sources, self._baselines, CheckRecords(sources))
        self._concepts = ConceptChecks(sources, self._drifts)
        self._rechecks = Rechecks(sources, self._drifts)
        self._incidents = Incidents(sources)
        self._pictures = DriftPictures(sources, self._baselines, self._drifts)

    @property
    def _database(self) -> Database:
        return self.sources.database

    @needs("writer")
    def check_feature_quality(
        self,
        feature: str | FeatureReference,
        data: Any = None,  # noqa: ANN401 - a column or a table, whatever frames reads
        window: Window | None = None,
        *,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> FeatureQuality:
        """Judge how good a feature's values are: those stored, in ``window``, or ``data``.

        Six dimensions, each 0 to 100 or not evaluated, count alike; see ``docs/how-to/quality.md``
        for their formulas. ``data`` is a column or a table with a column of the feature's name; in
        a table the keys and ``event_time`` tell repeated rows. Without ``window`` all stored values
        are judged. Raises ``NotFoundError``, ``InvalidInputError``, or ``RetentionError`` for a
        window from which retention removed values.
        """
        metadata = self._metadata(actor, reason, record=record)
        return self._qualities.feature(feature, data, window, metadata)

    @needs("writer")
    def check_set_quality(
        self,
        features: Features,
        window: Window | None = None,
        *,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> SetQuality:
        """Judge the features of a set, a group or a list, as ``check_feature_quality`` does."""
        return self._qualities.several(
            features, window, self._metadata(actor, reason, record=record)
        )

    @needs("writer")
    def check_snapshot_quality(
        self,
        snapshot_id: str,
        *,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> SetQuality:
        """Judge the matrix that a snapshot froze; the score becomes its ``quality_score``."""
        return self._qualities.snapshot(snapshot_id, self._metadata(actor, reason, record=record))

    @needs("writer")
    def create_baseline(
        self,
        features: Features | None = None,
        *,
        snapshot: str | None = None,
        window: Window | None = None,
        season: str | None = None,
        time_zone: str | None = None,
        thresholds: Limits | None = None,
        name: str | None = None,
        actor: str | None = None,
        reason: str | None = None,
    ) -> Baseline:
        """Profile features once and pin that: what later values are compared with.

        ``features`` is a set, a group or references, profiled over ``window`` (``None``: all that
        is stored), or over the rows of ``snapshot`` (then ``None`` stands for all of its features).
        With a ``season``, ``"hour"``, ``"weekday"``, ``"month"`` or several joined by ``+``, values
        are compared with the baseline's of the same part of the calendar in ``time_zone`` (UTC).
        ``thresholds`` are for all features or by feature. Without ``name`` it is the next of what
        it is of, such as ``weather-1``. The same again returns the first; it outlives the
        retention of values. Raises ``AlreadyExistsError``, ``NotFoundError``, ``InvalidInputError``
        or ``RetentionError``.
        """
        return self._baselines.create(
            BaselineOrder(
                wanted=features,
                snapshot_id=snapshot,
                window=window,
                season=season,
                time_zone=time_zone,
                thresholds=thresholds,
                name=name,
                metadata=self.sources.decided_by(actor, reason),
            )
        )

    @needs("auditor")
    def baselines(self) -> list[Baseline]:
        """Return the baselines, oldest first."""
        return self.sources.reader.baselines()

    @needs("auditor")
    def baseline(self, name: str) -> Baseline:
        """Return a baseline by its name; raise ``NotFoundError``."""
        return find_baseline(self.sources, name)

    @needs("writer")
    def check_drift(
        self,
        baseline: str | Baseline,
        *,
        window: Window | None = None,
        snapshot: str | None = None,
        data: Any = None,  # noqa: ANN401 - a column or a table, whatever frames reads
        alpha: float = 0.05,
        thresholds: Limits | None = None,
        known_at: int | datetime | None = None,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> DriftCheck:
        """Compare values with a baseline, all its features together, and move their incidents.

        The values are those of ``window`` (as known at ``known_at``), of ``snapshot``, or ``data``.
        A feature that drifted opens an incident or updates its own, one that returned resolves it,
        in one transaction with the check's event; a window older than the newest one checked moves
        none, and neither does ``data``. The same values checked again by the same thresholds
        return the recorded check. Raises ``NotFoundError``, ``InvalidInputError``,
        ``RetentionError`` or ``ContentAlteredError``.
        """
        return self._drifts.check(
            DriftOrder(
                baseline=baseline,
                window=window,
                snapshot_id=snapshot,
                data=data,
                alpha=alpha,
                thresholds=thresholds,
                known_at=known_at,
                metadata=self._metadata(actor, reason, record=record),
            )
        )

    @needs("writer")
    def check_concept_drift(
        self,
        reference: str,
        current: str | None = None,
        *,
        window: Window | None = None,
        alpha: float = 0.05,
        thresholds: Limits | None = None,
        record: bool = True,
        actor: str | None = None,
        reason: str | None = None,
    ) -> DriftCheck:
        """Compare how features relate to the label in a snapshot with how they do now.

        ``reference`` is a snapshot with a label; now is the snapshot ``current``, or the stored
        values of the label in ``window``, joined to the features as they were then. Incidents are
        of the type ``concept``. Raises ``NotFoundError`` or ``InvalidInputError``.
        """
        return self._concepts.check(
            ConceptOrder(
                reference=reference,
                current=current,
                window=window,
                alpha=alpha,
                thresholds=thresholds,
                metadata=self._metadata(actor, reason, record=record),
            )
        )

    @needs("auditor")
    def recheck(
        self,
        start: int | datetime,
        end: int | datetime,
        *,
        alpha: float | None = None,
        thresholds: Limits | None = None,
        baseline: str | None = None,
    ) -> list[RecordedCheck]:
        """Ask checks that were recorded after ``start``, up to ``end``, again; write nothing.

        Bounds are positions or times of recording. Each window is read as it was known at the
        check, and judged with ``thresholds`` and ``alpha`` where they are given, else as then. What
        cannot be read any more says why.
        """
        return self._rechecks.between(start, end, alpha, thresholds, baseline)

    @needs("auditor")
    def checks(self, baseline: str, *, last: int = 20) -> list[DriftCheck]:
        """Return the ``last`` recorded checks of windows against a baseline, newest first."""
        name = find_baseline(self.sources, baseline).name
        return self._drifts.records.recorded(name, check_count("last", last, 1))

    @needs("auditor")
    def incidents(
        self,
        *,
        open: bool | None = True,  # noqa: A002 - the word for it
        feature: str | None = None,
    ) -> list[Incident]:
        """Return drift incidents, oldest first: open ones, resolved ones or (``None``) all."""
        return self._incidents.list(is_open=open, feature=feature)

    @needs("auditor")
    def incident(self, incident: Named) -> Incident:
        """Return one incident; raise ``NotFoundError``."""
        return self._incidents.get(incident)

    @needs("writer")
    def acknowledge(
        self, incident: Named, *, actor: str | None = None, reason: str | None = None
    ) -> Incident:
        """Take notice of an open incident; once is enough. Raises ``ConflictError``."""
        return self._incidents.acknowledge(incident, self.sources.decided_by(actor, reason))

    @needs("writer")
    def resolve(
        self, incident: Named, action: str, *, actor: str | None = None, reason: str | None = None
    ) -> Incident:
        """End an incident by an ``action``, in words. Raises ``ConflictError`` if it has ended."""
        return self._incidents.resolve(incident, action, self.sources.decided_by(actor, reason))

    @needs("auditor")
    def picture(
        self, of: Pictured, feature: str | FeatureReference, *, window: Window | None = None
    ) -> FeaturePicture:
        """Draw the values that a check looked at, or those of ``window``, against their baseline.

        ``of`` is a check, or a baseline; of a baseline without ``window`` its own values are drawn
        alone. Raises ``NotFoundError``, ``InvalidInputError`` for a check whose values are not
        kept, or ``RetentionError``.
        """
        return self._pictures.values(of, feature, window)

    @needs("auditor")
    def history_picture(
        self,
        baseline: str | Baseline,
        feature: str | FeatureReference,
        *,
        measure: str | None = None,
        last: int = LAST,
    ) -> FeaturePicture:
        """Draw what the ``last`` recorded checks of windows found of a feature, with incidents.

        Without ``measure``, such as ``"ks"``, it is the one that decided the newest drift. Raises
        ``NotFoundError``.
        """
        return self._pictures.history(baseline, feature, measure, check_count("last", last, 1))

    @needs("auditor")
    def incident_pictures(self, incident: Named) -> tuple[FeaturePicture, FeaturePicture]:
        """Draw the values that last had an incident's drift, and the history of their measure.

        Raises ``NotFoundError``, ``RetentionError``, or ``InvalidInputError`` for an incident that
        is not of stored windows.
        """
        return self._pictures.of_incident(self._incidents.get(incident))

    def __repr__(self) -> str:
        return f"FeatureQualityMonitor({self.sources.database.address!r})"

    def _metadata(self, actor: str | None, reason: str | None, *, record: bool) -> Metadata | None:
        return self.sources.decided_by(actor, reason) if record else None
