"""One micro-batch, one transaction: its rows, its event, the offsets of its source."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from attrs import frozen

from featuretrail.domain.errors import StreamFencedError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.streaming import MessagePlace, PartitionMoved, StreamFacts
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.streaming.disorder import disorder
from featuretrail.domain.streaming.offsets import OffsetKey, offset_key, offset_text
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.appending import conflicts_told
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.streaming.message import Message
from featuretrail.infrastructure.streaming.sorting import Poison, Sorted
from featuretrail.infrastructure.values.arrays import AnyConnection
from featuretrail.infrastructure.values.batches import WrittenBatch, find_batch, lock_group
from featuretrail.infrastructure.values.ingestion import ValueStore, batch_event
from featuretrail.infrastructure.values.moments import from_microseconds, microseconds


@frozen
class Stored:
    """How far a partition is stored: its last offset, its greatest event time in microseconds."""

    key: OffsetKey
    latest: int | None

    @classmethod
    def of(cls, moved: PartitionMoved) -> "Stored":
        """Return where a micro-batch left its partition."""
        latest = moved.latest_event_time
        return cls(offset_key(moved.last), None if latest is None else microseconds(latest))


@frozen
class Source:
    """What a stream reads, and into which group."""

    group: str
    name: str


def read_offsets(connection: AnyConnection, source: Source) -> dict[str, Stored]:
    """Return how far each partition of ``source`` is stored."""
    facts = {"group": source.group, "source": source.name}
    return {
        partition: Stored(offset_key(offset), None if latest is None else microseconds(latest))
        for partition, offset, latest in connection.execute(query("streams/offsets"), facts)
    }


class MicroBatches:
    """Stores micro-batches of one source, each of them once."""

    def __init__(
        self,
        database: Database,
        values: ValueStore,
        source: Source,
        allowed_lateness: int,
        metadata: Metadata,
    ) -> None:
        self._database = database
        self._values = values
        self._source = source
        self._allowed_lateness = allowed_lateness
        self._metadata = metadata

    def store(
        self,
        stream: UUID,
        found: Sorted,
        before: Mapping[str, Stored],
        redelivered: Mapping[str, int],
    ) -> tuple[Receipt, StreamFacts]:
        """Store a micro-batch whose event has the id ``stream``; a second call changes nothing.

        Raises ``StreamFencedError`` when the store is not where ``before`` says, and
        ``InvalidInputError`` for what only the server can refuse; nothing is stored then.
        """
        facts = moved(found, before, redelivered, self._allowed_lateness)
        event = batch_event(
            stream, found.batch, self._metadata, source=self._source.name, facts=facts
        )
        with self._database.begun() as connection:
            lock_group(connection, self._source.group)
            again = find_batch(connection, stream)
            if again is not None:  # the connection was lost when it had been committed
                receipt = Receipt(
                    self._source.group,
                    again.rows,
                    again.batch,
                    again.position,
                    again.digest,
                    repeated=True,
                )
                return receipt, facts
            self._fence(connection, before, facts)
            written = self._values.write(connection, found.batch, event)
            receipt = append_streamed(
                connection, written, source=self._source.name, facts=facts, parked=found.poison
            )
            return receipt, facts

    def _fence(
        self, connection: AnyConnection, before: Mapping[str, Stored], facts: StreamFacts
    ) -> None:
        now = read_offsets(connection, self._source)
        for each in facts.partitions:
            known, actual = before.get(each.partition), now.get(each.partition)
            if known != actual:
                raise StreamFencedError(
                    self._source.name,
                    each.partition,
                    None if known is None else offset_text(known.key),
                    None if actual is None else offset_text(actual.key),
                )


def moved(
    found: Sorted,
    before: Mapping[str, Stored],
    redelivered: Mapping[str, int],
    allowed_lateness: int,
) -> StreamFacts:
    """Return what a micro-batch says of its messages."""
    good = np.array([message.partition for message in found.good])
    parked = Counter(each.message.partition for each in found.poison)
    places: dict[str, list[OffsetKey]] = {}
    for message in [*found.good, *(each.message for each in found.poison)]:
        places.setdefault(message.partition, []).append(message.key)
    partitions = []
    for name, keys in sorted(places.items()):
        known = before.get(name)
        order = disorder(
            found.times[good == name] if len(good) else found.times,
            None if known is None else known.latest,
            allowed_lateness,
        )
        partitions.append(
            PartitionMoved(
                partition=name,
                after=None if known is None else offset_text(known.key),
                first=offset_text(min(keys)),
                last=offset_text(max(keys)),
                messages=len(keys),
                redelivered=redelivered.get(name, 0),
                out_of_order=order.out_of_order,
                late=order.late,
                parked=parked[name],
                latest_event_time=None if order.latest is None else from_microseconds(order.latest),
            )
        )
    return StreamFacts(partitions=partitions, superseded=found.superseded, replayed=[])


def append_streamed(
    connection: AnyConnection,
    written: WrittenBatch,
    *,
    source: str,
    facts: StreamFacts,
    parked: Sequence[Poison] = (),
    replayed: Sequence[int] = (),
) -> Receipt:
    """Append a micro-batch as ``append_batch`` does a batch, and move the offsets with it.

    ``replayed`` are the numbers of parked messages that it stores.
    """
    cursor = psycopg.ClientCursor(connection)
    parameters = {
        **written.parameters,
        **_moves(facts.partitions),
        **_parked(parked),
        "source": source,
        "replayed": list(replayed),
    }
    with conflicts_told(written.event):
        cursor.execute(query("streams/append_batch"), parameters)
    [(position,)] = cursor.fetchall()
    return written.receipt(position)


def _moves(partitions: Sequence[PartitionMoved]) -> dict[str, list[Any]]:
    latest: list[datetime | None] = [each.latest_event_time for each in partitions]
    return {
        "partitions": [each.partition for each in partitions],
        "offsets": [each.last for each in partitions],
        "latest": latest,
        "messages": [each.messages for each in partitions],
        "redelivered": [each.redelivered for each in partitions],
        "out_of_order": [each.out_of_order for each in partitions],
        "late": [each.late for each in partitions],
        "parked": [each.parked for each in partitions],
    }


def _parked(poison: Sequence[Poison]) -> dict[str, list[Any]]:
    return {
        "parked_partitions": [each.message.partition for each in poison],
        "parked_offsets": [offset_text(each.message.key) for each in poison],
        "payloads": [each.message.raw for each in poison],
        "errors": [each.error for each in poison],
    }


def place_of(message: Message) -> MessagePlace:
    """Return where a message stands, as events say it."""
    return MessagePlace(partition=message.partition, offset=offset_text(message.key))
