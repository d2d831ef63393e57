"""Runs that failed, told to the log: best effort, for the caller has the error already."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from featuretrail.domain.errors import DatabaseError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.failures import compute_failed
from featuretrail.infrastructure.computing.running import Order
from featuretrail.infrastructure.log.application import EventLog


def record_failures(
    log: EventLog,
    failures: Iterable[tuple[Order, Exception]],
    started_at: datetime,
    metadata: Metadata,
) -> None:
    """Append an event for each order that an error ended.

    Where the database refuses or is away, the errors get a note that says so, and stay as they are.
    """
    told = list(failures)
    events = [
        compute_failed(
            uuid4(), order.unit, error, started_at, metadata, since=order.since, until=order.until
        )
        for order, error in told
    ]
    if not events:
        return
    try:
        log.append(*events)
    except DatabaseError as refused:
        for _, error in told:
            error.add_note(f"the log does not tell of this failure: {refused}")
