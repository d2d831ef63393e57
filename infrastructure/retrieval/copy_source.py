"""Columns straight from PostgreSQL by binary COPY, over an ordinary connection."""

from collections.abc import Iterator, Mapping
from itertools import islice

import pyarrow as pa
from attrs import frozen
from psycopg import sql

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval import pull_statements
from featuretrail.infrastructure.retrieval.copy_out import decode
from featuretrail.infrastructure.retrieval.source import Wanted

_ROWS = 65_536


@frozen
class CopySource:
    """A ``ColumnSource`` for every server that speaks PostgreSQL's protocol."""

    database: Database

    def blocks(self, wanted: Wanted) -> Iterator[pa.Table]:
        """Yield the wanted rows as they arrive."""
        yield from self._copy(
            pull_statements.select_values(wanted), pull_statements.values_types(wanted)
        )

    def retractions(self, wanted: Wanted) -> pa.Table:
        """Return the group's retractions."""
        types = pull_statements.retractions_types(wanted)
        parts = list(self._copy(pull_statements.select_retractions(wanted), types))
        names = [*wanted.keys, "event_time", "batch"]
        return pa.concat_tables(parts).rename_columns(names)

    def _copy(self, statement: sql.Composed, types: Mapping[str, str]) -> Iterator[pa.Table]:
        copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(statement)
        with self.database.transaction() as connection, connection.cursor() as cursor:
            cursor.execute(query("retrieval/no_statement_timeout"))
            with cursor.copy(copy) as stream:
                messages = iter(stream)
                while part := list(islice(messages, _ROWS)):
                    yield decode(part, types)
