"""The stream of one snapshot, and the choice of a snapshot's version."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import AlreadyExistsError, InvalidNameError
from featuretrail.domain.events.base import stream_id
from featuretrail.domain.events.snapshots import SnapshotCreated
from featuretrail.domain.names import check_name
from featuretrail.domain.versions import FIRST_VERSION, Version


@frozen
class SnapshotAggregate:
    """A snapshot as its events tell it; ``created`` is ``None`` before the first."""

    id: UUID
    version: int = 0
    created: SnapshotCreated | None = None

    @classmethod
    def initial(cls, snapshot_id: str) -> Self:
        """Return the snapshot before its first event."""
        return cls(stream_id("snapshot", snapshot_id))

    def evolve(self, event: SnapshotCreated) -> Self:
        """Return the state after ``event``."""
        return evolve(self, version=event.originator_version, created=event)


def snapshot_name(feature_set: str, version: Version) -> str:
    """Return the id of a snapshot: ``feature_set@version``."""
    return f"{feature_set}@{version}"


def parse_snapshot_name(snapshot_id: object) -> tuple[str, Version]:
    """Split ``feature_set@version``; raise ``InvalidNameError`` for anything else."""
    if not isinstance(snapshot_id, str) or "@" not in snapshot_id:
        raise InvalidNameError("snapshot", snapshot_id, "must read 'feature_set@1.0.0'")
    feature_set, _, version = snapshot_id.partition("@")
    return check_name("feature set", feature_set), Version.parse(version)


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
