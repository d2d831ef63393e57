"""From a broker into a writer, until it is stopped: what is lost on the way is read again."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from featuretrail.domain.errors import BrokerError, FeatureTrailError, MissingPackageError
from featuretrail.infrastructure.brokers.source import Delivery, Session, Source
from featuretrail.infrastructure.stopping import Stop
from featuretrail.infrastructure.streaming.writer import StreamWriter

LOOK_SECONDS = 0.25
LONGEST_PAUSE = 5.0

_log = logging.getLogger("featuretrail.streaming")


def read(
    writer: StreamWriter, source: Source, stop: Stop | None = None, *, patience: float = 300.0
) -> None:
    """Put the messages of ``source`` into ``writer`` until ``stop`` is set; then flush it.

    It begins after what the writer has taken. A broker that goes away is tried again for
    ``patience`` seconds, then ``BrokerError`` is raised; so is what ends the writer. Blocks; the
    writer stays open.
    """
    asyncio.run(_Reading(writer, source, Stop() if stop is None else stop, patience).run())
    writer.flush()


class _Reading:
    def __init__(self, writer: StreamWriter, source: Source, stop: Stop, patience: float) -> None:
        self._writer = writer
        self._source = source
        self._stop = stop
        self._patience = patience
        self._error: Exception | None = None

    async def run(self) -> None:
        away_since, pause = monotonic(), 0.1
        while not self._stop.is_set():
            session = self._session()
            try:
                await session.start()
                away_since, pause = await self._watch(session), 0.1
                await asyncio.sleep(0 if self._stop.is_set() else pause)
            except (FeatureTrailError, MissingPackageError):
                raise
            except Exception as error:  # noqa: BLE001 - each broker's client has errors of its own
                self._bear(error, away_since)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            finally:
                await session.stop()

    def _session(self) -> Session:
        try:
            return self._source.session(self._take, self._writer.accepted)
        except (FeatureTrailError, MissingPackageError):
            raise
        except Exception as error:  # of each broker's client: a URL it cannot read
            told = f"it cannot be spoken to: {error}"
            raise BrokerError(self._source.address, told) from error

    async def _watch(self, session: Session) -> float:
        """Return when the session ends, or we are asked to stop; raise what ended the writer."""
        seen = monotonic()
        while not self._stop.is_set():
            if self._error is not None:
                raise self._error
            self._writer.check()
            if session.error is not None:
                raise _unreadable(self._source, session.error)
            if not await _alive(session):
                _log.warning("the connection to %s was lost; reading again", self._source.address)
                break
            seen = monotonic()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(session.lost.wait(), LOOK_SECONDS)
        return seen

    async def _take(self, deliveries: Sequence[Delivery]) -> None:
        try:
            for each in deliveries:
                if not self._writer.offer(
                    each.contents, partition=each.partition, offset=each.offsets
                ):
                    await asyncio.to_thread(
                        self._writer.put,
                        each.contents,
                        partition=each.partition,
                        offset=each.offsets,
                    )
        except Exception as error:  # a session that is stopped cancels this, which is no error
            self._error = error
            raise

    def _bear(self, error: Exception, away_since: float) -> None:
        _log.warning("the broker at %s does not answer: %s", self._source.address, error)
        if monotonic() - away_since > self._patience:
            told = f"it did not answer for {self._patience:g} s: {error!r}"
            raise BrokerError(self._source.address, told) from error


async def _alive(session: Session) -> bool:
    try:
        return await session.alive()
    except Exception as error:  # noqa: BLE001 - each broker's client has errors of its own
        _log.info("the session is over: %s", error)
        return False


def _unreadable(source: Source, error: Exception) -> FeatureTrailError:
    if isinstance(error, FeatureTrailError):
        return error
    return BrokerError(source.address, f"what it sent cannot be read: {error!r}")
