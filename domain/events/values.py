"""Events of values: batches ingested and values retracted."""

from datetime import datetime
from typing import ClassVar

from featuretrail.domain.events.base import Event, JsonObject
from featuretrail.domain.events.registry import register_events


class ValuesIngested(Event):
    """The rows of one ``ingest`` call were stored.

    ``columns`` maps each stored column to the version of the feature it was written for, as
    ``{"temp": "1.0.0"}``; ``digest`` is the canonical digest of the batch in row order (keys, then
    event time).
    """

    TOPIC: ClassVar[str] = "featuretrail.values.ingested"

    group: str
    batch: int
    rows: int
    columns: dict[str, str]
    first_event_time: datetime | None
    last_event_time: datetime | None
    digest: str
    idempotency_key: str | None = None
    source: str | None = None


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


VALUE_EVENTS = (ValuesIngested, ValuesRetracted)

register_events(*VALUE_EVENTS)
