"""Groups and histories put straight into the tables, with times of recording a test chooses.

The online tables stay empty: tests of online reads go through the store.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from attrs import frozen
from psycopg import sql

from featuretrail.domain.aggregates.feature import FeatureVersion
from featuretrail.domain.definitions import Feature, FeatureGroup, definition_digest
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.values.tables import (
    add_columns,
    create_group,
    retracted_table,
    values_table,
)

Row = Mapping[str, Any]
BASE = datetime(2024, 3, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """The moment so many seconds after the base of all test times."""
    return BASE + timedelta(seconds=seconds)


def resolved(group: FeatureGroup, *names: str) -> list[ResolvedFeature]:
    """The group's features (all, or those named), each in the column of its name."""
    chosen = [f for f in group.features if not names or f.name in names]
    return [ResolvedFeature(group, version(feature, feature.name)) for feature in chosen]


def version(feature: Feature, column: str) -> FeatureVersion:
    """A version of a feature whose values are in ``column``."""
    return FeatureVersion(feature, column, definition_digest(feature.to_dict()))


@frozen
class Batch:
    """The rows of one ingestion, or (``retracts``) the entities of one retraction.

    A row has the keys, ``event_time`` and the batch's ``columns`` (and the known time); an entity
    has the keys and ``event_time``, from which on its values are hidden.
    """

    recorded_at: datetime
    rows: Sequence[Row]
    columns: tuple[str, ...] = ()
    retracts: bool = False


def make(url: str, *groups: FeatureGroup) -> None:
    """Create the tables of ``groups``."""
    with psycopg.connect(url) as connection:
        for group in groups:
            create_group(connection, group)
            add_columns(connection, group.name, {f.name: f.dtype for f in group.features})


def empty(url: str, *groups: FeatureGroup) -> None:
    """Forget every batch of ``groups``."""
    with psycopg.connect(url) as connection:
        for group in groups:
            for table in (values_table, retracted_table):
                connection.execute(sql.SQL("TRUNCATE {}").format(table(group.name)))
            connection.execute(
                "DELETE FROM featuretrail.batches WHERE group_name = %s", (group.name,)
            )


def load(
    url: str, history: Iterable[tuple[FeatureGroup, Batch]], *, compressed_after: int | None = None
) -> None:
    """Store a history: batches in the order of the log, positions 1, 2, 3 and so on.

    The chunks of all groups are compressed when the batch of position ``compressed_after`` is in.
    """
    numbers: dict[str, int] = {}
    layouts: dict[tuple[str, tuple[str, ...]], int] = {}
    with psycopg.connect(url) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        for position, (group, batch) in enumerate(history, start=1):
            number = numbers[group.name] = numbers.get(group.name, 0) + 1
            layout = 0
            if not batch.retracts:
                layout = layouts.setdefault((group.name, tuple(sorted(batch.columns))), number)
            _record(connection, group, batch, position, number, layout)
            _store(connection, group, batch, number)
            if position == compressed_after:
                connection.execute(COMPRESS)


COMPRESS = """
SELECT compress_chunk(format('%I.%I', c.chunk_schema, c.chunk_name)::regclass)
FROM timescaledb_information.chunks AS c
WHERE c.hypertable_schema = 'featuretrail_values'
"""


def _record(
    connection: psycopg.Connection,
    group: FeatureGroup,
    batch: Batch,
    position: int,
    number: int,
    layout: int,
) -> None:
    times = [row["event_time"] for row in batch.rows]
    kind = "retraction" if batch.retracts else "values"
    connection.execute(
        "INSERT INTO featuretrail.batches VALUES"
        " (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', %s)",
        (group.name, number, kind, position, batch.recorded_at, layout, sorted(batch.columns),
         len(batch.rows), min(times, default=None),
         None if batch.retracts else max(times, default=None), uuid4()),
    )  # fmt: skip


def _store(connection: psycopg.Connection, group: FeatureGroup, batch: Batch, number: int) -> None:
    known = () if group.known_time is None or batch.retracts else (group.known_time,)
    for row in batch.rows:
        stored = {name: row[name] for name in (*group.keys, "event_time", *known, *batch.columns)}
        if batch.retracts:
            since = {("from_event_time" if n == "event_time" else n): v for n, v in stored.items()}
            _insert(connection, retracted_table(group.name), {**since, "batch": number})
        else:
            _insert(connection, values_table(group.name), {**stored, "batch": number})


def _insert(connection: psycopg.Connection, table: sql.Identifier, row: Row) -> None:
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            table,
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(sql.Placeholder() for _ in row),
        ),
        list(row.values()),
    )
