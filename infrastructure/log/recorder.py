"""The eventsourcing library's application recorder over the log's tables and functions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent
from psycopg.types.numeric import Int4, Int8

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.appending import append, append_again
from featuretrail.infrastructure.log.records import Appended, EventRow
from featuretrail.infrastructure.log.subscription import LogSubscription
from featuretrail.infrastructure.queries import query_text

AnyConnection = psycopg.Connection[Any]

LAST_VERSION = 2**31 - 1
LAST_POSITION = 2**63 - 1


class LogRecorder(ApplicationRecorder):
    """Appends to and reads from the log of one database; notification ids are positions."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        connection: AnyConnection | None = None,
        tracking: None = None,
        **unknown: Any,  # noqa: ANN401
    ) -> Sequence[int]:
        """Append ``stored_events`` and return their positions.

        With ``connection`` the append joins the transaction that connection is in; ``tracking``
        is what the library passes and is always None, since projections keep their own position.
        """
        if unknown or tracking is not None:
            raise TypeError(f"the log takes no {', '.join(unknown) or 'tracking'}")
        if not stored_events:
            return []
        return self.append(stored_events, connection).positions

    def append(
        self, events: Sequence[StoredEvent], connection: AnyConnection | None = None
    ) -> Appended:
        """Append ``events`` and return the receipt.

        Without ``connection`` an append whose reply was lost is tried once more, and found rather
        than repeated when it had succeeded.
        """
        if connection is not None:
            return append(connection, events)
        with self.database.connection() as own:
            try:
                return append(own, events)
            except psycopg.OperationalError:
                if not own.closed:
                    raise
        with self.database.connection() as own:
            return append_again(own, events)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of one stream with versions in ``(gt, lte]``."""
        facts = {
            "stream": UUID(str(originator_id)),
            "after": Int4(0 if gt is None else gt),
            "until": Int4(LAST_VERSION if lte is None else lte),
            "limit": Int8(LAST_POSITION if limit is None else limit),
        }
        rows = self._rows("log/stream_backwards" if desc else "log/stream", facts)
        return [Notification(*row) for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return at most ``limit`` events of the log from ``start``, up to and with ``stop``."""
        first = 0 if start is None else start
        after = first - 1 if inclusive_of_start else first
        rows = self.page(after, limit, stop, topics)
        return [
            Notification(stream, version, topic, state, position)
            for position, _, topic, stream, version, state, _ in rows
        ]

    def page(
        self, after: int, limit: int, until: int | None = None, topics: Sequence[str] = ()
    ) -> list[EventRow]:
        """Return the rows of the next ``limit`` events after a position, up to and with another."""
        facts: dict[str, Any] = {
            "after": Int8(after),
            "until": Int8(LAST_POSITION if until is None else until),
            "limit": Int8(limit),
        }
        if not topics:
            return self._rows("log/page", facts)
        return self._rows("log/page_of_topics", {**facts, "topics": list(topics)})

    def page_backwards(
        self, before: int, limit: int, after: int = 0, topics: Sequence[str] = ()
    ) -> list[EventRow]:
        """Return the rows of the last ``limit`` events before a position, newest first."""
        facts = {
            "before": Int8(before),
            "after": Int8(after),
            "limit": Int8(limit),
            "topics": list(topics),
        }
        return self._rows("log/page_backwards", facts)

    def max_notification_id(self) -> int | None:
        """Return the position of the last event, or None before the first."""
        [(position, _, _)] = self._rows("log/head", {})
        return position or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        """Return an endless iterator of the events after position ``gt``, past and to come."""
        return LogSubscription(self, gt=gt, topics=topics)

    def _rows(self, name: str, facts: dict[str, Any]) -> list[Any]:
        with self.database.connection() as connection:
            cursor = connection.execute(query_text(name), facts, prepare=True, binary=True)
            return cursor.fetchall()
