"""The hypertables of a store, chunk by chunk compressed or not; the tables that wait to be some."""

from typing import Any

from psycopg import sql
from psycopg.rows import dict_row

from featuretrail.infrastructure.database import AnyConnection, Capabilities
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.status.durations import duration
from featuretrail.infrastructure.values.converting import waiting_facts
from featuretrail.infrastructure.values.moving import waiting

_NONE_COMPRESSED = "compression is on, and no chunk is compressed yet"
_OFF = "compression is off for this table"
_WAITS = (
    "it waits for the owner, as who only writes cannot set it up: the daily job tune_values does, "
    "or `featuretrail db migrate` at once"
)


def hypertables(connection: AnyConnection, found: Capabilities) -> list[dict[str, Any]]:
    """Return each hypertable in schemas of ours; none without TimescaleDB."""
    functions = timescaledb_functions(connection)
    if functions is None:
        return []
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            query("status/hypertables").format(functions=functions), {}
        ).fetchall()
    return [_described(connection, functions, found, row) for row in rows]


def waiting_tables(connection: AnyConnection) -> list[dict[str, str]]:
    """Return the plain tables that `featuretrail db migrate` would make hypertables."""
    return [
        {
            "table": f"{schema}.{table}",
            "reason": "it was made before TimescaleDB was installed: `featuretrail db migrate` "
            "makes it a hypertable",
        }
        for schema in ("featuretrail", "featuretrail_values")
        for table in (
            *waiting(connection, schema),
            *(waiting_facts(connection) if schema == "featuretrail" else ()),
        )
    ]


def timescaledb_functions(connection: AnyConnection) -> sql.Identifier | None:
    """Return the schema of TimescaleDB's functions, ``None`` where it is not installed."""
    row = connection.execute(query("status/functions")).fetchone()
    return None if row is None else sql.Identifier(row[0])


def _described(
    connection: AnyConnection, functions: sql.Identifier, found: Capabilities, row: dict[str, Any]
) -> dict[str, Any]:
    interval = row.pop("chunk_interval")
    enabled = row.pop("compression_enabled")
    return {
        **row,
        "chunk_interval": None if interval is None else duration(interval),
        "compression": _compression(connection, functions, found, row, enabled=enabled),
    }


def _compression(
    connection: AnyConnection,
    functions: sql.Identifier,
    found: Capabilities,
    row: dict[str, Any],
    *,
    enabled: bool,
) -> dict[str, Any]:
    """Return the bytes of compressed chunks before and after, or why there are none."""
    if found.license != "timescale":
        return _no_compression("TimescaleDB's Community edition has it, this is the Apache edition")
    if not enabled:
        values = row["table"].startswith("featuretrail_values.")
        return _no_compression(_WAITS if values else _OFF)
    sizes = connection.execute(
        query("status/compression").format(functions=functions), {"table": _quoted(row["table"])}
    ).fetchone()
    if sizes is None or not sizes[0] or not sizes[1]:
        return _no_compression(_NONE_COMPRESSED)
    before, after = (int(each) for each in sizes)
    return {
        "uncompressed_bytes": before,
        "compressed_bytes": after,
        "ratio": round(before / after, 2),
        "reason": None,
    }


def _no_compression(reason: str) -> dict[str, Any]:
    return {"uncompressed_bytes": None, "compressed_bytes": None, "ratio": None, "reason": reason}


def _quoted(table: str) -> str:
    schema, _, name = table.partition(".")
    return sql.Identifier(schema, name).as_string()
