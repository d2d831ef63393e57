"""Logs for checks: made of events, cut into pages, their streams interleaved anew."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from random import Random
from uuid import UUID

from featuretrail.domain.events import Event, RetentionApplied
from featuretrail.infrastructure.log.decoding import encode
from featuretrail.infrastructure.log.records import RecordedEvent

Log = Sequence[RecordedEvent]
Pages = Sequence[Log]

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(hours=7, microseconds=1)
SEED = 20_260_101
REMOVES = RetentionApplied.TOPIC


def log_of(events: Iterable[Event]) -> list[RecordedEvent]:
    """Return ``events`` as a log holds them: at positions from 1, seven hours apart from 2026 on.

    >>> from uuid import UUID
    >>> from featuretrail.domain.events import DriftResolved
    >>> log_of([DriftResolved.in_stream(UUID(int=1), 4, action_taken="retrained")])
    [RecordedEvent(position=1, ..., topic='featuretrail.drift.resolved', ...)]
    """
    return [
        RecordedEvent(
            position,
            BEGINNING + position * STEP,
            event.TOPIC,
            event.originator_id,
            event.originator_version,
            encode(event),
            b"",
        )
        for position, event in enumerate(events, start=1)
    ]


def cuttings(log: Log, tries: int) -> Iterator[Pages]:
    """Yield ways of cutting a log into pages: single events first, then by chance."""
    yield [[event] for event in log]
    yield from chance_cuttings(log, tries)


def quarters(log: Log) -> Pages:
    """Return the log cut into four pages, fewer if it is short."""
    size = -(-len(log) // 4)
    return [log[begin : begin + size] for begin in range(0, len(log), size)]


def chance_cuttings(log: Log, tries: int) -> Iterator[Pages]:
    """Yield ways of cutting a log into pages by chance."""
    chance = Random(SEED)  # noqa: S311 - the same on every run
    for _ in range(tries if len(log) > 1 else 0):
        ends = chance.sample(range(1, len(log)), chance.randint(1, len(log) - 1))
        yield [log[begin:end] for begin, end in pairwise([0, *sorted(ends), len(log)])]


def interleavings(log: Log, tries: int) -> Iterator[Log]:
    """Yield the log in other orders that keep each stream's: stream by stream, then by chance.

    A removal, which is of rows of many streams, stays in its place: a row that it removes must be
    there by then.
    """
    stretches = [list(own) for _, own in groupby(log, lambda event: event.topic == REMOVES)]
    for orders in zip(*(_interleavings(stretch, tries) for stretch in stretches), strict=True):
        yield [event for order in orders for event in order]


def _interleavings(log: Log, tries: int) -> Iterator[Log]:
    streams: dict[UUID, list[RecordedEvent]] = {}
    for event in log:
        streams.setdefault(event.originator_id, []).append(event)
    yield [event for stream in streams.values() for event in stream]
    yield [event for stream in reversed(streams.values()) for event in stream]
    chance = Random(SEED)  # noqa: S311
    for _ in range(tries):
        turns = [event.originator_id for event in log]
        chance.shuffle(turns)
        coming = {stream: iter(events) for stream, events in streams.items()}
        yield [next(coming[stream]) for stream in turns]
