"""From the rows of a page to the bytes of a binary COPY: done outside any transaction."""

from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, Self
from uuid import UUID

import psycopg
from attrs import field, frozen
from psycopg.abc import Buffer
from psycopg.copy import Copy, Writer
from psycopg.types.json import set_json_dumps
from pydantic_core import to_json

from featuretrail.infrastructure.queries import query
from featuretrail.projections.folding import TableChanges
from featuretrail.projections.presence import missing
from featuretrail.projections.read_model import Removal, Row

AnyConnection = psycopg.Connection[Any]


@frozen
class TableShape:
    """The columns of a table in their order: names, type oids, type names."""

    columns: tuple[str, ...]
    oids: tuple[int, ...]
    types: Mapping[str, str]


@frozen
class PackedChanges:
    """What a page does to one table, ready to be sent: ``inserted`` are pieces of a binary COPY."""

    inserted: Sequence[Buffer] = ()
    revised: Mapping[UUID, Row] = field(factory=dict)
    removal: Removal | None = None


class Packer:
    """Packs the changes of tables, as its connection adapts Python's values.

    It runs no statement once it is made; it makes the connection write JSON as the tables hold it.
    """

    def __init__(self, connection: AnyConnection, shapes: Mapping[str, TableShape]) -> None:
        self._connection = connection
        self.shapes = shapes
        set_json_dumps(json_text, connection)

    @classmethod
    def over(cls, connection: AnyConnection, tables: Sequence[str]) -> Self:
        """Return the packer of ``tables``, whose shapes are those of the live ones."""
        rows = connection.execute(query("projections/columns"), {"tables": list(tables)}).fetchall()
        shapes = {}
        for table in tables:
            own = [row[1:] for row in rows if row[0] == table]
            if not own:
                raise missing([table])
            names, oids, types = zip(*own, strict=True)
            shapes[table] = TableShape(names, oids, dict(zip(names, types, strict=True)))
        return cls(connection, shapes)

    def pack(self, table: str, changes: TableChanges) -> PackedChanges:
        """Return ``changes`` of ``table`` packed.

        A value that its column cannot hold raises an error that ``is_poison`` knows.
        """
        inserted = self._rows(self.shapes[table], changes.inserted.values())
        return PackedChanges(inserted, changes.revised, changes.removal)

    def _rows(self, shape: TableShape, rows: Collection[Row]) -> Sequence[Buffer]:
        if not rows:
            return ()
        pieces = _Pieces()
        cells = itemgetter(*shape.columns)
        with Copy(self._connection.cursor(), binary=True, writer=pieces) as copy:
            copy.set_types(shape.oids)
            for row in rows:
                copy.write_row(cells(row))
        return pieces.written


class _Pieces(Writer):
    """Keeps what a COPY would send."""

    def __init__(self) -> None:
        self.written: list[Buffer] = []

    def write(self, data: Buffer) -> None:
        """Keep a piece."""
        self.written.append(data)


def json_text(value: object) -> bytes:
    """Return ``value`` as the JSON that the tables hold; what is no number is null."""
    return to_json(value, inf_nan_mode="null")
