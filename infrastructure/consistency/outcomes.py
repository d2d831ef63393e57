"""Recorded outcomes in columns: many rows, read for their labels alone."""

from contextlib import closing
from datetime import datetime

import numpy as np
import pyarrow as pa
from psycopg import sql

from featuretrail.domain.dtypes import SQL_TYPES
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource

POSITION, SEEN = "position", "seen"
_ORDINAL = "ordinal"


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
        with closing(AdbcSource(self._database)) as source:
            found = source.table(_select(label, rows))
        ranks = [found.column(name).to_numpy() for name in (_ORDINAL, POSITION)]
        return found.drop_columns([_ORDINAL]).take(pa.array(np.lexsort(ranks)))


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
