"""The way for few spine rows: send them, and let the index find each one's row (LATERAL)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from featuretrail.domain.asof import Ints
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.answer import Answer
from featuretrail.infrastructure.retrieval.arrays import array_cursor, integers, key_array, moments
from featuretrail.infrastructure.retrieval.task import GroupTask
from featuretrail.infrastructure.values.arrays import ArrayParameter
from featuretrail.infrastructure.values.tables import retracted_table, values_table

AnyConnection = psycopg.Connection[Any]

_TYPES = {"text": sql.SQL("text[]"), "int64": sql.SQL("bigint[]")}


def look_up(task: GroupTask, connection: AnyConnection) -> dict[str, Answer]:
    """Answer ``task`` in the database; the answer of each column by its name."""
    with connection.transaction(), array_cursor(connection) as cursor:
        cursor.execute(query("retrieval/no_jit"))
        answers: dict[str, Answer] = {}
        for writers, names in task.columns.items():
            cursor.execute(statement(task, writers, names), parameters_of(task, writers))
            answer = _read(task, names, cursor.fetchall())
            answers.update(dict.fromkeys(names, answer))
    return answers


def statement(
    task: GroupTask, writers: frozenset[int] | None, names: Sequence[str]
) -> sql.Composed:
    """Return the statement that joins the spine to the rows that ``writers`` wrote."""
    keys = [sql.Identifier(f"key{n}") for n in range(len(task.group.keys))]
    retractions: sql.Composable = sql.SQL("")
    if task.cut.has_retractions:
        retractions = query("retrieval/look_up_retraction").format(
            table=retracted_table(task.group.name),
            conditions=_all([*_same_entity("t", task, keys), *_visible_retraction(task)]),
        )
    return query("retrieval/look_up").format(
        arrays=_list([*_key_arrays(task), *(array for _, array in _bounds(task))]),
        names=_list([*keys, *(sql.Identifier(name) for name, _ in _bounds(task))]),
        retracted=sql.SQL(
            "r.from_event_time, r.winner"
            if task.cut.has_retractions
            else "NULL::timestamptz, NULL::bigint"
        ),
        values=sql.SQL("").join(sql.SQL(", w.{}").format(sql.Identifier(n)) for n in names),
        columns=sql.SQL("").join(sql.SQL(", v.{}").format(sql.Identifier(n)) for n in names),
        retractions=retractions,
        table=values_table(task.group.name),
        conditions=_all([*_same_entity("v", task, keys), *_visible_row(task, writers)]),
    )


def _bounds(task: GroupTask) -> Iterator[tuple[str, sql.SQL]]:
    """Yield what else the spine's rows bring beside their keys: names and array parameters."""
    yield "until", sql.SQL("%(until)s::timestamptz[]")
    if task.ttl is not None and task.only_fresh:
        yield "fresh", sql.SQL("%(fresh)s::timestamptz[]")
    if task.row_cut:
        yield "at", sql.SQL("%(at)s::timestamptz[]")
        yield "known", sql.SQL("%(known)s::bigint[]")


def parameters_of(task: GroupTask, writers: frozenset[int] | None) -> dict[str, object]:
    """Return the parameters of ``statement``."""
    parameters: dict[str, object] = {
        "until": moments(task.until),
        "last_batch": task.cut.last_batch,
        "newest": _moment(task.newest),
        "oldest": _moment(task.oldest),
        "batches": _ranges(task, writers),
    }
    parameters |= {f"key{n}": key_array(column) for n, column in enumerate(task.keys)}
    if task.ttl is not None and task.only_fresh:
        parameters["fresh"] = moments(task.times - task.ttl)
    if task.row_cut:
        parameters["at"] = moments(task.times)
        parameters["known"] = integers(_known_batches(task))
    return parameters


def _moment(microseconds: int) -> ArrayParameter:
    return moments(np.array([microseconds], np.int64))


def _known_batches(task: GroupTask) -> Ints:
    """Return the last batch that was recorded at or before each spine time."""
    if task.cut.recorded_at is None:
        return np.zeros(task.times.size, np.int64)
    return np.searchsorted(task.cut.recorded_at[1:], task.times, side="right").astype(np.int64)


def _key_arrays(task: GroupTask) -> Iterator[sql.Composable]:
    for n, dtype in enumerate(task.group.keys.values()):
        yield sql.SQL("{}::{}").format(sql.Placeholder(f"key{n}"), _TYPES[dtype])


def _same_entity(
    alias: str, task: GroupTask, keys: Sequence[sql.Identifier]
) -> Iterator[sql.Composable]:
    for (name, dtype), key in zip(task.group.keys.items(), keys, strict=True):
        collation = sql.SQL(' COLLATE "C"' if dtype == "text" else "")
        yield sql.SQL("{} = s.{}{}").format(sql.Identifier(alias, name), key, collation)


def _visible_retraction(task: GroupTask) -> Iterator[sql.Composable]:
    yield sql.SQL("t.batch <= %(last_batch)s AND t.from_event_time <= s.until")
    if task.row_cut:
        yield sql.SQL("t.batch <= s.known")


def _visible_row(task: GroupTask, writers: frozenset[int] | None) -> Iterator[sql.Composable]:
    yield sql.SQL("v.batch <= %(last_batch)s AND v.event_time <= s.until")
    yield sql.SQL("v.event_time <= (%(newest)s::timestamptz[])[1]")
    yield sql.SQL("v.event_time >= (%(oldest)s::timestamptz[])[1]")
    if task.ttl is not None and task.only_fresh:
        yield sql.SQL("v.event_time >= s.fresh")
    if task.row_cut and task.group.known_time is not None:
        yield sql.SQL("v.{} <= s.at").format(sql.Identifier(task.group.known_time))
    elif task.row_cut:
        yield sql.SQL("v.batch <= s.known")
    if writers is not None:
        yield sql.SQL("v.batch <@ %(batches)s::int8multirange")
    if task.cut.has_retractions:
        yield sql.SQL("v.event_time >= coalesce(r.from_event_time, '-infinity')")
        yield sql.SQL("v.batch > coalesce(r.batch, 0)")


def _ranges(task: GroupTask, writers: frozenset[int] | None) -> str:
    ranges = [] if writers is None else task.cut.ranges(writers)
    return "{" + ",".join(f"[{first},{last}]" for first, last in ranges) + "}"


def _all(conditions: Sequence[sql.Composable]) -> sql.Composed:
    return sql.SQL(" AND ").join(conditions)


def _list(parts: Sequence[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def _read(task: GroupTask, names: Sequence[str], rows: list[tuple[Any, ...]]) -> Answer:
    dtypes = [task.dtypes[name] for name in names]
    integer = pa.int64()
    types = [integer, UTC_TIME, integer, UTC_TIME, integer, *(ARROW_TYPES[d] for d in dtypes)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    arrays = [pa.array(column, arrow) for column, arrow in zip(columns, types, strict=True)]
    order = pa.array(np.argsort(arrays[0].to_numpy()))
    event_times, batches, since, retracting, *values = [array.take(order) for array in arrays[1:]]
    found = event_times.is_valid().to_numpy(zero_copy_only=False)
    return Answer(
        found=found,
        retracted=since.is_valid().to_numpy(zero_copy_only=False) & ~found,
        event_times=np.where(found, _integers(event_times), _integers(since)),
        batches=np.where(found, _integers(batches), _integers(retracting)),
        values=pa.table(values, names=list(names)),
    )


def _integers(array: pa.Array) -> Ints:
    values: Ints = array.cast(pa.int64()).fill_null(0).to_numpy()
    return values
