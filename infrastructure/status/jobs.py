"""TimescaleDB's jobs that concern a store: when they ran, how that ended, when they run next."""

from typing import Any

from psycopg.rows import dict_row

from featuretrail.infrastructure.database import AnyConnection, Capabilities
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.status.durations import duration

_TIMES = ("last_run", "last_success", "next_run")


def jobs(connection: AnyConnection, found: Capabilities) -> list[dict[str, Any]]:
    """Return the jobs on tables of ours or of procedures of ours; none without TimescaleDB."""
    if found.timescaledb is None:
        return []
    with connection.cursor(row_factory=dict_row) as cursor:
        return [_described(row) for row in cursor.execute(query("status/jobs")).fetchall()]


def _described(row: dict[str, Any]) -> dict[str, Any]:
    times = {name: None if row[name] is None else row[name].isoformat() for name in _TIMES}
    return {**row, **times, "every": duration(row["every"])}
