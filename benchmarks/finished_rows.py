"""The finished rows of a table, and copying them into an empty one of the same shape."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from attrs import frozen
from psycopg import sql

from benchmarks.measure import AnyConnection
from featuretrail.infrastructure.queries import query

PIECE = 2**20
_BYTEA, _JSONB = 17, 3802
_JSONB_VERSION = b"\x01"

Cells = tuple[Any, ...]


class Finished(Protocol):
    """The rows of one table."""

    def copy(self, connection: AnyConnection, schema: str) -> None:
        """Copy the rows into the table of the same name in ``schema``."""


@frozen
class PackedRows:
    """Rows as the bytes of a binary COPY, in a file."""

    table: str
    path: Path

    def copy(self, connection: AnyConnection, schema: str) -> None:
        """Copy the rows into the table of the same name in ``schema``."""
        copying = sql.SQL("COPY {} FROM STDIN (FORMAT binary)")
        statement = copying.format(sql.Identifier(schema, self.table))
        with self.path.open("rb") as file, connection.cursor().copy(statement) as copy:
            while piece := file.read(PIECE):
                copy.write(piece)


@frozen
class ReadyRows:
    """Rows as tuples, with jsonb as the bytes that PostgreSQL takes."""

    table: str
    oids: Sequence[int]
    rows: Sequence[Cells]

    @classmethod
    def of(cls, connection: AnyConnection, schema: str, table: str) -> Self:
        """Read the rows of ``table`` in ``schema``, in the order of their events."""
        facts = {"tables": [table]}
        columns = connection.execute(query("projections/columns"), facts).fetchall()
        reading = sql.SQL("SELECT {} FROM {} ORDER BY position").format(
            sql.SQL(", ").join(
                sql.SQL("{}::text" if oid == _JSONB else "{}").format(sql.Identifier(name))
                for _, name, oid, _ in columns
            ),
            sql.Identifier(schema, table),
        )
        documents = {place for place, (*_, oid, _) in enumerate(columns) if oid == _JSONB}
        with connection.cursor(binary=True) as cursor:
            cursor.execute(reading)
            rows = [
                tuple(
                    _JSONB_VERSION + cell.encode()
                    if cell is not None and place in documents
                    else cell
                    for place, cell in enumerate(row)
                )
                for row in cursor
            ]
        oids = [_BYTEA if oid == _JSONB else oid for *_, oid, _ in columns]
        return cls(table, oids, rows)

    def copy(self, connection: AnyConnection, schema: str) -> None:
        """Copy the rows into the table of the same name in ``schema``."""
        copying = sql.SQL("COPY {} FROM STDIN (FORMAT binary)")
        statement = copying.format(sql.Identifier(schema, self.table))
        with connection.cursor().copy(statement) as copy:
            copy.set_types(self.oids)
            for row in self.rows:
                copy.write_row(row)


def pack(connection: AnyConnection, schema: str, table: str, folder: Path) -> PackedRows:
    """Write the rows of ``table`` in ``schema`` into a file, in the order of their events."""
    packed = PackedRows(table, folder / table)
    copying = sql.SQL("COPY (SELECT * FROM {} ORDER BY position) TO STDOUT (FORMAT binary)")
    with (
        packed.path.open("wb") as file,
        connection.cursor() as cursor,
        cursor.copy(copying.format(sql.Identifier(schema, table))) as copy,
    ):
        for piece in copy:
            file.write(piece)
    return packed
