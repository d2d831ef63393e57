"""The batches of a group: their numbers, their layouts, their places in the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import psycopg
from attrs import frozen
from eventsourcing.persistence import StoredEvent

from featuretrail.domain.events.base import stream_id
from featuretrail.domain.receipts import Receipt
from featuretrail.infrastructure.log.appending import conflicts_told
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

Kind = Literal["values", "retraction"]


@frozen
class StoredBatch:
    """A batch found under an idempotency key."""

    kind: Kind
    batch: int
    position: int
    rows: int
    digest: str


@frozen
class NextBatch:
    """The number a new batch gets, the layout of its columns, the server's clock."""

    batch: int
    layout: int
    now: datetime


@frozen
class BatchFacts:
    """What ``featuretrail.batches`` says of a batch besides its number and place."""

    group: str
    kind: Kind
    columns: Sequence[str]
    rows: int
    first_event_time: datetime | None
    last_event_time: datetime | None
    digest: str


def batch_stream(group: str, idempotency_key: str | None) -> UUID:
    """Return the stream of a batch: that of its idempotency key, or a new one."""
    return stream_id(
        "batch", f"{group}:{uuid4().hex if idempotency_key is None else idempotency_key}"
    )


def lock_group(connection: AnyConnection, group: str) -> None:
    """Wait for other writers of ``group``, and keep them waiting until the transaction ends."""
    connection.execute(query("values/lock_group"), {"group": group})


def find_batch(connection: AnyConnection, stream: UUID) -> StoredBatch | None:
    """Return the batch stored under ``stream``, if any."""
    row = connection.execute(query("values/find_batch"), {"stream": stream}).fetchone()
    return None if row is None else StoredBatch(*row)


def newest_batch(connection: AnyConnection, group: str, columns: Sequence[str]) -> int:
    """Return the last batch of ``group`` that wrote one of ``columns`` or retracted; 0 if none."""
    [(batch,)] = connection.execute(
        query("values/newest_batch"), {"group": group, "columns": list(columns)}
    )
    return int(batch)


def next_batch(connection: AnyConnection, group: str, columns: Sequence[str]) -> NextBatch:
    """Return what the next batch of ``group``, writing ``columns``, gets; the group is locked."""
    [(batch, layout, now)] = connection.execute(
        query("values/next_batch"), {"group": group, "columns": list(columns)}
    )
    return NextBatch(batch, batch if layout is None else layout, now)


@frozen
class WrittenBatch:
    """A batch whose rows are written, and whose event is yet to be appended."""

    event: StoredEvent
    facts: BatchFacts
    batch: int
    layout: int

    def statement(self, cursor: psycopg.ClientCursor[Any]) -> str:
        """Return the statement that appends the event and records the batch."""
        return cursor.mogrify(
            query("values/append_batch"),
            {
                "stream": self.event.originator_id,
                "version": self.event.originator_version,
                "topic": self.event.topic,
                "state": self.event.state,
                "group": self.facts.group,
                "batch": self.batch,
                "kind": self.facts.kind,
                "layout": self.layout,
                "columns": list(self.facts.columns),
                "rows": self.facts.rows,
                "first_event_time": self.facts.first_event_time,
                "last_event_time": self.facts.last_event_time,
                "digest": self.facts.digest,
            },
        )

    def receipt(self, position: int) -> Receipt:
        """Return the receipt of the batch once its event has a position."""
        facts = self.facts
        return Receipt(facts.group, facts.rows, self.batch, position, facts.digest)


def append_batch(
    connection: AnyConnection, event: StoredEvent, facts: BatchFacts, batch: int, layout: int
) -> Receipt:
    """Append the event of a batch, record the batch, and commit the transaction they are in.

    Raises ``ConcurrencyError`` for an event that is in the log.
    """
    written = WrittenBatch(event, facts, batch, layout)
    cursor = psycopg.ClientCursor(connection)
    with conflicts_told(event):
        [position] = commit_with(cursor, [written.statement(cursor)])
    return written.receipt(position)


def commit_with(cursor: psycopg.ClientCursor[Any], statements: Sequence[str]) -> list[int]:
    """Run statements that append to the log, commit, and return the positions they answer.

    All is one message: nobody else can append between the first and the last of it, so the client
    must not be waited for in it.
    """
    message = ";\n".join([*statements, "COMMIT"])
    cursor.execute(message.encode())
    positions = []
    for _ in statements:
        [(position,)] = cursor.fetchall()
        positions.append(int(position))
        cursor.nextset()
    return positions
