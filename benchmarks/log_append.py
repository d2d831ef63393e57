"""Appending and verifying, against a raw INSERT and the eventsourcing library's own recorder.

``python -m benchmarks.log_append`` runs both sides in turn on one embedded server with its default
settings and writes ``results/log_append.json``.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent
from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from benchmarks.projection_runner import environment
from featuretrail.domain.events.base import Event
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.embedded import start
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from featuretrail.infrastructure.migrations import migrate

STATE = b'{"class_version":1,"name":"' + b"x" * 280 + b'"}'
CONTENT: dict[str, Any] = {"group": "weather", "rows": 26_115, "digest": "0123456789abcdef" * 12}
MANY = 1_000
REPETITIONS = 40
WARMUP = 3
CHAIN_EVENTS = 200_000

RAW_TABLE = """
CREATE TABLE raw_events (
  position bigserial PRIMARY KEY,
  originator_id uuid NOT NULL,
  originator_version integer NOT NULL,
  topic text NOT NULL,
  state bytea NOT NULL,
  UNIQUE (originator_id, originator_version)
)
"""
RAW_INSERT = """
INSERT INTO raw_events (originator_id, originator_version, topic, state)
VALUES (%s, %s, %s, %s) RETURNING position
"""
RAW_COPY = """
COPY raw_events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)
"""


def main() -> None:
    """Measure every row and write the results."""
    with _server() as url:
        migrate(url)
        with Database(url) as database:
            with database.connection() as connection:
                connection.execute(RAW_TABLE)
                facts = machine(connection)
            rows = [
                _append_one(database, durable=True),
                _append_one(database, durable=False),
                *_append_many(url, database),
                _verify(database),
            ]
            write_results("log_append", rows, facts)


@contextmanager
def _server() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)  # the server's unprivileged account must pass
        with start(home / "server") as server:
            yield server.url


class Written(Event):
    """Our event of the comparison."""

    TOPIC: ClassVar[str] = "benchmark.event"

    group: str
    rows: int
    digest: str


@dataclass(frozen=True)
class LibraryWritten(DomainEvent):
    """The library's event with the same content."""

    group: str
    rows: int
    digest: str


def _event() -> Written:
    return Written(originator_id=uuid4(), originator_version=1, **CONTENT)


def _library_event() -> LibraryWritten:
    return LibraryWritten(uuid4(), 1, LibraryWritten.create_timestamp(), **CONTENT)


def _stored_event() -> StoredEvent:
    return StoredEvent(uuid4(), 1, "benchmark.event", STATE)


def _append_one(database: Database, *, durable: bool) -> Row:
    """Time one event a transaction against a prepared INSERT, both on the same connection."""
    recorder = EventLog(database).recorder
    with database.connection() as connection:
        connection.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")

        def insert() -> None:
            row = (uuid4(), 1, "benchmark.event", STATE)
            connection.execute(RAW_INSERT, row, prepare=True).fetchall()

        def append() -> None:
            recorder.insert_events([_stored_event()], connection=connection)

        sides = interleaved(
            {"raw INSERT": insert, "featuretrail": append}, repetitions=2_000, warmup=200
        )
        connection.execute("RESET synchronous_commit")
    ratio = sides["featuretrail"].median / sides["raw INSERT"].median
    work = f"append one event, fsync {'on' if durable else 'off (synchronous_commit)'}"
    return Row(work, ratio, 1.3 if durable else 1.7, "lower", sides)


def _append_many(url: str, database: Database) -> list[Row]:
    """Time 1,000 events in one command, from events to receipt, and the recorders within it.

    The floor is a binary COPY of ready rows into a table with the same two unique indexes.
    """
    log = EventLog(database)
    with Application[UUID](env=environment(url)) as library, database.connection() as connection:
        command = interleaved(
            {
                "eventsourcing.postgres": _each(library.save, _library_event),
                "featuretrail": _each(log.append, _event),
            },
            repetitions=REPETITIONS,
            warmup=WARMUP,
        )
        recorder = interleaved(
            {
                "eventsourcing.postgres": _each(_inserting(library.recorder), _stored_event),
                "featuretrail": _each(_inserting(log.recorder), _stored_event),
                "binary COPY": _each(_copying(connection), _stored_event),
            },
            repetitions=REPETITIONS,
            warmup=WARMUP,
        )
    return [
        _many_row("append 1,000 events in one command", command),
        _many_row("append 1,000 events in one command, the recorders alone", recorder),
    ]


def _many_row(work: str, sides: dict[str, Timing]) -> Row:
    ratio = sides["eventsourcing.postgres"].median / sides["featuretrail"].median
    rate = MANY / sides["featuretrail"].median
    note = f"{rate:,.0f} events/s"
    if "binary COPY" in sides:
        floor = sides["featuretrail"].median / sides["binary COPY"].median
        note += f"; {floor:.2g} of the time of a binary COPY"
    return Row(work, ratio, 8, "higher", sides, note)


def _each(append: Callable[..., object], made: Callable[[], object]) -> Callable[[], object]:
    """Return what appends 1,000 new events, made beforehand, at each call."""
    prepared = iter([[made() for _ in range(MANY)] for _ in range(REPETITIONS + WARMUP)])
    return lambda: append(*next(prepared))


def _copying(connection: psycopg.Connection[Any]) -> Callable[..., object]:
    def copy(*events: StoredEvent) -> None:
        with connection.cursor().copy(RAW_COPY) as rows:
            rows.set_types(["uuid", "int4", "text", "bytea"])
            for each in events:
                rows.write_row(
                    (each.originator_id, each.originator_version, each.topic, each.state)
                )

    return copy


def _inserting(recorder: ApplicationRecorder) -> Callable[..., object]:
    return lambda *events: recorder.insert_events(events)


def _verify(database: Database) -> Row:
    """Time the verification of the whole chain against hashing as many bytes from memory."""
    recorder = EventLog(database).recorder
    while (recorder.max_notification_id() or 0) < CHAIN_EVENTS:
        recorder.insert_events([_stored_event() for _ in range(10 * MANY)])
    events = recorder.max_notification_id() or 0
    with database.connection() as connection:
        connection.execute("VACUUM ANALYZE featuretrail.events")
    canonical = bytes(8 + 8 + 16 + 4 + 4 + 4) + b"benchmark.event" + STATE

    def hash_alone() -> None:
        digest = bytes(32)
        for _ in range(events):
            digest = hashlib.sha256(digest + canonical).digest()

    sides = interleaved(
        {"hashing alone": hash_alone, "featuretrail": lambda: verify_chain(database)},
        repetitions=5,
    )
    return _verification_row(events, sides)


def _verification_row(events: int, sides: dict[str, Timing]) -> Row:
    rate = events / sides["featuretrail"].median
    share = sides["hashing alone"].median / sides["featuretrail"].median
    return Row(
        "chain verification, events/s",
        rate,
        300_000,
        "higher",
        sides,
        f"{events:,} events; {share:.2f} of hashing alone",
    )


if __name__ == "__main__":
    main()
