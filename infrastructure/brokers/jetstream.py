"""NATS JetStream: the offset of a message is its sequence number in the stream."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from featuretrail.domain.streaming.offsets import OffsetKey
from featuretrail.infrastructure.brokers.source import (
    Delivery,
    Session,
    Take,
    missing,
    without_secrets,
)

if TYPE_CHECKING:
    from faststream.nats.message import NatsMessage

PARTITION = "0"


@frozen
class JetStream:
    """The messages of ``stream`` whose subject matches ``subject`` (NATS wildcards; ``>`` is all).

    Read by an ordered consumer, which has no acknowledgements, notices a message that was lost on
    the way by its own numbering, and begins anew there; where it begins first is what the store
    says.
    """

    url: str
    stream: str
    subject: str = ">"

    @property
    def name(self) -> str:
        """What the store calls it."""
        return f"nats:{self.stream}/{self.subject}"

    @property
    def address(self) -> str:
        """Where the broker is."""
        return without_secrets(self.url)

    def session(self, take: Take, after: Mapping[str, OffsetKey]) -> Session:
        """Return a session after the sequence number that is stored."""
        try:
            from faststream import AckPolicy  # noqa: PLC0415 - an extra
            from faststream.nats import JStream, NatsBroker  # noqa: PLC0415
            from nats.js import api  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise missing("NATS") from error

        async def disconnected() -> None:
            session.lost.set()

        async def ignored(_: Exception) -> None:
            """Say nothing: what matters of an error is whether the connection lives."""

        broker = NatsBroker(
            self.url,
            logger=None,
            apply_types=False,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            disconnected_cb=disconnected,
            closed_cb=disconnected,
            error_cb=ignored,
        )
        session = Session(broker, take)
        last = after.get(PARTITION)
        config = api.ConsumerConfig(
            deliver_policy=api.DeliverPolicy.ALL
            if last is None
            else api.DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=None if last is None else last[0] + 1,
        )

        def decode(message: "NatsMessage") -> list[Delivery]:
            raw = message.raw_message
            return [Delivery(PARTITION, [raw.metadata.sequence.stream], [raw.data])]

        broker.subscriber(
            self.subject,
            stream=JStream(self.stream, declare=False),
            ordered_consumer=True,
            config=config,
            ack_policy=AckPolicy.MANUAL,
            decoder=session.decoding(decode),
            no_reply=True,
        )(session.handle)
        return session
