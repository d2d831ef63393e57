"""Events of values: batches ingested and values retracted."""

from datetime import datetime
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events
from featuretrail.domain.events.streaming import StreamFacts


class ValuesIngested(Event):
    """The rows of one ``ingest`` call, or of one micro-batch of a stream, were stored.

    ``columns`` maps each stored column to the version of the feature it was written for, as
    ``{"temp": "1.0.0"}``; ``digest`` is the canonical digest of the batch in row order (keys, then
    event time). ``stream`` is what a micro-batch says of the messages it was made of; of batches
    that came by none it is null, as in all events of class version 1.
    """

    TOPIC: ClassVar[str] = "featuretrail.values.ingested"
    class_version: ClassVar[int] = 2

    group: str
    batch: int
    rows: int
    columns: dict[str, str]
    first_event_time: datetime | None
    last_event_time: datetime | None
    digest: str
    idempotency_key: str | None = None
    source: str | None = None
    stream: StreamFacts | None = None

    @staticmethod
    def upcast_v1_v2(state: JsonObject) -> JsonObject:
        """Return the state of an event of the time before streams."""
        return {**state, "stream": None}


class ValuesRetracted(Event):
    """Values of ``keys`` from ``from_event_time`` on, as known until now, no longer hold.

    ``keys`` holds one JSON object of key columns an entity.
    """

    TOPIC: ClassVar[str] = "featuretrail.values.retracted"

    group: str
    batch: int
    keys: list[JsonObject]
    from_event_time: datetime
    idempotency_key: str | None = None


class ValuesRemoved(Event):
    """Retention removed rows with event times before ``horizon``, but for what held there.

    ``batches`` says of which batches how many rows went. From ``known_position`` on (for cuts row
    by row: ``known_at``) the store knew all that was before the horizon; what it knew earlier can
    no longer be told.
    """

    TOPIC: ClassVar[str] = "featuretrail.values.removed"

    group: str
    horizon: AwareDatetime
    rows: int
    batches: list[tuple[int, int]]
    known_position: int
    known_at: AwareDatetime


def removals_stream(group: str) -> UUID:
    """Return the stream of the removals of a group's values, which the database names too."""
    return UUID(bytes=sha256(f"removals:{group}".encode()).digest()[:16])


VALUE_EVENTS = (ValuesIngested, ValuesRetracted, ValuesRemoved)

register_events(*VALUE_EVENTS)
