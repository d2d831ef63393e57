"""Recorded outcomes in columns: many rows, read for their labels alone."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import pyarrow as pa
from psycopg import sql

from featuretrail.domain.dtypes import SQL_TYPES
from featuretrail.domain.outcomes.rows import EVENT_TIME, JUDGED_TIME, VALUE
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.copy_out import decode

POSITION, SEEN = "position", "seen"

_ROWS = 65_536


class OutcomeColumns:
    """Reads outcomes of a version of a label, oldest first, without what else was seen.

    Columns: ``position``, each key as ``key NAME``, ``event_time``, ``judged_time``, ``value``, and
    ``seen``, which tells whether the tracker saw features.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @needs("auditor")
    def of_snapshot(self, label: ResolvedFeature, snapshot_id: str) -> pa.Table:
        """Return those that judge rows of a snapshot."""
        return self._read(label, sql.SQL("o.snapshot_id = {}").format(snapshot_id))

    @needs("auditor")
    def between(self, label: ResolvedFeature, first: datetime, last: datetime) -> pa.Table:
        """Return those with event times from ``first`` to ``last``, both included."""
        span = sql.SQL("o.event_time BETWEEN {} AND {}").format(first, last)
        return self._read(label, span)

    def _read(self, label: ResolvedFeature, rows: sql.Composable) -> pa.Table:
        types = {
            POSITION: "int64",
            **{f"key {name}": dtype for name, dtype in label.group.keys.items()},
            EVENT_TIME: "timestamptz",
            JUDGED_TIME: "timestamptz",
            VALUE: label.dtype,
            SEEN: "bool",
        }
        statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(_select(label, rows))
        return pa.concat_tables(self._blocks(statement, types)).combine_chunks()

    def _blocks(self, statement: sql.Composed, types: dict[str, str]) -> Iterator[pa.Table]:
        with (
            self._database.connection() as connection,
            connection.cursor() as cursor,
            cursor.copy(statement) as stream,
        ):
            messages = map(bytes, stream)
            while part := list(islice(messages, _ROWS)):
                yield decode(part, types)


def _select(label: ResolvedFeature, rows: sql.Composable) -> sql.Composed:
    keys = [
        sql.SQL("(o.keys ->> {})::{} AS {}").format(
            name, sql.SQL(SQL_TYPES[dtype]), sql.Identifier(f"key {name}")
        )
        for name, dtype in label.group.keys.items()
    ]
    return query("consistency/outcomes").format(
        keys=sql.SQL(", ").join(keys),
        value=sql.SQL("(o.value #>> '{{}}')::{}").format(sql.SQL(SQL_TYPES[label.dtype])),
        label=label.reference.path,
        version=str(label.reference.version),
        rows=rows,
    )
