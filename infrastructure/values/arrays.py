"""Arrow columns as query parameters: whole arrays in PostgreSQL's binary form."""

from collections.abc import Mapping
from typing import Any

import psycopg
import pyarrow as pa
from attrs import frozen
from psycopg import sql
from psycopg.adapt import Dumper
from psycopg.pq import Format

from featuretrail.domain.dtypes import SQL_TYPES
from featuretrail.infrastructure.values.casting import STORED_TYPES
from featuretrail.infrastructure.values.packing import binary_array

AnyConnection = psycopg.Connection[Any]

_ARRAY_TYPES = {
    str(STORED_TYPES[dtype]): sql.SQL(spelled.split(" COLLATE")[0] + "[]")
    for dtype, spelled in SQL_TYPES.items()
}


@frozen
class ArrayParameter:
    """The elements of an array parameter; the query says its type."""

    content: bytes


class ArrayDumper(Dumper):
    """Hands an ``ArrayParameter`` to psycopg as it is."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: ArrayParameter) -> bytes:
        """Return the bytes."""
        return obj.content


def array_parameters(columns: Mapping[str, pa.Array]) -> tuple[sql.Composed, dict[str, object]]:
    """Return placeholders for ``unnest`` and the parameters they stand for, one a column."""
    names = [f"column_{n}" for n in range(len(columns))]
    placeholders = sql.SQL(", ").join(
        sql.SQL("{}::{}").format(
            sql.Placeholder(name, format=psycopg.adapt.PyFormat.BINARY),
            _ARRAY_TYPES[str(column.type)],
        )
        for name, column in zip(names, columns.values(), strict=True)
    )
    arrays = (ArrayParameter(binary_array(column)) for column in columns.values())
    return placeholders, dict(zip(names, arrays, strict=True))


def execute_with_arrays(
    connection: AnyConnection, query: sql.Composed, parameters: Mapping[str, object]
) -> None:
    """Execute ``query``, whose parameters may be ``ArrayParameter``."""
    with connection.cursor() as cursor:
        cursor.adapters.register_dumper(ArrayParameter, ArrayDumper)
        cursor.execute(query, parameters)


def identifiers(names: Mapping[str, object] | list[str], table: str | None = None) -> sql.Composed:
    """Return column names as a list in SQL, qualified by ``table`` if given."""
    qualifier = () if table is None else (table,)
    return sql.SQL(", ").join(sql.Identifier(*qualifier, name) for name in names)
