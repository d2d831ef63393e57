"""The statement that reads one group's newest rows, made once for each selection of features."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import psycopg
import pyarrow as pa
from attrs import field, frozen
from psycopg import sql

from featuretrail.domain.asof import Ints
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.arrays import array_cursor, key_array
from featuretrail.infrastructure.values.arrays import identifiers
from featuretrail.infrastructure.values.tables import online_table

POSTGRES_EPOCH = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL counts from."""

_ARRAYS = {"text": sql.SQL("{}::text[]"), "int64": sql.SQL("{}::bigint[]")}


@frozen(eq=False)
class OnlineRows:
    """The newest rows of some entities, one for each entity and layout that has any.

    ``ordinals`` count the entities from 0; ``event_times`` are microseconds since 1970.
    """

    ordinals: Ints = field(repr=False)
    layouts: Ints = field(repr=False)
    event_times: Ints = field(repr=False)
    batches: Ints = field(repr=False)
    columns: Mapping[str, Sequence[Any]] = field(repr=False)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]], names: Iterable[str]) -> Self:
        """Turn fetched rows into columns."""
        if not rows:
            none = np.empty(0, np.int64)
            return cls(none, none, none, none, dict.fromkeys(names, ()))
        ordinals, layouts, moments, batches, *columns = zip(*rows, strict=True)
        return cls(
            np.array(ordinals, np.int64) - 1,
            np.array(layouts, np.int64),
            microseconds(b"".join(moments)),
            np.array(batches, np.int64),
            dict(zip(names, columns, strict=True)),
        )


@frozen(eq=False)
class OnlinePlan:
    """How one group's newest rows are read: its ``columns`` by name and type, the statement."""

    group: FeatureGroup
    columns: dict[str, str]
    statement: sql.Composed = field(repr=False)

    @classmethod
    def of(cls, features: Sequence[ResolvedFeature]) -> Self:
        """Return the plan for ``features``, all of one group."""
        group = features[0].group
        columns = {feature.column: feature.dtype for feature in features}
        keys = list(group.keys)
        statement = query("retrieval/online_rows").format(
            columns=sql.SQL(", ").join(sql.Identifier("known", column) for column in columns),
            arrays=sql.SQL(", ").join(
                _ARRAYS[dtype].format(sql.Placeholder(f"key{index}"))
                for index, dtype in enumerate(group.keys.values())
            ),
            names=identifiers(keys),
            online=online_table(group.name),
            same_keys=sql.SQL(" AND ").join(
                sql.SQL("{} = {}").format(
                    sql.Identifier("known", key), sql.Identifier("given", key)
                )
                for key in keys
            ),
        )
        return cls(group, columns, statement)

    def execute(
        self, connection: psycopg.Connection[Any], keys: Sequence[pa.Array]
    ) -> psycopg.Cursor[Any]:
        """Send the statement for the entities of ``keys``; the cursor has the rows."""
        parameters = {f"key{index}": key_array(array) for index, array in enumerate(keys)}
        return array_cursor(connection).execute(self.statement, parameters, prepare=True)


def microseconds(sent: bytes) -> Ints:
    """Return times that PostgreSQL sent in binary as microseconds since 1970."""
    return np.frombuffer(sent, ">i8").astype(np.int64) + POSTGRES_EPOCH
