"""What events say of streams: how far a source was stored, and what became of parked messages."""

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import register_events


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MessagePlace(_Fact):
    """Where a message stands in its source."""

    partition: str
    offset: str


class PartitionMoved(_Fact):
    """The messages of one partition in a micro-batch: those after offset ``after`` up to ``last``.

    ``messages`` counts the stored and the parked ones; ``redelivered`` those that came again, to
    this micro-batch or since the one before, and were dropped. ``latest_event_time`` is the
    greatest one stored from the partition so far.
    """

    partition: str
    after: str | None
    first: str
    last: str
    messages: PositiveInt
    redelivered: NonNegativeInt
    out_of_order: NonNegativeInt
    late: NonNegativeInt
    parked: NonNegativeInt
    latest_event_time: AwareDatetime | None


class StreamFacts(_Fact):
    """What a batch that came by a stream says besides its rows.

    ``superseded`` counts rows whose keys and event time a later one of the micro-batch has too.
    ``replayed`` names messages parked before that are stored with this batch.
    """

    partitions: list[PartitionMoved]
    superseded: NonNegativeInt
    replayed: list[MessagePlace]


class MessagesDiscarded(Event):
    """Parked messages were given up: they are stored nowhere any more."""

    TOPIC: ClassVar[str] = "featuretrail.stream.discarded"

    group: str
    source: str
    messages: Annotated[list[MessagePlace], Field(min_length=1)]


STREAM_EVENTS = (MessagesDiscarded,)

register_events(*STREAM_EVENTS)
