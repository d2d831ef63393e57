"""What erasing did: what went where, what can no longer be proven, what still holds the entity."""

from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.results import Result


@frozen
class ErasedSnapshot:
    """A snapshot that lost rows: how many, how many are left, under which digest."""

    snapshot_id: str
    erased: int
    rows: int
    digest: str


@frozen
class StillHeld:
    """Another group with rows of the entities: how many, and whether rules computed them.

    ``rows`` is ``None`` where the group has other keys, so that nobody can tell.
    """

    group: str
    rows: int | None
    derived: bool


@frozen
class Erasure(Result):
    """What ``erase`` deleted, or with ``dry_run`` would delete.

    ``unknown`` of the ``entities`` had no rows in the groups' tables. ``values``, ``retractions``
    (rows by which values were retracted), ``online``, ``served``, ``outcomes`` and ``parked`` count
    deleted rows; ``batches`` counts ingested batches that lost rows. ``snapshots`` lost rows: what
    was frozen can no longer be proven, what is left can. ``position`` is that of the last event;
    ``None`` where nothing was there to erase, as on a second call: ``erased_before`` lists the
    positions of earlier erasures of one of the entities.

    Not deleted: ``still_held`` says which other groups have rows of the entities, ``in_log`` which
    events name them (the log is append-only), and ``unread_messages`` counts parked messages of
    the group of which nobody can tell whom they are about.
    """

    groups: tuple[str, ...]
    entities: int
    unknown: int
    values: int
    retractions: int
    online: int
    served: int
    outcomes: int
    parked: int
    batches: int
    snapshots: tuple[ErasedSnapshot, ...]
    position: int | None
    dry_run: bool
    erased_before: tuple[int, ...]
    still_held: tuple[StillHeld, ...]
    in_log: tuple[int, ...]
    unread_messages: int

    @property
    def rows(self) -> int:
        """How many rows were deleted from tables; those of snapshots come on top."""
        return (
            self.values + self.retractions + self.online + self.served + self.outcomes + self.parked
        )

    @property
    def found(self) -> bool:
        """Whether there was anything to erase."""
        return self.rows > 0 or bool(self.snapshots)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as a JSON object."""
        return {
            **asdict(self),
            "groups": list(self.groups),
            "erased_before": list(self.erased_before),
            "in_log": list(self.in_log),
            "snapshots": [asdict(each) for each in self.snapshots],
            "still_held": [asdict(each) for each in self.still_held],
        }
