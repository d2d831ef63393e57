"""Publishes readings to JetStream at a steady rate: ``python -m benchmarks.stream_publisher``.

``URL RATE SECONDS``: message ``n`` has number ``n`` and the time it was published. It goes on over
a broker that is killed: how many messages the stream holds says which one is next, and none is
published twice. Prints how many were published.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import nats
from nats.js import JetStreamContext

STREAM, SUBJECT = "READINGS", "readings.all"
SENSORS = 1_000
TICK_SECONDS = 0.02
IN_FLIGHT = 2_000


def content(number: int, published: float) -> bytes:
    """The message ``number``."""
    return json.dumps(
        {
            "sensor": f"S{number % SENSORS}",
            "event_time": datetime.fromtimestamp(published, UTC).isoformat(),
            "number": number,
            "published": published,
        }
    ).encode()


async def _publish(
    stream: JetStreamContext, last: int, begun: float, rate: float, end: float
) -> int:
    """Publish from ``last + 1`` on until ``end``; return the last one that was acknowledged."""
    while (now := time.time()) < end:
        due = min(int((now - begun) * rate), last + IN_FLIGHT)
        pending = [
            await stream.publish_async(SUBJECT, content(number, time.time()))
            for number in range(last + 1, due + 1)
        ]
        for future in pending:
            await asyncio.wait_for(future, 5)
        last = max(last, due)
        await asyncio.sleep(TICK_SECONDS)
    return last


async def _run(url: str, rate: float, seconds: float) -> int:
    begun, last = time.time(), -1
    end = begun + seconds
    started = 0
    while True:
        with suppress(Exception):  # the broker is away: once it is back, its stream says where
            client = await nats.connect(
                url, allow_reconnect=False, connect_timeout=2, error_cb=_ignore
            )
            try:
                stream = client.jetstream(publish_async_max_pending=2 * IN_FLIGHT)
                await stream.add_stream(name=STREAM, subjects=["readings.>"])
                last = (await stream.stream_info(STREAM)).state.last_seq
                if started == 0:
                    begun, started = begun - last / rate, 1
                last = await _publish(stream, last, begun, rate, end)
                return (await stream.stream_info(STREAM)).state.last_seq
            finally:
                await client.close()
        await asyncio.sleep(0.1)


async def _ignore(_: Exception) -> None:
    """Say nothing: the connection is made again."""


if __name__ == "__main__":
    print(asyncio.run(_run(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))))
