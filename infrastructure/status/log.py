"""The log in numbers: its head, when that was recorded, its bytes; and its snapshots."""

from typing import Any

from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query


def log_facts(connection: AnyConnection) -> dict[str, Any]:
    """Return the position of the last event, when it was recorded, and what the log takes."""
    [(position, recorded_at, size)] = connection.execute(query("status/log"))
    return {
        "position": position,
        "recorded_at": None if recorded_at is None else recorded_at.isoformat(),
        "events": position,
        "bytes": size,
    }


def snapshot_count(connection: AnyConnection) -> int:
    """Return how many snapshots the log has made."""
    [(count,)] = connection.execute(query("status/snapshots"))
    return int(count)
