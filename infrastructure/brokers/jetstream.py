"""NATS JetStream: the offset of a message is its sequence number in the stream."""

import logging
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
    from nats.aio.msg import Msg

PARTITION = "0"

_log = logging.getLogger("featuretrail.streaming")


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
            from faststream.nats import NatsBroker  # noqa: PLC0415 - an extra
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

        async def started() -> None:
            stream = broker.connection.jetstream()
            found = await stream.stream_info(self.stream)
            if last is not None:
                self._check(last[0], found.state.first_seq, found.state.last_seq)
            # by the client itself: FastStream's handling costs more than all else of a message
            await stream.subscribe(
                self.subject,
                stream=self.stream,
                ordered_consumer=True,
                config=config,
                cb=session.receiving(_delivery),
            )

        session.started = started
        return session

    def _check(self, stored: int, first: int, last: int) -> None:
        """Raise if the stream is not the one that was stored; warn if messages are gone."""
        if last < stored:
            raise BrokerError(
                self.address,
                f"stream {self.stream!r} ends at {last}, and {stored} is stored: it was made anew, "
                "or lost its end, so its numbers say nothing; give the source another name",
            )
        if first > stored + 1:
            _log.warning(
                "stream %r begins at %d, and %d is stored: what lay between is gone",
                *(self.stream, first, stored),
            )


def _delivery(message: "Msg") -> list[Delivery]:
    return [Delivery(PARTITION, [message.metadata.sequence.stream], [message.data])]
