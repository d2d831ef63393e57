"""Writers that go on through every fault, and remember what the log promised them."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from threading import Event as Flag
from threading import Thread
from uuid import UUID

from attrs import frozen

from featuretrail.domain.errors import DatabaseError
from featuretrail.domain.events import Event
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.appending import append_again
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.records import Appended
from tests.projections.live.events import incident, recorded, sampled

RETRY_SECONDS = 0.05


@frozen
class Promise:
    """What the log answered to an append, and what was appended."""

    receipt: Appended
    events: Sequence[Event]


class Writer(Thread):
    """Appends without end until ``finish``; an append that failed is repeated until answered."""

    def __init__(self, url: str, seed: int) -> None:
        super().__init__(name=f"writer {seed}")
        self._random = Random(seed)  # noqa: S311 - to be repeated
        self._log = EventLog(Database(url, pool_timeout=2))
        self._finish = Flag()
        self._versions: Counter[UUID] = Counter()
        self._streams: list[UUID] = []
        self.promises: list[Promise] = []
        self.repeated = 0

    def run(self) -> None:
        """Append a handful of events at a time."""
        with self._log.database:
            while not self._finish.wait(self._random.random() * 0.02):
                events = [
                    event for _ in range(self._random.randint(1, 8)) for event in self._decided()
                ]
                self.promises.append(Promise(self._appended(events), events))

    def finish(self) -> None:
        """Wait until what is being appended is answered."""
        self._finish.set()
        self.join()

    def _decided(self) -> list[Event]:
        match self._random.randrange(4):
            case 0:
                return [sampled(self._random.randint(1, 20))]
            case 1:
                return incident(self._stream())[: self._random.randint(1, 4)]
            case 2 if self._streams:
                stream = self._random.choice(self._streams)
            case _:
                stream = self._stream()
                self._streams.append(stream)
        self._versions[stream] += 1
        return [recorded(stream, self._versions[stream])]

    def _stream(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def _appended(self, events: Sequence[Event]) -> Appended:
        try:
            return self._log.append(*events)
        except DatabaseError:
            self.repeated += 1
        stored = [self._log.mapper.to_stored_event(event) for event in events]
        while True:
            self._finish.wait(RETRY_SECONDS)
            try:
                with self._log.database.connection() as connection:
                    return append_again(connection, stored)
            except DatabaseError:
                self.repeated += 1
