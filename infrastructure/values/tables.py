"""The tables of a feature group: its values, its newest rows, its retractions.

Each has the group's name in a schema of its own, so that names never collide. Functions of the
schema make them, with its owner's rights, inside the caller's transaction.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import errors, sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

CHUNK = "7 days"
"""The span of event time that one chunk of values holds while nobody knows how many rows come."""


def values_table(group: str) -> sql.Identifier:
    """Return the table of all values of ``group``."""
    return sql.Identifier("featuretrail_values", group)


def moving_table(group: str) -> sql.Identifier:
    """Return the copy of the values of ``group`` that is being made a hypertable, if one is."""
    return sql.Identifier("featuretrail_moving", group)


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
    facts = {
        "group": group.name,
        "keys": list(group.keys),
        "key_types": list(group.keys.values()),
        "known_time": group.known_time,
        "chunk": CHUNK,
    }
    with _room_for_columns(group.name):
        connection.execute(query("values/create_group_tables"), facts)
        fit_compression(connection, group.name)


def fit_chunks(
    connection: AnyConnection, group: str, rows: int, first: datetime | None, last: datetime | None
) -> None:
    """Fit the next chunks of ``group`` to the rows that arrive, a batch of ``rows`` among them."""
    facts = {"group": group, "rows": rows, "first": first, "last": last}
    connection.execute(query("values/fit_chunks"), facts)


def fit_compression(
    connection: AnyConnection,
    group: str,
    rows: int = 0,
    first: datetime | None = None,
    last: datetime | None = None,
) -> None:
    """Fit how chunks of ``group`` are compressed to its rows, a batch of ``rows`` among them.

    It needs its table for itself.
    """
    facts = {"group": group, "rows": rows, "first": first, "last": last}
    connection.execute(query("values/fit_compression"), facts)


def add_columns(connection: AnyConnection, group_name: str, columns: Mapping[str, str]) -> None:
    """Add nullable feature columns (name to dtype) to the values and online tables of a group.

    Raises ``InvalidDefinitionError`` when PostgreSQL cannot hold so many columns.
    """
    if not columns:
        return
    facts = {"group": group_name, "columns": list(columns), "dtypes": list(columns.values())}
    with _room_for_columns(group_name):
        connection.execute(query("values/add_feature_columns"), facts)


@contextmanager
def _room_for_columns(group: str) -> Iterator[None]:
    try:
        yield
    except errors.TooManyColumns as error:
        raise InvalidDefinitionError(
            f"group {group!r} would have more than the 1600 columns of a PostgreSQL table (each "
            "major version of a feature takes one); split it into several groups"
        ) from error
