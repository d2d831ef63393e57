"""Asking the past again: recorded checks, by other thresholds, without writing anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from featuretrail.domain.errors import (
    InvalidInputError,
    NotFoundError,
    RetentionError,
)
from featuretrail.domain.events import DriftChecked
from featuretrail.domain.quality.drift_check import DriftCheck, RecordedCheck
from featuretrail.domain.quality.limits import Limits, read_limits
from featuretrail.domain.quality.moving import in_words
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.quality.reading import drift_check
from featuretrail.quality.baselines import find_baseline
from featuretrail.quality.drifts import DriftChecks, check_alpha
from featuretrail.quality.sources import QualitySources


@frozen(eq=False)
class Rechecks:
    """Runs recorded checks again, as known then."""

    _sources: QualitySources
    _drifts: DriftChecks

    def between(
        self,
        start: int | datetime,
        end: int | datetime,
        alpha: float | None,
        thresholds: Limits | None,
        baseline: str | None,
    ) -> list[RecordedCheck]:
        """Return each check recorded in ``(start, end]`` beside what would be said now."""
        after, until = self._sources.position(start), self._sources.position(end)
        if after > until:
            raise InvalidInputError(
                f"start is position {after} and end is {until}; give an end after the start"
            )
        bound = None if alpha is None else check_alpha(alpha)
        if baseline is not None:
            baseline = find_baseline(self._sources, baseline).name
        found = [
            recorded
            for recorded in self._sources.reader.checks(after, until)
            if baseline is None or drift_check(recorded).baseline == baseline
        ]
        if not found:
            return []
        said = [DriftCheck.of(drift_check(each), each.position) for each in found]
        limits = read_limits(thresholds, sorted({path for each in said for path in each.verdicts}))
        return [
            self._again(recorded, then, bound, limits)
            for recorded, then in zip(found, said, strict=True)
        ]

    def _again(
        self,
        recorded: RecordedEvent,
        then: DriftCheck,
        alpha: float | None,
        limits: Mapping[str, Mapping[str, Any]],
    ) -> RecordedCheck:
        event = drift_check(recorded)
        bound = event.alpha if alpha is None else alpha
        try:
            now = self._now(then, event, bound, limits)
        except (NotFoundError, RetentionError, InvalidInputError) as error:
            return RecordedCheck(then, recorded.recorded_at, None, str(error))
        return RecordedCheck(then, recorded.recorded_at, now)

    def _now(
        self,
        then: DriftCheck,
        event: DriftChecked,
        alpha: float,
        limits: Mapping[str, Mapping[str, Any]],
    ) -> DriftCheck:
        if event.outcome is not None:
            raise InvalidInputError("it compared a relation to an outcome; check that anew instead")
        baseline = find_baseline(self._sources, event.baseline)
        if event.checked == "data":
            raise InvalidInputError("it looked at data of the caller's, which is not kept")
        if event.snapshot_id is not None:
            looked = self._drifts.of_snapshot(baseline, event.snapshot_id)
        else:
            window = (event.since, event.until)
            looked = self._drifts.stored(baseline, window, event.position)
        verdicts = self._drifts.judge(baseline, looked, alpha, event.thresholds, limits)
        told = [in_words(each, event.since if each.drifted else None) for each in verdicts]
        return evolve(
            then,
            alpha=alpha,
            verdicts={each.feature_name: each for each in told},
            incidents={},
            position=None,
        )
