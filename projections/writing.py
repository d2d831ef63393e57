"""Writing what a page does to the tables: COPY for new rows, set-based UPDATE for changed ones."""

from collections.abc import Mapping, Sequence
from typing import Any, Self
from uuid import UUID

import psycopg
from attrs import asdict
from psycopg import sql
from psycopg.abc import Buffer

from featuretrail.infrastructure.queries import query
from featuretrail.projections.packing import PackedChanges, Packer, TableShape, json_text
from featuretrail.projections.poison import MissingRowError
from featuretrail.projections.read_model import Removal, Row

AnyConnection = psycopg.Connection[Any]


class TableWriter:
    """Writes packed changes into the tables of any generation over one connection."""

    def __init__(self, connection: AnyConnection, shapes: Mapping[str, TableShape]) -> None:
        self._connection = connection
        self._shapes = shapes

    @classmethod
    def of(cls, connection: AnyConnection, packer: Packer) -> Self:
        """Return the writer of what ``packer`` packs."""
        return cls(connection, packer.shapes)

    def write(self, schema: str, table: str, changes: PackedChanges) -> None:
        """Write ``changes`` into ``table`` of ``schema``, in the connection's transaction.

        Revisions come first: they are of rows that were there before, and one that its stream has
        out of order must not find the row that comes after it. A removal comes last.
        """
        for names, revisions in _by_columns(changes.revised).items():
            self._revise(sql.Identifier(schema, table), table, names, revisions)
        if changes.inserted:
            self._insert(sql.Identifier(schema, table), table, changes.inserted)
        if changes.removal is not None:
            self._remove(schema, table, changes.removal)

    def _insert(self, target: sql.Identifier, table: str, packed: Sequence[Buffer]) -> None:
        columns = map(sql.Identifier, self._shapes[table].columns)
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
            target, sql.SQL(", ").join(columns)
        )
        with self._connection.cursor().copy(statement) as copy:
            for piece in packed:
                copy.write(piece)

    def _remove(self, schema: str, table: str, removal: Removal) -> None:
        facts = {"schema": schema, "table": table, **asdict(removal)}
        self._connection.execute(query("projections/remove_past_rows"), facts)

    def _revise(
        self,
        target: sql.Identifier,
        table: str,
        names: tuple[str, ...],
        revisions: Sequence[tuple[UUID, Row]],
    ) -> None:
        types = self._shapes[table].types
        columns = [_array([row[name] for _, row in revisions], types[name]) for name in names]
        statement = sql.SQL(
            "UPDATE {target} AS t SET {assignments} FROM unnest({arrays}) AS v ({names}) "
            "WHERE t.id = v.id"
        ).format(
            target=target,
            assignments=sql.SQL(", ").join(
                sql.SQL("{0} = v.{0}").format(sql.Identifier(name)) for name in names
            ),
            arrays=sql.SQL(", ").join(
                [sql.SQL("%b::uuid[]"), *(_placeholder(types[name]) for name in names)]
            ),
            names=sql.SQL(", ").join(map(sql.Identifier, ("id", *names))),
        )
        ids = [own_id for own_id, _ in revisions]
        cursor = self._connection.execute(statement, [ids, *columns])
        if cursor.rowcount != len(ids):
            raise MissingRowError(
                f"{len(ids)} rows of {table} are to be revised, {cursor.rowcount} exist"
            )


def _by_columns(revised: Mapping[UUID, Row]) -> dict[tuple[str, ...], list[tuple[UUID, Row]]]:
    """Group revisions by the columns they change."""
    groups: dict[tuple[str, ...], list[tuple[UUID, Row]]] = {}
    for own_id, row in revised.items():
        groups.setdefault(tuple(sorted(row)), []).append((own_id, row))
    return groups


def _array(values: list[Any], type_name: str) -> list[Any]:
    if type_name != "jsonb":
        return values
    return [None if value is None else json_text(value).decode() for value in values]


def _placeholder(type_name: str) -> sql.Composable:
    through = "%b::text[]::jsonb[]" if type_name == "jsonb" else f"%b::{type_name}[]"
    return sql.SQL(through)
