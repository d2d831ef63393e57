"""What the database makes of an expression when its rule is registered; nothing is run."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus

from featuretrail.domain.dtypes import SQL_TYPES
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import rule_of
from featuretrail.infrastructure.computing.expression_way import (
    ARRAYS,
    expression_sql,
    parent_columns,
)
from featuretrail.infrastructure.computing.expressions import (
    check_expression,
    functions_of,
    names_in,
)
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]

_BY_TIME = frozenset({"concat", "concat_ws", "date_part", "date_trunc", "extract", "format",
                      "timezone", "to_char", "to_date", "to_number", "to_timestamp"})  # fmt: skip
"""Functions that depend on the session's time zone or locale, which are always the same here."""

_FITTING = {
    "float64": ("float8", "float4", "numeric", "int8", "int4", "int2"),
    "int64": ("int8", "int4", "int2"),
    "bool": ("bool",),
    "text": ("text", "varchar", "bpchar"),
    "timestamptz": ("timestamptz",),
}


def check_registered(
    connection: AnyConnection, feature: ResolvedFeature, parents: Sequence[ResolvedFeature]
) -> None:
    """Ask the database whether it understands the expression of ``feature``; nothing is run.

    It is checked to be one expression first: it may come from a file. Raises
    ``InvalidDefinitionError``.
    """
    source = check_expression(rule_of(feature).source)
    what = f"the rule of {str(feature.reference)!r}, {source!r},"
    _check_functions(connection, what, source)
    names = parent_columns(feature.group, parents)
    types = {
        **feature.group.keys,
        "event_time": "timestamptz",
        **{name: parent.dtype for name, parent in zip(names, parents, strict=True)},
    }
    if "given" in names_in(source) - types.keys():
        raise InvalidDefinitionError(
            f"{what} is not understood: 'given' is no column; its columns are {', '.join(types)}"
        )
    statement = query("computing/describe").format(
        expression=expression_sql(source), **_relation(types, list(feature.group.keys))
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


def _relation(types: Mapping[str, str], keys: Sequence[str]) -> dict[str, sql.Composable]:
    """Return the parts of a statement that name the rows: arrays, columns, what an entity is."""
    arrays = [
        sql.SQL(f"${number}::") + ARRAYS[dtype] for number, dtype in enumerate(types.values(), 1)
    ]
    return {
        "arrays": sql.SQL(", ").join(arrays),
        "names": sql.SQL(", ").join(map(sql.Identifier, types)),
        "keys": sql.SQL(", ").join(sql.Identifier("given", key) for key in keys),
    }


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
