"""Checks of drift as they are recorded: once, with the incidents that they move."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.aggregates.snapshot import decide_assess
from featuretrail.domain.errors import ConcurrencyError
from featuretrail.domain.events import DriftChecked, Metadata, stream_id
from featuretrail.domain.events.baselines import checks_name
from featuretrail.domain.quality.drift_check import DriftCheck, FeatureVerdict
from featuretrail.domain.quality.moving import Moves, Occasion, move, unmoved
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.quality.reading import drift_check
from featuretrail.quality.looked import Looked
from featuretrail.quality.qualities import snapshot_state
from featuretrail.quality.sources import QualitySources

ATTEMPTS = 20
"""How often a check is decided anew because another was recorded meanwhile."""


@frozen(eq=False)
class CheckRecords:
    """Records checks, and reads those that were."""

    _sources: QualitySources

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
