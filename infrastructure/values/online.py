"""The newest row of each entity and layout, kept in the transaction that stores the values."""

from datetime import datetime

import pyarrow as pa
from psycopg import sql

from featuretrail.domain.columns import one_array
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.arrays import (
    AnyConnection,
    array_parameters,
    execute_with_arrays,
    identifiers,
)
from featuretrail.infrastructure.values.columns import EVENT_TIME
from featuretrail.infrastructure.values.packing import slices
from featuretrail.infrastructure.values.tables import online_table
from featuretrail.infrastructure.values.validation import Batch

TOMBSTONES = 0
"""The layout of the rows that stand for retractions."""

_SLICE_BYTES = 1 << 23


def refresh_online(connection: AnyConnection, values: Batch, batch: int, layout: int) -> None:
    """Let the newest row of each entity in ``values`` take the place of an older one."""
    group = values.group
    names = [*group.keys, EVENT_TIME, *values.columns]
    table = values.table.select(names).take(pa.array(values.last_rows))
    columns = [one_array(column) for column in table.columns]
    for start, size in slices(columns, _SLICE_BYTES):
        part = [column.slice(start, size) for column in columns]
        rows = dict(zip(names, part, strict=True))
        _upsert(connection, group.name, rows, keys=list(group.keys), batch=batch, layout=layout)


def bury(
    connection: AnyConnection,
    group: str,
    keys: dict[str, pa.Array],
    from_event_time: datetime,
    batch: int,
) -> None:
    """Take what a retraction hides from the newest rows of ``keys`` and leave a tombstone."""
    arrays, parameters = array_parameters(keys)
    hide = query("values/hide_online").format(
        table=online_table(group),
        arrays=arrays,
        keys=identifiers(keys),
        known_keys=identifiers(keys, "known"),
        given_keys=identifiers(keys, "given"),
    )
    execute_with_arrays(connection, hide, {**parameters, "from_event_time": from_event_time})
    count = len(next(iter(keys.values())))
    moments = pa.array([from_event_time] * count, pa.timestamp("us", tz="UTC"))
    rows = {**keys, EVENT_TIME: moments}
    _upsert(connection, group, rows, keys=list(keys), batch=batch, layout=TOMBSTONES)


def _upsert(
    connection: AnyConnection,
    group: str,
    rows: dict[str, pa.Array],
    *,
    keys: list[str],
    batch: int,
    layout: int,
) -> None:
    arrays, parameters = array_parameters(rows)
    features = [name for name in rows if name not in keys and name != EVENT_TIME]
    statement = query("values/upsert_online").format(
        table=online_table(group),
        keys=identifiers(keys),
        more_columns=sql.Composed([sql.SQL(", ") + sql.Identifier(name) for name in features]),
        arrays=arrays,
        changes=sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
            for name in (EVENT_TIME, "batch", *features)
        ),
    )
    execute_with_arrays(connection, statement, {**parameters, "layout": layout, "batch": batch})
