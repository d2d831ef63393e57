"""What this store runs on, what is active and what is not, and how much it holds."""

from typing import Any

from psycopg import sql

from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import (
    AnyConnection,
    Capabilities,
    Database,
    capabilities,
)
from featuretrail.infrastructure.migrations import migrations, pending
from featuretrail.infrastructure.queries import query


def store_status(database: Database, registry: Registry) -> dict[str, Any]:
    """Return a JSON object: server, timescaledb, capabilities, migrations, log, counts, groups."""
    with database.connection() as connection:
        found = capabilities(connection)
        missing = pending(connection)
        position, recorded_at = connection.execute(
            "SELECT position, recorded_at FROM featuretrail.log_head"
        ).fetchone() or (0, None)
        groups = _groups(connection, registry, found)
        (snapshots,) = connection.execute(
            "SELECT count(*) FROM featuretrail.events WHERE topic = 'featuretrail.snapshot.created'"
        ).fetchone() or (0,)
    return {
        "server": {"address": database.address, "version": found.server_version},
        "timescaledb": None
        if found.timescaledb is None
        else {"version": found.timescaledb, "license": found.license},
        "capabilities": _capabilities(found),
        "migrations": {"applied": len(migrations()) - len(missing), "pending": missing},
        "log": {
            "position": position,
            "recorded_at": None if recorded_at is None or not position else recorded_at.isoformat(),
            "events": position,
        },
        "counts": {
            "groups": len(registry.groups),
            "features": len(registry.features),
            "sets": len(registry.sets),
            "snapshots": snapshots,
            "batches": sum(group["batches"] for group in groups),
        },
        "groups": groups,
    }


def _capabilities(found: Capabilities) -> list[dict[str, Any]]:
    community = found.license == "timescale"
    if found.timescaledb is None:
        absent = "the extension timescaledb is not installed in this database"
    else:
        absent = "this is TimescaleDB's Apache edition; the Community edition has it"
    return [
        {
            "name": "hypertables",
            "active": found.timescaledb is not None,
            "reason": f"TimescaleDB {found.timescaledb}" if found.timescaledb else absent,
        },
        *(
            {
                "name": name,
                "active": community,
                "reason": "TimescaleDB's Community edition" if community else absent,
            }
            for name in ("compression", "retention policies", "continuous aggregates")
        ),
    ]


def _groups(
    connection: AnyConnection, registry: Registry, found: Capabilities
) -> list[dict[str, Any]]:
    hypertables: dict[str, int] = {}
    if found.timescaledb is not None:
        hypertables = dict(connection.execute(query("status/hypertables")).fetchall())
    rows = connection.execute(query("status/groups"), {"groups": list(registry.groups)}).fetchall()
    return [
        {
            "name": name,
            "table": f"featuretrail_values.{name}",
            "hypertable": name in hypertables,
            "chunks": hypertables.get(name),
            "rows": count,
            "batches": batches,
            "bytes": _bytes(connection, name, hypertable=name in hypertables),
        }
        for name, count, batches in rows
    ]


def _bytes(connection: AnyConnection, group: str, *, hypertable: bool) -> int:
    table = sql.Identifier("featuretrail_values", group).as_string(connection)
    size = "hypertable_size" if hypertable else "pg_total_relation_size"
    row = connection.execute(
        sql.SQL("SELECT {}(%s::regclass)").format(sql.Identifier(size)), (table,)
    ).fetchone()
    return 0 if row is None else int(row[0])
