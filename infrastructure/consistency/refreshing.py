"""Online rows made again from the values, for entities that were found to disagree."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow as pa
from psycopg import sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.events import Metadata, OnlineRefreshed
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.arrays import ArrayDumper, ArrayParameter, array_parameters
from featuretrail.infrastructure.values.arrays import identifiers as names_of
from featuretrail.infrastructure.values.batches import lock_group
from featuretrail.infrastructure.values.tables import online_table, retracted_table, values_table

AnyConnection = psycopg.Connection[Any]

SHOWN = 20
"""How many entities the event names."""


def refresh_entities(
    database: Database,
    log: EventLog,
    registry: Registry,
    group: FeatureGroup,
    keys: pa.Table,
    snapshot_id: str | None,
    metadata: Metadata,
) -> OnlineRefreshed:
    """Make the online rows of distinct entities again, record that, and return the event.

    Writers of the group wait meanwhile; readers see the rows of before or of after, all in one
    transaction with the event.
    """
    columns = _feature_columns(registry, group.name)
    with database.transaction() as connection:
        lock_group(connection, group.name)
        removed = _run(connection, "remove_online", group, keys, columns)
        written = _run(connection, "derive_online", group, keys, columns)
        written += _run(connection, "derive_tombstones", group, keys, columns)
        event = OnlineRefreshed.in_stream(
            uuid4(),
            1,
            group=group.name,
            snapshot_id=snapshot_id,
            entities=keys.num_rows,
            rows_removed=removed,
            rows_written=written,
            keys=keys.slice(0, SHOWN).to_pylist(),
            metadata=metadata,
        )
        log.append(event, connection=connection)
    return event


def _run(
    connection: AnyConnection,
    name: str,
    group: FeatureGroup,
    keys: pa.Table,
    columns: Sequence[str],
) -> int:
    """Run one of the statements for the entities and return how many rows it touched."""
    arrays, parameters = array_parameters({key: _parameter(keys.column(key)) for key in group.keys})
    every = list(group.keys)
    statement = query(f"consistency/{name}").format(
        table=online_table(group.name),
        online=online_table(group.name),
        values=values_table(group.name),
        retracted=retracted_table(group.name),
        arrays=arrays,
        keys=names_of(every),
        known_keys=names_of(every, "known"),
        given_keys=names_of(every, "given"),
        stored_keys=names_of(every, "stored"),
        hiding_keys=names_of(every, "hiding"),
        columns=_more(columns),
        stored_columns=_more(columns, "stored"),
    )
    with connection.cursor() as cursor:
        cursor.adapters.register_dumper(ArrayParameter, ArrayDumper)
        cursor.execute(statement, {**parameters, "group": group.name})
        return cursor.rowcount


def _parameter(column: pa.ChunkedArray) -> pa.Array:
    text = pa.types.is_string(column.type)
    return (column.cast(pa.large_string()) if text else column).combine_chunks()


def _more(columns: Sequence[str], table: str | None = None) -> sql.Composed:
    qualifier = () if table is None else (table,)
    return sql.Composed([sql.SQL(", ") + sql.Identifier(*qualifier, column) for column in columns])


def _feature_columns(registry: Registry, group: str) -> list[str]:
    found = {
        version.column
        for feature in registry.features.values()
        if feature.group == group
        for version in feature.versions
    }
    return sorted(found)
