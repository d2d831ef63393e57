"""Events of erasing: rows of some entities were really deleted, also from snapshots."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events
from featuretrail.domain.events.serving import ServedSheet


class _Certificate(BaseModel):
    """What an erasure says of a batch it took rows from.

    ``erased`` rows went. ``altered`` batches were not as they were certified already before: the
    erasure does not certify what is left of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    erased: int
    altered: bool


class ErasedBatch(_Certificate):
    """A batch of a group of which rows went: ``rows`` are left, of canonical ``digest``."""

    batch: int
    rows: int
    digest: str


class ErasedServed(_Certificate):
    """A batch of the served log (its event's position) of which rows went, and what is left."""

    position: int
    sheets: list[ServedSheet]


class ErasedOutcomes(_Certificate):
    """A batch of outcomes (its event's stream) of which rows went, and what is left."""

    batch: UUID
    rows: int
    digest: str


class ValuesErased(Event):
    """The rows of some entities of a group were erased, wherever the store held them.

    ``entities`` holds a salted digest for each (see ``domain.erasing``); the salt is no part of the
    log. ``key_columns`` are the keys they were found by. The counts are of deleted rows: of
    ``values`` and ``retractions`` of the group, ``online`` rows, ``served`` rows, ``outcomes`` and
    ``parked`` messages. The lists say what the batches they were of hold now. ``snapshots`` lost
    rows too, each by an event of its own.
    """

    TOPIC: ClassVar[str] = "featuretrail.values.erased"

    group: str
    key_columns: list[str]
    entities: list[str]
    values: int
    retractions: int
    online: int
    served: int
    outcomes: int
    parked: int
    batches: list[ErasedBatch]
    served_batches: list[ErasedServed]
    outcome_batches: list[ErasedOutcomes]
    snapshots: list[str]


class SnapshotErased(Event):
    """A snapshot was stored anew without the rows of entities erased from ``groups``.

    ``erased`` rows went and ``rows`` are left, of ``digest``; what was stored under
    ``former_digest`` at ``former_storage`` goes. The matrix that was frozen can no longer be
    proven; what is left of it can.
    """

    TOPIC: ClassVar[str] = "featuretrail.snapshot.erased"

    snapshot_id: str
    groups: list[str]
    erased: int
    rows: int
    digest: str
    column_digests: dict[str, str]
    statistics: list[JsonObject]
    storage: str
    stored_bytes: int
    former_digest: str
    former_storage: str


ERASING_EVENTS = (ValuesErased, SnapshotErased)

register_events(*ERASING_EVENTS)
