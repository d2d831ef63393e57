"""Redis Streams: the offset of a message is the ID of its entry, ``milliseconds-number``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen
from pydantic_core import to_json

from featuretrail.domain.streaming.offsets import OffsetKey, offset_text
from featuretrail.infrastructure.brokers.source import (
    Delivery,
    Session,
    Take,
    missing,
    without_secrets,
)

if TYPE_CHECKING:
    from faststream.redis.message import RedisBatchStreamMessage

PARTITION = "0"


@frozen
class RedisStream:
    """The entries of a stream's key; a message is the bytes of an entry's field ``field``.

    What FastStream published is understood too. An entry without that field is taken as the JSON
    object of its fields, whose values are text. Read by XREAD without a consumer group: where to
    begin is what the store says.
    """

    url: str
    stream: str
    field: str = "data"
    batch: int = 1_000
    wait_milliseconds: int = 100

    @property
    def name(self) -> str:
        """What the store calls it."""
        return f"redis:{self.stream}"

    @property
    def address(self) -> str:
        """Where the broker is."""
        return without_secrets(self.url)

    def session(self, take: Take, after: Mapping[str, OffsetKey]) -> Session:
        """Return a session after the entry that is stored."""
        try:
            from faststream import AckPolicy  # noqa: PLC0415 - an extra
            from faststream.redis import RedisBroker, StreamSub  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise missing("Redis") from error

        def decode(message: "RedisBatchStreamMessage") -> list[Delivery]:
            entries = message.raw_message["data"]
            offsets = [each.decode() for each in message.raw_message["message_ids"]]
            return [Delivery(PARTITION, offsets, [self._content(each) for each in entries])]

        # no log of its own, which the others' types allow and this one takes as well
        broker = RedisBroker(self.url, logger=None, apply_types=False)  # type: ignore[arg-type]
        session = Session(broker, take)
        last = after.get(PARTITION)
        stream = StreamSub(
            self.stream,
            batch=True,
            last_id="0-0" if last is None else offset_text(last),
            max_records=self.batch,
            polling_interval=self.wait_milliseconds,
        )
        broker.subscriber(
            stream=stream,
            ack_policy=AckPolicy.MANUAL,
            decoder=session.decoding(decode),
            no_reply=True,
        )(session.handle)
        return session

    def _content(self, entry: Mapping[bytes, bytes]) -> bytes:
        own = entry.get(self.field.encode())
        if own is not None:
            return own
        published = entry.get(b"__data__")
        if published is None:
            return to_json({_text(name): _text(value) for name, value in entry.items()})
        from faststream.redis.parser import BinaryMessageFormatV1  # noqa: PLC0415 - an extra

        content, _ = BinaryMessageFormatV1.parse(published)
        return content


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")
