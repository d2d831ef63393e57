"""The statements by which the pull way reads a group: text alone, since COPY binds no parameter."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pyarrow as pa
from psycopg import sql

from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.source import Wanted
from featuretrail.infrastructure.values.tables import retracted_table, values_table

_ARRAYS = {"text": sql.SQL("text[]"), "int64": sql.SQL("bigint[]")}


def values_types(wanted: Wanted) -> dict[str, str]:
    """Return the columns that ``select_values`` yields, with their dtypes, in order."""
    times = {"event_time": "timestamptz", "batch": "int64"}
    known = {} if wanted.known_time is None else {wanted.known_time: "timestamptz"}
    return {**wanted.keys, **times, **known, **wanted.columns}


def retractions_types(wanted: Wanted) -> dict[str, str]:
    """Return the columns that ``select_retractions`` yields, with their dtypes, in order."""
    return {**wanted.keys, "from_event_time": "timestamptz", "batch": "int64"}


def select_values(wanted: Wanted) -> sql.Composed:
    """Return the statement that reads the wanted rows of values."""
    conditions = [
        sql.SQL("v.batch <= {}").format(sql.Literal(wanted.last_batch)),
        sql.SQL("v.event_time <= {}").format(_moment(wanted.until)),
        sql.SQL("v.event_time >= {}").format(_moment(wanted.since)),
        *_batches(wanted),
        *_entities(wanted),
    ]
    parts = {
        "columns": _listed(values_types(wanted)),
        "table": values_table(wanted.group),
        "conditions": sql.SQL(" AND ").join(conditions),
    }
    if wanted.newest is None:
        return query("retrieval/pull").format(**parts)
    return query("retrieval/pull_newest").format(
        **parts, keys=_in_order(wanted.keys), rows=sql.Literal(wanted.newest)
    )


def select_retractions(wanted: Wanted) -> sql.Composed:
    """Return the statement that reads the wanted retractions."""
    conditions = [
        sql.SQL("v.batch <= {}").format(sql.Literal(wanted.last_batch)),
        *_entities(wanted),
    ]
    return query("retrieval/pull").format(
        columns=_listed(retractions_types(wanted)),
        table=retracted_table(wanted.group),
        conditions=sql.SQL(" AND ").join(conditions),
    )


def retractions_as_columns(wanted: Wanted, parts: Iterable[pa.Table]) -> pa.Table:
    """Return what ``select_retractions`` read as a source names its columns."""
    names = [*wanted.keys, "event_time", "batch"]
    return pa.concat_tables(parts).rename_columns(names)


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("v", column) for column in columns)


def _in_order(keys: Mapping[str, str]) -> sql.Composed:
    """Return the keys to sort by, text by its bytes whatever the database's collation is."""
    forms = {"text": sql.SQL('{} COLLATE "C"'), "int64": sql.SQL("{}")}
    return sql.SQL(", ").join(
        forms[dtype].format(sql.Identifier("v", key)) for key, dtype in keys.items()
    )


def _batches(wanted: Wanted) -> Iterator[sql.Composed]:
    if wanted.batches is None:
        return
    ranges = ",".join(f"[{first},{last}]" for first, last in wanted.batches)
    yield sql.SQL("v.batch <@ {}::int8multirange").format(sql.Literal("{" + ranges + "}"))


def _entities(wanted: Wanted) -> Iterator[sql.Composed]:
    if wanted.entities is None:
        return
    for (key, dtype), values in zip(wanted.keys.items(), wanted.entities, strict=True):
        yield sql.SQL("v.{} = ANY ({}::{})").format(
            sql.Identifier(key), sql.Literal(values.to_pylist()), _ARRAYS[dtype]
        )


def _moment(microseconds: int) -> sql.Composed:
    moment = np.datetime_as_string(np.datetime64(microseconds, "us"), unit="us")
    return sql.SQL("{}::timestamptz").format(sql.Literal(f"{moment}+00"))
