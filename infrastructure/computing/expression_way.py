"""SQL rules at work: rows sent to the database, the expression evaluated, its values read back.

They run in transactions that only read, with nothing in reach but what PostgreSQL itself defines.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.pq import ExecStatus

from featuretrail.domain.asof import Ints
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.dtypes import ARROW_TYPES, SQL_TYPES
from featuretrail.domain.errors import InvalidDefinitionError, RuleError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import rule_of
from featuretrail.infrastructure.computing.expressions import functions_of
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.arrays import decode, raw_array_cursor, to_arrow
from featuretrail.infrastructure.retrieval.naming import output_names
from featuretrail.infrastructure.values.arrays import ArrayParameter
from featuretrail.infrastructure.values.packing import binary_array

AnyConnection = psycopg.Connection[Any]

ROWS = 250_000
"""Rows that are sent at once; an entity is never cut."""

_BY_TIME = frozenset({"concat", "concat_ws", "date_part", "date_trunc", "extract", "format",
                      "timezone", "to_char", "to_date", "to_number", "to_timestamp"})  # fmt: skip
"""Functions that depend on the session's time zone or locale, which are always the same here."""

_ARRAYS = {
    "float64": sql.SQL("double precision[]"),
    "int64": sql.SQL("bigint[]"),
    "bool": sql.SQL("boolean[]"),
    "text": sql.SQL('text[] COLLATE "C"'),
    "timestamptz": sql.SQL("timestamptz[]"),
}

_FITTING = {
    "float64": ("float8", "float4", "numeric", "int8", "int4", "int2"),
    "int64": ("int8", "int4", "int2"),
    "bool": ("bool",),
    "text": ("text", "varchar", "bpchar"),
    "timestamptz": ("timestamptz",),
}


def evaluate(
    database: Database,
    feature: ResolvedFeature,
    keys: pa.Table,
    starts: Ints,
    parents: Mapping[str, pa.Array],
) -> pa.Array:
    """Return what the expression of ``feature`` is worth at each row.

    ``keys`` holds keys and event time, ordered; ``parents`` the columns by the names that the
    expression uses. Raises ``RuleError`` for an expression that fails, as for a division by zero.
    """
    given = pa.table(
        [*keys.columns, *parents.values()], names=[*keys.column_names, *parents]
    ).combine_chunks()
    parts = [
        _evaluated(database, feature, list(keys.column_names), given.slice(start, end - start))
        for start, end in _slices(starts)
    ]
    return pa.concat_arrays(parts) if parts else pa.nulls(0, ARROW_TYPES[feature.dtype])


def parent_columns(group: FeatureGroup, parents: Sequence[ResolvedFeature]) -> list[str]:
    """Return the column name of each parent in an expression of ``group``."""
    return output_names(parents, [*group.keys, "event_time"])


def _slices(starts: Ints) -> Iterator[tuple[int, int]]:
    """Yield ranges of whole entities, of about ``ROWS`` rows each."""
    begin = 0
    for start, end in zip(starts.tolist(), starts.tolist()[1:], strict=False):
        if end - begin > ROWS and start > begin:
            yield begin, start
            begin = start
    if starts.size and starts[-1] > begin:
        yield begin, int(starts[-1])


def _evaluated(
    database: Database, feature: ResolvedFeature, keys: Sequence[str], given: pa.Table
) -> pa.Array:
    rule = rule_of(feature)
    types = {
        name: "text" if pa.types.is_string(field.type) else _dtype(field.type)
        for name, field in zip(given.column_names, given.schema, strict=True)
    }
    statement = query("computing/evaluate").format(
        expression=_expression(rule.source),
        dtype=sql.SQL(SQL_TYPES[feature.dtype].partition(" COLLATE")[0]),
        **_relation(types, [key for key in keys if key != "event_time"]),
    )
    parameters = [_parameter(column) for column in given.columns]
    try:
        with database.transaction() as connection:
            connection.execute(query("computing/restrict"))
            cursor = raw_array_cursor(connection)
            row = cursor.execute(statement.as_bytes(), parameters).fetchone()
    except psycopg.DataError as error:
        raise RuleError(
            str(feature.reference),
            f"failed on {given.num_rows} rows: {error.diag.message_primary}; nothing was stored",
        ) from error
    ordinals, outcomes = (None, None) if row is None else row
    places, _ = decode(ordinals, "int64")
    values, null = decode(outcomes, feature.dtype)
    ordered = to_arrow(values, null, feature.dtype).take(pa.array(np.argsort(places)))
    return _without_nan(ordered)


def _without_nan(values: pa.Array) -> pa.Array:
    if not pa.types.is_floating(values.type):
        return values
    numbers = values.to_numpy(zero_copy_only=False)
    return pa.array(numbers, values.type, mask=np.isnan(numbers))


def _dtype(arrow: pa.DataType) -> str:
    return next(dtype for dtype, known in ARROW_TYPES.items() if known == arrow)


def _parameter(column: pa.ChunkedArray) -> ArrayParameter:
    array = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    text = pa.types.is_string(array.type)
    return ArrayParameter(binary_array(array.cast(pa.large_string()) if text else array))


def _relation(types: Mapping[str, str], keys: Sequence[str]) -> dict[str, sql.Composable]:
    """Return the parts of a statement that name the rows: arrays, columns, what an entity is."""
    arrays = [
        sql.SQL(f"${number}::") + _ARRAYS[dtype] for number, dtype in enumerate(types.values(), 1)
    ]
    return {
        "arrays": sql.SQL(", ").join(arrays),
        "names": sql.SQL(", ").join(map(sql.Identifier, types)),
        "keys": sql.SQL(", ").join(sql.Identifier("given", key) for key in keys),
    }


def _expression(source: str) -> sql.SQL:
    # checked to be one expression, when it was made and (its functions) when it was registered
    return sql.SQL(source)


def check_registered(
    connection: AnyConnection, feature: ResolvedFeature, parents: Sequence[ResolvedFeature]
) -> None:
    """Ask the database whether it understands the expression of ``feature``; nothing is run.

    Raises ``InvalidDefinitionError``.
    """
    source = rule_of(feature).source
    what = f"the rule of {str(feature.reference)!r}, {source!r},"
    _check_functions(connection, what, source)
    names = parent_columns(feature.group, parents)
    types = {
        **feature.group.keys,
        "event_time": "timestamptz",
        **{name: parent.dtype for name, parent in zip(names, parents, strict=True)},
    }
    statement = query("computing/describe").format(
        expression=_expression(source), **_relation(types, list(feature.group.keys))
    )
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(query("computing/restrict"))
            described = _described(connection, statement.as_bytes())
    except (psycopg.ProgrammingError, psycopg.NotSupportedError, psycopg.DataError) as error:
        raise InvalidDefinitionError(
            f"{what} is not understood: {error.diag.message_primary}; its columns are "
            f"{', '.join(types)}"
        ) from error
    if described not in _FITTING[feature.dtype]:
        raise InvalidDefinitionError(
            f"{what} is of type {described}, and the feature of type {feature.dtype}; cast it, as "
            f"in (...)::{SQL_TYPES[feature.dtype].partition(' COLLATE')[0]}"
        )


def _described(connection: AnyConnection, statement: bytes) -> str:
    """Return the type of the only column of ``statement``, which is prepared and forgotten."""
    prepared = connection.pgconn.prepare(b"", statement)
    if prepared.status != ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(prepared)
    oid = connection.pgconn.describe_prepared(b"").ftype(0)
    known = connection.adapters.types.get(oid)
    if known is None:
        return f"oid {oid}"
    return known.name if known.oid == oid else f"{known.name}[]"


def _check_functions(connection: AnyConnection, what: str, source: str) -> None:
    named = functions_of(source)
    rows = connection.execute(query("computing/functions"), {"names": named}).fetchall()
    known = {name: (immutable, several) for name, immutable, several in rows}
    for name in named:
        if name not in known:
            raise InvalidDefinitionError(f"{what} calls {name!r}, no function of PostgreSQL's own")
        immutable, several = known[name]
        if several or not (immutable or name in _BY_TIME):
            raise InvalidDefinitionError(
                f"{what} calls {name!r}, whose result depends on more than its arguments"
                if not several
                else f"{what} calls {name!r}, which gives several rows"
            )
