"""RabbitMQ streams: queues of the type ``stream``, whose messages stay and have offsets."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from featuretrail.domain.errors import BrokerError
from featuretrail.domain.streaming.offsets import OffsetKey
from featuretrail.infrastructure.brokers.source import (
    Delivery,
    Session,
    Take,
    missing,
    without_secrets,
)

if TYPE_CHECKING:
    from faststream.rabbit.message import RabbitMessage

PARTITION = "0"
OFFSET = "x-stream-offset"


@frozen
class RabbitStream:
    """The messages of a queue of type ``stream``, which must exist.

    Classic and quorum queues have no offsets: a message that is delivered again cannot be told from
    a new one, so they are refused. One message at a time is on its way, for the client runs a task
    for each, and their order is what nothing may be lost by.
    """

    url: str
    queue: str

    @property
    def name(self) -> str:
        """What the store calls it."""
        return f"rabbit:{self.queue}"

    @property
    def address(self) -> str:
        """Where the broker is."""
        return without_secrets(self.url)

    def session(self, take: Take, after: Mapping[str, OffsetKey]) -> Session:
        """Return a session after the offset that is stored."""
        try:
            from faststream import AckPolicy  # noqa: PLC0415 - an extra
            from faststream.rabbit import (  # noqa: PLC0415
                Channel,
                QueueType,
                RabbitBroker,
                RabbitQueue,
            )
        except ModuleNotFoundError as error:
            raise missing("RabbitMQ") from error

        def decode(message: "RabbitMessage") -> list[Delivery]:
            offset = message.raw_message.headers.get(OFFSET)
            if not isinstance(offset, int):
                raise BrokerError(
                    self.address,
                    f"a message of queue {self.queue!r} has no {OFFSET}: read a queue of the type "
                    "stream, for the others have no offsets to know a redelivery by",
                )
            return [Delivery(PARTITION, [offset], [message.raw_message.body])]

        last = after.get(PARTITION)
        broker = RabbitBroker(self.url, logger=None, apply_types=False)
        session = Session(broker, take)
        broker.subscriber(
            RabbitQueue(self.queue, queue_type=QueueType.STREAM, declare=False),
            channel=Channel(prefetch_count=1),
            consume_args={OFFSET: "first" if last is None else last[0] + 1},
            ack_policy=AckPolicy.ACK,
            decoder=session.decoding(decode),
            no_reply=True,
        )(session.handle)
        return session
