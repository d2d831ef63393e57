"""Logs that fill all seven tables, made of one whole example of every kind of event."""

from collections.abc import Iterator
from uuid import UUID

from featuretrail.domain.events import (
    ConsistencyChecked,
    DocumentationGenerated,
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    DriftUpdated,
    Event,
    FeatureDefined,
    LineageDeclared,
    LineageRetired,
    MetadataRecorded,
    PerformanceSampled,
    QualityChecked,
    SnapshotAssessed,
    SnapshotCreated,
    stream_id,
)
from featuretrail.infrastructure.log.application import EventLog
from tests.golden.examples import example

STREAMS: tuple[tuple[type[Event], ...], ...] = (
    (SnapshotCreated, SnapshotAssessed),
    (LineageDeclared, LineageRetired),
    (ConsistencyChecked,),
    (PerformanceSampled,),
    (DocumentationGenerated,),
    (FeatureDefined,),
    (MetadataRecorded, MetadataRecorded),
    (QualityChecked,),
    (DriftDetected, DriftUpdated, DriftAcknowledged, DriftResolved),
)
EVENTS_A_ROUND = sum(map(len, STREAMS))

_EXAMPLES = {kind: example(kind) for kinds in STREAMS for kind in kinds}
_EXAMPLES[SnapshotCreated] = _EXAMPLES[SnapshotCreated].model_copy(
    update={"version": "1.0.0", "features": [{"reference": "weather.temp@1.0.0"}]}
)


def fill(log: EventLog, rounds: int, first: int = 0) -> int:
    """Append ``rounds`` rounds of every stream, each round an append; return the log's head."""
    for number in range(first, first + rounds):
        log.append(*round_of(number))
    return log.head().position


def round_of(number: int) -> Iterator[Event]:
    """Yield the events of one round: every stream from its first event to its last."""
    for place, kinds in enumerate(STREAMS):
        stream = stream_id("example", f"{number}/{place}")
        for version, kind in enumerate(kinds, start=1):
            yield placed(_EXAMPLES[kind], stream, version)


def placed(event: Event, stream: UUID, version: int) -> Event:
    """Return ``event`` as the one of that version in ``stream``."""
    identity = {"originator_id": stream, "originator_version": version}
    return event.model_copy(update=identity)


def poison(log: EventLog, name: str) -> int:
    """Append an event that no table can take in, and one that waits behind it; return its place."""
    stream = stream_id("poison", name)
    resolved = placed(_EXAMPLES[DriftResolved], stream, 1)
    log.append(resolved, placed(_EXAMPLES[DriftAcknowledged], stream, 2))
    return log.head().position - 1
