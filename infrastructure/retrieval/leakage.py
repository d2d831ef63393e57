"""The leakage report: which values of a training set were not known yet at their row's time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen
from psycopg import sql

from featuretrail.domain.asof import Flags, Ints
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.equality import changed_rows
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.results import Result
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.arrays import array_cursor, integers, key_array, moments
from featuretrail.infrastructure.retrieval.historical import Closed, HistoricalReader
from featuretrail.infrastructure.retrieval.retrieval import Retrieval
from featuretrail.infrastructure.retrieval.task import GroupTask
from featuretrail.infrastructure.values.tables import values_table

AnyConnection = psycopg.Connection[Any]

EXAMPLES = 20
"""Example rows of a report, spread evenly over its features."""


@frozen(eq=False)
class LeakageReport(Result):
    """A retrieval compared with itself under the row cut.

    ``leaking_rows`` of ``rows`` hold, in some feature, another value than was known at their time;
    ``columns`` counts them by output column, and ``leaking`` lists for each output column their
    ordinals in the spine. ``examples`` has the columns ``row`` (the ordinal in
    the spine), ``feature``, ``time``, ``value`` and ``known_value`` (both as text, NULL if none),
    ``event_time`` and ``known_time`` (of the value that leaked).
    """

    rows: int
    leaking_rows: int
    columns: Mapping[str, int]
    leaking: Mapping[str, Ints] = field(repr=False)
    examples: pa.Table = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether no row saw its future."""
        return self.leaking_rows == 0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return {
            "rows": self.rows,
            "leaking_rows": self.leaking_rows,
            "columns": dict(self.columns),
            "examples": [
                {name: _plain(value) for name, value in row.items()}
                for row in self.examples.to_pylist()
            ],
        }

    def _repr_html_(self) -> str:
        counts = "".join(
            f"<tr><td>{escape(name)}</td><td>{count}</td></tr>"
            for name, count in self.columns.items()
        )
        return (
            f"<p>{self.leaking_rows} of {self.rows} rows hold a value that was not known yet</p>"
            f"<table><tr><th>feature</th><th>rows</th></tr>{counts}</table>"
        )


def leakage_report(
    reader: HistoricalReader,
    spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
    features: Sequence[ResolvedFeature],
    *,
    time_column: str = "event_time",
    position: int | None = None,
    closed: Closed = "right",
) -> LeakageReport:
    """Compare the retrieval with and without the row cut; see ``HistoricalReader.get``."""
    asked: dict[str, Any] = {"time_column": time_column, "position": position, "closed": closed}
    latest = reader.retrieve(spine, features, knowledge="latest", **asked)
    honest = reader.retrieve(latest.spine.table, features, knowledge="row", **asked)
    differing = {name: _differing(latest, honest, name) for name in latest.features}
    leaking = np.zeros(len(latest.spine), np.bool_)
    for flags in differing.values():
        leaking |= flags
    with reader.database.connection() as connection:
        examples = _examples(connection, latest, honest, differing)
    return LeakageReport(
        rows=len(latest.spine),
        leaking_rows=int(leaking.sum()),
        columns={name: int(flags.sum()) for name, flags in differing.items()},
        leaking={name: np.flatnonzero(flags) for name, flags in differing.items()},
        examples=examples,
    )


def _differing(latest: Retrieval, honest: Retrieval, name: str) -> Flags:
    """Return the rows whose values differ; NULL equals NULL, NaN equals NaN."""
    left, right = latest.columns(name).values, honest.columns(name).values
    return changed_rows(pa.chunked_array([left]), pa.chunked_array([right]))


def _examples(
    connection: AnyConnection,
    latest: Retrieval,
    honest: Retrieval,
    differing: Mapping[str, Flags],
) -> pa.Table:
    leaking = {name: np.flatnonzero(flags) for name, flags in differing.items() if flags.any()}
    parts = [_SCHEMA.empty_table()]
    for name, rows in leaking.items():
        chosen = rows[: max(1, EXAMPLES // len(leaking))]
        columns, known = latest.columns(name), honest.columns(name)
        values = [
            pa.array(chosen),
            pa.array([name] * chosen.size),
            pa.array(latest.spine.times[chosen]).cast(UTC_TIME),
            columns.values.take(pa.array(chosen)).cast(pa.string()),
            known.values.take(pa.array(chosen)).cast(pa.string()),
            columns.event_times.take(pa.array(chosen)),
            _known_times(connection, latest, honest.task(name), name, chosen),
        ]
        parts.append(pa.table(values, schema=_SCHEMA))
    return pa.concat_tables(parts).combine_chunks()


def _known_times(
    connection: AnyConnection, latest: Retrieval, task: GroupTask, name: str, rows: Ints
) -> pa.Array:
    """Return when the value that won without the row cut was known, for each of ``rows``."""
    answer = latest.answer(name)
    batches, found = answer.batches[rows], answer.found[rows]
    known = pa.array(_recorded(task, batches), mask=batches == 0).cast(UTC_TIME)
    if task.group.known_time is None:
        return known
    parameters: dict[str, object] = {
        f"key{n}": key_array(column.take(pa.array(rows))) for n, column in enumerate(task.keys)
    }
    parameters["times"] = moments(answer.event_times[rows])
    parameters["batches"] = integers(batches)
    with array_cursor(connection) as cursor:
        cursor.execute(_known_time_statement(task, task.group.known_time), parameters)
        declared = pa.array([row[0] for row in cursor.fetchall()], UTC_TIME)
    return pc.if_else(pa.array(found), declared, known)


def _recorded(task: GroupTask, batches: Ints) -> Ints:
    if task.cut.recorded_at is None:
        return np.zeros(batches.size, np.int64)
    return task.cut.recorded_at[batches]


def _known_time_statement(task: GroupTask, known_time: str) -> sql.Composed:
    types = {"text": sql.SQL("text[]"), "int64": sql.SQL("bigint[]")}
    keys = [sql.Identifier(f"key{n}") for n in range(len(task.group.keys))]
    return query("retrieval/known_times").format(
        known_time=sql.Identifier("v", known_time),
        arrays=sql.SQL(", ").join(
            sql.SQL("{}::{}").format(sql.Placeholder(f"key{n}"), types[dtype])
            for n, dtype in enumerate(task.group.keys.values())
        ),
        names=sql.SQL(", ").join(keys),
        table=values_table(task.group.name),
        same_entity=sql.SQL(" AND ").join(
            sql.SQL("{} = s.{}").format(sql.Identifier("v", name), key)
            for name, key in zip(task.group.keys, keys, strict=True)
        ),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.isoformat() if isinstance(value, datetime) else value


_SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "feature": pa.string(),
        "time": UTC_TIME,
        "value": pa.string(),
        "known_value": pa.string(),
        "event_time": UTC_TIME,
        "known_time": UTC_TIME,
    }
)
