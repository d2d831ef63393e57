"""Retention of the read side: how long the past rows of each table are kept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
from attrs import frozen
from psycopg.types.numeric import Int8

from featuretrail.domain.aggregates.retention import Retention, RetentionEvent, decide_set
from featuretrail.domain.events import Metadata, RetentionApplied, RetentionSet
from featuretrail.domain.results import Result
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query, query_text

AnyConnection = psycopg.Connection[Any]
DecidedBy = Callable[[str | None, str | None], Metadata]
"""Makes the metadata of a decision of its actor and its reason."""


@frozen
class TableRetention(Result):
    """How long the past rows of a table are kept (``None``: for ever), and what was removed.

    ``set_position`` is that of the event that says so, ``None`` for the default. Rows that were
    past before ``horizon`` were removed by the event at ``applied_position``, if any.
    """

    table: str
    keep: timedelta | None
    set_position: int | None
    horizon: datetime | None
    applied_position: int | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object; ``keep_days`` is ``null`` for ever."""
        return {
            "table": self.table,
            "keep_days": None if self.keep is None else self.keep / timedelta(days=1),
            "set_position": self.set_position,
            "horizon": None if self.horizon is None else self.horizon.isoformat(),
            "applied_position": self.applied_position,
        }


class RetentionSettings:
    """How long the read side keeps past rows, table by table; ``store.retention``."""

    def __init__(self, database: Database, log: EventLog, decided_by: DecidedBy) -> None:
        self._database = database
        self._log = log
        self._decided_by = decided_by

    @needs("auditor")
    def show(self) -> list[TableRetention]:
        """Return what holds for each table that has past rows."""
        with self._database.connection() as connection:
            return table_retentions(connection)

    @needs("owner")
    def set(
        self,
        table: str,
        keep: timedelta | None,
        *,
        reason: str | None = None,
        actor: str | None = None,
    ) -> TableRetention:
        """Set how long the past rows of ``table`` are kept, ``None`` for ever; an event says so.

        Nothing is removed until ``maintain``; what was removed does not come back. Raises
        ``NotFoundError`` or ``InvalidInputError``.
        """
        state = Retention.initial(table)
        metadata = self._decided_by(actor, reason)
        with self._database.transaction() as connection:
            connection.execute(query("projections/lock_retention"))
            decided = decide_set(_replayed(connection, state), keep, metadata)
            if decided:
                self._log.append(*decided, connection=connection)
            return next(each for each in table_retentions(connection) if each.table == table)


def table_retentions(connection: AnyConnection) -> list[TableRetention]:
    """Return how long each table that has past rows keeps them."""
    rows = connection.execute(query("projections/retention")).fetchall()
    return [TableRetention(*row) for row in rows]


def _replayed(connection: AnyConnection, state: Retention) -> Retention:
    facts = {"stream": state.id, "until": Int8(LAST_POSITION)}
    rows = connection.execute(query_text("log/history"), facts, binary=True).fetchall()
    for row in rows:
        state = state.evolve(_retention_event(RecordedEvent.from_row(row).event))
    return state


def _retention_event(event: object) -> RetentionEvent:
    if not isinstance(event, RetentionSet | RetentionApplied):
        raise TypeError(f"{type(event).__name__} is no event of a table's retention")
    return event
