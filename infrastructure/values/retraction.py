"""Retractions: values of some entities that, from an event time on, no longer hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from featuretrail.domain.columns import one_array
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import IdempotencyError, InvalidInputError, NotFoundError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.values import ValuesRetracted
from featuretrail.domain.moments import check_moment
from featuretrail.domain.receipts import Receipt
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.arrays import (
    AnyConnection,
    array_parameters,
    execute_with_arrays,
    identifiers,
)
from featuretrail.infrastructure.values.batches import (
    BatchFacts,
    StoredBatch,
    WrittenBatch,
    append_batch,
    batch_stream,
    next_batch,
)
from featuretrail.infrastructure.values.casting import ColumnError, cast_column, refuse_rows
from featuretrail.infrastructure.values.columns import Target
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.moments import TOLERANCE
from featuretrail.infrastructure.values.online import TOMBSTONES, bury
from featuretrail.infrastructure.values.ordering import distinct_rows
from featuretrail.infrastructure.values.tables import retracted_table
from featuretrail.infrastructure.values.validation import refuse_long_keys

Keys = Mapping[str, Any] | Sequence[Mapping[str, Any]]

_SCALARS = (str, bytes, int, float, np.generic)


def requested(
    group: FeatureGroup,
    keys: Keys,
    from_event_time: object,
    *,
    metadata: Metadata,
    idempotency_key: str | None,
) -> tuple[ValuesRetracted, pa.Table]:
    """Return the event that a retraction asks for, without its batch number, and its entities.

    An entity given twice counts once; they are in canonical order. Raises ``InvalidInputError``.
    """
    entities = entity_keys(group, keys, "retract")
    event = ValuesRetracted.in_stream(
        batch_stream(group.name, idempotency_key),
        1,
        group=group.name,
        batch=0,
        keys=entities.to_pylist(),
        from_event_time=check_moment("from_event_time", from_event_time),
        idempotency_key=idempotency_key,
        metadata=metadata,
    )
    return event, entities


def entity_keys(group: FeatureGroup, keys: Keys, verb: str) -> pa.Table:
    """Return the distinct entities that ``keys`` names, in canonical order; ``verb`` is for errors.

    Raises ``InvalidInputError`` for keys that are missing, unknown, NULL, of a wrong type, or none.
    """
    what = f"the keys to {verb} from {group.name!r}"
    table = to_table(_as_lists(keys), what)
    for name in table.column_names:
        if name not in group.keys:
            raise InvalidInputError(f"{what}: {NotFoundError('key', name, list(group.keys))}")
    for key in group.keys:
        if key not in table.column_names:
            raise InvalidInputError(f"{what} lack {key!r}; give {', '.join(group.keys)}")
    if table.num_rows == 0:
        raise InvalidInputError(f"{what} are none; give at least one entity")
    try:
        arrays = {key: _key_column(key, dtype, table[key]) for key, dtype in group.keys.items()}
        refuse_long_keys(group, arrays)
    except ColumnError as error:
        raise InvalidInputError(f"{what}: {error.fault}") from error
    return pa.table(arrays).take(pa.array(distinct_rows(list(arrays.values()))))


def _key_column(key: str, dtype: str, column: pa.ChunkedArray) -> pa.Array:
    array = cast_column(Target(key, key, dtype), column)
    refuse_rows(key, array.is_null().to_numpy(zero_copy_only=False).nonzero()[0], "is NULL")
    return array


def _as_lists(keys: Keys) -> object:
    if not isinstance(keys, Mapping):
        return keys
    if all(value is None or isinstance(value, _SCALARS) for value in keys.values()):
        return {name: [value] for name, value in keys.items()}
    return keys


def store(
    connection: AnyConnection, log: EventLog, event: ValuesRetracted, entities: pa.Table
) -> Receipt:
    """Write a retraction as the next batch of its group, which is locked, and commit it."""
    number = next_batch(connection, event.group, [])
    _refuse_future(event.from_event_time, number.now)
    arrays = {
        name: one_array(column)
        for name, column in zip(entities.column_names, entities.columns, strict=True)
    }
    _insert(connection, event, arrays, number.batch)
    bury(connection, event.group, arrays, event.from_event_time, number.batch)
    facts = BatchFacts(
        event.group,
        "retraction",
        (),
        entities.num_rows,
        event.from_event_time,
        None,
        "",
    )
    stored = log.mapper.to_stored_event(event.model_copy(update={"batch": number.batch}))
    return append_batch(connection, WrittenBatch(stored, facts, number.batch, TOMBSTONES))


def _insert(
    connection: AnyConnection, event: ValuesRetracted, keys: dict[str, pa.Array], batch: int
) -> None:
    placeholders, parameters = array_parameters(keys)
    statement = query("values/retract").format(
        table=retracted_table(event.group), keys=identifiers(keys), arrays=placeholders
    )
    moment = {"from_event_time": event.from_event_time, "batch": batch}
    execute_with_arrays(connection, statement, {**parameters, **moment})


def _refuse_future(moment: datetime, now: datetime) -> None:
    if moment > now + TOLERANCE:
        raise InvalidInputError(
            f"from_event_time {moment.isoformat()} is after the server's clock "
            f"({now.isoformat()}); retract when it has come"
        )


def first_receipt(log: EventLog, event: ValuesRetracted, stored: StoredBatch) -> Receipt:
    """Return the receipt of a retraction stored before, which ``event`` repeats.

    Raises ``IdempotencyError`` if it does not.
    """
    key = event.idempotency_key or ""
    if stored.kind != "retraction":
        raise IdempotencyError(key, f"batch {stored.batch} of {event.group!r} holds values")
    [first] = (recorded.event for recorded in log.history(event.originator_id))
    if not isinstance(first, ValuesRetracted) or _request(first) != _request(event):
        raise IdempotencyError(
            key, f"batch {stored.batch} of {event.group!r} retracted other keys or another time"
        )
    return Receipt(event.group, stored.rows, stored.batch, stored.position, "", repeated=True)


def _request(event: ValuesRetracted) -> tuple[object, ...]:
    return event.keys, event.from_event_time
