"""Storing values: one batch, one event, one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import numpy as np
import pyarrow as pa
from psycopg import errors

from featuretrail.domain.columns import one_array
from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import ConcurrencyError, InvalidValuesError
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.streaming import StreamFacts
from featuretrail.domain.events.values import ValuesIngested
from featuretrail.domain.inputs import check_label, optional
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values import retraction
from featuretrail.infrastructure.values.arrays import AnyConnection, identifiers
from featuretrail.infrastructure.values.batches import (
    BatchFacts,
    WrittenBatch,
    append_batch,
    batch_stream,
    find_batch,
    lock_group,
    newest_batch,
    next_batch,
)
from featuretrail.infrastructure.values.columns import EVENT_TIME
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.online import refresh_online
from featuretrail.infrastructure.values.packing import copy_chunks, slices
from featuretrail.infrastructure.values.repetition import first_receipt, read_again
from featuretrail.infrastructure.values.retraction import Keys
from featuretrail.infrastructure.values.tables import fit_chunks, fit_compression, values_table
from featuretrail.infrastructure.values.validation import Batch, check_not_ahead, validate

_COPY_BYTES = 1 << 26
"""Bytes sent by one COPY, so that no statement runs into its time limit."""

_LARGE_BATCH = 10_000
"""Rows of a batch before which the interval of the next chunks is fitted anew."""

_NOBODY = Metadata()


class ValueStore:
    """Writes values of feature groups: each call is one batch with one event of its own."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log

    def ingest(
        self,
        group: FeatureGroup,
        features: Sequence[ResolvedFeature],
        data: object,
        *,
        registry: Registry,
        idempotency_key: str | None = None,
        on_duplicate: str = "error",
        partial: bool = False,
        source: str | None = None,
        metadata: Metadata = _NOBODY,
    ) -> Receipt:
        """Store ``data`` as the next batch of ``group``; everything is stored or nothing.

        ``features`` are the latest of the group. An empty table is a batch of no rows. Raises
        ``InvalidInputError`` (most often ``InvalidValuesError``), and ``IdempotencyError`` when the
        key was used for other content.
        """
        optional(check_label, "idempotency_key", idempotency_key)
        optional(check_label, "source", source)
        table = to_table(data, f"the data for {group.name!r}")
        stream = batch_stream(group.name, idempotency_key)
        earlier = None if idempotency_key is None else self._earlier(stream)
        if earlier is not None:
            values = read_again(registry, earlier, table, on_duplicate=on_duplicate)
        else:
            values = validate(
                group, features, registry, table, on_duplicate=on_duplicate, partial=partial
            )
        event = batch_event(
            stream, values, metadata, source=source, idempotency_key=idempotency_key
        )
        with self._database.begun() as connection:
            lock_group(connection, group.name)
            stored = find_batch(connection, stream)
            if stored is not None:
                return first_receipt(values, stored, idempotency_key)
            return append_batch(connection, self.write(connection, values, event))

    def store_computed(
        self,
        group: FeatureGroup,
        features: Sequence[ResolvedFeature],
        table: pa.Table,
        *,
        registry: Registry,
        source: str,
        last_batch: int,
        position: int,
        metadata: Metadata = _NOBODY,
    ) -> Receipt:
        """Store what rules computed for ``features`` as the next batch of ``group``.

        Raises ``ConcurrencyError`` if a batch after ``last_batch`` wrote one of the features or
        retracted values: what was computed may then be older than what is stored. Also if any
        values were erased after ``position``, up to which it was computed: they may be among them.
        """
        values = validate(group, features, registry, table, partial=True, computed=True)
        stream = batch_stream(group.name, None)
        event = batch_event(stream, values, metadata, source=source)
        with self._database.transaction() as connection:
            lock_group(connection, group.name)
            [(erased,)] = connection.execute(query("erasing/last"))
            if erased > position:
                raise ConcurrencyError(stream_id("erasure", group.name), position, erased)
            newer = newest_batch(connection, group.name, values.columns)
            if newer > last_batch:
                raise ConcurrencyError(stream_id("group", group.name), last_batch, newer)
            return append_batch(connection, self.write(connection, values, event))

    def retract(
        self,
        group: FeatureGroup,
        keys: Keys,
        from_event_time: object,
        metadata: Metadata,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Hide the values of ``keys`` from an event time on; cuts before this one still see them.

        ``keys`` is a dict of the key columns (one entity, or lists of equal length) or a list of
        such dicts. Raises ``InvalidInputError`` and ``IdempotencyError``.
        """
        optional(check_label, "idempotency_key", idempotency_key)
        event, entities = retraction.requested(
            group, keys, from_event_time, metadata=metadata, idempotency_key=idempotency_key
        )
        with self._database.begun() as connection:
            lock_group(connection, group.name)
            stored = find_batch(connection, event.originator_id)
            if stored is None:
                return retraction.store(connection, self._log, event, entities)
        return retraction.first_receipt(self._log, event, stored)

    def _earlier(self, stream: UUID) -> ValuesIngested | None:
        """Return the event of the values stored under an idempotency key, if there are any."""
        events = [recorded.event for recorded in self._log.history(stream)]
        return next((event for event in events if isinstance(event, ValuesIngested)), None)

    def write(
        self, connection: AnyConnection, values: Batch, event: ValuesIngested
    ) -> WrittenBatch:
        """Write ``values`` as the next batch of their group, which ``connection`` has locked.

        The caller appends the batch and commits. Raises ``InvalidValuesError``; the transaction
        must be undone then.
        """
        arriving = (event.rows, event.first_event_time, event.last_event_time)
        number = next_batch(connection, event.group, values.columns)
        check_not_ahead(values, number.now)
        if _changes_the_rate(number.batch, event.rows):
            fit_chunks(connection, event.group, *arriving)
        with _row_size_explained(event.group):
            copy_values(connection, values, number.batch)
            refresh_online(connection, values, number.batch, number.layout)
        if number.batch == 1:  # later it would wait for readers: a daily job does it
            fit_compression(connection, event.group, *arriving)
        facts = BatchFacts(event.group, "values", values.columns, *arriving, event.digest)
        stored = self._log.mapper.to_stored_event(event.model_copy(update={"batch": number.batch}))
        return WrittenBatch(stored, facts, number.batch, number.layout)


def _changes_the_rate(batch: int, rows: int) -> bool:
    """Whether a batch may tell something new of how many rows arrive: 1, 2, 4, 8..., or large."""
    return batch.bit_count() == 1 or rows >= _LARGE_BATCH


def batch_event(
    stream: UUID,
    values: Batch,
    metadata: Metadata,
    *,
    source: str | None,
    idempotency_key: str | None = None,
    facts: StreamFacts | None = None,
) -> ValuesIngested:
    """Return the event of a batch that has no number yet."""
    return ValuesIngested.in_stream(
        stream,
        1,
        group=values.group.name,
        batch=0,
        rows=values.table.num_rows,
        columns=values.versions,
        first_event_time=values.first_event_time,
        last_event_time=values.last_event_time,
        digest=values.digest,
        idempotency_key=idempotency_key,
        source=source,
        stream=facts,
        metadata=metadata,
    )


def copy_values(connection: AnyConnection, values: Batch, batch: int) -> None:
    """Append the rows of ``values`` to the table of their group as ``batch``."""
    number = pa.array(np.full(values.table.num_rows, batch, np.int64))
    place = values.table.column_names.index(EVENT_TIME) + 1
    table = values.table.add_column(place, "batch", number)
    arrays = [one_array(column) for column in table.columns]
    statement = query("values/copy_rows").format(
        table=values_table(values.group.name), columns=identifiers(table.column_names)
    )
    for start, size in slices(arrays, _COPY_BYTES):
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for chunk in copy_chunks([array.slice(start, size) for array in arrays]):
                copy.write(chunk)


@contextmanager
def _row_size_explained(group: str) -> Iterator[None]:
    try:
        yield
    except errors.ProgramLimitExceeded as error:
        raise InvalidValuesError(
            group,
            f"a row is larger than PostgreSQL can store ({error.diag.message_primary}); shorten "
            "its text, or split the group",
        ) from error
