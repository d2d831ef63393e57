"""How far the streams of a store are."""

from psycopg.rows import class_row

from featuretrail.domain.streaming.results import StreamStatus
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query


def stream_status(connection: AnyConnection, group: str | None = None) -> list[StreamStatus]:
    """Return the status of every partition of every stream, or of those into ``group``."""
    with connection.cursor(row_factory=class_row(StreamStatus)) as cursor:
        return cursor.execute(query("streams/status"), {"group": group}).fetchall()
