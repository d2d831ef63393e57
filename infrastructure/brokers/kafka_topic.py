"""Kafka: each partition of a topic has offsets of its own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.streaming.offsets import OffsetKey
from featuretrail.infrastructure.brokers.source import Delivery, Session, Take, missing

if TYPE_CHECKING:
    from faststream.kafka.message import KafkaMessage


@frozen
class KafkaTopic:
    """The messages of ``partitions`` of a topic; a message without a value is parked.

    The partitions are assigned, not subscribed to: no consumer group, no committed offsets; where
    to begin is what the store says. ``servers`` is ``host:port``, several with commas.
    """

    servers: str
    topic: str
    partitions: tuple[int, ...] = (0,)
    batch: int = 1_000
    wait_milliseconds: int = 20

    @property
    def name(self) -> str:
        """What the store calls it."""
        return f"kafka:{self.topic}"

    @property
    def address(self) -> str:
        """Where the broker is."""
        return self.servers

    def session(self, take: Take, after: Mapping[str, OffsetKey]) -> Session:
        """Return a session after the offsets that are stored."""
        if not self.partitions:
            raise InvalidInputError("no partition is given; name at least one")
        try:
            from aiokafka import TopicPartition as Assigned  # noqa: PLC0415 - an extra
            from faststream import AckPolicy  # noqa: PLC0415
            from faststream.kafka import KafkaBroker, TopicPartition  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise missing("Kafka") from error

        def decode(message: "KafkaMessage") -> list[Delivery]:
            found: dict[int, list[tuple[int, bytes]]] = {}
            for record in message.raw_message:
                found.setdefault(record.partition, []).append((record.offset, record.value or b""))
            return [
                Delivery(str(partition), *map(list, zip(*records, strict=True)))
                for partition, records in found.items()
            ]

        broker = KafkaBroker(self.servers.split(","), logger=None, apply_types=False)
        session = Session(broker, take)
        subscriber = broker.subscriber(
            partitions=[TopicPartition(self.topic, each) for each in self.partitions],
            batch=True,
            max_records=self.batch,
            batch_timeout_ms=self.wait_milliseconds,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            decoder=session.decoding(decode),
            no_reply=True,
        )

        async def started() -> None:
            for number in self.partitions:
                last = after.get(str(number))
                # what was fetched before this are redeliveries
                if last is not None and subscriber.consumer is not None:
                    subscriber.consumer.seek(Assigned(self.topic, number), last[0] + 1)

        session.started = started
        subscriber(session.handle)
        return session
