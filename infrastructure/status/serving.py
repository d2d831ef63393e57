"""The served log in a store's status: what all processes logged in the last day."""

from typing import Any

from psycopg.rows import dict_row

from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query


def served_log(connection: AnyConnection) -> dict[str, Any]:
    """Return how many rows were logged and dropped in the last day, and when the last was."""
    with connection.cursor(row_factory=dict_row) as cursor:
        [facts] = cursor.execute(query("serving/status")).fetchall()
    last = facts.pop("last_logged_at")
    return {**facts, "last_logged_at": None if last is None else last.isoformat()}
