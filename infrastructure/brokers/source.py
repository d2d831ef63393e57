"""What every broker's adapter is: a source of messages that can be read from any offset on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol
from urllib.parse import urlsplit

from attrs import define, field, frozen

from featuretrail.domain.errors import InvalidInputError, MissingPackageError
from featuretrail.domain.streaming.offsets import Offset, OffsetKey

CONNECTING_SECONDS = 5.0
CLOSING_SECONDS = 5.0
"""A broker that is gone is given so long to answer."""


@frozen
class Delivery:
    """Messages of one partition in the order of their offsets, with their bytes."""

    partition: str
    offsets: Sequence[Offset]
    contents: Sequence[bytes]


Take = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Takes messages, waiting while there is no room for them."""


class Source(Protocol):
    """A stream of a broker. Frozen; ``session`` connects to it."""

    @property
    def name(self) -> str:
        """What the store calls it, unless its reader gives a name of its own."""

    @property
    def address(self) -> str:
        """Where the broker is, without secrets."""

    def session(self, take: Take, after: Mapping[str, OffsetKey]) -> Session:
        """Return a connection to come that gives ``take`` each partition's messages after these.

        In order, none left out: what is not in the store is never lost, however often a session
        ends and another begins. Raises ``MissingPackageError``.
        """


@define
class Session:
    """One connection to a broker, until it is lost or stopped.

    ``broker`` is FastStream's, which logs what its handlers raise and goes on with the next
    message. Here nothing may be left out: ``lost`` is set when messages may be missing from here
    on, and none is taken any more; ``error`` is why, if reading again would not mend it.
    """

    broker: Any
    take: Take
    lost: asyncio.Event = field(factory=asyncio.Event)
    error: Exception | None = None
    started: Callable[[], Awaitable[object]] | None = None

    async def start(self) -> None:
        """Connect, and begin to read."""
        await asyncio.wait_for(self.broker.start(), CONNECTING_SECONDS)
        if self.started is not None:
            await self.started()

    def decoding(self, decode: Callable[[Any], Sequence[Delivery]]) -> Callable[[Any], Any]:
        """Return ``decode`` as FastStream calls it: what it raises ends the session."""

        async def decoder(message: Any) -> Sequence[Delivery]:  # noqa: ANN401 - of each broker
            try:
                return decode(message)
            except Exception as error:
                self.error = error
                self.lost.set()
                raise

        return decoder

    async def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Take what was decoded, unless something before it was lost."""
        if not self.lost.is_set():
            try:
                await self.take(deliveries)
            except BaseException:  # also when it is cancelled: what follows must not be taken
                self.lost.set()
                raise

    def receiving(
        self, decode: Callable[[Any], Sequence[Delivery]]
    ) -> Callable[[Any], Awaitable[None]]:
        """Return what a client calls with each message itself: what fails ends the session."""
        decoder = self.decoding(decode)

        async def receive(message: Any) -> None:  # noqa: ANN401 - of each broker
            if not self.lost.is_set():
                await self.handle(await decoder(message))

        return receive

    async def alive(self) -> bool:
        """Tell whether the broker answers and nothing was lost."""
        return not self.lost.is_set() and bool(await self.broker.ping(timeout=2.0))

    async def stop(self) -> None:
        """Disconnect; a broker that does not answer is left alone."""
        with suppress(Exception):  # its connection is gone either way
            await asyncio.wait_for(self.broker.stop(), CLOSING_SECONDS)


def without_secrets(urls: str) -> str:
    """Return a URL, or several with commas, without users, passwords and what follows ``?``.

    >>> without_secrets("nats://user:secret@localhost:4222,nats://token@other:4222")
    'nats://localhost:4222,nats://other:4222'
    >>> without_secrets("redis://localhost:6379/0?password=secret")
    'redis://localhost:6379/0'
    """
    return ",".join(map(_without_secrets, urls.split(",")))


def _without_secrets(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidInputError(f"the URL of the broker is none: {error}") from None
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query="", fragment="").geturl()


def missing(broker: str) -> MissingPackageError:
    """Return the error that a broker's library is not installed."""
    return MissingPackageError(f"reading from {broker}", "streaming")
