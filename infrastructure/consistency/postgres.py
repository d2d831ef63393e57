"""A table of another PostgreSQL database as a source."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError, SourceError
from featuretrail.domain.inputs import check_label, shown
from featuretrail.infrastructure.conninfo import Session, address, session_conninfo
from featuretrail.infrastructure.consistency.mapping import check_mapping, choose_columns
from featuretrail.infrastructure.consistency.source import SourceRequest, refuse_naive
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

ROWS = 50_000
"""Rows that are fetched, and filtered, at a time."""

_TYPES: Mapping[str, pa.DataType] = {
    "bool": pa.bool_(),
    "bpchar": pa.string(),
    "float4": pa.float64(),
    "float8": pa.float64(),
    "int2": pa.int64(),
    "int4": pa.int64(),
    "int8": pa.int64(),
    "name": pa.string(),
    "numeric": pa.float64(),
    "text": pa.string(),
    "timestamp": pa.timestamp("us"),
    "timestamptz": UTC_TIME,
    "varchar": pa.string(),
}
"""The types of PostgreSQL that values can have, and how they are compared."""

_NUMBERS = ("float4", "numeric")


class PostgresSource:
    """Values in a table or view of a PostgreSQL database at ``url``.

    ``table`` is a name, ``schema.name``, or a tuple of both where names hold dots. It is read in
    one read-only transaction, the wanted columns and times alone, some rows at a time. ``columns``
    maps names to the table's columns.
    """

    def __init__(
        self,
        url: str,
        table: str | tuple[str, ...],
        *,
        columns: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> None:
        if not isinstance(url, str):
            raise InvalidInputError("the URL of a source is no text; give postgresql://host/name")
        parts = _parts_of(table)
        try:
            self._conninfo = session_conninfo(url, Session(application_name="featuretrail check"))
            self._address = address(url)
        except psycopg.ProgrammingError:  # its message quotes the string, and so the password
            raise InvalidInputError("the URL of a source cannot be read") from None
        self._table = sql.Identifier(*parts)
        self.name = check_label("the name of a source", ".".join(parts) if name is None else name)
        self._columns = check_mapping(columns)

    def read(self, request: SourceRequest) -> pa.Table:
        """Return the rows that are asked for; raise ``SourceError`` if they cannot be read."""
        with self._connected() as connection:
            types = self._types(connection)
            chosen = choose_columns(request, self._columns, list(types), self.name)
            schema = self._schema(chosen, types)
            refuse_naive({each.name: each.type for each in schema}, chosen, self.name)
            parts = [schema.empty_table(), *self._parts(connection, request, chosen, types, schema)]
        return pa.concat_tables(parts)

    @contextmanager
    def _connected(self) -> Iterator[AnyConnection]:
        try:
            with psycopg.connect(self._conninfo) as connection:
                connection.read_only = True
                yield connection
        except psycopg.Error as error:
            reason = error.diag.message_primary or str(error).strip()
            raise SourceError(self.name, f"{reason} ({self._address})") from error

    def _types(self, connection: AnyConnection) -> dict[str, str]:
        """Return the table's columns with the names of their types."""
        described = connection.execute(query("consistency/columns").format(table=self._table))
        known = connection.adapters.types
        types = {}
        for column in described.description or ():
            info = known.get(column.type_code)
            types[column.name] = str(column.type_code) if info is None else info.name
        return types

    def _schema(self, chosen: Mapping[str, str], types: Mapping[str, str]) -> pa.Schema:
        for name, column in chosen.items():
            if types[column] not in _TYPES:
                raise InvalidInputError(
                    f"column {column!r} ({name}) of source {self.name!r} has type {types[column]}, "
                    f"which no feature has; use a view that casts it to one of {', '.join(_TYPES)}"
                )
        return pa.schema([(name, _TYPES[types[column]]) for name, column in chosen.items()])

    def _parts(
        self,
        connection: AnyConnection,
        request: SourceRequest,
        chosen: Mapping[str, str],
        types: Mapping[str, str],
        schema: pa.Schema,
    ) -> Iterator[pa.Table]:
        timed = request.time_column is not None and request.since is not None
        time = chosen[request.time_column] if timed and request.time_column else None
        statement = query("consistency/rows").format(
            columns=sql.SQL(", ").join(_column(each, types[each]) for each in chosen.values()),
            table=self._table,
            within=sql.SQL("true")
            if time is None
            else sql.SQL("{} BETWEEN %(since)s AND %(until)s").format(sql.Identifier(time)),
        )
        with connection.cursor("featuretrail_check", binary=True) as cursor:
            cursor.execute(statement, {"since": request.since, "until": request.until})
            while rows := cursor.fetchmany(ROWS):
                yield request.kept(_table(rows, schema), f"source {self.name!r}")

    def __repr__(self) -> str:
        return f"PostgresSource({self.name!r}, at {self._address!r})"


def _parts_of(table: object) -> tuple[str, ...]:
    given = table.split(".") if isinstance(table, str) else table
    parts = tuple(given) if isinstance(given, list | tuple) else ()
    if not 1 <= len(parts) <= 2 or not all(isinstance(each, str) and each for each in parts):
        raise InvalidInputError(
            f"table is {shown(table)}; give its name, schema.name, or a tuple of schema and name"
        )
    return parts


def _column(name: str, kind: str) -> sql.Composed:
    cast = sql.SQL("::double precision") if kind in _NUMBERS else sql.SQL("")
    return sql.Identifier(name) + cast


def _table(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)],
        schema=schema,
    )
