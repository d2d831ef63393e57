"""The state of any stream: a reduce of its aggregate's ``evolve`` over its events."""

from collections.abc import Iterable
from functools import reduce
from typing import Any, Protocol, Self
from uuid import UUID

from featuretrail.domain.aggregates import (
    Alert,
    DocumentationAggregate,
    DriftIncident,
    FeatureAggregate,
    FeatureMetadataAggregate,
    FeatureSetAggregate,
    GroupAggregate,
    LineageAggregate,
    Monitor,
    Record,
    SnapshotAggregate,
)
from featuretrail.domain.aggregates.snapshot import snapshot_name
from featuretrail.domain.events import (
    AlertRaised,
    DocumentationGenerated,
    DriftDetected,
    Event,
    FeatureDefined,
    FeatureSetDefined,
    GroupDefined,
    LineageDeclared,
    LineageRetired,
    MetadataRecorded,
    MonitorScheduled,
    SnapshotCreated,
)
from featuretrail.domain.versions import Version


class Aggregate(Protocol):
    """What every aggregate is: an id, the number of its last event, and how an event changes it."""

    @property
    def id(self) -> UUID:
        """The stream."""

    @property
    def version(self) -> int:
        """How many events of the stream the state holds."""

    def evolve(self, event: Any, /) -> Self:  # noqa: ANN401 - each takes the events of its stream
        """Return the state after ``event``."""


def initial(first: Event) -> Aggregate:
    """Return the state before ``first``, the first event of a stream."""
    state: Aggregate
    match first:
        case GroupDefined(name=name):
            state = GroupAggregate.initial(name)
        case FeatureDefined(group=group, name=name):
            state = FeatureAggregate.initial(group, name)
        case FeatureSetDefined(name=name):
            state = FeatureSetAggregate.initial(name)
        case SnapshotCreated():
            version = Version.parse(first.version)
            state = SnapshotAggregate.initial(snapshot_name(first.feature_set, version))
        case LineageDeclared():
            state = LineageAggregate.initial(f"{first.feature_name}@{first.version}")
        case DocumentationGenerated():
            state = DocumentationAggregate.initial(first.feature_name)
        case MetadataRecorded():
            state = FeatureMetadataAggregate.initial(
                first.feature_name, first.metadata_type, first.metadata_key
            )
        case DriftDetected():
            state = DriftIncident.initial(first.originator_id)
        case AlertRaised():
            state = Alert.initial(first.originator_id)
        case MonitorScheduled(name=name):
            state = Monitor.initial(name)
        case _:
            state = Record.initial(first.originator_id)
    return state


def replay(events: Iterable[Event]) -> Aggregate | None:
    """Return the state after ``events``, the first ones of one stream; ``None`` after none."""
    return reduce(after, events, None)


def after(state: Aggregate | None, event: Event) -> Aggregate:
    """Return the state after ``event``, which is the first of its stream if ``state`` is none."""
    return (initial(event) if state is None else state).evolve(event)


def version_of(event: Event) -> str | None:
    """Return the semantic version of a thing that an event of its stream is about, if it is."""
    match event:
        case GroupDefined() | FeatureDefined() | FeatureSetDefined() | SnapshotCreated():
            return event.version
        case LineageDeclared() | LineageRetired():
            return event.version
        case DocumentationGenerated():
            return event.documentation_version
        case _:
            return None
