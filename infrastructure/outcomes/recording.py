"""Recording outcomes: their values and what they judge, in one transaction."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8

from featuretrail.domain.errors import IdempotencyError
from featuretrail.domain.events import Metadata, OutcomesRecorded, stream_id
from featuretrail.domain.events.outcomes import OnConflict
from featuretrail.domain.inputs import check_choice, check_label, optional
from featuretrail.domain.outcomes.deciding import Claim, Decision, decide
from featuretrail.domain.outcomes.rows import (
    EVENT_TIME,
    JUDGED_TIME,
    SERVED_ID,
    SNAPSHOT_ID,
    VALUE,
    OutcomeRows,
)
from featuretrail.domain.spelling import read_spelled, spelled
from featuretrail.infrastructure.database import AnyConnection, Database
from featuretrail.infrastructure.log.appending import conflicts_told
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.outcomes.given import GivenOutcomes
from featuretrail.infrastructure.outcomes.judged import Judged, JudgedThings
from featuretrail.infrastructure.outcomes.receipt import OutcomeReceipt
from featuretrail.infrastructure.queries import query, query_text
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.values.batches import WrittenBatch, commit_with, lock_group
from featuretrail.infrastructure.values.frames import to_table
from featuretrail.infrastructure.values.ingestion import ValueStore, batch_event
from featuretrail.infrastructure.values.validation import Batch, validate

_STORED_AT_ONCE = 5_000


@frozen
class OutcomeOrder:
    """How outcomes are to be recorded."""

    label: str
    snapshot: str | None
    unjudged: bool
    on_conflict: OnConflict
    idempotency_key: str | None
    source: str | None
    metadata: Metadata

    def __attrs_post_init__(self) -> None:
        optional(check_label, "idempotency_key", self.idempotency_key)
        optional(check_label, "source", self.source)
        check_choice("on_conflict", self.on_conflict, get_args(OnConflict))


@frozen
class _Chosen:
    """What is stored of what was given."""

    decision: Decision
    rows: OutcomeRows
    values: Batch | None


class OutcomeRecorder:
    """Records outcomes; those of one label's group follow one another."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        values: ValueStore,
        judged: JudgedThings,
    ) -> None:
        self._database = database
        self._log = log
        self._registry = registry
        self._values = values
        self._judged = judged

    def record(self, order: OutcomeOrder, data: object) -> OutcomeReceipt:
        """Store ``data`` as outcomes, all of it or nothing; see the facade's method."""
        registry = self._registry.current()
        label = registry.resolve(order.label)
        given = GivenOutcomes.read(
            registry,
            label,
            to_table(data, "the outcomes"),
            order.snapshot,
            unjudged=order.unjudged,
        )
        if given.rows.table.num_rows == 0:
            return _nothing(given, Decision([], frozenset(), [], 0, 0))
        latest = registry.features_of(label.group.name)
        validate(
            label.group, latest, registry, given.values, on_duplicate="last", partial=True
        )  # of all rows: also of those that are recorded already
        judged = self._judged.find(given)
        stream = _stream(order, given)
        with self._database.begun() as connection:
            lock_group(connection, label.group.name)
            first = self._first(connection, stream, order, given)
            if first is not None:
                return first
            chosen = self._choose(connection, order, given)
            if not chosen.decision.stored:
                return _nothing(given, chosen.decision)
            return self._store(connection, stream, order, given, judged, chosen)

    def _first(
        self, connection: AnyConnection, stream: UUID, order: OutcomeOrder, given: GivenOutcomes
    ) -> OutcomeReceipt | None:
        """Return the receipt of the first call with the idempotency key, if there was one."""
        if order.idempotency_key is None:
            return None
        facts = {"stream": stream, "until": Int8(LAST_POSITION)}
        rows = connection.execute(query_text("log/history"), facts, binary=True).fetchall()
        for recorded in map(RecordedEvent.from_row, rows):
            event = recorded.event
            if not isinstance(event, OutcomesRecorded) or event.given_digest != given.digest:
                raise IdempotencyError(
                    order.idempotency_key,
                    f"outcomes of {order.label!r} at position {recorded.position} were others",
                )
            return OutcomeReceipt.of(event, recorded.position, retried=True)
        return None

    def _choose(
        self, connection: AnyConnection, order: OutcomeOrder, given: GivenOutcomes
    ) -> _Chosen:
        decision = decide(_known(connection, given), given.claims(), order.on_conflict)
        newest = _newest(connection, given)
        stored = np.array(decision.stored, np.int64)
        times = given.rows.table[EVENT_TIME].combine_chunks()
        late = (
            np.zeros(len(times), np.bool_)
            if newest is None
            else pc.less(times, pa.scalar(newest, times.type)).to_numpy(zero_copy_only=False)
        )
        replaced = np.isin(stored, list(decision.replacing))
        rows = given.rows.stored(decision.stored, late[stored], replaced)
        if not decision.new_values:
            return _Chosen(decision, rows, None)
        registry = self._registry.cached
        values = validate(
            given.label.group,
            registry.features_of(given.label.group.name),
            registry,
            given.values.take(pa.array(decision.new_values, pa.int64())),
            partial=True,
        )
        return _Chosen(decision, rows, values)

    def _store(
        self,
        connection: AnyConnection,
        stream: UUID,
        order: OutcomeOrder,
        given: GivenOutcomes,
        judged: Judged,
        chosen: _Chosen,
    ) -> OutcomeReceipt:
        written: WrittenBatch | None = None
        if chosen.values is not None:
            batch = batch_event(uuid4(), chosen.values, order.metadata, source=order.source)
            written = self._values.write(connection, chosen.values, batch)
        event = _event(stream, order, given, judged, chosen, written)
        _store_rows(connection, event, chosen.rows)
        stored = self._log.mapper.to_stored_event(event)
        cursor = psycopg.ClientCursor(connection)
        facts = {
            "stream": stored.originator_id,
            "stream_version": stored.originator_version,
            "topic": stored.topic,
            "state": stored.state,
            "label": event.label,
            "version": event.version,
            "rows": event.rows,
            "first_event_time": event.first_event_time,
            "last_event_time": event.last_event_time,
        }
        statements = [] if written is None else [written.statement(cursor)]
        statements.append(cursor.mogrify(query("outcomes/append"), facts))
        with conflicts_told(stored, *([] if written is None else [written.event])):
            position = commit_with(cursor, statements)[-1]
        return OutcomeReceipt.of(event, position)


def _stream(order: OutcomeOrder, given: GivenOutcomes) -> UUID:
    key = uuid4().hex if order.idempotency_key is None else order.idempotency_key
    return stream_id("outcomes", f"{given.label.reference}:{key}")


def _known(connection: AnyConnection, given: GivenOutcomes) -> list[Claim]:
    """Return the outcomes recorded before that those given may repeat or contradict."""
    table, label = given.rows.table, given.label
    facts = {
        "keys": [json.dumps(each, ensure_ascii=False) for each in given.rows.entities()],
        "event_times": table[EVENT_TIME].to_pylist(),
        "served_ids": table[SERVED_ID].to_pylist(),
        "snapshot_ids": table[SNAPSHOT_ID].to_pylist(),
        "judged_times": table[JUDGED_TIME].to_pylist(),
        "label": label.reference.path,
        "version": str(label.version.version),
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("outcomes/known"), facts).fetchall()
    values = spelled(read_spelled([row[VALUE] for row in rows], label.dtype), label.dtype)
    return [
        Claim(
            -1,
            tuple(row["keys"][name] for name in label.group.keys),
            row[EVENT_TIME],
            value,
            row[SERVED_ID],
            row[SNAPSHOT_ID],
            row[JUDGED_TIME],
        )
        for row, value in zip(rows, values, strict=True)
    ]


def _newest(connection: AnyConnection, given: GivenOutcomes) -> datetime | None:
    reference = given.label.reference
    facts = {"label": reference.path, "version": str(reference.version)}
    [(newest,)] = connection.execute(query("outcomes/newest"), facts)
    found: datetime | None = newest
    return found


def _event(
    stream: UUID,
    order: OutcomeOrder,
    given: GivenOutcomes,
    judged: Judged,
    chosen: _Chosen,
    written: WrittenBatch | None,
) -> OutcomesRecorded:
    table, decision = chosen.rows.table, chosen.decision
    times = pc.min_max(table[EVENT_TIME]).as_py()
    return OutcomesRecorded.in_stream(
        stream,
        1,
        label=given.label.reference.path,
        version=str(given.label.version.version),
        values_batch=None if written is None else written.batch,
        rows=table.num_rows,
        first_event_time=times["min"],
        last_event_time=times["max"],
        digest=chosen.rows.digest,
        given_digest=given.digest,
        seen=list(chosen.rows.seen),
        served=table.num_rows - table[SERVED_ID].null_count,
        judged=table.num_rows - table[SNAPSHOT_ID].null_count,
        snapshots=list(judged.snapshots),
        features=list(judged.features),
        late=pc.sum(table["late"]).as_py() or 0,
        repeated=decision.repeated,
        kept=decision.kept,
        replaced=len(decision.replacing),
        on_conflict=order.on_conflict,
        idempotency_key=order.idempotency_key,
        source=order.source,
        metadata=order.metadata,
    )


def _store_rows(connection: AnyConnection, event: OutcomesRecorded, rows: OutcomeRows) -> None:
    records: Sequence[dict[str, Any]] = rows.records()
    for start in range(0, len(records), _STORED_AT_ONCE):
        part = records[start : start + _STORED_AT_ONCE]
        facts = {
            "batch": event.originator_id,
            "label": event.label,
            "version": event.version,
            "rows": json.dumps(part, ensure_ascii=False, allow_nan=False),
        }
        connection.execute(query("outcomes/store"), facts)


def _nothing(given: GivenOutcomes, decision: Decision) -> OutcomeReceipt:
    reference = given.label.reference
    return OutcomeReceipt(
        label=reference.path,
        version=str(reference.version),
        rows=0,
        repeated=decision.repeated,
        kept=decision.kept,
        replaced=0,
        late=0,
        served=0,
        judged=0,
        values_batch=None,
        position=None,
        digest=given.rows.stored([], np.zeros(0, np.bool_), np.zeros(0, np.bool_)).digest,
    )
