"""Reading the log in pages of bounded size."""

from collections.abc import Sequence

from attrs import frozen
from psycopg.types.numeric import Int8

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query_text

PAGE_EVENTS = 5_000
PAGE_BYTES = 16 * 2**20
SPAN = 250_000
"""Positions that one statement looks at, at most: far below the statement timeout."""


@frozen
class Page:
    """The events of the log up to ``position`` that a projector has to look at."""

    events: Sequence[RecordedEvent]
    position: int


class EventPages:
    """Pages of the log of ``database``, without the topics ``ignored``.

    A page has at most ``events`` events out of 250,000 positions, and ends once their states take
    16 MiB.
    """

    def __init__(
        self, database: Database, ignored: Sequence[str], events: int = PAGE_EVENTS
    ) -> None:
        self._database = database
        self._ignored = list(ignored)
        self._limit = events

    def read(self, after: int, until: int) -> Page:
        """Return the page after position ``after``, up to and with ``until`` at most."""
        until = min(until, after + SPAN)
        facts = {
            "after": Int8(after),
            "until": Int8(until),
            "limit": Int8(self._limit),
            "bytes": Int8(PAGE_BYTES),
            "ignored": self._ignored,
        }
        with self._database.connection() as connection:
            rows = connection.execute(
                query_text("projections/page"), facts, prepare=True, binary=True
            ).fetchall()
        events = [RecordedEvent(*row[:7]) for row in rows]
        whole = len(rows) < self._limit and (not rows or rows[-1][7] < PAGE_BYTES)
        return Page(events, until if whole else events[-1].position)
