"""Outcomes as labels: which row of a snapshot each of them is the label of."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.measured import key_column
from featuretrail.domain.consistency.pairing import Ints
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.outcomes.rows import EVENT_TIME, JUDGED_TIME
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.snapshots.labels import look_up_labels


def by_the_label_rule(
    parts: ConsistencyParts, label: ResolvedFeature, rows: pa.Table, time_column: str
) -> pa.Table | None:
    """Return the outcomes that are the labels of ``rows``, each with its row's ``judged_time``.

    Their columns are those of ``OutcomeColumns``.

    The label of a row is the first value at or after its time (decision 0004), by what the store
    knows now. Of the outcomes recorded of that entity and event time the last is the row's; a row
    whose label came otherwise, was retracted, or is not there yet, has none. Raises
    ``RetentionError`` where the label may be among what retention removed.
    """
    keys = [*label.group.keys]
    rows = _distinct(rows.select([*keys, time_column]))
    _, position = parts.now()
    with parts.database.connection() as connection:
        times = look_up_labels(connection, rows, label, time_column, position).event_times
    labelled = times.is_valid()
    rows, times = rows.filter(labelled), times.filter(labelled)
    span = pc.min_max(times).as_py()
    if span["min"] is None:
        return None
    outcomes = parts.outcome_columns.between(label, span["min"], span["max"])
    wanted = rows.select(keys).append_column(EVENT_TIME, times)
    places = _last_of(
        comparable(outcomes, [*(f"key {key}" for key in keys), EVENT_TIME], "the outcomes"),
        EntityCodes.of(comparable(wanted, wanted.column_names, "the snapshot")),
    )
    met = places >= 0
    judged = rows.column(time_column).filter(pa.array(met)).cast(UTC_TIME)
    held = outcomes.take(pa.array(places[met]))
    return held.set_column(held.column_names.index(JUDGED_TIME), JUDGED_TIME, judged)


def that_judge(parts: ConsistencyParts, label: ResolvedFeature, snapshot_id: str) -> pa.Table:
    """Return the outcomes that hold for rows of a snapshot: of each row the last recorded."""
    outcomes = parts.outcome_columns.of_snapshot(label, snapshot_id)
    names = [*(f"key {key}" for key in label.group.keys), JUDGED_TIME]
    given = comparable(outcomes, names, "the outcomes")
    entities = EntityCodes.of(given)
    holds = np.zeros(outcomes.num_rows, np.bool_)
    holds[_last_of(given, entities)] = True
    return outcomes.filter(pa.array(holds))


def comparable(table: pa.Table, names: Sequence[str], what: str) -> list[pa.Array]:
    """Return key columns as text or int64, times in microseconds."""
    columns = [key_column(table, name, what) for name in names]
    return [each.cast(pa.int64()) if pa.types.is_timestamp(each.type) else each for each in columns]


def _distinct(rows: pa.Table) -> pa.Table:
    codes = EntityCodes.of(comparable(rows, rows.column_names, "the snapshot")).codes
    return rows.take(pa.array(np.sort(np.unique(codes, return_index=True)[1])))


def _last_of(outcomes: Sequence[pa.Array], wanted: EntityCodes) -> Ints:
    """Return for each wanted entity and time the last of the outcomes of it, or -1."""
    codes = wanted.encode(outcomes)
    last = np.full(wanted.count + 1, -1, np.int64)
    last[codes] = np.arange(codes.size)  # in the order of the log; strangers come last
    return last[wanted.codes]
