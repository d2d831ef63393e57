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


def append_batch(
    connection: AnyConnection, event: StoredEvent, facts: BatchFacts, batch: int, layout: int
) -> Receipt:
    """Append the event of a batch, record the batch, and commit the transaction they are in.

    That is one message: nobody else can append between the first and the last of it, so the client
    must not be waited for in it. Raises ``ConcurrencyError`` for an event that is in the log.
    """
    cursor = psycopg.ClientCursor(connection)
    with conflicts_told(event):
        cursor.execute(query("values/append_batch"), append_parameters(event, facts, batch, layout))
    [(position,)] = cursor.fetchall()
    return Receipt(facts.group, facts.rows, batch, position, facts.digest)


def append_parameters(
    event: StoredEvent, facts: BatchFacts, batch: int, layout: int
) -> dict[str, Any]:
    """Return the parameters of the statements that append a batch."""
    return {
        "stream": event.originator_id,
        "version": event.originator_version,
        "topic": event.topic,
        "state": event.state,
        "group": facts.group,
        "batch": batch,
        "kind": facts.kind,
        "layout": layout,
        "columns": list(facts.columns),
        "rows": facts.rows,
        "first_event_time": facts.first_event_time,
        "last_event_time": facts.last_event_time,
        "digest": facts.digest,
    }
