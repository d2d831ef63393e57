"""The stream of one snapshot: created, assessed; and the choice of a snapshot's version."""

from collections.abc import Iterable
from typing import Any, Self, get_args
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import (
    AlreadyExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
)
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.checks import CheckStatus, CheckType
from featuretrail.domain.events.erasing import SnapshotErased
from featuretrail.domain.events.snapshots import (
    SnapshotAssessed,
    SnapshotCreated,
    ValidationStatus,
)
from featuretrail.domain.inputs import (
    check_choice,
    check_count,
    check_flag,
    check_score,
    optional,
    several,
)
from featuretrail.domain.names import check_name
from featuretrail.domain.versions import FIRST_VERSION, Version


@frozen
class SnapshotAggregate:
    """A snapshot as its events tell it; ``created`` is ``None`` before the first.

    The verdicts are ``None`` until an assessment gives them, then the latest given. ``erased`` is
    the last erasure that took rows from it.
    """

    id: UUID
    snapshot_id: str
    version: int = 0
    created: SnapshotCreated | None = None
    validation_status: ValidationStatus | None = None
    quality_score: float | None = None
    drift_detected: bool | None = None
    erased: SnapshotErased | None = None

    @classmethod
    def initial(cls, snapshot_id: str) -> Self:
        """Return the snapshot ``feature_set@1.0.0`` before its first event."""
        name = check_snapshot("snapshot_id", snapshot_id)
        return cls(stream_id("snapshot", name), name)

    def evolve(self, event: SnapshotCreated | SnapshotAssessed | SnapshotErased) -> Self:
        """Return the state after ``event``; what an assessment leaves open stays as it was."""
        if isinstance(event, SnapshotCreated):
            return evolve(self, version=event.originator_version, created=event)
        if isinstance(event, SnapshotErased):
            return evolve(self, version=event.originator_version, erased=event)
        return evolve(self, version=event.originator_version, **_verdicts(event))


def decide_assess(
    state: SnapshotAggregate,
    metadata: Metadata,
    *,
    evidence: Iterable[int],
    validation_status: ValidationStatus | None = None,
    quality_score: float | None = None,
    drift_detected: bool | None = None,
) -> list[SnapshotAssessed]:
    """Return the event that judges a snapshot, or none when it is judged so already.

    ``evidence`` are the positions of the checks' events, at least one; other evidence for the same
    verdicts makes no event. Raises ``InvalidInputError``, and ``NotFoundError`` for a snapshot that
    was never created.
    """
    if state.created is None:
        raise NotFoundError("event that creates snapshot", state.snapshot_id)
    event = SnapshotAssessed.in_stream(
        state.id,
        state.version + 1,
        validation_status=optional(_check_validation, "validation_status", validation_status),
        quality_score=optional(check_score, "quality_score", quality_score),
        drift_detected=optional(check_flag, "drift_detected", drift_detected),
        evidence=_positions(evidence),
        metadata=metadata,
    )
    verdicts = _verdicts(event)
    if not verdicts:
        raise InvalidInputError(
            "an assessment needs validation_status, quality_score or drift_detected"
        )
    return [] if all(getattr(state, name) == given for name, given in verdicts.items()) else [event]


def worst_status(checks: Iterable[tuple[CheckType, CheckStatus]]) -> ValidationStatus | None:
    """Return the worst of the latest status of each check type, ``None`` when there is none.

    ``checks`` come in the order they were made. One that was not evaluated says nothing: the one
    before it stands.

    >>> worst_status([("outcome", "failed"), ("streaming", "warning"), ("outcome", "passed")])
    'warning'
    """
    latest = {kind: status for kind, status in checks if status != "not evaluated"}
    for kind, status in latest.items():
        check_choice("a check type", kind, get_args(CheckType))
        check_choice("the status of a check", status, get_args(CheckStatus))
    ranked: tuple[ValidationStatus, ...] = ("failed", "warning", "passed")
    return next((status for status in ranked if status in latest.values()), None)


def snapshot_name(feature_set: str, version: Version) -> str:
    """Return the id of a snapshot: ``feature_set@version``."""
    return f"{feature_set}@{version}"


def parse_snapshot_name(snapshot_id: object) -> tuple[str, Version]:
    """Split ``feature_set@version``; raise ``InvalidNameError`` for anything else."""
    if not isinstance(snapshot_id, str) or "@" not in snapshot_id:
        raise InvalidNameError("snapshot", snapshot_id, "must read 'feature_set@1.0.0'")
    feature_set, _, version = snapshot_id.partition("@")
    return check_name("feature set", feature_set), Version.parse(version)


def check_snapshot(what: str, given: object) -> str:
    """Return a snapshot's id; raise ``InvalidNameError``, naming ``what`` it was given as."""
    try:
        return snapshot_name(*parse_snapshot_name(given))
    except InvalidNameError as error:
        raise InvalidNameError(what, given, f"names no snapshot: {error}") from None


def next_version(
    feature_set: str,
    set_digest: str,
    existing: Iterable[SnapshotCreated],
    wanted: Version | None,
) -> Version:
    """Return the version of the set's next snapshot.

    Without a ``wanted`` one it is the next minor, or the next major when the set's definition
    differs from that of the latest snapshot; the first is 1.0.0. An explicit version must be free,
    and of a new major when the definition changed. Raises ``AlreadyExistsError``.
    """
    taken = {Version.parse(event.version): event for event in existing}
    if wanted is not None and wanted in taken:
        raise AlreadyExistsError(
            "snapshot", snapshot_name(feature_set, wanted), "leave the version out for the next one"
        )
    if not taken:
        return FIRST_VERSION if wanted is None else wanted
    latest = max(taken)
    changed = taken[latest].feature_set_digest != set_digest
    least = latest.next_major() if changed else latest.next_minor()
    if wanted is None:
        return least
    if changed and wanted.major <= latest.major:
        raise InvalidNameError(
            "version",
            str(wanted),
            f"keeps the major number of {snapshot_name(feature_set, latest)}, but the set's "
            f"definition changed since; use {least} or later",
        )
    return wanted


def _verdicts(event: SnapshotAssessed) -> dict[str, Any]:
    given = event.model_dump(include={"validation_status", "quality_score", "drift_detected"})
    return {name: verdict for name, verdict in given.items() if verdict is not None}


def _check_validation(what: str, given: object) -> str:
    return check_choice(what, given, get_args(ValidationStatus))


def _positions(evidence: object) -> list[int]:
    positions = {check_count("a position of evidence", n, 1) for n in several("evidence", evidence)}
    if not positions:
        raise InvalidInputError("evidence is empty; give the positions of the checks' events")
    return sorted(positions)
