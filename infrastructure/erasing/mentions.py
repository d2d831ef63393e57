"""Events that name entities: the log is append-only, so erasing can only tell which do."""

import json
from collections.abc import Iterator
from typing import Any

from featuretrail.domain.events import (
    BaselineCreated,
    ConsistencyChecked,
    DocumentationGenerated,
    DriftChecked,
    DriftDetected,
    MetadataRecorded,
    OnlineRefreshed,
    QualityChecked,
    SnapshotCreated,
    TrainingRunRecorded,
    ValuesErased,
    ValuesRetracted,
)
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.queries import query

TOPICS = [
    each.TOPIC
    for each in (
        BaselineCreated,
        ConsistencyChecked,
        DocumentationGenerated,
        DriftChecked,
        DriftDetected,
        MetadataRecorded,
        OnlineRefreshed,
        QualityChecked,
        SnapshotCreated,
        TrainingRunRecorded,
        ValuesRetracted,
    )
]
"""The kinds of events that can hold keys: what was retracted, examples, what users gave."""


def mentions(connection: AnyConnection, entities: Entities) -> tuple[int, ...]:
    """Return the positions of the events in which an object has the keys of one of ``entities``."""
    wanted = [
        [json.dumps(row[name], ensure_ascii=False).encode() for name in entities.types]
        for row in entities.rows
    ]
    found = []
    for position, state in connection.execute(query("erasing/with_rows"), {"topics": TOPICS}):
        text = bytes(state)
        if any(all(value in text for value in each) for each in wanted) and any(
            entities.match(each) for each in _objects(json.loads(text))
        ):
            found.append(position)
    return tuple(found)


def erased_before(connection: AnyConnection, group: str, entities: Entities) -> tuple[int, ...]:
    """Return the positions of the erasures of ``group`` that erased one of ``entities``.

    Those whose salt is kept: nobody can tell of the others.
    """
    rows = connection.execute(query("erasing/salts"), {"group": group}).fetchall()
    if not rows:
        return ()
    salts = {position: bytes(salt) for position, salt in rows}
    facts = {"positions": list(salts)}
    events = connection.execute(query("erasing/events_at"), facts, binary=True).fetchall()
    return tuple(
        recorded.position
        for recorded in map(RecordedEvent.from_row, events)
        if isinstance(recorded.event, ValuesErased)
        and not set(recorded.event.entities).isdisjoint(entities.digests(salts[recorded.position]))
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)
