"""Pictures of drift, from what the log and the stored values tell."""

from datetime import datetime

from attrs import frozen

from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.drift_check import DriftCheck
from featuretrail.domain.quality.incident import Incident
from featuretrail.domain.quality.pictures import MEASURES, drift_history, feature_chart
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window
from featuretrail.quality.baselines import Baselines, find_baseline
from featuretrail.quality.drifts import DriftChecks
from featuretrail.quality.looked import Looked
from featuretrail.quality.sources import QualitySources

Pictured = str | Baseline | DriftCheck
LAST = 400
"""Checks that a history shows, the newest."""


@frozen(eq=False)
class DriftPictures:
    """Draws features against their baselines, and what checks of them found."""

    _sources: QualitySources
    _baselines: Baselines
    _drifts: DriftChecks

    def values(
        self, of: Pictured, feature: str | FeatureReference, window: Window | None
    ) -> FeaturePicture:
        """Draw the values that a check looked at, or those of ``window``, against a baseline."""
        check = of if isinstance(of, DriftCheck) else None
        if check is not None and window is not None:
            raise InvalidInputError("window is given with a check, which has its own; leave it out")
        baseline = find_baseline(self._sources, of.baseline if isinstance(of, DriftCheck) else of)
        reference = self._reference(baseline, feature)
        looked = self._looked(baseline, reference, check, window)
        path = reference.partition("@")[0]
        now = None if looked is None else _held(looked, path)
        chart = feature_chart(
            self._baselines.profiles(baseline)[path],
            now,
            f"{path} {'in' if now is None else 'against'} baseline {baseline.name}",
            (_named(baseline), "" if looked is None else _told(looked.snapshot_id, looked.span)),
            self._sources.feature(reference).version.definition.unit,
        )
        return FeaturePicture(chart)

    def history(
        self,
        baseline: str | Baseline,
        feature: str | FeatureReference,
        measure: str | None,
        last: int,
    ) -> FeaturePicture:
        """Draw what the newest checks of windows against a baseline found in time."""
        if measure is not None and measure not in MEASURES:
            raise NotFoundError("measure", measure, list(MEASURES))
        known = find_baseline(self._sources, baseline)
        path = self._reference(known, feature).partition("@")[0]
        checks = self._drifts.records.recorded(known.name, last)
        named = {each.incidents[path] for each in checks if path in each.incidents}
        still_open = {
            own_id for own_id in named if self._sources.reader.incident(own_id)[0].resolved is None
        }
        title = f"{path} against baseline {known.name}"
        return FeaturePicture(drift_history(path, checks, title, measure, still_open))

    def of_incident(self, incident: Incident) -> tuple[FeaturePicture, FeaturePicture]:
        """Draw the values that the newest check which found an incident looked at, and its history.

        Raises ``InvalidInputError`` for an incident that is not of windows against a baseline.
        """
        path, name = incident.feature_name, incident.baseline
        if name is not None and incident.drift_type != "concept":
            for check in self._drifts.records.recorded(name, LAST):
                if check.incidents.get(path) == incident.incident_id:
                    now = self.values(check, path, None)
                    return now, self.history(name, path, None, LAST)
        raise InvalidInputError(
            f"incident {incident.incident_id} has no picture: it is not of one of the last {LAST} "
            "checks of stored windows against a baseline"
        )

    def _reference(self, baseline: Baseline, feature: str | FeatureReference) -> str:
        """Return the pinned reference that a baseline has of a feature."""
        path = FeatureReference.parse(str(feature)).path
        pinned = {each.partition("@")[0]: each for each in baseline.features}
        if path not in pinned:
            raise NotFoundError(f"feature of baseline {baseline.name!r}", path, sorted(pinned))
        return pinned[path]

    def _looked(
        self,
        baseline: Baseline,
        reference: str,
        check: DriftCheck | None,
        window: Window | None,
    ) -> Looked | None:
        if check is None:
            return None if window is None else self._stored(reference, window, None)
        if check.outcome is not None:
            raise InvalidInputError(
                "the check compared a relation to an outcome; give a check of values"
            )
        if check.snapshot_id is not None:
            return self._drifts.of_snapshot(baseline, check.snapshot_id)
        if check.since is None and check.until is None:
            raise InvalidInputError(
                "the check looked at data of the caller's, which is not kept; give a check of a "
                "window or a snapshot"
            )
        return self._stored(reference, (check.since, check.until), check.known_position)

    def _stored(self, reference: str, window: Window, known_at: int | None) -> Looked:
        position = self._sources.position(known_at)
        return self._drifts.looked_at([self._sources.feature(reference)], window, position)


def _held(looked: Looked, path: str) -> FeatureValues:
    return next(each for each in looked.values if each.path == path)


def _named(baseline: Baseline) -> str:
    """Return what a baseline is made of, for the legend."""
    span = Span(baseline.since, baseline.until)
    return f"baseline {_told(baseline.snapshot_id, span, baseline.name)}"


def _told(snapshot_id: str | None, span: Span, name: str = "all") -> str:
    if snapshot_id is not None:
        return snapshot_id
    if span.since is None and span.until is None:
        return name
    since, until = _day(span.since), _day(span.until)
    return f"until {until}" if span.since is None else f"{since} to {until}"


def _day(moment: datetime | None) -> str:
    """Return a bound of a window as a date, with the time of day unless it is midnight."""
    if moment is None:
        return "now"
    text = moment.isoformat(sep=" ", timespec="minutes").removesuffix("+00:00")
    return text.removesuffix(" 00:00")
