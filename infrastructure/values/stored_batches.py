"""The stored rows of a group, batch by batch in canonical order."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import numpy as np
import pyarrow as pa
from attrs import frozen
from psycopg import sql

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.copy_out import decode
from featuretrail.infrastructure.values.arrays import AnyConnection, identifiers
from featuretrail.infrastructure.values.columns import fixed_columns
from featuretrail.infrastructure.values.tables import values_table

_ROWS = 65_536


@frozen
class StoredRows:
    """All rows of one batch; ``fixed`` are the columns every row of the group has."""

    batch: int
    fixed: tuple[str, ...]
    table: pa.Table


def stored_batches(
    database: Database, registry: Registry, group: FeatureGroup
) -> Iterator[StoredRows]:
    """Yield the batches of ``group`` by number; memory is bounded by the largest."""
    with database.transaction() as connection:
        connection.execute(query("values/no_statement_timeout"))
        yield from batches_of(connection, registry, group)


def batches_of(
    connection: AnyConnection,
    registry: Registry,
    group: FeatureGroup,
    numbers: Sequence[int] | None = None,
) -> Iterator[StoredRows]:
    """Yield the batches of ``group`` (those of ``numbers``) as ``connection`` sees them."""
    fixed = fixed_columns(group)
    types = {"batch": "int64", **fixed, **_feature_columns(registry, group)}
    waiting: list[pa.Table] = []
    current: int | None = None
    for block in _blocks(connection, group, types, numbers):
        numbers = block["batch"].to_numpy()
        bounds = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
        for start, stop in pairwise(bounds):
            number = int(numbers[start])
            if current is not None and number != current:
                yield StoredRows(current, tuple(fixed), pa.concat_tables(waiting))
                waiting = []
            current = number
            waiting.append(block.slice(start, stop - start).drop_columns(["batch"]))
    if current is not None:
        yield StoredRows(current, tuple(fixed), pa.concat_tables(waiting))


def _feature_columns(registry: Registry, group: FeatureGroup) -> dict[str, str]:
    return {
        version.column: version.definition.dtype
        for feature in registry.features.values()
        if feature.group == group.name
        for version in feature.versions
    }


def _blocks(
    connection: AnyConnection,
    group: FeatureGroup,
    types: dict[str, str],
    numbers: Sequence[int] | None,
) -> Iterator[pa.Table]:
    parts: dict[str, sql.Composable] = {
        "table": values_table(group.name),
        "columns": identifiers([name for name in types if name != "batch"]),
        "keys": identifiers(group.keys),
    }
    name = "values/certified_rows"
    if numbers is not None:
        name, parts["batches"] = "values/certified_rows_of", sql.Literal(list(numbers))
    with connection.cursor() as cursor, cursor.copy(query(name).format(**parts)) as stream:
        messages = map(bytes, stream)
        while part := list(islice(messages, _ROWS)):
            block = decode(part, types)
            if block.num_rows:
                yield block
