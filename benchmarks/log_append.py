"""Appending and verifying, against a raw INSERT and the eventsourcing library's own recorder.

``python -m benchmarks.log_append`` runs both sides in turn on one embedded server with its default
settings and writes ``results/log_append.json``.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, StoredEvent
from psycopg.conninfo import conninfo_to_dict

from benchmarks.measure import Row, Timing, interleaved, machine, write_results
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.embedded import start
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.verification import verify_chain
from featuretrail.infrastructure.migrations import migrate

STATE = b'{"class_version":1,"name":"' + b"x" * 280 + b'"}'
MANY = 1_000
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
                _append_many(url, database),
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


def _events(count: int) -> list[StoredEvent]:
    return [StoredEvent(uuid4(), 1, "benchmark.event", STATE) for _ in range(count)]


def _append_one(database: Database, *, durable: bool) -> Row:
    """Time one event a transaction against a prepared INSERT, both on the same connection."""
    recorder = EventLog(database).recorder
    with database.connection() as connection:
        connection.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")

        def insert() -> None:
            row = (uuid4(), 1, "benchmark.event", STATE)
            connection.execute(RAW_INSERT, row, prepare=True).fetchall()

        def append() -> None:
            recorder.insert_events(_events(1), connection=connection)

        sides = interleaved(
            {"raw INSERT": insert, "featuretrail": append}, repetitions=2_000, warmup=200
        )
        connection.execute("RESET synchronous_commit")
    ratio = sides["featuretrail"].median / sides["raw INSERT"].median
    work = f"append one event, fsync {'on' if durable else 'off (synchronous_commit)'}"
    return Row(work, ratio, 1.3 if durable else 1.7, "lower", sides)


def _append_many(url: str, database: Database) -> Row:
    """Time 1,000 events in one command against the library's PostgreSQL recorder."""
    recorder = EventLog(database).recorder
    repetitions, warmup = 40, 3
    prepared = [iter([_events(MANY) for _ in range(repetitions + warmup)]) for _ in range(2)]
    with _library(url) as library:
        sides = interleaved(
            {
                "eventsourcing.postgres": lambda: library.insert_events(next(prepared[0])),
                "featuretrail": lambda: recorder.insert_events(next(prepared[1])),
            },
            repetitions=repetitions,
            warmup=warmup,
        )
    ratio = sides["eventsourcing.postgres"].median / sides["featuretrail"].median
    rate = MANY / sides["featuretrail"].median
    return Row(
        "append 1,000 events in one command", ratio, 8, "higher", sides, f"{rate:,.0f} events/s"
    )


@contextmanager
def _library(url: str) -> Iterator[ApplicationRecorder]:
    parts = conninfo_to_dict(url)
    environment = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "ORIGINATOR_ID_TYPE": "uuid",
    }
    factory: InfrastructureFactory = InfrastructureFactory.construct(environment)
    try:
        yield factory.application_recorder()
    finally:
        factory.close()


def _verify(database: Database) -> Row:
    """Time the verification of the whole chain against hashing as many bytes from memory."""
    recorder = EventLog(database).recorder
    while (recorder.max_notification_id() or 0) < CHAIN_EVENTS:
        recorder.insert_events(_events(10 * MANY))
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
