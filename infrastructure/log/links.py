"""Links of the chain: whether events that are read agree with the digest of the one before them.

One link costs two look-ups. It shows an event that was altered alone; that nobody rewrote the log
from there on is what ``verification`` proves.
"""

from collections.abc import Iterable

from featuretrail.domain.errors import ChainBrokenError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query


def broken_link(database: Database, events: Iterable[RecordedEvent]) -> ChainBrokenError | None:
    """Return the error of the first of ``events`` whose link does not hold, ``None`` if all do."""
    positions = [recorded.position for recorded in events]
    with database.connection() as connection:
        row = connection.execute(query("log/broken_links"), {"positions": positions}).fetchone()
    if row is None:
        return None
    return ChainBrokenError(
        row[0],
        "the event does not agree with its digest and that of the event before it: one of them "
        "was altered; see `featuretrail audit verify`",
    )


def check_links(database: Database, events: Iterable[RecordedEvent]) -> None:
    """Raise ``ChainBrokenError`` for the first of ``events`` whose link does not hold."""
    error = broken_link(database, events)
    if error is not None:
        raise error
