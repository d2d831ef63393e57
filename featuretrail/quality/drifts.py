"""Checks of drift: values of a window, a snapshot or a caller's against a baseline."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import Metadata
from featuretrail.domain.inputs import check_number
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.judging import judged
from featuretrail.domain.quality.limits import Limits, read_limits
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window, after, moment
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.quality.given import (
    content_digest,
    given_values,
    snapshot_values,
)
from featuretrail.infrastructure.quality.side_by_side import side_by_side
from featuretrail.infrastructure.quality.timing import read_now
from featuretrail.quality.baselines import Baselines, find_baseline
from featuretrail.quality.looked import Looked
from featuretrail.quality.recording import CheckRecords
from featuretrail.quality.sources import QualitySources, in_order, span_of


@frozen
class DriftOrder:
    """What is asked of a check of drift; without ``metadata`` nothing is recorded."""

    baseline: str | Baseline
    window: Window | None
    snapshot_id: str | None
    data: Any
    alpha: float
    thresholds: Limits | None
    known_at: int | datetime | None
    metadata: Metadata | None


@frozen(eq=False)
class DriftChecks:
    """Checks values against baselines; ``records`` keeps what was found and moves incidents."""

    _sources: QualitySources
    _baselines: Baselines
    records: CheckRecords

    def check(self, order: DriftOrder) -> DriftCheck:
        """Compare what ``order`` names with its baseline, judged over all features together."""
        begun = perf_counter()
        alpha = check_alpha(order.alpha)
        baseline = find_baseline(self._sources, order.baseline)
        looked = self._looked(order, baseline)
        limits = read_limits(order.thresholds, [each.path for each in looked.values])
        verdicts = self.judge(baseline, looked, alpha, limits)
        facts = {
            "baseline": baseline.name,
            "outcome": None,
            "alpha": alpha,
            "thresholds": limits,
            "duration_ms": round((perf_counter() - begun) * 1000, 3),
        }
        return self.records.record(looked, verdicts, facts, baseline.snapshot_id, order.metadata)

    def judge(
        self,
        baseline: Baseline,
        looked: Looked,
        alpha: float,
        *limits: Mapping[str, Mapping[str, Any]],
    ) -> list[FeatureVerdict]:
        """Return the verdicts on what is looked at; later ``limits`` go before the baseline's."""
        profiles = self._baselines.profiles(baseline)
        verdicts = judged(
            profiles, looked.values, alpha, baseline.thresholds, *limits, mapper=side_by_side
        )
        if not any(each.status == "empty" for each in verdicts):
            return verdicts
        registry = self._sources.requests.registry(looked.position)
        return [_of_version(each, registry) for each in verdicts]

    def stored(self, baseline: Baseline, window: Window | None, position: int) -> Looked:
        """Return the values of a baseline's features in a window, as known at ``position``."""
        if window is None:
            raise InvalidInputError(
                "nothing to check is given; give a window such as timedelta(days=7) or "
                "(start, end), a snapshot, or data"
            )
        return self.looked_at(self._sources.features(baseline.features), window, position)

    def looked_at(
        self, features: Sequence[ResolvedFeature], window: Window | None, position: int
    ) -> Looked:
        """Return the values of ``features`` in a window, as known at ``position``."""
        windows = self._sources.windows(features, window, position)
        values = in_order(windows, features)
        span = _closed(span_of(windows), values)
        until = self._moving_until(span, values)
        return Looked("window", values, position, span, moving_until=until)

    def _moving_until(self, span: Span, values: Sequence[FeatureValues]) -> datetime | None:
        """Return up to when a window tells how features look: not yet to an end in the future."""
        if span.until is None or span.until <= read_now(self._sources.database):
            return span.until
        return _closed(Span(span.since), values).until

    def of_snapshot(self, baseline: Baseline, snapshot_id: str) -> Looked:
        """Return the values of a baseline's features in a snapshot."""
        snapshot = self._sources.snapshots.get(snapshot_id)
        paths = [reference.partition("@")[0] for reference in baseline.features]
        return Looked(
            "snapshot",
            snapshot_values(snapshot, paths),
            snapshot.info.position,
            snapshot_id=snapshot.info.snapshot_id,
            moving_until=snapshot.info.created_at,
        )

    def _looked(self, order: DriftOrder, baseline: Baseline) -> Looked:
        given = [order.window is not None, order.snapshot_id is not None, order.data is not None]
        if sum(given) > 1:
            raise InvalidInputError("give one of window, snapshot and data; several are given")
        if order.known_at is not None and order.window is None:
            raise InvalidInputError("known_at is given without a window, which it is for")
        position = self._sources.position(order.known_at)
        if order.snapshot_id is not None:
            return self.of_snapshot(baseline, order.snapshot_id)
        if order.data is None:
            return self.stored(baseline, order.window, position)
        values = given_values(order.data, self._sources.features(baseline.features))
        return Looked("data", values, position, content_digest=content_digest(values))


def check_alpha(given: object) -> float:
    """Return the bound of false discoveries: a number between 0 and 1."""
    alpha = check_number("alpha", given)
    if not 0 < alpha < 1:
        raise InvalidInputError(f"alpha is {alpha!r}; give a number between 0 and 1")
    return alpha


def _of_version(verdict: FeatureVerdict, registry: Registry) -> FeatureVerdict:
    """Say of a feature without rows that it has moved on to another version, if it has."""
    present = str(registry.resolve(verdict.feature_name).version.version)
    if verdict.status != "empty" or present == verdict.version:
        return verdict
    words = f"{verdict.words}: the baseline is of {verdict.version}, and its version is {present}"
    return evolve(verdict, words=f"{words} now, which needs a baseline of its own")


def _closed(span: Span, values: Sequence[FeatureValues]) -> Span:
    """Return the span with an end: just after the newest value, where it has none."""
    if span.until is not None:
        return span
    times = [int(each.times[-1]) for each in values if each.times is not None and each.times.size]
    newest = max(times, default=None)
    if newest is None:
        return span
    return Span(span.since, after(moment(newest)))
