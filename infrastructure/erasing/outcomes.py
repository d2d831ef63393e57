"""Erasing from the recorded outcomes."""

from datetime import datetime
from uuid import UUID

from attrs import frozen
from psycopg.types.numeric import Int8

from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import ErasedOutcomes, OutcomesRecorded
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.database import AnyConnection
from featuretrail.infrastructure.erasing.entities import Entities
from featuretrail.infrastructure.log.recorder import LAST_POSITION
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.infrastructure.outcomes.verification import (
    OutcomesLeft,
    content_fault,
    outcomes_left,
    rows_digest,
    rows_of_batch,
)
from featuretrail.infrastructure.queries import query, query_text


@frozen
class HeldOutcomes:
    """Outcomes of entities that are of a label of a group, or saw features of it."""

    rows: tuple[tuple[UUID, int, datetime], ...] = ()
    """Of each its batch, its place in it and its event time."""


def held_outcomes(connection: AnyConnection, group: str, entities: Entities) -> HeldOutcomes:
    """Find the outcomes of ``entities`` that hold values of ``group``."""
    facts = {"group": group, "names": list(entities.types), "entities": entities.as_json}
    return HeldOutcomes(tuple(connection.execute(query("erasing/outcomes_of"), facts).fetchall()))


def erase_outcomes(
    connection: AnyConnection, registry: Registry, held: HeldOutcomes
) -> list[ErasedOutcomes]:
    """Delete the rows and return what is left of the batches they were of, certified anew."""
    if not held.rows:
        return []
    gone: dict[UUID, set[int]] = {}
    for batch, ordinal, _ in held.rows:
        gone.setdefault(batch, set()).add(ordinal)
    before = outcomes_left(connection)
    batches = [
        _left(connection, registry, batch, ordinals, before)
        for batch, ordinals in sorted(gone.items())
    ]
    moments = [moment for *_, moment in held.rows]
    facts = {
        "batches": [batch for batch, *_ in held.rows],
        "ordinals": [ordinal for _, ordinal, _ in held.rows],
        "first": min(moments),
        "last": max(moments),
    }
    connection.execute(query("erasing/delete_outcomes"), facts)
    return batches


def _left(
    connection: AnyConnection,
    registry: Registry,
    batch: UUID,
    gone: set[int],
    before: OutcomesLeft,
) -> ErasedOutcomes:
    facts = {"stream": batch, "until": Int8(LAST_POSITION)}
    rows = connection.execute(query_text("log/history"), facts, binary=True).fetchall()
    for recorded in map(RecordedEvent.from_row, rows):
        event = recorded.event
        if isinstance(event, OutcomesRecorded):
            break
    else:
        return ErasedOutcomes(batch=batch, erased=len(gone), rows=0, digest="", altered=True)
    stored = rows_of_batch(connection, batch, event)
    rest = [row for row in stored if row["ordinal"] not in gone]
    _, earlier = before.get(batch, (0, None))
    altered = earlier is not None and earlier.altered
    altered = altered or content_fault(registry, recorded, event, stored, before) is not None
    try:
        digest = rows_digest(registry, event, rest)
    except (FeatureTrailError, TypeError, ValueError, LookupError):
        digest, altered = "", True
    return ErasedOutcomes(
        batch=batch, erased=len(gone), rows=len(rest), digest=digest, altered=altered
    )
