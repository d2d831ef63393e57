"""Reading from brokers into streams: ``read(writer, source)``, and the sources there are.

::

    from featuretrail.streaming import JetStream, read

    source = JetStream("nats://localhost:4222", "FLIGHTS", "flights.>")
    with store.stream("flights", source=source.name) as writer:
        read(writer, source)

Needs the extra ``streaming``.
"""

from featuretrail.domain.streaming.counts import StreamCounts
from featuretrail.domain.streaming.results import (
    ParkedMessage,
    ReplayReport,
    StreamStatus,
    Update,
)
from featuretrail.infrastructure.brokers.jetstream import JetStream
from featuretrail.infrastructure.brokers.kafka_topic import KafkaTopic
from featuretrail.infrastructure.brokers.rabbit_stream import RabbitStream
from featuretrail.infrastructure.brokers.reading import read
from featuretrail.infrastructure.brokers.redis_stream import RedisStream
from featuretrail.infrastructure.brokers.source import Source
from featuretrail.infrastructure.stopping import Stop
from featuretrail.infrastructure.streaming.keywords import StreamKeywords
from featuretrail.infrastructure.streaming.updates import Updates
from featuretrail.infrastructure.streaming.writer import StreamWriter

__all__ = [
    "JetStream",
    "KafkaTopic",
    "ParkedMessage",
    "RabbitStream",
    "RedisStream",
    "ReplayReport",
    "Source",
    "Stop",
    "StreamCounts",
    "StreamKeywords",
    "StreamStatus",
    "StreamWriter",
    "Update",
    "Updates",
    "read",
]
