"""The thread that writes served rows: batches of them, each with one event in one transaction."""

import logging
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from threading import Event as Flag
from threading import Lock, Thread
from uuid import uuid4

import psycopg
import pyarrow.compute as pc
from attrs import evolve, frozen
from pydantic_core import to_json

from featuretrail.domain.errors import ConcurrencyError, DatabaseError
from featuretrail.domain.events import Metadata, ServedLogged
from featuretrail.domain.serving.sheet import Sheet
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.appending import conflicts_told
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.serving.answer import Answered, sheets

FLUSH_SECONDS = 2.0
"""Between two writes."""

LONGEST_PAUSE = 60.0
"""Between two attempts while the database is away; the pause doubles up to this."""

BATCH_CELLS = 20_000
"""Values of one event at most: the log's head is locked while the server stores them."""

_DAY = 86_400_000_000
"""Microseconds."""

_log = logging.getLogger("featuretrail.serving")

Take = Callable[[], tuple[list[Answered], int]]


@frozen
class _Pending:
    """A batch that is to be written, with the one event that certifies it."""

    event: ServedLogged
    sheets: str


class ServedWriter:
    """Writes what ``take`` gives, in order and each row once.

    An attempt whose outcome is unknown is repeated with the same event, which the log does not take
    twice. ``refused`` is why nothing is written any more; ``written`` and ``dropped`` count rows;
    ``running`` tells whether the thread was started.
    """

    def __init__(
        self,
        database: Database,
        log: EventLog,
        metadata: Callable[[], Metadata],
        share: float,
        take: Take,
    ) -> None:
        self.refused: str | None = None
        self.written = 0
        self.dropped = 0
        self.error: str | None = None
        self.last_written_at: datetime | None = None
        self.running = False
        self._database = database
        self._event_log = log
        self._metadata = metadata
        self._share = share
        self._take = take
        self._writing = Lock()
        self._pending: deque[_Pending] = deque()
        self._unsaid = 0
        self._allowed = False
        self._starting = Lock()
        self._thread: Thread | None = None
        self._wake, self._closing = Flag(), Flag()

    def wake(self, *, now: bool) -> None:
        """See to it that what waits is written in time, or ``now``; never waits."""
        if not self.running:
            self._start()
        if now and not self._wake.is_set():
            self._wake.set()

    def write(self) -> int | None:
        """Write what waits; return its position, ``None`` when nothing was written.

        Raises ``DatabaseError`` or ``psycopg.Error``; nothing is lost then.
        """
        position = None
        with self._writing:
            if self.refused is not None or not self._may_log():
                return None
            if not self._pending:
                self._prepare()
            while self._pending:
                batch = self._pending[0]
                position = self._append(batch)
                self._pending.popleft()
                self.written += batch.event.rows
                self.last_written_at, self.error = datetime.now(UTC), None
        return position

    def close(self, timeout: float) -> None:
        """Write what waits within ``timeout`` seconds and end the thread."""
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
        if self.refused is not None:
            return
        self.refused = "the store was closed"
        answers, dropped = self._take()
        left = sum(each.logged(self._share) for each in answers) + dropped
        left += sum(each.event.rows for each in list(self._pending))
        if left > 0:
            self.dropped += left
            why = "there was no time for it" if self.error is None else self.error
            _log.warning("%d served rows were not logged: %s", left, why)

    def attempt(self) -> bool:
        """Write what waits; return whether the database answered."""
        try:
            self.write()
        except (DatabaseError, psycopg.Error) as error:
            self.error = str(error)
            return False
        return True

    def _prepare(self) -> None:
        answers, dropped = self._take()
        self._unsaid += dropped
        self.dropped += dropped
        for of_a_day in _by_day(answers):
            for batch in _batches(sheets(of_a_day, self._share)):
                self._pending.append(self._certified(batch))

    def _certified(self, batch: Sequence[Sheet]) -> _Pending:
        moments = [pc.min_max(sheet.table["served_at"]).as_py() for sheet in batch]
        event = ServedLogged.in_stream(
            uuid4(),
            1,
            rows=sum(sheet.table.num_rows for sheet in batch),
            first_served_at=min(each["min"] for each in moments),
            last_served_at=max(each["max"] for each in moments),
            sheets=[sheet.certified() for sheet in batch],
            dropped=self._unsaid,
            share=self._share,
            metadata=self._metadata(),
        )
        self._unsaid = 0
        told = [{"features": list(each.features), "rows": each.records()} for each in batch]
        return _Pending(event, to_json(told).decode())

    def _append(self, batch: _Pending) -> int:
        stored = self._event_log.mapper.to_stored_event(batch.event)
        facts = {
            "stream": stored.originator_id,
            "version": stored.originator_version,
            "topic": stored.topic,
            "state": stored.state,
            "sheets": batch.sheets,
        }
        try:
            with self._database.connection() as connection, conflicts_told(stored):
                [(position,)] = connection.execute(query("serving/append"), facts)
                return int(position)
        except ConcurrencyError:  # nobody else has the stream: the attempt before had succeeded
            return self._event_log.head().position

    def _may_log(self) -> bool:
        if not self._allowed:
            with self._database.connection() as connection:
                [(self._allowed,)] = connection.execute(query("serving/may_log"))
            if not self._allowed:
                self.refused = "the role of this connection may not write the served log"
        return self._allowed

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._closing.is_set():
                thread = Thread(
                    target=_run,
                    args=(weakref.ref(self), self._wake, self._closing),
                    name="featuretrail-serving",
                    daemon=True,
                )
                try:
                    thread.start()
                except RuntimeError as error:  # no thread can be had now: the next answer tries
                    self.error = str(error)
                else:
                    self._thread, self.running = thread, True


def _run(reference: "weakref.ref[ServedWriter]", wake: Flag, closing: Flag) -> None:
    """Write from time to time until the store is closed, or nobody holds it any more."""
    pause = FLUSH_SECONDS
    answered = True
    while True:
        if answered:
            wake.wait(FLUSH_SECONDS)
        else:
            closing.wait(pause)
        wake.clear()
        writer = reference()
        if writer is None:
            return
        answered = writer.attempt()
        del writer
        if closing.is_set():
            return
        pause = FLUSH_SECONDS if answered else min(LONGEST_PAUSE, pause * 2)


def _by_day(answers: Iterable[Answered]) -> Iterator[list[Answered]]:
    """Yield the answers of each day (UTC) by themselves: retention removes whole days."""
    ordered = sorted(answers, key=_day)
    for _, of_a_day in groupby(ordered, _day):
        yield list(of_a_day)


def _day(answer: Answered) -> int:
    return answer.now // _DAY


def _batches(made: Iterable[Sheet]) -> Iterator[list[Sheet]]:
    """Yield the sheets, cut so that no batch has more than ``BATCH_CELLS`` values."""
    batch: list[Sheet] = []
    room = BATCH_CELLS
    for sheet in made:
        width, start = len(sheet.features), 0
        while start < sheet.table.num_rows:
            part = sheet.table.slice(start, max(1, room // width))
            batch.append(evolve(sheet, table=part))
            start += part.num_rows
            room -= part.num_rows * width
            if room < width:
                yield batch
                batch, room = [], BATCH_CELLS
    if batch:
        yield batch
