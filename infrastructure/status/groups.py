"""What each feature group holds: rows, bytes, chunks, and of which times."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.status.retention import removed_rows
from featuretrail.infrastructure.values.tables import values_table

Row = dict[str, Any]


def groups(
    connection: AnyConnection,
    names: Sequence[str],
    known: Sequence[Row],
    removed: Mapping[str, Row] | None,
) -> list[Row]:
    """Return each group of ``names``; ``known`` are the hypertables as the status has them.

    ``removed`` is what ``value_removals`` gave, ``None`` where it cannot be read.
    """
    hypertables = {row["table"]: row for row in known}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("status/groups"), {"groups": list(names)}).fetchall()
    return [_described(connection, row, hypertables, removed) for row in rows]


def _described(
    connection: AnyConnection,
    row: Row,
    hypertables: dict[str, Row],
    removed: Mapping[str, Row] | None,
) -> Row:
    table = f"featuretrail_values.{row['name']}"
    hypertable = hypertables.get(table)
    return {
        "name": row["name"],
        "table": table,
        "hypertable": hypertable is not None,
        "chunks": None if hypertable is None else hypertable["chunks"],
        "certified_rows": row["certified_rows"],
        "removed_rows": removed_rows(row["name"], removed),
        "batches": row["batches"],
        "bytes": _bytes(connection, row["name"]) if hypertable is None else hypertable["bytes"],
        "first_event_time": _text(row["first_event_time"]),
        "last_event_time": _text(row["last_event_time"]),
    }


def _bytes(connection: AnyConnection, group: str) -> int:
    table = values_table(group).as_string(connection)
    [(size,)] = connection.execute(query("status/size"), {"table": table})
    return int(size)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
