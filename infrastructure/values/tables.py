"""The tables of a feature group: its values, its newest rows, its retractions.

Each has the group's name in a schema of its own, so that names never collide. Everything here runs
inside the caller's transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import errors, sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.dtypes import SQL_TYPES
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

CHUNK = "7 days"
"""The span of event time that one chunk of values holds while nobody knows how many rows come."""


def values_table(group: str) -> sql.Identifier:
    """Return the table of all values of ``group``."""
    return sql.Identifier("featuretrail_values", group)


def online_table(group: str) -> sql.Identifier:
    """Return the table of the newest row of each entity and layout of ``group``."""
    return sql.Identifier("featuretrail_online", group)


def retracted_table(group: str) -> sql.Identifier:
    """Return the table of the retractions of ``group``."""
    return sql.Identifier("featuretrail_retracted", group)


def create_group(connection: AnyConnection, group: FeatureGroup) -> None:
    """Create the tables of ``group`` with its keys and times; ``add_columns`` adds its features.

    The table of values is a hypertable where TimescaleDB is installed. Raises
    ``InvalidDefinitionError`` when PostgreSQL cannot hold so many columns.
    """
    with _room_for_columns(group.name):
        _create_values(connection, group)
        _create_online(connection, group)
        _create_retracted(connection, group)
        fit_compression(connection, group.name)


def fit_chunks(
    connection: AnyConnection, group: str, rows: int, first: datetime | None, last: datetime | None
) -> None:
    """Fit the next chunks of ``group`` to the rows that arrive, a batch of ``rows`` among them."""
    facts = {"group": group, "rows": rows, "first": first, "last": last}
    connection.execute(query("values/fit_chunks"), facts)


def fit_compression(connection: AnyConnection, group: str) -> None:
    """Fit how chunks of ``group`` are compressed to its rows; it needs its table for itself."""
    connection.execute(query("values/fit_compression"), {"group": group})


def add_column(connection: AnyConnection, group_name: str, column: str, dtype: str) -> None:
    """Add one feature column to ``group_name``; see ``add_columns``."""
    add_columns(connection, group_name, {column: dtype})


def add_columns(connection: AnyConnection, group_name: str, columns: Mapping[str, str]) -> None:
    """Add nullable feature columns (name to dtype) to the values and online tables of a group.

    Raises ``InvalidDefinitionError`` when PostgreSQL cannot hold so many columns.
    """
    if not columns:
        return
    added = sql.SQL(", ").join(
        sql.SQL("ADD COLUMN {} {}").format(sql.Identifier(column), _type(dtype))
        for column, dtype in columns.items()
    )
    with _room_for_columns(group_name):
        for table in (values_table(group_name), online_table(group_name)):
            connection.execute(sql.SQL("ALTER TABLE {} {}").format(table, added))
            for column, dtype in columns.items():
                _comment_column(connection, table, column, f"A feature of type {dtype}")


@contextmanager
def _room_for_columns(group: str) -> Iterator[None]:
    try:
        yield
    except errors.TooManyColumns as error:
        raise InvalidDefinitionError(
            f"group {group!r} would have more than the 1600 columns of a PostgreSQL table (each "
            "major version of a feature takes one); split it into several groups"
        ) from error


def _create_values(connection: AnyConnection, group: FeatureGroup) -> None:
    table = values_table(group.name)
    known_time = () if group.known_time is None else (_column(group.known_time, "timestamptz"),)
    columns = (
        *_keys(group),
        _column("event_time", "timestamptz"),
        _column("batch", "int64"),
        *known_time,
    )
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, _listed(columns)))
    _make_hypertable(connection, table)
    connection.execute(
        sql.SQL("CREATE UNIQUE INDEX ON {} ({}, event_time DESC, batch DESC)").format(
            table, _listed(sql.Identifier(key) for key in group.keys)
        )
    )
    _comment_table(connection, table, f"Every value of feature group {group.name}, append-only")
    _comment_columns(connection, table, group, {"event_time": "When the values became true"})
    if group.known_time is not None:
        _comment_column(connection, table, group.known_time, "When the source knew the row")


def _create_online(connection: AnyConnection, group: FeatureGroup) -> None:
    table = online_table(group.name)
    columns = (
        *_keys(group),
        _column("layout", "int64"),
        _column("event_time", "timestamptz"),
        _column("batch", "int64"),
        sql.SQL("PRIMARY KEY ({}, layout)").format(
            _listed(sql.Identifier(key) for key in group.keys)
        ),
    )
    connection.execute(
        sql.SQL("CREATE TABLE {} ({}) WITH (fillfactor = 80)").format(table, _listed(columns))
    )
    _comment_table(
        connection, table, f"The newest row of each entity and layout of group {group.name}"
    )
    _comment_columns(
        connection,
        table,
        group,
        {
            "layout": "First batch that wrote the same columns; 0 where values were retracted",
            "event_time": "When the values became true; of a retraction, where it begins",
        },
    )


def _create_retracted(connection: AnyConnection, group: FeatureGroup) -> None:
    table = retracted_table(group.name)
    columns = (
        *_keys(group),
        _column("from_event_time", "timestamptz"),
        _column("batch", "int64"),
        sql.SQL("PRIMARY KEY ({}, from_event_time, batch)").format(
            _listed(sql.Identifier(key) for key in group.keys)
        ),
    )
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, _listed(columns)))
    _comment_table(connection, table, f"The retractions of feature group {group.name}")
    _comment_columns(
        connection,
        table,
        group,
        {"from_event_time": "Values of this event time or later, of earlier batches, are hidden"},
    )


def _make_hypertable(connection: AnyConnection, table: sql.Identifier) -> None:
    found = connection.execute(query("values/timescaledb_schema")).fetchone()
    if found is None:
        return
    connection.execute(
        query("values/make_hypertable").format(functions=sql.Identifier(found[0])),
        {"table": table.as_string(connection), "chunk": CHUNK},
    )


def _type(dtype: str) -> sql.SQL:
    return sql.SQL(SQL_TYPES[dtype])


def _column(name: str, dtype: str) -> sql.Composed:
    return sql.SQL("{} {} NOT NULL").format(sql.Identifier(name), _type(dtype))


def _keys(group: FeatureGroup) -> tuple[sql.Composed, ...]:
    return tuple(_column(key, dtype) for key, dtype in group.keys.items())


def _listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _comment_table(connection: AnyConnection, table: sql.Identifier, comment: str) -> None:
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(table, sql.Literal(comment)))


def _comment_columns(
    connection: AnyConnection, table: sql.Identifier, group: FeatureGroup, own: Mapping[str, str]
) -> None:
    keys = dict.fromkeys(group.keys, "A key of the entity")
    batch = {"batch": "The batch of the group that wrote the row; see featuretrail.batches"}
    for column, comment in {**keys, **own, **batch}.items():
        _comment_column(connection, table, column, comment)


def _comment_column(
    connection: AnyConnection, table: sql.Identifier, column: str, comment: str
) -> None:
    connection.execute(
        sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
            table, sql.Identifier(column), sql.Literal(comment)
        )
    )
