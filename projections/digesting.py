"""The digest of a table of the read side: of its rows' bytes, in the order of their key."""

from collections.abc import Sequence
from typing import Any

import psycopg
from attrs import frozen
from blake3 import blake3
from psycopg import sql

from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

KEY = ("id", "position")


@frozen
class TableDigest:
    """How many rows a table has, and the BLAKE3 of them all (hexadecimal)."""

    table: str
    rows: int
    digest: str


def table_digests(
    connection: AnyConnection, schema: str, tables: Sequence[str]
) -> dict[str, TableDigest]:
    """Return the digests of ``tables`` in ``schema``, as ``connection``'s transaction sees them.

    A digest covers what ``COPY (... ORDER BY id, position) TO STDOUT (FORMAT binary)`` sends, with
    the columns in their order. Rows are streamed, so memory is bounded.
    """
    return {table: _digest(connection, schema, table) for table in tables}


def _digest(connection: AnyConnection, schema: str, table: str) -> TableDigest:
    columns = connection.execute(query("projections/columns"), {"tables": [table]}).fetchall()
    statement = query("projections/rows").format(
        columns=sql.SQL(", ").join(sql.Identifier(name) for _, name, *_ in columns),
        table=sql.Identifier(schema, table),
        key=sql.SQL(", ").join(map(sql.Identifier, KEY)),
    )
    hasher = blake3()
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for piece in copy:
                hasher.update(piece)
        return TableDigest(table, cursor.rowcount, hasher.hexdigest())
