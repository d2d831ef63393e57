"""Reading from brokers: real NATS and Redis servers, killed and restarted.

Kafka and RabbitMQ through FastStream's in-memory test brokers.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nats
import pytest
import redis
from aiokafka import ConsumerRecord
from faststream.kafka import TestKafkaBroker
from faststream.rabbit import TestRabbitBroker
from faststream.redis import RedisBroker

import featuretrail as ft
from featuretrail.domain.errors import BrokerError, InvalidInputError, StreamFencedError
from featuretrail.streaming import (
    JetStream,
    KafkaTopic,
    RabbitStream,
    RedisStream,
    Source,
    Stop,
    StreamWriter,
    read,
)
from tests.engines.database import Database
from tests.streaming.brokers import Broker, NatsServer, RedisServer
from tests.streaming.sensors import message, stored

pytestmark = pytest.mark.tiers("embedded")

Publish = Callable[[Broker, Sequence[bytes]], None]


def _publish_to_nats(server: Broker, contents: Sequence[bytes]) -> None:
    async def publish() -> None:
        client = await nats.connect(server.url)
        stream = client.jetstream()
        await stream.add_stream(name="SENSORS", subjects=["sensors.>"])  # once, however often
        for content in contents:
            await stream.publish("sensors.read", content)
        await client.close()

    asyncio.run(publish())


def _publish_to_redis(server: Broker, contents: Sequence[bytes]) -> None:
    with redis.Redis.from_url(server.url) as client:
        for content in contents:
            client.xadd("sensors", {"data": content})


REAL: dict[str, tuple[type[Broker], Publish, Callable[[Broker], Source]]] = {
    "nats": (
        NatsServer,
        _publish_to_nats,
        lambda server: JetStream(server.url, "SENSORS", "sensors.>"),
    ),
    "redis": (RedisServer, _publish_to_redis, lambda server: RedisStream(server.url, "sensors")),
}


@contextmanager
def _reading(writer: StreamWriter, source: Source) -> Iterator[list[BaseException]]:
    """Read in the background until the block ends; what ended it before is in the list."""
    stop, errors = Stop(), list[BaseException]()

    def run() -> None:
        try:
            read(writer, source, stop)
        except BaseException as error:  # noqa: BLE001 - asserted by the test
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield errors
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def _await_stored(writer: StreamWriter, count: int, errors: Sequence[BaseException]) -> None:
    deadline = time.monotonic() + 30
    while writer.counts.messages < count and not errors and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not errors
    assert writer.counts.messages == count


@pytest.mark.parametrize("name", REAL)
def test_every_message_is_stored_once_and_in_order_though_the_broker_is_killed(
    name: str, store: ft.TimescaleDBFeatureStore, database: Database, tmp_path: Path
) -> None:
    server_class, publish, source_of = REAL[name]
    numbers = range(1, 61)
    with server_class(tmp_path) as server:
        source = source_of(server)
        publish(server, [message(n) for n in numbers[:20]])
        with (
            store.stream("sensors", source=source.name, max_rows=7) as writer,
            _reading(writer, source) as errors,
        ):
            _await_stored(writer, 20, errors)
            server.kill()
            server.start()
            publish(server, [*(message(n) for n in numbers[20:40]), b"rubbish"])
            _await_stored(writer, 41, errors)
        with store.stream("sensors", source=source.name) as again:  # a reader started anew
            assert again.offsets == writer.offsets != {}
            with _reading(again, source) as errors:
                publish(server, [message(n) for n in numbers[40:]])
                _await_stored(again, 20, errors)

    assert stored(database.url) == list(numbers)
    assert [each.payload for each in store.streams.parked()] == [b"rubbish"]
    assert again.counts.redelivered == 0


def test_what_faststream_published_to_redis_and_what_has_fields_is_understood(
    store: ft.TimescaleDBFeatureStore, database: Database, tmp_path: Path
) -> None:
    async def publish(url: str) -> None:
        async with RedisBroker(url) as broker:
            await broker.publish(message(1), stream="sensors")

    with RedisServer(tmp_path) as server:
        asyncio.run(publish(server.url))
        with redis.Redis.from_url(server.url) as client:
            client.xadd("sensors", {"sensor": "S1", "celsius": "20"})
        with (
            store.stream("sensors", source="redis") as writer,
            _reading(writer, RedisStream(server.url, "sensors")) as errors,
        ):
            _await_stored(writer, 2, errors)

    assert stored(database.url) == [1]
    assert store.streams.parked()[0].payload == b'{"sensor":"S1","celsius":"20"}'


def test_a_broker_that_stays_away_and_a_stream_that_is_none_are_errors(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    server = NatsServer(tmp_path)
    with store.stream("sensors", source="nats") as writer:
        away = JetStream(server.url.replace("//", "//user:secret@"), "SENSORS")
        with pytest.raises(BrokerError, match="did not answer") as caught:
            read(writer, away, patience=0.2)
        assert "secret" not in str(caught.value)
        with server, pytest.raises(BrokerError, match="NotFound"):
            read(writer, JetStream(server.url, "NONE"), patience=0.2)


def test_a_stream_that_was_made_anew_is_refused_for_its_numbers_say_nothing(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    with NatsServer(tmp_path) as server, store.stream("sensors", source="nats") as writer:
        _publish_to_nats(server, [message(1)])
        writer.put([message(1), message(2)], offset=[1, 2])
        with pytest.raises(BrokerError, match="ends at 1, and 2 is stored"):
            read(writer, JetStream(server.url, "SENSORS", "sensors.>"))


def test_a_reader_of_a_silent_broker_ends_when_its_writer_was_fenced(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    with RedisServer(tmp_path) as server:
        old = store.stream("sensors", source="redis")
        with store.stream("sensors", source="redis") as new:
            new.put(message(1), offset="5-1")
        with _reading(old, RedisStream(server.url, "sensors")) as errors:
            old.put(message(1), offset="5-1")
            deadline = time.monotonic() + 20
            while not errors and time.monotonic() < deadline:
                time.sleep(0.01)
            assert errors, "it is still reading"
        with pytest.raises(StreamFencedError):
            old.close()
    assert isinstance(errors[0], StreamFencedError)


@pytest.mark.parametrize(
    "source",
    [RedisStream("nowhere", "s"), JetStream("nats://[", "S"), RedisStream("redis://h:x", "s")],
)
def test_a_url_that_is_none_is_an_error_at_once(
    source: Source, store: ft.TimescaleDBFeatureStore
) -> None:
    with (
        store.stream("sensors", source="s") as writer,
        pytest.raises((BrokerError, InvalidInputError), match=r"URL|Port"),
    ):
        read(writer, source)


class _InMemory:
    """A source's session without its broker: ``deliver`` hands it messages as the client does."""

    def __init__(self, writer: StreamWriter, source: Source) -> None:
        async def take(deliveries: Sequence[Any]) -> None:
            for each in deliveries:
                writer.put(each.contents, partition=each.partition, offset=each.offsets)

        self.session = source.session(take, writer.accepted)


async def _to_kafka(session: Any, contents: Sequence[tuple[int, int, bytes]]) -> None:
    async with TestKafkaBroker(session.broker):
        [subscriber] = session.broker.subscribers
        records = [
            ConsumerRecord(
                topic="sensors",
                partition=partition,
                offset=offset,
                timestamp=0,
                timestamp_type=1,
                key=None,
                value=content,
                checksum=None,
                serialized_key_size=0,
                serialized_value_size=len(content),
                headers=(),
            )
            for partition, offset, content in contents
        ]
        await subscriber.process_message(tuple(records))


async def _to_rabbit(session: Any, contents: Sequence[tuple[int, int, bytes]]) -> None:
    async with TestRabbitBroker(session.broker) as broker:
        for _, offset, content in contents:
            await broker.publish(content, queue="sensors", headers={"x-stream-offset": offset})


Deliver = Callable[[Any, Sequence[tuple[int, int, bytes]]], Coroutine[Any, Any, None]]
IN_MEMORY: dict[str, tuple[Source, Deliver]] = {
    "kafka": (KafkaTopic("localhost:9092", "sensors", (0, 1)), _to_kafka),
    "rabbit": (RabbitStream("amqp://user:secret@localhost/", "sensors"), _to_rabbit),
}


@pytest.mark.parametrize("name", IN_MEMORY)
def test_an_adapter_gives_messages_with_their_offsets_and_drops_what_comes_again(
    name: str, store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    source, deliver = IN_MEMORY[name]
    first = [(0, n, message(n)) for n in range(5, 15)]
    with store.stream("sensors", source=source.name) as writer:
        asyncio.run(deliver(_InMemory(writer, source).session, first))
    with store.stream("sensors", source=source.name) as again:
        rest = [*first[-3:], (0, 15, b"rubbish"), (0, 16, message(16))]
        asyncio.run(deliver(_InMemory(again, source).session, rest))

    assert stored(database.url) == [*range(5, 15), 16]
    assert again.offsets == {"0": 16}
    assert again.counts.redelivered == 3
    assert store.streams.parked()[0].payload == b"rubbish"
    assert "secret" not in source.address


def test_the_partitions_of_a_topic_have_offsets_of_their_own(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    source, deliver = IN_MEMORY["kafka"]
    records = [(0, 7, message(1)), (1, 3, message(2)), (0, 8, message(3)), (1, 4, message(4))]
    with store.stream("sensors", source=source.name) as writer:
        asyncio.run(deliver(_InMemory(writer, source).session, records))

    assert writer.offsets == {"0": 8, "1": 4}
    assert sorted(stored(database.url)) == [1, 2, 3, 4]


def test_a_queue_without_offsets_is_refused(store: ft.TimescaleDBFeatureStore) -> None:
    source = RabbitStream("amqp://localhost/", "sensors")
    with store.stream("sensors", source=source.name) as writer:
        session = _InMemory(writer, source).session

        async def deliver() -> None:
            async with TestRabbitBroker(session.broker) as broker:
                await broker.publish(message(1), queue="sensors")

        with pytest.raises(BrokerError, match="type stream"):
            asyncio.run(deliver())
    assert writer.offsets == {}
