"""Checks of drift: values against a baseline, recorded with the incidents that they move."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

from attrs import evolve, field, frozen

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.aggregates.snapshot import decide_assess
from featuretrail.domain.errors import ConcurrencyError, InvalidInputError
from featuretrail.domain.events import DriftChecked, Metadata, stream_id
from featuretrail.domain.events.baselines import CheckedWhat, checks_name
from featuretrail.domain.inputs import check_number
from featuretrail.domain.quality.baseline import Baseline
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.judging import judged
from featuretrail.domain.quality.limits import Limits, read_limits
from featuretrail.domain.quality.moving import Moves, Occasion, move, unmoved
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import Span, Window, after, moment
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.quality.given import (
    content_digest,
    given_values,
    snapshot_values,
)
from featuretrail.infrastructure.quality.reading import drift_check
from featuretrail.infrastructure.quality.side_by_side import side_by_side
from featuretrail.infrastructure.quality.timing import read_now
from featuretrail.quality.baselines import Baselines, find_baseline
from featuretrail.quality.qualities import snapshot_state
from featuretrail.quality.sources import QualitySources, in_order, span_of

ATTEMPTS = 20
"""How often a check is decided anew because another was recorded meanwhile."""


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
class Looked:
    """The values that a check looks at: of a window, a snapshot or a caller's data.

    ``moving_until`` is up to when they tell what a feature looks like: the end of the window, when
    the snapshot was made; ``None`` for data, which moves no incident.
    """

    checked: CheckedWhat
    values: Sequence[FeatureValues] = field(repr=False)
    position: int
    span: Span = field(factory=Span)
    snapshot_id: str | None = None
    content_digest: str | None = None
    moving_until: datetime | None = None


@frozen(eq=False)
class DriftChecks:
    """Checks values against baselines and moves the incidents of features."""

    _sources: QualitySources
    _baselines: Baselines

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
        return self.record(looked, verdicts, facts, baseline.snapshot_id, order.metadata)

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

    def recorded(self, name: str, last: int) -> list[DriftCheck]:
        """Return the newest recorded checks of a stream of checks, newest first."""
        found = self._sources.reader.last_checks([name], last)
        return [DriftCheck.of(drift_check(each), each.position) for each in found]

    def record(
        self,
        looked: Looked,
        verdicts: Sequence[FeatureVerdict],
        facts: Mapping[str, Any],
        baseline_snapshot_id: str | None,
        metadata: Metadata | None,
    ) -> DriftCheck:
        """Record a check with what it does to incidents, unless it says nothing new."""
        name = checks_name(facts["baseline"], looked.checked)
        if metadata is None:
            moves = unmoved(verdicts, looked.span.since, {})
            return DriftCheck.of(_event(name, 1, looked, facts, moves, None, Metadata()))
        for attempt in range(ATTEMPTS):
            last = next(iter(self._sources.reader.last_checks([name])), None)
            same = self._same(name, looked, facts, verdicts, last)
            if same is not None:
                return DriftCheck.of(drift_check(same), same.position)
            number = 1 if last is None else last.originator_version + 1
            occasion = Occasion(
                name=name,
                number=number,
                baseline=facts["baseline"],
                since=looked.span.since,
                until=looked.span.until,
                position=looked.position,
                baseline_snapshot_id=baseline_snapshot_id,
                snapshot_id=looked.snapshot_id,
                metadata=metadata,
            )
            moves, until = self._moves(occasion, looked, verdicts, last)
            event = _event(name, number, looked, facts, moves, until, metadata)
            try:
                position = self._append(event, moves, metadata)
            except ConcurrencyError:  # another check or a person was first: decide anew
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return evolve(
                    DriftCheck.of(event, position),
                    opened=moves.opened,
                    updated=moves.updated,
                    resolved=moves.resolved,
                )
        raise AssertionError  # the loop returns or raises

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

    def _same(
        self,
        name: str,
        looked: Looked,
        facts: Mapping[str, Any],
        verdicts: Sequence[FeatureVerdict],
        last: RecordedEvent | None,
    ) -> RecordedEvent | None:
        """Return the check that said the same of the same values, if one did."""
        if last is None:
            return None
        wanted = _key(looked, facts)
        newest = drift_check(last)
        found: RecordedEvent | None = last
        if _key_of(newest) != wanted:
            until = looked.moving_until
            if until is not None and (newest.moved_until is None or until > newest.moved_until):
                return None  # nothing so new was looked at before
            said = newest.model_copy(update=wanted).model_dump(mode="json", include=set(wanted))
            found = self._sources.reader.same_check(name, said)
        if found is None:
            return None
        earlier = [FeatureVerdict.from_dict(each) for each in drift_check(found).verdicts]
        return found if _unworded(earlier) == _unworded(verdicts) else None

    def _moves(
        self,
        occasion: Occasion,
        looked: Looked,
        verdicts: Sequence[FeatureVerdict],
        last: RecordedEvent | None,
    ) -> tuple[Moves, datetime | None]:
        """Return what a check moves, and up to when incidents were moved after it."""
        previous = None if last is None else drift_check(last)
        incidents = {} if previous is None else self._open(previous)
        moved = None if previous is None else previous.moved_until
        until = looked.moving_until
        if until is None or (moved is not None and until < moved):
            known = {name: each.id for name, each in incidents.items()}
            return unmoved(verdicts, looked.span.since, known), moved
        return move(occasion, verdicts, incidents), until

    def _open(self, previous: DriftChecked) -> dict[str, DriftIncident]:
        """Return the incidents that are still open, of those that a check left so."""
        found = {}
        for name in previous.incidents:
            own_id = DriftCheck.of(previous).incidents[name]
            state, _ = self._sources.reader.incident(own_id)
            if state.resolved is None:
                found[name] = state
        return found

    def _append(self, event: DriftChecked, moves: Moves, metadata: Metadata) -> int:
        """Append a check with all it causes, and return its position."""
        log = self._sources.log
        drifted = any(each.drifted for each in moves.verdicts)
        # that no relation to an outcome changed says nothing of the values
        stable = any(each.status == "stable" for each in moves.verdicts) and event.outcome is None
        with self._sources.database.transaction() as connection:
            position = log.append(event, *moves.events, connection=connection).first_position
            if event.snapshot_id is not None and (drifted or stable):
                decided = decide_assess(
                    snapshot_state(log, event.snapshot_id),
                    metadata,
                    evidence=[position],
                    drift_detected=drifted,
                )
                if decided:
                    log.append(*decided, connection=connection)
        return position


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


def _event(
    name: str,
    number: int,
    looked: Looked,
    facts: Mapping[str, Any],
    moves: Moves,
    moved_until: datetime | None,
    metadata: Metadata,
) -> DriftChecked:
    return DriftChecked.in_stream(
        stream_id("drift check", name),
        number,
        **facts,
        checked=looked.checked,
        since=looked.span.since,
        until=looked.span.until,
        snapshot_id=looked.snapshot_id,
        content_digest=looked.content_digest,
        position=looked.position,
        verdicts=[each.to_dict() for each in moves.verdicts],
        incidents={name: str(own_id) for name, own_id in moves.incidents.items()},
        moved_until=moved_until,
        metadata=metadata,
    )


def _key(looked: Looked, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes two checks of a stream the same question."""
    return {
        "since": looked.span.since,
        "until": looked.span.until,
        "snapshot_id": looked.snapshot_id,
        "content_digest": looked.content_digest,
        "alpha": facts["alpha"],
        "thresholds": facts["thresholds"],
    }


def _key_of(event: DriftChecked) -> dict[str, Any]:
    names = ("since", "until", "snapshot_id", "content_digest", "alpha", "thresholds")
    return {name: getattr(event, name) for name in names}


def _unworded(verdicts: Sequence[FeatureVerdict]) -> list[dict[str, Any]]:
    """Return what verdicts say but for since when, which depends on the incident."""
    return [each.to_dict() | {"words": ""} for each in verdicts]
