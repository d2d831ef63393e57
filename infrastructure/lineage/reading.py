"""Lineage read from the log: kept level with its head, or as of any position."""

from collections.abc import Sequence
from contextlib import nullcontext
from threading import Lock
from typing import Any

import psycopg

from featuretrail.domain.errors import ChainBrokenError, FeatureTrailError
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]


class LineageReader:
    """Reads lineage from the log; keeps the latest and folds in only what is new."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._latest = Lineage()

    def current(self, connection: AnyConnection | None = None) -> Lineage:
        """Return the lineage at the log's head, as the transaction of ``connection`` sees it."""
        recorded = self._events(self._latest.position, LAST_POSITION, connection)
        with self._lock:
            new = [each for each in recorded if each.position > self._latest.position]
            self._latest = _evolved(self._latest, new)
            return self._latest

    def at(self, position: int) -> Lineage:
        """Return the lineage as it was at ``position``."""
        known = self._latest
        start = known if known.position <= position else Lineage()
        return _evolved(start, self._events(start.position, position, None))

    def _events(
        self, after: int, until: int, connection: AnyConnection | None
    ) -> list[RecordedEvent]:
        facts = {"after": after, "until": until}
        with nullcontext(connection) if connection else self._database.connection() as used:
            rows = used.execute(query("lineage/events"), facts, binary=True).fetchall()
        return [RecordedEvent.from_row(row) for row in rows]


def _evolved(lineage: Lineage, recorded: Sequence[RecordedEvent]) -> Lineage:
    """Return the lineage after ``recorded``; ``ChainBrokenError`` names what makes no sense."""
    if not recorded:
        return lineage
    events = [(each.position, each.event) for each in recorded]
    try:
        return lineage.evolve(events, recorded[-1].position)
    except (FeatureTrailError, TypeError, LookupError, AttributeError):
        _name_unreadable(lineage, recorded)
        raise


def _name_unreadable(lineage: Lineage, recorded: Sequence[RecordedEvent]) -> None:
    """Raise ``ChainBrokenError`` with the first position whose event makes no sense."""
    for each in recorded:
        try:
            lineage = lineage.evolve([(each.position, each.event)], each.position)
        except (FeatureTrailError, TypeError, LookupError, AttributeError) as error:
            reason = f"its lineage cannot be read: {error}"
            raise ChainBrokenError(each.position, reason) from error
