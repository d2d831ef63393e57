"""SQL rules at work: rows sent to the database, the expression evaluated, its values read back.

They run in transactions that only read, with nothing in reach but what PostgreSQL itself defines.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, LiteralString

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from featuretrail.domain.asof import Ints
from featuretrail.domain.columns import one_array
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.dtypes import ARROW_TYPES, SQL_TYPES
from featuretrail.domain.errors import RuleError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import rule_of
from featuretrail.infrastructure.computing.expressions import check_single, names_in
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.arrays import decode, raw_array_cursor, to_arrow
from featuretrail.infrastructure.retrieval.naming import output_names
from featuretrail.infrastructure.values.arrays import ArrayParameter
from featuretrail.infrastructure.values.packing import binary_array

ROWS = 50_000
"""Rows that are sent at once; an entity is never cut."""

AT_ONCE = 2
"""How many parts of ``ROWS`` rows are evaluated at a time, each on a connection of its own."""

ARRAYS: Final = {
    "float64": sql.SQL("double precision[]"),
    "int64": sql.SQL("bigint[]"),
    "bool": sql.SQL("boolean[]"),
    "text": sql.SQL('text[] COLLATE "C"'),
    "timestamptz": sql.SQL("timestamptz[]"),
}
"""The array type of each dtype."""

_NOTHING = {"float64": "NaN", "int64": 0, "bool": False, "text": "", "timestamptz": "epoch"}
"""What stands for NULL in an answer."""

_ENTITY = "entity#"
"""The column that numbers the entities, in their order: no key and no feature has such a name."""

_WINDOWED: Final = (
    "ORDER BY computed.{entity}, computed.event_time",
    "given.{entity}, given.event_time,",
    "WINDOW entity AS (PARTITION BY given.{entity} ORDER BY given.event_time)",
)
"""How the rows of an expression over windows keep their order, their places in it, the window."""


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
    entities = np.repeat(np.arange(max(0, len(starts) - 1)), np.diff(starts))
    given = pa.table(
        [pa.array(entities), *keys.columns, *parents.values()],
        names=[_ENTITY, *keys.column_names, *parents],
    )
    sent = _sent(rule_of(feature).source, given.column_names)
    rows = given.select(sent).combine_chunks()
    slices = [rows.slice(start, end - start) for start, end in _slices(starts)]
    evaluated = partial(_evaluated, database, feature)
    if len(slices) < AT_ONCE:
        parts = [evaluated(each) for each in slices]
    else:
        with ThreadPoolExecutor(AT_ONCE, "featuretrail expression") as threads:
            parts = list(threads.map(evaluated, slices))
    return pa.concat_arrays(parts) if parts else pa.nulls(0, ARROW_TYPES[feature.dtype])


def _sent(expression: str, columns: Sequence[str]) -> list[str]:
    """Return which of ``columns`` an expression needs: to be sent takes most of its time."""
    named = names_in(expression)
    order = {_ENTITY, "event_time"} if "over" in named else set()
    return [name for name in columns if name in named | order] or [_ENTITY]


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


def _evaluated(database: Database, feature: ResolvedFeature, given: pa.Table) -> pa.Array:
    statement = _statement(feature, given)
    parameters = [_parameter(column) for column in given.columns]
    try:
        with database.transaction() as connection:
            connection.execute(query("computing/restrict"))
            cursor = raw_array_cursor(connection)
            row = cursor.execute(statement.as_bytes(), parameters).fetchone()
    except psycopg.Error as error:
        if not _is_of_the_rule(error):
            raise
        raise RuleError(
            str(feature.reference),
            f"failed on {given.num_rows} rows: {error.diag.message_primary}; nothing was stored",
        ) from error
    outcomes, missing = (None, None) if row is None else row
    values, _ = decode(outcomes, feature.dtype)
    null = None if missing is None else decode(missing, "bool")[0]
    return _without_nan(to_arrow(values, null, feature.dtype))


def _is_of_the_rule(error: psycopg.Error) -> bool:
    """Tell whether an error comes from the values or the size of what an expression makes."""
    limits = "54"  # class 54 of SQLSTATE, which psycopg does not put under one error
    return isinstance(error, psycopg.DataError) or (error.sqlstate or "").startswith(limits)


def _statement(feature: ResolvedFeature, given: pa.Table) -> sql.Composed:
    """Return the statement that evaluates the expression over ``given``, sent column by column."""
    windowed = {_ENTITY, "event_time"} <= set(given.column_names)
    order, place, window = (_in_order(part) if windowed else sql.SQL("") for part in _WINDOWED)
    flags = sql.SQL("array_agg(computed.value IS NULL {})").format(order)
    return query("computing/evaluate").format(
        expression=expression_sql(rule_of(feature).source),
        dtype=sql.SQL(SQL_TYPES[feature.dtype].partition(" COLLATE")[0]),
        nothing=sql.Literal(_NOTHING[feature.dtype]),
        missing=sql.SQL("NULL") if feature.dtype == "float64" else flags,  # NaN is NULL anyway
        columns=_unnested(given),
        order=order,
        place=place,
        window=window,
    )


def _in_order(part: LiteralString) -> sql.Composed:
    return sql.SQL(part).format(entity=sql.Identifier(_ENTITY))


def _unnested(given: pa.Table) -> sql.Composed:
    """Return the columns of ``given`` as rows of their arrays (faster than a function scan)."""
    types = [
        "text" if pa.types.is_string(field.type) else _dtype(field.type) for field in given.schema
    ]
    return sql.SQL(", ").join(
        sql.SQL("unnest({0}::{1}) AS {2}").format(
            sql.SQL(f"${number}"), ARRAYS[dtype], sql.Identifier(name)
        )
        for number, (name, dtype) in enumerate(zip(given.column_names, types, strict=True), 1)
    )


def _without_nan(values: pa.Array) -> pa.Array:
    if not pa.types.is_floating(values.type):
        return values
    numbers = values.to_numpy(zero_copy_only=False)
    return pa.array(numbers, values.type, mask=np.isnan(numbers))


def _dtype(arrow: pa.DataType) -> str:
    return next(dtype for dtype, known in ARROW_TYPES.items() if known == arrow)


def _parameter(column: pa.ChunkedArray) -> ArrayParameter:
    array = one_array(column)
    text = pa.types.is_string(array.type)
    return ArrayParameter(binary_array(array.cast(pa.large_string()) if text else array))


def expression_sql(source: str) -> sql.SQL:
    """Return the expression of a registered rule as a part of a statement."""
    check_single(source)  # its functions were checked when it was registered
    return sql.SQL(source)
